"""The synthetic survey: the documented draw, its answers, gaps and options."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers
from survey_cases import items_of

from tpn_sem.datasets import (
    CONTEXT,
    FACTORS,
    ITEMS,
    RURAL_SIZES,
    URBAN_SIZES,
    TeacherPopulation,
    teachers,
    teachers_csv_path,
    thresholds,
    write_teachers_csv,
)
from tpn_sem.errors import OptionError


class TestDocumentedDraw:
    def test_shape(self) -> None:
        frame = teachers()
        assert frame.shape == (440, 35)
        assert frame["teacher"].tolist() == list(range(1, 441))
        assert frame["school"].nunique() == 29

    def test_school_sizes(self) -> None:
        frame = teachers()
        sizes = frame.groupby("school").size()
        assert tuple(sizes) == RURAL_SIZES + URBAN_SIZES
        assert (sum(RURAL_SIZES), sum(URBAN_SIZES)) == (196, 244)
        assert frame["rural"].sum() == 196
        assert (frame.groupby("school")["location"].nunique() == 1).all()
        assert ((frame["location"] == "rural") == (frame["rural"] == 1)).all()

    def test_answers_are_1_to_5(self) -> None:
        answers = teachers()[list(ITEMS)]
        assert (answers.dtypes == "float64").all()
        assert set(answers.stack().dropna()) == {1, 2, 3, 4, 5}

    def test_some_category_is_empty_in_a_group(self) -> None:
        frame = teachers()
        counts = [
            frame.groupby("location")[item].value_counts().unstack(fill_value=0) for item in ITEMS
        ]
        assert min(count.to_numpy().min() for count in counts) == 0

    def test_contextual_scores_have_three_decimals(self) -> None:
        scores = teachers()[list(CONTEXT)]
        np.testing.assert_allclose(scores, scores.round(3), rtol=0, atol=1e-12)

    def test_says_that_it_is_synthetic(self) -> None:
        attributes = teachers().attrs
        assert attributes["synthetic"] is True
        assert attributes["seed"] == 2020
        assert "no number" in attributes["note"]
        assert "ynthetic" in (inspect.getdoc(teachers) or "")
        assert "ynthetic" in (inspect.getdoc(TeacherPopulation) or "")
        assert "ynthetic" in (inspect.getdoc(teachers_csv_path) or "")

    def test_bundled_file_is_regenerated(self, tmp_path: Path) -> None:
        write_teachers_csv(tmp_path / "teachers.csv")
        assert (tmp_path / "teachers.csv").read_bytes() == teachers_csv_path().read_bytes()

    def test_bundled_file_reads_as_the_frame(self) -> None:
        read = pd.read_csv(teachers_csv_path(), dtype=dict.fromkeys(ITEMS, "float64"))
        frame = teachers()
        pd.testing.assert_frame_equal(read, frame, check_exact=False, rtol=0, atol=1e-12)
        assert (read["community_type"] == "none").any()

    def test_controls_are_plausible(self) -> None:
        frame = teachers()
        assert frame["age"].between(22, 65).all()
        assert (frame["experience"] <= frame["age"] - 22).all()
        assert (frame["experience"] >= 0).all()
        by_category = frame.groupby("qualification")["experience"].mean()
        assert by_category["no category"] < by_category["first"] < by_category["highest"]


class TestSeed:
    def test_same_seed_same_frame(self) -> None:
        assert_same_numbers(teachers(seed=7), teachers(seed=7))

    def test_another_seed_another_frame(self) -> None:
        assert not teachers(seed=7)[list(ITEMS)].equals(teachers(seed=8)[list(ITEMS)])

    def test_numpy_integer(self) -> None:
        seed: Any = np.int64(7)
        assert_same_numbers(teachers(seed=seed), teachers(seed=7))


class TestCategories:
    def test_thresholds_give_the_documented_shares(self) -> None:
        without_jitter = replace(TeacherPopulation(), threshold_jitter=(0.0,) * 5)
        frame = teachers(without_jitter, schools=6000, non_invariance=0, missing=0)
        documented = {
            "npc3": (0.02, 0.05, 0.14, 0.42, 0.37),
            "ksse1": (0.03, 0.09, 0.25, 0.43, 0.20),
            "ks5": (0.06, 0.14, 0.28, 0.36, 0.16),
            "kr4": (0.02, 0.06, 0.17, 0.44, 0.31),
        }
        for item, shares in documented.items():
            observed = frame[item].value_counts(normalize=True).sort_index()
            np.testing.assert_allclose(observed, shares, atol=0.012)

    def test_default_draw_is_near_the_documented_shares(self) -> None:
        frame = teachers()
        for factor, shares in TeacherPopulation().category_shares.items():
            answers = frame[items_of(factor)].stack()
            observed = answers.value_counts(normalize=True).sort_index()
            np.testing.assert_allclose(observed, shares, atol=0.05)

    def test_jitter_moves_whole_items(self) -> None:
        population = TeacherPopulation()
        cuts = thresholds(population)
        assert cuts.shape == (20, 4)
        assert (np.diff(cuts, axis=1) > 0).all()
        assert sum(population.threshold_jitter) == pytest.approx(0)
        np.testing.assert_allclose(cuts[1] - cuts[0], 0.40)

    def test_ordinal_answers_are_cut_latent_responses(self) -> None:
        latent = teachers(item_type="continuous")[list(ITEMS)].to_numpy()
        ordinal = teachers()[list(ITEMS)].to_numpy()
        cuts = thresholds(TeacherPopulation())
        for column in range(len(ITEMS)):
            there = ~np.isnan(ordinal[:, column])
            expected = np.searchsorted(cuts[column], latent[there, column]) + 1
            np.testing.assert_array_equal(ordinal[there, column], expected)


@pytest.fixture(scope="module")
def answered() -> pd.DataFrame:
    """44 000 teachers with absent answers as documented."""
    return teachers(size=100)


class TestMissing:
    @pytest.mark.parametrize("missing", [0, 0.0, False])
    def test_complete(self, missing: float) -> None:
        frame = teachers(missing=missing)
        assert frame.notna().all(axis=None)
        assert (frame["community_type"] != "none").all()

    def test_default_skip_by_design(self) -> None:
        frame = teachers()
        none = frame["community_type"] == "none"
        exchange = items_of("KS") + items_of("KR")
        assert none.mean() == pytest.approx(0.08, abs=0.02)
        assert frame.loc[none, exchange].isna().all(axis=None)
        assert frame.loc[~none, items_of("KS")].notna().any(axis=1).all()

    def test_share_without_community(self, answered: pd.DataFrame) -> None:
        none = answered["community_type"] == "none"
        assert none.mean() == pytest.approx(0.08, abs=0.006)

    def test_skip_is_not_at_random(self, answered: pd.DataFrame) -> None:
        complete = teachers(size=100, missing=0)
        none = answered["community_type"] == "none"
        assert complete.loc[none, "ks3"].mean() < complete.loc[~none, "ks3"].mean() - 0.3

    def test_single_answers(self, answered: pd.DataFrame) -> None:
        absent = answered[items_of("NPC") + items_of("KSSE")].isna()
        assert absent.mean(axis=None) == pytest.approx(0.015, abs=0.001)
        by_teacher = absent.mean(axis=1)
        assert (
            by_teacher[answered["age"] > 51].mean() > 1.5 * by_teacher[answered["age"] < 31].mean()
        )
        by_location = by_teacher.groupby(answered["rural"]).mean()
        assert by_location[1] / by_location[0] == pytest.approx(1.487, abs=0.12)

    def test_last_page(self, answered: pd.DataFrame) -> None:
        members = answered[answered["community_type"] != "none"]
        left_out = members[items_of("KR")].isna().all(axis=1)
        assert left_out.mean() == pytest.approx(0.03, abs=0.004)

    def test_answers_that_are_there_do_not_depend_on_the_amount(self) -> None:
        complete = teachers(missing=False)[list(ITEMS)]
        for amount in (0.5, True, 3.0):
            frame = teachers(missing=amount)[list(ITEMS)]
            assert_same_numbers(frame, complete.where(frame.notna()))

    def test_amount_multiplies_rates(self) -> None:
        frame = teachers(size=100, missing=2)
        assert (frame["community_type"] == "none").mean() == pytest.approx(0.16, abs=0.008)
        assert frame[items_of("NPC")].isna().mean(axis=None) == pytest.approx(0.03, abs=0.002)


class TestDesign:
    def test_size_scales_every_school(self) -> None:
        sizes = teachers(size=2).groupby("school").size()
        assert tuple(sizes) == tuple(2 * np.array(RURAL_SIZES + URBAN_SIZES))

    @pytest.mark.parametrize(("share", "rural"), [(0, 0), (0.25, 7), (15 / 29, 15), (1, 29)])
    def test_rural_share(self, share: float, rural: int) -> None:
        by_school = teachers(rural_share=share).groupby("school")["rural"].first()
        assert by_school.sum() == rural
        assert by_school.size == 29

    def test_schools(self) -> None:
        frame = teachers(schools=290)
        sizes = frame.groupby("school").size()
        assert sizes.size == 290
        assert sizes.groupby(frame.groupby("school")["rural"].first()).mean().to_dict() == (
            pytest.approx({1: 196 / 15, 0: 244 / 14}, rel=0.03)
        )

    def test_item_type(self) -> None:
        answers = teachers(item_type="continuous", missing=0)[list(ITEMS)]
        assert answers.nunique().min() == 440


class TestErrors:
    @pytest.mark.sampled(3)
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"seed": -1}, "seed must be a whole number"),
            ({"seed": 1.5}, "seed= is a whole number"),
            ({"seed": True}, "seed= is a whole number"),
            ({"size": 0.1}, "size must be between 0.2 and 1000; got 0.1"),
            ({"schools": 1}, "schools must be between 2 and"),
            ({"schools": 29.5}, "schools= is a whole number"),
            ({"rural_share": 1.2}, "rural_share must be between 0 and 1"),
            ({"non_invariance": -0.1}, "non_invariance must be between 0 and 2"),
            ({"icc": 0.95}, "icc must be between 0 and 0.9"),
            ({"missing": float("nan")}, "missing must be between 0 and 3"),
            ({"missing": 3.1}, "missing must be between 0 and 3"),
            ({"item_type": "ordered"}, "item_type='ordered' is not known"),
        ],
    )
    def test_options(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(OptionError, match=message):
            teachers(**options)

    def test_unknown_variant_names_the_nearest(self) -> None:
        with pytest.raises(OptionError, match="did you mean 'full mediation'"):
            TeacherPopulation.variant("full mediaton")

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"school_icc": {"NPC": 0.1}}, "school_icc must have the keys NPC, KSSE, KS, KR"),
            ({"threshold_jitter": (0.0, 0.1)}, "threshold_jitter must have 5 values; got 2"),
            ({"rural_loading_shifts": {"ncp5": -0.2}}, "unknown item 'ncp5'; did you mean 'npc5'"),
            ({"ks_kr_disturbance_correlation": 1.0}, "must be between -0.99 and 0.99"),
            ({"no_community_rate": 0.5}, "no_community_rate must be between 0 and 0.3"),
            ({"kr_on_ks": 0.3}, "kr_on_ks and ks_kr_disturbance_correlation link the same"),
            (
                {"category_shares": dict.fromkeys(FACTORS, (0.2, 0.2, 0.2, 0.2, 0.3))},
                "must be positive and sum to 1",
            ),
        ],
    )
    def test_population_values(self, values: dict[str, Any], message: str) -> None:
        with pytest.raises(OptionError, match=message):
            TeacherPopulation(**values)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"ks_on_ksse": 1.2}, "paths into KS explain more than the variance it has between t"),
            (
                {"school_icc": {"NPC": 0.5, "KSSE": 0.0, "KS": 0.1, "KR": 0.1}},
                "paths into KSSE explain more .* between schools; .* or its school_icc larger",
            ),
            (
                {"school_icc": {"NPC": 0.0, "KSSE": 0.9, "KS": 0.9, "KR": 0.1}},
                "school intraclass correlations leave no variance for the disturbance of KSSE",
            ),
            (
                {"loadings": dict.fromkeys(FACTORS, (0.99, 0.8, 0.8, 0.8, 0.8))},
                "loadings and acquiescence leave no variance for the disturbance of npc1",
            ),
        ],
    )
    def test_impossible_populations(self, values: dict[str, Any], message: str) -> None:
        with pytest.raises(OptionError, match=message):
            teachers(TeacherPopulation(**values))

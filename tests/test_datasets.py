"""The bundled data against published numbers, closed forms and large samples."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers

from tpn_sem.datasets import (
    CONTEXT,
    FACTORS,
    ITEMS,
    RURAL_SIZES,
    URBAN_SIZES,
    VARIANTS,
    TeacherPopulation,
    holzinger_swineford_1939,
    imply,
    political_democracy,
    teachers,
    teachers_csv_path,
    thresholds,
    write_teachers_csv,
)
from tpn_sem.errors import OptionError

RURAL_TEACHERS = 196 / 440
LOADINGS = {
    factor: np.array(values)
    for factor, values in {
        "NPC": (0.68, 0.76, 0.80, 0.72, 0.60),
        "KSSE": (0.76, 0.84, 0.82, 0.78, 0.70),
        "KS": (0.74, 0.82, 0.84, 0.76, 0.66),
        "KR": (0.70, 0.78, 0.80, 0.74, 0.62),
    }.items()
}


def items_of(factor: str) -> list[str]:
    return [f"{factor.lower()}{j}" for j in range(1, 6)]


def independence_chi_square(frame: pd.DataFrame) -> float:
    """Likelihood-ratio chi-square of the model in which no two variables covary."""
    covariance = np.cov(frame.to_numpy().T, bias=True)
    log_determinant = np.linalg.slogdet(covariance)[1]
    return float(len(frame) * (np.log(np.diag(covariance)).sum() - log_determinant))


def factor_covariance(frame: pd.DataFrame, acquiescence_sd: float = 0.18) -> pd.DataFrame:
    """Covariances of the factors, solved from those of continuous items and known loadings."""
    covariance = frame[list(ITEMS)].cov()
    result = pd.DataFrame(np.eye(4), index=list(FACTORS), columns=list(FACTORS))
    for first in FACTORS:
        for second in FACTORS:
            block = covariance.loc[items_of(first), items_of(second)].to_numpy()
            block = block - acquiescence_sd**2
            weights = np.outer(LOADINGS[first], LOADINGS[second])
            off_diagonal = ~np.eye(5, dtype=bool) if first == second else np.ones((5, 5), bool)
            result.loc[first, second] = block[off_diagonal].sum() / weights[off_diagonal].sum()
    return result


@pytest.fixture(scope="module")
def large() -> pd.DataFrame:
    """About 90 000 teachers in 6000 schools; the standard error of a correlation is .003."""
    return teachers(schools=6000, non_invariance=0, missing=0, item_type="continuous")


class TestHolzingerSwineford:
    def test_shape_and_names(self) -> None:
        frame = holzinger_swineford_1939()
        names = ["id", "sex", "ageyr", "agemo", "school", "grade"]
        assert list(frame) == names + [f"x{j}" for j in range(1, 10)]
        assert len(frame) == 301
        assert frame["id"].is_unique
        assert frame["grade"].isna().sum() == 1
        assert frame.drop(columns="grade").notna().all(axis=None)

    def test_schools(self) -> None:
        counts = holzinger_swineford_1939()["school"].value_counts()
        assert counts.to_dict() == {"Pasteur": 156, "Grant-White": 145}

    def test_means_as_lavaan_prints_them(self) -> None:
        means = holzinger_swineford_1939().loc[:, "x1":"x9"].mean()
        published = [4.936, 6.088, 2.250, 3.061, 4.341, 2.186, 4.186, 5.527, 5.374]
        np.testing.assert_allclose(means, published, atol=0.0005)

    def test_baseline_chi_square_as_lavaan_prints_it(self) -> None:
        frame = holzinger_swineford_1939()
        scores = frame.loc[:, "x1":"x9"]
        assert independence_chi_square(scores) == pytest.approx(918.852, abs=0.0005)
        by_school = [independence_chi_square(part) for _, part in scores.groupby(frame["school"])]
        assert sum(by_school) == pytest.approx(957.769, abs=0.0005)

    def test_raw_scores_are_whole_numbers(self) -> None:
        divisors = [6, 4, 8, 3, 4, 7, 23, 20, 36]
        raw = holzinger_swineford_1939().loc[:, "x1":"x9"].to_numpy() * divisors
        # The source has eight significant digits.
        np.testing.assert_allclose(raw, np.round(raw), atol=5e-6)
        np.testing.assert_array_equal(np.round(raw[0]), [20, 31, 3, 7, 23, 9, 78, 115, 229])


class TestPoliticalDemocracy:
    def test_shape_and_names(self) -> None:
        frame = political_democracy()
        assert list(frame) == [f"y{j}" for j in range(1, 9)] + ["x1", "x2", "x3"]
        assert frame.shape == (75, 11)
        assert (frame.dtypes == "float64").all()
        assert frame.notna().all(axis=None)

    def test_means_as_lavaan_prints_them(self) -> None:
        published = [5.465, 4.256, 6.563, 4.453, 5.136, 2.978, 6.196, 4.043, 5.054, 4.792, 3.558]
        np.testing.assert_allclose(political_democracy().mean(), published, atol=0.0005)

    def test_baseline_chi_square_as_lavaan_prints_it(self) -> None:
        assert independence_chi_square(political_democracy()) == pytest.approx(730.654, abs=0.0005)

    def test_ratings_run_from_0_to_10(self) -> None:
        ratings = political_democracy().loc[:, "y1":"y8"]
        assert ratings.min().min() == 0
        assert ratings.max().max() == pytest.approx(10)

    def test_decimals_are_read_to_the_nearest_double(self) -> None:
        assert political_democracy()["x1"].iloc[0] == 4.442651
        assert holzinger_swineford_1939()["x9"].iloc[0] == 6.3611111


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


class TestStructure:
    def test_total_variances_are_1(self, large: pd.DataFrame) -> None:
        np.testing.assert_allclose(large[list(ITEMS)].var(), 1, atol=0.02)
        np.testing.assert_allclose(np.diag(factor_covariance(large)), 1, atol=0.02)

    def test_planted_loadings(self, large: pd.DataFrame) -> None:
        for factor, loadings in LOADINGS.items():
            covariance = large[items_of(factor)].cov().to_numpy()
            implied = np.outer(loadings, loadings) + 0.18**2
            off_diagonal = ~np.eye(5, dtype=bool)
            np.testing.assert_allclose(covariance[off_diagonal], implied[off_diagonal], atol=0.02)

    def test_planted_regressions(self, large: pd.DataFrame) -> None:
        covariance = factor_covariance(large)
        predictors = ["NPC", "KSSE"]
        among = covariance.loc[predictors, predictors]
        sharing = np.linalg.solve(among, covariance.loc[predictors, "KS"])
        np.testing.assert_allclose(sharing, [0.18, 0.48], atol=0.015)
        # Rural has a path to KR and to NPC, so KR's line differs a little from its paths.
        receiving = np.linalg.solve(among, covariance.loc[predictors, "KR"])
        np.testing.assert_allclose(receiving, [0.38, 0.20], atol=0.02)

    @pytest.mark.parametrize(
        ("factor", "cause", "path"),
        [
            ("NPC", "mentoring", 0.20),
            ("NPC", "change", 0.15),
            ("KSSE", "comparison", 0.25),
            ("KS", "f2f", 0.15),
            ("KR", "f2f", 0.10),
            ("KR", "change", 0.15 * (0.38 + 0.20 * 0.35)),
            ("NPC", "comparison", 0.0),
        ],
    )
    def test_planted_context(
        self, large: pd.DataFrame, factor: str, cause: str, path: float
    ) -> None:
        covariances = large[items_of(factor)].apply(lambda item: item.cov(large[cause]))
        estimate = (covariances / LOADINGS[factor]).mean()
        assert estimate == pytest.approx(path, abs=0.015)

    def test_rural_difference(self, large: pd.DataFrame) -> None:
        means = large.groupby("rural")[items_of("NPC")].mean()
        difference = ((means.loc[1] - means.loc[0]) / LOADINGS["NPC"]).mean()
        assert difference == pytest.approx(0.30, abs=0.025)

    def test_covariance_of_npc_and_ksse_by_path_tracing(self) -> None:
        variance_of_rural = RURAL_TEACHERS * (1 - RURAL_TEACHERS)
        traced = 0.35 + 0.30 * variance_of_rural * -0.10
        implied = imply(TeacherPopulation(), RURAL_TEACHERS).factor_covariance
        assert implied[0, 1] == pytest.approx(traced, abs=1e-12)

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_implied_covariances_are_those_of_a_large_sample(self, variant: str) -> None:
        frame = teachers(
            TeacherPopulation.variant(variant),
            schools=6000,
            non_invariance=0,
            missing=0,
            item_type="continuous",
        )
        implied = imply(TeacherPopulation.variant(variant), frame["rural"].mean())
        np.testing.assert_allclose(factor_covariance(frame), implied.factor_covariance, atol=0.02)

    def test_explained_variance_is_partial(self) -> None:
        implied = imply(TeacherPopulation(), RURAL_TEACHERS)
        assert implied.r_squared("KS") == pytest.approx(0.31, abs=0.015)
        assert implied.r_squared("KR") == pytest.approx(0.23, abs=0.01)

    def test_full_mediation_has_no_direct_effect(self) -> None:
        phi = imply(TeacherPopulation.variant("full mediation"), RURAL_TEACHERS).factor_covariance
        assert phi[0, 2] == pytest.approx(phi[0, 1] * phi[1, 2], abs=1e-12)
        assert phi[0, 3] == pytest.approx(phi[0, 1] * phi[1, 3], abs=1e-12)

    def test_chain_multiplies_along_its_links(self) -> None:
        phi = imply(TeacherPopulation.variant("chain"), RURAL_TEACHERS).factor_covariance
        assert phi[1, 3] == pytest.approx(phi[1, 2] * phi[2, 3], abs=1e-12)
        assert phi[0, 3] == pytest.approx(phi[0, 1] * phi[1, 2] * phi[2, 3], abs=1e-12)

    def test_additive_regressions_are_the_paths(self) -> None:
        phi = imply(TeacherPopulation.variant("additive"), RURAL_TEACHERS).factor_covariance
        np.testing.assert_allclose(np.linalg.solve(phi[:2, :2], phi[:2, 2]), [0.18, 0.48])
        np.testing.assert_allclose(np.linalg.solve(phi[:2, :2], phi[:2, 3]), [0.38, 0.20])

    def test_named_default_is_the_default(self) -> None:
        assert TeacherPopulation.variant("partial mediation") == TeacherPopulation()

    def test_product_moderates(self) -> None:
        population = replace(
            TeacherPopulation(),
            ksse_on_npc=0.60,
            ks_on_product=0.50,
            npc_on_rural=0.0,
            ksse_on_rural=0.0,
        )
        frame = teachers(
            population, schools=6000, non_invariance=0, missing=0, item_type="continuous"
        )
        third_moment = (frame["npc3"] * frame["ksse2"] * frame["ks3"]).mean()
        # Normal variables: E[(N K - c)^2] = 1 + c^2, where c, their covariance, is .60.
        expected = 0.80 * 0.84 * 0.84 * 0.50 * (1 + 0.60**2)
        assert third_moment == pytest.approx(expected, abs=0.03)
        np.testing.assert_allclose(frame[items_of("KS")].var(), 1, atol=0.02)
        np.testing.assert_allclose(frame[items_of("KS")].mean(), 0, atol=0.02)

    def test_disturbance_correlation_of_sharing_and_receiving(self, large: pd.DataFrame) -> None:
        phi = factor_covariance(large)
        sharing = 0.18 * phi["NPC"] + 0.48 * phi["KSSE"]
        receiving = 0.38 * phi["NPC"] + 0.20 * phi["KSSE"]
        # What paths from face-to-face and the product add; what rural adds to KR is below .001.
        left_sharing = 1 - sharing["KS"] - 0.15**2 - 0.08**2 * (1 + 0.34**2)
        left_receiving = 1 - receiving["KR"] - 0.10**2
        covariance = phi.loc["KS", "KR"] - sharing["KR"] - 0.15 * 0.10
        correlation = covariance / np.sqrt(left_sharing * left_receiving)
        assert correlation == pytest.approx(0.35, abs=0.015)


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


class TestClustering:
    @pytest.mark.parametrize("icc", [0.0, 0.2])
    def test_icc_knob(self, icc: float) -> None:
        frame = teachers(
            schools=3000, rural_share=0, icc=icc, missing=0, non_invariance=0,
            item_type="continuous",
        )  # fmt: skip
        for factor in FACTORS:
            observed = [anova_icc(frame, item) for item in items_of(factor)]
            np.testing.assert_allclose(observed, LOADINGS[factor] ** 2 * icc, atol=0.02)

    def test_documented_icc_of_the_factors(self) -> None:
        implied = imply(TeacherPopulation(), RURAL_TEACHERS)
        between_locations = (
            implied.location_shares @ implied.factor_means**2
        )  # the factors' means are 0
        within = np.array([TeacherPopulation().school_icc[factor] for factor in FACTORS])
        total = within + between_locations
        assert ((total >= 0.05) & (total <= 0.09)).all()

    def test_documented_icc_in_the_data(self) -> None:
        frame = teachers(
            schools=3000, rural_share=0, missing=0, non_invariance=0, item_type="continuous"
        )
        for factor, icc in {"NPC": 0.06, "KSSE": 0.06, "KS": 0.07, "KR": 0.05}.items():
            observed = np.mean([anova_icc(frame, item) for item in items_of(factor)])
            assert observed == pytest.approx(np.mean(LOADINGS[factor] ** 2) * icc, abs=0.006)


def anova_icc(frame: pd.DataFrame, column: str) -> float:
    """Intraclass correlation by analysis of variance, schools of unequal size."""
    schools = frame.groupby("school")[column]
    sizes = schools.size().to_numpy()
    n, k = sizes.sum(), sizes.size
    deviations = schools.mean().to_numpy() - frame[column].mean()
    between = (sizes * deviations**2).sum() / (k - 1)
    within = ((frame[column] - schools.transform("mean")) ** 2).sum() / (n - k)
    average_size = (n - (sizes**2).sum() / n) / (k - 1)
    variance = (between - within) / average_size
    return float(variance / (variance + within))


class TestNonInvariance:
    @pytest.mark.parametrize("amount", [0.0, 1.0, 2.0])
    def test_planted_shifts(self, amount: float) -> None:
        frame = teachers(schools=6000, non_invariance=amount, missing=0, item_type="continuous")
        means = frame.groupby("rural")[list(ITEMS)].mean()
        difference = means.loc[1] - means.loc[0]
        ksse = (difference[items_of("KSSE")[:4]] / LOADINGS["KSSE"][:4]).mean()
        assert difference["ksse5"] - 0.70 * ksse == pytest.approx(-0.40 * amount, abs=0.03)
        others = [item for item in items_of("KR") if item != "kr3"]
        kr = (difference[others] / LOADINGS["KR"][[0, 1, 3, 4]]).mean()
        assert difference["kr3"] - 0.80 * kr == pytest.approx(0.35 * amount, abs=0.03)

    @pytest.mark.parametrize("amount", [0.0, 1.0, 2.0])
    def test_planted_loading(self, amount: float) -> None:
        frame = teachers(schools=6000, non_invariance=amount, missing=0, item_type="continuous")
        ratios = {}
        for rural, part in frame.groupby("rural"):
            covariance = part[["npc1", "npc3", "npc5"]].cov() - 0.18**2
            fifth, third = covariance["npc1"].loc[["npc5", "npc3"]].to_numpy()
            ratios[rural] = fifth / third
        assert ratios[0] == pytest.approx(0.60 / 0.80, abs=0.03)
        assert ratios[1] == pytest.approx((0.60 - 0.20 * amount) / 0.80, abs=0.03)

    def test_only_planted_items_change(self) -> None:
        without = teachers(non_invariance=0, missing=0)
        with_it = teachers(missing=0)
        changed = [item for item in ITEMS if not without[item].equals(with_it[item])]
        assert changed == ["npc5", "ksse5", "kr3"]

    def test_acquiescence_links_unrelated_items(self) -> None:
        population = replace(
            TeacherPopulation(), npc_on_rural=0.0, ksse_on_npc=0.0, ksse_on_rural=0.0
        )
        frame = teachers(
            population, schools=6000, non_invariance=0, missing=0, item_type="continuous"
        )
        block = frame[list(ITEMS)].cov().loc[items_of("NPC"), items_of("KSSE")]
        assert block.to_numpy().mean() == pytest.approx(0.18**2, abs=0.01)


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
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"seed": -1}, "seed must be a whole number"),
            ({"seed": 1.5}, "seed must be a whole number"),
            ({"seed": True}, "seed must be a whole number"),
            ({"size": 0.1}, "size must be between 0.2 and 1000; got 0.1"),
            ({"schools": 1}, "schools must be between 2 and"),
            ({"schools": 29.5}, "schools must be a whole number"),
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

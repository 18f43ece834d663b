"""Halves: patterns, congruence as psych's, divisions of schools, and what cannot be confirmed."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, assert_same_numbers, quietly, reference_data

import tpn_sem as ts
from tpn_sem.cross_validation import SplitHalf, split_half
from tpn_sem.cross_validation.factor_congruence import brought_to, congruence, congruence_word
from tpn_sem.cross_validation.half_fits import fits_by_rules, half_of_rows
from tpn_sem.cross_validation.held_out_units import HeldOutUnits
from tpn_sem.cross_validation.loading_patterns import suggested_pattern
from tpn_sem.errors import DataError, IdentificationError, NotAvailableError, OptionError

WITNESS = json.loads((REFERENCE / "cross_validation.json").read_text(encoding="utf-8"))
ITEMS = [f"x{place}" for place in range(1, 10)]
PUPILS = "HolzingerSwineford1939"
TEACHERS = [f"{stem}{place}" for stem in ("npc", "ksse", "ks", "kr") for place in range(1, 6)]


@cache
def pupils() -> SplitHalf:
    return quietly(split_half, reference_data(PUPILS), 3, items=ITEMS, seed=2, repeats=3)


# Witnesses ---------------------------------------------------------------------------------------


def test_congruence_is_psychs() -> None:
    first, second, table = (
        np.array(WITNESS["congruence"][name]) for name in ("first", "second", "table")
    )
    turned = second[:, [2, 0, 1]] * [-1.0, 1.0, -1.0]
    brought = brought_to(turned, first)
    np.testing.assert_allclose(congruence(first, brought), np.abs(table).max(axis=1), rtol=1e-9)


def test_congruence_of_explored_schools_is_psychs_of_lavaans_loadings() -> None:
    data = reference_data(PUPILS)
    loadings = [
        quietly(ts.efa, data[data["school"] == name], 3, "oblimin", items=ITEMS).loadings.to_numpy()
        for name in ("Pasteur", "Grant-White")
    ]
    target = np.array(WITNESS["congruence"]["first"])
    first = brought_to(loadings[0], target)
    found = congruence(first, brought_to(loadings[1], target))
    wanted = np.abs(np.array(WITNESS["congruence"]["table"])).max(axis=1)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_words_of_lorenzo_seva_and_ten_berge() -> None:
    said = [congruence_word(value) for value in (0.951, 0.95, 0.94, 0.85, 0.849, np.nan)]
    assert said == ["equal", "equal", "fair", "fair", "not similar", "unknown"]


# Patterns ----------------------------------------------------------------------------------------


def test_a_pattern_is_written_and_what_is_left_out_is_said() -> None:
    loadings = np.array(
        [[0.7, 0.0, 0.1], [0.6, 0.35, 0.0], [-0.5, 0.1, 0.0], [0.1, 0.2, 0.1], [0.0, 0.1, 0.9]]
    )
    names, factors = tuple("abcde"), ("f1", "f2", "f3")
    by_cutoff = suggested_pattern(loadings, names, factors, 0.3)
    assert by_cutoff.text == "f1 =~ a + b + c"
    said = " ".join(by_cutoff.notes)
    assert "d: salient on no factor" in said
    assert "f2: only b is salient" in said
    assert "f3: only e is salient" in said
    assert "e: left out with the factor" in said
    largest = suggested_pattern(loadings, names, factors, "largest")
    assert largest.salient.sum(axis=1).tolist() == [1] * 5
    assert "no item" not in " ".join(by_cutoff.notes)
    nothing = suggested_pattern(loadings * 0.1, names, factors, 0.3)
    assert nothing.text == ""
    assert "no item is salient" in " ".join(nothing.notes)


def test_rules_need_a_proper_solution() -> None:
    good = {"cfi": 0.96, "rmsea": 0.05, "srmr": 0.05, "improper": 0.0}
    assert fits_by_rules(good)
    bad = ({"cfi": 0.94}, {"rmsea": 0.07}, {"srmr": 0.09}, {"improper": 1.0}, {"cfi": np.nan})
    assert not any(fits_by_rules({**good, **worse}) for worse in bad)
    assert not fits_by_rules({})


def test_halves_have_the_same_size_and_never_a_part_of_a_school() -> None:
    generator = np.random.default_rng(0)
    members = np.repeat(np.arange(12), np.arange(5, 17))
    members[0] = -1
    schools = HeldOutUnits(members, tuple(range(12)), "school")
    for _ in range(20):
        second = half_of_rows(schools, generator)
        assert not second[0]
        own = pd.Series(second[1:]).groupby(members[1:]).nunique()
        assert (own == 1).all()
        assert abs(int(second[1:].sum()) - 63) <= 16
    rows = HeldOutUnits(np.arange(11), tuple(range(11)), "row")
    assert {int(half_of_rows(rows, generator).sum()) for _ in range(20)} == {5}


# One call ----------------------------------------------------------------------------------------


def test_both_fits_are_those_of_the_halves_by_hand() -> None:
    found, data = pupils(), reference_data(PUPILS)
    own, other = data[found.halves == "A"], data[found.halves == "B"]
    assert abs(len(own) - len(other)) <= 1
    explored = quietly(ts.efa, own, 3, items=ITEMS)
    confirmed = quietly(ts.cfa, found.texts[0], other, std_lv=True)
    table = found.table.set_index(["explored", "model"])
    for fit, model in ((explored.fit, "exploratory"), (confirmed, "confirmatory")):
        for name in ("cfi", "rmsea", "srmr", "df"):
            assert table.loc[("A", model), name] == pytest.approx(fit.measures[name], abs=1e-8)
    wanted = np.sort(np.abs(explored.loadings.to_numpy()).ravel())
    ours = np.sort(np.abs(found.loadings["A"].to_numpy()).ravel())
    np.testing.assert_allclose(ours, wanted, atol=1e-6)
    by_hand = congruence(found.loadings["A"].to_numpy(), found.loadings["B"].to_numpy())
    np.testing.assert_allclose(found.congruence["congruence"], by_hand)


def test_repeats_say_how_often() -> None:
    found = pupils()
    assert len(found.divisions) == 6
    assert found.salience.loc["x5"].round(12).tolist() == [0.0, 1.0, 0.0]
    assert found.fit_share == found.divisions["fits"].mean()
    assert 0.0 <= found.same_share <= 1.0
    assert (found.congruence["lowest"] <= found.congruence["median"]).all()
    assert "in 3 divisions" in repr(found)
    assert "salient" in found._repr_html_()
    assert_same_numbers(found.salience, pickle.loads(pickle.dumps(found)).salience)


def test_the_first_division_does_not_depend_on_repeats_and_the_seed_matters() -> None:
    data = reference_data(PUPILS)
    one = quietly(split_half, data, 3, items=ITEMS, seed=2, swap=False)
    assert one.halves.equals(pupils().halves)
    assert len(one.table) == 2
    other = quietly(split_half, data, 3, items=ITEMS, seed=3, swap=False)
    assert not one.halves.equals(other.halves)


@pytest.mark.slow
def test_workers_give_the_same_numbers() -> None:
    found = quietly(
        split_half, reference_data(PUPILS), 3, items=ITEMS, seed=2, repeats=3, workers=2
    )
    assert_same_numbers(found.loadings, pupils().loadings)
    assert found.texts == pupils().texts


def test_schools_missing_answers_and_ordinal_items() -> None:
    data = ts.datasets.teachers()
    chosen = TEACHERS[:10]
    found = quietly(split_half, data, 2, items=chosen, missing="fiml", by="school", swap=False)
    assert found.units == "school"
    assert (found.halves.groupby(data["school"]).nunique() == 1).all()
    assert (found.halves != "").all()
    names = {"ordered": chosen, "missing": "pairwise", "cluster": "school"}
    ordinal = quietly(split_half, data, 2, items=chosen, swap=False, **names)
    assert ordinal.units == "school"
    assert ordinal.table["reason"].eq("").all()
    assert any("never in both" in note for note in ordinal.notes)


def test_patterns_that_are_no_models_have_a_reason() -> None:
    with pytest.warns(ts.TpnSemWarning, match="could not be confirmed"):
        found = split_half(reference_data(PUPILS), 3, items=ITEMS, cutoff=0.95)
    assert found.table["reason"].str.contains("no factor has two salient items").any()
    assert found.fit_share == 0.0
    assert any("salient on no factor" in note for note in found.notes)


@pytest.mark.parametrize(
    ("n_factors", "options", "error", "words"),
    [
        (3, {"cutoff": "large"}, OptionError, "largest"),
        (3, {"cutoff": 2.0}, OptionError, "cutoff"),
        (3, {"repeats": 0}, OptionError, "repeats"),
        (3, {"by": "skool"}, DataError, "did you mean 'school'"),
        (3, {"estimator": "minres"}, OptionError, "no confirmatory counterpart"),
        (3, {"group": "school"}, OptionError, "one group"),
        (3, {"seed": -1}, OptionError, "seed"),
        (7, {}, IdentificationError, "not identified"),
    ],
)
def test_what_cannot_be_asked(
    n_factors: int, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        quietly(split_half, reference_data(PUPILS), n_factors, items=ITEMS, **options)


def test_moments_and_too_few_rows() -> None:
    data = reference_data(PUPILS)
    moments = ts.SampleMoments(data[ITEMS].cov(), n_observations=301)
    with pytest.raises(NotAvailableError, match="rows"):
        split_half(moments, 3)
    with pytest.raises(NotAvailableError, match="no half has a solution"):
        quietly(split_half, data.head(8), 1, items=ITEMS[3:7])

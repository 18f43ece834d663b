"""Units, order and names do not move what the newer analyses say of a model.

Not asked: the marker of robust Wald tests and deletions, which are no functions of the model alone;
one item's units of a method factor with equal loadings, which is a model of raw units; and halves
drawn at random from rows in another order.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from rooms_varied_cases import (
    BLOCK,
    ITEMS,
    MEASURED,
    PATHS,
    ROOMS,
    Case,
    answers,
    assert_same,
    gaps,
    survey,
)

import tpn_sem as ts
from tpn_sem.errors import DataError

pytestmark = pytest.mark.sampled(3)

PLAIN = Case(PATHS, survey())
GAPS = Case(PATHS, gaps(survey()), {"missing": "fiml"})
GROUPS = Case(PATHS, survey(), {"group": "place", "estimator": "MLR"})
BLOCKS = Case(BLOCK, survey())
MARKERS = ["m1", "m2", "m3"]

SLOW = partial(pytest.param, marks=pytest.mark.slow)
OF_MARKER = "common_method_of_a_marker"
OF_PATHS = [name for name in ROOMS if name not in ("item_response", "exploratory_block")]
QUICK = [SLOW(name) if name.startswith("common_method") else name for name in OF_PATHS]
CHEAP = [name for name in OF_PATHS if not name.startswith("common_method")]
IN_GROUPS = ["local_fit", "influence", "forward_search", "cross_validate", "effects"]

FACTORS = [1e-6, SLOW(1e6)]
LIKELIHOODS = {
    *("table.deviance", "folds.deviance", "rows", "single_sample.aic", "single_sample.bic"),
    *("models.bic", "marker_steps.bic"),
}
DRAWN = {"envelope", "partial.boot_lower", "partial.boot_upper"}
LISTED = {"vanishing", "independence.claim"}  # whose names follow the order of the text


def scaled(case: Case, factor: float, items: list[str]) -> Case:
    return replace(case, data=case.data.assign(**{one: case.data[one] * factor for one in items}))


def standardised(case: Case) -> Case:
    return replace(case, options={**case.options, "std_lv": True})


def turned_items(case: Case) -> Case:
    """The items of each factor, last first."""

    def turn(line: str) -> str:
        factor, found, items = line.partition(" =~ ")
        return factor + found + " + ".join(items.split(" + ")[::-1])

    return replace(case, text="\n".join(map(turn, case.text.splitlines())))


def turned_lines(case: Case) -> Case:
    return replace(case, text="\n".join(case.text.splitlines()[::-1]))


def turned_rows(case: Case) -> Case:
    return replace(case, data=case.data.iloc[::-1])


def renamed(case: Case) -> Case:
    """Blanks, signs, a number in front: names that stand between backticks."""
    names = {"A": "Klima (alt)", "B": "Z/wissen", "C": "7 üben"}
    names |= {"a1": "1. frage", "b2": "my item", "c3": "c-3"}
    text = re.sub(r"\b(A|B|C|a1|b2|c3)\b", lambda found: f"`{names[found[1]]}`", case.text)
    return replace(case, text=text, data=case.data.rename(columns=names), known_as=names)


# Units --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize(
    "room", [SLOW(OF_MARKER) if room == OF_MARKER else room for room in OF_PATHS]
)
def test_units_of_all_items(room: str, factor: float) -> None:
    other = scaled(PLAIN, factor, ITEMS + MARKERS)
    assert_same(room, PLAIN, other, frozenset(LIKELIHOODS))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("room", CHEAP)
def test_units_of_one_item(room: str, factor: float) -> None:
    """That is no marker: a note on units far apart may be added."""
    skipped = {"coefficients", "notes", *LIKELIHOODS}
    assert_same(room, PLAIN, scaled(PLAIN, factor, ["a2"]), frozenset(skipped))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("room", [name for name in CHEAP if name != "split_half"])
def test_units_with_gaps(room: str, factor: float) -> None:
    assert_same(room, GAPS, scaled(GAPS, factor, ITEMS), frozenset(LIKELIHOODS))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("room", IN_GROUPS)
def test_units_in_groups_with_robust_errors(room: str, factor: float) -> None:
    assert_same(room, GROUPS, scaled(GROUPS, factor, ITEMS), frozenset(LIKELIHOODS))


def test_raw_numbers_scale() -> None:
    factor = 1e3
    other = scaled(PLAIN, factor, ["a1"])  # the marker of A
    one, two = (quietly(ts.influence, case.fit(), exact=2) for case in (PLAIN, other))
    for path, by in (("B~A", 1.0 / factor), ("C~A", 1.0 / factor), ("C~B", 1.0)):
        np.testing.assert_allclose(two.estimates[path], one.estimates[path] * by, rtol=1e-6)
        np.testing.assert_allclose(two.p_values[path], one.p_values[path], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(two.units[path], one.units[path], rtol=1e-6, atol=1e-7)
    raw = [case.fit().effects().set_index(["from", "to", "kind"]) for case in (PLAIN, other)]
    direct = [table.loc[("A", "B", "direct"), ["estimate", "se"]].to_numpy(float) for table in raw]
    np.testing.assert_allclose(direct[1], direct[0] / factor, rtol=1e-6)
    found = [ROOMS["cross_validate"](case)["table"]["deviance"] for case in (PLAIN, other)]
    np.testing.assert_allclose(found[1] - found[0], 2.0 * np.log(factor), rtol=1e-6)


# Order --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [name for name in QUICK if name != "split_half"])
def test_order_of_rows(room: str) -> None:
    assert_same(room, PLAIN, turned_rows(PLAIN), frozenset(DRAWN))


def test_order_of_rows_does_not_move_what_the_whole_sample_suggests() -> None:
    one, two = (
        quietly(ts.split_half, case.data, 3, items=ITEMS, workers=1)
        for case in (PLAIN, turned_rows(PLAIN))
    )
    assert one.whole_text == two.whole_text


@pytest.mark.parametrize("room", CHEAP)
def test_order_of_items_in_the_text(room: str) -> None:
    case = standardised(PLAIN)
    skipped = DRAWN | LISTED | {"coefficients", "equations", "independence"}
    said = {"sentences"} if room == "forward_search" else {"notes"}  # envelopes; instruments
    assert_same(room, case, turned_items(case), frozenset(skipped | said))


@pytest.mark.parametrize("room", [name for name in QUICK if name != "forward_search"])
def test_order_of_statements(room: str) -> None:
    skipped = DRAWN | LISTED | {"independence"}
    assert_same(room, PLAIN, turned_lines(PLAIN), frozenset(skipped))


@pytest.mark.parametrize("room", ["local_fit", "effects", "cross_validate"])
def test_the_marker_does_not_move_what_has_no_unit(room: str) -> None:
    raw = {f"effects.{name}" for name in ("estimate", "se", "z", "p_value", "ci_lower", "ci_upper")}
    skipped = raw | LISTED | {"coefficients", "equations", "independence"}
    assert_same(room, PLAIN, turned_items(PLAIN), frozenset(skipped))


@pytest.mark.parametrize("room", ["local_fit", "cross_validate"])
def test_order_of_groups(room: str) -> None:
    assert_same(room, GROUPS, turned_rows(GROUPS))


def test_order_of_groups_turns_the_signs_of_differences_of_effects() -> None:
    keys = ["group", "from", "to", "through", "kind"]
    one, two = (case.fit().effects() for case in (GROUPS, turned_rows(GROUPS)))
    for table in (one, two):
        turned = table["group"] == "north - south"
        lower = table.loc[turned, ["ci_lower", "std_ci_lower"]].to_numpy()
        for name in ("estimate", "z", "std_estimate", "std_z"):
            table.loc[turned, name] *= -1.0
        table.loc[turned, ["ci_lower", "std_ci_lower"]] = -table.loc[
            turned, ["ci_upper", "std_ci_upper"]
        ].to_numpy()
        table.loc[turned, ["ci_upper", "std_ci_upper"]] = -lower
        table.loc[turned, "group"] = "south - north"
    pd.testing.assert_frame_equal(
        *(table.set_index(keys).sort_index() for table in (one, two)), rtol=1e-6, atol=1e-7
    )


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [name for name in QUICK if name != "local_fit"])
def test_names(room: str) -> None:
    assert_same(room, PLAIN, renamed(PLAIN), frozenset({"whole_text"}))


def test_names_in_local_fit() -> None:
    assert_same("local_fit", PLAIN, renamed(PLAIN), frozenset({"independence"}))


UNIT_COLUMNS = ("group", "rows", "cook", "reason")
STEP_COLUMNS = ("chisq", "largest", "rows", "entering")


@pytest.mark.parametrize("label", UNIT_COLUMNS)
def test_a_path_labelled_as_a_column_stays_apart(label: str) -> None:
    text = f"{MEASURED}B ~ {label}*A\nC ~ A + B"
    one, two = (quietly(ts.influence, ts.sem(own, survey()), exact=2) for own in (PATHS, text))
    assert two.units.columns.is_unique
    np.testing.assert_allclose(two.units[f"path {label}"], one.units["B~A"], rtol=1e-7, atol=1e-9)
    pd.testing.assert_series_equal(two.units[label], one.units[label], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(two.estimates[label], one.estimates["B~A"], rtol=1e-7)
    assert list(two.most(5, by=f"path {label}").index) == list(one.most(5, by="B~A").index)
    assert "DFTHETAS" in str(two.plot(f"path {label}").svg)


@pytest.mark.parametrize("label", STEP_COLUMNS)
def test_a_path_labelled_as_a_column_of_a_search_stays_apart(label: str) -> None:
    options = {"start": 0.94, "n_starts": 0, "envelope": 1, "seed": 1}
    text = f"{MEASURED}B ~ {label}*A\nC ~ A + B"
    one, two = (ts.forward_search(ts.sem(own, survey()), **options) for own in (PATHS, text))
    for table in (two.steps, two.envelope):
        assert table.columns.is_unique
    for before, after in (("B~A", f"path {label}"), ("se B~A", f"se path {label}")):
        np.testing.assert_allclose(two.steps[after], one.steps[before], rtol=1e-7)
    np.testing.assert_allclose(two.steps["chisq"], one.steps["chisq"], rtol=1e-7)
    np.testing.assert_allclose(two.steps["largest"], one.steps["largest"], rtol=1e-7)
    assert f"path {label}" in str(two.plot(f"path {label}").svg)


@pytest.mark.parametrize("column", ["path", "estimate"])
def test_clusters_named_as_a_column_stay_apart(column: str) -> None:
    data = survey().assign(**{column: np.arange(len(survey())) % 12})
    found = quietly(ts.influence, ts.sem(PATHS, data), units=data[column], exact=3)
    assert found.exact.index.names == [column, "path"]
    assert list(found.exact.columns[:2]) == ["estimate", "without"]
    assert set(found.exact.index.get_level_values(1)) == {"B~A", "C~A", "C~B"}
    assert set(found.exact.index.get_level_values(0)) <= set(range(12))


# Ordinal items ------------------------------------------------------------------------------------


def ordinal(categories: int, **options: object) -> Case:
    return Case(MEASURED, answers(survey(), categories), {"ordered": ITEMS, **options})


@pytest.mark.parametrize("categories", [2, 3, 7])
def test_item_response_by_number_of_categories(categories: int) -> None:
    case = ordinal(categories)
    named = renamed(replace(case, options={"ordered": True}))
    for other in (turned_rows(case), turned_items(case), turned_lines(case), named):
        assert_same("item_response", case, other)
    codes = scaled(case, 1e6, ITEMS)
    assert_same("item_response", case, codes, frozenset({"answers"}))
    assert len(ts.item_response(case.fit()).difficulties) == 9 * (categories - 1)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_item_response_in_groups_and_with_gaps(missing: str) -> None:
    data = gaps(answers(survey(320), 3))
    case = Case(MEASURED, data, {"ordered": ITEMS, "missing": missing})
    assert_same("item_response", case, turned_rows(case))
    assert_same("item_response", case, turned_items(case))


@pytest.mark.parametrize("room", ["local_fit", SLOW("influence"), SLOW("cross_validate")])
def test_ordinal_items_in_other_rooms(room: str) -> None:
    case = Case(PATHS, answers(survey(), 3), {"ordered": ITEMS})
    assert_same(room, case, turned_rows(case), frozenset({"sentences"}))
    assert_same(room, case, scaled(case, 1e6, ITEMS), frozenset({"sentences"}))


# Exploratory blocks -------------------------------------------------------------------------------


@pytest.mark.parametrize("rotation", ["geomin", "oblimin", "varimax"])
def test_exploratory_blocks(rotation: str) -> None:
    case = replace(BLOCKS, options={"rotation": rotation})
    units = [scaled(case, factor, items) for factor in (1e6, 1e-6) for items in (ITEMS, ["a2"])]
    for other in (*units, turned_rows(case)):
        assert_same("exploratory_block", case, other)


@pytest.mark.parametrize("factor", FACTORS)
def test_exploratory_blocks_with_gaps(factor: float) -> None:
    case = replace(BLOCKS, data=gaps(survey()), options={"missing": "fiml"})
    assert_same("exploratory_block", case, scaled(case, factor, ITEMS))


def test_exploratory_blocks_by_order_of_items() -> None:
    """Factors of a block are arranged by its items: the first one is that of the first items."""
    case = replace(BLOCKS, options={"std_lv": True})
    turned = turned_items(case)
    swapped = turned.text.replace(")*F", ")*H").replace(")*G", ")*F").replace(")*H", ")*G")
    assert_same("exploratory_block", case, replace(turned, text=swapped))


@pytest.mark.parametrize("factor", [1.0, 1e2, 1e-2, 1e-6])
@pytest.mark.parametrize("rotation", ["geomin", "varimax"])
def test_an_exploratory_block_as_a_confirmatory_model(rotation: str, factor: float) -> None:
    """Its fixed loadings are raw numbers: units of a million are too large to be identified."""
    case = scaled(BLOCKS, factor, ITEMS)
    fit = replace(case, options={"rotation": rotation}).fit()
    confirmed = replace(case, text=fit.esem_within_cfa()).fit()
    known = replace(BLOCKS, options={"rotation": rotation}).fit()
    names = ["chisq", "df", "pvalue", "srmr"]
    np.testing.assert_allclose(confirmed.measures[names], known.measures[names], rtol=1e-6)


# A group without an item --------------------------------------------------------------------------

APART = f"""
    group: north
    {MEASURED}
    B ~ A
    C ~ A + B
    group: south
    A =~ a1 + a2 + a3
    B =~ b1 + b2 + b3
    C =~ c1 + c2
    B ~ A
    C ~ A + B
"""


@pytest.mark.parametrize("room", ["local_fit", "influence", "effects", "forward_search"])
def test_a_group_without_an_item(room: str) -> None:
    case = Case(APART, survey(), {"group": "place"})
    assert_same(room, case, scaled(case, 1e3, ITEMS))


def test_a_column_that_nobody_answered_is_refused() -> None:
    data = survey().assign(c3=np.nan)
    with pytest.raises(DataError, match="c3"):
        ts.sem(PATHS, data, missing="fiml")

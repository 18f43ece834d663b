"""Two levels with ordinal items: lavaan 0.7-2's values, and what must hold."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly
from scipy.stats import multivariate_normal, norm

import tpn_sem as ts
from tpn_sem.moments.ordinal_levels import LevelOrder, level_statistics
from tpn_sem.moments.ordinal_levels.cluster_nodes import nodes_of_items, nodes_of_pairs
from tpn_sem.moments.ordinal_levels.item_pair_rows import ItemPairRows
from tpn_sem.moments.ordinal_levels.item_pair_tables import ItemPairTables
from tpn_sem.moments.ordinal_levels.item_pairs import pair_of_items
from tpn_sem.moments.ordinal_levels.linear_intercepts import LinearMargin, linear_margin
from tpn_sem.moments.ordinal_levels.linear_pairs import LinearPair, pair_of_numbers
from tpn_sem.moments.ordinal_levels.mixed_pairs import MixedLikelihood, mixed_pair
from tpn_sem.moments.ordinal_levels.paired_intercepts import pair_factor
from tpn_sem.moments.ordinal_levels.random_intercepts import ItemMargin, Predictors, item_margin
from tpn_sem.numerics import Array

CASES: dict[str, Any] = json.loads((REFERENCE / "two_level_ordinal.json").read_text())["cases"]
DATA = pd.read_csv(REFERENCE / "data" / "two_level_ordinal.csv")
ITEMS = ["u1", "u2", "u3", "u4"]
FACTOR = "level: 1\n f =~ u1 + u2 + u3 + u4\nlevel: 2\n f =~ u1 + u2 + u3 + u4"
SLOW = ("given", "saturated_given")  # predictors: rows are integrated one by one
NAMES = [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in CASES]


@cache
def case_fit(name: str) -> ts.Fit:
    """Our fit of a case, with lavaan's nodes."""
    case = CASES[name]
    fit: ts.Fit = quietly(
        ts.sem, case["model"], DATA, cluster="cluster", nodes=case["nodes"], **case["options"]
    )
    return fit


@cache
def own_fit() -> ts.Fit:
    """A factor of four items at each level, with as many nodes as the data need."""
    fit: ts.Fit = quietly(ts.sem, FACTOR, DATA, cluster="cluster", ordered=ITEMS)
    return fit


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", NAMES)
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """lavaan's searches stop early: estimates agree within a thousandth of their error."""
    case, fit = CASES[name], case_fit(name)
    ours = pd.DataFrame({"estimate": fit.coef, "se": np.sqrt(np.diag(fit.vcov))})
    ours = ours[~ours.index.duplicated()]
    theirs = pd.DataFrame(
        {"estimate": case["estimates"], "se": case["se"]}, index=case["names"], dtype=float
    )
    theirs = theirs[~theirs.index.duplicated()]
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    assert (abs(ours["estimate"] - theirs["estimate"]) < 1e-3 * ours["se"]).all()
    np.testing.assert_allclose(ours["se"], theirs["se"], rtol=1.5e-4)


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", NAMES)
def test_tests_and_indices_are_lavaans(name: str) -> None:
    measures = case_fit(name).measures
    theirs = {key.replace(".", "_"): value for key, value in CASES[name]["measures"].items()}
    known = {key: value for key, value in theirs.items() if value is not None}
    assert len(known) > 6
    for key, value in known.items():
        assert measures[key] == pytest.approx(value, rel=1e-3, abs=1e-5), key


@pytest.mark.parametrize("name", NAMES)
def test_standardised_values_are_lavaans(name: str) -> None:
    theirs = pd.DataFrame(CASES[name]["standardized"])
    ours = case_fit(name).standardized()
    keys = ["lhs", "op", "rhs", "level", *(["group"] if "group" in theirs else [])]
    both = ours[ours["op"].isin(["=~", "~", "|"])].merge(theirs, on=keys)
    assert len(both) >= 5
    np.testing.assert_allclose(both["estimate"], both["std.all"].astype(float), atol=5e-4)


def brute(data: pd.DataFrame, first: str, second: str, point: dict[str, Any], count: int) -> float:
    """The log-likelihood of pairs of answers, cluster by cluster, written out in full."""
    places, weights = np.polynomial.hermite_e.hermegauss(count)
    weights = weights / weights.sum()
    factor = np.linalg.cholesky(point["between"])
    normal = multivariate_normal(np.zeros(2), [[1.0, point["within"]], [point["within"], 1.0]])
    total = 0.0
    for _, rows in data.groupby("cluster"):
        share = 0.0
        for one, w in zip(places, weights, strict=True):
            for other, v in zip(places, weights, strict=True):
                part = factor @ [one, other]
                here = w * v
                for a, b in zip(rows[first], rows[second], strict=True):
                    cuts = [np.r_[-9.0, point[name], 9.0] for name in (first, second)]
                    low = [cuts[0][a - 1] - part[0], cuts[1][b - 1] - part[1]]
                    high = [cuts[0][a] - part[0], cuts[1][b] - part[1]]
                    here *= float(normal.cdf(high, lower_limit=low))
                share += here
        total += np.log(share)
    return total


def test_a_pair_of_items_has_the_likelihood_written_out_in_full() -> None:

    few = DATA[DATA["cluster"] <= 2]
    members = few["cluster"].to_numpy() - 1
    cuts = {"u1": np.array([-1.0, 0.1, 1.1]), "b": np.array([0.3])}
    margins = [
        ItemMargin(cuts[name], np.zeros(0), variance, np.zeros((2, 1)), few[name].to_numpy() - 1)
        for name, variance in (("u1", 0.5), ("b", 0.3))
    ]
    given = Predictors(np.zeros((len(few), 0)), np.zeros(len(few), dtype=int), np.zeros(0))
    between = np.array([[0.5, 0.2], [0.2, 0.3]])
    expected = brute(few, "u1", "b", {**cuts, "within": 0.4, "between": between}, 5)
    factor = pair_factor(0.5, 0.3, 0.2)
    assert factor is not None
    nodes = nodes_of_pairs(5, np.eye(2))
    tables = ItemPairTables.of(*margins, members)
    rows = ItemPairRows.of(*margins, members, given)
    for pair in (tables, rows):
        assert pair.at(0.4, factor, nodes)[0].sum() == pytest.approx(expected, abs=1e-8)


def shifted(call: Any, point: Array, step: float = 1e-5) -> Array:
    """Derivatives by central differences, shape (J, k)."""
    moves = step * np.eye(len(point))
    return np.column_stack([(call(point + h) - call(point - h)) / (2.0 * step) for h in moves])


@pytest.mark.parametrize("q", [0, 2])
def test_scores_of_pairs_of_items_are_derivatives(q: int) -> None:
    """Without predictors by tables, given two of them by rows."""
    few = DATA[DATA["cluster"] <= 12]
    members, nodes = few["cluster"].to_numpy() - 1, nodes_of_pairs(7, np.eye(2))
    alike = np.arange(len(few)) if q else np.zeros(len(few), dtype=int)
    given = Predictors(few[["x", "w"]].to_numpy()[:, :q], alike, np.zeros(q))
    margins = [
        ItemMargin(cuts, np.full(q, 0.2), variance, np.zeros((12, 1)), few[name].to_numpy() - 1)
        for name, cuts, variance in (
            ("u1", np.array([-1.2, 0.1, 1.0]), 0.5),
            ("v1", np.array([-0.8, 0.9]), 0.3),
        )
    ]

    def pair(first: ItemMargin, second: ItemMargin) -> Any:
        if q:
            return ItemPairRows.of(first, second, members, given)
        return ItemPairTables.of(first, second, members)

    def value(point: Array) -> Array:
        at = [point[: 4 + q], point[4 + q : 7 + 2 * q]]
        moved = [
            replace(one, thresholds=p[: -1 - q], slopes=p[-1 - q : -1], variance=p[-1])
            for one, p in zip(margins, at, strict=True)
        ]
        factor = pair_factor(at[0][-1], at[1][-1], point[-1])
        return np.asarray(pair(*moved).at(point[-2], factor, nodes)[0])

    point = np.concatenate([*(one.parameters for one in margins), [0.4, 0.25]])
    factor = pair_factor(0.5, 0.3, 0.25)
    here = pair(*margins)
    scores = np.hstack([*here.all_scores(0.4, factor, nodes), here.at(0.4, factor, nodes)[1]])
    np.testing.assert_allclose(scores, shifted(value, point), atol=1e-6)


@pytest.mark.parametrize("has_between", [True, False])
def test_scores_of_mixed_and_continuous_pairs_are_derivatives(has_between: bool) -> None:
    """Of an item with a continuous variable, and of two of these, given predictors."""
    members = DATA["cluster"].to_numpy() - 1
    given = Predictors(DATA[["x", "w"]].to_numpy(), np.arange(len(DATA)), np.zeros(2))
    item = item_margin(DATA["u1"].to_numpy() - 1, members, given, 4, 9, "u1")
    one = linear_margin(DATA["c1"].to_numpy(), members, given, has_between, "c1")
    two = linear_margin(DATA["c2"].to_numpy(), members, given, True, "c2")

    def moved(margin: Any, point: Array) -> Any:
        if isinstance(margin, ItemMargin):
            return replace(margin, thresholds=point[:3], slopes=point[3:5], variance=point[5])
        column = DATA["c1" if margin is one else "c2"].to_numpy()
        residuals = column - point[0] - given.values @ point[1:3]
        parts = [*point[3:], 0.0]
        return replace(
            margin,
            mean=point[0],
            slopes=point[1:3],
            within=parts[0],
            between=parts[1],
            residuals=residuals,
        )

    def alone(margin: LinearMargin) -> Array:
        total = margin.between + margin.within / margin.rows.sizes
        squares = margin.rows.sums(margin.deviations**2) / margin.within
        within = (margin.rows.sizes - 1.0) * np.log(margin.within) + squares
        return np.asarray(-0.5 * (np.log(total) + margin.centre**2 / total + within))

    def mixed(first: ItemMargin, second: LinearMargin, point: Array) -> Array:
        pair = MixedLikelihood(first, second)
        pair.nodes = nodes_of_items(9, 1.0)
        found = pair(point)
        assert found is not None
        return np.asarray(found[0] + alone(second))

    def linear(first: LinearMargin, second: LinearMargin, point: Array) -> Array:
        found = LinearPair(first, second)(point)
        assert found is not None
        return np.asarray(found[0])

    for call, pair, found in (
        (mixed, (item, one), mixed_pair(item, one, 9, "")),
        (linear, (one, two), pair_of_numbers(one, two, "")),
    ):
        point = np.array([part for part in (found.within, found.between) if part == part])
        assert len(point) == 1 + has_between
        first, second = pair
        expected = [
            shifted(lambda p: call(moved(first, p), second, point), first.parameters),  # noqa: B023
            shifted(lambda p: call(first, moved(second, p), point), second.parameters),  # noqa: B023
            shifted(lambda p: call(first, second, p), point),  # noqa: B023
        ]
        for theirs, ours in zip(expected, (found.first, found.second, found.scores), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)


def statistics(columns: list[str], nodes: int | None) -> pd.Series:
    """The first stage of a saturated model, by name."""
    both = "\n".join(f"{one} ~~ {two}" for k, one in enumerate(columns) for two in columns[k + 1 :])
    ordered = [name for name in columns if not name.startswith("c")]
    fit = quietly(
        ts.sem,
        f"level: 1\n{both}\nlevel: 2\n{both}",
        DATA,
        cluster="cluster",
        ordered=ordered,
        nodes=nodes,
    )
    found: pd.Series = fit.statistics
    np.testing.assert_allclose(fit.coef, found[fit.coef.index], atol=1e-6)  # it is saturated
    return found


def test_enough_nodes_are_those_of_many() -> None:
    """Evenly spaced nodes give what 201 of Gauss and Hermite's give, where these are that many."""
    many, own = statistics(["u1", "c1"], 201), statistics(["u1", "c1"], None)
    np.testing.assert_allclose(own, many, atol=2e-6)
    few = statistics(["u1", "c1"], 21)
    assert abs(few - many).max() > 1e-5  # the test can fail


@pytest.mark.slow
def test_shared_nodes_and_nodes_about_each_cluster_agree() -> None:
    """With no predictor, and with one that cannot explain anything."""
    order = LevelOrder((0, 0, 4, 2), 0, (), (1, 1, 2, 2), (), (0, 1, 0, 1))
    codes = DATA[["u1", "b", "u1", "b"]].to_numpy(dtype=float) - 1.0
    members = DATA["cluster"].to_numpy() - 1
    plain = level_statistics(codes, np.zeros((len(DATA), 0)), members, order).moments

    given = Predictors(np.zeros((len(DATA), 1)), np.zeros(len(DATA), dtype=int), np.zeros(1))
    none = Predictors(given.values[:, :0], given.alike, np.zeros(0))
    margins = [
        item_margin(codes[:, k].astype(int), members, none, c, None, "item")
        for k, c in ((0, 4), (1, 2))
    ]
    wide = [replace(one, slopes=np.zeros(1)) for one in margins]
    found = pair_of_items(*wide, members, given, None, "both")
    np.testing.assert_allclose(
        [found.within, found.between], [plain.covariance[0, 1], plain.covariance[2, 3]], atol=2e-6
    )


def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter() -> None:
    mixed = DATA.sample(frac=1.0, random_state=3).reset_index(drop=True)
    mixed["cluster"] = "school " + (1000 - mixed["cluster"]).astype(str)
    again = quietly(ts.sem, FACTOR, mixed, cluster="cluster", ordered=ITEMS)
    np.testing.assert_allclose(again.coef, own_fit().coef, atol=1e-6)
    np.testing.assert_allclose(again.vcov, own_fit().vcov, atol=1e-7)


def test_thresholds_and_units_may_be_written() -> None:
    """Thresholds stand between clusters; a plain variance within is the unit that it is anyway."""
    written = FACTOR.replace("\nlevel: 2", "\n u1 ~~ u1\nlevel: 2") + "\n u1 | t1 + t2 + t3"
    plain = quietly(ts.sem, written, DATA, cluster="cluster", ordered=ITEMS)
    np.testing.assert_allclose(plain.coef[own_fit().coef.index], own_fit().coef, atol=1e-8)
    equal = quietly(
        ts.sem, f"{FACTOR}\n u1 | c*t2\n u2 | c*t2", DATA, cluster="cluster", ordered=True
    )
    assert equal.measures["df"] == own_fit().measures["df"] + 1
    table = equal.estimates.query("op == '|' and rhs == 't2'").set_index("lhs")["estimate"]
    assert table["u1"] == table["u2"]
    again = quietly(ts.sem, equal.model_text, DATA, cluster="cluster", ordered=ITEMS)
    np.testing.assert_allclose(again.coef, equal.coef, atol=1e-6)


def test_units_of_predictors_do_not_matter() -> None:
    model = "level: 1\n u1 ~ x\nlevel: 2\n u1 ~ w"
    plain = quietly(ts.sem, model, DATA, cluster="cluster", ordered=["u1"])
    far = DATA.assign(x=2000.0 + 100.0 * DATA["x"], w=DATA["w"] / 50.0)
    moved = quietly(ts.sem, model, far, cluster="cluster", ordered=["u1"])
    assert moved.coef["u1~x"] == pytest.approx(plain.coef["u1~x"] / 100.0, rel=1e-5)
    assert moved.coef["u1~w.l2"] == pytest.approx(plain.coef["u1~w.l2"] * 50.0, rel=1e-5)
    z = [(f.coef / np.sqrt(np.diag(f.vcov)))[["u1~x", "u1~w.l2"]] for f in (plain, moved)]
    np.testing.assert_allclose(*z, rtol=1e-5)


def test_modification_indices_foretell_a_refit() -> None:
    """The largest one, which 0.7-2 has at .07, against the fall of chi-square."""
    fit = own_fit()
    found = fit.modification_indices().set_index(["lhs", "op", "rhs", "level"])["mi"]
    freed = quietly(
        ts.sem,
        FACTOR.replace("\nlevel: 2", "\n u1 ~~ u2\nlevel: 2"),
        DATA,
        cluster="cluster",
        ordered=ITEMS,
    )
    fall = fit.measures["chisq"] - freed.measures["chisq"]
    assert found[("u1", "~~", "u2", 1)] == pytest.approx(fall, rel=0.02)
    assert fall > 2.0


def test_intraclass_correlations_are_of_latent_responses() -> None:
    table = own_fit().intraclass()
    between = own_fit().statistics[[f"{name}~~{name}.l2" for name in ITEMS]].to_numpy()
    np.testing.assert_allclose(table["icc"], between / (1.0 + between))
    assert (table["within"] == 1.0).all()
    assert ((table["ci_lower"] < table["icc"]) & (table["icc"] < table["ci_upper"])).all()
    alone = quietly(
        ts.sem, "level: 1\n u1 ~~ u1\nlevel: 2\n u1 ~~ u1", DATA, cluster="cluster", ordered=["u1"]
    )
    error = float(alone.estimates.query("op == '~~' and level == 2")["se"].iloc[0])
    assert table.loc["u1", "se"] == pytest.approx(error / (1.0 + between[0]) ** 2, rel=1e-3)


def test_data_drawn_from_a_fit_give_it_back() -> None:
    drawn = ts.simulate(own_fit(), n=12000, clusters=1200, seed=5)
    assert set(drawn["u1"]) == {1.0, 2.0, 3.0, 4.0}
    again = quietly(ts.sem, FACTOR, drawn, cluster="cluster", ordered=ITEMS)
    gap = (again.coef - own_fit().coef) / np.sqrt(np.diag(again.vcov))
    assert (abs(gap) < 4.0).all()
    shares = norm.cdf(own_fit().statistics["u1|t2.l2"] / 1.27016**0.5)
    assert (drawn["u1"] <= 2).mean() == pytest.approx(shares, abs=0.03)


def test_a_bootstrap_draws_whole_clusters() -> None:
    found = quietly(ts.bootstrap, own_fit(), 4, kind="cluster", seed=1, workers=1)
    assert np.isfinite(found.table["se"]).all()


def test_residuals_of_all_kinds_and_the_summary() -> None:
    fit = own_fit()
    raw = fit.residuals()
    gap = fit.statistics["u1~~u2"] - fit.implied.loc[(1, "u1"), "u2"]
    assert raw.loc[(1, "u1"), "u2"] == pytest.approx(gap)
    for kind in ("correlation", "normalized", "standardized"):
        assert np.isfinite(fit.residuals(kind).loc[(2, "u1"), "u3"])
    text = fit.summary()
    assert "Level 2, between clusters" in text
    assert "robust (scores of clusters)" in text
    between = text[text.index("Level 2") :]
    assert "u1 | t1" in between
    assert "u1 | t1" not in text[: text.index("Level 2")]


def test_differences_are_scaled_as_lavaans() -> None:
    """`lavTestLRT(f, g)` of 0.7-2 gives 9.541 with 3 degrees of freedom, p = .0229."""
    equal = FACTOR.replace("u2", "a*u2").replace("u3", "e*u3").replace("u4", "h*u4")
    pair = [
        quietly(ts.sem, text, DATA, cluster="cluster", ordered=ITEMS, nodes=21)
        for text in (FACTOR, equal)
    ]
    table = ts.compare(*pair, method="satorra_2000")
    assert table["p_value"].iloc[1] == pytest.approx(0.022895, abs=2e-4)

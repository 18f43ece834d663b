"""Contrasts of groups: scales against lavaan, invariance, and permutations in closed form."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError
from tpn_sem.estimation import Estimation
from tpn_sem.redraws import (
    LinearModel,
    PermutedScores,
    PooledScores,
    Refitter,
    permuted_groups,
)
from tpn_sem.resampling import permuted_scores, shares_beyond, studentised_permutation
from tpn_sem.resampling.studentised_permutation import pooled_estimation
from tpn_sem.results import inference, quantity_slopes, scaled_contrasts

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
REFERENCE = Path(__file__).parent / "reference" / "lavaan"
PUPILS = reference_data("HolzingerSwineford1939")
SURVEY = ts.datasets.teachers(missing=0)
MODEL = "NPC =~ npc1 + npc2 + npc3 + npc4\nKR =~ kr1 + kr2 + kr3 + kr4"
EXCEPTIONS = {"group_equal": ["loadings", "intercepts"], "group_partial": ["x3 ~ 1", "x7 ~ 1"]}


# Against lavaan ----------------------------------------------------------------------------------


@cache
def lavaan() -> tuple[pd.Series, pd.DataFrame]:
    """Estimates and their covariance matrix, by lavaan's names of parameters."""
    found = json.loads((REFERENCE / "hs_partial_scalar.json").read_text(encoding="utf-8"))
    names = [str(name) for name in found["vcov"]["names"]]
    values = dict(zip(found["coef"]["names"], found["coef"]["values"], strict=True))
    matrix = pd.DataFrame(np.array(found["vcov"]["values"], dtype=float), names, names)
    first = ~matrix.index.duplicated()  # equal parameters stand in both groups under one label
    matrix = matrix.loc[first, first]
    return pd.Series(values)[matrix.index], matrix


def by_hand(name: str, values: pd.Series) -> float:
    sizes = {"": 156 / 301, ".g2": 145 / 301}
    if name == "visual~1":
        pooled = sum(share * values[f"visual~~visual{end}"] for end, share in sizes.items())
        return float(values["visual~1.g2"] / np.sqrt(pooled))
    if name == "visual~~visual":
        return float(np.log(values["visual~~visual.g2"] / values["visual~~visual"]))
    if name == "x1~~x1":
        return float(np.log(values["x1~~x1.g2"] / values["x1~~x1"]))
    if name == "visual~~textual":
        parts = [
            np.arctanh(
                values[f"visual~~textual{end}"]
                / np.sqrt(values[f"visual~~visual{end}"] * values[f"textual~~textual{end}"])
            )
            for end in sizes
        ]
        return float(parts[1] - parts[0])
    variances = [
        values["x3~~x3" + end] + values[".p3."] ** 2 * values["visual~~visual" + end]
        for end in sizes
    ]
    pooled = np.dot(list(sizes.values()), variances)
    return float((values["x3~1.g2"] - values["x3~1"]) / np.sqrt(pooled))


@pytest.mark.parametrize(
    "name", ["visual~1", "visual~~visual", "x1~~x1", "visual~~textual", "x3~1"]
)
def test_contrasts_are_functions_of_lavaans_estimates(name: str) -> None:
    fit = ts.cfa(THREE, PUPILS, group="school", **EXCEPTIONS)
    contrasts = scaled_contrasts(fit.estimation)
    numbers = inference(fit.estimation, contrasts.values, contrasts.slopes)
    place = contrasts.names.index(name)
    values, covariance = lavaan()
    assert contrasts.values[place] == pytest.approx(by_hand(name, values), abs=2e-5)
    slopes = np.zeros(len(values))
    for index, one in enumerate(values.index):
        moved = [values.copy(), values.copy()]
        moved[0][one] += 1e-5
        moved[1][one] -= 1e-5
        slopes[index] = (by_hand(name, moved[0]) - by_hand(name, moved[1])) / 2e-5
    error = np.sqrt(slopes @ covariance.to_numpy() @ slopes)
    assert numbers["se"][place] == pytest.approx(error, rel=2e-4)


def test_equal_parameters_have_no_contrast_and_standardised_paths_do() -> None:
    fit = ts.sem(THREE + "\nspeed ~ visual + textual", PUPILS, group="school", **EXCEPTIONS)
    contrasts = scaled_contrasts(fit.estimation)
    assert not any("=~" in name for name in contrasts.names)
    assert [name for name in contrasts.names if name.startswith("x") and "~1" in name] == [
        "x3~1",
        "x7~1",
    ]
    paths = ts.group_differences(fit).standardized_paths.query("kind == 'direct'")
    own = contrasts.values[[contrasts.names.index(n) for n in ("speed~visual", "speed~textual")]]
    np.testing.assert_allclose(own, paths["estimate"], rtol=1e-6)
    standard = fit.standardized().query("op == '~' and rhs == 'visual'")["estimate"].to_numpy()
    assert own[0] == pytest.approx(standard[1] - standard[0], rel=1e-6)


def test_three_groups_are_compared_in_pairs() -> None:
    data = PUPILS.assign(part=np.arange(301) % 3)
    fit = ts.cfa(THREE, data, group="part", group_equal=["loadings", "intercepts"])
    names = scaled_contrasts(fit.estimation).names
    means = [name for name in names if name.startswith("speed~1")]
    assert means == ["speed~1 (1 - 0)", "speed~1 (2 - 0)", "speed~1 (2 - 1)"]


# Invariance to what is arbitrary -----------------------------------------------------------------


def inferred(model: str, data: pd.DataFrame, **options: object) -> ts.GroupInference:
    ladder = quietly(
        ts.invariance,
        model,
        data,
        group="location",
        cluster="school",
        **{"steps": ["configural", "metric", "scalar", "strict"], **options},
    )
    step = options.get("step", "scalar")
    return quietly(ts.group_inference, ladder, step=step, n_permutations=99, seed=3)


def turned(data: pd.DataFrame) -> pd.DataFrame:
    """The other location first, and rows backwards."""
    return data.iloc[::-1].sort_values("location", ascending=False, kind="stable")


def renamed(data: pd.DataFrame) -> pd.DataFrame:
    schools = {name: f"z{place}" for place, name in enumerate(data["school"].unique()[::-1])}
    return data.assign(
        school=data["school"].map(schools),
        location=data["location"].map({"rural": "v", "urban": "u"}),
    )


UNITS = {"npc1": 1e-6, "npc2": 1e6, "npc4": 1e3, "kr1": 1e-3, "kr3": 1e6}


def in_units(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(**{name: data[name] * unit for name, unit in UNITS.items()})


ALIKE = {
    "group order": (MODEL, turned, -1.0),
    "row order": (
        MODEL,
        lambda data: data.sample(frac=1.0, random_state=1).sort_values("location", kind="stable"),
        1.0,
    ),
    "marker": (
        "NPC =~ npc3 + npc1 + npc2 + npc4\nKR =~ kr4 + kr2 + kr3 + kr1",
        lambda data: data,
        1.0,
    ),
    "names": (MODEL, renamed, 1.0),
    "units": (MODEL, lambda data: in_units(data), 1.0),
    "order, marker and names": (
        "KR =~ kr4 + kr2 + kr3 + kr1\nNPC =~ npc3 + npc1 + npc2 + npc4",
        lambda data: renamed(turned(data)),
        -1.0,
    ),
}


@cache
def usual(kind: str) -> ts.GroupInference:
    return inferred(MODEL, *_kinds(kind))


def _kinds(kind: str) -> tuple[pd.DataFrame]:
    return (ts.datasets.teachers(missing=0),) if kind == "complete" else (SURVEY,)


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize("change", ALIKE)
def test_nothing_arbitrary_moves_a_contrast_or_a_p_value(change: str) -> None:
    model, data, sign = ALIKE[change]
    one, other = usual("complete"), inferred(model, data(SURVEY))
    contrasts = other.contrasts.rename(index={"KR~~NPC": "NPC~~KR"}).loc[one.contrasts.index]
    for column in ("p_value", "p_adjusted", "p_naive", "p_clustered", "p_permutation", "se"):
        np.testing.assert_allclose(
            contrasts[column], one.contrasts[column], atol=1e-6, err_msg=column
        )
    np.testing.assert_allclose(contrasts["estimate"], sign * one.contrasts["estimate"], atol=1e-6)
    np.testing.assert_allclose(
        (contrasts["ci_lower"] + contrasts["ci_upper"]),
        sign * (one.contrasts["ci_lower"] + one.contrasts["ci_upper"]),
        atol=2e-6,
    )
    for column in ("p_value", "p_adjusted", "p_naive", "p_clustered", "p_permutation"):
        np.testing.assert_allclose(other.steps[column], one.steps[column], atol=1e-6)


@pytest.mark.parametrize("step", ["configural", "metric"])
def test_units_find_no_common_unit_that_is_not_there(step: str) -> None:
    names = []
    for data in (SURVEY, in_units(SURVEY)):
        ladder = quietly(
            ts.invariance, MODEL, data, group="location", steps=["configural", "metric"]
        )
        names.append(scaled_contrasts(ladder.fits[step].estimation).names)
    assert names[0] == names[1]


@pytest.mark.parametrize("step", ["configural", "metric"])
def test_free_loadings_and_intercepts_know_no_marker(step: str) -> None:
    fits = []
    for model, data in ((MODEL, SURVEY), (ALIKE["marker"][0], turned(SURVEY))):
        ladder = quietly(
            ts.invariance, model, data, group="location", steps=["configural", "metric"]
        )
        estimation = ladder.fits[step].estimation
        contrasts = scaled_contrasts(estimation)
        numbers = inference(estimation, contrasts.values, contrasts.slopes)
        fits.append(pd.DataFrame(numbers, index=contrasts.names))
    assert sorted(fits[0].index) == sorted(fits[1].index)
    other = fits[1].loc[fits[0].index]
    np.testing.assert_allclose(other["estimate"], -fits[0]["estimate"], atol=1e-6)
    np.testing.assert_allclose(other["p_value"], fits[0]["p_value"], atol=1e-6)
    assert ("NPC=~npc1" in fits[0].index) == (step == "configural")
    assert "NPC~~NPC" in fits[0].index or step == "configural"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gaps", "exceptions", "ordinal"])
def test_the_order_of_groups_moves_no_p_value_of_other_ladders(kind: str) -> None:
    options: dict[str, object] = {}
    data = SURVEY
    model = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5\nKR =~ kr1 + kr2 + kr3 + kr4 + kr5"
    if kind == "gaps":
        data, options = ts.datasets.teachers(), {"missing": "fiml"}
    if kind == "exceptions":
        options = {
            "partial": ts.PartialSearch(always=True, force=True),
            "steps": ["configural", "metric", "scalar"],
        }
    if kind == "ordinal":
        model = "NPC =~ npc1 + npc2 + npc3 + npc4"
        options = {
            "ordered": True,
            "empty_categories": "collapse",
            "steps": ["configural", "thresholds", "loadings", "intercepts"],
            "step": "intercepts",
        }
    found = []
    step = options.pop("step", None)
    for one in (data, turned(data)):
        chosen = {"steps": ["configural", "metric", "scalar"], **options}
        ladder = quietly(ts.invariance, model, one, group="location", cluster="school", **chosen)
        last = step or list(ladder.fits)[-1]
        found.append(quietly(ts.group_inference, ladder, step=last, n_permutations=49, seed=3))
    first, second = (one.contrasts for one in found)
    if kind == "exceptions":
        assert any("~1" in name and name[0].islower() for name in first.index)
    second = second.loc[first.index]
    np.testing.assert_allclose(second["estimate"], -first["estimate"], atol=2e-6)
    for column in ("p_value", "p_clustered", "p_naive", "p_permutation"):
        np.testing.assert_allclose(second[column], first[column], atol=2e-6, err_msg=column)


# Permutations ------------------------------------------------------------------------------------


CLUSTER_SIZES = np.array([3.0, 5.0, 2.0, 6.0, 4.0, 4.0])


def two_means(totals: np.ndarray) -> PermutedScores:
    """Six clusters of a variable with a known variance of 1, and two means."""
    centred = totals - CLUSTER_SIZES * totals.sum() / CLUSTER_SIZES.sum()
    pooled = PooledScores(
        centred[:, None], np.eye(1), CLUSTER_SIZES, np.arange(len(totals)), n_groups=2
    )
    model = LinearModel((np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])), np.array([[-1.0, 1.0]]))
    equal = LinearModel((np.eye(1), np.eye(1)), np.zeros((0, 1)))
    return PermutedScores(pooled, (model, equal), (True,))


def test_studentised_statistics_in_closed_form() -> None:
    totals = np.array([2.0, 9.0, 1.0, 3.0, 5.0, 8.0])
    members = np.array([0, 1, 0, 0, 1, 1])
    found = two_means(totals).statistics(members)
    means, variance = [], 0.0
    for group in (0, 1):
        inside = members == group
        size = CLUSTER_SIZES[inside].sum()
        mean = totals[inside].sum() / size
        left = totals[inside] - CLUSTER_SIZES[inside] * mean
        variance += 3.0 / 2.0 * (left**2).sum() / size**2
        means.append(mean)
    assert found[0] == pytest.approx((means[1] - means[0]) / np.sqrt(variance))
    plain = two_means(totals).plain(members)
    assert plain[0] == pytest.approx(means[1] - means[0])
    sizes = [CLUSTER_SIZES[members == group].sum() for group in (0, 1)]
    between = (means[1] - means[0]) ** 2 / (1 / sizes[0] + 1 / sizes[1])
    assert plain[1] == pytest.approx(between)
    scale = variance / (1 / sizes[0] + 1 / sizes[1])
    assert found[1] == pytest.approx(between / scale)


def test_a_permutation_test_with_all_dealings_is_exact() -> None:
    """Whichever dealing the data are, p-values of all are uniform on multiples of 1 / 20."""
    scores = two_means(np.array([2.0, 9.1, 1.3, 3.2, 5.7, 8.4]))
    dealings = []
    for first in combinations(range(6), 3):
        members = np.ones(6, dtype=int)
        members[list(first)] = 0
        dealings.append(members)
    values = np.array([scores.statistics(members) for members in dealings])
    shares = []
    for place, own in enumerate(values):
        others = np.delete(values, place, axis=0)
        shares.append(shares_beyond(others, own, np.array([True, False])))
    for column in np.array(shares).T:  # a dealing and its mirror image are as far from zero
        expected = np.repeat(np.arange(1, 11) / 10.0, 2)
        np.testing.assert_allclose(np.sort(column), expected)


def test_rows_of_a_cluster_add_up_before_they_are_squared() -> None:
    """Units that change places within two clusters, in both groups each."""
    rng = np.random.default_rng(1)
    values, clusters = rng.normal(size=8), np.array([1, 0, 1, 0, 0, 1, 0, 1])
    centred = values - values.mean()
    pooled = PooledScores(centred[:, None], np.eye(1), np.ones(8), clusters, n_groups=2)
    model = LinearModel((np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])), np.array([[-1.0, 1.0]]))
    members = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    found = PermutedScores(pooled, (model,), ()).statistics(members)[0]
    means = [values[members == group].mean() for group in (0, 1)]
    left = (values - np.array(means)[members]) * np.array([-0.25, 0.25])[members]
    sums = [left[clusters == cluster].sum() for cluster in (0, 1)]
    expected = (means[1] - means[0]) / np.sqrt(2.0 * np.square(sums).sum())
    assert found == pytest.approx(expected)


@cache
def scalar() -> tuple[dict[str, Estimation], PermutedScores]:
    ladder = quietly(
        ts.invariance,
        MODEL,
        SURVEY,
        group="location",
        cluster="school",
        estimator="MLR",
        steps=["configural", "metric", "scalar"],
    )
    found = {name: fit.estimation for name, fit in ladder.fits.items()}
    contrasts = scaled_contrasts(found["scalar"])
    draws = permuted_groups(found["scalar"], None, None)
    return found, permuted_scores(found, {"scalar": contrasts}, draws, tested=True)


@pytest.mark.slow
def test_one_step_from_pooled_estimates_agrees_with_refits() -> None:
    """Contrasts over their errors, and differences of chi-square, in 30 dealings."""
    found, scores = scalar()
    one = found["scalar"]
    contrasts, draws = scaled_contrasts(one), permuted_groups(one, None, None)
    generator = np.random.default_rng(5)
    refitted, stepped = [], []
    for _ in range(30):
        dealing = draws.deal(generator)
        samples = draws.samples_of(dealing)
        fits = [next(iter(Refitter(each).estimations(samples))) for each in found.values()]
        assert all(isinstance(fit, Estimation) for fit in fits)
        values, slopes = quantity_slopes(fits[-1], contrasts.quantity)
        ratios = inference(fits[-1], values, slopes)["z"]
        falls = np.diff([fit.chi_square for fit in fits])
        refitted.append([*ratios, *falls])
        plain = scores.plain(dealing)
        stepped.append([*scores.statistics(dealing)[: len(values)], *plain[len(values) :]])
    refitted, stepped = np.array(refitted), np.array(stepped)
    for place in range(refitted.shape[1]):
        assert np.corrcoef(refitted[:, place], stepped[:, place])[0, 1] > 0.97
    gaps = np.abs(refitted - stepped)[:, : len(contrasts)]
    assert np.median(gaps) < 0.1


def test_pooled_estimates_are_a_minimum_where_each_group_has_all_rows() -> None:
    _, scores = scalar()
    totals = scores.pooled.scores.sum(0)
    for model in scores.models:
        slope = sum(jacobian.T @ totals for jacobian in model.jacobians)
        information = sum(
            jacobian.T @ scores.pooled.information @ jacobian for jacobian in model.jacobians
        )
        rows = scores.pooled.sizes.sum()
        assert slope @ np.linalg.solve(rows * information, slope) < 1e-8


@pytest.mark.slow
def test_what_has_no_scores_in_the_moments_has_no_permutation() -> None:
    data = PUPILS.assign(
        **{f"x{k}": pd.qcut(PUPILS[f"x{k}"], 3, labels=False) for k in range(1, 4)}
    )
    fit = quietly(
        ts.cfa, "visual =~ x1 + x2 + x3", data, group="school", ordered=True, estimator="PML"
    )
    contrasts = scaled_contrasts(fit.estimation)
    with pytest.raises(NotAvailableError, match="no scores in the moments"):
        studentised_permutation({"one": fit.estimation}, contrasts, "one", 9, 1)
    table = quietly(ts.permutation, fit, 2, seed=1).contrasts
    assert "p_permutation" not in table
    assert len(table) == len(contrasts)


def test_rows_that_cannot_be_fitted_together_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = scalar()
    one = found["scalar"]
    solution = one.solution

    class Lost:
        parameters, converged = solution.parameters, np.asarray(False)

    monkeypatch.setattr(Refitter, "solve", lambda *_: Lost())
    with pytest.raises(NotAvailableError, match="rows of all groups together"):
        pooled_estimation(one, one.samples.groups[0])

"""Alignment, against closed forms and populations whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from alignment_cases import (
    FACTORS,
    INTERCEPTS,
    LOADINGS,
    NUMBERS,
    PUPILS,
    SPEED,
    drawn_fit,
    invariant_fit,
    moments,
)

import tpn_sem as ts
from tpn_sem.groups.alignment import (
    align,
    alignment,
    configural,
    explained_share,
    invariant_groups,
)

# Populations whose answer is known ----------------------------------------------------------------


def test_nothing_is_left_where_items_are_invariant() -> None:
    found = alignment(invariant_fit(), seed=1)
    table = found.factors.set_index(["factor", "group"])
    for group, (mean, one, other) in enumerate(FACTORS):
        for factor, sign, deviation in (("f", 1, one), ("g", -1, other)):
            row = table.loc[(factor, f"g{group}")]
            assert row["mean"] == pytest.approx(sign * mean, abs=1e-6)
            assert row["variance"] == pytest.approx(deviation**2, rel=1e-6)
    values = found.parameters.pivot(index=["lhs", "op", "rhs"], columns="group", values="estimate")
    truth = {(f, "=~", f"y{i + 1}"): LOADINGS[i, k] for k, f in enumerate("fg") for i in range(7)}
    truth |= {(f"y{i + 1}", "~1", ""): value for i, value in enumerate(INTERCEPTS)}
    for name, row in values.iterrows():
        np.testing.assert_allclose(row, truth[name], atol=1e-6)
    assert found.parameters["invariant"].all()
    assert found.share_noninvariant == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(found.r_squared, 1.0, atol=1e-9)
    np.testing.assert_allclose(
        found.items["average"],
        [
            truth[name]
            for name in values.index.reindex(
                pd.MultiIndex.from_frame(found.items[["lhs", "op", "rhs"]])
            )[0]
        ],
        atol=1e-6,
    )
    least = sum(np.sqrt(a * b) for a, b in ((200, 400), (200, 600), (400, 600))) * 0.01**0.25
    np.testing.assert_allclose(found.fit_contributions, least, rtol=1e-9)
    assert found.simplicity == pytest.approx(15 * least, rel=1e-9)


def test_the_scalar_model_says_the_same_of_invariant_items() -> None:
    found = alignment(invariant_fit(), seed=1).factors.set_index(["factor", "group"])
    scalar = invariant_fit(group_equal=("loadings", "intercepts")).estimates
    for group in ("g1", "g2"):
        for factor in "fg":
            rows = scalar[(scalar["group"] == group) & (scalar["lhs"] == factor)]
            mean = rows[rows["op"] == "~1"]["estimate"].item()
            variance = rows[(rows["op"] == "~~") & (rows["rhs"] == factor)]["estimate"].item()
            assert found.loc[(factor, group), "mean"] == pytest.approx(mean, abs=1e-5)
            assert found.loc[(factor, group), "variance"] == pytest.approx(variance, rel=1e-5)


@pytest.mark.slow
def test_few_parameters_that_differ_do_not_move_the_means() -> None:
    means = np.array([0.0, 0.4, -0.3, 0.2, 0.6, -0.5])
    deviations = np.array([1.0, 1.2, 0.9, 1.1, 0.8, 1.0])
    loadings, intercepts = np.linspace(0.7, 1.0, 6), np.zeros(6)
    data = {}
    for group, (mean, deviation) in enumerate(zip(means, deviations, strict=True)):
        own, level = loadings.copy(), intercepts.copy()
        if group in (1, 4):
            level[group] += 0.8
            own[0] -= 0.3
        factor = np.array([[deviation**2]])
        data[f"g{group}"] = moments(own[:, None], level, np.array([mean]), factor, 100_000)
    text = "f =~ " + " + ".join(f"y{i + 1}" for i in range(6))
    found = alignment(ts.cfa(text, data, std_lv=True), epsilon=1e-4, seed=1)
    np.testing.assert_allclose(found.factors["mean"], means, atol=0.01)
    np.testing.assert_allclose(found.factors["variance"], deviations**2, rtol=0.01)
    outside = found.parameters[~found.parameters["invariant"]]
    names = outside["lhs"] + outside["op"] + outside["rhs"] + " " + outside["group"]
    assert set(names) == {"f=~y1 g1", "f=~y1 g4", "y2~1 g1", "y5~1 g4"}
    assert set(found.fit_contributions.index[:3]) == {"f=~y1", "y2~1", "y5~1"}
    scalar = ts.cfa(text, data, std_lv=True, group_equal=("loadings", "intercepts")).estimates
    level = scalar[(scalar["lhs"] == "f") & (scalar["op"] == "~1")]["estimate"]
    assert np.abs(level - means).max() > 0.05  # what a model takes for invariant is biased


# Closed forms -------------------------------------------------------------------------------------


def unit_estimates(fit: ts.Fit, group: str) -> tuple[np.ndarray, np.ndarray]:
    """Loadings and intercepts of one factor of variance one, as the fit has them."""
    table = fit.estimates[fit.estimates["group"] == group]
    items = table[table["op"] == "=~"]["rhs"]
    level = table[table["op"] == "~1"].set_index("lhs")["estimate"]
    return table[table["op"] == "=~"]["estimate"].to_numpy(), level[items].to_numpy()


@pytest.mark.parametrize("reference", ["Pasteur", "Grant-White"])
def test_least_squares_have_a_closed_form(reference: str) -> None:
    """With power 2: var = sum l2^2 / sum l1^2, mean = sqrt(var) sum l2 (n2 - n1) / sum l2^2."""
    fit = ts.cfa(SPEED, PUPILS, group="school", std_lv=True)
    other = "Grant-White" if reference == "Pasteur" else "Pasteur"
    (l1, n1), (l2, n2) = (unit_estimates(fit, group) for group in (reference, other))
    found = alignment(fit, reference=reference, power=2.0).factors.set_index("group")
    variance = (l2 @ l2) / (l1 @ l1)
    assert found.loc[other, "variance"] == pytest.approx(variance, rel=1e-9)
    mean = np.sqrt(variance) * (l2 @ (n2 - n1)) / (l2 @ l2)
    assert found.loc[other, "mean"] == pytest.approx(mean, rel=1e-9)
    own = found.loc[reference, NUMBERS].astype(float)
    np.testing.assert_allclose(own, [0.0, 0.0, 1.0, 0.0], atol=1e-12)


def test_no_other_point_is_lower() -> None:
    """Two groups and one factor: both parts of the function on a fine grid."""
    fit = ts.cfa(SPEED, PUPILS, group="school", std_lv=True)
    (l1, n1), (l2, n2) = (unit_estimates(fit, group) for group in fit.group_labels)
    weight = np.sqrt((PUPILS["school"] == "Pasteur").sum() * (PUPILS["school"] != "Pasteur").sum())
    grid = np.arange(-1.0, 1.0, 1e-4)
    spread = np.exp(grid / 2.0)  # square root of the second group's deviation: product of one
    of_loadings = sum(
        np.sqrt(np.sqrt((a * spread - b / spread) ** 2 + 0.01)) for a, b in zip(l1, l2, strict=True)
    )
    of_intercepts = sum(
        np.sqrt(np.sqrt((a - b + c * grid) ** 2 + 0.01)) for a, b, c in zip(n1, n2, l2, strict=True)
    )
    found = alignment(fit)
    row = found.factors.set_index("group").loc["Grant-White"]
    deviation = np.exp(grid[of_loadings.argmin()])
    assert row["variance"] == pytest.approx(deviation**2, abs=5e-4)
    assert row["mean"] / np.sqrt(row["variance"]) == pytest.approx(
        grid[of_intercepts.argmin()], abs=1e-4
    )
    lowest = weight * (of_loadings.min() + of_intercepts.min())
    assert lowest * (1 - 1e-6) < found.simplicity <= lowest


def test_free_means_solve_normal_equations() -> None:
    """With power 2 and equal sizes the free means are a least-squares problem in all groups."""
    fit = drawn_fit()
    parts = [unit_estimates(fit, group) for group in fit.group_labels]
    n_groups, n_items = len(parts), len(parts[0][0])
    rows, target = [], []
    for g in range(n_groups):
        for h in range(g):
            for i in range(n_items):
                row = np.zeros(n_groups)
                row[g], row[h] = parts[g][0][i], -parts[h][0][i]
                rows.append(row)
                target.append(parts[g][1][i] - parts[h][1][i])
    expected = np.linalg.lstsq(np.array(rows), np.array(target), rcond=None)[0]
    found = align(
        configural(fit.estimation), "free", 0, power=2.0, epsilon=0.01, starts=2,
        generator=np.random.default_rng(1),
    )  # fmt: skip
    np.testing.assert_allclose(found.shifts.x[:, 0], expected, rtol=1e-6)
    assert np.prod(found.variances) == pytest.approx(1.0, rel=1e-11)


# Sets of groups and explained shares --------------------------------------------------------------


def test_what_alignment_explains_is_what_is_left_beside_the_average_item() -> None:
    """1 - var(n0 - n - a l) / var(n0) and 1 - var(l0 - sd l) / var(l0), n and l averages."""
    found = alignment(drawn_fit(), seed=1)
    parts = [unit_estimates(drawn_fit(), f"g{g}") for g in range(4)]
    l0, n0 = (np.array([part[i] for part in parts]) for i in (0, 1))
    mean = found.factors["mean"].to_numpy()
    deviation = np.sqrt(found.factors["variance"].to_numpy())
    estimates = found.parameters["estimate"].to_numpy().reshape(10, 4).mean(axis=1)
    loading, level = estimates[:5], estimates[5:]
    left = np.concatenate(
        [l0 - np.outer(deviation, loading), n0 - level - np.outer(mean, loading)], axis=1
    )
    expected = 1.0 - left.var(axis=0) / np.concatenate([l0, n0], axis=1).var(axis=0)
    np.testing.assert_allclose(found.r_squared, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.1, 0.2, 9.0], [1, 1, 1, 0]),
        ([0.0, 0.1, 5.0, 5.1], [1, 1, 0, 0]),  # of two equal sets, the first
        ([0.0, 10.0, 5.0, 5.1], [0, 0, 1, 1]),
        ([0.0, 9.0, 5.0, 5.1], [0, 1, 1, 1]),  # z = 4 to each, 3.2 to their average
        ([0.0, 9.0, 18.0, 27.0], [0, 0, 0, 0]),  # a group alone is no set
        ([0.0, 2.5, 5.0, 7.5], [0, 1, 1, 0]),  # the ends leave, return, leave, ...
        ([0.0, 0.0, 0.0, 4.0], [1, 1, 1, 0]),
        ([0.0, 0.0, 0.0, 3.7], [1, 1, 1, 1]),  # z = 2.6 to each, 3.2 to their average
    ],
)
def test_groups_that_share_a_parameter(values: list[float], expected: list[int]) -> None:
    found = invariant_groups(np.array(values), np.eye(4))
    assert found.astype(int).tolist() == expected


def test_groups_that_differ_for_certain_share_nothing() -> None:
    covariance = np.ones((3, 3))  # one error for all: differences have none
    assert invariant_groups(np.array([1.0, 1.0, 2.0]), covariance).tolist() == [True, True, False]


def test_explained_share_is_one_less_the_share_of_what_is_left() -> None:
    values = np.array([[1.0, 2.0, 5.0], [2.0, 2.0, 5.0], [3.0, 5.0, 5.0]])
    predicted = np.array([[1.0, 3.0, 5.0], [2.0, 3.0, 5.0], [3.0, 3.0, 6.0]])
    found = explained_share(values, predicted)
    np.testing.assert_allclose(found[:2], [1.0, 0.0])
    assert np.isnan(found[2])

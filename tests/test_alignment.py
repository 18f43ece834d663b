"""Alignment, against closed forms, populations whose answer is known, and simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, reference_data

import tpn_sem as ts
from tpn_sem.errors import ConvergenceWarning, IdentificationWarning, NotAvailableError, OptionError
from tpn_sem.groups.alignment import (
    Aligned,
    Alignment,
    Configural,
    Loadings,
    Locations,
    Simplicity,
    align,
    alignment,
    configural,
    explained_share,
    gradient,
    hessian,
    invariant_groups,
    mixed,
)

PUPILS = reference_data("HolzingerSwineford1939")
THREE = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
SPEED = "speed =~ x7 + x8 + x9"
NUMBERS = ["mean", "mean_se", "variance", "variance_se"]

# Populations whose answer is known ---------------------------------------------------------------

FACTORS = np.array([[0.0, 1.0, 1.0], [0.5, 1.4, 0.8], [-0.3, 0.7, 1.2]])  # mean, deviations


def moments(
    loadings: np.ndarray, intercepts: np.ndarray, means: np.ndarray, factors: np.ndarray, n: int
) -> ts.SampleMoments:
    """Exact moments of one group whose items have residual variance 0.5."""
    covariance = loadings @ factors @ loadings.T + 0.5 * np.eye(len(loadings))
    names = [f"y{i + 1}" for i in range(len(loadings))]
    return ts.SampleMoments(covariance * n / (n - 1), intercepts + loadings @ means, n, names=names)


@cache
def invariant_fit(**options: object) -> ts.Fit:
    """Three groups, two factors, an item that loads on both, and nothing that differs."""
    data = {}
    for group, (mean, one, other) in enumerate(FACTORS):
        deviations = np.diag([one, other])
        factors = deviations @ np.array([[1.0, 0.3], [0.3, 1.0]]) @ deviations
        data[f"g{group}"] = moments(
            LOADINGS, INTERCEPTS, np.array([mean, -mean]), factors, 200 * (group + 1)
        )
    return ts.cfa(TWO, data, **{"std_lv": True} | options)


TWO = "f =~ y1 + y2 + y3 + y4\ng =~ y4 + y5 + y6 + y7"
LOADINGS = np.array(
    [[0.8, 0], [0.9, 0], [1.0, 0], [0.5, 0.4], [0, 0.7], [0, 0.9], [0, 1.1]], dtype=float
)
INTERCEPTS = np.array([0.0, 0.5, -0.5, 1.0, 0.2, 0.0, -1.0])


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


# Closed forms ------------------------------------------------------------------------------------


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
    np.testing.assert_allclose(found.loc[reference, NUMBERS], [0.0, 0.0, 1.0, 0.0], atol=1e-12)


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


# What must not matter ----------------------------------------------------------------------------


@cache
def pupils(**options: object) -> ts.Fit:
    return ts.cfa(THREE, PUPILS, group="school", **options)


@pytest.mark.parametrize("options", [{}, {"effect_coding": True}], ids=["marker", "effect coding"])
def test_the_identification_of_the_fit_does_not_matter(options: dict[str, bool]) -> None:
    one, other = alignment(pupils(std_lv=True), seed=1), alignment(pupils(**options), seed=2)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-5, atol=1e-7)
    pd.testing.assert_frame_equal(one.parameters, other.parameters, rtol=1e-5)
    pd.testing.assert_frame_equal(one.items, other.items, rtol=1e-5)


def test_a_factor_that_runs_backwards_in_a_group_is_turned() -> None:
    """Robust errors, in which loadings and intercepts covary, so that the sign matters to them."""
    options = {"group": "school", "estimator": "MLR"}
    one = alignment(ts.cfa(SPEED, PUPILS, std_lv=True, **options))
    turned = ts.cfa("speed =~ c(1, -1)*x7 + start(c(1, -1))*x8 + x9", PUPILS, **options)
    own = turned.estimates[turned.estimates["op"] == "=~"].groupby("group")["estimate"]
    assert sorted(own.max() > 0.0) == [False, True]
    other = alignment(turned)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-5, atol=1e-7)
    pd.testing.assert_frame_equal(one.parameters, other.parameters, rtol=1e-5)


def test_the_reference_group_only_sets_the_metric_where_loadings_are_invariant() -> None:
    tables = {}
    for reference in ("g0", "g2"):
        fit = intercepts_that_differ()
        tables[reference] = alignment(fit, reference=reference, seed=1).factors.set_index("group")
    one, other = tables["g0"], tables["g2"]
    unit = np.sqrt(one.loc["g2", "variance"])
    np.testing.assert_allclose(other["variance"], one["variance"] / unit**2, rtol=1e-6)
    np.testing.assert_allclose(
        other["mean"], (one["mean"] - one.loc["g2", "mean"]) / unit, atol=1e-6
    )


def intercepts_that_differ() -> ts.Fit:
    data = {}
    for group, (mean, deviation, _) in enumerate(FACTORS):
        level = np.zeros(5)
        level[group] = 0.4
        loadings = np.linspace(0.7, 1.1, 5)[:, None]
        factor = np.array([[deviation**2]])
        data[f"g{group}"] = moments(loadings, level, np.array([mean]), factor, 500)
    return ts.cfa("f =~ y1 + y2 + y3 + y4 + y5", data, std_lv=True)


def test_ratios_of_variances_do_not_depend_on_the_reference_group() -> None:
    one = alignment(drawn_fit(), seed=1).factors["variance"]
    other = alignment(drawn_fit(), seed=1, reference="g3").factors["variance"]
    np.testing.assert_allclose(other, one / one[3], rtol=1e-6)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = (alignment(drawn_fit(), seed=7, starts=5) for _ in range(2))
    assert_same_numbers(one.factors, other.factors)
    assert one.starts.tolist() == other.starts.tolist() == [5, 5, 5]


# Derivatives and standard errors -----------------------------------------------------------------

DRAWN = {"loadings": np.linspace(0.7, 1.0, 5), "means": [0.0, 0.4, -0.3, 0.2]}


def draw(generator: np.random.Generator, n: int = 500) -> ts.Fit:
    """Four groups of n rows; some loadings and intercepts differ."""
    data = {}
    for group, mean in enumerate(DRAWN["means"]):
        loadings, level = DRAWN["loadings"].copy(), np.zeros(5)
        loadings[group] += 0.5
        level[group + 1] -= 0.7
        deviation = 1.0 + 0.1 * group
        scores = mean + deviation * generator.standard_normal(n)
        rows = level + scores[:, None] * loadings + 0.7 * generator.standard_normal((n, 5))
        names = [f"y{i + 1}" for i in range(5)]
        data[f"g{group}"] = ts.SampleMoments(np.cov(rows.T), rows.mean(axis=0), n, names=names)
    return ts.cfa("f =~ y1 + y2 + y3 + y4 + y5", data, std_lv=True)


@cache
def drawn_fit() -> ts.Fit:
    return draw(np.random.default_rng(1))


def shifted(start: Configural, group: int, place: int, by: float) -> Configural:
    """The configural estimates with one number changed."""
    every = np.concatenate([start.loadings, start.locations], axis=1)
    every[group, place] += by
    loadings, locations = np.split(every, [len(start.loading_names)], axis=1)
    return replace(start, loadings=loadings, locations=locations)


@pytest.mark.parametrize("kind", ["loadings", "fixed", "free"])
def test_derivatives_are_those_of_finite_differences(kind: str) -> None:
    start = configural(pupils(std_lv=True).estimation)
    still = 0 if kind == "fixed" else None
    problem = Loadings(start) if kind == "loadings" else Locations(start, still)
    simplicity = Simplicity(0.5, 0.01, np.array([[0.0, 1.5], [1.5, 0.0]]))
    x = 0.3 * np.random.default_rng(1).standard_normal((2, 3))
    h, first, second, both = 1e-5, gradient, hessian, mixed(problem, simplicity, x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        up, down = x + step, x - step
        values = [simplicity.contributions(problem.aligned(z)).sum() for z in (up, down)]
        slopes = [first(problem, simplicity, z) for z in (up, down)]
        numeric = (values[0] - values[1]) / (2 * h)
        assert first(problem, simplicity, x)[place] == pytest.approx(numeric, abs=1e-8)
        numeric = (slopes[0] - slopes[1]) / (2 * h)
        np.testing.assert_allclose(second(problem, simplicity, x)[place], numeric, atol=1e-7)
    for group, place in np.ndindex(2, start.n_group):
        ends = [shifted(start, group, place, by) for by in (h, -h)]
        slopes = [gradient(replace(problem, start=end), simplicity, x) for end in ends]
        numeric = (slopes[0] - slopes[1]) / (2 * h)
        np.testing.assert_allclose(both[:, :, group, place], numeric, atol=1e-7)


@pytest.mark.parametrize("method", ["fixed", "free"])
def test_the_aligned_solution_moves_as_its_slopes_say(method: str) -> None:
    start = configural(drawn_fit().estimation)

    def solve(begin: Configural) -> Aligned:
        return align(
            begin, method, 1, power=0.5, epsilon=0.01, starts=1, generator=np.random.default_rng(1)
        )

    found, h = solve(start), 1e-4
    for group, place in ((0, 0), (1, 3), (2, 6), (3, 9)):
        column = group * start.n_group + place
        up, down = (solve(shifted(start, group, place, by)) for by in (h, -h))
        for slopes, name in (
            (found.mean_slopes, "means"),
            (found.variance_slopes, "variances"),
            (found.value_slopes, "values"),
        ):
            numeric = (getattr(up, name) - getattr(down, name)) / (2 * h)
            np.testing.assert_allclose(slopes[..., column], numeric, atol=1e-6)


def test_standard_errors_are_those_of_repeated_samples() -> None:
    generator = np.random.default_rng(5)
    found = [alignment(draw(generator, 2000), starts=2, seed=1) for _ in range(100)]
    for name in ("mean", "variance"):
        values = np.array([one.factors[name] for one in found])[:, 1:]
        errors = np.array([one.factors[f"{name}_se"] for one in found])[:, 1:]
        np.testing.assert_allclose(values.std(axis=0, ddof=1), errors.mean(axis=0), rtol=0.2)
        lower, upper = (
            np.array([one.factors[f"{name}_{side}"] for one in found])[:, 1:]
            for side in ("lower", "upper")
        )
        middle = values.mean(axis=0)
        assert ((lower < middle) & (middle < upper)).mean() == pytest.approx(0.95, abs=0.04)
    values = np.array([one.parameters["estimate"] for one in found])
    errors = np.array([one.parameters["se"] for one in found])
    np.testing.assert_allclose(values.std(axis=0, ddof=1), errors.mean(axis=0), rtol=0.25)


# Ordinal items -----------------------------------------------------------------------------------

CUTS = np.array([[-0.8, 0.6], [-0.5, 0.9], [-1.0, 0.3], [-0.2, 1.1], [-0.6, 0.5]])
SLOPES = np.array([0.8, 1.0, 1.2, 0.9, 1.1])


@cache
def answers() -> pd.DataFrame:
    """Three groups of 6000 answer five items; both thresholds of one differ in one group."""
    generator, parts = np.random.default_rng(3), []
    for group, (mean, deviation, _) in enumerate(FACTORS):
        cuts = CUTS.copy()
        cuts[0] += 0.8 * (group == 1)
        scores = mean + deviation * generator.standard_normal(6000)
        latent = scores[:, None] * SLOPES + generator.standard_normal((6000, 5))
        chosen = (latent[:, :, None] > cuts).sum(axis=2)
        parts.append(pd.DataFrame(chosen, columns=[f"y{i + 1}" for i in range(5)]))
        parts[-1]["group"] = f"g{group}"
    return pd.concat(parts, ignore_index=True)


@cache
def ordinal_fit(**options: object) -> ts.Fit:
    text = "f =~ y1 + y2 + y3 + y4 + y5"
    return ts.cfa(text, answers(), group="group", ordered=True, **options)


def test_ordinal_items_are_aligned_by_their_thresholds() -> None:
    found = alignment(ordinal_fit(std_lv=True, parameterization="theta"), seed=1)
    table = found.factors
    # The share of epsilon = .01 in what is off is about as large as the standard errors.
    assert np.abs(table["mean"] - FACTORS[:, 0]).max() < 0.05
    np.testing.assert_allclose(table["variance"], FACTORS[:, 1] ** 2, rtol=0.12)
    outside = found.parameters[~found.parameters["invariant"]]
    assert outside[["lhs", "rhs", "group"]].to_numpy().tolist() == [
        ["y1", "t1", "g1"],
        ["y1", "t2", "g1"],
    ]
    average = found.items.set_index(["lhs", "rhs"])["average"]
    np.testing.assert_allclose(average["f"], SLOPES, atol=0.05)
    np.testing.assert_allclose(average.iloc[5:], CUTS.ravel(), atol=0.05)


@pytest.mark.parametrize("options", [{}, {"std_lv": True}], ids=["marker", "std_lv"])
def test_the_parameterization_does_not_matter(options: dict[str, bool]) -> None:
    one = alignment(ordinal_fit(std_lv=True, parameterization="theta"), seed=1)
    other = alignment(ordinal_fit(parameterization="delta", **options), seed=1)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-4, atol=1e-6)
    for column in ("estimate", "se"):
        np.testing.assert_allclose(one.parameters[column], other.parameters[column], atol=1e-5)


def test_responses_are_in_units_of_their_residual_deviation() -> None:
    """Standardised: loading r gives r / sqrt(1 - r^2), threshold t gives t / sqrt(1 - r^2)."""
    fit = ordinal_fit(parameterization="delta", std_lv=True)
    start = configural(fit.estimation)
    table = fit.standardized()
    for group, label in enumerate(start.groups):
        own = table[table["group"] == label]
        r = own[own["op"] == "=~"]["estimate"].to_numpy()
        cuts = own[own["op"] == "|"]["estimate"].to_numpy().reshape(5, 2)
        unit = np.sqrt(1.0 - r**2)
        np.testing.assert_allclose(start.loadings[group], r / unit, rtol=1e-9)
        np.testing.assert_allclose(
            start.locations[group], (cuts / unit[:, None]).ravel(), rtol=1e-9
        )


def test_items_of_both_kinds_go_together() -> None:
    data = answers().assign(y5=lambda t: t["y5"] + 0.1 * np.sin(np.arange(len(t))))
    items = ["y1", "y2", "y3", "y4"]
    text = "f =~ y1 + y2 + y3 + y4 + y5"
    found = alignment(ts.cfa(text, data, group="group", ordered=items, std_lv=True), seed=1)
    assert found.items["op"].tolist() == ["=~"] * 5 + ["|"] * 8 + ["~1"]
    assert np.abs(found.factors["mean"] - FACTORS[:, 0]).max() < 0.1


# Sets of groups and explained shares -------------------------------------------------------------


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


# What is said, and what is refused ---------------------------------------------------------------


def test_tables_and_notes_are_shown() -> None:
    found = alignment(pupils(std_lv=True), seed=1)
    for text in (repr(found), found._repr_html_()):
        assert "(d^2 + 0.01)^0.25" in text
        assert "30 (loadings) and 30 (intercepts, thresholds) of 30 starts" in text
        assert "11 % of the item parameters are not invariant." in text
        assert "textual=~x4" in text
        assert "2.487*" in text
    assert found.reference == "Pasteur"
    assert found.share_noninvariant == pytest.approx(4 / 38)


def test_many_parameters_that_differ_are_noted() -> None:
    found = alignment(draw_apart(), seed=1)
    assert found.share_noninvariant > 0.25
    assert "more than the 25 %" in found.notes[-1]


def draw_apart() -> ts.Fit:
    """Three groups that share hardly anything."""
    generator, data = np.random.default_rng(2), {}
    for group in range(3):
        loadings = generator.uniform(0.4, 1.6, (4, 1))
        level = generator.uniform(-2.0, 2.0, 4)
        data[f"g{group}"] = moments(loadings, level, np.zeros(1), np.eye(1), 5000)
    return ts.cfa("f =~ y1 + y2 + y3 + y4", data, std_lv=True)


def test_a_minimum_that_one_start_found_is_warned_of() -> None:
    with pytest.warns(ConvergenceWarning, match=r"only one of 1 starts .* Raise starts="):
        found = alignment(drawn_fit(), starts=1)
    assert any("only one of 1 starts" in note for note in found.notes)


def test_free_means_that_are_hardly_identified_are_warned_of() -> None:
    with pytest.warns(IdentificationWarning, match="poorly identified"):
        found = alignment(pupils(std_lv=True), method="free", seed=1)
    assert found.reference is None
    assert "product of each factor's variances" in found.notes[0]
    np.testing.assert_allclose(found.factors.groupby("factor")["variance"].prod(), 1.0)


def test_free_means_are_refused_where_they_are_not_identified_at_all() -> None:
    with pytest.raises(NotAvailableError, match=r"flat at its minimum.*take method='fixed'"):
        alignment(invariant_fit(), method="free", seed=1)


def test_factors_without_loadings_are_refused() -> None:
    start = configural(drawn_fit().estimation)
    nothing = replace(start, loadings=np.zeros_like(start.loadings))
    with pytest.raises(NotAvailableError, match="loadings near zero"):
        align(nothing, "fixed", 0, power=0.5, epsilon=0.01, starts=2,
              generator=np.random.default_rng(1))  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fixd"}, "did you mean 'fixed'"),
        ({"reference": "Pastor"}, "did you mean 'Pasteur'.*'Pasteur', 'Grant-White'"),
        ({"reference": 3}, "is no group"),
        ({"method": "free", "reference": "Pasteur"}, "leave reference out"),
        ({"starts": 0}, "whole number"),
        ({"starts": 2.5}, "whole number"),
        ({"power": 3.0}, "power is a number above 0 and at most 2"),
        ({"epsilon": 0.0}, "epsilon is a number above 0, "),
        ({"epsilon": "small"}, "epsilon is a number"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        alignment(pupils(std_lv=True), **options)


def test_only_a_fit_is_taken() -> None:
    with pytest.raises(OptionError, match="alignment takes a fit"):
        alignment(THREE)  # type: ignore[arg-type]


REFUSED: dict[str, tuple[str, dict[str, object], str]] = {
    "one group": (THREE, {"group": None}, "fit the model with group="),
    "no factor": ("x1 ~~ x2", {}, "the model has none"),
    "regression": (SPEED + "\nspeed ~ ageyr", {}, "'speed~ageyr'"),
    "second order": (THREE + "\nall =~ visual + textual + speed", {}, "'all=~visual'"),
    "no means": (THREE, {"mean_structure": False}, "mean_structure=True"),
    "no errors": (THREE, {"se": "none"}, "no covariance matrix"),
    "equal loadings": (THREE, {"group_equal": "loadings"}, "not configural"),
    "equal intercepts": (
        THREE,
        {"group_equal": ("loadings", "intercepts")},
        "holds parameters equal between groups",
    ),
    "one equal loading": (
        "speed =~ x7 + c(a, a)*x8 + x9 + x1",
        {},
        r"holds parameters equal between groups \('speed=~x",
    ),
    "equal in a group": ("speed =~ x7 + c(a, b)*x8 + c(a, b)*x9 + x1", {}, "in group 'Pasteur'"),
    "two fixed": (SPEED + "\nspeed ~~ 1*speed", {}, "restricts 'speed=~x7' in group 'Pasteur'"),
    "not everywhere": ("speed =~ x7 + x8 + x9 + c(NA, 0)*x1", {}, "'?speed=~x1 is not in every"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_fits_that_cannot_be_aligned(case: str) -> None:
    text, options, message = REFUSED[case]
    fit = ts.cfa(text, PUPILS, **{"group": "school"} | options)
    with pytest.raises(NotAvailableError, match=message):
        alignment(fit)


def test_a_fit_that_did_not_converge_is_refused() -> None:
    with pytest.warns(ConvergenceWarning):
        fit = ts.cfa(THREE, PUPILS, group="school", max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        alignment(fit)


def test_a_factor_without_variance_is_refused() -> None:
    text = "speed =~ 1*x7 + x8 + x9\nspeed ~~ c(NA, -0.1)*speed"
    with pytest.warns(ts.TpnSemWarning):
        fit = ts.cfa(text, PUPILS, group="school")
    with pytest.raises(NotAvailableError, match=r"variance speed~~speed is -0\.1 in group"):
        alignment(fit)


def test_the_result_is_what_it_says() -> None:
    found = alignment(drawn_fit(), seed=1)
    assert isinstance(found, Alignment)
    assert list(found.factors.columns) == [
        "factor", "group", "mean", "mean_se", "mean_lower", "mean_upper",
        "variance", "variance_se", "variance_lower", "variance_upper",
    ]  # fmt: skip
    assert len(found.parameters) == 4 * 10
    assert (
        found.items["n_invariant"].tolist()
        == found.parameters.groupby(["lhs", "op", "rhs"], sort=False)["invariant"].sum().tolist()
    )

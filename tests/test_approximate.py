"""Approximate invariance, against closed forms, direct minimisation and its own limits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import reference_data
from scipy.optimize import minimize

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    ModelError,
    NotEstimatedError,
    OptionError,
)
from tpn_sem.estimation.discrepancy import UnweightedLeastSquares
from tpn_sem.groups.approximate import (
    ApproximateInvariance,
    PenalisedObjective,
    PosteriorMode,
    approximate_invariance,
    posterior_mode,
)

PUPILS = reference_data("HolzingerSwineford1939")
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
SPEED = "speed =~ x7 + x8 + x9"
SPEEDED = ["x7", "x8", "x9"]
BOTH = ("loadings", "intercepts")
SIDES = ["lhs", "op", "rhs", "group"]


@cache
def pupils(**options: object) -> ApproximateInvariance:
    return approximate_invariance(THREE, PUPILS, group="school", **options)


@cache
def mode(missing: str = "listwise", variance: float = 0.01) -> PosteriorMode:
    """One factor of the pupils; with "fiml" some answers are missing."""
    exact = ts.cfa(
        SPEED, rows(missing), group="school", std_lv=True, group_equal=BOTH, missing=missing
    )
    return posterior_mode(exact.estimation, BOTH, variance)


@cache
def rows(missing: str) -> pd.DataFrame:
    data = PUPILS[["school", *SPEEDED]].copy()
    if missing == "fiml":
        gone = np.random.default_rng(1).uniform(size=(len(data), 3)) < [0.0, 0.2, 0.1]
        data[SPEEDED] = data[SPEEDED].mask(gone)
    return data


# The limit of no deviations ----------------------------------------------------------------------

LIMITS: dict[str, tuple[str, tuple[str, ...], dict[str, object]]] = {
    "scalar": (THREE, BOTH, {}),
    "loadings only": (THREE, ("loadings",), {}),
    "intercepts only": (THREE, ("intercepts",), {}),
    "no means": (THREE, ("loadings",), {"mean_structure": False}),
    "partial": (THREE, BOTH, {"group_partial": ("x3 ~ 1", "visual =~ x2")}),
    "full information": (THREE, BOTH, {"missing": "fiml"}),
    "covariates": (f"{SPEED}\nspeed + x7 ~ ageyr", BOTH, {}),
    "second order": (f"{THREE}\nall =~ visual + textual + speed", ("loadings",), {}),
    "labels": ("speed =~ x7 + c(a, a)*x8 + c(b, d)*x9 + x1\nb == d", BOTH, {}),
    "bounds": (THREE, BOTH, {"bounds": "pos_var"}),
}


@pytest.mark.parametrize("case", LIMITS)
def test_a_tiny_variance_gives_what_equal_parameters_give(case: str) -> None:
    text, sets, options = LIMITS[case]
    exact = ts.cfa(text, PUPILS, group="school", std_lv=True, group_equal=sets, **options)
    found = approximate_invariance(
        text, PUPILS, group="school", variance=1e-8, sets=sets, **options
    )
    table = exact.estimates.set_index(SIDES)
    for row in found.parameters.itertuples():
        own = table.loc[(row.lhs, row.op, row.rhs, row.group)]
        assert row.estimate == pytest.approx(own["estimate"], abs=2e-6)
    check_factors(found, exact)
    assert found.log_likelihood == pytest.approx(exact.measures["logl"], abs=2e-4)
    gain = found.log_likelihood - found.log_posterior
    assert found.log_posterior - exact.measures["logl"] == pytest.approx(gain, rel=2e-3, abs=1e-9)


def check_factors(found: ApproximateInvariance, exact: ts.Fit) -> None:
    names = exact.estimation.specification.roles.all
    implied = dict(zip(exact.estimation.samples.labels, exact.estimation.implied, strict=True))
    for row in found.factors.itertuples():
        place, moments = names.index(row.factor), implied[row.group]
        assert row.mean == pytest.approx(moments.all_mean[place], abs=3e-6)
        assert row.variance == pytest.approx(moments.all_covariance[place, place], abs=3e-6)


def test_errors_are_those_of_equal_parameters_in_the_limit() -> None:
    exact = ts.cfa(
        THREE, PUPILS, group="school", std_lv=True, group_equal=BOTH, information="observed"
    )
    expected = ts.group_differences(exact).factors
    found = pupils(variance=1e-8).factors
    for kind in ("mean", "variance"):
        errors = expected[expected["quantity"] == kind]["se"].to_numpy().reshape(2, 3).T.ravel()
        np.testing.assert_allclose(found[f"{kind}_sd"], errors, rtol=1e-5)


def test_small_deviations_follow_the_scores_of_the_equalities() -> None:
    """To first order d = v s^2 (score), so that the posterior gains v / 2 sum s^2 score^2."""
    exact = ts.cfa(SPEED, PUPILS, group="school", std_lv=True, group_equal=BOTH)
    estimation = exact.estimation
    score = -estimation.samples.size * estimation.objective.gradient(
        estimation.implied, estimation.directions
    )
    variance = 1e-6
    found = posterior_mode(estimation, BOTH, variance)
    scaled = score[found.tied.places] * found.tied.scales[:, None]
    deviation = (found.tied.deviations @ found.parameters) / found.tied.scales[:, None]
    np.testing.assert_allclose(deviation, variance * scaled, rtol=0, atol=3e-3 * deviation.max())
    assert found.log_prior == pytest.approx(-0.5 * variance * (scaled**2).sum(), rel=1e-3)


# Direct minimisation -----------------------------------------------------------------------------


class Direct:
    """Minus the log posterior of one factor, three items and two groups, written out by itself."""

    def __init__(self, data: pd.DataFrame, variance: float):
        self.groups = [frame[SPEEDED].to_numpy() for _, frame in data.groupby("school", sort=False)]
        self.variance = variance
        sizes = [len(own) for own in self.groups]
        self.spread = np.sqrt(np.average([own.var(axis=0) for own in self.groups], 0, sizes))

    @staticmethod
    def read(x: np.ndarray) -> tuple[np.ndarray, ...]:
        """Loadings, intercepts and residual variances (2, 3 each); mean and variance (2,)."""
        items, (mean, variance) = x[:18].reshape(3, 2, 3), x[18:]
        return *items, np.array([0.0, mean]), np.array([1.0, variance])

    def __call__(self, x: np.ndarray) -> float:
        total = 0.0
        loadings, intercepts, residuals, means, variances = self.read(x)
        for place, data in enumerate(self.groups):
            own = loadings[place]
            covariance = variances[place] * np.outer(own, own) + np.diag(residuals[place])
            total += self.minus_log_likelihood(
                data - intercepts[place] - own * means[place], covariance
            )
        for values in (loadings, intercepts):
            deviation = (values - values.mean(axis=0)) / self.spread
            total += (deviation**2).sum() / (2.0 * self.variance)
        return total

    @staticmethod
    def minus_log_likelihood(centred: np.ndarray, covariance: np.ndarray) -> float:
        total = 0.0
        there = ~np.isnan(centred)
        for pattern in np.unique(there, axis=0):
            kept = centred[(there == pattern).all(axis=1)][:, pattern]
            own = covariance[np.ix_(pattern, pattern)]
            _, log_determinant = np.linalg.slogdet(own)
            constant = pattern.sum() * np.log(2.0 * np.pi) + log_determinant
            total += 0.5 * (len(kept) * constant + np.sum((kept @ np.linalg.inv(own)) * kept))
        return total

    def minimum(self) -> tuple[np.ndarray, np.ndarray]:
        """Where it is lowest, and the second derivatives there."""
        first = [own[~np.isnan(own).any(axis=1)] for own in self.groups]
        start = np.concatenate(
            [np.full(6, 0.6), *[own.mean(axis=0) for own in first], np.full(6, 0.6), [0.0, 1.0]]
        )
        x = minimize(self, start, method="BFGS", options={"gtol": 1e-2}).x
        for _ in range(3):  # Newton steps: values alone are too flat to tell points apart
            x = x - np.linalg.solve(hessian(self, x), slope(self, x))
        return x, (4.0 * hessian(self, x) - hessian(self, x, 4e-3)) / 3.0


def slope(function: object, x: np.ndarray, h: float = 1e-3) -> np.ndarray:
    """Central differences of fourth order, the parameter last."""
    columns = []
    for step in h * np.eye(len(x)):
        near = function(x + step) - function(x - step)
        far = function(x + 2 * step) - function(x - 2 * step)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


def hessian(function: object, x: np.ndarray, h: float = 2e-3) -> np.ndarray:
    """Second derivatives by central differences, from steps along pairs of parameters."""
    size = len(x)
    steps = h * np.eye(size)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            values = [a * b * function(x + a * steps[i] + b * steps[j]) for a, b in signs]
            found[i, j] = found[j, i] = sum(values) / (4.0 * h * h)
    return found


@cache
def direct(missing: str) -> tuple[Direct, np.ndarray, np.ndarray]:
    found = Direct(rows(missing), 0.01)
    if missing == "fiml":  # the library's units are those of the likelihood, not of answers seen
        covariances = [sample.covariance for sample in mode("fiml").samples.groups]
        sizes = [len(own) for own in found.groups]
        found.spread = np.sqrt(np.diag(np.average(covariances, axis=0, weights=sizes)))
    return found, *found.minimum()


def read(found: PosteriorMode) -> np.ndarray:
    """The library's parameters in the order of `Direct`."""
    place = {(row.name, row.group): row.free for row in found.specification.table.free_rows}
    names = [
        *[(f"speed=~{item}", group) for group in (0, 1) for item in SPEEDED],
        *[(f"{item}~1", group) for group in (0, 1) for item in SPEEDED],
        *[(f"{item}~~{item}", group) for group in (0, 1) for item in SPEEDED],
        ("speed~1", 1),
        ("speed~~speed", 1),
    ]
    assert len(names) == len(found.parameters)
    return np.array([place[name] for name in names])


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_direct_minimisation_ends_in_the_same_place(missing: str) -> None:
    function, x, _ = direct(missing)
    found = mode(missing)
    np.testing.assert_allclose(found.parameters[read(found)], x, atol=1e-8)
    result = approximate_invariance(SPEED, rows(missing), group="school", missing=missing)
    assert result.log_posterior == pytest.approx(-function(x), abs=1e-7)
    np.testing.assert_allclose(result.parameters["estimate"][:6], x[:6].reshape(2, 3).T.ravel())


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_posterior_deviations_are_those_of_the_inverse_hessian(missing: str) -> None:
    _, x, second = direct(missing)
    spread = np.linalg.inv(second)
    found = mode(missing)
    order = read(found)
    np.testing.assert_allclose(found.covariance[np.ix_(order, order)], spread, atol=1e-8)
    result = approximate_invariance(SPEED, rows(missing), group="school", missing=missing)
    later = result.factors.iloc[1]
    assert later["mean_sd"] == pytest.approx(np.sqrt(spread[18, 18]), rel=1e-7)
    assert later["variance_sd"] == pytest.approx(np.sqrt(spread[19, 19]), rel=1e-7)
    for item in range(3):  # of a loading: half of the difference between the groups
        contrast = np.zeros(20)
        contrast[[item, 3 + item]] = 0.5, -0.5
        row = result.parameters.iloc[2 * item]
        assert row["deviation"] == pytest.approx(contrast @ x, abs=1e-8)
        assert row["posterior_sd"] == pytest.approx(np.sqrt(contrast @ spread @ contrast), rel=1e-7)
        assert row["z"] == pytest.approx(row["deviation"] / row["posterior_sd"], rel=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_derivatives_are_those_of_finite_differences(missing: str) -> None:
    objective = mode(missing).objective
    assert isinstance(objective, PenalisedObjective)
    point = mode(missing).parameters + 0.05 * np.random.default_rng(1).standard_normal(20)

    def value(x: np.ndarray) -> np.ndarray:
        return objective.value(objective.imply(x))

    def gradient(x: np.ndarray) -> np.ndarray:
        implied = objective.imply(x)
        return objective.gradient(implied, objective.directions(implied))

    implied = objective.imply(point)
    directions = objective.directions(implied)
    np.testing.assert_allclose(gradient(point), slope(value, point), atol=1e-10)
    second = objective.observed_hessian(implied, directions)
    np.testing.assert_allclose(second, slope(gradient, point), atol=2e-9)
    plain = replace(objective, penalty=np.zeros((0, 20)))
    prior = objective.penalty.T @ objective.penalty
    for name in ("expected_hessian", "observed_hessian"):
        with_prior, without = (
            getattr(one, name)(implied, directions) for one in (objective, plain)
        )
        np.testing.assert_allclose(with_prior - without, prior, atol=1e-12)
    stack = np.stack([point, mode(missing).parameters])
    np.testing.assert_allclose(value(stack), [value(one) for one in stack], rtol=1e-11)


def test_a_part_of_a_stack_keeps_the_penalty() -> None:
    objective = mode().objective
    groups = tuple(
        replace(
            group,
            covariance=np.stack([group.covariance, 2.0 * group.covariance]),
            mean=np.stack([group.mean, group.mean]),
        )
        for group in objective.samples.groups
    )
    stack = replace(objective, samples=replace(objective.samples, groups=groups))
    point = mode().parameters
    whole = stack.value(stack.imply(np.stack([point, point])))
    part = stack.part(np.array([False, True]))
    assert part.value(part.imply(point[None]))[0] == pytest.approx(whole[1], rel=1e-12)
    assert whole[0] == pytest.approx(objective.value(objective.imply(point)), rel=1e-12)


# Closed forms ------------------------------------------------------------------------------------

FIXED = "f =~ 0.8*y1 + 0.6*y2 + 0.7*y3 + 0.5*y4\n" + "\n".join(
    f"y{item} ~~ {value}*y{item}"
    for item, value in zip("1234", (0.36, 0.64, 0.5, 2.0), strict=True)
)
LOADING = np.array([0.8, 0.6, 0.7, 0.5])
SIGMA = np.outer(LOADING, LOADING) + np.diag([0.36, 0.64, 0.5, 2.0])
LEVELS = np.array([[0.0, 0.1, -0.2, 0.3], [0.5, 0.4, 0.4, 0.2], [-0.3, 0.5, 0.0, 0.6]])


def moments(mean: np.ndarray, covariance: np.ndarray, n: int) -> ts.SampleMoments:
    names = [f"y{item + 1}" for item in range(len(mean))]
    return ts.SampleMoments(covariance * n / (n - 1), mean, n, names=names)


@pytest.mark.parametrize("variance", [0.001, 0.01, 0.1])
def test_intercepts_shrink_as_the_closed_form_says(variance: float) -> None:
    """With S known, d = (n S^-1 + D)^-1 n S^-1 (m - average m), D = diag(1 / (v s^2))."""
    n, groups = 150, {f"g{place}": level for place, level in enumerate(LEVELS)}
    data = {label: moments(level, SIGMA, n) for label, level in groups.items()}
    found = approximate_invariance(
        f"{FIXED}\nf ~ 0*1", data, variance=variance, sets=("intercepts",)
    )
    weight = n * np.linalg.inv(SIGMA)
    spread = np.linalg.inv(weight + np.diag(1.0 / (variance * np.diag(SIGMA))))
    expected = spread @ weight @ (LEVELS - LEVELS.mean(axis=0)).T
    table = found.parameters
    np.testing.assert_allclose(table["deviation"], expected.ravel(), atol=1e-10)
    errors = np.sqrt(2.0 / 3.0 * np.diag(spread))
    np.testing.assert_allclose(table["posterior_sd"], np.repeat(errors, 3), rtol=1e-10)
    np.testing.assert_allclose(
        table["estimate"] - table["deviation"], np.repeat(LEVELS.mean(axis=0), 3), atol=1e-9
    )


@pytest.mark.parametrize("variance", [1e-8, 0.01, 1.0])
def test_the_mean_is_that_of_generalised_least_squares(variance: float) -> None:
    """Differences of means m = l a + e, cov(e) = 2 v diag(s^2) + S (1 / n1 + 1 / n2)."""
    data = {"one": moments(LEVELS[0], SIGMA, 100), "two": moments(LEVELS[1], SIGMA, 300)}
    found = approximate_invariance(FIXED, data, variance=variance, sets="intercepts")
    noise = 2.0 * variance * np.diag(np.diag(SIGMA)) + SIGMA * (1 / 100 + 1 / 300)
    pull = np.linalg.solve(noise, LOADING)
    later = found.factors.set_index("group").loc["two"]
    difference = LEVELS[1] - LEVELS[0]
    assert later["mean"] == pytest.approx(pull @ difference / (pull @ LOADING), abs=1e-10)
    assert later["mean_sd"] == pytest.approx((pull @ LOADING) ** -0.5, rel=1e-9)
    assert later["mean_upper"] - later["mean_lower"] == pytest.approx(
        2 * 1.959964 * later["mean_sd"], rel=1e-6
    )
    np.testing.assert_allclose(
        later[["variance", "variance_sd"]].astype(float), [1.0, 0.0], atol=1e-12
    )


# A population whose answer is known --------------------------------------------------------------

MEANS, DEVIATIONS = [0.0, 0.3, -0.2, 0.4], [1.0, 1.2, 0.9, 1.1]
SIX = "f =~ " + " + ".join(f"y{item}" for item in range(1, 7))


def population(n: int = 500, differ: bool = True) -> dict[str, ts.SampleMoments]:
    """Four groups; the second has another intercept of y2, the third another loading of y5."""
    data = {}
    for group, (mean, deviation) in enumerate(zip(MEANS, DEVIATIONS, strict=True)):
        loadings, level = np.linspace(0.6, 1.0, 6), np.linspace(-0.5, 0.5, 6)
        level[1] += 0.7 * differ * (group == 1)
        loadings[4] += 0.6 * differ * (group == 2)
        covariance = deviation**2 * np.outer(loadings, loadings) + 0.5 * np.eye(6)
        data[f"g{group}"] = moments(level + loadings * mean, covariance, n)
    return data


def test_what_differs_is_flagged_and_nothing_else() -> None:
    found = approximate_invariance(SIX, population())
    assert set(found.flagged) == {"y2 ~ 1", "f =~ y5"}
    largest = found.parameters["z"].abs().groupby([found.parameters[s] for s in SIDES]).max()
    assert largest.nlargest(2).index.map("".join).tolist()[0] in ("y2~1g1", "f=~y5g2")
    assert {"y2~1g1", "f=~y5g2"} == {
        "".join(row) for row in found.parameters.loc[
            found.parameters["flagged"] & (found.parameters["deviation"] > 0), SIDES
        ].to_numpy()
    }  # fmt: skip
    text = next(note for note in found.notes if note.startswith("Flagged"))
    assert all(name in text for name in found.flagged)


def test_the_second_step_recovers_the_population() -> None:
    found = approximate_invariance(SIX, population())
    second = approximate_invariance(SIX, population(), group_partial=found.flagged)
    np.testing.assert_allclose(second.factors["mean"], MEANS, atol=1e-7)
    np.testing.assert_allclose(second.factors["variance"], np.square(DEVIATIONS), atol=1e-7)
    assert len(second.parameters) == len(found.parameters) - 8
    assert second.flagged == ()
    assert "No parameter is flagged." in second.notes


def test_what_few_large_differences_do_to_means_is_not_undone() -> None:
    """A normal prior is no robust one: means are further off than those of exact invariance."""
    found = approximate_invariance(SIX, population())
    exact = ts.cfa(SIX, population(), std_lv=True, group_equal=BOTH).estimates
    means = exact[(exact["lhs"] == "f") & (exact["op"] == "~1")]["estimate"]
    assert np.abs(found.factors["mean"] - MEANS).max() > np.abs(means - MEANS).max() > 0.05
    assert any("no nearer than those of exact invariance" in note for note in found.notes)


@pytest.mark.parametrize("variance", [1e-4, 0.01, 1.0])
def test_invariant_items_do_not_deviate_whatever_the_prior(variance: float) -> None:
    found = approximate_invariance(SIX, population(differ=False), variance=variance)
    np.testing.assert_allclose(found.parameters["deviation"], 0.0, atol=1e-7)
    np.testing.assert_allclose(found.factors["mean"], MEANS, atol=1e-7)
    np.testing.assert_allclose(found.factors["variance"], np.square(DEVIATIONS), atol=1e-6)


# What must not matter ----------------------------------------------------------------------------


def test_the_order_of_later_groups_does_not_matter() -> None:
    data = population()
    one = approximate_invariance(SIX, data)
    other = approximate_invariance(SIX, {name: data[name] for name in ("g0", "g3", "g1", "g2")})
    for name, keys in (("parameters", SIDES), ("factors", ["factor", "group"])):
        first, second = (getattr(found, name).set_index(keys) for found in (one, other))
        pd.testing.assert_frame_equal(first, second.loc[first.index], rtol=1e-6, atol=1e-8)
    assert one.log_posterior == pytest.approx(other.log_posterior, rel=1e-11)


def test_the_first_group_only_sets_the_metric_where_loadings_are_equal() -> None:
    data = {f"g{place}": moments(level, SIGMA, 150) for place, level in enumerate(LEVELS)}
    moved = {name: data[name] for name in ("g2", "g0", "g1")}
    one, other = (approximate_invariance(FIXED, own, sets=("intercepts",)) for own in (data, moved))
    first, second = (found.parameters.set_index(SIDES)["deviation"] for found in (one, other))
    np.testing.assert_allclose(second.loc[first.index], first, atol=1e-9)
    first, second = (found.factors.set_index("group")["mean"] for found in (one, other))
    np.testing.assert_allclose(second.loc[first.index], first - first["g2"], atol=1e-9)
    assert one.log_posterior == pytest.approx(other.log_posterior, rel=1e-11)


def test_the_first_group_only_sets_the_metric_where_items_are_invariant() -> None:
    data = population(differ=False)
    found = approximate_invariance(SIX, {name: data[name] for name in ("g1", "g0", "g3", "g2")})
    table = found.factors.set_index("group").loc[list(data)]
    variances = np.square(DEVIATIONS) / DEVIATIONS[1] ** 2
    np.testing.assert_allclose(table["variance"], variances, atol=1e-6)
    means = (np.array(MEANS) - MEANS[1]) / DEVIATIONS[1]
    np.testing.assert_allclose(table["mean"], means, atol=1e-7)


def test_the_first_group_matters_where_loadings_differ() -> None:
    """The prior is of loadings in its metric; the note says so, and what to do."""
    data = population()
    one = approximate_invariance(SIX, data)
    other = approximate_invariance(SIX, {name: data[name] for name in ("g1", "g0", "g2", "g3")})
    first, second = (found.factors.set_index("group")["variance"] for found in (one, other))
    assert abs(first["g1"] - second["g1"] / second["g0"]) > 0.1
    assert any("another first group" in note for note in one.notes)


def test_the_units_of_items_do_not_matter() -> None:
    units = np.array([4.0, 0.5, 2.0])
    scaled = rows("listwise").assign(**(PUPILS[SPEEDED] * units + 5.0))
    one = approximate_invariance(SPEED, rows("listwise"), group="school")
    other = approximate_invariance(SPEED, scaled, group="school")
    pd.testing.assert_frame_equal(one.factors, other.factors, rtol=1e-6)
    np.testing.assert_allclose(one.parameters["z"], other.parameters["z"], rtol=1e-6)
    ratio = other.parameters["deviation"] / one.parameters["deviation"]
    np.testing.assert_allclose(ratio, np.tile(np.repeat(units, 2), 2), rtol=1e-6)


def test_scales_are_pooled_and_factors_have_one() -> None:
    text = f"{THREE}\nall =~ visual + textual + speed"
    exact = ts.cfa(text, PUPILS, group="school", std_lv=True, group_equal="loadings")
    tied = posterior_mode(exact.estimation, ("loadings",), 0.01).tied
    pooled = PUPILS.groupby("school")[[f"x{i}" for i in range(1, 10)]].transform(
        lambda column: column - column.mean()
    )
    np.testing.assert_allclose(tied.scales, [*np.sqrt((pooled**2).mean()), 1.0, 1.0, 1.0])


def test_labels_that_users_gave_stay_exact() -> None:
    text = "speed =~ c(p, q)*x7 + c(a, a)*x8 + x9 + x1\np == q"
    found = approximate_invariance(text, PUPILS, group="school")
    loadings = found.parameters[found.parameters["op"] == "=~"]
    assert loadings["rhs"].unique().tolist() == ["x9", "x1"]


# What is said ------------------------------------------------------------------------------------


def test_sensitivity_refits() -> None:
    table = pupils().sensitivity([0.001, 0.05])
    assert table.index.tolist() == [0.001, 0.05]
    for variance in table.index:
        again = pupils(variance=variance).factors.set_index(["factor", "group"])["mean"]
        np.testing.assert_allclose(
            table.loc[variance, list(again.index)], again, rtol=1e-9, atol=1e-10
        )


def test_tables_and_notes_are_shown() -> None:
    found = pupils()
    assert found.flagged == ("x7 ~ 1", "x3 ~ 1")
    for text in (repr(found), found._repr_html_()):
        assert "prior of variance 0.01, in units of the items" in text
        assert "metric of group" in text
        assert "shrunk towards zero" in text
        assert "Flagged: x7 ~ 1, x3 ~ 1. These are candidates for a second step" in text
        assert "Grant-White" in text
    assert found.converged
    assert list(found.parameters.columns) == [
        *SIDES, "estimate", "deviation", "posterior_sd", "z", "flagged",
    ]  # fmt: skip
    assert len(found.parameters) == 2 * 18
    sums = found.parameters.groupby(["lhs", "op", "rhs"])["deviation"].sum()
    np.testing.assert_allclose(sums, 0.0, atol=1e-12)
    first = found.factors[found.factors["group"] == "Pasteur"]
    numbers = first[["mean", "mean_sd", "variance", "variance_sd"]]
    np.testing.assert_allclose(numbers, [[0, 0, 1, 0]] * len(first), atol=1e-12)


def test_no_standard_deviations_without_convergence() -> None:
    with pytest.warns(ConvergenceWarning, match="raise max_iterations") as seen:
        found = pupils(max_iterations=1)
    assert len([one for one in seen if issubclass(one.category, ts.TpnSemWarning)]) == 1
    assert not found.converged
    assert found.parameters[["posterior_sd", "z"]].isna().all(axis=None)
    assert found.factors.loc[found.factors["group"] != "Pasteur", "mean_sd"].isna().all()
    assert found.flagged == ()
    assert not any(note.startswith(("Flagged", "No parameter")) for note in found.notes)
    assert any("did not converge" in note for note in found.notes)
    with pytest.warns(ConvergenceWarning):
        assert found.sensitivity([0.01]).isna().all(axis=None)


def test_what_the_data_lack_is_said_once() -> None:
    with pytest.warns(DataWarning) as seen:
        found = approximate_invariance(SPEED, rows("fiml"), group="school")
    assert len(seen) == 1
    assert str(seen[0].message) in found.notes


def test_improper_solutions_are_warned_of() -> None:
    negative = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.7], [0.9, 0.7, 1.0]])
    data = {"one": moments(np.zeros(3), negative, 200), "two": moments(np.ones(3), negative, 200)}
    with pytest.warns(AdmissibilityWarning, match=r"y1~~y1, y1~~y1\.g2"):
        found = approximate_invariance("f =~ y1 + y2 + y3", data)
    assert any("negative variance" in note for note in found.notes)
    assert found.factors["variance_sd"].notna().all()


# What is refused ---------------------------------------------------------------------------------

REFUSED: dict[str, tuple[type[Exception], dict[str, object], str]] = {
    "no variance": (OptionError, {"variance": 0.0}, "a number above 0, not 0.0"),
    "negative": (OptionError, {"variance": -0.01}, "a number above 0"),
    "infinite": (OptionError, {"variance": np.inf}, "a number above 0"),
    "word": (OptionError, {"variance": "small"}, "a number above 0, not 'small'"),
    "flag": (OptionError, {"variance": True}, "a number above 0"),
    "tiny": (OptionError, {"variance": 1e-12}, "fit the model with group_equal="),
    "unknown set": (OptionError, {"sets": ("loading",)}, "did you mean 'loadings'"),
    "no set": (OptionError, {"sets": ()}, "sets= is empty"),
    "sets of numbers": (OptionError, {"sets": 0.5}, "sets takes a name or a list"),
    "ordinal": (NotEstimatedError, {"ordered": True}, "take alignment"),
    "clusters": (NotEstimatedError, {"cluster": "ageyr"}, "cluster= is not estimated here"),
    "weights": (NotEstimatedError, {"sampling_weights": "ageyr"}, "sampling_weights= is not"),
    "robust": (NotEstimatedError, {"estimator": "MLR"}, "estimator='MLR'.*take estimator='ML'"),
    "squares": (NotEstimatedError, {"estimator": "GLS"}, "needs a likelihood"),
    "object": (NotEstimatedError, {"estimator": UnweightedLeastSquares()}, "needs a likelihood"),
    "two stages": (NotEstimatedError, {"missing": "two_stage"}, "missing='two_stage'"),
    "unbiased": (OptionError, {"likelihood": "wishart"}, "take 'normal'"),
    "equal sets": (OptionError, {"group_equal": "residuals"}, "leave group_equal= out.*labels"),
    "effect coding": (OptionError, {"effect_coding": True}, "leave effect_coding= out"),
    "marker": (OptionError, {"std_lv": False}, "leave std_lv= out: factors have mean 0"),
    "errors": (OptionError, {"se": "robust"}, "leave se= out"),
    "test": (OptionError, {"test": "satorra_bentler"}, "leave test= out: .* no chi-square"),
    "information": (OptionError, {"information": "expected"}, "leave information= out"),
    "observed": (OptionError, {"observed_information": "h1"}, "leave observed_information= out"),
    "unknown": (OptionError, {"vairance": 0.1}, "unknown option 'vairance'"),
    "exceptions": (OptionError, {"group_partial": "speed =~ x1"}, "the model does not have"),
    "one group": (DataError, {"group": None}, "there is one group.*group="),
    "many groups": (DataError, {"group": "many"}, "more than 20"),
    "no means": (OptionError, {"mean_structure": False}, "leave mean_structure out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_had_is_refused(case: str) -> None:
    kind, options, message = REFUSED[case]
    data = PUPILS.assign(many=np.arange(len(PUPILS)) % 30)
    with pytest.raises(kind, match=message):
        approximate_invariance(SPEED, data, **{"group": "school"} | options)


NOTHING = {
    "no factor": ("x1 ~~ x2", "the model has no =~"),
    "all fixed": (
        "speed =~ 1*x7 + 1*x8 + 1*x9\nx7 + x8 + x9 ~ 0*1",
        "no loading or intercept that could deviate",
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_models_in_which_nothing_could_deviate(case: str) -> None:
    text, message = NOTHING[case]
    with pytest.raises(ModelError, match=message):
        approximate_invariance(text, PUPILS, group="school")


def test_a_marker_is_no_unit_beside_unit_variances() -> None:
    with pytest.raises(OptionError, match="fixes the loading speed =~ x7: leave the number out"):
        approximate_invariance("speed =~ 1*x7 + x8 + x9", PUPILS, group="school")


def test_models_that_are_not_identified_even_if_exact() -> None:
    with pytest.raises(ts.TpnSemError, match="not identified"):
        approximate_invariance("f =~ x1 + x2", PUPILS, group="school", sets=("intercepts",))


@pytest.mark.parametrize("variances", [[], [0.01, 0.0]])
def test_sensitivity_to_what_is_no_variance(variances: list[float]) -> None:
    with pytest.raises(OptionError, match="prior"):
        pupils().sensitivity(variances)

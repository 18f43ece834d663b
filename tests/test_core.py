"""Derivatives, stacks, constraints and invariances: what another program cannot witness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly, reference_data

import tpn_sem as ts
from tpn_sem.estimation import Objective
from tpn_sem.estimation.discrepancy import MaximumLikelihood
from tpn_sem.estimation.optimisation import minimise
from tpn_sem.moments import find_patterns
from tpn_sem.numerics import Array, vech

HOLZINGER = reference_data("HolzingerSwineford1939")
DEMOCRACY = reference_data("PoliticalDemocracy")
ITEMS = [f"x{place}" for place in range(1, 10)]
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + a*y2 + b*y3 + c*y4
    dem65 =~ y5 + a*y6 + b*y7 + c*y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
    y1 ~~ y5; y2 ~~ y4 + y6; y3 ~~ y7; y4 ~~ y8; y6 ~~ y8
"""
MIMIC = f"{THREE}\nspeed ~ visual + textual + sex\nvisual + textual ~ sex + ageyr\nx1 ~~ x4"
LOOP = "x1 ~ x2 + sex\nx2 ~ x1 + ageyr\nx3 ~ x1"
SCALAR = {"group": "school", "group_equal": ["loadings", "intercepts"]}

MODELS: dict[str, tuple[str, pd.DataFrame, dict]] = {
    "factors": (THREE, HOLZINGER, {}),
    "paths, equal loadings, means": (PATHS, DEMOCRACY, {"mean_structure": True}),
    "covariates": (MIMIC, HOLZINGER, {"mean_structure": True}),
    "a loop": (LOOP, HOLZINGER, {}),
    "groups": (THREE, HOLZINGER, SCALAR),
    "groups with covariates": (MIMIC, HOLZINGER, {"group": "school"}),
    "groups without means": (THREE, HOLZINGER, {"group": "school", "mean_structure": False}),
}
each_model = pytest.mark.parametrize("name", MODELS)


@cache
def fitted(name: str) -> ts.Fit:
    model, data, options = MODELS[name]
    return ts.Model(model).fit(data, **options)


def points(name: str, count: int) -> tuple[Objective, Array]:
    """Random parameter vectors around the solution, not at it, shape (count, n_free)."""
    found = fitted(name).estimation
    random = np.random.default_rng(1)
    spread = 0.05 * (0.2 + np.abs(found.parameters))
    return found.objective, found.parameters + spread * random.normal(
        size=(count, len(found.parameters))
    )


def slope_of(function: Callable[[Array], Array], point: Array) -> Array:
    """Derivative by central differences of fourth order, the parameter last."""
    columns = []
    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-3 * max(0.1, abs(point[place]))
        near = function(point + step) - function(point - step)
        far = function(point + 2 * step) - function(point - 2 * step)
        columns.append((8 * near - far) / (12 * step[place]))
    return np.stack(columns, axis=-1)


def value(objective: Objective, point: Array) -> Array:
    return objective.value(objective.imply(point))


def gradient(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.gradient(implied, objective.directions(implied))


def expected(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.expected_hessian(implied, objective.directions(implied))


def observed(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.observed_hessian(implied, objective.directions(implied))


def close(found: Array, reference: Array, tolerance: float) -> None:
    """Equal up to `tolerance` times the largest entry."""
    np.testing.assert_allclose(found, reference, rtol=0, atol=tolerance * np.abs(reference).max())


# Derivatives -------------------------------------------------------------------------------------


@each_model
def test_gradient(name: str) -> None:
    objective, (point,) = points(name, 1)
    close(gradient(objective, point), slope_of(lambda p: value(objective, p), point), 1e-8)


@each_model
def test_observed_hessian(name: str) -> None:
    objective, (point,) = points(name, 1)
    close(observed(objective, point), slope_of(lambda p: gradient(objective, p), point), 1e-8)


@each_model
def test_jacobian_of_the_moments(name: str) -> None:
    objective, (point,) = points(name, 1)
    means = objective.specification.means
    along = objective.directions(objective.imply(point))
    for group, pattern in enumerate(objective.specification.patterns):

        def moments(p: Array, group: int = group) -> Array:
            implied = objective.imply(p)[group]
            halves = vech(implied.covariance)
            return np.concatenate([implied.mean, halves]) if means else halves

        numeric = slope_of(moments, point)
        analytic = np.zeros_like(numeric)
        analytic[:, pattern.places] = along[group].jacobian(means)
        close(analytic, numeric, 1e-8)


@each_model
def test_expected_hessian_is_the_information_of_normal_data(name: str) -> None:
    objective, (point,) = points(name, 1)
    total = np.zeros((len(point), len(point)))
    for group, implied in enumerate(objective.imply(point)):
        inverse = np.linalg.inv(implied.covariance)
        slopes = slope_of(lambda p, g=group: objective.imply(p)[g].covariance, point)
        turned = np.einsum("ab,bck->kac", inverse, slopes)
        part = 0.5 * np.einsum("kab,lba->kl", turned, turned)
        if objective.specification.means:
            shifts = slope_of(lambda p, g=group: objective.imply(p)[g].mean, point)
            part += shifts.T @ inverse @ shifts
        total += objective.shares[group] * part
    close(expected(objective, point), total, 1e-8)


@each_model
def test_the_gradient_vanishes_at_the_solution(name: str) -> None:
    found = fitted(name).estimation
    basis = found.specification.restrictions.reduction.basis
    steepest = gradient(found.objective, found.parameters) @ basis
    scale = np.sqrt(np.diag(basis.T @ found.information @ basis))
    assert np.abs(steepest / scale).max() < 1e-7


@each_model
def test_standard_errors_come_from_the_information(name: str) -> None:
    found = fitted(name).estimation
    basis = found.specification.restrictions.reduction.basis
    reduced = basis.T @ expected(found.objective, found.parameters) @ basis
    covariance = basis @ np.linalg.inv(reduced) @ basis.T / found.n_observations
    close(fitted(name).vcov.to_numpy(), covariance, 1e-8)


# Stacks ------------------------------------------------------------------------------------------


@each_model
def test_a_stack_gives_the_same_as_one_by_one(name: str) -> None:
    objective, stack = points(name, 5)
    implied = objective.imply(stack)
    for group, moments in enumerate(implied):
        alone = [objective.imply(point)[group] for point in stack]
        close(moments.covariance, np.array([one.covariance for one in alone]), 1e-12)
        close(moments.mean, np.array([one.mean for one in alone]), 1e-12)
    for function in (value, gradient, expected, observed):
        one_by_one = np.array([function(objective, point) for point in stack])
        close(function(objective, stack), one_by_one, 1e-11)


@each_model
def test_a_stack_of_stacks_keeps_its_shape(name: str) -> None:
    objective, stack = points(name, 6)
    deep = stack.reshape(2, 3, -1)
    for function in (value, gradient, expected):
        flat = function(objective, stack)
        close(function(objective, deep), flat.reshape(2, 3, *flat.shape[1:]), 1e-12)


def test_one_impossible_point_does_not_spoil_its_stack() -> None:
    objective, stack = points("factors", 3)
    rows = objective.specification.table.free_rows
    variance = next(place for place, row in enumerate(rows) if row.is_variance)
    stack[1, variance] = -50.0
    found = value(objective, stack)
    assert np.isposinf(found[1])
    close(found[[0, 2]], np.array([value(objective, stack[i]) for i in (0, 2)]), 1e-12)


@pytest.mark.parametrize("name", ["factors", "paths, equal loadings, means", "groups"])
def test_minimise_a_stack(name: str) -> None:
    objective, stack = points(name, 5)
    reduction = objective.specification.restrictions.reduction
    starts = reduction.expand(reduction.project(stack))
    together = minimise(objective, starts)
    assert together.parameters.shape == starts.shape
    assert together.converged.shape == together.value.shape == (5,)
    assert together.converged.all()
    alone = [minimise(objective, start) for start in starts]
    np.testing.assert_allclose(
        together.parameters, [one.parameters for one in alone], rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(together.value, [one.value for one in alone], rtol=1e-11)
    solution = fitted(name).estimation.parameters
    np.testing.assert_allclose(together.parameters, [solution] * 5, rtol=1e-6, atol=1e-7)


# Constraints -------------------------------------------------------------------------------------

CONSTRAINED = {
    "shared label": ("f =~ x1 + a*x2 + a*x3 + x4", 1),
    "equal": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == b\nb == c", 2),
    "redundant": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == b\nb == c\nc == a", 2),
    "weighted": ("f =~ x1 + a*x2 + b*x3 + c*x4\na + 2*b == 3\nc == a/2 + 0.1", 2),
    "a number": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == 0.9", 1),
    "through a definition": ("f =~ x1 + a*x2 + b*x3 + c*x4\nd := a + b\nd == 2*c", 1),
    "fixed partner": ("f =~ x1 + a*x2 + 0.8*x2 + a*x3 + x4", 1),
}


@pytest.mark.parametrize(("model", "rank"), CONSTRAINED.values(), ids=CONSTRAINED)
def test_linear_constraints_are_eliminated(model: str, rank: int) -> None:
    fit = ts.Model(model).fit(HOLZINGER)
    restrictions = fit.estimation.specification.restrictions
    reduction = restrictions.reduction
    n_free = len(fit.coef)
    assert np.linalg.matrix_rank(restrictions.linear) == rank
    assert reduction.n_reduced == n_free - rank == fit.measures["npar"]
    reduced = np.random.default_rng(2).normal(size=(4, reduction.n_reduced))
    expanded = reduction.expand(reduced)
    gap = expanded @ restrictions.linear.T - restrictions.totals
    np.testing.assert_allclose(gap, 0, atol=1e-12)
    np.testing.assert_allclose(reduction.project(expanded), reduced, atol=1e-12)
    reached = restrictions.linear @ fit.coef.to_numpy() - restrictions.totals
    np.testing.assert_allclose(reached, 0, atol=1e-12)


def test_three_ways_to_say_the_same() -> None:
    texts = [
        "f =~ x1 + a*x2 + a*x3 + x4",
        "f =~ x1 + a*x2 + b*x3 + x4\na == b",
        'f =~ x1 + x2 + equal("f=~x2")*x3 + x4',
        "f =~ x1 + a*x2 + b*x3 + x4\na - b > 0\nb - a > 0",
    ]
    fits = [quietly(ts.sem, text, HOLZINGER) for text in texts]
    for fit in fits[1:]:
        assert fit.measures["chisq"] == pytest.approx(fits[0].measures["chisq"], rel=1e-8)
        np.testing.assert_allclose(fit.coef, fits[0].coef, rtol=1e-6)


# Estimators --------------------------------------------------------------------------------------


@dataclass
class MyLikelihood(MaximumLikelihood):
    """A user's own estimator, with a setting: as dataclasses are by default, not hashable."""

    name = "mine"
    setting: float = 1.0


def test_an_estimator_of_ones_own() -> None:
    fit = ts.Model(THREE).fit(HOLZINGER, estimator=MyLikelihood())
    assert_same_numbers(fit.estimates, fitted("factors").estimates)


# Sample moments ----------------------------------------------------------------------------------


def test_merged_moments_are_those_of_the_pooled_data() -> None:
    data = HOLZINGER[ITEMS] + 1000.0
    parts = [data.iloc[:80], data.iloc[80:200], data.iloc[200:]]
    first, *others = [ts.SampleMoments.from_data(part) for part in parts]
    merged = first
    for other in others:
        merged = merged.merge(other)
    pooled = ts.SampleMoments.from_data(data)
    assert merged.n_observations == pooled.n_observations == 301
    pd.testing.assert_frame_equal(merged.covariance, pooled.covariance, rtol=1e-10)
    pd.testing.assert_series_equal(merged.mean, pooled.mean, rtol=1e-12)


def test_merging_does_not_depend_on_the_order_of_the_variables() -> None:
    data = HOLZINGER[ITEMS]
    first = ts.SampleMoments.from_data(data.iloc[:100])
    turned = ts.SampleMoments.from_data(data.iloc[100:, ::-1])
    pooled = ts.SampleMoments.from_data(data)
    pd.testing.assert_frame_equal(first.merge(turned).covariance, pooled.covariance, rtol=1e-10)


@pytest.mark.parametrize("likelihood", ["normal", "wishart"])
def test_moments_give_the_fit_of_their_data(likelihood: str) -> None:
    options = {"likelihood": likelihood, "mean_structure": True}
    raw = ts.Model(THREE).fit(HOLZINGER, **options)
    moments = ts.Model(THREE).fit(ts.SampleMoments.from_data(HOLZINGER[ITEMS]), **options)
    same_fit(raw, moments)


# Invariance --------------------------------------------------------------------------------------


def rows_of(fit: ts.Fit, table: pd.DataFrame) -> pd.DataFrame:
    """Numbers of a table of parameters, by the parameter's name and group."""
    ends = table[["lhs", "rhs"]].to_numpy(dtype=str)
    swap = (table["op"] == "~~").to_numpy() & (ends[:, 0] > ends[:, 1])
    ends[swap] = ends[swap][:, ::-1]
    keys = pd.MultiIndex.from_arrays([ends[:, 0], table["op"], ends[:, 1], table["group"]])
    return table[["estimate", "se"]].set_axis(keys, axis=0).sort_index()


def same_fit(first: ts.Fit, second: ts.Fit) -> None:
    """The same estimates, standard errors and measures, whatever the order of the rows."""
    for table in ("estimates", "standardized"):
        tables = []
        for fit in (first, second):
            found = fit.estimates if table == "estimates" else fit.standardized()
            tables.append(rows_of(fit, found))
        pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=1e-7)
    pd.testing.assert_series_equal(first.measures, second.measures, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["factors", "groups", "groups with covariates"])
def test_order_of_rows_and_columns(name: str) -> None:
    model, data, options = MODELS[name]
    random = np.random.default_rng(3)
    shuffled = data.iloc[random.permutation(len(data)), random.permutation(data.shape[1])]
    same_fit(fitted(name), ts.Model(model).fit(shuffled, **options))


def test_order_of_the_statements() -> None:
    turned = "\n".join(MIMIC.splitlines()[::-1])
    same_fit(
        ts.Model(MIMIC).fit(HOLZINGER, fixed_x=True), ts.Model(turned).fit(HOLZINGER, fixed_x=True)
    )


@pytest.mark.parametrize("name", ["groups with covariates", "groups without means"])
def test_order_of_the_groups(name: str) -> None:
    model, data, options = MODELS[name]
    turned = ts.Model(model).fit(data.iloc[::-1], **options)
    assert turned.group_labels == fitted(name).group_labels[::-1]
    same_fit(fitted(name), turned)


def test_order_of_the_groups_does_not_move_an_invariant_model() -> None:
    turned = ts.Model(THREE).fit(HOLZINGER.iloc[::-1], **SCALAR)
    pd.testing.assert_series_equal(turned.measures, fitted("groups").measures, rtol=1e-6, atol=1e-7)


@pytest.mark.filterwarnings("ignore::tpn_sem.errors.DataWarning")  # units far apart are noted
@pytest.mark.parametrize("name", ["factors", "covariates", "groups with covariates"])
def test_units_do_not_matter(name: str) -> None:
    model, data, options = MODELS[name]
    factors = {"x1": 10.0, "x4": 0.1, "x9": 7.0, "ageyr": 12.0}
    rescaled_data = data.assign(**{column: data[column] * by for column, by in factors.items()})
    rescaled = ts.Model(model).fit(rescaled_data, **options)
    plain = fitted(name)
    indices = ["chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "baseline_chisq"]
    np.testing.assert_allclose(rescaled.measures[indices], plain.measures[indices], rtol=1e-7)
    for column in ("estimate", "z"):
        np.testing.assert_allclose(
            rescaled.standardized()[column], plain.standardized()[column], rtol=1e-5, atol=1e-6
        )


def test_shifts_change_intercepts_only() -> None:
    model, data, options = MODELS["groups"]
    shifted = ts.Model(model).fit(data.assign(x1=data["x1"] + 50.0), **options)
    plain = fitted("groups")
    indices = ["chisq", "cfi", "rmsea", "srmr"]
    np.testing.assert_allclose(shifted.measures[indices], plain.measures[indices], rtol=1e-6)
    moved = rows_of(shifted, shifted.estimates) - rows_of(plain, plain.estimates)
    changed = moved.index[moved["estimate"].abs() > 1e-5]
    assert {place[:3] for place in changed} == {("x1", "~1", "")}
    np.testing.assert_allclose(moved.loc[changed, "estimate"], 50.0, rtol=1e-6)


@pytest.mark.parametrize("options", [{"std_lv": True}, {"effect_coding": True}])
def test_the_scale_of_a_factor_does_not_move_the_fit(options: dict) -> None:
    marker = fitted("groups without means")
    other = ts.Model(THREE).fit(HOLZINGER, group="school", **options)
    plain = ts.Model(THREE).fit(HOLZINGER, group="school")
    np.testing.assert_allclose(other.measures["chisq"], plain.measures["chisq"], rtol=1e-9)
    np.testing.assert_allclose(other.measures["chisq"], marker.measures["chisq"], rtol=1e-9)
    loadings = [fit.standardized().query("op == '=~'")["estimate"] for fit in (plain, other)]
    np.testing.assert_allclose(*loadings, rtol=1e-6)


# Standardised residuals --------------------------------------------------------------------------


def test_standardized_residuals_have_unit_variance_in_both_groups() -> None:
    """Under scalar invariance; ignoring the other group's part in the estimates fails this."""
    population = fitted("groups")
    sizes = {"Pasteur": 300, "Grant-White": 900}
    random = np.random.default_rng(20)
    draws: dict[str, list[Array]] = {label: [] for label in sizes}
    for _ in range(200):
        samples = {}
        for label, n in sizes.items():
            part = population.implied.loc[label]
            rows = random.multivariate_normal(part["~1"], part[ITEMS], size=n)
            samples[label] = ts.SampleMoments.from_data(pd.DataFrame(rows, columns=ITEMS))
        fit = ts.Model(THREE).fit(samples, group_equal=SCALAR["group_equal"])
        residuals = fit.residuals("standardized")
        for label, found in draws.items():
            found.append(vech(residuals.loc[label][ITEMS].to_numpy()))
    for label, found in draws.items():
        stack = np.array(found)
        spread = np.sqrt(np.nanmean(stack**2))
        assert 0.93 < spread < 1.07, f"{label}: {spread:.3f}"


@pytest.mark.parametrize(
    ("model", "chi_square"),
    [
        ("f =~ x1 + x2 + x3\nx1 ~ 0*1", 885.238298365),
        ("f =~ x1 + x2 + x3\nx3 ~ 5*1", 582.702917126),
    ],
)
def test_a_minimum_far_from_the_means_is_found(
    model: str, chi_square: float, holzinger: pd.DataFrame
) -> None:
    """Chi-squares are of lavaan 0.6-14."""
    fit = ts.sem(model, holzinger)
    assert fit.converged
    assert fit.measures["chisq"] == pytest.approx(chi_square, rel=1e-9)


@pytest.mark.parametrize("p", [3, 20, 64, 70])
def test_patterns_are_the_different_rows(p: int) -> None:
    rows = np.where(np.random.default_rng(p).random((300, p)) < 0.05, np.nan, 1.0)
    rows[:, 0] = 1.0
    found = find_patterns(rows)
    expected, member = np.unique(~np.isnan(rows), axis=0, return_inverse=True)
    np.testing.assert_array_equal(found.observed, expected)
    np.testing.assert_array_equal(found.member, member.reshape(-1))

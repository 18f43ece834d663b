"""Order, units, merged moments and scales of factors do not move a fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from core_cases import HOLZINGER, ITEMS, MIMIC, MODELS, SCALAR, THREE, fitted

import tpn_sem as ts
from tpn_sem.moments import find_patterns

# Sample moments -----------------------------------------------------------------------------------


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


# Invariance ---------------------------------------------------------------------------------------


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


# Standardised residuals ---------------------------------------------------------------------------


@pytest.mark.parametrize("p", [3, 20, 64, 70])
def test_patterns_are_the_different_rows(p: int) -> None:
    rows = np.where(np.random.default_rng(p).random((300, p)) < 0.05, np.nan, 1.0)
    rows[:, 0] = 1.0
    found = find_patterns(rows)
    expected, member = np.unique(~np.isnan(rows), axis=0, return_inverse=True)
    np.testing.assert_array_equal(found.observed, expected)
    np.testing.assert_array_equal(found.member, member.reshape(-1))


# What is said of a fit ----------------------------------------------------------------------------


def coefficients(fit: ts.Fit) -> list[np.ndarray]:
    """Reliability, validity and misspecifications as numbers that have no unit."""
    found = ts.reliability(fit, interval="delta").drop(columns="sem_sum")
    valid = ts.validity(fit, interval="delta")
    correlations = valid.correlations.select_dtypes("number").sort_values("correlation")
    ratios = valid.htmt_intervals.select_dtypes("number").sort_values("htmt")
    powers = fit.misspecifications().set_index(["lhs", "op", "rhs", "group"]).sort_index()
    tables = [found.sort_index(), valid.ave.sort_index(), correlations, ratios]
    tables.append(powers[["mi", "sepc_all", "ncp", "power"]])
    return [table.select_dtypes("number").to_numpy() for table in tables]


def assert_alike(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(second, first, rtol=1e-6, atol=1e-8)


GAPS = HOLZINGER.assign(
    **{item: HOLZINGER[item].mask(HOLZINGER.index % 11 == k) for k, item in enumerate(ITEMS)}
)
HOW = {"complete": {}, "robust": {"estimator": "MLR"}, "gaps": {"missing": "fiml"}}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("factor", [1e6, 1e-6])
@pytest.mark.parametrize("name", HOW)
def test_units_do_not_move_what_is_said_of_a_fit(name: str, factor: float) -> None:
    data = GAPS if name == "gaps" else HOLZINGER
    scaled = data.assign(**{item: data[item] * factor for item in ITEMS})
    fits = [ts.cfa(THREE, frame, **HOW[name]) for frame in (data, scaled)]
    assert_alike(*map(coefficients, fits))


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_units_do_not_move_differences_of_groups(factor: float) -> None:
    """In units of the pooled deviation."""
    scaled = HOLZINGER.assign(**{item: HOLZINGER[item] * factor for item in ITEMS})
    options = {"group": "school", "group_equal": ["loadings", "intercepts"]}
    fits = [ts.cfa(THREE, frame, **options) for frame in (HOLZINGER, scaled)]
    one, other = (
        ts.group_differences(fit).standardized.select_dtypes("number").to_numpy() for fit in fits
    )
    assert_alike([one], [other])


def test_order_of_rows_items_and_factors_and_the_marker_do_not_move_what_is_said() -> None:
    turned = "speed =~ x9 + x8 + x7\ntextual =~ x5 + x4 + x6\nvisual =~ x2 + x3 + x1"
    first = coefficients(ts.cfa(THREE, HOLZINGER))[:-1]
    others = [
        ts.cfa(THREE, HOLZINGER.iloc[::-1]),
        ts.cfa(turned, HOLZINGER),
        ts.cfa(THREE, HOLZINGER, std_lv=True),
    ]
    for fit in others:
        assert_alike(first, coefficients(fit)[:-1])


def test_order_of_groups_does_not_move_what_is_said() -> None:
    fits = [ts.cfa(THREE, rows, group="school") for rows in (HOLZINGER, HOLZINGER.iloc[::-1])]
    assert_alike(*(coefficients(fit)[:2] for fit in fits))


@pytest.mark.parametrize("factor", [1.0, 1e6, 1e-6])
def test_units_and_order_do_not_move_exploratory_factors(factor: float) -> None:
    data = HOLZINGER.assign(**{item: HOLZINGER[item] * factor for item in ITEMS}).iloc[::-1]
    one, other = (ts.efa(frame, 3, items=ITEMS) for frame in (HOLZINGER, data))
    np.testing.assert_allclose(other.loadings, one.loadings, atol=1e-7)
    np.testing.assert_allclose(other.standard_errors, one.standard_errors, atol=1e-7)
    turned = ts.efa(data, 3, items=ITEMS[::-1], order="variance")
    known = ts.efa(HOLZINGER, 3, items=ITEMS, order="variance")
    np.testing.assert_allclose(turned.loadings.loc[ITEMS], known.loadings, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_units_do_not_move_the_number_of_factors_and_the_description(factor: float) -> None:
    scaled = GAPS.assign(**{item: GAPS[item] * factor for item in ITEMS})
    one, other = (
        ts.number_of_factors(frame, ITEMS, correlations="fiml", n_samples=20, seed=1)
        for frame in (GAPS, scaled)
    )
    pd.testing.assert_series_equal(one.table["n_factors"], other.table["n_factors"])
    first, second = (ts.describe(frame, ITEMS) for frame in (GAPS, scaled))
    for kind in ("pearson", "fiml"):
        np.testing.assert_allclose(second.correlations(kind), first.correlations(kind), atol=1e-8)
    assert second.little.statistic == pytest.approx(first.little.statistic, rel=1e-6)

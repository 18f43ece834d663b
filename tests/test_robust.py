"""Incomplete, skewed, clustered and weighted data: what holds whatever lavaan says."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from scipy.stats import chi2, multivariate_normal

import tpn_sem as ts
from tpn_sem.datasets import holzinger_swineford_1939, teachers
from tpn_sem.estimation.standard_errors import cluster_parts
from tpn_sem.model_fit.tests import chi_square_test, weighted_chi_square_tail
from tpn_sem.moments import find_patterns, half_gradient, saturate
from tpn_sem.numerics import unvech, vech

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "visual =~ x1 + x2 + x3 + x4"
PUPILS = holzinger_swineford_1939()
ITEMS = [f"x{i}" for i in range(1, 10)]


def with_gaps(share: float = 0.15, seed: int = 3, columns: list[str] = ITEMS) -> pd.DataFrame:
    data = PUPILS.copy()
    hit = np.random.default_rng(seed).uniform(size=(len(data), len(columns))) < share
    data[columns] = data[columns].mask(hit)
    return data


def with_classes(count: int = 40, seed: int = 5) -> pd.DataFrame:
    data = PUPILS.copy()
    data["classroom"] = np.random.default_rng(seed).integers(0, count, len(data))
    return data


# Full information --------------------------------------------------------------------------------


def pattern_point() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = with_gaps(0.3)[ITEMS[:4]].to_numpy()
    rows = rows[~np.isnan(rows).all(axis=1)]
    mean, covariance = np.nanmean(rows, axis=0) + 0.1, np.diag(np.nanvar(rows, axis=0)) + 0.2
    return rows, mean, covariance


def test_deviance_is_that_of_each_row_with_what_it_has() -> None:
    rows, mean, covariance = pattern_point()
    total = 0.0
    for row in rows:
        there = ~np.isnan(row)
        density = multivariate_normal(mean[there], covariance[np.ix_(there, there)])
        total -= 2.0 * density.logpdf(row[there]) + there.sum() * np.log(2.0 * np.pi)
    deviance = find_patterns(rows).at(mean, covariance).deviance
    assert deviance == pytest.approx(total / len(rows), rel=1e-12)


def test_slope_and_curvature_are_derivatives() -> None:
    rows, mean, covariance = pattern_point()
    patterns, p, step = find_patterns(rows), len(mean), 1e-5
    point = np.concatenate([mean, vech(covariance)])

    def gradient(at: np.ndarray) -> np.ndarray:
        return half_gradient(*patterns.at(at[:p], unvech(at[p:], p)).slope)

    def value(at: np.ndarray) -> float:
        return 0.5 * float(patterns.at(at[:p], unvech(at[p:], p)).deviance)

    moves = step * np.eye(len(point))
    slopes = [(value(point + move) - value(point - move)) / (2 * step) for move in moves]
    curves = [(gradient(point + move) - gradient(point - move)) / (2 * step) for move in moves]
    np.testing.assert_allclose(gradient(point), slopes, atol=1e-8)
    np.testing.assert_allclose(patterns.at(mean, covariance).curvature, curves, atol=1e-8)


def test_complete_patterns_have_the_information_of_normal_data() -> None:
    rows = PUPILS[ITEMS].to_numpy()
    patterns = find_patterns(rows)
    mean, covariance = saturate(patterns, (rows.mean(0), np.eye(9))) or (0.0, 0.0)
    np.testing.assert_allclose(covariance, np.cov(rows.T, bias=True), rtol=1e-11)
    here = patterns.at(mean, covariance)
    np.testing.assert_allclose(here.information, here.curvature, rtol=1e-9, atol=1e-11)


def test_without_gaps_full_information_is_maximum_likelihood() -> None:
    plain = ts.cfa(THREE, PUPILS, mean_structure=True, information="observed")
    full = ts.cfa(THREE, PUPILS, missing="fiml")
    pd.testing.assert_frame_equal(full.estimates, plain.estimates, rtol=1e-6, atol=1e-8)
    shared = ["chisq", "logl", "aic", "baseline_chisq", "srmr", "gfi"]
    np.testing.assert_allclose(full.measures[shared], plain.measures[shared], rtol=1e-8)
    assert full.measures["cfi_robust"] == pytest.approx(plain.measures["cfi"], abs=1e-6)


def test_saturated_moments_by_em_alone() -> None:
    rows = with_gaps(0.3)[ITEMS].dropna(how="all").to_numpy()
    found = saturate(find_patterns(rows), (np.nanmean(rows, 0), np.diag(np.nanvar(rows, 0))))
    assert found is not None
    mean, covariance = found
    for _ in range(3):  # an expectation-maximisation step written out, row by row
        expected, extra = np.zeros_like(rows), np.zeros_like(covariance)
        for place, row in enumerate(rows):
            o, m = ~np.isnan(row), np.isnan(row)
            slopes = covariance[np.ix_(m, o)] @ np.linalg.inv(covariance[np.ix_(o, o)])
            expected[place] = np.where(o, row, 0.0)
            expected[place, m] = mean[m] + slopes @ (row[o] - mean[o])
            block = covariance[np.ix_(m, m)] - slopes @ covariance[np.ix_(o, m)]
            extra[np.ix_(m, m)] += block
        new = expected.mean(0)
        np.testing.assert_allclose(new, mean, atol=1e-8)
        spread = np.cov(expected.T, bias=True) + extra / len(rows)
        np.testing.assert_allclose(spread, covariance, atol=1e-8)


def test_rows_without_a_predictor_are_dropped_and_named() -> None:
    data = with_gaps(0.1, columns=[*ITEMS, "agemo"])
    model = "visual =~ x1 + x2 + x3\nvisual ~ agemo"
    with pytest.warns(ts.TpnSemWarning, match=r"a predictor that is taken as given.*agemo"):
        fit = ts.sem(model, data, missing="fiml")
    assert fit.n_observations == data["agemo"].notna().sum()
    both = quietly(ts.sem, model, data, missing="fiml_x")
    assert both.n_observations > fit.n_observations


def test_answers_skipped_by_design_are_apart() -> None:
    data = PUPILS.copy()
    data.loc[:99, "x4"] = -9
    data["no_x5"] = (np.arange(len(data)) % 3 == 0).astype(int)
    with pytest.warns(ts.TpnSemWarning, match="skipped by design, apart from missing.*x4 100"):
        by_code = ts.cfa(ONE, data, missing="fiml", skipped=-9)
    assert by_code.n_observations == len(data)
    assert any("skipped by design" in note for note in by_code.notes)
    by_column = quietly(
        ts.sem, "visual =~ x1 + x2 + x3 + x5", data, missing="fiml", skipped={"x5": "no_x5"}
    )
    gaps = PUPILS.assign(x5=PUPILS["x5"].mask(data["no_x5"] == 1))
    other = quietly(ts.sem, "visual =~ x1 + x2 + x3 + x5", gaps, missing="fiml")
    np.testing.assert_allclose(by_column.coef, other.coef, rtol=1e-10)


# Weights -----------------------------------------------------------------------------------------


def test_frequency_weights_are_repeated_rows() -> None:
    counts = np.random.default_rng(7).integers(1, 4, len(PUPILS))
    weighted = quietly(
        ts.sem, THREE, PUPILS.assign(n=counts), frequency_weights="n", estimator="MLR"
    )
    repeated = quietly(ts.sem, THREE, PUPILS.loc[np.repeat(PUPILS.index, counts)], estimator="MLR")
    assert weighted.n_observations == counts.sum()
    pd.testing.assert_frame_equal(weighted.estimates, repeated.estimates, rtol=1e-7)
    pd.testing.assert_series_equal(weighted.measures, repeated.measures, rtol=1e-7)


def test_equal_sampling_weights_change_nothing() -> None:
    data = PUPILS.assign(weight=2.5)
    weighted = quietly(ts.sem, THREE, data, sampling_weights="weight")
    pd.testing.assert_frame_equal(
        weighted.estimates, ts.cfa(THREE, data, estimator="MLR").estimates, rtol=1e-8
    )


def test_scale_of_sampling_weights_does_not_matter() -> None:
    weights = np.random.default_rng(8).uniform(0.5, 3.0, len(PUPILS))
    one, other = (
        quietly(ts.sem, THREE, PUPILS.assign(w=weights * scale), sampling_weights="w")
        for scale in (1.0, 40.0)
    )
    pd.testing.assert_series_equal(one.measures, other.measures, rtol=1e-8)


# Clusters ----------------------------------------------------------------------------------------


def test_each_row_its_own_cluster_is_the_sandwich() -> None:
    n = len(PUPILS)
    single = quietly(ts.sem, THREE, PUPILS.assign(c=np.arange(n)), cluster="c")
    plain = ts.cfa(THREE, PUPILS, estimator="MLR", mean_structure=True)
    factor = n / (n - 1)  # clusters count as the units of a mean do
    np.testing.assert_allclose(single.vcov, factor * plain.vcov, rtol=1e-8)


def test_corrections_for_few_clusters_are_those_of_regression() -> None:
    """Against Bell & McCaffrey's (2002) formulas written out for one regression."""
    rng = np.random.default_rng(11)
    schools = np.repeat(np.arange(14), rng.integers(3, 30, 14))
    x = rng.normal(size=14)[schools] + 0.3 * rng.normal(size=len(schools))
    y = 1.0 + 0.5 * x + rng.normal(size=14)[schools] + rng.normal(size=len(schools))
    data = pd.DataFrame({"y": y, "x": x, "school": schools})
    fit = quietly(ts.sem, "y ~ x\ny ~ 1", data, cluster="school")
    design = np.column_stack([np.ones_like(x), x])
    bread = np.linalg.inv(design.T @ design)
    residual = y - design @ bread @ design.T @ y
    middle, moves = np.zeros((2, 2)), []
    whole = np.eye(len(y)) - design @ bread @ design.T
    for school in range(14):
        inside = schools == school
        block = design[inside]
        values, vectors = np.linalg.eigh(np.eye(inside.sum()) - block @ bread @ block.T)
        adjusted = block.T @ (vectors * values**-0.5) @ vectors.T
        score = adjusted @ residual[inside]
        middle += np.outer(score, score)
        moves.append((bread @ adjusted)[1] @ whole[inside])
    covariance = bread @ middle @ bread
    table = fit.clusters.table
    assert table.loc["y~x", "se_cr2"] == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-6)
    form = np.array(moves) @ np.array(moves).T
    assert table.loc["y~x", "df"] == pytest.approx(np.trace(form) ** 2 / (form**2).sum(), rel=1e-6)


def test_influence_is_nearly_what_leaving_a_school_out_does() -> None:
    data = with_classes(30)
    fit = quietly(ts.sem, THREE, data, cluster="classroom")
    errors = np.sqrt(np.diag(fit.vcov))
    influence = fit.clusters.influence
    for classroom in (0, 7, 21):
        left = quietly(ts.sem, THREE, data[data["classroom"] != classroom], cluster="classroom")
        change = (left.coef - fit.coef) / errors
        assert np.abs(change - influence.loc[classroom]).max() < 0.15 * np.abs(change).max() + 0.02


def test_few_clusters_are_said_aloud() -> None:
    survey = teachers()
    text = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5\nKSSE =~ ksse1 + ksse2 + ksse3 + ksse4"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = ts.cfa(text, survey, cluster="school", group="location", missing="fiml")
    said = " ".join(str(item.message) for item in caught)
    assert "29 clusters for 56 parameters" in said
    assert "rank 28 at most" in said
    assert any("the group is a property of clusters" in note for note in fit.notes)
    assert np.linalg.matrix_rank(fit.vcov, tol=1e-12) <= 28
    assert fit.admissible
    assert (fit.clusters.table["effective_clusters"] <= 29).all()


def test_clusters_in_several_groups_are_named() -> None:
    fit = quietly(ts.sem, ONE, with_classes(10), cluster="classroom", group="school")
    assert any("10 clusters are in several groups" in note for note in fit.notes)


def test_standard_errors_of_few_clusters_reach_every_table() -> None:
    data = with_classes(25)
    plain = quietly(ts.sem, THREE, data, cluster="classroom")
    fit = quietly(ts.sem, THREE, data, cluster="classroom", se="cluster_cr2")
    np.testing.assert_allclose(np.sqrt(np.diag(fit.vcov)), plain.clusters.table["se_cr2"])
    free = fit.estimates[fit.estimates["free"]]
    assert (free["df"] < 25).all()
    assert (free["p_value"] > 2.0 * (1.0 - chi2.cdf(free["z"] ** 2, 1)) / 2.0).all()
    parts = cluster_parts(fit.estimation)
    np.testing.assert_allclose(parts.covariance(0.0) * 25 / 24, plain.vcov, rtol=1e-6, atol=1e-12)


def test_hypotheses_among_clusters_use_their_degrees_of_freedom() -> None:
    data = with_classes(25)
    fit = quietly(
        ts.sem, "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6", data, cluster="classroom"
    )
    test = fit.wald_test("a == b")
    assert test.denominator == 24.0
    assert "F(1, 24)" in str(test)


def test_intraclass_correlation_of_clusters_that_differ() -> None:
    rng = np.random.default_rng(2)
    schools = np.repeat(np.arange(200), 20)
    common = rng.normal(size=(200, 1))[schools]
    rows = np.sqrt(0.2) * common + np.sqrt(0.8) * rng.normal(size=(4000, 3))
    data = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(school=schools)
    table = quietly(ts.sem, "f =~ a + b + c", data, cluster="school").clusters.intraclass
    np.testing.assert_allclose(table["icc"], 0.2, atol=0.05)
    np.testing.assert_allclose(table["design_effect"], 1.0 + 19.0 * table["icc"])


def test_intraclass_correlation_of_clusters_of_unequal_size() -> None:
    """Shrout & Fleiss (1979) with Donner's (1986) average size, m - var(m) / (k m)."""
    rng = np.random.default_rng(4)
    sizes = np.array([2, 2, 3, 3, 4, 5, 8, 13, 21, 34, 55])
    schools = np.repeat(np.arange(len(sizes)), sizes)
    rows = rng.normal(size=(len(sizes), 1))[schools] + rng.normal(size=(len(schools), 3))
    data = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(school=schools)
    average = sizes.mean() - sizes.var(ddof=1) / (len(sizes) * sizes.mean())
    assert sizes.mean() - average > 1.5
    found = quietly(ts.sem, "f =~ a + b + c", data, cluster="school").clusters.intraclass
    for name in "abc":
        parts = [own.to_numpy() for _, own in data.groupby("school")[name]]
        within = sum(((part - part.mean()) ** 2).sum() for part in parts)
        between = ((data[name] - data[name].mean()) ** 2).sum() - within
        mean_squares = between / (len(sizes) - 1), within / (len(data) - len(sizes))
        variance = (mean_squares[0] - mean_squares[1]) / average
        icc = variance / (variance + mean_squares[1])
        row = found.loc[name]
        assert row["average_size"] == pytest.approx(average, rel=1e-10)
        assert row["icc"] == pytest.approx(icc, rel=1e-9)
        assert row["design_effect"] == pytest.approx(1.0 + (average - 1.0) * icc, rel=1e-9)


@pytest.mark.parametrize(("count", "few"), [(35, True), (49, True), (50, False), (60, False)])
def test_fewer_than_fifty_clusters_are_few(count: int, few: bool) -> None:
    fit = quietly(ts.sem, ONE, PUPILS.assign(c=np.arange(len(PUPILS)) % count), cluster="c")
    said = [note for note in fit.notes if note.startswith(f"{count} clusters are few")]
    assert len(said) == few


# Tests of fit ------------------------------------------------------------------------------------


def test_weighted_chi_squares_against_closed_form_and_simulation() -> None:
    for df in (1, 2, 7, 164):
        value = chi2.isf(0.05, df)
        assert weighted_chi_square_tail(1.7 * value, np.full(df, 1.7)) == pytest.approx(0.05)
    weights = np.array([3.0, 2.0, 1.0, 0.5, 0.2])
    draws = (np.random.default_rng(1).normal(size=(400_000, 5)) ** 2) @ weights
    for value in (5.0, 15.0, 30.0):
        share = (draws > value).mean()
        found = weighted_chi_square_tail(value, weights)
        assert abs(found - share) < 4.0 * np.sqrt(share / len(draws))


def test_eigenvalue_tests_keep_the_mean() -> None:
    fit = ts.cfa(THREE, PUPILS, estimator="MLM")
    trace = fit.test("satorra_bentler").trace
    for name in ("peba", "pols"):
        assert fit.test(name).trace == pytest.approx(trace)


def test_small_sample_corrections_written_out() -> None:
    fit = ts.cfa(THREE, PUPILS)
    n, p, df, k = 300, 9, 24, 3
    q = (np.sqrt(1 + 4 * p * (p + 1) - 8 * df) - 1) / 2
    swain = 1 - (p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * n)
    bartlett = 1 - (2 * p + 4 * k + 5) / (6 * n)
    assert fit.test("swain").statistic == pytest.approx(swain * fit.measures["chisq"])
    assert fit.test("bartlett").statistic == pytest.approx(bartlett * fit.measures["chisq"])


def test_a_test_of_ones_own() -> None:
    def half(found):  # type: ignore[no-untyped-def]
        return chi_square_test("half", found, 2.0)

    fit = ts.cfa(THREE, PUPILS)
    assert fit.test(half).statistic == pytest.approx(fit.measures["chisq"] / 2.0)


def test_saturated_models_have_nothing_to_test() -> None:
    fit = ts.cfa("visual =~ x1 + x2 + x3", PUPILS, estimator="MLR")
    assert fit.test("yuan_bentler_mplus").statistic == pytest.approx(0.0, abs=1e-8)
    assert np.isnan(fit.measures["pvalue_scaled"])
    assert "saturated" in fit.measures.attrs["reasons"]["pvalue_scaled"]


# What can't be ----------------------------------------------------------------------------------


def broken(**columns: object) -> pd.DataFrame:
    return with_gaps().assign(**columns)


CLASSES = with_classes()["classroom"]
LEFT = np.arange(len(PUPILS)) < 150


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (broken(x2=np.nan), {"missing": "fiml"}, "'x2' has no answer at all"),
        (
            broken(x2=PUPILS["x2"].where(PUPILS["school"] == "Pasteur")),
            {"missing": "fiml", "group": "school"},
            "'x2' has no answer at all in group 'Grant-White'",
        ),
        (
            broken(x2=PUPILS["x2"].where(LEFT), x3=PUPILS["x3"].mask(LEFT)),
            {"missing": "fiml"},
            "'x2' and 'x3' are never observed together",
        ),
        (PUPILS.assign(c=1), {"cluster": "c"}, "has one cluster"),
        (PUPILS.assign(c=CLASSES.mask(CLASSES == 3)), {"cluster": "c"}, "missing entries"),
        (PUPILS, {"cluster": "scool"}, "did you mean 'school'"),
        (PUPILS.assign(w=-1.0), {"sampling_weights": "w"}, "negative entries"),
        (PUPILS.assign(w=np.nan), {"sampling_weights": "w"}, "missing entries"),
        (PUPILS.assign(w=0.0), {"sampling_weights": "w"}, "zero in every row"),
        (PUPILS.assign(w=1.5), {"frequency_weights": "w"}, "whole numbers"),
        (PUPILS, {"estimator": "GLS", "missing": "fiml"}, "needs maximum likelihood"),
        (PUPILS, {"se": "cluster_cr2"}, "needs clusters"),
        (PUPILS, {"missing": "fiml", "mean_structure": False}, "means"),
        (PUPILS, {"skipped": "x1"}, "skipped= is a code"),
        (PUPILS, {"skipped": {"x9": -1}}, "no variable of the model"),
        (PUPILS.head(9), {"estimator": "WLS"}, "needs more rows"),
    ],
    ids=lambda item: str(item) if not isinstance(item, pd.DataFrame) else "data",
)
def test_bad_input(data: pd.DataFrame, options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(ts.sem, ONE, data, **options)


def test_moments_are_not_rows() -> None:
    moments = ts.SampleMoments.from_data(PUPILS[ITEMS])
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        _ = ts.cfa(THREE, moments, estimator="MLR").estimates
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        ts.cfa(THREE, moments, missing="fiml")
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        ts.cfa(THREE, moments, estimator="DWLS")
    assert ts.cfa(THREE, moments, estimator="GLS").converged


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_predictors_count_as_given_with_and_without_missing_answers() -> None:
    """With complete answers both ways see the same test; rural is a property of the school."""
    survey = ts.datasets.teachers()
    items = [f"{name}{i}" for name in ("npc", "ksse") for i in range(1, 6)]
    survey = survey.dropna(subset=items)
    survey["rural"] = (survey["location"] == "rural").astype(float)
    text = (
        f"NPC =~ {' + '.join(items[:5])}; KSSE =~ {' + '.join(items[5:])}; KSSE ~ NPC + rural; "
        "NPC ~ rural"
    )
    traces = [
        ts.sem(text, survey, missing=missing, estimator="MLR", cluster="school")
        .test("satorra_bentler")
        .trace
        for missing in ("listwise", "fiml")
    ]
    assert traces[0] == pytest.approx(traces[1], rel=0.01)

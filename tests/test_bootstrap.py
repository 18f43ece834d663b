"""Refits to resampled data: each is the fit of what was drawn, and workers change nothing."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly

import tpn_sem as ts
from tpn_sem.datasets import holzinger_swineford_1939
from tpn_sem.redraws import (
    Refitter,
    RowDraws,
    clusters_as_units,
    replicate,
    rows_as_units,
)

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "visual =~ x1 + x2 + x3 + x4"
PUPILS = holzinger_swineford_1939().assign(
    classroom=np.random.default_rng(5).integers(0, 40, 301), visits=np.arange(301) % 3 + 1
)
ITEMS = [f"x{i}" for i in range(1, 10)]
GAPS = PUPILS.copy()
GAPS[ITEMS] = GAPS[ITEMS].mask(np.random.default_rng(3).uniform(size=(301, 9)) < 0.1)
GRADES = PUPILS.copy()
GRADES[ITEMS] = GRADES[ITEMS].apply(lambda column: pd.qcut(column, 3, labels=False))


FITS = {
    "complete": (THREE, PUPILS, {}),
    "wishart": (THREE, PUPILS, {"likelihood": "wishart"}),
    "means": (THREE, PUPILS, {"mean_structure": True}),
    "least squares": (THREE, PUPILS, {"estimator": "ULS"}),
    "generalized": (THREE, PUPILS, {"estimator": "GLS"}),
    "groups": (THREE, PUPILS, {"group": "school", "group_equal": ("loadings", "intercepts")}),
    "incomplete": (ONE, GAPS, {"missing": "fiml"}),
    "ordinal": (THREE, GRADES, {"ordered": True}),
    "asymptotically distribution free": (ONE, PUPILS, {"estimator": "WLS"}),
    "predictors": (f"{ONE}\nvisual ~ ageyr", PUPILS, {}),
    "constrained": (f"{THREE}\nvisual ~~ v*visual\nv > 0.2\na := v^2", PUPILS, {}),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", FITS)
def test_replicates_are_fits_of_the_drawn_rows(case: str) -> None:
    text, data, options = FITS[case]
    fit = quietly(ts.sem, text, data, **options)
    found = fit.estimation
    units = rows_as_units(found.samples, None)
    draws = RowDraws(found, found.samples, units)
    weights = units.weights(np.random.default_rng(1), 2, smooth=False)
    refits = [Refitter(found).fit(drawn) for drawn in draws.weighted(weights)]
    values = np.concatenate([part.values[:, :-1] for part in refits])
    chi_square = np.concatenate([part.values[:, -1] for part in refits])
    for row in range(2):
        taken = np.concatenate(
            [
                np.repeat(sample.rows.places, part[row].astype(int))
                for sample, part in zip(found.samples.groups, weights, strict=True)
            ]
        )
        again = quietly(ts.sem, text, data.iloc[taken], **options)
        order = found.samples.labels == again.estimation.samples.labels
        assert order
        np.testing.assert_allclose(values[row][: len(fit.coef)], again.coef, rtol=2e-5, atol=2e-6)
        assert chi_square[row] == pytest.approx(again.estimation.chi_square, rel=1e-6, abs=1e-6)


def test_clusters_of_unequal_size_count_by_their_rows() -> None:
    options = {"group": "school", "group_equal": "loadings", "cluster": "classroom"}
    data = PUPILS.assign(
        classroom=PUPILS["school"].str[0] + (np.arange(301) ** 2 // 997 % 23).astype(str)
    )
    fit = quietly(ts.sem, THREE, data, **options)
    found = fit.estimation
    units = clusters_as_units(found.samples, None)
    weights = units.weights(np.random.default_rng(2), 1, smooth=False)
    drawn = next(RowDraws(found, found.samples, units).weighted(weights))
    refit = Refitter(found).fit(drawn)
    taken = np.concatenate(
        [
            np.repeat(sample.rows.places, part[0].astype(int))
            for sample, part in zip(found.samples.groups, weights, strict=True)
        ]
    )
    assert len(taken) != 301
    again = quietly(ts.sem, THREE, data.iloc[taken], **options)
    np.testing.assert_allclose(refit.values[0, :-1], again.coef, rtol=1e-5, atol=1e-6)
    assert refit.values[0, -1] == pytest.approx(again.measures["chisq"], rel=1e-6)


def test_draws_keep_to_strata_and_to_whole_clusters() -> None:
    fit = quietly(ts.sem, ONE, PUPILS, cluster="classroom")
    samples = fit.estimation.samples
    strata = np.asarray(PUPILS["classroom"] % 2)
    units = clusters_as_units(samples, strata)
    (weights,) = units.weights(np.random.default_rng(1), 5, smooth=False)
    for row in weights:
        by_cluster = pd.Series(row).groupby(PUPILS["classroom"].to_numpy())
        assert (by_cluster.nunique() == 1).all()
        drawn = by_cluster.first()
        assert drawn[drawn.index % 2 == 0].sum() == 20
    with pytest.raises(ts.TpnSemError, match="in several strata"):
        ts.bootstrap(fit, 10, strata=PUPILS["school"])


def test_frequency_weights_stand_for_persons() -> None:
    fit = quietly(ts.sem, ONE, PUPILS, frequency_weights="visits")
    units = rows_as_units(fit.estimation.samples, None)
    (weights,) = units.weights(np.random.default_rng(1), 200, smooth=False)
    assert (weights.sum(axis=1) == PUPILS["visits"].sum()).all()
    ratio = weights.mean(axis=0)[:30] / PUPILS["visits"].to_numpy()[:30]
    assert np.abs(ratio - 1.0).max() < 0.4


def test_it_repeats_and_agrees_with_the_sandwich() -> None:
    fit = ts.cfa(THREE, PUPILS, estimator="MLR")
    one, other = (ts.bootstrap(fit, 300, seed=4) for _ in range(2))
    assert_same_numbers(one.replicates, other.replicates)
    assert not np.allclose(one.replicates, ts.bootstrap(fit, 300, seed=5).replicates, rtol=1e-3)
    loadings = [name for name in fit.coef.index if name.startswith("textual=~")]
    expected = np.sqrt(np.diag(fit.vcov.loc[loadings, loadings]))
    for found in (one, ts.bootstrap(fit, 300, seed=4, kind="bayesian")):
        ratio = found.table.loc[loadings, "se"] / expected
        assert ((ratio > 0.8) & (ratio < 1.25)).all()


@pytest.mark.slow
def test_workers_change_nothing() -> None:
    fit = quietly(ts.sem, THREE, PUPILS)
    alone = ts.bootstrap(fit, 100, seed=4)
    shared = ts.bootstrap(fit, 100, seed=4, workers=2)
    assert_same_numbers(alone.replicates, shared.replicates)
    with joblib.parallel_config(backend="threading", n_jobs=3):
        threads = ts.bootstrap(fit, 100, seed=4)
    assert_same_numbers(alone.replicates, threads.replicates)


@pytest.mark.slow
def test_a_dask_cluster_carries_it() -> None:
    distributed = pytest.importorskip("distributed")
    fit = quietly(ts.sem, THREE, PUPILS)
    alone = ts.bootstrap(fit, 64, seed=4)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        far = ts.bootstrap(fit, 64, seed=4, workers=2)
    assert_same_numbers(alone.replicates, far.replicates)


def test_an_interrupted_run_returns_what_is_done() -> None:
    def task(generator: np.random.Generator, count: int) -> int:
        calls.append(count)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return count

    calls: list[int] = []
    done = replicate(task, 50, size=10, seed=1)
    assert (done.parts, done.n_done, done.stopped) == ([10, 10], 20, "the user interrupted")


def test_an_interrupted_bootstrap_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = quietly(ts.sem, THREE, PUPILS)
    whole = RowDraws.__call__
    calls: list[int] = []

    def stopped(self: RowDraws, generator: np.random.Generator, count: int) -> Iterator[object]:
        calls.append(count)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return whole(self, generator, count)

    monkeypatch.setattr(RowDraws, "__call__", stopped)
    with pytest.warns(ts.TpnSemWarning, match="stopped after 32 of 100"):
        found = ts.bootstrap(fit, 100, seed=1)
    assert len(found.replicates) == 32
    assert found.n_asked == 100


@pytest.mark.slow
def test_bollen_stine_and_parametric_data_fit() -> None:
    fit = ts.cfa(THREE, PUPILS)
    for kind in ("bollen_stine", "parametric"):
        found = ts.bootstrap(fit, 400, seed=1, kind=kind)
        assert found.p_value == pytest.approx(1 / 401)  # this model does not fit
        assert 22.5 < np.mean(found.chi_square) < 32.0
    with pytest.raises(ts.TpnSemError, match="bollen_stine"):
        _ = ts.bootstrap(fit, 10, seed=1).p_value


@pytest.mark.slow
def test_parametric_draws_keep_gaps_predictors_and_categories() -> None:
    fit = quietly(ts.sem, f"{ONE}\nvisual ~ ageyr", GAPS, missing="fiml")
    found = ts.bootstrap(fit, 60, seed=1, kind="parametric")
    ratio = found.table["se"] / np.sqrt(np.diag(fit.vcov))
    assert ((ratio > 0.6) & (ratio < 1.6)).all()
    fit = quietly(ts.sem, ONE, GRADES, ordered=True)
    found = ts.bootstrap(fit, 60, seed=1, kind="parametric")
    ratio = found.table["se"] / np.sqrt(np.diag(fit.vcov))
    assert ((ratio > 0.6) & (ratio < 1.6)).all()


@pytest.mark.slow
def test_incomplete_and_clustered_replicates() -> None:
    fit = quietly(ts.sem, ONE, GAPS, missing="fiml", cluster="classroom")
    found = ts.bootstrap(fit, 60, seed=1)
    assert found.kind == "cluster"
    assert found.n_failed == 0
    ratio = found.table["se"] / np.sqrt(np.diag(fit.vcov))
    assert ((ratio > 0.5) & (ratio < 2.0)).all()


def test_a_statistic_takes_the_place_of_the_parameters() -> None:
    fit = ts.cfa(ONE, PUPILS)
    found = ts.bootstrap(fit, 40, seed=2, statistic=lambda one: one.r_squared)
    plain = ts.bootstrap(fit, 40, seed=2).replicates
    loading, variance = plain["visual=~x2"], plain["visual~~visual"]
    explained = loading**2 * variance
    expected = explained / (explained + plain["x2~~x2"])
    np.testing.assert_allclose(found.replicates.iloc[:, 1], expected, rtol=1e-4)
    number = ts.bootstrap(fit, 10, seed=2, statistic=lambda one: one.measures["cfi"])
    assert list(number.replicates.columns) == ["statistic"]


def test_intervals_by_their_definitions() -> None:
    fit = quietly(ts.sem, f"{ONE}\nvisual ~ b*ageyr\nvisual ~~ r*visual\nsize := b^2", PUPILS)
    found = ts.bootstrap(fit, 500, seed=3)
    column, estimate = found.replicates["size"], found.estimates["size"]
    low, high = np.quantile(column, [0.05, 0.95])
    assert found.intervals("percentile", 0.9).loc["size"].tolist() == pytest.approx([low, high])
    basic = found.intervals("basic", 0.9).loc["size"]
    assert basic.tolist() == pytest.approx([2 * estimate - high, 2 * estimate - low])
    normal = found.intervals("normal").loc["size"]
    assert normal.mean() == pytest.approx(2 * estimate - column.mean())
    plain, bent = (found.intervals(kind).loc["size"] for kind in ("bias_corrected", "bca"))
    assert not np.allclose(plain, bent, rtol=1e-6)


def test_bca_agrees_with_scipy() -> None:
    from scipy.stats import bootstrap as by_scipy

    fit = ts.sem("x1 ~ x2", PUPILS, fixed_x=False)
    ours = ts.bootstrap(fit, 4000, seed=3).intervals("bca").loc["x1~~x1"]
    pair = (PUPILS["x1"].to_numpy(), PUPILS["x2"].to_numpy())

    def residual(x1: np.ndarray, x2: np.ndarray) -> float:
        return x1.var() * (1 - np.corrcoef(x1, x2)[0, 1] ** 2)

    theirs = by_scipy(
        pair, residual, paired=True, vectorized=False, n_resamples=4000, random_state=1
    )
    width = ours["ci_upper"] - ours["ci_lower"]
    ends = [theirs.confidence_interval.low, theirs.confidence_interval.high]
    assert np.abs(ours - ends).max() < 0.06 * width


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n": 1}, "n is a whole number above 1"),
        ({"n": 2.5}, "n= is a whole number, not 2.5"),
        ({"seed": 0.5}, "seed= is a whole number or None, not 0.5"),
        ({"workers": 0}, "workers=0"),
        ({"kind": "school"}, "kind='school' is not known"),
        ({"kind": "cluster"}, "needs a fit with cluster="),
        ({"strata": "school"}, "give the column itself"),
        ({"strata": [1, 2, 3]}, "3 values for 301 rows"),
        ({"kind": "parametric", "strata": PUPILS["school"]}, "neither clusters nor strata"),
    ],
)
def test_what_cannot_be(options: dict, says: str) -> None:
    fit = quietly(ts.sem, ONE, PUPILS)
    with pytest.raises(ts.TpnSemError, match=says):
        ts.bootstrap(fit, **{"n": 10, **options})


@pytest.mark.slow
def test_failed_replicates_are_counted_by_reason() -> None:
    few = GRADES.head(60).copy()
    few["x1"] = np.where(np.arange(60) < 2, 2, np.minimum(few["x1"], 1))
    fit = quietly(ts.sem, ONE, few, ordered=True)
    with pytest.warns(ts.TpnSemWarning, match="replicates could not be fitted and are left out"):
        found = ts.bootstrap(fit, 20, seed=1)
    assert found.n_failed == found.problems.sum() > 0
    assert found.problems.index.str.contains("'x1' lacks category").any()
    assert np.isnan(found.replicates).any(axis=1).sum() == found.n_failed


def test_parameters_that_share_a_label_have_names_of_their_own() -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    fit = ts.cfa("f =~ x1 + x2 + x3 + x4", pupils, group="school", group_equal="loadings")
    found = ts.bootstrap(fit, 20, seed=1)
    assert found.table.index.is_unique
    pairs = found.replicates[["f=~x2", "f=~x2.g2"]].to_numpy()
    np.testing.assert_allclose(pairs[:, 0], pairs[:, 1], rtol=1e-9)
    assert "f=~x2.g2" in repr(found)


def test_a_fit_can_be_sent_elsewhere_after_it_was_read() -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    fit = ts.cfa("f =~ x1 + x2 + x3 + x4", pupils, estimator="MLR")
    shown = fit.summary()
    again = pickle.loads(pickle.dumps(fit))
    assert again.summary() == shown

"""Weighted and clustered data: what holds whatever lavaan says."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from robust_cases import ONE, PUPILS, THREE, with_classes
from scipy.stats import chi2

import tpn_sem as ts
from tpn_sem.datasets import teachers
from tpn_sem.estimation.standard_errors import cluster_parts

# Weights ------------------------------------------------------------------------------------------


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


# Clusters -----------------------------------------------------------------------------------------


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


def test_weight_matrices_square_sampling_weights() -> None:
    """The variance of a weighted mean of products, for WLSMV's weight and for its sandwich."""
    data = PUPILS.assign(weight=np.random.default_rng(4).uniform(0.5, 2.0, len(PUPILS)))
    fit = quietly(ts.sem, ONE, data, estimator="WLSMV", sampling_weights="weight")
    sample = fit.estimation.samples.groups[0]
    weight = (data["weight"] / data["weight"].mean()).to_numpy()
    values = data[list(sample.names)].to_numpy()
    square = (values[:, 0] - np.average(values[:, 0], weights=weight)) ** 2
    gap = square - np.average(square, weights=weight)
    place = 0 if sample.mean is None else sample.n_variables
    assert sample.spread[place, place] == pytest.approx(np.mean(weight**2 * gap**2), rel=1e-8)


def test_errors_for_few_clusters_have_no_units() -> None:
    """Three groups with equal loadings and intercepts: z of every parameter is the same."""
    data = ts.datasets.teachers(missing=0)
    data["third"] = np.array(list("abc"))[data.groupby("school").ngroup() % 3]
    model = "NPC =~ npc1 + npc2 + npc3\nKR =~ kr1 + kr2 + kr3"
    options = {"group": "third", "cluster": "school", "se": "cluster_cr2"}
    options["group_equal"] = ["loadings", "intercepts"]
    found = []
    for units in ({}, {"kr1": 1e-6, "kr2": 1e6}):
        frame = data.assign(**{name: data[name] * unit for name, unit in units.items()})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ts.TpnSemWarning)
            found.append(ts.cfa(model, frame, **options).estimates["z"].to_numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)

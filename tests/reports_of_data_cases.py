"""Checks behind docs/reports.md: data, codes, clusters, weights, groups, ordinal items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from missing_by_design_cases import long_scale, two_booklets
from reports_cases import (
    GRADES,
    ITEMS,
    PUPILS,
    THREE,
    WEIGHTED,
    cfa,
    is_near,
    noted,
    refused,
    report,
    sem,
)

import tpn_sem as ts

OWN = "group: Pasteur\nf =~ x1 + x2 + x4\ngroup: Grant-White\nf =~ x1 + x2 + x3 + x4"
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
ONE = "f =~ x1 + x2 + x3 + x4"


@report("own items")
def _() -> None:
    is_near(cfa(OWN, group="school"), 1.222, 2)


@report("own items, metric")
def _() -> None:
    is_near(cfa(OWN, group="school", group_equal="loadings"), 8.171, 4)


@report("own items, not asked")
def _() -> None:
    data = PUPILS.assign(x3=PUPILS["x3"].where(PUPILS["school"] != "Pasteur"))
    is_near(cfa(OWN, data, group="school"), 1.222, 2)


@report("own items, scores")
def _() -> None:
    assert cfa(OWN, group="school").factor_scores()["f"].notna().all()


@report("effect coding, partial")
def _() -> None:
    partial = ["visual=~x3", "x3~1"]
    is_near(cfa(effect_coding=True, group_partial=partial, **EQUAL), 144.079, 58)


@report("effect coding, intercept")
def _() -> None:
    is_near(cfa(effect_coding=True, group_partial=["x3~1"], **EQUAL), 144.579, 59)


@report("effect coding, labels")
def _() -> None:
    is_near(cfa(THREE + "\nx3 ~ c(i1,i2)*1", effect_coding=True, **EQUAL), 144.579, 59)


@report("blank group")
def _() -> None:
    data = PUPILS.assign(part=np.where(PUPILS["school"] == "Pasteur", "", "other"))
    fit = cfa(ONE, data, group="part")
    assert len(fit.group_labels) == 2
    assert "group" in fit.factor_scores()


@report("unknown group")
def _() -> None:
    refused("Pastor", ts.cfa, THREE, PUPILS, group="school", group_label=["Pastor"])


@report("crossed clusters, means")
def _() -> None:
    fit = cfa(THREE, WEIGHTED, group="school", group_equal="loadings", cluster="unit")
    found = ts.group_differences(fit)
    assert "mean" not in set(found.factors["quantity"])
    assert any("Means are not compared" in note for note in found.notes)


@report("weights in groups")
def _() -> None:
    by_group = cfa(ONE, WEIGHTED, group="school", sampling_weights="w")
    same = cfa(
        ONE,
        WEIGHTED,
        group="school",
        sampling_weights="w",
        sampling_weights_normalization="group",
    )
    assert by_group.measures["chisq"] == pytest.approx(same.measures["chisq"])


@report("skipped code")
def _() -> None:
    coded, empty = GRADES.copy(), GRADES.copy()
    coded.loc[coded.index[:30], "x1"], empty.loc[empty.index[:30], "x1"] = -9, np.nan
    one = cfa(ONE, coded, ordered=True, missing="pairwise", skipped=-9)
    other = cfa(ONE, empty, ordered=True, missing="pairwise")
    assert one.measures["npar"] == other.measures["npar"]
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], rel=1e-6)


@report("skipped codes")
def _() -> None:
    data = GRADES.copy()
    data.loc[data.index[:15], "x1"], data.loc[data.index[15:30], "x1"] = 8, 9
    one = cfa(ONE, data, ordered=True, missing="pairwise", skipped=[8, 9])
    two = cfa(ONE, data, ordered=True, missing="pairwise", skipped={"x1": (8, 9)})
    assert one.measures["npar"] == two.measures["npar"] == 16


@report("rows dropped")
def _() -> None:
    data = PUPILS.assign(x1=PUPILS["x1"].where(np.arange(len(PUPILS)) > 4))
    fit = cfa(THREE, data)
    assert fit.n_dropped == 5
    noted(fit, "5 of 301 rows were dropped")


@report("infinite answer")
def _() -> None:
    data = GRADES.copy()
    data.loc[data.index[0], "x1"] = np.inf
    refused("infinite", ts.cfa, ONE, data, ordered=True)
    refused("infinite", ts.cfa, ONE, data)


@report("misspelt column")
def _() -> None:
    refused("textuall", ts.cfa, "f =~ x1 + x2 + textuall", PUPILS)


@report("column twice")
def _() -> None:
    twice = pd.concat([PUPILS, PUPILS[["x1"]]], axis=1)
    refused("appears 2 times", ts.cfa, THREE, twice)


@report("constant column")
def _() -> None:
    refused("x1", ts.cfa, THREE, PUPILS.assign(x1=3.0))


@report("collinear columns")
def _() -> None:
    refused("x2", ts.cfa, "f =~ x1 + x2 + x3 + x4", PUPILS.assign(x2=PUPILS["x1"] + PUPILS["x3"]))


@report("unused clusters")
def _() -> None:
    data = PUPILS.assign(part=np.arange(len(PUPILS)) % 101)
    data["x1"] = data["x1"].where(data["part"] < 12)
    fit = cfa(THREE, data, cluster="part")
    assert len(fit.estimation.samples.cluster_labels) == 12
    noted(fit, "12 clusters")


@report("cluster ids of two types")
def _() -> None:
    ids = pd.Series([1, "1", 2, 3, 4, 5, 6] * 43, index=PUPILS.index, dtype=object)
    fit = cfa(THREE, PUPILS.assign(part=ids), cluster="part")
    assert len(fit.estimation.samples.cluster_labels) == 6
    noted(fit, "taken as one")


@report("one cluster")
def _() -> None:
    refused("cluster", ts.cfa, THREE, PUPILS.assign(part=1), cluster="part")


@report("negative weights")
def _() -> None:
    refused("negative", ts.cfa, THREE, PUPILS.assign(w=-1.0), sampling_weights="w")


def _design(estimator: str, **design: object) -> None:
    plain, used = (
        cfa(THREE, WEIGHTED, estimator=estimator, mean_structure="cluster" in design, **options)
        .estimates["se"]
        .to_numpy()
        for options in ({}, design)
    )
    assert np.abs(used / np.where(plain > 0.0, plain, 1.0) - 1.0).max() > 0.02


@report("GLS, clusters")
def _() -> None:
    _design("GLS", cluster="unit")


@report("ULS, clusters")
def _() -> None:
    _design("ULS", cluster="unit")


@report("WLS, clusters")
def _() -> None:
    _design("WLS", cluster="unit")


@report("DWLS, clusters")
def _() -> None:
    _design("DWLS", cluster="unit")


@report("GLS, weights")
def _() -> None:
    _design("GLS", sampling_weights="w")


@report("ULS, weights")
def _() -> None:
    _design("ULS", sampling_weights="w")


@report("WLS, weights")
def _() -> None:
    _design("WLS", sampling_weights="w")


@report("negative scaled test")
def _() -> None:
    fit = sem("f =~ x1 + x2 + x3\nf ~ x4", cluster="school")
    for name in ("chisq_scaled", "pvalue_scaled", "cfi_scaled", "cfi_robust"):
        assert np.isnan(fit.measures[name])
        assert fit.measures.attrs["reasons"][name]


@report("robust CFI with CR2")
def _() -> None:
    data = PUPILS.assign(
        part=np.arange(len(PUPILS)) % 29, x1=PUPILS["x1"].where(np.arange(len(PUPILS)) % 7 > 0)
    )
    one, other = (
        cfa(THREE, data, missing="fiml", cluster="part", **options)
        for options in ({"estimator": "MLR"}, {"estimator": "MLR", "se": "cluster_cr2"})
    )
    for name in ("cfi_robust", "rmsea_robust"):
        assert one.measures[name] == pytest.approx(other.measures[name], rel=1e-8)


@report("ordinal estimator, few values")
def _() -> None:
    refused("ordered=", ts.cfa, ONE, GRADES, estimator="WLSMV")


@report("ordered of any kind")
def _() -> None:
    plain = cfa(ONE, GRADES, ordered=["x1", "x2"]).measures["chisq"]
    names = ("x1", "x2")
    for given in (pd.Index(names), np.array(names), pd.Series(names), set(names), iter(names)):
        assert cfa(ONE, GRADES, ordered=given).measures["chisq"] == pytest.approx(plain)


@report("dates as answers")
def _() -> None:
    dates = pd.to_datetime(GRADES["x1"], unit="D")
    refused("dates", ts.cfa, ONE, GRADES.assign(x1=dates), ordered=True)


@report("categories without order")
def _() -> None:
    kinds = pd.Categorical(GRADES["x1"].astype(int).astype(str))
    refused("without an order", ts.cfa, ONE, GRADES.assign(x1=kinds), ordered=True)


@report("auxiliary, ordinal")
def _() -> None:
    refused("auxiliary", ts.cfa, ONE, GRADES, ordered=True, auxiliary="x9")


@report("Yuan-Bentler, ordinal")
def _() -> None:
    refused("yuan_bentler", ts.cfa, ONE, GRADES, ordered=True, test="yuan_bentler")


@report("observed information, least squares")
def _() -> None:
    refused("information", ts.cfa, THREE, PUPILS, estimator="GLS", information="observed")


@report("means without thresholds, ordinal")
def _() -> None:
    plain = cfa(ONE, GRADES, ordered=True)
    asked = cfa(ONE, GRADES, ordered=True, mean_structure=False)
    assert asked.measures["chisq"] == pytest.approx(plain.measures["chisq"])


@report("contradicting answers")
def _() -> None:
    table = np.array(
        [[30, 2, 0, 0, 2], [1, 70, 3, 0, 0], [0, 4, 120, 5, 0], [0, 0, 6, 110, 2], [1, 0, 0, 3, 90]]
    )
    one, two = (np.repeat(where.ravel(), table.ravel()) for where in np.indices(table.shape))
    third = np.random.default_rng(5).integers(0, 5, len(one))
    data = pd.DataFrame({"a": one, "b": two, "c": np.where(third > 3, third, one)})
    statistics = cfa("f =~ a + b + c", data, ordered=True).statistics
    assert statistics["a~~b"] == pytest.approx(0.94566, abs=2e-5)


@report("answers missing in a group")
def _() -> None:
    data = GRADES.assign(
        x1=GRADES["x1"].where((GRADES["school"] != "Pasteur") | (GRADES["x1"] > 1), 2.0)
    )
    refused("lacks category 1", ts.cfa, ONE, data, ordered=True, group="school")


@report("too many categories")
def _() -> None:
    refused("more than 20", ts.cfa, ONE, PUPILS.assign(x1=np.arange(301.0)), ordered=["x1"])


@report("years as predictors")
def _() -> None:
    text = "f =~ x1 + x2 + x3 + x4\nf ~ ageyr"
    ages = sem(text, GRADES, ordered=ITEMS)
    years = sem(text, GRADES.assign(ageyr=GRADES["ageyr"] + 2000.0), ordered=ITEMS)
    assert years.measures["chisq"] == pytest.approx(ages.measures["chisq"], rel=1e-5)
    for column in ("estimate", "se"):
        pair = [fit.estimates.query("op == '~'")[column].iloc[0] for fit in (ages, years)]
        assert pair[1] == pytest.approx(pair[0], rel=1e-5)


@report("options without effect")
def _() -> None:
    for options in (
        {"sampling_weights_normalization": "total"},
        {"empty_categories": "collapse"},
        {"observed_information": "h1"},
    ):
        refused("without effect", ts.cfa, THREE, PUPILS, **options)


@report("scores of incomplete rows")
def _() -> None:
    data = PUPILS.assign(
        **PUPILS[ITEMS].mask(np.random.default_rng(2).random((len(PUPILS), 9)) < 0.15)
    )
    scores = cfa(THREE, data, missing="fiml").factor_scores()
    assert scores.notna().all().all()
    assert len(scores) == 301


@report("scores of new rows")
def _() -> None:
    fit = cfa()
    new = fit.factor_scores(data=PUPILS.iloc[:3])
    np.testing.assert_allclose(new, fit.factor_scores().iloc[:3], rtol=1e-9)


@report("plausible values")
def _() -> None:
    fit = cfa()
    draws = fit.factor_scores(n_draws=50, seed=1)
    assert draws["visual"].var() == pytest.approx(fit.coef["visual~~visual"], rel=0.1)
    assert fit.factor_scores()["visual"].var() < 0.9 * fit.coef["visual~~visual"]


@report("booklets")
def _() -> None:
    text, data = two_booklets()
    fit = sem(text, data, missing="fiml")
    is_near(fit, 17.210, 15)
    assert fit.coef["F=~a1"] == pytest.approx(0.971, abs=5e-4)
    assert any("4 pairs of variables" in note for note in fit.notes)


@report("more items than rows")
def _() -> None:
    text, data = long_scale()
    fit = cfa(text, data, missing="fiml")
    assert fit.converged
    assert fit.estimates["se"].dropna().gt(0).any()
    assert np.isnan(fit.measures["chisq"])
    assert "too few rows" in fit.measures.attrs["reasons"]["cfi"]

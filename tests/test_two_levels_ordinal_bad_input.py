"""What ordinal items of two levels refuse, and what they say."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly

import tpn_sem as ts
from tpn_sem.errors import (
    DataError,
    DataWarning,
    ModelError,
    NotAvailableError,
    NotEstimatedError,
    OptionError,
)
from tpn_sem.estimation.discrepancy.least_squares import DiagonallyWeightedLeastSquares

DATA = pd.read_csv(REFERENCE / "data" / "two_level_ordinal.csv")
ITEMS = ["u1", "u2", "u3"]
BOTH = "level: 1\nf =~ u1 + u2 + u3\nlevel: 2\nf =~ u1 + u2 + u3"


def refused(
    kind: type[Exception],
    says: str,
    model: str = BOTH,
    data: pd.DataFrame = DATA,
    **options: object,
) -> None:
    """The fit fails with an error of exactly this class, which says this."""
    asked = {"cluster": "cluster", "ordered": ITEMS, **options}
    with pytest.raises(ts.TpnSemError) as caught:
        quietly(ts.sem, model, data, **asked)
    assert type(caught.value) is kind
    assert says in str(caught.value)


OPTIONS = {
    "ML": (
        OptionError,
        "estimator='ML' is not available with level: blocks and ordered=",
        {"estimator": "ML"},
    ),
    "PML": (OptionError, "estimator='PML' is not available", {"estimator": "PML"}),
    "fiml": (OptionError, "missing='fiml' is for continuous items", {"missing": "fiml"}),
    "pairwise": (NotEstimatedError, "missing= is not estimated yet", {"missing": "pairwise"}),
    "delta": (OptionError, "parameterization='delta'", {"parameterization": "delta"}),
    "joint": (OptionError, "conditional_x=False", {"conditional_x": False}),
    "equal": (OptionError, "group_equal= is not available", {"group_equal": "loadings"}),
    "errors": (OptionError, "se='robust_huber_white'", {"se": "robust_huber_white"}),
    "test": (OptionError, "test='yuan_bentler'", {"test": "yuan_bentler"}),
    "weights": (NotEstimatedError, "sampling_weights=", {"sampling_weights": "x"}),
    "nodes": (OptionError, "nodes= is a whole number", {"nodes": 1}),
    "no means": (OptionError, "leave mean_structure out", {"mean_structure": False}),
    "no cluster": (OptionError, "cluster=", {"cluster": None}),
    "own": (OptionError, "estimator=", {"estimator": DiagonallyWeightedLeastSquares()}),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OPTIONS)
def test_options_that_two_levels_of_items_lack_are_refused(name: str) -> None:
    kind, says, options = OPTIONS[name]
    refused(kind, says, **options)


def test_nodes_are_without_effect_elsewhere() -> None:
    refused(OptionError, "nodes= is without effect", ordered=None, nodes=9)
    refused(OptionError, "nodes= is without effect", "f =~ u1 + u2 + u3", nodes=9)


MODELS = {
    "within only": (
        NotEstimatedError,
        "'u3' is ordinal and stands at 'level: 1' only",
        "level: 1\nf =~ u1 + u2 + u3\nlevel: 2\nf =~ u1 + u2",
    ),
    "between only": (
        NotEstimatedError,
        "'u3' is ordinal and stands at 'level: 2' only",
        "level: 1\nf =~ u1 + u2\nlevel: 2\nf =~ u1 + u2 + u3",
    ),
    "predictor of one level": (
        NotEstimatedError,
        "'u3' is ordinal and a predictor at one level",
        "level: 1\nu1 ~ u3\nu1 ~~ u2\nlevel: 2\nu1 ~~ u2 + u3",
    ),
    "explained between only": (
        NotEstimatedError,
        "'w' is explained at 'level: 2' only",
        f"{BOTH}\nw ~ f",
    ),
    "predictor of both levels": (
        NotEstimatedError,
        "the predictor 'x' stands at both levels",
        "level: 1\nu1 ~ x\nlevel: 2\nu1 ~ x",
    ),
    "random slope": (
        NotEstimatedError,
        "random slopes (rv()) are not estimated yet together with ordered=",
        'level: 1\nu1 ~ rv("s")*x\nlevel: 2\nu1 ~ w',
    ),
    "thresholds within": (
        ModelError,
        "thresholds are between clusters",
        BOTH.replace("\nlevel: 2", "\nu1 | t1\nlevel: 2"),
    ),
    "scale": (
        ModelError,
        "the scale of 'u1' follows from the rest",
        BOTH.replace("\nlevel: 2", "\nu1 ~*~ 2*u1\nlevel: 2"),
    ),
    "unknown threshold": (
        ModelError,
        "'u1' has the thresholds t1, t2, t3",
        f"{BOTH}\nu1 | t9",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_that_items_of_two_levels_lack_are_refused(name: str) -> None:
    kind, says, model = MODELS[name]
    refused(kind, says, model)


def test_an_item_that_is_constant_within_clusters_is_named() -> None:
    first = DATA.groupby("cluster")["u2"].transform("first")
    refused(DataError, "'u2' has the same answer in all rows of each", data=DATA.assign(u2=first))


def test_an_item_that_does_not_vary_between_clusters_is_named() -> None:
    rng = np.random.default_rng(1)
    ranks = DATA.groupby("cluster")["x"].rank(method="first", pct=True) + 1e-9 * rng.random(
        len(DATA)
    )
    flat = DATA.assign(u2=np.minimum(1 + (2 * ranks).astype(int), 2))
    refused(DataError, "responses to 'u2' do not vary between clusters", data=flat)


def test_a_continuous_variable_that_does_not_vary_between_clusters_is_named() -> None:
    centred = DATA.assign(c1=DATA["c1"] - DATA.groupby("cluster")["c1"].transform("mean"))
    model = BOTH.replace("u3", "c1")
    refused(DataError, "'c1' does not vary between clusters", model, centred, ordered=["u1", "u2"])


def test_items_that_are_the_same_are_named() -> None:
    refused(DataError, "'u1' and 'u2': the correlation", data=DATA.assign(u2=DATA["u1"]))


def test_a_category_that_a_group_lacks_is_named() -> None:
    parts = [f"group: {name}\n{BOTH}" for name in ("north", "south")]
    lacking = DATA.assign(u1=DATA["u1"].where(DATA["district"] == "north", DATA["u1"].clip(2)))
    refused(DataError, "'u1' lacks category 1 of 4", "\n".join(parts), lacking, group="district")


def test_a_category_with_too_few_answers_is_noted() -> None:
    rare = DATA.assign(u1=DATA["u1"].replace(4, 3))
    rare.loc[[0, 100, 200], "u1"] = 4
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ts.sem(BOTH, rare, cluster="cluster", ordered=ITEMS)
    notes = [str(one.message) for one in said if issubclass(one.category, DataWarning)]
    assert any("a category has fewer than 5 answers: u1 (3)" in note for note in notes)


def test_few_clusters_and_correlations_of_one_are_noted() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(40), 8)
    shared = rng.normal(size=40)[clusters] + rng.normal(size=320)
    few = pd.DataFrame(
        {name: np.digitize(shared + rng.normal(size=320), [-0.8, 0.4]) for name in ITEMS}
    ).assign(cluster=clusters)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ts.sem(BOTH, few, cluster="cluster", ordered=ITEMS)
    notes = " ".join(str(one.message) for one in said)
    assert "rest on many of them" in notes
    assert "correlate to 1 between clusters" in notes


def test_correlations_that_no_items_have_together_are_noted() -> None:
    teachers = ts.datasets.teachers().dropna(subset=["kr1", "kr2", "kr3", "kr4"])
    model = "level: 1\nf =~ kr2 + kr3 + kr4\nlevel: 2\nf =~ kr2 + kr3 + kr4"
    fit = quietly(ts.sem, model, teachers, cluster="school", ordered=True)
    told = "correlations between clusters are not positive definite (most involved: kr"
    assert any(told in note for note in fit.notes)


def test_an_item_and_a_number_that_correlate_to_one_between_clusters_are_noted() -> None:
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(60), 10)
    shared = rng.normal(size=60)[clusters]
    data = pd.DataFrame(
        {
            "cluster": clusters,
            "u1": np.digitize(shared + rng.normal(size=600), [-0.8, 0.4]),
            "c1": 3.0 * shared + rng.normal(size=600),
        }
    )
    model = "level: 1\nu1 ~~ c1\nlevel: 2\nu1 ~~ c1"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = ts.sem(model, data, cluster="cluster", ordered=["u1"])
    notes = " ".join(str(one.message) for one in said)
    assert "variables that correlate to 1 between clusters: u1 and c1." in notes
    found = fit.statistics
    root = np.sqrt(found["u1~~u1.l2"] * found["c1~~c1.l2"])
    assert found["u1~~c1.l2"] == pytest.approx(0.999 * root, rel=1e-6)
    assert abs(found["u1~~c1"]) < 0.2


def test_one_row_a_cluster_and_one_cluster_are_refused() -> None:
    refused(DataError, "every cluster has one row", data=DATA.groupby("cluster").head(1))
    refused(DataError, "has one cluster", data=DATA[DATA["cluster"] == 5])


def test_full_weights_need_more_clusters_than_statistics() -> None:
    few = DATA[DATA["cluster"].between(20, 36)]
    refused(
        DataError, "WLS needs more clusters than there are statistics", data=few, estimator="WLS"
    )


def test_predictors_that_do_not_vary_or_are_collinear_are_named() -> None:
    model = "level: 1\nu1 ~ x + z\nlevel: 2\nu1 ~ w"
    flat = DATA.assign(z=1.0)
    refused(DataError, "predictor 'z' is constant", model, flat, ordered=["u1"])
    same = DATA.assign(z=2.0 * DATA["x"])
    refused(DataError, "predictors (x, z, w) are collinear", model, same, ordered=["u1"])
    varying = same.assign(z=DATA["d"], w=DATA["w"] + DATA["x"])
    refused(DataError, "'w' is a variable of 'level: 2' only", model, varying, ordered=["u1"])


def test_what_a_fit_lacks_is_refused_by_name() -> None:
    fit = quietly(ts.sem, BOTH, DATA, cluster="cluster", ordered=ITEMS)
    with pytest.raises(NotAvailableError, match="factor scores are not available for ordinal"):
        fit.factor_scores()
    with pytest.raises(NotAvailableError, match="fit by level rests on a likelihood"):
        _ = fit.fit_by_level
    with pytest.raises(NotAvailableError, match="take rows as independent"):
        _ = fit.ordinal
    assert "two levels" in fit.measures.attrs["reasons"]["cfi_robust"]
    with pytest.raises(NotAvailableError, match="does not take as independent"):
        ts.bootstrap(fit, 4, kind="case")


def test_missing_answers_drop_their_rows() -> None:
    gaps = DATA.copy()
    gaps.loc[:9, "u1"] = np.nan
    fit = quietly(ts.sem, BOTH, gaps, cluster="cluster", ordered=ITEMS)
    assert fit.n_dropped == 10
    assert fit.n_observations == len(DATA) - 10

"""What a model of two levels refuses, and what it says."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from two_level_cases import ONE, uneven

import tpn_sem as ts
from tpn_sem.errors import (
    DataError,
    IdentificationError,
    ModelError,
    ModelSyntaxError,
    NotAvailableError,
    NotEstimatedError,
    OptionError,
)

HEAD = "level: 1\nf =~ a1 + a2 + a3\n"
BETWEEN = "level: 2\ng =~ a1 + a2 + a3\n"
TWO = HEAD + BETWEEN


def refused(
    kind: type[Exception],
    says: str,
    model: str = TWO,
    data: pd.DataFrame | None = None,
    **options: object,
) -> None:
    """The fit fails with an error of exactly this class, which says this."""
    asked = {"cluster": "cluster", **options}
    with pytest.raises(ts.TpnSemError) as caught:
        quietly(ts.sem, model, uneven() if data is None else data, **asked)
    assert type(caught.value) is kind
    assert says in str(caught.value)


MODELS = {
    "no level 2": (ModelError, "'level: 1' and no 'level: 2'", HEAD),
    "no level 1": (ModelError, "'level: 2' and no 'level: 1'", BETWEEN),
    "level 0": (ModelError, "and no 'level: 2'", f"level: 0\nf =~ a1 + a2 + a3\n{HEAD}"),
    "three levels": (ModelSyntaxError, "'3' is a third level", f"{TWO}level: 3\na1 ~~ a1"),
    "three names": (
        ModelSyntaxError,
        "'district' is a third level",
        "level: teacher\na1 ~~ a1\nlevel: school\na1 ~~ a1\nlevel: district\na1 ~~ a1",
    ),
    "no label": (ModelSyntaxError, "a block needs a name", f"level:\na1 ~~ a1\n{BETWEEN}"),
    "statements before": (
        ModelSyntaxError,
        "statements stand before the first level: block",
        f"f =~ a1 + a2 + a3\nlevel: 1\nf ~ x\n{BETWEEN}",
    ),
    "groups within levels": (
        ModelSyntaxError,
        "every group has its own level: blocks",
        "level: 1\ngroup: north\na1 ~~ a1\ngroup: south\na1 ~~ a1\n",
    ),
    "a group without levels": (
        ModelSyntaxError,
        "every group has its own level: blocks",
        f"group: north\n{TWO}group: south\nf =~ a1 + a2 + a3",
    ),
    "across levels": (DataError, "column 'f' is not in the data", f"{TWO}g ~ f"),
    "mark of a level": (
        ModelSyntaxError,
        "has the mark of variables between clusters",
        f"{HEAD}f ~ `z1 (between)`\n{BETWEEN}",
    ),
    "mark without levels": (ModelSyntaxError, "has the mark", "f =~ `a1 (between)` + a2 + a3"),
    "column as factor": (
        ModelError,
        "the latent variable or random slope 'z1' is also a column",
        f"level: 1\nz1 =~ a1 + a2 + a3\n{BETWEEN}g ~ z1",
    ),
    "mean within": (IdentificationError, "f~1", f"{HEAD}f ~ 1\n{BETWEEN}"),
    "intercept within": (IdentificationError, "a1~1", f"{HEAD}a1 ~ 1\n{BETWEEN}"),
    "exploratory block": (
        NotEstimatedError,
        "exploratory blocks (efa) are not estimated yet together with level: blocks",
        f'level: 1\nefa("b")*f =~ a1 + a2 + a3\n{BETWEEN}',
    ),
    "composite": (NotEstimatedError, "composites", f"level: 1\nf <~ a1 + a2\ny ~ f\n{BETWEEN}"),
    "thresholds": (ModelError, "'a1' has thresholds, but ordered= does", f"{TWO}a1 | t1"),
    "scales": (ModelError, "'a1' has a scale (~*~), but ordered= does", f"{TWO}a1 ~*~ 1*a1"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", MODELS)
def test_models_that_are_none(name: str) -> None:
    kind, says, model = MODELS[name]
    refused(kind, says, model)


DATA: dict[str, tuple[str, str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "one cluster": ("has one cluster", TWO, lambda data: data.assign(cluster=1)),
    "clusters of one row": (
        "every cluster has one row",
        TWO,
        lambda data: data.assign(cluster=range(len(data))),
    ),
    "constant within": (
        "'z1' stands at 'level: 1' and does not vary within clusters",
        "level: 1\ny ~ z1\nlevel: 2\ny ~ z2",
        lambda data: data,
    ),
    "varies within": (
        "'m' is a variable of 'level: 2' only, and differs between rows of one cluster",
        "level: 1\ny ~ x\nlevel: 2\ny ~ m",
        lambda data: data,
    ),
    "constant between": (
        "'z1' is the same in all clusters",
        "level: 1\ny ~ x\nlevel: 2\ny ~ z1",
        lambda data: data.assign(z1=3.0),
    ),
    "constant": (
        "column 'x' is constant: there is no variance to explain",
        "level: 1\ny ~ x\nlevel: 2\ny ~ z1",
        lambda data: data.assign(x=3.0),
    ),
    "collinear within": (
        "'a1' and 'a2' are perfectly collinear within clusters",
        TWO,
        lambda data: data.assign(a2=2.0 * data["a1"]),
    ),
    "dependent within": (
        "not positive definite within clusters",
        TWO,
        lambda data: data.assign(a3=data["a1"] + data["a2"]),
    ),
    "collinear between": (
        "perfectly collinear between clusters",
        "level: 1\ny ~ x\nlevel: 2\ny ~ z1 + z2",
        lambda data: data.assign(z2=1.0 - data["z1"]),
    ),
    "few clusters": (
        "there are 2 clusters, too few for two levels with 2 variables",
        f"{TWO}g ~ z1 + z2",
        lambda data: data[data["cluster"].isin(data["cluster"].unique()[:2])],
    ),
    "few rows": (
        "too few for 3 variables within clusters",
        TWO,
        lambda data: (
            data.groupby("cluster")
            .head(1)
            .pipe(
                lambda first: pd.concat([first, data.loc[data.index.difference(first.index)][:2]])
            )
        ),
    ),
    "unknown clusters": (
        "has 3 missing entries",
        TWO,
        lambda data: data.assign(cluster=data["cluster"].where(np.arange(len(data)) > 2)),
    ),
    "words": ("column 'a1' does not hold numbers", TWO, lambda data: data.assign(a1="yes")),
    "infinite": (
        "column 'a1' has infinite values",
        TWO,
        lambda data: data.assign(a1=data["a1"].where(data["a1"] < 3.0, np.inf)),
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", DATA)
def test_data_that_tell_nothing(name: str) -> None:
    says, model, spoilt = DATA[name]
    refused(DataError, says, model, spoilt(uneven()))


OPTIONS: dict[str, tuple[type[Exception], str, dict[str, object]]] = {
    "no clusters": (OptionError, "name the column of the clusters", {"cluster": None}),
    "unknown clusters": (DataError, "did you mean 'cluster'?", {"cluster": "clster"}),
    "clusters as groups": (
        DataError,
        "there is one cluster in group",
        {"group": "cluster"},
    ),
    "sampling weights": (NotEstimatedError, "sampling_weights=", {"sampling_weights": "one"}),
    "frequency weights": (NotEstimatedError, "frequency_weights=", {"frequency_weights": "one"}),
    "rotation": (NotEstimatedError, "rotation=", {"rotation": "geomin"}),
    "two stages": (NotEstimatedError, "missing=", {"missing": "two_stage"}),
    "wishart": (OptionError, "likelihood='wishart'", {"likelihood": "wishart"}),
    "no means": (OptionError, "two levels are models of means", {"mean_structure": False}),
    "observed": (OptionError, "observed_information='h1'", {"observed_information": "h1"}),
    "equal without groups": (OptionError, "give group= too", {"group_equal": ["loadings"]}),
    **{
        estimator: (OptionError, f"estimator={estimator!r} is not", {"estimator": estimator})
        for estimator in ("MLM", "MLMV", "ULS", "GLS", "WLS", "DWLS", "WLSMV")
    },
    **{
        se: (OptionError, f"se={se!r} is for rows that are independent or", {"se": se})
        for se in ("robust_sem", "cluster_cr2", "cluster_cr3")
    },
    **{
        test: (OptionError, f"test={test!r} is for rows that are independent", {"test": test})
        for test in ("satorra_bentler", "scaled_shifted", "browne_residual_adf", "peba", "bartlett")
    },
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_one_level(name: str) -> None:
    kind, says, options = OPTIONS[name]
    data = uneven().assign(one=1.0)
    asked = {key: value for key, value in options.items() if value is not None}
    if options.get("cluster", "") is None:
        with pytest.raises(kind, match=says):
            quietly(ts.sem, TWO, data)
    else:
        refused(kind, says, TWO, data, **asked)


def test_sample_moments_have_no_clusters() -> None:
    items = ["a1", "a2", "a3"]
    moments = ts.SampleMoments(
        uneven()[items].cov(), n_observations=200, mean=uneven()[items].mean()
    )
    with pytest.raises(ts.TpnSemError, match="cluster= needs rows of data"):
        ts.sem(TWO, moments, cluster="cluster")


@cache
def fits() -> dict[str, ts.Fit]:
    data = uneven()
    blocks = "\n".join(f"group: {name}\n{TWO}" for name in ("north", "south"))
    return {
        "one": quietly(ts.cfa, ONE, data, cluster="cluster"),
        "groups": quietly(ts.cfa, blocks, data, cluster="cluster", group="region"),
    }


CALLS: dict[str, Callable[[], object]] = {
    "alignment": lambda: ts.alignment(fits()["groups"]),
    "common_method": lambda: ts.common_method(fits()["one"]),
    "cross_validate": lambda: ts.cross_validate({"a": ONE, "b": ONE}, uneven(), cluster="cluster"),
    "cutoffs": lambda: ts.cutoffs(fits()["one"], 10, seed=1),
    "effect_sizes": lambda: ts.effect_sizes(fits()["groups"]),
    "fit_propensity": lambda: ts.fit_propensity({"a": "f =~ a1 + a2"}, 10, like=fits()["one"]),
    "forward_search": lambda: ts.forward_search(fits()["one"]),
    "group_differences": lambda: ts.group_differences(fits()["groups"]),
    "influence": lambda: ts.influence(fits()["one"]),
    "item_analysis": lambda: ts.item_analysis(fits()["one"]),
    "item_response": lambda: ts.item_response(fits()["one"]),
    "local_fit": lambda: ts.local_fit(fits()["one"]),
    "permutation": lambda: ts.permutation(fits()["groups"], 10, seed=1),
    "robust_two_stage": lambda: ts.robust_two_stage(ONE, uneven(), cluster="cluster"),
    "unmeasured_confounding": lambda: ts.unmeasured_confounding(fits()["one"]),
    "validity": lambda: ts.validity(fits()["one"]),
    "moderated": lambda: ts.moderated(ONE, uneven(), moderators="z1", cluster="cluster"),
    "hypotheses": lambda: ts.hypotheses("H1: a2 ~ a1 > 0").judge(fits()["one"]),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CALLS)
def test_what_knows_one_level_says_so(name: str) -> None:
    with pytest.raises((NotAvailableError, NotEstimatedError), match="knows models of one level"):
        quietly(CALLS[name])


SCORES: dict[str, dict[str, object]] = {
    "method='Bartlett'": {"method": "Bartlett"},
    "standard_errors=": {"standard_errors": True},
    "data=": {"data": reference_data("two_level_even")},
    "plausible values": {"n_draws": 2},
}


@pytest.mark.parametrize("says", SCORES)
def test_factor_scores_of_other_kinds(says: str) -> None:
    with pytest.raises(NotAvailableError, match=says):
        fits()["one"].factor_scores(**SCORES[says])  # type: ignore[arg-type]


@pytest.mark.parametrize("test", ["satorra_bentler", "browne_residual_nt", "swain", "pols"])
def test_tests_of_independent_rows(test: str) -> None:
    with pytest.raises(NotAvailableError, match=f"{test} is for rows that are independent"):
        fits()["one"].test(test)


@pytest.mark.parametrize("kind", ["case", "bayesian", "parametric", "bollen_stine"])
def test_rows_are_not_resampled(kind: str) -> None:
    with pytest.raises(NotAvailableError, match="draws rows"):
        ts.bootstrap(fits()["one"], 10, kind=kind)


def test_names_of_any_kind() -> None:
    data = uneven()
    usual = quietly(ts.cfa, TWO, data, cluster="cluster")
    for first in ("первый", "1. I share (b)"):
        named = data.rename(columns={"a1": first, "cluster": "школа"})
        model = TWO.replace("a1", f"`{first}`").replace("f =~", "ф =~").replace("g =~", "г =~")
        fit = quietly(ts.cfa, model, named, cluster="школа")
        assert fit.measures["logl"] == pytest.approx(usual.measures["logl"], rel=1e-12)
        assert first in set(fit.estimates["rhs"])
        assert "(between)" not in fit.summary()


@pytest.mark.parametrize(
    ("within", "between"),
    [("within", "between"), ("Within", "BETWEEN"), ("teacher", "school"), ('"1"', "'2'")],
)
def test_labels_of_levels(within: str, between: str) -> None:
    usual = quietly(ts.cfa, TWO, uneven(), cluster="cluster")
    model = TWO.replace("level: 1", f"level: {within}").replace("level: 2", f"level: {between}")
    fit = quietly(ts.cfa, model, uneven(), cluster="cluster")
    np.testing.assert_allclose(fit.estimates["estimate"], usual.estimates["estimate"], rtol=1e-12)


def test_few_clusters_are_named() -> None:
    data = uneven()
    few = data[data["cluster"].isin(data["cluster"].unique()[:6])]
    fit = quietly(ts.cfa, TWO, few, cluster="cluster")
    assert any("9 parameters between clusters for 6 clusters" in note for note in fit.notes)
    some = data[data["cluster"].isin(data["cluster"].unique()[:30])]
    fit = quietly(ts.cfa, TWO, some, cluster="cluster")
    assert any(note.startswith("30 clusters carry 9 parameters between") for note in fit.notes)
    assert "30 clusters carry 9" in fit.summary()
    assert not any("carry" in note for note in fits()["one"].notes)  # 80 clusters


@pytest.mark.slow
def test_a_likelihood_without_end_is_no_solution() -> None:
    """With two clusters the likelihood ends only where no variance between them is negative."""
    data = uneven()
    two = data[data["cluster"].isin(data["cluster"].unique()[:2])]
    fit = quietly(ts.cfa, TWO, two, cluster="cluster", max_iterations=40)
    assert not fit.converged
    assert any("bounds='pos_var' keeps them from it" in note for note in fit.notes)
    assert fit.estimates["se"].isna().any()
    bounded = quietly(ts.cfa, TWO, two, cluster="cluster", bounds="pos_var")
    assert bounded.converged
    variances = bounded.estimates.query("lhs == rhs and op == '~~'")["estimate"]
    assert (variances > -1e-10).all()
    assert bounded.measures["unrestricted_logl"] >= bounded.measures["logl"] - 1e-6


def test_dropped_rows_are_counted_once() -> None:
    data = uneven()
    data.loc[:9, "a1"] = np.nan
    fit = quietly(ts.cfa, TWO, data, cluster="cluster")
    assert any("10 of 1046 rows were dropped" in note for note in fit.notes)
    assert any("(most often: a1 10)" in note for note in fit.notes)


def test_factors_of_deviations_have_no_mean() -> None:
    """So that growth curves, effect coding and equal intercepts are identified."""
    data = uneven()
    curve = "level: 1\ni =~ 1*a1 + 1*a2 + 1*a3\nlevel: 2\nj =~ 1*a1 + 1*a2 + 1*a3"
    growth = quietly(ts.growth, curve, data, cluster="cluster")
    written = quietly(ts.growth, f"{curve}\nlevel: 1\ni ~ 0*1", data, cluster="cluster")
    assert growth.measures["npar"] == written.measures["npar"]
    assert growth.measures["logl"] == pytest.approx(written.measures["logl"], rel=1e-12)
    codes = {"effect_coding": ("loadings", "intercepts")}
    coded = quietly(ts.cfa, TWO, data, cluster="cluster", **codes)
    usual = quietly(ts.cfa, TWO, data, cluster="cluster")
    assert coded.measures["logl"] == pytest.approx(usual.measures["logl"], rel=1e-10)
    equal = quietly(
        ts.cfa,
        TWO,
        data,
        cluster="cluster",
        group="region",
        group_equal=["loadings", "intercepts"],
    )
    means = equal.estimates[(equal.estimates["op"] == "~1") & (equal.estimates["lhs"] == "f")]
    assert (means["estimate"] == 0.0).all()
    assert equal.converged


def test_a_variable_that_clusters_do_not_differ_in() -> None:
    """Its unrestricted variance between clusters is zero, and start values are not."""
    data = uneven()
    data["y"] -= data.groupby("cluster")["y"].transform("mean")
    data["y"] += np.random.default_rng(2).normal(size=len(data))
    fit = quietly(ts.sem, "level: 1\ny ~ x\nlevel: 2\ny ~ z1", data, cluster="cluster")
    assert fit.converged
    assert fit.coef["y~~y.l2"] < 0.0  # not admissible, and said so
    assert any("y~~y.l2" in note for note in fit.notes)
    assert np.isnan(fit.measures["chisq"])  # better than the unrestricted one: no test


def test_items_whose_clusters_have_the_same_means() -> None:
    """No number is divided by their variance between clusters, which is zero."""
    data, items = reference_data("two_level_even").copy(), ["a1", "a2", "a3", "a4"]
    data[items] -= data.groupby("cluster")[items].transform("mean")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        fit = quietly(ts.cfa, ONE, data, cluster="cluster", max_iterations=30)
    assert not fit.converged


def test_a_start_where_clusters_do_not_differ_is_no_maximum() -> None:
    """A predictor whose cluster means are equal has no variance there that is best.

    Nor is its mean far from zero in standard deviations, of which there are none.
    """
    data = uneven()
    data["x"] += 3.0 - data.groupby("cluster")["x"].transform("mean")
    model = "level: 1\ny ~ x\nlevel: 2\ny ~ x"
    options = {"cluster": "cluster", "fixed_x": False, "max_iterations": 40}
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        fit = quietly(ts.sem, model, data, **options)
    assert not fit.converged
    assert not any("standard deviations from zero" in note for note in fit.notes)

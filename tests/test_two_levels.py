"""Models of two levels: against likelihoods of whole clusters, against one level, and shown."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly
from two_level_cases import (
    CASES,
    FULL,
    ONE,
    case_fit,
    cluster_moments,
    dense_log_likelihood,
    full_fit,
    small,
    uneven,
)

import tpn_sem as ts
from tpn_sem.language import at_level, plain_name
from tpn_sem.redraws import Refitter, RowDraws, clusters_as_units

# Likelihood ---------------------------------------------------------------------------------------


def points(fit: ts.Fit) -> list[np.ndarray]:
    """The estimates, and two points beside them."""
    generator = np.random.default_rng(3)
    best = fit.estimation.parameters
    return [best, *(best + 0.05 * generator.normal(size=(2, len(best))))]


def test_the_likelihood_is_that_of_whole_clusters() -> None:
    """Differences between points, as the objective leaves a constant out; and its level."""
    fit, data = full_fit(), small()
    objective = fit.estimation.objective
    exact = [dense_log_likelihood(fit, data, point) for point in points(fit)]
    ours = [-len(data) * float(objective.value(objective.imply(p))) for p in points(fit)]
    np.testing.assert_allclose(np.diff(ours), np.diff(exact), rtol=1e-9)
    assert abs(exact[1] - exact[0]) > 1.0
    assert fit.measures["logl"] == pytest.approx(exact[0], rel=1e-11)


@pytest.mark.slow
def test_the_gradient_is_the_slope_of_that_likelihood() -> None:
    """Central differences with Richardson's extrapolation: good to about 1e-9 of the values."""
    fit, data = full_fit(), small()
    objective, point = fit.estimation.objective, points(fit)[1]
    implied = objective.imply(point)
    ours = -len(data) * objective.gradient(implied, objective.directions(implied))

    def slope(place: int, width: float) -> float:
        ends = []
        for sign in (1.0, -1.0):
            moved = point.copy()
            moved[place] += sign * width
            ends.append(dense_log_likelihood(fit, data, moved))
        return (ends[0] - ends[1]) / (2.0 * width)

    some = range(0, len(point), 5)
    exact = [(4.0 * slope(k, 5e-4) - slope(k, 1e-3)) / 3.0 for k in some]
    np.testing.assert_allclose(ours[list(some)], exact, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("name", ["full", "uneven_groups_equal", "single_rows_paths"])
def test_the_hessian_is_the_slope_of_the_gradient(name: str) -> None:
    fit = full_fit() if name == "full" else case_fit(name)
    objective, point = fit.estimation.objective, fit.estimation.parameters
    point = point + 0.003 * np.random.default_rng(1).normal(size=len(point))
    implied = objective.imply(point)
    exact = objective.observed_hessian(implied, objective.directions(implied))
    differences = objective.numerical_hessian(point)
    np.testing.assert_allclose(exact, differences, rtol=1e-6, atol=1e-7)


def test_the_expected_hessian_is_the_observed_one_at_expected_moments() -> None:
    found = full_fit().estimation
    (sample,), (implied,) = found.samples.groups, found.implied
    clusters, layout = sample.clusters, sample.layout
    expected = replace(
        clusters,
        deviations=implied.covariance[np.ix_(layout.within, layout.within)],
        mean=np.tile(layout.to_means @ implied.mean, (len(clusters.sizes), 1)),
        covariance=clusters.maps @ implied.covariance @ np.swapaxes(clusters.maps, 1, 2),
    )
    samples = replace(found.samples, groups=(replace(sample, clusters=expected),))
    objective = replace(found.objective, samples=samples)
    implied = objective.imply(found.parameters)
    along = objective.directions(implied)
    ours = found.objective.expected_hessian(implied, along)
    np.testing.assert_allclose(objective.observed_hessian(implied, along), ours, atol=1e-10)
    np.testing.assert_allclose(objective.gradient(implied, along), 0.0, atol=1e-12)
    assert np.abs(ours - found.objective.observed_hessian(implied, along)).max() > 1e-3


def test_scores_of_clusters_sum_to_zero_and_are_their_slopes() -> None:
    fit, data = full_fit(), small()
    found = fit.estimation
    (sample,), (implied,) = found.samples.groups, found.implied
    along = implied.along(found.specification.patterns[0].cells)
    scores = found.discrepancy.scores(sample, implied, along)(slice(None))
    errors = np.sqrt((scores**2).sum(0))
    assert np.abs(scores.sum(0) / errors).max() < 1e-6  # of the square root of the information
    clusters = pd.DataFrame(scores).groupby(data["cluster"].to_numpy()).sum()
    one = data["cluster"].iloc[0]
    own, place = data[data["cluster"] == one], 2
    ends = []
    for sign in (1.0, -1.0):
        moved = found.parameters.copy()
        moved[place] += sign * 1e-5
        ends.append(dense_log_likelihood(fit, own, moved))
    cell = list(found.specification.patterns[0].places).index(place)
    assert clusters.loc[one, cell] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6)


# Factor scores ------------------------------------------------------------------------------------


def test_factor_scores_are_expectations_given_the_whole_cluster() -> None:
    fit, data = full_fit(), small()
    (implied,) = fit.estimation.implied
    pattern = fit.estimation.specification.patterns[0]
    names, every = list(pattern.observed), list(pattern.names)
    scores = fit.factor_scores()
    assert list(scores.columns) == ["fw", "fb"]
    for number in data["cluster"].unique()[:4]:
        rows = data[data["cluster"] == number]
        mean, spread, what = cluster_moments(names, implied.mean, implied.covariance, len(rows))
        seen = np.array([rows[plain_name(name)].iloc[max(row, 0)] for name, row in what])
        pull = np.linalg.solve(spread, seen - mean)
        cross = implied.all_covariance
        for factor, level in (("fw", 1), ("fb", 2)):
            place = every.index(at_level(factor, level))
            for k, index in enumerate(rows.index):
                across = np.zeros(len(what))
                for j, (name, row) in enumerate(what):
                    if level == 1 and row == k:
                        across[j] = cross[place, every.index(name)]
                    elif level == 2 and at_level(name, 2) in every:
                        across[j] = cross[place, every.index(at_level(name, 2))]
                exact = implied.all_mean[place] + across @ pull
                assert scores.loc[index, factor] == pytest.approx(exact, rel=1e-8, abs=1e-9)


# What must not matter -----------------------------------------------------------------------------


def assert_same_fit(one: ts.Fit, other: ts.Fit, scale: float = 1.0) -> None:
    """The same estimates and measures, in any order of rows of the tables."""
    for name in ("chisq", "df", "baseline_chisq", "logl", "unrestricted_logl", "srmr_between"):
        assert one.measures[name] == pytest.approx(other.measures[name], rel=1e-8, abs=1e-6), name
    names = ["lhs", "op", "rhs", "level"]
    both = one.estimates.merge(other.estimates, on=names, suffixes=("", "_other"), validate="1:1")
    assert len(both) == len(one.estimates)
    np.testing.assert_allclose(both["estimate"], both["estimate_other"] * scale, atol=2e-6)
    np.testing.assert_allclose(both["se"], both["se_other"] * scale, atol=2e-6)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_order_and_names_do_not_matter(estimator: str) -> None:
    data = uneven()
    fit = quietly(ts.sem, FULL, data, cluster="cluster", estimator=estimator)
    shuffled = data.sample(frac=1.0, random_state=2)
    assert_same_fit(fit, quietly(ts.sem, FULL, shuffled, cluster="cluster", estimator=estimator))
    turned = data.assign(cluster=[f"school {100 - number}" for number in data["cluster"]])
    assert_same_fit(fit, quietly(ts.sem, FULL, turned, cluster="cluster", estimator=estimator))
    lines = FULL.split("level: 2")
    swapped = f"level: 2 {lines[1]}\nlevel: 1\n{lines[0].replace('level: 1', '')}"
    swapped = swapped.replace("a1 + a2 + a3", "a1 + a3 + a2")
    assert_same_fit(fit, quietly(ts.sem, swapped, data, cluster="cluster", estimator=estimator))


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_units_move_what_bears_them_only(factor: float) -> None:
    data = uneven()
    items = ["a1", "a2", "a3", "a4"]
    fit = quietly(ts.cfa, ONE, data, cluster="cluster")
    scaled = quietly(
        ts.cfa, ONE, data.assign(**{item: data[item] * factor for item in items}), cluster="cluster"
    )
    for name in ("chisq", "baseline_chisq", "cfi", "rmsea", "srmr_within", "srmr_between"):
        assert scaled.measures[name] == pytest.approx(fit.measures[name], rel=1e-7), name
    moved = len(data) * len(items) * np.log(factor)
    assert scaled.measures["logl"] == pytest.approx(fit.measures["logl"] - moved, rel=1e-10)
    np.testing.assert_allclose(
        scaled.standardized()["estimate"], fit.standardized()["estimate"], atol=1e-6
    )
    np.testing.assert_allclose(scaled.standardized()["se"], fit.standardized()["se"], atol=1e-6)
    ours, theirs = fit.estimates, scaled.estimates
    power = ours["op"].map({"=~": 0.0, "~~": 2.0, "~1": 1.0})
    np.testing.assert_allclose(theirs["estimate"] / factor**power, ours["estimate"], atol=1e-6)
    np.testing.assert_allclose(theirs["se"] / factor**power, ours["se"], atol=1e-6)


def test_a_shift_moves_intercepts_only() -> None:
    data = uneven()
    fit = quietly(ts.sem, FULL, data, cluster="cluster")
    shifted = data.assign(a1=data["a1"] + 1000.0, z2=data["z2"] - 500.0, m=data["m"] + 200.0)
    moved = quietly(ts.sem, FULL, shifted, cluster="cluster")
    assert moved.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-6)
    gap = moved.estimates["estimate"] - fit.estimates["estimate"]
    names = fit.estimates[["lhs", "op", "level"]].apply(tuple, axis=1)
    expected = {("a1", "~1", 2): 1000.0, ("z2", "~1", 2): -500.0, ("m", "~1", 1): 200.0}
    np.testing.assert_allclose(gap, names.map(expected).fillna(0.0), atol=1e-5)
    np.testing.assert_allclose(moved.estimates["se"], fit.estimates["se"], atol=1e-5)


def test_the_marker_does_not_matter() -> None:
    data = uneven()
    fit = quietly(ts.cfa, ONE, data, cluster="cluster")
    other = ONE.replace("a1 + a2 + a3 + a4", "a3 + a1 + a2 + a4")
    for model, options in ((other, {}), (ONE, {"std_lv": True})):
        again = quietly(ts.cfa, model, data, cluster="cluster", **options)
        assert again.measures["logl"] == pytest.approx(fit.measures["logl"], rel=1e-10)
        names = ["lhs", "op", "rhs", "level"]
        both = fit.standardized().merge(again.standardized(), on=names, suffixes=("", "_again"))
        assert len(both) == len(fit.estimates)
        np.testing.assert_allclose(both["estimate"], both["estimate_again"], atol=1e-5)


# Limits -------------------------------------------------------------------------------------------


def test_without_variances_between_it_is_an_ordinary_fit() -> None:
    """Rows are independent then, and their means those of the between level."""
    data, items = uneven(), ["a1", "a2", "a3", "a4"]
    lines = "\n".join(f"{item} ~~ 0*{item}" for item in items)
    model = f"level: 1\nf =~ a1 + a2 + a3 + a4\nlevel: 2\n{lines}"
    fit = quietly(ts.cfa, model, data, cluster="cluster")
    rows = ts.cfa("f =~ a1 + a2 + a3 + a4", data, mean_structure=True, information="observed")
    assert fit.measures["logl"] == pytest.approx(rows.measures["logl"], rel=1e-11)
    assert fit.measures["npar"] == rows.measures["npar"]
    theirs = rows.estimates.assign(level=np.where(rows.estimates["op"] == "~1", 2, 1))
    names = ["lhs", "op", "rhs", "level"]
    both = fit.estimates.merge(theirs, on=names, suffixes=("", "_rows"))
    assert len(both) == len(rows.estimates) - 1  # but for the factor's mean
    np.testing.assert_allclose(both["estimate"], both["estimate_rows"], atol=1e-6)
    np.testing.assert_allclose(both["se"], both["se_rows"], atol=1e-6)


def test_variables_within_only_are_an_ordinary_fit() -> None:
    """Where nothing is split, rows are independent, and clusters a sample of their own."""
    data = uneven()
    model = "level: 1\nf =~ a1 + a2 + a3 + a4\nf ~ x\nlevel: 2\nz2 ~ z1"
    fit = quietly(ts.sem, model, data, cluster="cluster", fixed_x=False)
    rows = ts.sem("f =~ a1 + a2 + a3 + a4\nf ~ x", data, fixed_x=False, mean_structure=True)
    schools = ts.sem("z2 ~ z1", data.groupby("cluster").first(), fixed_x=False, mean_structure=True)
    for name in ("logl", "unrestricted_logl", "chisq", "npar", "df", "baseline_chisq"):
        both = rows.measures[name] + schools.measures[name]
        assert fit.measures[name] == pytest.approx(both, rel=1e-9), name
    parts = pd.concat([rows.estimates.assign(level=1), schools.estimates.assign(level=2)])
    both = fit.estimates.merge(parts, on=["lhs", "op", "rhs", "level"], suffixes=("", "_one"))
    assert len(both) == len(fit.estimates)
    np.testing.assert_allclose(both["estimate"], both["estimate_one"], atol=1e-6)


@pytest.mark.slow
def test_unrestricted_moments_do_not_fall_short_of_a_model() -> None:
    """A model of all variances and covariances that is inside has the same likelihood."""
    data = uneven()
    items = ["a1", "a2", "a3"]
    lines = [f"{one} ~~ {other}" for k, one in enumerate(items) for other in items[k:]]
    fit = quietly(
        ts.sem,
        "\n".join(["level: 1", *lines, "level: 2", *lines]),
        data,
        cluster="cluster",
    )
    assert fit.measures["df"] == 0
    assert fit.measures["chisq"] == pytest.approx(0.0, abs=1e-6)
    for name in CASES:
        if "teachers" not in name:
            measures = case_fit(name).measures
            assert measures["unrestricted_logl"] > measures["logl"] - 1e-6, name


# Resampling, copies -------------------------------------------------------------------------------


REGRESSION = "level: 1\ny ~ x\nlevel: 2\ny ~ z1"


def test_clusters_are_drawn_and_two_copies_are_two() -> None:
    """A replicate is the fit of the drawn clusters, of which copies have names of their own."""
    data = uneven()
    fit = quietly(ts.sem, REGRESSION, data, cluster="cluster")
    found = fit.estimation
    units = clusters_as_units(found.samples, None)
    weights = units.weights(np.random.default_rng(1), 2, smooth=False)
    drawn = RowDraws(found, found.samples, units).weighted(weights)
    for times, samples in zip(weights[0], drawn, strict=True):
        assert times.max() > 1.0
        copies = [
            data[times > copied].assign(cluster=lambda rows, k=copied: rows["cluster"] + 1000 * k)
            for copied in range(int(times.max()))
        ]
        again = quietly(ts.sem, REGRESSION, pd.concat(copies), cluster="cluster")
        refit = Refitter(found).fit(samples)
        np.testing.assert_allclose(refit.values[0, :-1], again.coef, rtol=1e-5, atol=1e-6)
    merged = pd.concat([data, data])  # the same rows in clusters twice as large are another thing
    larger = quietly(ts.sem, REGRESSION, merged, cluster="cluster")
    assert abs(larger.coef["y~~y.l2"] - fit.coef["y~~y.l2"]) > 0.01


@pytest.mark.slow
def test_the_bootstrap_draws_clusters() -> None:
    """Its errors are those of the sandwich, but for the simulation error of 100 draws, 7%."""
    fit = quietly(ts.sem, REGRESSION, uneven(), cluster="cluster", estimator="MLR")
    drawn = quietly(ts.bootstrap, fit, 100, seed=4)
    errors = fit.estimates.set_index(["lhs", "op", "rhs", "level"])["se"]
    spread = drawn.replicates[list(fit.coef.index)].std()
    np.testing.assert_allclose(spread, errors[errors > 0.0], rtol=0.35)
    assert drawn.kind == "cluster"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, "pickle"])
def test_copies_are_the_same_fit(copied: object) -> None:
    fit = full_fit()
    again = pickle.loads(pickle.dumps(fit)) if copied == "pickle" else copied(fit)  # type: ignore[operator]
    assert_same_numbers(
        again.estimates.select_dtypes("number"), fit.estimates.select_dtypes("number")
    )
    assert again.summary() == fit.summary()
    pd.testing.assert_series_equal(again.measures, fit.measures)


# What is shown ------------------------------------------------------------------------------------


def test_tables_have_plain_names_and_levels() -> None:
    fit = full_fit()
    for table in (
        fit.estimates,
        fit.standardized(),
        fit.modification_indices(),
        fit.misspecifications(),
        ts.Model(FULL).parameter_table(),
    ):
        assert set(table["level"]) == {1, 2}
        assert (
            not table.astype(str).apply(lambda column: column.str.contains("between")).any().any()
        )
    kept = fit.estimates.set_index(["lhs", "op", "rhs", "level"])["estimate"]
    assert kept["a2", "~~", "a2", 1] != kept["a2", "~~", "a2", 2]
    assert kept["a2", "~1", "", 1] == 0.0
    named = fit.coef
    assert named["a2~~a2"] == kept["a2", "~~", "a2", 1]
    assert named["a2~~a2.l2"] == kept["a2", "~~", "a2", 2]
    assert named["u"] == kept["fb", "~", "z1", 2]


def test_matrices_are_stacked_by_level() -> None:
    fit = full_fit()
    (implied,) = fit.estimation.implied
    names = list(fit.estimation.specification.observed)
    for table in (fit.implied, fit.residuals(), fit.residuals("correlation")):
        assert table.index.names == ["level", None]
        assert set(table.loc[1].index) == {"a1", "a2", "a3", "x", "m"}
        assert set(table.loc[2].index) == {"a1", "a2", "a3", "x", "z1", "z2"}
    for level in (1, 2):
        places = names.index(at_level("a1", level)), names.index(at_level("x", level))
        assert fit.implied.loc[(level, "a1"), "x"] == implied.covariance[places]
    assert np.isnan(fit.implied.loc[(1, "a1"), "z1"])


def test_r_squared_is_explained_variance_of_the_level() -> None:
    fit = full_fit()
    (implied,) = fit.estimation.implied
    names = list(fit.estimation.specification.patterns[0].names)
    for name, level in (("a2", 1), ("a2", 2), ("m", 1), ("z2", 2), ("fb", 2)):
        row = fit.estimates[
            (fit.estimates["lhs"] == name)
            & (fit.estimates["rhs"] == name)
            & (fit.estimates["level"] == level)
        ]
        place = names.index(at_level(name, level))
        share = 1.0 - row["estimate"].item() / implied.all_covariance[place, place]
        assert fit.r_squared[level, name] == pytest.approx(share, rel=1e-10)


def test_the_summary_has_a_part_for_each_level() -> None:
    text = full_fit().summary()
    first, second = text.split("Level 2, between clusters")
    assert "ML, two levels, converged" in first
    assert "Clusters" in first
    assert "Level 1, within clusters" in first
    assert "(between)" not in text
    assert "fb =~ a2" in second
    assert "fb =~ a2" not in first
    assert "fw =~ a2" in first
    assert "fw =~ a2" not in second


def test_effects_keep_to_their_level() -> None:
    fit = case_fit("uneven_mediation_111_mlr")
    table = fit.effects()
    indirect = table[table["kind"] == "indirect"].set_index("level")
    assert list(indirect["through"]) == ["m", "m"]
    assert set(table["from"]) | set(table["to"]) == {"x", "m", "y"}
    defined = fit.estimates[fit.estimates["op"] == ":="].set_index("lhs")
    assert set(defined["level"]) == {0}
    for level, name in ((1, "within"), (2, "between")):
        assert indirect.loc[level, "estimate"] == pytest.approx(defined.loc[name, "estimate"])
        assert indirect.loc[level, "se"] == pytest.approx(defined.loc[name, "se"], rel=1e-8)


def test_modification_indices_are_near_the_falls_of_chi_square() -> None:
    """One of each level is freed; the index is a quadratic forecast."""
    fit = quietly(ts.sem, FULL, uneven(), cluster="cluster", fixed_x=False)
    table = fit.modification_indices().query("op == '~~'")
    for level in (1, 2):
        best = table[table["level"] == level].iloc[0]
        freed = f"{FULL}\nlevel: {level}\n{best['lhs']} ~~ {best['rhs']}"
        larger = quietly(ts.sem, freed, uneven(), cluster="cluster", fixed_x=False)
        fall = fit.measures["chisq"] - larger.measures["chisq"]
        assert larger.measures["df"] == fit.measures["df"] - 1
        assert best["mi"] == pytest.approx(fall, rel=0.3)
        kept = larger.estimates.set_index(["lhs", "op", "rhs", "level"])["estimate"]
        found = kept[best["lhs"], "~~", best["rhs"], level]
        assert best["epc"] == pytest.approx(found, rel=0.3)


def test_a_drawing_has_both_levels() -> None:
    drawing = str(full_fit().path_diagram())
    for name in ("fw", "fb", "z1", "m"):
        assert name in drawing


def test_groups_stand_before_levels() -> None:
    fit = case_fit("uneven_groups")
    assert fit.implied.index.names[:2] == ["group", "level"]
    assert list(fit.r_squared.index.names) == ["group", "level", "variable"]
    assert set(fit.factor_scores()["group"]) == {"north", "south"}

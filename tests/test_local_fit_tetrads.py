"""Vanishing tetrads and claims of independence: closed forms, other tests, other software."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from local_fit_cases import ITEMS, PUPILS, fitted, local
from scipy.special import chdtrc, fdtrc

import tpn_sem as ts
from tpn_sem.equations.generic_structure import generic_structures
from tpn_sem.local_tests import local_fit
from tpn_sem.local_tests.independence_claims import left_out, observed_claims
from tpn_sem.local_tests.observed_covariances import observed_covariances
from tpn_sem.local_tests.vanishing_tetrads import Tetrads, implied_tetrads, spanned
from tpn_sem.moments import normal_theory_spread
from tpn_sem.numerics import vech


def structure(text: str, data: str = "HolzingerSwineford1939", **options: object):  # type: ignore[no-untyped-def]
    fit = quietly(ts.sem, text, reference_data(data), **options)
    return generic_structures(fit.estimation.specification)[0]


def tetrads_of(name: str) -> Tetrads:
    return implied_tetrads(generic_structures(fitted(name).estimation.specification)[0])


# Which tetrads vanish ----------------------------------------------------------------------------


def test_the_tetrads_of_one_factor_all_vanish() -> None:
    found = implied_tetrads(structure("f =~ x1 + x2 + x3 + x4 + x5"))
    assert len(found) == 3 * 5
    free = implied_tetrads(structure("f =~ x1 + x2 + x3 + x4\nx1 ~~ x2"))
    assert len(free) == 1  # that without cov(x1, x2)


def test_the_tetrads_of_three_factors_are_counted() -> None:
    """Three of one factor and another: 3 of 3; two and two, or two, one and one: 1 of 3."""
    assert len(tetrads_of("ml")) == 3 * 18 + 27 + 81


def test_bollen_and_tings_models_imply_their_tetrads() -> None:
    """Two indicators of one factor and two of another: one tetrad; crossing arrows leave none."""
    two = structure("f =~ x1 + x2\ng =~ x4 + x5", "HolzingerSwineford1939")
    items = implied_tetrads(two).items
    names = two.pattern.names
    assert len(items) == 1
    a, b, c, d = (names[place] for place in items[0])
    # cov(a, b) cov(c, d) = cov(a, c) cov(b, d) has no covariance within a factor
    within = ({"x1", "x2"}, {"x4", "x5"})
    assert all(set(pair) not in within for pair in ((a, b), (c, d), (a, c), (b, d)))


def test_tetrads_that_vanish_in_one_sample_only_are_not_implied() -> None:
    found = implied_tetrads(structure("x5 ~ x1 + x2 + x3 + x4"))
    assert len(found) == 0


def test_implied_tetrads_vanish_at_the_estimates() -> None:
    for name in ("ml", "democracy", "causes", "wlsmv", "groups_ml"):
        fit = fitted(name)
        for one, implied in zip(
            generic_structures(fit.estimation.specification), fit.estimation.implied, strict=True
        ):
            p = len(one.pattern.modelled)
            covariance = implied.covariance[:p, :p]
            tetrads = implied_tetrads(one)
            scale = np.prod(np.sqrt(np.diag(covariance))[tetrads.items], axis=1)
            assert np.abs(tetrads.values(covariance) / scale).max() < 1e-12


def test_no_tetrad_is_missed() -> None:
    """All others are away from zero at the estimates."""
    tetrads, covariance = tetrads_of("ml"), fitted("ml").estimation.implied[0].covariance
    known = {tuple(row) for row in tetrads.items.tolist()}
    for four in combinations(range(9), 4):
        for order in ([0, 1, 2, 3], [0, 1, 3, 2], [0, 2, 3, 1]):
            a, b, c, d = (four[place] for place in order)
            value = covariance[a, b] * covariance[c, d] - covariance[a, c] * covariance[b, d]
            if (a, b, c, d) not in known:
                assert abs(value) > 1e-6


# Tests -------------------------------------------------------------------------------------------


def test_errors_of_tetrads_are_wisharts() -> None:
    """n var = |S(a,d)| |S(b,c)| - |S(a,b,c,d)| of normal data, where the tetrad vanishes (1928)."""
    covariance = fitted("ml").estimation.implied[0].covariance
    tetrads = tetrads_of("ml")
    spread = normal_theory_spread(covariance, False)
    for (a, b, c, d), error in zip(tetrads.items, tetrads.errors(covariance, spread), strict=True):
        minors = [
            np.linalg.det(covariance[np.ix_(chosen, chosen)])
            for chosen in ([a, d], [b, c], [a, b, c, d])
        ]
        assert error**2 == pytest.approx(minors[0] * minors[1] - minors[2], rel=1e-8)


def test_gradients_are_numerical_derivatives() -> None:
    tetrads = tetrads_of("democracy")
    covariance = fitted("democracy").estimation.samples.groups[0].covariance
    rows, columns = np.triu_indices(len(covariance))
    found = tetrads.gradient(covariance)
    for place in (1, 7, 25, 50):
        moved = []
        for sign in (1.0, -1.0):
            other = covariance.copy()
            i, j = columns[place], rows[place]
            other[i, j] += sign * 1e-6
            other[j, i] = other[i, j]
            moved.append(tetrads.values(other))
        numerical = (moved[0] - moved[1]) / 2e-6
        np.testing.assert_allclose(found[:, place], numerical, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("ml", "browne_residual_nt"),
        ("mlr", "browne_residual_adf"),
        ("fiml_mlr", ""),
        ("wlsmv", ""),
    ],
)
def test_all_tetrads_of_a_factor_model_are_a_residual_test(name: str, test: str) -> None:
    """They are all that factors of three items restrict: Browne's (1984) test of residuals."""
    row, fit = local(name).tetrads.iloc[0], fitted(name)
    assert row["df"] == fit.estimation.degrees_of_freedom
    if test:
        assert row["chisq"] == pytest.approx(fit.test(test).statistic, rel=1e-6)


def pivoted(gradient: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Places of independent rows, the first that are so in an order."""
    chosen: list[int] = []
    for place in order:
        rows = gradient[[*chosen, place]]
        if np.linalg.matrix_rank(rows, tol=1e-7) == len(rows):
            chosen.append(int(place))
    return np.array(chosen)


@pytest.mark.parametrize("name", ["ml", "wlsmv"])
def test_the_joint_test_is_bollen_and_tings_whatever_the_independent_set(name: str) -> None:
    observed, tetrads = observed_covariances(fitted(name).estimation)[0], tetrads_of(name)
    wanted = local(name).tetrads.iloc[0]
    units = np.sqrt(np.maximum(np.diag(observed.spread), 0.0))
    gradient = tetrads.gradient(observed.implied)
    scaled = gradient * units
    scaled /= np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    gap = vech(observed.covariance - observed.implied)
    rng = np.random.default_rng(5)
    for _ in range(2):
        chosen = pivoted(scaled, rng.permutation(len(tetrads)))
        assert len(chosen) == wanted["df"]
        values, rows = gradient[chosen] @ gap, gradient[chosen]
        found = values @ np.linalg.solve(rows @ observed.spread @ rows.T, values)
        assert found == pytest.approx(wanted["chisq"], rel=1e-5)


@pytest.mark.parametrize("name", ["ml", "democracy", "wlsmv", "fiml_mlr", "causes"])
def test_the_basis_spans_all_gradients(name: str) -> None:
    observed, tetrads = observed_covariances(fitted(name).estimation)[0], tetrads_of(name)
    basis = spanned(tetrads, observed.implied, observed.spread)
    gradient = tetrads.gradient(observed.implied)
    told = np.diag(observed.spread) > 0.0
    basis, gradient = basis[:, told], gradient[:, told]
    left = gradient - gradient @ np.linalg.pinv(basis) @ basis
    assert np.abs(left).max() < 1e-6 * np.abs(gradient).max()
    assert np.linalg.matrix_rank(basis) == len(basis)


def test_factors_with_four_items_have_tests_of_their_own() -> None:
    rows = local("wlsmv").tetrads.set_index("scope")
    assert rows.index.tolist() == ["all variables", "A", "B"]
    assert rows.loc["A", "n_tetrads"] == 3
    assert rows.loc["A", "df"] == 2
    assert local("ml").tetrads["scope"].tolist() == ["all variables"]
    data = reference_data("ordinal_five")
    alone = quietly(ts.cfa, "B =~ q5 + q6 + q7 + q8", data, ordered=ITEMS[4:])
    own = local_fit(alone).tetrads.iloc[0]
    assert own["df"] == 2
    assert rows.loc["B", "chisq"] == pytest.approx(own["chisq"], rel=0.5)


@pytest.mark.parametrize("name", ["mlr", "cluster"])
def test_moments_of_data_take_f(name: str) -> None:
    """Hotelling's T square: n less 1 times r F(r, n - r) / (n - r)."""
    row = local(name).tetrads.iloc[0]
    sample = fitted(name).estimation.samples.groups[0]
    units = sample.n_clusters or sample.n_observations
    assert row["df_2"] == units - row["df"]
    ratio = row["chisq"] * row["df_2"] / (row["df"] * (units - 1))
    assert row["p_value"] == pytest.approx(fdtrc(row["df"], row["df_2"], ratio))
    for equation in local(name).equations.itertuples():
        ratio = equation.chisq * (units - equation.df) / (equation.df * (units - 1))
        p_value = fdtrc(equation.df, units - equation.df, ratio)
        assert equation.p_value == pytest.approx(p_value)


def test_moments_of_normal_data_take_chi_square() -> None:
    row = local("ml").tetrads.iloc[0]
    assert np.isinf(row["df_2"])
    assert row["p_value"] == pytest.approx(chdtrc(row["df"], row["chisq"]))


@pytest.mark.slow
def test_the_joint_test_keeps_its_level() -> None:
    """200 samples of 300 rows, 19 degrees of freedom; simulations/local_fit.py has more."""
    rng = np.random.default_rng(11)
    loadings = np.kron(np.eye(2), np.array([[0.8], [0.7], [0.6], [0.7]]))
    covariance = loadings @ np.array([[1.0, 0.4], [0.4, 1.0]]) @ loadings.T
    np.fill_diagonal(covariance, 1.0)
    root = np.linalg.cholesky(covariance)
    names = [f"{stem}{place}" for stem in "ab" for place in range(4)]
    text = "A =~ a0 + a1 + a2 + a3\nB =~ b0 + b1 + b2 + b3"
    p_values = []
    for _ in range(200):
        rows = pd.DataFrame(rng.normal(size=(300, 8)) @ root.T, columns=names)
        p_values.append(local_fit(quietly(ts.cfa, text, rows)).tetrads["p_value"].iloc[0])
    share = float(np.mean(np.array(p_values) < 0.05))
    assert 0.015 <= share <= 0.1


# Claims ------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["ml", "groups_ml", "democracy", "fiml_ml", "gls", "causes"])
def test_score_tests_are_modification_indices(name: str) -> None:
    known: dict[tuple[str, str, str, str], tuple[float, float]] = {}
    for row in fitted(name).modification_indices().itertuples():
        known[row.group, row.lhs, row.op, row.rhs] = (row.mi, row.sepc_all)
        if row.op == "~~":
            known[row.group, row.rhs, row.op, row.lhs] = (row.mi, row.sepc_all)
    compared = 0
    table = local(name).independence
    for row in table[table["kind"] != "observed variables"].itertuples():
        wanted = known.get((row.group, row.lhs, row.op, row.rhs))
        if wanted is not None:
            assert row.z**2 == pytest.approx(wanted[0], rel=1e-7, abs=1e-9)
            assert row.estimate == pytest.approx(wanted[1], rel=1e-7, abs=1e-10)
            compared += 1
    assert compared >= 40


def test_robust_score_tests_are_those_of_each_rows_scores() -> None:
    """One factor, MLR: scores by hand, with derivatives of the implied matrix by differences."""
    data = reference_data("HolzingerSwineford1939")
    names = ["x1", "x4", "x5", "x6", "x7"]
    fit = quietly(ts.cfa, "f =~ " + " + ".join(names), data, estimator="MLR")
    rows = data[names].to_numpy()
    rows = rows - rows.mean(axis=0)
    estimates = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    loadings = np.array([estimates["f", "=~", name] for name in names])
    errors = np.array([estimates[name, "~~", name] for name in names])
    theta = np.concatenate([loadings[1:], errors, [estimates["f", "~~", "f"], 0.0]])

    def implied(point: np.ndarray) -> np.ndarray:
        """With the covariance of the first and the last item's residuals as last parameter."""
        weights = np.concatenate([[1.0], point[:4]])
        matrix = point[9] * np.outer(weights, weights) + np.diag(point[4:9])
        matrix[0, 4] += point[10]
        matrix[4, 0] += point[10]
        return matrix

    steps = 1e-6 * np.eye(len(theta))
    slopes = [(implied(theta + step) - implied(theta - step)) / 2e-6 for step in steps]
    inverse = np.linalg.inv(implied(theta))
    sample = rows.T @ rows / len(rows)

    def score(one: np.ndarray) -> np.ndarray:
        gap = inverse @ (one - implied(theta)) @ inverse
        return np.array([0.5 * np.sum(gap * slope) for slope in slopes])

    information = np.array(
        [[0.5 * np.trace(inverse @ a @ inverse @ b) for b in slopes] for a in slopes]
    )
    each = np.array([score(np.outer(row, row)) for row in rows]) - score(sample)
    last = information[10, :10] @ np.linalg.inv(information[:10, :10])
    net = each[:, 10] - each[:, :10] @ last
    z = score(sample)[10] * len(rows) / np.sqrt((net**2).sum())
    table = local_fit(fit).independence
    found = table[(table["lhs"] == "x1") & (table["op"] == "~~") & (table["rhs"] == "x7")]
    assert found["z"].iloc[0] == pytest.approx(z, rel=1e-4)


def test_d_separation_in_a_path_model() -> None:
    """A chain with two causes; each pair's smallest separating set by hand."""
    one = structure("x4 ~ x1 + x2\nx5 ~ x4\nx6 ~ x5 + x3")
    names = one.pattern.names
    found = {
        (names[claim.one], names[claim.other]): {names[place] for place in claim.given}
        for claim in observed_claims(one)
    }
    alike = {tuple(sorted(pair)): given for pair, given in found.items()}
    assert set(alike) == {
        *(("x1", "x5"), ("x2", "x5"), ("x1", "x6"), ("x2", "x6"), ("x4", "x6"), ("x3", "x5")),
        ("x3", "x4"),
    }
    assert alike["x1", "x5"] == {"x4"}
    assert alike["x3", "x4"] == {"x1", "x2"}
    assert "x3" in alike["x1", "x6"]
    assert left_out(one) == []


def test_partial_correlations_are_those_of_residuals_of_regressions() -> None:
    data = reference_data("HolzingerSwineford1939")
    fit = ts.sem("x4 ~ x1 + x2\nx5 ~ x4", data)
    row = local_fit(fit).independence.set_index("claim").loc["x5 ⟂ x1 | x4"]
    centred = data[["x1", "x5", "x4"]] - data[["x1", "x5", "x4"]].mean()
    given = centred["x4"].to_numpy()
    left = [
        centred[name] - given * (centred[name] @ given) / (given @ given) for name in ("x1", "x5")
    ]
    partial = np.corrcoef(*left)[0, 1]
    assert row["estimate"] == pytest.approx(partial, rel=1e-9)
    assert row["z"] == pytest.approx(np.arctanh(partial) * np.sqrt(len(data) - 1 - 3), rel=1e-9)
    assert row["form"] == "partial correlation"


def test_robust_partial_correlations_follow_the_delta_method() -> None:
    """For MLR about the infinitesimal jackknife of the same number."""
    data = reference_data("HolzingerSwineford1939")
    fit = quietly(ts.sem, "x4 ~ x1 + x2\nx5 ~ x4", data, estimator="MLR", fixed_x=False)
    row = local_fit(fit).independence.set_index("claim").loc["x5 ⟂ x1 | x4"]
    rows = data[["x1", "x5", "x4"]].to_numpy()

    def transformed(chosen: np.ndarray) -> float:
        given = np.linalg.inv(np.cov(chosen.T))
        return float(np.arctanh(-given[0, 1] / np.sqrt(given[0, 0] * given[1, 1])))

    without = [transformed(np.delete(rows, place, axis=0)) for place in range(len(rows))]
    n = len(rows)
    jackknife = np.sqrt((n - 1) / n * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert np.arctanh(row["estimate"]) / row["z"] == pytest.approx(jackknife, rel=0.03)


def test_claims_are_told_with_what_they_are_given() -> None:
    table = local("causes").independence.set_index("claim")
    item = table.loc["x4 ⟂ sex | textual"]
    assert (item["lhs"], item["op"], item["rhs"]) == ("x4", "~", "sex")
    assert item["form"] == "score test of a path"
    structural = table.loc["textual ⟂ sex | ageyr, visual"]
    assert structural["kind"] == "structure"
    assert table.loc["x1 ⟂ x4 | visual, textual", "kind"] == "items given their factors"
    assert "x1 ⟂ visual" not in " ".join(table.index)
    assert table.loc["x9 ⟂ visual | speed", "op"] == "=~"


def test_claims_about_residuals_that_covary_are_not_made() -> None:
    sides = {frozenset((row.lhs, row.rhs)) for row in local("democracy").independence.itertuples()}
    assert frozenset(("y1", "y5")) not in sides
    assert frozenset(("y1", "y2")) in sides


def test_models_of_pupils_have_no_observed_claims() -> None:
    one = structure(PUPILS)
    assert observed_claims(one) == []
    assert len(left_out(one)) == 36 + 18

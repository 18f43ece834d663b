"""Latent products: modsem's values, the likelihood by brute force, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import quietly
from product_cases import (
    CASES,
    FROZEN,
    LATENT,
    MODEL,
    RESULTS,
    beside,
    by_integration,
    data_of,
    fitted,
    rows_with_product,
)

import tpn_sem as ts

INDICATORS = [key for key in RESULTS if key[1] not in LATENT]
ONE_OUTCOME = [case for case in CASES if case != "mediated"]


# modsem's values ---------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", CASES)
def test_lms_agrees_with_modsem(case: str) -> None:
    """Its optimiser stops with a gradient near 1e-3, and its log-likelihood 1e-5 short at most."""
    fit = fitted(case, "lms")
    table = beside(case, "lms", fit)
    assert fit.converged
    np.testing.assert_allclose(table["ours"], table["theirs"], atol=1e-4)
    # Observed information on both sides; modsem's by differences of its own, exact to one percent.
    np.testing.assert_allclose(table["se"], table["se_theirs"], rtol=0.01)
    better = fit.measures["logl"] - RESULTS[case, "lms"]["logl"]
    assert abs(better) < 2e-5  # its own nodes are exact to that


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", ONE_OUTCOME)
def test_qml_agrees_with_modsem(case: str) -> None:
    """The same function: equal at modsem's estimates; modsem stops short of its maximum."""
    fit = fitted(case, "qml")
    table = beside(case, "qml", fit)
    at_theirs = fit.estimation.objective
    implied = at_theirs.imply(table["theirs"].to_numpy())
    logl = -float(at_theirs.value(implied)) * fit.n_observations
    assert logl == pytest.approx(RESULTS[case, "qml"]["logl"], abs=1e-6)
    assert 0.0 < fit.measures["logl"] - logl < 1e-4
    np.testing.assert_allclose(table["ours"], table["theirs"], atol=1e-3)
    np.testing.assert_allclose(table["se"], table["se_theirs"], rtol=0.01)


def test_qml_of_a_mediated_model_is_close_to_modsem() -> None:
    """Two outcomes: here what is normal is told apart from what is not; modsem takes less of it."""
    table = beside("mediated", "qml", fitted("mediated", "qml"))
    gap = (table["ours"] - table["theirs"]).abs() / table["se"]
    assert gap.max() < 0.12
    exact = fitted("mediated", "lms").measures["logl"]
    ours = fitted("mediated", "qml").measures["logl"]
    assert abs(ours - exact) < abs(RESULTS["mediated", "qml"]["logl"] - exact)


@pytest.mark.parametrize(("case", "method"), INDICATORS)
def test_product_indicators_agree_with_modsem(case: str, method: str) -> None:
    fit = fitted(case, method)
    table = beside(case, method, fit)
    np.testing.assert_allclose(table["ours"], table["theirs"], atol=2e-5)
    np.testing.assert_allclose(table["se"], table["se_theirs"], rtol=1e-5)
    assert fit.measures["logl"] == pytest.approx(RESULTS[case, method]["logl"], abs=1e-6)


# The likelihood by other means -------------------------------------------------------------------


def test_lms_is_the_integral() -> None:
    fit = fitted("one_product", "lms")
    sample, implied = fit.estimation.samples.groups[0], fit.estimation.implied[0]
    found = fit.estimation.discrepancy.log_likelihoods(sample, implied)
    data = data_of("one_product")[list(sample.names)]
    for place in (0, 17, 123, int(np.argmin(found))):
        assert found[place] == pytest.approx(by_integration(fit, data.iloc[place])[0], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("method", LATENT)
def test_gradients_are_those_of_the_value(method: str) -> None:
    """Two products, two integrated factors, missing answers: every branch of the derivatives."""
    data = rows_with_product(90, 3).assign(age=np.linspace(-1.0, 2.0, 90))
    data.loc[:20, ["x2", "z1"]] = np.nan
    data.loc[15:40, ["y1", "y2", "y3"]] = np.nan
    text = f"{MODEL} + X:X + Z:Z + age + X:age"
    fit = quietly(ts.sem, text, data, products=method, missing="fiml")
    objective, point = fit.estimation.objective, fit.estimation.parameters * 1.05
    implied = objective.imply(point)
    gradient = objective.gradient(implied, objective.directions(implied))
    for place in range(len(point)):
        ends = []
        for shift in (1e-5, -1e-5):
            moved = point.copy()
            moved[place] += shift
            ends.append(float(objective.value(objective.imply(moved))))
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=2e-8)


def test_scores_are_posterior_means() -> None:
    fit = fitted("one_product", "lms")
    scores = fit.factor_scores(standard_errors=True)
    data = data_of("one_product")[list(fit.estimation.samples.groups[0].names)]
    for place in (3, 77, 400):
        _, mean, deviation = by_integration(fit, data.iloc[place])
        assert scores["X"].iloc[place] == pytest.approx(mean, abs=1e-6)
        assert scores["X_se"].iloc[place] == pytest.approx(deviation, abs=1e-6)


def test_implied_moments_with_products_are_those_of_drawn_rows() -> None:
    fit = fitted("quadratic_and_product", "lms")
    table = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    draw = np.random.default_rng(1)
    spread = [
        [table["X", "~~", "X"], table["X", "~~", "Z"]],
        [table["X", "~~", "Z"], table["Z", "~~", "Z"]],
    ]
    x, z = draw.multivariate_normal([0.0, 0.0], spread, 400_000).T
    y = table["Y", "~", "X"] * x + table["Y", "~", "Z"] * z + table["Y", "~", "X:X"] * x * x
    y = y + table["Y", "~", "X:Z"] * x * z
    y = y + np.sqrt(table["Y", "~~", "Y"]) * draw.normal(size=len(y))
    implied = fit.implied
    assert implied.loc["y1", "~1"] == pytest.approx(table["y1", "~1", ""] + y.mean(), abs=0.01)
    total = y.var() + table["y1", "~~", "y1"]
    assert implied.loc["y1", "y1"] == pytest.approx(total, rel=0.01)
    assert implied.loc["x1", "y1"] == pytest.approx(np.cov(x, y)[0, 1], abs=0.01)
    everything = fit.estimation.implied[0]
    place = {name: k for k, name in enumerate(fit.estimation.specification.patterns[0].names)}
    drawn = {"X": x, "Z": z, "Y": y, "X:X": x * x, "X:Z": x * z}
    for one, first in drawn.items():
        assert everything.all_mean[place[one]] == pytest.approx(first.mean(), abs=0.01)
        for other, second in drawn.items():
            found = everything.all_covariance[place[one], place[other]]
            assert found == pytest.approx(np.cov(first, second)[0, 1], abs=0.02)


# What must not matter ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lms", "qml", "double_mean_centred", "residual_centred"])
def test_units_and_order_of_rows_do_not_matter(method: str) -> None:
    data = rows_with_product(300, 5)
    one = quietly(ts.sem, MODEL, data, products=method)
    scaled = data.assign(x1=1e5 * data["x1"] + 7.0, z1=data["z1"] / 1e4, x2=1e-3 * data["x2"])
    other = quietly(ts.sem, MODEL, scaled.sample(frac=1.0, random_state=1), products=method)
    row = one.estimates["rhs"] == "X:Z"
    factor = 1e4 / 1e5
    for name, change in (("estimate", factor), ("se", factor), ("z", 1.0)):
        mine = float(one.estimates.loc[row, name].iloc[0])
        theirs = float(other.estimates.loc[row, name].iloc[0])
        assert theirs == pytest.approx(mine * change, rel=2e-5)


@pytest.mark.parametrize("method", LATENT)
def test_markers_and_spelling_do_not_matter(method: str) -> None:
    data = rows_with_product(300, 6)
    one = quietly(ts.sem, MODEL, data, products=method)
    turned = "Y =~ y2 + y1 + y3\nX =~ x3 + x1 + x2\nZ =~ z1 + z2 + z3\nY ~ Z:X + Z + X"
    other = quietly(ts.sem, turned, data, products=method)
    assert other.measures["logl"] == pytest.approx(one.measures["logl"], abs=1e-7)
    units = quietly(ts.sem, MODEL, data, products=method, std_lv=True)
    assert units.measures["logl"] == pytest.approx(one.measures["logl"], abs=1e-7)
    wanted = one.standardized().set_index(["lhs", "op", "rhs"])["estimate"]["Y", "~", "X:Z"]
    found = other.standardized().set_index(["lhs", "op", "rhs"])["estimate"]["Y", "~", "Z:X"]
    assert found == pytest.approx(wanted, abs=1e-6)


def test_the_default_method_is_lms() -> None:
    data = data_of("one_product")
    plain = ts.sem(FROZEN["models"]["one_product"], data)
    assert plain.measures["logl"] == fitted("one_product", "lms").measures["logl"]


def test_the_parameter_table_shows_what_is_fitted() -> None:
    """A latent product has a coefficient and nothing else; by columns it is a factor."""
    table = ts.Model(MODEL).parameter_table()
    own = table[(table["lhs"] == "X:Z") | (table["rhs"] == "X:Z")]
    assert own[["lhs", "op", "rhs"]].to_numpy().tolist() == [["Y", "~", "X:Z"]]
    assert (table["op"] == "~1").any()
    matched = ts.Model(MODEL).parameter_table(
        products="double_mean_centred", product_pairs="matched"
    )
    loadings = matched[(matched["lhs"] == "X:Z") & (matched["op"] == "=~")]
    assert list(loadings["rhs"]) == ["x1:z1", "x2:z2", "x3:z3"]
    assert not ((matched["lhs"] == "x1:z1") & (matched["rhs"] == "x2:z2")).any()
    every = ts.Model(MODEL).parameter_table(products="double_mean_centred")
    assert ((every["lhs"] == "x1:z1") & (every["rhs"] == "x2:z1")).any()
    assert not ((every["lhs"] == "x1:z1") & (every["rhs"] == "x2:z2")).any()
    assert "X:Z" in ts.Model(MODEL).graph


def test_products_of_columns_are_columns() -> None:
    frame = rows_with_product(200, 8).assign(a=np.linspace(-1.0, 2.0, 200))
    frame["b"] = np.sin(np.arange(200))
    text = MODEL.replace("X:Z", "a + b + a:b")
    found = quietly(ts.sem, text, frame)
    by_hand = quietly(ts.sem, text.replace("a:b", "ab"), frame.assign(ab=frame["a"] * frame["b"]))
    assert found.coef["Y~a:b"] == pytest.approx(by_hand.coef["Y~ab"], abs=1e-7)

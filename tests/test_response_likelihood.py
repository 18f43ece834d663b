"""Full information of ordinal items: other programs, brute force, and what must not matter."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from response_likelihood_cases import (
    ALIKE,
    FOUR,
    FROZEN,
    beside,
    data_of,
    fitted,
    full,
    rows_of_factors,
)
from scipy.integrate import quad
from scipy.special import expit, ndtr
from scipy.stats import norm

import tpn_sem as ts

NINE = [f"{name}{place}" for name in "xzy" for place in (1, 2, 3)]
MODEL = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nX ~ age"
ONE = "X =~ x1 + x2 + x3\nX ~ age"


# Other programs' values --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("case", FROZEN)
def test_it_agrees_with_other_programs(case: str) -> None:
    """OpenMx integrates latent responses to a relative error of 1e-5; ordinal has 31 nodes.

    Errors by OpenMx are differences of these integrals, and no witness.
    """
    fit = fitted(case)
    assert fit.converged
    assert fit.measures["logl"] == pytest.approx(FROZEN[case]["logl"], abs=1e-3)
    table = beside(case, fit)
    np.testing.assert_allclose(table["ours"], table["theirs"], atol=2e-4)
    if case.startswith("alike"):
        np.testing.assert_allclose(table["se"], table["se_theirs"], rtol=1e-3)


# The likelihood by other means -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("link", ["probit", "logit"])
def test_it_is_the_integral(link: str) -> None:
    """Of rows with gaps, too, by adaptive integration."""
    data = data_of("one_factor")[FOUR].astype(float)
    data.iloc[:40, 1] = np.nan
    data.iloc[20:60, 3] = np.nan
    fit = full("F =~ y1 + y2 + y3 + y4", data, FOUR, missing="fiml", link=link)
    table = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    curve = ndtr if link == "probit" else expit
    deviation = np.sqrt(table["F", "~~", "F"])

    def row_density(row: pd.Series) -> float:
        def at(z: float) -> float:
            value = float(norm.pdf(z))
            for item, answer in row.dropna().items():
                cuts = table[str(item)].loc["|"].to_numpy()
                edges = np.concatenate([[-np.inf], cuts, [np.inf]])
                along = table["F", "=~", item] * deviation * z
                low, high = edges[int(answer)] - along, edges[int(answer) + 1] - along
                value *= float(curve(high) - curve(low))
            return value

        return float(np.log(quad(at, -9.0, 9.0, epsabs=1e-12, limit=200)[0]))

    sample, implied = fit.estimation.samples.groups[0], fit.estimation.implied[0]
    found = fit.estimation.discrepancy.log_likelihoods(sample, implied)
    for place in (0, 50):
        assert found[place] == pytest.approx(row_density(data.iloc[place]), abs=1e-6)
    total = found.sum()
    assert fit.measures["logl"] == pytest.approx(total, abs=1e-8)


CASES = {
    "predictors": (f"{MODEL}\nZ ~ X + age\nz2 ~ age", {}),
    "logit": (MODEL, {"link": "logit"}),
    "delta": (MODEL, {"parameterization": "delta"}),
    "products": (f"{MODEL}\nY =~ y1 + y2\nY ~ X + Z + X:Z + age + X:age", {"nodes": 5}),
    "groups": (ONE, {"group": "half", "group_equal": ["loadings", "thresholds", "intercepts"]}),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_the_value(case: str) -> None:
    text, options = CASES[case]
    data = rows_of_factors(150, 3, 0.3).assign(half=np.repeat(["a", "b"], 75))
    data.loc[:20, ["x2", "z1"]] = np.nan
    fit = full(text, data, NINE, missing="fiml", se="none", **{"nodes": 9, **options})
    objective, point = fit.estimation.objective, fit.estimation.parameters * 1.05
    implied = objective.imply(point)
    gradient = objective.gradient(implied, objective.directions(implied))
    for place in range(0, len(point), 3):
        ends = []
        for shift in (1e-5, -1e-5):
            moved = point.copy()
            moved[place] += shift
            ends.append(float(objective.value(objective.imply(moved))))
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=2e-5, abs=2e-8)


@pytest.mark.parametrize("link", ["probit", "logit"])
def test_more_nodes_change_nothing(link: str) -> None:
    few = full("F =~ y1 + y2 + y3 + y4", data_of("one_factor"), FOUR, link=link)
    text, data = "F =~ y1 + y2 + y3 + y4", data_of("one_factor")
    many = full(text, data, FOUR, link=link, nodes=151)
    assert few.measures["logl"] == pytest.approx(many.measures["logl"], abs=1e-5)
    gap = (few.estimation.parameters - many.estimation.parameters) / 1.0
    np.testing.assert_allclose(gap, 0.0, atol=1e-5)


# What must not matter ----------------------------------------------------------------------------


def test_the_parameterization_does_not_matter() -> None:
    theta = full("F =~ y1 + y2 + y3 + y4", data_of("one_factor"), FOUR)
    delta = full("F =~ y1 + y2 + y3 + y4", data_of("one_factor"), FOUR, parameterization="delta")
    assert delta.measures["logl"] == pytest.approx(theta.measures["logl"], abs=1e-7)
    std = [one.standardized().query("op == '=~'")["estimate"] for one in (theta, delta)]
    np.testing.assert_allclose(std[0], std[1], atol=1e-6)


def test_rows_count_as_often_as_they_stand_there() -> None:
    data = data_of("one_factor")
    twice = full("F =~ y1 + y2 + y3 + y4", pd.concat([data, data]), FOUR)
    counted = full(
        "F =~ y1 + y2 + y3 + y4", data.assign(times=2.0), FOUR, frequency_weights="times"
    )
    assert twice.measures["logl"] == pytest.approx(counted.measures["logl"], abs=1e-7)
    np.testing.assert_allclose(twice.estimates["se"], counted.estimates["se"], atol=1e-5)


@pytest.mark.slow
def test_rows_with_gaps_need_answers_missing_at_random_only() -> None:
    """Answers to z that hang on x are missing; pairs of answers miss a threshold by more."""
    data = rows_of_factors(3000, 8)
    text = f"{MODEL}\nX ~~ Z"
    whole = full(text, data, NINE[:6], se="none", nodes=15)
    gaps = data.astype(float)
    gaps.loc[gaps[["x1", "x2", "x3"]].sum(axis=1) > 3, ["z1", "z2"]] = np.nan
    found = full(text, gaps, NINE[:6], missing="fiml", se="none", nodes=15)
    pairs = quietly(ts.sem, text, gaps, ordered=NINE[:6], missing="pairwise", se="none")

    def miss(fit: ts.Fit) -> float:
        tables = [
            one.standardized().set_index(["lhs", "op", "rhs"])["estimate"] for one in (fit, whole)
        ]
        return abs(float(tables[0]["z1", "|", "t1"] - tables[1]["z1", "|", "t1"]))

    assert miss(found) < 0.5 * miss(pairs)


@pytest.mark.slow
def test_errors_of_rows_and_clusters() -> None:
    data = data_of("one_factor").assign(school=np.arange(300) // 6)
    text = "F =~ y1 + y2 + y3 + y4"
    plain, robust, products = (
        full(text, data, FOUR, **options)
        for options in ({}, {"se": "robust"}, {"estimator": "MLF"})
    )
    free = plain.estimates["free"]
    for other in (robust, products):
        ratio = other.estimates["se"][free] / plain.estimates["se"][free]
        assert ((ratio > 0.6) & (ratio < 1.7)).all()
        assert not np.allclose(ratio, 1.0)
    alone = full(text, data.assign(school=np.arange(300)), FOUR, cluster="school")
    clustered = full(text, data, FOUR, cluster="school")
    ratio = alone.estimates["se"][free] / robust.estimates["se"][free]
    np.testing.assert_allclose(ratio, np.sqrt(300 / 299), rtol=1e-6)
    assert not np.allclose(clustered.estimates["se"][free], robust.estimates["se"][free])


# Products, scores, what follows ------------------------------------------------------------------


@pytest.mark.slow
def test_products_are_found() -> None:
    data = rows_of_factors(1500, 21, 0.35)
    text = "X =~ x1 + x2 + x3\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z"
    fit = full(text, data, NINE, se="none", nodes=17)
    row = fit.estimates.query("rhs == 'X:Z'").iloc[0]
    less = full(text.replace(" + X:Z", ""), data, NINE, se="none", nodes=17)
    assert 0.15 < row["estimate"] < 0.7
    assert fit.measures["logl"] - less.measures["logl"] > 8.0


@pytest.mark.slow
def test_a_product_of_zero_is_no_product() -> None:
    data = rows_of_factors(200, 4)
    text = "X =~ x1 + x2 + x3\nY =~ y1 + y2 + y3\nY ~ X + 0*X:X"
    fit = full(text, data, NINE, se="none")
    plain = full(text.replace(" + 0*X:X", ""), data, NINE, se="none")
    assert fit.measures["logl"] == pytest.approx(plain.measures["logl"], abs=1e-6)


@pytest.mark.slow
def test_scores_are_means_of_the_posterior() -> None:
    data = rows_of_factors(400, 6)
    fit = full(MODEL, data, NINE[:6])
    scores = fit.factor_scores(standard_errors=True)
    implied = fit.estimation.implied[0].all_covariance
    names = list(fit.estimation.specification.patterns[0].names)
    for name in "XZ":
        place = names.index(name)
        whole = scores[name].var() + (scores[f"{name}_se"] ** 2).mean()
        assert whole == pytest.approx(implied[place, place], rel=0.1)
    modes = fit.factor_scores("EBM")
    assert np.corrcoef(scores["X"], modes["X"])[0, 1] > 0.99
    new = fit.factor_scores(data=data.head(5))
    np.testing.assert_allclose(new["X"], scores["X"].head(5), atol=1e-8)


@pytest.mark.slow
def test_groups_are_compared_by_likelihood_ratios() -> None:
    found = quietly(
        ts.invariance,
        "F =~ y1 + y2 + y3 + y4",
        data_of("groups"),
        group="g",
        ordered=FOUR,
        estimator="ML",
        nodes=15,
        se="none",
    )
    assert found.table["p_diff"].notna().sum() >= 3
    text, data = "F =~ y1 + y2 + y3 + y4", data_of("groups")
    free = full(text, data, FOUR, group="g", nodes=15, se="none")
    equal = full(text, data, FOUR, group="g", group_equal=["thresholds"], nodes=15, se="none")
    gap = 2.0 * (free.measures["logl"] - equal.measures["logl"])
    assert found.table["chisq_diff"].iloc[1] == pytest.approx(gap, abs=1e-4)


def test_item_curves_of_a_logistic_fit_are_logistic() -> None:
    fit = full("F =~ y1 + y2 + y3 + y4", data_of("groups"), FOUR, link="logit", std_lv=True)
    items = ts.item_response(fit, scale="logistic").items
    loadings = fit.estimates.query("op == '=~'")["estimate"]
    np.testing.assert_allclose(items["discrimination"], loadings, atol=1e-8)


def test_a_fit_travels() -> None:
    fit = full(ALIKE, data_of("groups"), FOUR)
    again = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(again.factor_scores(), fit.factor_scores())

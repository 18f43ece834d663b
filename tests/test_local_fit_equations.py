"""Equations by model-implied instruments: lavaan's, MIIVsem's and AER's numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from local_fit_cases import CASES, PUPILS, WITNESS, fitted, local
from scipy.special import chdtrc

import tpn_sem as ts
from tpn_sem.equations.generic_structure import generic_structures
from tpn_sem.equations.model_equations import (
    ModelEquation,
    model_equations,
    scaling_indicators,
)
from tpn_sem.local_tests import local_fit
from tpn_sem.local_tests.equation_tests import fit_equation
from tpn_sem.local_tests.observed_covariances import observed_covariances

EQUATIONS = WITNESS["equations"]
NAMES = {"pupils": "ml", "democracy": "democracy", "plain": "plain", "answers": "wlsmv"}


def of(table: pd.DataFrame, variable: str) -> pd.DataFrame:
    return table[table["variable"] == variable]


def coefficients(name: str, variable: str) -> np.ndarray:
    return of(local(name).coefficients, variable)["estimate"].to_numpy()


@pytest.mark.parametrize("name", list(NAMES))
def test_equations_instruments_and_coefficients_are_lavaans(name: str) -> None:
    compared = 0
    for witness in EQUATIONS["lavaan"][name]:
        if witness["instruments"] in ([], ["1"]):  # means of factors
            continue
        row = of(local(NAMES[name]).equations, witness["variable"]).iloc[0]
        assert row["outcome"] == witness["outcome"]
        assert row["scaling"].split(", ") == witness["predictors"]
        assert sorted(row["instruments"].split(", ")) == witness["instruments"]
        assert row["df"] == witness["df"]
        found = coefficients(NAMES[name], witness["variable"])
        np.testing.assert_allclose(found, witness["coefficients"], rtol=1e-7)
        compared += 1
    assert compared == len(local(NAMES[name]).equations)


@pytest.mark.parametrize("name", ["pupils", "democracy", "plain"])
def test_sargans_test_is_lavaans(name: str) -> None:
    """lavaan's has the residual variance of n less parameters."""
    for witness in EQUATIONS["lavaan"][name]:
        row = of(local(NAMES[name]).equations, witness["variable"]).iloc[0]
        assert row["test"] == "Sargan"
        scaled = row["chisq"] * witness["df_res"] / witness["nobs"]
        assert scaled == pytest.approx(witness["sargan"], rel=1e-8)
        assert row["p_value"] == pytest.approx(chdtrc(row["df"], row["chisq"]))


@pytest.mark.parametrize("name", ["pupils", "democracy", "plain", "answers"])
def test_hansens_test_is_lavaans_residual_based_one(name: str) -> None:
    text, data, options = CASES[NAMES[name]]
    robust = options if name == "answers" else {"estimator": "MLR"}
    found = local_fit(quietly(ts.sem, text, reference_data(data), **robust)).equations
    for witness in EQUATIONS["lavaan"][name]:
        if witness["hansen"] is None or witness["instruments"] == ["1"]:
            continue
        row = of(found, witness["variable"]).iloc[0]
        assert row["test"] == "Hansen J"
        assert row["chisq"] == pytest.approx(witness["hansen"], rel=1e-7)


@pytest.mark.parametrize("name", ["pupils", "democracy", "plain"])
def test_instruments_and_coefficients_are_miivsems(name: str) -> None:
    table = local(NAMES[name]).equations
    for witness in EQUATIONS["miivsem"][name]:
        same = (table["outcome"] == witness["outcome"]) & (
            table["scaling"] == ", ".join(witness["predictors"])
        )
        row = table[same].iloc[0]
        assert sorted(row["instruments"].split(", ")) == witness["instruments"]
        found = coefficients(NAMES[name], row["variable"])
        np.testing.assert_allclose(found, witness["coefficients"], rtol=1e-7)


@pytest.mark.parametrize("name", ["pupils", "democracy"])
def test_two_stage_least_squares_is_that_of_aer(name: str) -> None:
    found = local(NAMES[name])
    n = fitted(NAMES[name]).n_observations
    for witness in EQUATIONS["aer"][name]:
        predictors = ", ".join(witness["predictors"])
        same = found.equations["outcome"] == witness["outcome"]
        row = found.equations[same & (found.equations["scaling"] == predictors)].iloc[0]
        assert row["chisq"] == pytest.approx(witness["sargan"], rel=1e-8)
        assert row["p_value"] == pytest.approx(witness["p"], rel=1e-6)
        own = of(found.coefficients, row["variable"])
        np.testing.assert_allclose(own["estimate"], witness["coefficients"], rtol=1e-8)
        errors = own["se"] * np.sqrt(n / witness["df_res"])
        np.testing.assert_allclose(errors, witness["se"], rtol=1e-8)
        # AER's instruments include those that are predictors too; none are here
        assert row["first_stage_f"] == pytest.approx(min(witness["first_stage_f"]), rel=1e-8)


def test_instruments_are_bollens() -> None:
    """Bollen (1996) and Bollen & Bauer (2004): no item whose disturbance covaries with theirs."""
    table = local("democracy").equations.set_index("variable")
    assert set(table.loc["y2", "instruments"].split(", ")) == {"y3", "y7", "y8", "x1", "x2", "x3"}
    assert table.loc["dem60", "outcome"] == "y1"
    assert set(table.loc["dem60", "instruments"].split(", ")) == {"x2", "x3"}
    structure = generic_structures(fitted("democracy").estimation.specification)[0]
    assert scaling_indicators(structure) == {"ind60": "x1", "dem60": "y1", "dem65": "y5"}


def test_the_metric_of_factors_does_not_change_the_tests() -> None:
    data = reference_data("HolzingerSwineford1939")
    free = local_fit(ts.cfa(PUPILS, data, std_lv=True)).equations
    wanted = local("ml").equations
    np.testing.assert_allclose(free["chisq"], wanted["chisq"])
    assert free["instruments"].tolist() == wanted["instruments"].tolist()


def test_factors_of_factors_have_equations() -> None:
    data = reference_data("simulated_four_factors")
    lines = [
        f"{name} =~ " + " + ".join(f"y{5 * place + k}" for k in range(1, 6))
        for place, name in enumerate("ABCD")
    ]
    fit = quietly(ts.cfa, "\n".join([*lines, "G =~ A + B + C + D"]), data)
    rows = local_fit(fit).equations.set_index("variable")
    assert rows.loc["B", "scaling"] == "y1"
    assert set(rows.loc["B", "instruments"].split(", ")) == {
        f"y{place}" for place in [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
    }
    assert "A" not in rows.index  # it gives the second-order factor its scale


def test_predictors_without_error_are_their_own_instruments() -> None:
    rows = local("causes").equations.set_index("variable")
    assert set(rows.loc["visual", "instruments"].split(", ")) == {"ageyr", "sex"}
    assert rows.loc["visual", "reason"] == "no surplus instruments"
    assert np.isnan(rows.loc["visual", "first_stage_f"])
    assert set(rows.loc["textual", "instruments"].split(", ")) == {"x2", "x3", "ageyr", "sex"}


def test_equations_say_why_they_have_no_test() -> None:
    data = reference_data("Demo.growth")
    growth = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4"
    reasons = local_fit(quietly(ts.growth, growth, data)).equations["reason"]
    assert (
        reasons.tolist()
        == ["no item is explained by s alone, so that nothing can stand for it"] * 3
    )
    pupils = reference_data("HolzingerSwineford1939")
    loop = local_fit(ts.sem("x4 ~ x5 + x1\nx5 ~ x4 + x2", pupils)).equations
    assert loop["reason"].tolist() == ["no surplus instruments"] * 2
    np.testing.assert_array_equal(loop["df"], 0)
    alike = quietly(ts.cfa, "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~~ 0*g", pupils)
    rows = local_fit(alike).equations.set_index("variable")
    assert rows.loc["x2", "instruments"] == "x3"  # the other factor tells nothing


def test_too_few_instruments_are_told() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    # x3's disturbance covaries with all that could be instruments
    text = "f =~ x1 + x2 + x3 + x4\nx3 ~~ x2 + x4"
    structure = generic_structures(ts.cfa(text, pupils).estimation.specification)[0]
    found = {one.variable: one for one in model_equations(structure)}
    assert found["x3"].problem == "0 instruments for 1 predictors: not identified"
    assert found["x3"].surplus == -1


def test_hansens_j_is_the_least_distance() -> None:
    """The same by minimising the distance over the coefficient, with moments of rows."""
    fit = fitted("mlr")
    observed = observed_covariances(fit.estimation)[0]
    place = observed.names.index
    instruments = [place(f"x{k}") for k in (1, 2, 3, 4, 5, 6, 8)]
    equation = ModelEquation("x9", ("speed",), place("x9"), (place("x7"),), tuple(instruments))
    found = fit_equation(equation, observed)
    assert found is not None
    rows = fit.estimation.samples.groups[0].rows.values
    centred = rows - rows.mean(axis=0)
    slope = found.coefficients[0]
    products = centred[:, instruments] * (
        centred[:, [place("x9")]] - slope * centred[:, [place("x7")]]
    )
    weight = np.linalg.inv(np.cov(products.T, bias=True) / len(rows))
    across = (centred[:, instruments] * centred[:, [place("x7")]]).mean(axis=0)
    towards = (centred[:, instruments] * centred[:, [place("x9")]]).mean(axis=0)
    grid = slope + np.linspace(-0.5, 0.5, 20001)
    gaps = towards - grid[:, None] * across
    least = ((gaps @ weight) * gaps).sum(axis=1).min()
    assert found.chisq == pytest.approx(least, rel=1e-6)


def test_weak_instruments_are_noted() -> None:
    assert any("Weak instruments" in note and "x8" in note for note in local("ml").notes)
    assert not any("Weak instruments" in note for note in local("wlsmv").notes)


def test_incomplete_rows_take_the_moments_own_errors() -> None:
    found = local("fiml_ml").equations
    assert (found["test"] == "Hansen J").all()
    np.testing.assert_allclose(found["p_value"], chdtrc(found["df"], found["chisq"]))
    data = reference_data("HolzingerSwineford1939")
    whole = quietly(ts.cfa, PUPILS, data, missing="fiml")
    plain = local("ml").equations["chisq"]
    np.testing.assert_allclose(local_fit(whole).equations["chisq"], plain, rtol=0.2)


def test_groups_have_the_same_instruments() -> None:
    by_group = local("wlsmv_groups").equations
    wanted = local("wlsmv").equations["instruments"].tolist()
    assert by_group["instruments"].tolist() == [*wanted, *wanted]
    assert by_group["group"].tolist() == ["north"] * 6 + ["south"] * 6

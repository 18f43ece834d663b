"""Errors by the second-order delta method: lavaan 0.7-2's numbers, and second differences."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, fit_of

import tpn_sem as ts
from tpn_sem.errors import OptionError
from tpn_sem.results.estimates import standardized_values

CASES: dict[str, Any] = json.loads((REFERENCE / "second_order.json").read_text())["cases"]
FACTORS = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"


def second_order(case: dict[str, Any], **more: Any) -> ts.Fit:
    return fit_of(case, **{"se_delta_second_order": True, **more})


@pytest.mark.parametrize("name", list(CASES))
def test_errors_of_defined_parameters_are_lavaans(name: str) -> None:
    case = CASES[name]
    fit = second_order(case)
    ours = fit.estimates.query("op == ':='").set_index("lhs").loc[case["lhs"]]
    np.testing.assert_allclose(ours["estimate"], case["est"], rtol=1e-5)
    np.testing.assert_allclose(ours["se"], case["se"], rtol=1e-5)
    np.testing.assert_allclose(ours["ci_lower"], case["lower"], rtol=1e-5)
    first = second_order(case, se_delta_second_order=False).estimates
    free = first["op"] != ":="
    np.testing.assert_array_equal(fit.estimates[free]["se"], first[free]["se"])


def test_standardised_values_have_exact_hessians() -> None:
    fit = quietly(ts.cfa, FACTORS, DATA["pupils"], se_delta_second_order=True)
    found = fit.estimation

    def value(parameters: np.ndarray) -> float:
        solution = replace(found.solution, parameters=parameters, implied=None)
        return float(standardized_values(replace(found, solution=solution), "all")[0][3])

    size, step = len(found.parameters), 1e-3
    units = step * np.eye(size)
    at = found.parameters
    hessian = [
        [
            (value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b))
            / (4 * step**2)
            for a in units
        ]
        for b in units
    ]
    turned = np.array(hessian) @ found.covariance
    more = 0.5 * np.trace(turned @ turned)
    first = quietly(ts.cfa, FACTORS, DATA["pupils"]).standardized()["se"][3]
    assert fit.standardized()["se"][3] == pytest.approx((first**2 + more) ** 0.5, rel=1e-4)
    assert more > 0.003 * first**2


def test_without_errors_it_has_no_effect() -> None:
    with pytest.raises(OptionError, match="se_delta_second_order"):
        quietly(ts.cfa, FACTORS, DATA["pupils"], se="none", se_delta_second_order=True)
    with pytest.raises(OptionError, match="se_delta_second_order"):
        quietly(ts.cfa, FACTORS, DATA["pupils"], se="bootstrap", se_delta_second_order=True)
    with pytest.raises(OptionError, match="se_delta_second_order"):
        quietly(ts.cfa, FACTORS, DATA["pupils"], se_delta_second_order="yes")

"""Models with method beside the same models written out in lavaan: tests/reference/common_method.R.

The shipped survey with full information, its complete rows as ordinal, and 301 pupils.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.method_variance import CommonMethod, common_method

LAVAAN = json.loads((REFERENCE / "common_method.json").read_text())
FACTORS = ("NPC", "KSSE", "KS", "KR")
TEACHERS = "\n".join(
    [
        *(f"{f} =~ {' + '.join(f'{f.lower()}{k}' for k in range(1, 6))}" for f in FACTORS),
        "KSSE ~ NPC; KS ~ NPC + KSSE; KR ~ NPC + KSSE; KS ~~ KR",
    ]
)
NAMES = {
    "baseline": "no method",
    "equal": "common method, equal",
    "free": "common method, free",
    "single": "single factor",
    "bifactor": "bifactor",
}
TWO = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
THREE = f"{TWO}\nspeed =~ x7 + x8 + x9"
STEPS = {
    "cfa": "CFA with marker",
    "baseline": "Baseline",
    "method_c": "Method-C",
    "method_u": "Method-U",
    "method_r": "Method-R",
    "method_s05": "Method-S(.05)",
    "method_s01": "Method-S(.01)",
}


@cache
def teachers(estimator: str = "ML") -> CommonMethod:
    data = datasets.teachers()
    return quietly(common_method, TEACHERS, data, missing="fiml", estimator=estimator, n_draws=2)


@cache
def ordinal() -> CommonMethod:
    data = datasets.teachers()
    items = [f"{f.lower()}{k}" for f in FACTORS for k in range(1, 6)]
    rows = data.dropna(subset=items)
    return quietly(common_method, TEACHERS, rows, ordered=True, starts=2, n_draws=2)


@cache
def pupils() -> CommonMethod:
    data = reference_data("HolzingerSwineford1939")
    return quietly(common_method, TWO, data, marker=["x7", "x8", "x9"], n_draws=2)


def named(table: pd.DataFrame, column: str = "estimate") -> dict[str, float]:
    names = table["lhs"] + table["op"] + table["rhs"]
    others = table["rhs"] + table["op"] + table["lhs"]  # a covariance has no direction
    values = dict(zip(others[table["op"] == "~~"], table[column][table["op"] == "~~"], strict=True))
    return values | dict(zip(names, table[column], strict=True))


def assert_same_fit(fit: ts.Fit, expected: dict, raw: bool = True, within: float = 1e-5) -> None:
    """Chi-square, degrees of freedom and every loading, path and covariance."""
    found = named(fit.standardized())
    raw_found, errors = named(fit.estimates), named(fit.estimates, "se")
    assert fit.estimation.degrees_of_freedom == expected["df"]
    assert fit.estimation.chi_square == pytest.approx(expected["chisq"], rel=within)
    method = [name for name in expected["standardized"] if name.startswith(("Method", "General"))]
    loads = [expected["standardized"][name] for name in method if "=~" in name]
    turn = 1.0
    if loads:
        turn = 1.0 if sum(loads) * sum(found[n] for n in method if "=~" in n) >= 0 else -1.0
    for name, value in expected["standardized"].items():
        sign = turn if name in method else 1.0
        assert sign * found[name] == pytest.approx(value, rel=within, abs=within), name
    if not raw:
        return
    for name, value in expected["estimates"].items():
        sign = turn if name in method else 1.0
        assert sign * raw_found[name] == pytest.approx(value, rel=within, abs=within), name
        assert errors[name] == pytest.approx(expected["errors"][name], rel=10 * within, abs=1e-5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("model", NAMES)
def test_teachers_with_full_information(model: str) -> None:
    """The bifactor model is scaled by variances here, and compared where it is standardised."""
    within = 3e-5 if model == "single" else 1e-5  # lavaan's search ends there
    raw = model != "bifactor"
    assert_same_fit(teachers().fit(NAMES[model]), LAVAAN["teachers"][model], raw, within)


@pytest.mark.parametrize("model", ["equal", "free"])
def test_differences(model: str) -> None:
    found, expected = teachers(), LAVAAN["teachers_differences"][model]
    assert_same_difference(found.models.loc[NAMES[model]], expected)


def assert_same_difference(row: pd.Series, expected: dict) -> None:
    """lavaan takes a variance for a parameter that may be below zero: our p-value is half of it.

    Of free loadings there is no test: they mean nothing where the factor has no variance.
    """
    assert row["df_diff"] == expected["df_diff"]
    assert row["chisq_diff"] == pytest.approx(expected["chisq_diff"], rel=1e-5)
    if row["edge"] == "edge":
        assert row["p_diff"] == pytest.approx(expected["p_value"] / 2, rel=1e-4)
    else:
        assert row["edge"] == "parameters vanish"
        assert np.isnan(row["p_diff"])


@pytest.mark.parametrize("model", ["equal", "free"])
def test_corrected_differences(model: str) -> None:
    found, expected = teachers("MLR"), LAVAAN["robust_differences"][model]
    assert_same_difference(found.models.loc[NAMES[model]], expected)


@pytest.mark.slow
def test_a_random_intercept_with_turned_items() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = quietly(common_method, THREE, data, negative=["x2", "x5", "x9"], n_draws=2)
    assert_same_fit(found.fit("random intercept"), LAVAAN["random_intercept"])


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_the_steps_with_a_marker(step: str) -> None:
    assert_same_fit(pupils().fit(STEPS[step]), LAVAAN["marker"][step], within=2e-5)


@pytest.mark.slow
def test_differences_of_steps() -> None:
    table = pupils().marker_tests
    rows = {
        "present": "Baseline vs Method-C",
        "unequal": "Method-C vs Method-U",
        "bias": "Method-R vs Method-C",
    }
    for name, comparison in rows.items():
        expected = LAVAAN["marker_differences"][name]
        assert table.loc[comparison, "df_diff"] == expected["df_diff"]
        assert table.loc[comparison, "chisq_diff"] == pytest.approx(
            expected["chisq_diff"], rel=1e-5
        )
        assert table.loc[comparison, "p_value"] == pytest.approx(expected["p_value"], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["baseline", "free"])
def test_ordinal_items(model: str) -> None:
    assert_same_fit(ordinal().fit(NAMES[model]), LAVAAN["ordinal"][model], within=2e-5)


def test_partial_correlations() -> None:
    [row] = pupils().partial.to_dict("records")
    for name, value in LAVAAN["partial"].items():
        assert row[name] == pytest.approx(value, rel=1e-9), name


@pytest.mark.slow
def test_eigenvalues() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = quietly(common_method, THREE, data, n_draws=2).single_factor
    assert found[["first", "second"]].to_numpy()[0] == pytest.approx(LAVAAN["eigenvalues"])
    assert found["share"].to_numpy()[0] == pytest.approx(LAVAAN["eigenvalues"][0] / 9.0)

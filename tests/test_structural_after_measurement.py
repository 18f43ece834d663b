"""Structures fitted after their measurement: lavaan's numbers, and laws that they obey."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly, reference_data
from stepwise_cases import beside

import tpn_sem as ts
from tpn_sem.errors import (
    IdentificationError,
    ModelError,
    NotAvailableError,
    NotEstimatedError,
    OptionError,
)

WITNESS = json.loads((REFERENCE / "structural_after_measurement.json").read_text(encoding="utf-8"))
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts", "regressions"]}
OPTIONS: dict[str, dict[str, Any]] = {
    "groups_local": {"group": "school"},
    "groups_global": {"group": "school"},
    "equal_local": EQUAL,
    "equal_global": EQUAL,
    "gaps_local": {"missing": "fiml"},
    "gaps_global": {"missing": "fiml"},
    "observed_information": {"information": "observed"},
    "together": {"blocks": [["f", "g"]]},
}
CHAIN = WITNESS["chain_local"]["text"]
PUPILS = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\n"


@cache
def fitted(name: str) -> ts.StructuralAfterMeasurement:
    case, method = WITNESS[name], "global" if name.endswith("_global") else "local"
    options = OPTIONS.get(name, {})
    return quietly(
        ts.structural_after_measurement,
        case["text"],
        reference_data(case["data"]),
        method=method,
        **options,
    )


@pytest.mark.parametrize("name", list(WITNESS))
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """To what lavaan's optimiser leaves open in the blocks: some 1e-6."""
    own, errors, values, theirs = beside(fitted(name).estimation, WITNESS[name]["estimates"])
    np.testing.assert_allclose(own, values, rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(errors, theirs, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name in WITNESS if "measures" in WITNESS[name]])
def test_moments_of_factors_and_the_fit_of_the_structure_are_lavaans(name: str) -> None:
    found, witness = fitted(name), WITNESS[name]
    names = witness["covariance"]["names"]
    covariance = found.latent_covariance
    if covariance.index.nlevels > 1:
        covariance = covariance.loc[found.estimation.samples.labels[0]]
    values = np.array(witness["covariance"]["values"])
    np.testing.assert_allclose(covariance.loc[names, names], values, rtol=1e-5, atol=1e-5)
    measures = found.measures
    for measure, value in witness["measures"].items():
        assert measures[measure] == pytest.approx(value, rel=1e-5, abs=1e-5)


def test_less_error_is_taken_where_more_would_leave_no_covariance_matrix() -> None:
    found = fitted("less_error")
    assert any("less than all measurement error" in note for note in found.notes)
    assert np.linalg.eigvalsh(found.latent_covariance)[0] > 0.0
    assert not any("less than all" in note for note in fitted("chain_local").notes)


def test_a_defined_parameter_has_lavaans_error() -> None:
    table = WITNESS["defined"]["estimates"]
    place = table["op"].index(":=")
    row = fitted("defined").estimates.loc["ab"]
    assert row["estimate"] == pytest.approx(table["est"][place], rel=1e-6)
    assert row["se"] == pytest.approx(table["se"][place], rel=1e-6)


def test_a_saturated_structure_in_one_block_is_full_information() -> None:
    """With all factors in one block the measurement model is the model, and M S M' its moments."""
    text = PUPILS + "h =~ x7 + x8 + x9\ng ~ f\nh ~ f + g"
    pupils = reference_data("HolzingerSwineford1939")
    whole = ts.sem(text, pupils)
    for method in ("local", "global"):
        steps = ts.structural_after_measurement(
            text, pupils, blocks=[["f", "g", "h"]], method=method
        )
        np.testing.assert_allclose(steps.coef, whole.coef, rtol=1e-6)
        np.testing.assert_allclose(steps.vcov, whole.vcov, rtol=1e-4, atol=1e-8)


def test_a_wrong_structure_moves_no_loading() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    found, right = fitted("chain_local"), fitted("factors")
    loadings = [name for name in found.coef.index if "=~" in name]
    np.testing.assert_allclose(found.coef[loadings], right.coef[loadings], rtol=1e-8)
    whole, free = ts.sem(CHAIN, pupils).coef, ts.sem(WITNESS["factors"]["text"], pupils).coef
    assert abs(whole[loadings] / free[loadings] - 1.0).max() > 0.01


def test_factors_that_share_items_residuals_or_labels_are_one_block() -> None:
    pupils = reference_data("HolzingerSwineford1939")

    def blocks(text: str, **options: Any) -> list[str]:
        return list(ts.structural_after_measurement(text, pupils, **options).measurement)

    base = PUPILS + "h =~ x7 + x8 + x9\n"
    assert blocks(base) == ["f", "g", "h"]
    assert blocks(base + "f =~ x9") == ["f, h", "g"]
    assert blocks(base + "x1 ~~ x4") == ["f, g", "h"]
    assert blocks("f =~ x1 + a*x2\ng =~ x4 + x5 + x6\nh =~ x7 + a*x8 + x9") == ["f, h", "g"]
    assert blocks(base, blocks=["f", ["g", "h"]]) == ["f", "g, h"]


def test_moments_give_what_rows_give() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    items = [f"x{place}" for place in range(1, 10)]
    moments = ts.SampleMoments(pupils[items].cov(), None, len(pupils))
    found = ts.structural_after_measurement(CHAIN, moments)
    np.testing.assert_allclose(found.coef, fitted("chain_local").coef, rtol=1e-7)


def test_the_order_of_factors_does_not_matter() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    turned = "\n".join(reversed(CHAIN.splitlines()))
    found = ts.structural_after_measurement(turned, pupils)
    known = fitted("chain_local")
    np.testing.assert_allclose(found.coef[known.coef.index], known.coef, rtol=1e-6)
    names = known.vcov.columns
    np.testing.assert_allclose(found.vcov.loc[names, names], known.vcov, rtol=1e-4, atol=1e-9)


def test_what_is_shown() -> None:
    found = fitted("democracy_local")
    assert found.estimates.loc["ind60 =~ x2", "step"] == "measurement"
    assert found.estimates.loc["dem65 ~ dem60", "step"] == "structure"
    assert list(found.measurement_fits.index) == ["ind60", "dem60, dem65"]
    assert found.measurement_fits.loc["dem60, dem65", "df"] == 13
    for text in (repr(found), found._repr_html_()):
        assert "dem65 ~ dem60" in text
        assert "Measurement" in text
    assert found.standardized().loc["dem65 ~ dem60", "estimate"] == pytest.approx(0.87, abs=0.03)
    none = ts.structural_after_measurement(
        CHAIN, reference_data("HolzingerSwineford1939"), se="none"
    )
    assert none.estimates.loc["h ~ g", "se"] != none.estimates.loc["h ~ g", "se"]


FACTORS = WITNESS["factors"]["text"]
LEVELS = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nk =~ x1 + x2 + x3"
PAIR = "f =~ x1 + x2\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nh ~ g + f\ng ~~ f"
ACROSS = "f =~ x1 + a*x2 + x3\ng =~ x4 + x5 + x6\ng ~ a*f"
ABOVE = "f =~ x1 + a*x2 + x3\ng =~ x4 + x5 + x6\ng ~ f\na > 0"
REFUSED: dict[str, tuple[str, dict[str, Any], type[ts.TpnSemError], str]] = {
    "ordinal": (CHAIN, {"ordered": True}, NotEstimatedError, "ordered="),
    "clusters": (CHAIN, {"cluster": "school"}, OptionError, "has no cluster="),
    "std_lv": (CHAIN, {"std_lv": True}, OptionError, "has no std_lv="),
    "errors": (CHAIN, {"se": "robust_huber_white"}, OptionError, "errors of its own"),
    "unknown": (CHAIN, {"blok": 1}, OptionError, "unknown option 'blok'"),
    "missing": (CHAIN, {"missing": "two_stage"}, OptionError, "missing='two_stage'"),
    "method": (CHAIN, {"method": "fsr"}, OptionError, "method='fsr'"),
    "blocks": (CHAIN, {"blocks": ["k"]}, OptionError, "names 'k'"),
    "no factor": ("x1 ~ x2", {}, ModelError, "needs factors"),
    "second order": (FACTORS + "\ntop =~ f + g + h", {}, ModelError, "factors of observed items"),
    "item explains": (CHAIN + "\nageyr ~ x1", {}, ModelError, "keeps items out"),
    "item explained": (CHAIN + "\nx1 ~ ageyr", {}, ModelError, "keeps items out"),
    "no unit": ("f =~ NA*x1 + x2 + x3\nf ~~ 1*f\nageyr ~ f", {}, ModelError, "fixed loading"),
    "across steps": (ACROSS, {}, ModelError, "different steps"),
    "inequality": (ABOVE, {}, ModelError, "linear '=='"),
    "products": (CHAIN + "\nh ~ f:g", {}, NotEstimatedError, "products"),
    "levels": (LEVELS, {}, NotAvailableError, "level"),
    "global means": (
        CHAIN + "\nh ~ ageyr",
        {"method": "global", "mean_structure": True},
        NotEstimatedError,
        "intercepts of items",
    ),
    "two items": (PAIR, {}, IdentificationError, "measurement model of f cannot stand alone"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_is_not_had_is_refused_by_name(case: str) -> None:
    text, options, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words.replace("(", r"\(")):
        ts.structural_after_measurement(text, reference_data("HolzingerSwineford1939"), **options)


def test_global_has_no_test_of_the_structure() -> None:
    with pytest.raises(ts.TpnSemError, match="method='local'"):
        _ = fitted("chain_global").measures


def test_a_negative_variance_is_said() -> None:
    rows = reference_data("PoliticalDemocracy").iloc[:40]
    text = "dem60 =~ y1 + y2 + y3 + y4\nind60 =~ x1 + x2 + x3\ndem60 ~ ind60"
    with pytest.warns(ts.TpnSemWarning, match="measurement of ind60: negative variance"):
        found = ts.structural_after_measurement(text, rows)
    assert any("measurement of ind60" in note for note in found.notes)

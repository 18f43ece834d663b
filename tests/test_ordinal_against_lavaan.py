"""Frozen fits of ordinal items by lavaan."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
import pytest
from compare import HERE, NEW, OLD, ORDINAL, VERSIONS, reference, refit
from conftest import quietly
from known_differences import ALL_KNOWN, Known, disagreements, still_differs

import tpn_sem as ts
from tpn_sem.model_fit.comparison import default_method, difference_test
from tpn_sem.specification import FitOptions

# (kind, largest relative difference, value below which the difference is absolute)
TOLERANCES = [
    ("statistics", 2e-6, 0.1),
    ("estimates", 5e-6, 0.1),
    ("standard errors", 1e-5, 0.1),
    ("standardized all", 5e-6, 0.1),
    ("standardized all se", 1e-5, 0.1),
    ("fit measures", 2e-5, 0.1),
    ("tests", 1e-5, 1.0),
    ("implied covariances", 5e-6, 0.1),
    ("r squared", 5e-6, 0.1),
    ("modification indices", 1e-4, 0.1),
    ("scores EBM", 1e-3, 1.0),  # lavaan stops there before the mode
]

REFUSED = {
    version: {name for name in ORDINAL if "refused" in reference(name, version)}
    for version in VERSIONS
}
NOT_OURS = {
    name
    for name, case in ORDINAL.items()
    if name in REFUSED[OLD]
    or not set(case["options"]) <= set(FitOptions.__annotations__)
    or name == "two_groups_thresholds"  # not identified, which lavaan does not notice
    or name == "three_wlsmv_observed"  # refused: least squares has no observed information
}
COMPARED = [
    (name, version)
    for version in VERSIONS
    for name in ORDINAL
    if name not in NOT_OURS and name not in REFUSED[version]
]


@cache
def fit_of(name: str) -> ts.Fit:
    return refit(name)


@pytest.mark.sampled(18)
@pytest.mark.parametrize(("name", "version"), COMPARED)
@pytest.mark.parametrize(("kind", "tolerance", "floor"), TOLERANCES)
def test_agrees(name: str, version: str, kind: str, tolerance: float, floor: float) -> None:
    wrong = disagreements(name, fit_of(name), kind, version, tolerance, floor)
    assert not wrong, f"{name}, {kind}, {version}: {wrong[:5]}"


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("name", "version"), COMPARED)
def test_both_find_the_solution_admissible_or_not(name: str, version: str) -> None:
    values = reference(name, version)
    assert fit_of(name).converged == values["converged"]
    assert fit_of(name).admissible == values["admissible"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "known", [item for item in ALL_KNOWN if item.witness[0] in ORDINAL], ids=str
)
def test_what_is_known_to_differ_differs(known: Known) -> None:
    still_differs(known, fit_of(known.witness[0]))


HERE_ONLY = {"five_ml"}  # full information, which lavaan does not have


@pytest.mark.parametrize("name", sorted((REFUSED[OLD] & REFUSED[NEW]) - HERE_ONLY))
def test_refused_by_both(name: str) -> None:
    with pytest.raises(ts.TpnSemError):
        refit(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HERE_ONLY))
def test_refused_by_lavaan_alone(name: str) -> None:
    assert refit(name).converged


GROUP_EQUAL = json.loads((HERE / "group_equal.json").read_text())


@pytest.mark.sampled(7)
@pytest.mark.parametrize(
    "case",
    GROUP_EQUAL["fits"],
    ids=lambda case: "-".join([case["model"], *case["equal"], case["parameterization"]]),
)
def test_what_is_named_is_held_equal_and_nothing_else(case: dict) -> None:
    """lavaan 0.7-2, whose optimiser stops at 1e-5 of chi-square or so."""
    model = GROUP_EQUAL["models"][case["model"]]
    names = ("parameterization", "std_lv")
    options = {"group_equal": case["equal"], **{name: case[name] for name in names}}
    options |= {"ordered": model["ordered"], "group": model["group"]}
    frame = pd.read_csv(HERE / "data" / f"{model['data']}.csv")
    all_ordinal = case["model"] != "mixed" and case["parameterization"] == "delta"
    if all_ordinal and "residuals" in case["equal"]:
        pytest.skip("without effect in lavaan, an error here")
    if case["model"] == "two" and {"thresholds", "loadings", "intercepts"} <= set(case["equal"]):
        pytest.skip("scales of binary items are free here; see docs/agreement.md")
    fit = quietly(ts.cfa, model["text"], frame, **options)
    found = fit.measures
    assert found[["df", "npar"]].tolist() == [case["df"], case["npar"]]
    if not fit.converged:  # a Heywood case, where lavaan stops on the way
        assert any("runs off to infinity" in note for note in fit.notes)
        return
    assert found["chisq"] == pytest.approx(case["chisq"], rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f1 =~ q1 + q2 + q3\nf2 =~ q6 + q7 + q8\nf1 ~ x + z\nf2 ~ x", 0.02535),
        ("q3 ~ q1 + q2\nq6 ~ q3 + x", 0.01605),
    ],
)
def test_srmr_given_predictors(text: str, expected: float) -> None:
    """lavaan 0.7-2; 0.6-14 has .02423 and .01135."""
    frame = pd.read_csv(HERE / "data" / "ordinal_five.csv")
    found = quietly(ts.sem, text, frame, ordered=["q1", "q2", "q3", "q6", "q7", "q8"])
    assert found.measures["srmr"] == pytest.approx(expected, abs=6e-6)


def test_there_are_enough_cases() -> None:
    for version in VERSIONS:
        assert len([name for name, used in COMPARED if used == version]) >= 130


def is_compared(record: dict) -> bool:
    """lavaan has more ways to combine method, scaling and shift; see docs/agreement.md."""
    name, models = record["name"], record["models"]
    if set(models) & NOT_OURS or name == "five_weights_groups" or "2010" in name:
        return False
    if name.endswith("_2001"):
        return "wlsm_" in name
    return not any(word in name for word in ("_exact_", "_adjusted"))


COMPARISONS = [
    record
    for record in json.loads((HERE / "ordinal" / "comparisons.json").read_text())
    if is_compared(record)
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("record", COMPARISONS, ids=lambda record: record["name"])
def test_differences_agree(record: dict) -> None:
    fits = [fit_of(name).estimation for name in record["models"]]
    general, restricted = sorted(fits, key=lambda found: found.degrees_of_freedom)
    method = record["method_used"].replace(".", "_")
    assert method == default_method(general) or not record["name"].endswith("_default")
    test = difference_test(restricted, general, None, method)
    assert test.statistic == pytest.approx(record["chisq_diff"], rel=1e-6)
    if record["pvalue"] is not None and method != "standard":
        assert test.p_value == pytest.approx(record["pvalue"], rel=1e-4, abs=1e-8)


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_nesting_of_ordinal_models_is_found() -> None:
    names = ("configural", "thresholds", "thresholds_loadings")
    table = ts.compare(**{name: fit_of(f"five_groups_{name}") for name in names})
    assert list(table["relation"]) == ["", "nested in configural", "nested in thresholds"]
    assert table["chisq_diff"].iloc[1] == pytest.approx(8.748140766, rel=1e-6)
    both = ts.compare(fit_of("five_wlsmv"), fit_of("five_wlsmv_std_lv"))
    assert both["relation"].iloc[1] == "equivalent to model 1"

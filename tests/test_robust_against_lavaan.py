"""Frozen robust, incomplete, clustered, weighted and least-squares fits of lavaan."""

from __future__ import annotations

import json
from functools import cache

import pytest
from compare import HERE, NEW, OLD, ROBUST, VERSIONS, has_reference, reference, refit
from known_differences import ALL_KNOWN, Known, disagreements, still_differs

import tpn_sem as ts
from tpn_sem.model_fit.comparison import difference_test, place_at
from tpn_sem.specification import FitOptions

# (kind, largest relative difference, value below which the difference is absolute)
TOLERANCES = [
    ("estimates", 1e-5, 0.1),
    ("standard errors", 1e-5, 0.1),
    ("standardized all", 1e-5, 0.1),
    ("standardized all se", 1e-5, 0.1),
    ("fit measures", 1e-4, 1.0),
    ("tests", 1e-5, 1.0),
    ("implied covariances", 1e-5, 0.1),
]

# lavaan has options here that we do not read, or that have no effect.
NOT_OURS = {
    name
    for name, case in ROBUST.items()
    if not set(case["options"]) <= set(FitOptions.__annotations__)
} | {"hs_gls_unstructured"}
COMPARED = [
    (name, version)
    for version in VERSIONS
    for name in ROBUST
    if name not in NOT_OURS and has_reference(name, version)
]
LEAST_SQUARES = ("ULS", "ULSM", "ULSMV", "DWLS", "WLSM", "WLSMV", "GLS", "WLS")


@cache
def fit_of(name: str) -> ts.Fit:
    return refit(name)


@pytest.mark.sampled(15)
@pytest.mark.parametrize(("name", "version"), COMPARED)
@pytest.mark.parametrize(("kind", "tolerance", "floor"), TOLERANCES)
def test_agrees(name: str, version: str, kind: str, tolerance: float, floor: float) -> None:
    options = ROBUST[name]["options"]
    least_squares = options.get("estimator", "ML") in LEAST_SQUARES
    if least_squares and "group" in options and kind in ("standard errors", "standardized all se"):
        tolerance = 2e-4  # lavaan divides by n - groups, we as in fits of single groups
    if options.get("missing", "").find("two_stage") >= 0 and kind == "tests":
        tolerance = 1e-4
    if kind == "fit measures" and least_squares:
        tolerance = 2e-4
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
    "known", [item for item in ALL_KNOWN if item.witness[0] in ROBUST], ids=str
)
def test_what_is_known_to_differ_differs(known: Known) -> None:
    still_differs(known, fit_of(known.witness[0]))


# The general model at the restricted estimates is no minimum, so that its observed information
# depends on how it is parametrised: lavaan keeps the latent means of the restricted model.
PARAMETRISED = ("_intercepts_2010", "clusters_groups_2010", "fiml_clusters_constraint_2010")


def is_compared(record: dict) -> bool:
    """Whether both do the same: lavaan has more ways to combine method, scaling and shift."""
    name, models = record["name"], record["models"]
    if set(models) & NOT_OURS or name.startswith("weights_groups"):  # normalised over all rows
        return False
    shifted = name.startswith(("mlmv", "ulsmv"))
    if name.endswith(("_2001", "_2010")):
        observed = not name.startswith("mlm_")
        return not shifted and not (observed and name.endswith(PARAMETRISED))
    if "_2000_" in name:
        return name.endswith("_2000_delta_shifted" if shifted else "_2000_delta_adjusted")
    return True


COMPARISONS = [
    record
    for record in json.loads((HERE / "robust" / "comparisons.json").read_text())
    if is_compared(record)
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("record", COMPARISONS, ids=lambda record: record["name"])
def test_differences_agree(record: dict) -> None:
    fits = [fit_of(name).estimation for name in record["models"]]
    general, restricted = sorted(fits, key=lambda found: found.degrees_of_freedom)
    method = record["method_used"].replace(".", "_")
    placed = place_at(restricted, general) if method.endswith("2010") else None
    test = difference_test(restricted, general, placed, method)
    tolerance = 2e-5 if record["name"].startswith("ulsmv_groups") else 1e-5
    assert test.statistic == pytest.approx(record["chisq_diff"], rel=tolerance)
    assert test.p_value == pytest.approx(record["pvalue"], rel=1e-3, abs=1e-6)


def test_there_are_enough_cases() -> None:
    by_version = {v: [name for name, used in COMPARED if used == v] for v in VERSIONS}
    assert len(by_version[OLD]) >= 150
    assert len(by_version[NEW]) >= 130
    assert len(COMPARISONS) >= 60

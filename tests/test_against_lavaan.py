"""Every frozen case: the numbers that lavaan prints come out of this library."""

from __future__ import annotations

import json

import pytest
from compare import CASES, HERE, VERSIONS, differences, has_reference, reference, refit
from known_differences import ALL_KNOWN, Known, still_differs, unexplained

NAMES = [name for name, case in CASES.items() if case.get("only") != "estimates"]

# (kind, largest relative difference, value below which the difference is absolute)
TOLERANCES = [
    ("estimates", 1e-5, 0.1),
    ("standard errors", 1e-5, 0.1),
    ("chi-square", 1e-6, 1e-2),
    ("fit measures", 1e-4, 1.0),
    ("standardized all", 1e-5, 0.1),
    ("standardized lv", 1e-5, 0.1),
    ("standardized nox", 1e-5, 0.1),
    ("standardized all se", 1e-5, 0.1),
    ("standardized lv se", 1e-5, 0.1),
    ("standardized nox se", 1e-5, 0.1),
    ("r squared", 1e-5, 0.1),
    ("residuals raw", 1e-5, 1.0),
    ("residuals correlation", 1e-5, 0.1),
    ("residuals correlation_bentler", 1e-5, 0.1),
    ("residuals normalized", 1e-5, 0.1),
    ("residuals standardized", 1e-4, 0.1),
    ("modification indices", 1e-5, 0.1),
    ("expected changes", 1e-5, 0.1),
    ("standardized changes", 1e-5, 0.1),
    ("scores regression", 1e-5, 0.1),
    ("scores Bartlett", 1e-5, 0.1),
]

# A second-order factor without indicators of its own gets no Bartlett score.
NOT_SCORED = ("hs_second_order", "hs_second_order_std_lv_means")


@pytest.fixture(scope="module", params=NAMES)
def case(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    return request.param, refit(request.param)


@pytest.mark.sampled(24)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("kind", "tolerance", "floor"), TOLERANCES)
def test_agrees(case, kind: str, tolerance: float, floor: float, version: str) -> None:  # type: ignore[no-untyped-def]
    name, fit = case
    if kind == "scores Bartlett" and name in NOT_SCORED:
        pytest.skip("not available, see docs/agreement.md")
    found = unexplained(name, kind, version, differences(name, fit, kind, version))
    wrong = [item for item in found if item.relative(floor) > tolerance]
    assert not wrong, f"{name}, {kind}, {version}: {wrong[:5]}"


@pytest.mark.sampled(5)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_free_parameter_of_lavaan_is_estimated(case, version: str) -> None:  # type: ignore[no-untyped-def]
    name, fit = case
    values = reference(name, version)
    assert len(values["coef"]["values"]) == len(fit.coef)
    assert fit.n_observations == sum(values["n_observations"])
    assert fit.converged
    at_a_bound = any("hold with equality" in note for note in fit.notes)  # lavaan says nothing
    assert fit.admissible == (values["admissible"] and not at_a_bound)


@pytest.mark.parametrize("known", [item for item in ALL_KNOWN if item.witness[0] in NAMES], ids=str)
def test_what_is_known_to_differ_differs(known: Known) -> None:
    still_differs(known, refit(known.witness[0]))


def test_there_are_enough_cases() -> None:
    assert len(NAMES) >= 90
    assert all(has_reference(name, version) for name in NAMES for version in VERSIONS)
    assert json.loads((HERE / "lavaan" / "hs_cfa.json").read_text())["lavaan_version"]

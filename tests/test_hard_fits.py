"""Small samples, weak loadings, near-collinear factors, Heywood cases: 160 fits beside lavaan's.

`tests/reference/hard_fits.json` has made-up data, the models, and how lavaan 0.7-2 ended: whether
it converged, its chi-square, and whether its solution is proper.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts

CASES = json.loads((Path(__file__).parent / "reference" / "hard_fits.json").read_text())
SOME = [case for case in CASES if case["case"] in (25, 44, 127, 164, 173, 175, 185, 188, 1, 5, 7)]


@cache
def fit_of(number: int) -> ts.Fit | None:
    """The fit; None where it is refused."""
    case = next(case for case in CASES if case["case"] == number)
    data = pd.DataFrame(case["rows"], columns=case["columns"], dtype=float)
    try:
        return quietly(ts.cfa, case["text"], data, missing=case["missing"])
    except ts.TpnSemError:
        return None


def ends_there(case: dict) -> bool:
    """Whether ours ends in lavaan's minimum, or in a lower one."""
    fit = fit_of(case["case"])
    if fit is None or not fit.converged:
        return False
    return bool(fit.measures["chisq"] < case["chisq"] + 2e-3 * max(1.0, case["chisq"] / 100))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", SOME, ids=lambda case: str(case["case"]))
def test_ends_where_lavaan_ends(case: dict) -> None:
    assert ends_there(case)


@pytest.mark.slow
def test_nearly_all_end_where_lavaan_ends() -> None:
    """235 of 240 are asked for; of these 160, lavaan ends 127."""
    ended = [case for case in CASES if case["converged"]]
    lost = [case["case"] for case in ended if not ends_there(case)]
    assert len(ended) == 127
    assert len(lost) <= 3, lost


@pytest.mark.slow
def test_improper_solutions_are_said() -> None:
    for case in CASES:
        fit = fit_of(case["case"])
        if fit is None or not fit.converged or not case["converged"] or case["proper"]:
            continue
        if abs(fit.measures["chisq"] - case["chisq"]) < 1e-3:
            assert not fit.admissible, case["case"]
            assert any("not admissible" in note or "not positive" in note for note in fit.notes)

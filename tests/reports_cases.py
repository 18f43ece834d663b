"""What the checks behind docs/reports.md share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts

Check = Callable[[], None]
CHECKS: dict[str, Check] = {}

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ITEMS = [f"x{place}" for place in range(1, 10)]
PUPILS = ts.datasets.holzinger_swineford_1939()
GRADES = PUPILS.assign(
    **PUPILS[ITEMS].apply(lambda column: pd.qcut(column, 4, labels=False).astype(float) + 1.0)
)
WEIGHTED = PUPILS.assign(
    w=np.random.default_rng(1).uniform(0.2, 3.0, len(PUPILS)), unit=np.arange(len(PUPILS)) % 40
)


def report(name: str) -> Callable[[Check], Check]:
    """Register a check under the name that its row on the page has."""

    def register(check: Check) -> Check:
        assert name not in CHECKS, f"{name} is there twice"
        CHECKS[name] = check
        return check

    return register


def cfa(text: str = THREE, data: object = PUPILS, **options: object) -> ts.Fit:
    """A fit whose warnings are read from its notes."""
    return quietly(ts.cfa, text, data, **options)


def sem(text: str, data: object = PUPILS, **options: object) -> ts.Fit:
    return quietly(ts.sem, text, data, **options)


def chi(fit: ts.Fit) -> tuple[float, float]:
    """Chi-square and degrees of freedom."""
    assert fit.converged
    return float(fit.measures["chisq"]), float(fit.measures["df"])


def is_near(fit: ts.Fit, chi_square: float, df: float) -> None:
    """The fit has this chi-square, to the digits that others print."""
    found = chi(fit)
    assert found[1] == df
    assert found[0] == pytest.approx(chi_square, abs=6e-4 * max(1.0, chi_square / 100.0))


def refused(says: str, call: Callable[..., object], *args: object, **options: object) -> None:
    """An error of the library says so."""
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(call, *args, **options)


def noted(fit: ts.Fit, says: str) -> None:
    """One of the fit's notes says so."""
    assert any(says in note for note in fit.notes), fit.notes

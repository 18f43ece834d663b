"""Ordinal items with predictors in other units: the same effects and errors, in those units."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts

ITEMS = ["y1", "y2", "y3"]
MODEL = "f =~ y1 + y2 + y3\nf ~ x"
FITS: dict[str, tuple[str, dict[str, Any]]] = {
    "WLSMV": (MODEL, {"estimator": "WLSMV"}),
    "ML": (MODEL, {"estimator": "ML"}),
    "MLR": (MODEL, {"estimator": "MLR"}),
    "MLF": (MODEL, {"estimator": "MLF"}),
    "logit": (MODEL, {"estimator": "ML", "link": "logit"}),
    "logit MLF": (MODEL, {"estimator": "MLF", "link": "logit"}),
    "gaps": (MODEL, {"estimator": "MLR", "missing": "fiml"}),
    "clusters": (MODEL, {"estimator": "ML", "cluster": "school"}),
}


def answers() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    school = np.arange(400) % 40
    x = generator.normal(size=400)
    own = 0.5 * x + generator.normal(size=400) + 0.5 * generator.normal(size=40)[school]
    cuts = [-1.0, 0.0, 1.0]
    data = pd.DataFrame(
        {name: np.digitize(0.8 * own + generator.normal(size=400), cuts) + 1.0 for name in ITEMS}
    )
    data.loc[:20, "y2"] = np.nan
    return data.assign(x=x, school=school)


@cache
def effect(name: str, unit: float) -> np.ndarray:
    text, options = FITS[name]
    data = answers().assign(x=lambda frame: frame["x"] * unit)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.sem(text, data, ordered=ITEMS, **options)
    table = fit.estimates
    row = table[(table["op"] == "~") & (table["rhs"] == "x")].iloc[0]
    loading = table[(table["op"] == "=~") & (table["rhs"] == "y2")].iloc[0]
    return np.array([row["estimate"] * unit, row["se"] * unit, loading["estimate"], loading["se"]])


@pytest.mark.sampled(3)
@pytest.mark.parametrize("unit", [1e6, 1e-6])
@pytest.mark.parametrize("name", FITS)
def test_an_effect_has_the_units_of_its_predictor(name: str, unit: float) -> None:
    np.testing.assert_allclose(effect(name, unit), effect(name, 1.0), rtol=2e-5)


@pytest.mark.parametrize("unit", [3e7, 1e-9])
def test_weights_of_slopes_are_those_of_any_unit(unit: float) -> None:
    """A slope's sampling variance is small where the predictor's numbers are large: it counts."""
    np.testing.assert_allclose(effect("WLSMV", unit), effect("WLSMV", 1.0), rtol=1e-6)


@pytest.mark.parametrize("unit", [1e4, 1e-8])
def test_continuous_variables_beside_items_have_any_unit(unit: float) -> None:
    text = "f =~ y1 + y2 + y3\nz ~ f"
    found = []
    for scale in (1.0, unit):
        data = answers().assign(z=lambda frame, scale=scale: scale * (frame["x"] + 2.0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ts.TpnSemWarning)
            fit = ts.sem(text, data.dropna(), ordered=ITEMS)
        assert not any("no standard error" in note for note in fit.notes)
        found.append([fit.measures["chisq_scaled"], fit.params["z~f"] / scale])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_errors_in_any_unit_are_there(estimator: str) -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    large = pupils.assign(**{name: 1e6 * pupils[name] for name in ("x1", "x2", "x3")})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.cfa("f =~ x1 + x2 + x3; g =~ x4 + x5 + x6", large, estimator=estimator)
    assert not any("no standard error" in note for note in fit.notes)
    assert fit.bse.notna().all()

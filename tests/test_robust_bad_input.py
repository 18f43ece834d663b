"""Gaps, weights and clusters that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from robust_cases import ITEMS, ONE, PUPILS, THREE, with_classes, with_gaps

import tpn_sem as ts


def broken(**columns: object) -> pd.DataFrame:
    return with_gaps().assign(**columns)


CLASSES = with_classes()["classroom"]
LEFT = np.arange(len(PUPILS)) < 150


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (broken(x2=np.nan), {"missing": "fiml"}, "'x2' has no answer at all"),
        (
            broken(x2=PUPILS["x2"].where(PUPILS["school"] == "Pasteur")),
            {"missing": "fiml", "group": "school"},
            "'x2' has no answer at all in group 'Grant-White'",
        ),
        (
            broken(x2=PUPILS["x2"].where(LEFT), x3=PUPILS["x3"].mask(LEFT)),
            {"missing": "two_stage"},
            "'x2' and 'x3' are never observed together",
        ),
        (PUPILS.assign(c=1), {"cluster": "c"}, "has one cluster"),
        (PUPILS.assign(c=CLASSES.mask(CLASSES == 3)), {"cluster": "c"}, "missing entries"),
        (PUPILS, {"cluster": "scool"}, "did you mean 'school'"),
        (PUPILS.assign(w=-1.0), {"sampling_weights": "w"}, "negative entries"),
        (PUPILS.assign(w=np.nan), {"sampling_weights": "w"}, "missing entries"),
        (PUPILS.assign(w=0.0), {"sampling_weights": "w"}, "zero in every row"),
        (PUPILS.assign(w=1.5), {"frequency_weights": "w"}, "whole numbers"),
        (PUPILS, {"estimator": "GLS", "missing": "fiml"}, "needs maximum likelihood"),
        (PUPILS, {"se": "cluster_cr2"}, "needs clusters"),
        (PUPILS, {"missing": "fiml", "mean_structure": False}, "means"),
        (PUPILS, {"skipped": "x1"}, "skipped= is a code"),
        (PUPILS, {"skipped": {"x9": -1}}, "no variable of the model"),
        (PUPILS.head(9), {"estimator": "WLS"}, "needs more rows"),
    ],
    ids=lambda item: str(item) if not isinstance(item, pd.DataFrame) else "data",
)
def test_bad_input(data: pd.DataFrame, options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(ts.sem, ONE, data, **options)


def test_moments_are_not_rows() -> None:
    moments = ts.SampleMoments.from_data(PUPILS[ITEMS])
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        _ = ts.cfa(THREE, moments, estimator="MLR").estimates
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        ts.cfa(THREE, moments, missing="fiml")
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        ts.cfa(THREE, moments, estimator="DWLS")
    assert ts.cfa(THREE, moments, estimator="GLS").converged

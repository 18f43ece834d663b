"""Gaps, weights and clusters that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from robust_cases import ITEMS, ONE, PUPILS, THREE, with_classes, with_gaps

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError


def broken(**columns: object) -> pd.DataFrame:
    return with_gaps().assign(**columns)


CLASSES = with_classes()["classroom"]
LEFT = np.arange(len(PUPILS)) < 150


@pytest.mark.sampled(3)
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
        ts.cfa(THREE, moments, missing="fiml")
    with pytest.raises(ts.TpnSemError, match="rows of data"):
        ts.cfa(THREE, moments, estimator="DWLS")
    assert ts.cfa(THREE, moments, estimator="GLS").converged


BARE = ts.SampleMoments.from_data(PUPILS[ITEMS])
OF_SCORES: list[dict[str, Any]] = [
    {"estimator": "MLR"},
    {"estimator": "MLF"},
    {"se": "first_order"},
    {"se": "robust_huber_white"},
    {"information": "first_order"},
    {"test": "yuan_bentler"},
    {"estimator": "MLM", "omega_information": "first_order"},
]
OF_SPREAD: list[dict[str, Any]] = [
    *({"estimator": name} for name in ("MLM", "MLMV", "MLMVS", "WLS", "DWLS", "ULSMV", "WLSMV")),
    *({"se": name} for name in ("robust_sem", "two_stage", "robust_two_stage")),
    *({"test": name} for name in ("satorra_bentler", "browne_residual_adf", "peba", "pols")),
    *({"standard_test": f"browne_residual_adf{name}"} for name in ("", "_model")),
    {"estimator": "MLM", "se": "standard"},
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("options", OF_SCORES + OF_SPREAD, ids=str)
def test_what_needs_rows_is_refused_at_the_fit(options: dict[str, Any]) -> None:
    with pytest.raises(NotAvailableError, match="give the data frame") as refusal:
        quietly(ts.cfa, THREE, BARE, **options)
    name, value = next(iter(options.items()))
    assert f"{name}={value!r}" in str(refusal.value)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("options", OF_SPREAD, ids=str)
def test_moments_that_tell_how_they_vary_will_do(options: dict[str, Any]) -> None:
    known = quietly(ts.cfa, THREE, PUPILS, estimator="MLM").inspect("gamma").to_numpy()
    moments = ts.SampleMoments(BARE.covariance, None, 301, asymptotic_covariance=known)
    assert np.isfinite(quietly(ts.cfa, THREE, moments, **options).measures["chisq"])


@pytest.mark.parametrize("options", OF_SCORES, ids=str)
def test_errors_and_tests_of_scores_are_had_of_rows_only(options: dict[str, Any]) -> None:
    known = np.eye(45) + 0.5
    moments = ts.SampleMoments(BARE.covariance, None, 301, asymptotic_covariance=known)
    with pytest.raises(NotAvailableError, match="needs rows of data, not sample moments: give"):
        quietly(ts.cfa, THREE, moments, **options)


def test_the_estimates_of_mlr_are_had_of_moments_without_its_errors_and_test() -> None:
    plain = ts.cfa(THREE, BARE, estimator="MLR", se="none", test="standard")
    assert plain.converged

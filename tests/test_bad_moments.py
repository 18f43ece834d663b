"""Sample moments that cannot be, or that lack what a model needs."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from bad_input_cases import HOLZINGER, NAMES, ONE, moments, refused
from conftest import assert_same_numbers

import tpn_sem as ts
from tpn_sem.errors import (
    DataError,
    OptionError,
)

COVARIANCE = np.array([[2.0, 0.9, 0.8], [0.9, 2.5, 0.7], [0.8, 0.7, 3.0]])


ASYMMETRIC = COVARIANCE + np.array([[0, 0.1, 0], [0, 0, 0], [0, 0, 0]])
FRAME = pd.DataFrame(COVARIANCE, NAMES, NAMES)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ts.SampleMoments(ASYMMETRIC, None, 100, names=NAMES), "not symmetric"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100, names=NAMES[:2]), "has shape (3, 3)"),
        (lambda: ts.SampleMoments(np.ones(3), None, 100, names=NAMES), "has shape (3,)"),
        (lambda: ts.SampleMoments(FRAME.iloc[:2], None, 100), "is not square"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100), "name the variables"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100, names=["a", "a", "b"]), "same name"),
        (lambda: ts.SampleMoments(COVARIANCE * np.nan, None, 100, names=NAMES), "missing or inf"),
        (lambda: ts.SampleMoments(-COVARIANCE, None, 100, names=NAMES), "negative variance"),
        (lambda: ts.SampleMoments("text", None, 100, names=NAMES), "covariance"),
        (lambda: ts.SampleMoments(FRAME.astype(str) + "!", None, 100), "covariance"),
        (lambda: ts.SampleMoments(FRAME.set_axis(["a", "b", "d"], axis=0), None, 100), "'a'"),
        (lambda: ts.SampleMoments(COVARIANCE, None, names=NAMES), "n_observations=0"),
        (lambda: ts.SampleMoments(COVARIANCE, [1, 2], 100, names=NAMES), "means of shape (2,)"),
        (lambda: ts.SampleMoments(COVARIANCE, [1, 2, np.nan], 100, names=NAMES), "mean"),
        (lambda: ts.SampleMoments(COVARIANCE, ["a", "b", "d"], 100, names=NAMES), "mean"),
        (lambda: ts.SampleMoments(FRAME, pd.Series([1.0], ["x1"]), 100), "lack 'x2', 'x3'"),
    ],
)
def test_bad_sample_moments(make: Callable[[], object], says: str) -> None:
    with pytest.raises(DataError, match=re.escape(says)):
        make()


def test_rows_of_the_covariance_matrix_may_stand_in_any_order() -> None:
    turned = ts.SampleMoments(FRAME.loc[["x3", "x1", "x2"]], None, 100)
    assert_same_numbers(turned.covariance, FRAME)


PLAIN = ts.SampleMoments(FRAME, None, 100)
WITH_MEANS = ts.SampleMoments(FRAME, [1.0, 2.0, 3.0], 100)


def test_moments_lack_a_variable() -> None:
    refused(DataError, "variable 'x4' is not in the data", "f =~ x1 + x2 + x4", PLAIN)


@pytest.mark.parametrize(
    ("model", "options"),
    [(f"{ONE}\nx1 ~ 1", {}), (ONE, {"mean_structure": True}), (ONE, {"group_equal": "intercepts"})],
)
def test_moments_lack_means(model: str, options: dict) -> None:
    data = [PLAIN, PLAIN] if "group_equal" in options else PLAIN
    refused(OptionError, "the sample moments have no means", model, data, **options)


def test_moments_of_some_groups_lack_means() -> None:
    refused(DataError, "means", ONE, [WITH_MEANS, PLAIN])


def test_moments_of_too_few_rows() -> None:
    few = ts.SampleMoments(FRAME, None, 3)
    refused(DataError, "3", ONE, few)


def test_moments_have_no_group_column() -> None:
    refused(OptionError, "group= names a column", ONE, PLAIN, group="school")


def test_moments_that_are_not_positive_definite() -> None:
    singular = moments([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]])
    refused(DataError, "not positive definite", ONE, singular)


def test_moments_of_other_variables_do_not_merge() -> None:
    other = ts.SampleMoments(FRAME.rename(index={"x1": "y"}, columns={"x1": "y"}), [1, 2, 3], 100)
    with pytest.raises(DataError, match="different variables"):
        WITH_MEANS.merge(other)
    with pytest.raises(DataError, match="give the means"):
        WITH_MEANS.merge(PLAIN)


def test_a_covariance_matrix_is_not_taken_for_rows() -> None:
    refused(DataError, "give a covariance matrix as SampleMoments", ONE, HOLZINGER[NAMES].cov())


def test_a_number_of_rows_is_whole() -> None:
    with pytest.raises(ts.TpnSemError, match="an integer above 1"):
        ts.SampleMoments(COVARIANCE, None, 99.5, names=NAMES)

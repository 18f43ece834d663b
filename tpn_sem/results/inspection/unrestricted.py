"""Matrices over the moments of each group: what the unrestricted model tells of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from ...errors import NotAvailableError
from ...estimation import Estimation
from ...estimation.discrepancy import LeastSquares
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import Array
from .estimation_matrices import moment_names

OfGroup = Callable[[Estimation, int], pd.DataFrame]


def information_of_moments(kind: str | None = None) -> OfGroup:
    """What gives the information of one row in the unrestricted moments of a group.

    At the moments that the model implies, or with `h1_information="unstructured"` at the sample's.
    """

    def ask(estimation: Estimation, group: int) -> pd.DataFrame:
        if estimation.specification.categories:
            raise NotAvailableError("moments of ordinal items have no likelihood of their own.")
        asked = kind or estimation.options.information
        if asked == "first_order":
            structured = estimation.options.h1_information == "structured"
            at = estimation.implied if structured else None
            return _of_group(estimation, group, moments.saturated_middle(estimation, at))
        options = replace(estimation.options, information=asked, observed_information="h1")
        found = replace(estimation, options=options)
        if isinstance(estimation.discrepancy, LeastSquares):
            return _of_group(found, group, moments.saturated_information(found, asked))
        return _of_group(found, group, moments.weight(found))

    return ask


def weight_of_moments(estimation: Estimation, group: int) -> pd.DataFrame:
    """Weight V of the discrepancy in the moments of a group."""
    if estimation.discrepancy.untested:
        raise NotAvailableError(f"{estimation.discrepancy.untested}.")
    return _of_group(estimation, group, moments.weight(estimation))


def observed_moments(estimation: Estimation, group: int) -> pd.Series:
    """The sample's moments of a group in a row."""
    return pd.Series(estimation.samples.groups[group].vector, moment_names(estimation, group))


def expected_moments(estimation: Estimation, group: int) -> pd.Series:
    """The same of the model."""
    vector = estimation.implied[group].vector(estimation.specification.means)
    return pd.Series(vector, moment_names(estimation, group))


def _of_group(estimation: Estimation, group: int, matrix: Array) -> pd.DataFrame:
    """The block of one group, of one of its rows."""
    places, names = moments.moment_columns(estimation)[group], moment_names(estimation, group)
    share = estimation.shares[group]
    return pd.DataFrame(matrix[np.ix_(places, places)] / share, names, names)

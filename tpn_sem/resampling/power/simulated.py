"""Power by simulation: how often a test rejects in data drawn from the population."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import (
    IdentificationError,
    ModelError,
    OptionError,
    TpnSemError,
    TpnSemWarning,
    attempted,
)
from ...fit import Fit, compare
from ...model import Model
from ...numerics import Array
from ...redraws import Batch
from ..simulate import simulate
from .hypothesis import Hypothesis

VALUES = ("p_value", "estimate", "se", "ci_lower", "ci_upper")


@dataclass(frozen=True, eq=False)
class Experiment:
    """Draws a data set, fits the models and tests.

    Attributes
    ----------
    population : Fit or Model
    hypothesis : Hypothesis
    drawing : mapping
        Options of `tpn_sem.simulate`.
    """

    population: Fit | Model
    hypothesis: Hypothesis
    drawing: Mapping[str, Any]

    def __call__(self, generator: np.random.Generator, count: int) -> Batch:
        """`VALUES` of several data sets, shape (count, 5), NaN where one failed, and why."""
        problems: list[str] = []
        rows = [self._one(int(generator.integers(2**62)), problems) for _ in range(count)]
        return Batch(np.array(rows), tuple(problems))

    def _one(self, seed: int, problems: list[str]) -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            values = attempted(self._tried, seed)
        if isinstance(values, TpnSemError):
            raise values
        if isinstance(values, str):
            problems.append(values)
            return np.full(len(VALUES), np.nan)
        if np.isnan(values[0]):
            problems.append("did not converge, or had no test")
        return values

    def _tried(self, seed: int) -> Array | TpnSemError:
        """The test; or what would fail in all data sets alike, and is to be raised."""
        try:
            return self._test(seed)
        except (OptionError, ModelError, IdentificationError) as error:
            return error

    def _test(self, seed: int) -> Array:
        asked = self.hypothesis
        data = simulate(self.population, seed=seed, **self.drawing)
        fit = asked.model.fit(data, **asked.options)
        nothing = np.full(len(VALUES), np.nan)
        if not fit.converged:
            return nothing
        if asked.parameter:
            return _of_parameter(fit, asked.parameter)
        if asked.restricted is None:
            nothing[0] = fit.test().p_value
            return nothing
        restricted = asked.restricted.fit(data, **(asked.restricted_options or {}))
        if restricted.converged:
            nothing[0] = compare(fit, restricted)["p_value"].iloc[-1]
        return nothing


def _of_parameter(fit: Fit, name: str) -> Array:
    """P-value, estimate, standard error and interval of one parameter."""
    names = np.array(fit.estimation.names)
    table = fit.estimates
    free = table[table["free"]]
    row = free.iloc[int(np.flatnonzero(names == name)[0])] if name in names else None
    if row is None:
        row = table[(table["op"] == ":=") & (table["lhs"] == name)].iloc[0]
    return np.array([float(row[column]) for column in VALUES])

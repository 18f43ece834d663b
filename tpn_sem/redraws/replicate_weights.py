"""Errors from replicate weights: jackknife, balanced half-samples, Fay's, bootstrap."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..arguments import as_names
from ..errors import (
    ConvergenceWarning,
    NotAvailableError,
    OptionError,
    TpnSemWarning,
    choose,
    warn_user,
)
from ..estimation import Estimation
from ..numerics import Array

KINDS_OF_REPLICATES = ("JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR")
_OPTIONS = ("replicate_weights", "replicate_type", "replicate_scales", "fay")


@dataclass(frozen=True)
class ReplicateRequest:
    """Columns of replicate weights, and how squares of deviations count.

    Attributes
    ----------
    columns : tuple of str
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"}
    scales : array, shape (R,)
        What the square of each replicate's deviation counts.
    """

    columns: tuple[str, ...]
    kind: str
    scales: Array


def take_replicate_weights(options: dict[str, Any]) -> ReplicateRequest | None:
    """What the options on replicate weights ask for, taken out of them.

    Raises
    ------
    OptionError
    """
    given = {name: options.pop(name) for name in _OPTIONS if options.get(name) is not None}
    for name in _OPTIONS:
        options.pop(name, None)
    if "replicate_weights" not in given:
        if given:
            name = next(iter(given))
            raise OptionError(f"{name}= is without effect: give replicate_weights= too.")
        return None
    columns = as_names("replicate_weights", given["replicate_weights"])
    if len(columns) < 2:
        raise OptionError("replicate_weights= names the columns of two replicates and more.")
    if "sampling_weights" not in options:
        raise OptionError("replicate_weights= go with full weights: give sampling_weights= too.")
    for name in ("se", "bootstrap", "strata", "fpc"):
        if options.get(name) is not None:
            raise OptionError(
                f"{name}= is without effect: replicate_weights= know the design. Leave it out."
            )
    kind = given.get("replicate_type")
    if kind is None:
        raise OptionError(
            "replicate_weights= need replicate_type=, as the documentation of the survey says: "
            + ", ".join(map(repr, KINDS_OF_REPLICATES))
            + "."
        )
    choose("replicate_type", kind, KINDS_OF_REPLICATES)
    return ReplicateRequest(columns, kind, _scales(kind, len(columns), given))


def _scales(kind: str, count: int, given: dict[str, Any]) -> Array:
    """What each replicate counts; Wolter (2007) has the formulas."""
    rho = given.get("fay")
    if (rho is not None) != (kind == "Fay"):
        raise OptionError("fay= is the coefficient of replicate_type='Fay', from 0 to below 1.")
    if rho is not None and (isinstance(rho, bool) or not 0.0 <= float(rho) < 1.0):
        raise OptionError(f"fay= is a number from 0 to below 1, not {rho!r}.")
    scales = given.get("replicate_scales")
    if kind == "JKn" and scales is None:
        raise OptionError(
            "replicate_type='JKn' needs replicate_scales=, (n_h - 1) / n_h of the stratum that "
            "each replicate is short of."
        )
    if scales is not None:
        found = np.asarray(scales, dtype=float)
        if found.shape != (count,) or not (found > 0.0).all():
            raise OptionError(f"replicate_scales= are {count} numbers above 0, one a replicate.")
        return found
    share = {
        "JK1": (count - 1.0) / count,
        "BRR": 1.0 / count,
        "Fay": 1.0 / (count * (1.0 - float(rho or 0.0)) ** 2),
        "bootstrap": 1.0 / (count - 1.0),
        "SDR": 4.0 / count,
    }[kind]
    return np.full(count, share)


@dataclass(frozen=True, eq=False)
class ReplicatedEstimation(Estimation):
    """An estimation whose errors come from refits with replicate weights.

    Attributes
    ----------
    request : ReplicateRequest
    refits : array, shape (R, n_free)
        Free parameters of each replicate that converged.
    scales : array, shape (R,)
    n_failed : int
    """

    request: ReplicateRequest | None = None
    refits: Array | None = None
    scales: Array | None = None
    n_failed: int = 0

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the estimates: squares of deviations from the full estimates."""
        assert self.refits is not None
        assert self.scales is not None
        left = (self.refits - self.parameters) * np.sqrt(self.scales)[:, None]
        return np.asarray(left.T @ left)

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a reader must know before using the numbers."""
        assert self.request is not None
        assert self.refits is not None
        lost = f"; {self.n_failed} did not converge and are left out" if self.n_failed else ""
        return (
            *super().notes,
            f"standard errors are of {len(self.refits)} replicate weights ({self.request.kind})"
            f"{lost}; the test of fit does not know of them.",
        )


def replicated(
    found: Estimation, request: ReplicateRequest, refit: Callable[[str], Estimation]
) -> ReplicatedEstimation:
    """The same estimates with errors of refits with each column of weights.

    Raises
    ------
    NotAvailableError
        Where nothing converged, or fewer than two replicates did.
    """
    if not found.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to replicate.")
    refits: list[Array] = []
    kept: list[int] = []
    for place, column in enumerate(request.columns):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            one = refit(column)
        if one.converged:
            refits.append(one.parameters)
            kept.append(place)
    lost = len(request.columns) - len(refits)
    if len(refits) < 2:
        raise NotAvailableError(f"{len(refits)} of {len(request.columns)} replicates converged.")
    if lost:
        warn_user(f"{lost} replicates did not converge and are left out.", ConvergenceWarning)
    return ReplicatedEstimation(
        found.objective,
        found.solution,
        replace(found.options, se="replicate_weights"),
        request=request,
        refits=np.array(refits),
        scales=_kept(request.scales, kept),
        n_failed=lost,
    )


def _kept(scales: Array, kept: Sequence[int]) -> Array:
    """The scales of the replicates that converged, which stand for the others."""
    return np.asarray(scales[list(kept)] * (len(scales) / len(kept)))

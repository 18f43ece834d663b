"""Exploratory factor analysis: all items on all factors, rotated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from ..arguments import checked
from ..data import Data
from ..errors import ConvergenceWarning, NotAvailableError, attempted, warn_user
from ..estimation import Estimation
from ..extraction import degrees_of_freedom, principal_axis_factors
from ..fit import Fit
from ..rotation import Criterion, TwoSteps, read_turning
from .exploratory_request import ExploratoryRequest, read_numbers, read_request
from .exploratory_result import ExploratoryFactors
from .factor_numbers import FactorNumbers, numbers_table
from .rotated_solution import rotated_solution
from .standardised_loadings import loadings_and_slopes, residual_variances
from .unrotated_fit import UnrotatedFits

_AT_BOUND = 1e-6


@overload
def efa(  # noqa: D418
    data: Data,
    n_factors: int,
    rotation: str | Criterion | TwoSteps = ...,
    **options: Any,
) -> ExploratoryFactors:
    """One number of factors."""


@overload
def efa(  # noqa: D418
    data: Data,
    n_factors: Iterable[int],
    rotation: str | Criterion | TwoSteps = ...,
    **options: Any,
) -> FactorNumbers:
    """Several numbers of factors."""


@checked
def efa(
    data: Data,
    n_factors: int | Iterable[int],
    rotation: str | Criterion | TwoSteps = "geomin",
    *,
    items: Sequence[str] | None = None,
    orthogonal: bool | None = None,
    kaiser: bool | None = None,
    starts: int = 30,
    seed: int = 0,
    order: str = "items",
    rotation_args: Mapping[str, Any] | None = None,
    **options: Any,
) -> ExploratoryFactors | FactorNumbers:
    """Explore the factors behind items.

    Parameters
    ----------
    data : DataFrame, or what converts to one; SampleMoments
    n_factors : int, or several
        Several, as ``range(1, 5)``, are set side by side in a table of fit measures.
    rotation : str, Criterion or TwoSteps
        "geomin", "oblimin", "quartimin", "promax", "varimax", "quartimax", "orthomax",
        "crawford_ferguson", "cf_quartimax", "cf_varimax", "cf_equamax", "cf_parsimax",
        "cf_facparsim", "infomax", "entropy", "simplimax", "bentler", "target", "bigeomin",
        "biquartimin" (or "bifactor"), "schmid_leiman", "none"; or an object.
    items : sequence of str, optional
        By default all columns of numbers that have no other part.
    orthogonal : bool, optional
        Whether factors are uncorrelated; by default as goes with the rotation.
    kaiser : bool, optional
        Whether items are weighted to communality one before rotation; by default with varimax and
        promax.
    starts : int
        Number of starts of the rotation; all but one are random.
    seed : int
        Of the random starts.
    order : {"items", "variance"}
        Whether factors come in the order of their items or of the variance that they explain.
    rotation_args : mapping, optional
        Parameters of a rotation that is named: epsilon (geomin, bigeomin), gamma (oblimin,
        orthomax), kappa (crawford_ferguson), power (promax), target, n_small (simplimax), first
        (schmid_leiman).
    **options
        As for `Model.fit`: estimator, missing, ordered, cluster, se, test, weights, ... Beside the
        estimators of `Model.fit`, "minres" (least squares of correlations, with robust errors) and
        "pa" (principal axis factoring).

    Returns
    -------
    ExploratoryFactors
        Or `FactorNumbers`, where several numbers of factors were asked for.

    Raises
    ------
    IdentificationError
        For more factors than the items tell.
    DataError, OptionError, NotAvailableError
        Saying what was wrong, where, and what to do.

    Notes
    -----
    Loadings are standardised. Errors are those of the unrotated estimates carried over by the delta
    method (Jennrich, 1973); rotation is by gradient projection (Jennrich, 2001, 2002; Bernaards &
    Jennrich, 2005). Where a residual variance would be negative, none is let below zero.
    """
    turning = read_turning(rotation, rotation_args, orthogonal, kaiser, starts, seed, order)
    request = read_request(data, items, turning, options)
    numbers = read_numbers(n_factors, len(request.items))
    if turning.rotation is not None:
        for number in numbers:
            if number > 1 or (len(numbers) == 1 and isinstance(turning.rotation, TwoSteps)):
                turning.rotation.check(len(request.items), number)
    fits = UnrotatedFits(request.data, request.items, request.options)
    if not isinstance(n_factors, Iterable):
        return _explore(request, fits, numbers[0])
    found = {number: attempted(_explore, request, fits, number) for number in numbers}
    had = {number: one for number, one in found.items() if not isinstance(one, str)}
    return FactorNumbers(had, numbers_table(found))


def _explore(
    request: ExploratoryRequest, fits: UnrotatedFits, n_factors: int
) -> ExploratoryFactors:
    """One number of factors."""
    if request.method == "pa":
        unrotated, notes = _principal_axes(request, fits, n_factors)
        fit = None
    else:
        estimation = fits.fit(n_factors)
        if not estimation.converged:
            raise NotAvailableError(
                f"the fit of {n_factors} factors did not converge: there is nothing to rotate. "
                "Take fewer factors, or look for items that are nearly the same."
            )
        unrotated, _ = loadings_and_slopes(estimation, len(request.items))
        notes, fit = _notes(estimation, request, n_factors), Fit(estimation)
    solution = rotated_solution(unrotated, request.turning)
    factors = tuple(f"{fits.prefix}{place + 1}" for place in range(solution.loadings.shape[1]))
    said = (*notes, *solution.report.notes)
    return ExploratoryFactors(request.items, factors, solution, request.turning, fit, said)


def _principal_axes(
    request: ExploratoryRequest, fits: UnrotatedFits, n_factors: int
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], tuple[str, ...]]:
    """Loadings by principal axis factoring, from the moments that a fit would have."""
    found = principal_axis_factors(fits.moments(), n_factors)
    notes = []
    if not found.converged:
        notes.append(f"principal axis factoring did not settle in {found.rounds} rounds.")
        warn_user(notes[0], ConvergenceWarning)
    over = (found.loadings**2).sum(axis=1) > 1.0
    if over.any():
        names = ", ".join(name for name, is_in in zip(request.items, over, strict=True) if is_in)
        notes.append(f"communality above 1 (a Heywood case): {names}.")
    return found.loadings, tuple(notes)


def _notes(estimation: Estimation, request: ExploratoryRequest, n_factors: int) -> tuple[str, ...]:
    left = residual_variances(estimation, len(request.items))
    names = [name for name, value in zip(request.items, left, strict=True) if value < _AT_BOUND]
    notes = list(estimation.notes)
    if names:
        notes.append(
            f"Heywood case: the factors explain all of {', '.join(names)}; take fewer factors, or "
            "look for a pair of items that ask the same."
        )
    if degrees_of_freedom(len(request.items), n_factors) == 0:
        notes.append("no degrees of freedom are left: the fit is perfect and tests nothing.")
    return tuple(notes)

"""Each equation of a model by two-stage least squares with its instruments. Bollen (1996)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..equations import (
    GenericStructure,
    ModelEquation,
    TwoStageSlopes,
    generic_structures,
    model_equations,
    two_stage_slopes,
)
from ..errors import IdentificationError, ModelError, nearest
from ..estimation import Estimation
from ..numerics import Array, Indices, chi_square_tail, correlation, half_places
from ..numerics import inverse as inverse_of
from ..specification import PATH, Pattern
from .given_instruments import GivenInstruments


@dataclass(frozen=True, eq=False)
class FittedEquation:
    """An equation of one group.

    Attributes
    ----------
    group : int
    equation : ModelEquation
    is_given : bool
        Whether the user named its instruments.
    odd : tuple of str
        Instruments that the user named and the model does not imply.
    places : int array, shape (x,)
        Its coefficients among the free parameters.
    coefficients : array, shape (x,)
    covariance : array, shape (x, x)
        Of the coefficients, given normal disturbances of one variance.
    slopes : array, shape (x, h)
        Derivatives of the coefficients in vech of the group's covariance matrix.
    chisq, df, p_value : float
        The test that the instruments agree: Sargan's (1958), or, where it is known how moments
        vary whatever the distribution, Browne's (1984) of the residuals.
    first_stage_f : float
    """

    group: int
    equation: ModelEquation
    is_given: bool
    odd: tuple[str, ...]
    places: Indices
    coefficients: Array
    covariance: Array
    slopes: Array
    chisq: float
    df: int
    p_value: float
    first_stage_f: float


def fitted_equations(
    joint: Estimation,
    instruments: Mapping[str, GivenInstruments],
    spreads: Sequence[Array | None],
) -> list[FittedEquation]:
    """All equations that have coefficients to estimate, group by group.

    Parameters
    ----------
    joint : Estimation
        The whole model with its samples.
    instruments : mapping of str to GivenInstruments
        By equation, where the user named them.
    spreads : sequence of array, shape (h, h), or None
        Each group's covariance matrix of vech(covariance) times n, where errors and tests rest on
        it; None where they rest on normality.

    Raises
    ------
    IdentificationError
        Naming the equation that its instruments do not identify.
    ModelError, OptionError
    """
    found, known = [], []
    for group, structure in enumerate(generic_structures(joint.specification)):
        for equation in model_equations(structure):
            own = _names_of(structure.pattern, equation)
            known += own
            asked = [instruments[name] for name in own if name in instruments]
            if len(asked) > 1:
                last = max(asked, key=lambda one: one.places)
                names = " and for ".join(own)
                raise last.error(
                    f"instruments are given for {names}, which is one equation", "Give them once."
                )
            given = asked[0] if asked else None
            one = _fitted(joint, group, structure, equation, given, spreads[group])
            if one is not None:
                found.append(one)
    for name, unused in instruments.items():
        if name not in known:
            listing = ", ".join(dict.fromkeys(known))
            raise unused.error(
                f"{name!r} has no equation{nearest(name, known)}",
                f"Equations are of {listing}.",
            )
    return found


def _names_of(pattern: Pattern, equation: ModelEquation) -> list[str]:
    """What an equation can be called: its variable, and a factor's scaling indicator."""
    found = [equation.variable]
    if equation.variable in pattern.latent and equation.outcome >= 0:
        found.append(pattern.names[equation.outcome])
    return found


def _fitted(
    joint: Estimation,
    group: int,
    structure: GenericStructure,
    equation: ModelEquation,
    given: GivenInstruments | None,
    spread: Array | None,
) -> FittedEquation | None:
    pattern, sample = structure.pattern, joint.samples.groups[group]
    cells = _cells(pattern, equation)
    is_free = np.array([pattern.free[cell] >= 0 for cell in cells])
    if not is_free.any():
        return None
    told = f"the equation {equation.variable} ~ {' + '.join(equation.parents)}"
    if equation.outcome < 0:
        raise IdentificationError(f"{told} has no estimate: {equation.problem}.")
    if not equation.in_units:
        raise ModelError(
            f"{told} needs scaling indicators: items that one factor alone explains, with loadings "
            "fixed at 1. Leave std_lv= and NA* out."
        )
    odd: tuple[str, ...] = ()
    if given is not None:
        wanted = tuple(
            _place(pattern, equation, given, name) for name in dict.fromkeys(given.names)
        )
        odd = tuple(pattern.names[one] for one in wanted if one not in equation.instruments)
        equation = replace(equation, instruments=wanted)
    solved = _Solved(pattern, sample.covariance, equation, is_free, _fixed(pattern, cells))
    if len(equation.instruments) < is_free.sum() or solved.found is None:
        what = ", ".join(pattern.names[one] for one in equation.instruments) or "none"
        raise IdentificationError(
            f"{told} is not identified: its instruments ({what}) do not tell its "
            f"{int(is_free.sum())} coefficients apart. Free less, add variables, or fit with sem."
        )
    unbiased = joint.samples.options.divides_by_n_less_1
    size = float(sample.size) - int(unbiased)
    left = float(sample.size) - (int(is_free.sum()) + 1 if unbiased else 0)
    variance = solved.residual * size / left
    df = len(equation.instruments) - int(is_free.sum())
    chisq = float("nan")
    if df and spread is not None:
        chisq = solved.residual_test(spread) * size
    elif df and not joint.specification.categories:  # whose correlations are not normal data's
        chisq = solved.distance * left
    return FittedEquation(
        group,
        equation,
        given is not None,
        odd,
        pattern.free[cells][is_free],
        solved.found.coefficients,
        _covariance(solved, variance / size, spread, size),
        solved.slopes,
        chisq,
        df,
        chi_square_tail(chisq, df) if df else float("nan"),
        solved.first_stage_f(float(sample.size)),
    )


def _covariance(solved: _Solved, variance: float, spread: Array | None, size: float) -> Array:
    """Of the coefficients, shape (x, x)."""
    if spread is not None:
        return np.asarray(solved.slopes @ spread @ solved.slopes.T / size)
    assert solved.found is not None
    return solved.found.inverse * variance


@dataclass(frozen=True, eq=False)
class _Solved:
    """The arithmetic of one equation, whose fixed coefficients are taken to its left side."""

    pattern: Pattern
    covariance: Array
    equation: ModelEquation
    is_free: Array
    fixed: Array

    @property
    def free(self) -> list[int]:
        """Predictors with coefficients to estimate."""
        pairs = zip(self.equation.predictors, self.is_free, strict=True)
        return [one for one, free in pairs if free]

    @property
    def found(self) -> TwoStageSlopes | None:
        """The coefficients."""
        z, s = list(self.equation.instruments), self.covariance
        if len(z) < len(self.free):
            return None
        held = s[np.ix_(z, list(self.equation.predictors))] @ np.where(
            self.is_free, 0.0, self.fixed
        )
        return two_stage_slopes(s, z, self.free, s[z, self.equation.outcome] - held)

    @property
    def columns(self) -> list[int]:
        """Variables of the disturbance."""
        return [self.equation.outcome, *self.equation.predictors]

    @property
    def whole(self) -> Array:
        """Their weights in it."""
        assert self.found is not None
        values = self.fixed.copy()
        values[self.is_free] = self.found.coefficients
        return np.concatenate([[1.0], -values])

    @property
    def residual(self) -> float:
        """Variance of the disturbance."""
        among = self.covariance[np.ix_(self.columns, self.columns)]
        return float(self.whole @ among @ self.whole)

    @property
    def distance(self) -> float:
        """Share of the disturbance's variance that the instruments explain."""
        assert self.found is not None
        z = list(self.equation.instruments)
        among = self.covariance[np.ix_(z, z)]
        explained = float(self.found.left @ np.linalg.solve(among, self.found.left))
        return explained / self.residual

    def residual_test(self, spread: Array) -> float:
        """Browne's (1984) statistic of the instruments' covariances with the disturbance, over n.

        Parameters
        ----------
        spread : array, shape (h, h)
            Covariance matrix of vech(covariance) times n.
        """
        assert self.found is not None
        z, square = list(self.equation.instruments), half_places(len(self.covariance))
        moves = np.zeros((len(z), len(spread)))
        for row, instrument in enumerate(z):
            np.add.at(moves[row], square[instrument, self.columns], self.whole)
        among = moves @ spread @ moves.T
        if np.linalg.matrix_rank(correlation(among), hermitian=True) < len(z):
            return float("nan")  # fewer clusters than instruments
        inverse = inverse_of(among)
        across = inverse @ self.covariance[np.ix_(z, self.free)]
        taken = across.T @ self.covariance[np.ix_(z, self.free)]
        left, pulled = self.found.left, across.T @ self.found.left
        return float(left @ inverse @ left - pulled @ np.linalg.solve(taken, pulled))

    @property
    def slopes(self) -> Array:
        """Derivatives of the coefficients in vech(covariance), shape (x, h)."""
        found, z = self.found, list(self.equation.instruments)
        assert found is not None
        p = len(self.covariance)
        square = half_places(p)
        remaining = np.linalg.solve(self.covariance[np.ix_(z, z)], found.left)
        total = np.zeros((len(self.free), p * (p + 1) // 2))
        for row, coefficients in enumerate(found.slopes):
            for weight, instrument in zip(coefficients, z, strict=True):
                np.add.at(total[row], square[instrument, self.columns], weight * self.whole)
                np.add.at(total[row], square[instrument, z], -weight * remaining)
        for column, predictor in enumerate(self.free):
            moved = np.outer(found.inverse[:, column], remaining)
            for place, instrument in enumerate(z):
                total[:, square[instrument, predictor]] += moved[:, place]
        return total

    def first_stage_f(self, size: float) -> float:
        """The smallest F of a predictor."""
        assert self.found is not None
        return self.found.first_stage_f(self.covariance, self.equation.instruments, self.free, size)


def _cells(pattern: Pattern, equation: ModelEquation) -> list[int]:
    """The cell of each coefficient."""
    row = pattern.names.index(equation.variable)
    columns = [pattern.names.index(name) for name in equation.parents]
    is_row = (pattern.kind == PATH) & (pattern.row == row)
    return [int(np.flatnonzero(is_row & (pattern.column == one))[0]) for one in columns]


def _fixed(pattern: Pattern, cells: list[int]) -> Array:
    """Values of the coefficients that are fixed, 0 where free."""
    return np.where(pattern.free[cells] >= 0, 0.0, pattern.fixed[cells])


def _place(pattern: Pattern, equation: ModelEquation, given: GivenInstruments, name: str) -> int:
    known = pattern.observed
    if name in pattern.latent:
        raise given.error(f"{name!r} is a factor", "Instruments are observed: take items.", name)
    if name not in known:
        raise given.error(
            f"{name!r} is no observed variable of the model{nearest(name, known)}",
            f"Instruments from outside are not had: write '{name} ~~ {name}' into the model.",
            name,
        )
    if known.index(name) == equation.outcome:
        raise given.error(f"{name!r} is the outcome itself", "Leave it out.", name)
    return known.index(name)

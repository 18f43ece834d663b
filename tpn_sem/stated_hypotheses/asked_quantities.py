"""Standardised values of what hypotheses are about, at stacks of parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OptionError, nearest
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..specification import COVARIANCE, Specification, fill
from ..specification import PATH as PATH_CELL
from .hypothesis_text import CORRELATION, EXPLAINED, PATH, TOTAL, Term


@dataclass(frozen=True)
class AskedQuantities:
    """A quantity of implied moments: the value of each term.

    Attributes
    ----------
    specification : Specification
    terms : tuple of Term
    groups : tuple of int
        Of each term.
    """

    specification: Specification
    terms: tuple[Term, ...]
    groups: tuple[int, ...]

    def __call__(self, implied: tuple[Implied, ...]) -> Array:
        """Values, shape (..., k)."""
        values = [
            self._value(implied[group], term, group)
            for term, group in zip(self.terms, self.groups, strict=True)
        ]
        return np.stack(values, axis=-1)

    def _value(self, implied: Implied, term: Term, group: int) -> Array:
        pattern = self.specification.patterns[group]
        paths, covariances, _ = fill(pattern, implied.values)
        variances = np.diagonal(implied.all_covariance, axis1=-2, axis2=-1)
        row = pattern.names.index(term.outcome)
        if term.kind == EXPLAINED:
            return np.asarray(1.0 - covariances[..., row, row] / variances[..., row])
        column = pattern.names.index(term.predictor)
        if term.kind == CORRELATION:
            product = covariances[..., row, row] * covariances[..., column, column]
            return np.asarray(covariances[..., row, column] / np.sqrt(np.maximum(product, 0.0)))
        parts = [pattern.names.index(one) for one in term.predictor.split(":")]
        cause = variances[..., parts].prod(axis=-1)  # of a product those of what is multiplied
        scale = np.sqrt(np.maximum(cause / variances[..., row], 0.0))
        direct, total = paths[..., row, column], implied.effects[..., row, column]
        value = {PATH: direct, TOTAL: total}.get(term.kind, total - direct)
        return np.asarray(value * scale)


def place_terms(
    estimation: Estimation, terms: tuple[Term, ...]
) -> tuple[AskedQuantities, dict[Term, str]]:
    """The quantity, and why the model has no value of some terms.

    Raises
    ------
    OptionError
        For a variable or group that the fit does not have.
    """
    placed: list[tuple[Term, int]] = []
    absent: dict[Term, str] = {}
    for term in terms:
        group = _group(estimation, term)
        reason = _lacking(estimation, term, group)
        if reason:
            absent[term] = reason
        else:
            placed.append((term, group))
    specification = estimation.specification
    own, groups = [one for one, _ in placed], [group for _, group in placed]
    return AskedQuantities(specification, tuple(own), tuple(groups)), absent


def _group(estimation: Estimation, term: Term) -> int:
    labels = list(estimation.samples.labels)
    if term.group in labels:
        return labels.index(term.group)
    if term.group and len(labels) == 1:
        raise OptionError(
            f"hypotheses: the fit has one group, and {term.group!r} is none: leave it out."
        )
    if term.group:
        near = nearest(term.group, labels) or f"; there are {', '.join(labels)}"
        raise OptionError(f"hypotheses: the fit has no group {term.group!r}{near}")
    raise OptionError(
        f"hypotheses: the fit has the groups {', '.join(labels)}: say in which, as "
        f"'... [{labels[0]}]'."
    )


def _lacking(estimation: Estimation, term: Term, group: int) -> str:
    """Why a model has no such quantity; "" where it has it."""
    pattern = estimation.specification.patterns[group]
    for name in filter(None, (term.outcome, term.predictor)):
        if name not in pattern.names:
            near = nearest(name, pattern.names) or "."
            raise OptionError(f"hypotheses: the model has no variable {name!r}{near}")
    row = pattern.names.index(term.outcome)
    if term.kind == EXPLAINED:
        causes = (pattern.kind == PATH_CELL) & (pattern.row == row)
        return "" if causes.any() else f"nothing explains {term.outcome} in the model"
    column = pattern.names.index(term.predictor)
    if row == column:
        raise OptionError(f"hypotheses: {term} is of one variable with itself.")
    if term.kind == CORRELATION:
        both = {(row, column), (column, row)}
        return "" if _has(estimation, group, COVARIANCE, both) else f"the model has no {term}"
    if term.kind == PATH:
        found = _has(estimation, group, PATH_CELL, {(row, column)})
        return "" if found else f"the model has no path {term}"
    reached = estimation.implied[group].effects[row, column] != 0.0
    return "" if reached else f"no path leads from {term.predictor} to {term.outcome} in the model"


def _has(estimation: Estimation, group: int, kind: int, places: set[tuple[int, int]]) -> bool:
    """Whether a model has a cell that is not fixed at zero."""
    pattern = estimation.specification.patterns[group]
    cells = zip(pattern.kind, pattern.row, pattern.column, pattern.free, pattern.fixed, strict=True)
    return any(
        own == kind and (int(i), int(j)) in places and (free >= 0 or fixed != 0.0)
        for own, i, j, free, fixed in cells
    )

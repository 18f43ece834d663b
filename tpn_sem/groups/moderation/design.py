"""From baseline parameters and coefficients of moderators to the parameters of every row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices, Mask
from ...specification import COVARIANCE, Cells, Pattern, Specification
from .terms import Terms


@dataclass(frozen=True, eq=False)
class Moderation:
    """Cell values of units with the same moderators, and what they change with.

    A cell has the value f(b, eta) exp(s): b is its baseline, eta what the moderators add to it,
    and s the logarithm of the scale that they give it.

    Attributes
    ----------
    factors : array, shape (u, e)
        The moderator of every entry of the Jacobian; one for baselines.
    unscaled, scale : array, shape (u, c)
        f(b, eta) and exp(s).
    first : tuple of arrays (f_b, f_eta), shape (u, c) each
    second : tuple of arrays (f_bb, f_b_eta, f_eta_eta), shape (u, c) each
    """

    factors: Array
    unscaled: Array
    scale: Array
    first: tuple[Array, Array]
    second: tuple[Array, Array, Array]

    @property
    def values(self) -> Array:
        """Of the cells, shape (u, c)."""
        return self.unscaled * self.scale


@dataclass(frozen=True, eq=False)
class Entries:
    """Where the Jacobian of the cells in the parameters is not zero, shape (e,) each.

    Attributes
    ----------
    cell, parameter : int arrays
    factor : int array
        Place of the moderator; the number of moderators for baselines.
    b, eta, s : arrays
        How b, eta and s of the cell change with the parameter, before the moderator.
    pairs : int array, shape (2, n)
        Pairs of entries of the same cell: where second derivatives are not zero.
    """

    cell: Indices
    parameter: Indices
    factor: Indices
    b: Array
    eta: Array
    s: Array
    pairs: Indices


@dataclass(frozen=True, eq=False)
class Design:
    """How the parameters of a moderated model become cells of A, S and m.

    Parameters are the baseline ones after elimination of linear constraints, q0 of them, then m
    coefficients of moderators. Bauer (2017).

    Attributes
    ----------
    specification : Specification
    terms : tuple of (place in the table, place of the moderator)
        One a coefficient.
    n_moderators : int
    origin : array, shape (c,)
    base : array, shape (c, q0)
        Baselines of the cells are origin + base @ baseline parameters.
    cell, moderator : int arrays, shape (m,)
        The cell and the moderator of every coefficient.
    shifted : array, shape (c, m)
        One where a coefficient adds to a cell, and zero elsewhere.
    scaled : array, shape (c, m)
        How much of a coefficient goes into the log scale of a cell: all of it into a variance, a
        half of it into the covariances of a factor whose variance it moderates.
    is_log : bool array, shape (c,)
        Moderated variances.
    is_correlation : bool array, shape (c,)
        Moderated covariances of factors.
    """

    specification: Specification
    terms: Terms
    n_moderators: int
    origin: Array
    base: Array
    cell: Indices
    moderator: Indices
    shifted: Array
    scaled: Array
    is_log: Mask
    is_correlation: Mask

    @property
    def pattern(self) -> Pattern:
        """Where the parameters stand in A, S and m."""
        return self.specification.patterns[0]

    @property
    def n_baseline(self) -> int:
        """Number q0 of baseline parameters."""
        return int(self.base.shape[1])

    @property
    def size(self) -> int:
        """Number q0 + m of parameters."""
        return self.n_baseline + len(self.cell)

    @property
    def cells(self) -> Cells:
        """All cells as directions to differentiate along."""
        return Cells(self.pattern.kind, self.pattern.row, self.pattern.column)

    def scale_of(self, place: int) -> str:
        """On what scale a coefficient acts: "linear", "log" or "fisher_z"."""
        cell = self.cell[place]
        if self.is_log[cell]:
            return "log"
        return "fisher_z" if self.is_correlation[cell] else "linear"

    @cached_property
    def entries(self) -> Entries:
        """Where the Jacobian is not zero."""
        b = np.hstack([self.base, np.zeros_like(self.shifted)])
        eta = np.hstack([np.zeros_like(self.base), self.shifted])
        s = np.hstack([np.zeros_like(self.base), self.scaled])
        cell, parameter = np.nonzero((b != 0.0) | (eta != 0.0) | (s != 0.0))
        last = np.full(self.n_baseline, self.n_moderators)
        return Entries(
            cell,
            parameter,
            np.concatenate([last, self.moderator])[parameter],
            b[cell, parameter],
            eta[cell, parameter],
            s[cell, parameter],
            np.array(np.nonzero(cell[:, None] == cell)),
        )

    def moderate(self, parameters: Array, moderators: Array) -> Moderation:
        """The cells of units, from parameters, shape (q,), and moderators, shape (u, k)."""
        factors = np.hstack([moderators, np.ones((len(moderators), 1))])
        baseline = self.origin + self.base @ parameters[: self.n_baseline]
        pushed = moderators[:, self.moderator] * parameters[self.n_baseline :]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            scale = np.exp(pushed @ self.scaled.T)
            value, first, second = self._links(baseline, pushed @ self.shifted.T)
            chosen = factors[:, self.entries.factor]
            return Moderation(chosen, value, scale, first, second)

    def _links(
        self, b: Array, eta: Array
    ) -> tuple[Array, tuple[Array, Array], tuple[Array, Array, Array]]:
        """f(b, eta) with first and second derivatives, shape (u, c) each.

        b + eta, but b of a variance, and tanh(artanh(b) + eta) of a correlation.
        """
        value = np.where(self.is_log, b, b + eta)
        by_b = np.ones_like(value)
        by_eta = np.where(self.is_log, 0.0, by_b)
        curved = [np.zeros_like(value) for _ in range(3)]
        at = self.is_correlation
        if at.any():
            left = 1.0 - b[at] ** 2
            r = np.tanh(np.arctanh(b[at]) + eta[:, at])
            slope = 1.0 - r * r
            value[:, at], by_b[:, at], by_eta[:, at] = r, slope / left, slope
            curved[0][:, at] = 2.0 * slope * (b[at] - r) / left**2
            curved[1][:, at] = -2.0 * r * slope / left
            curved[2][:, at] = -2.0 * r * slope
        return value, (by_b, by_eta), (curved[0], curved[1], curved[2])


def build_design(specification: Specification, terms: Terms, n_moderators: int) -> Design:
    """The design of a moderated model."""
    pattern, reduction = specification.patterns[0], specification.restrictions.reduction
    cell_of_row = np.empty(len(specification.table.rows), dtype=np.intp)
    cell_of_row[pattern.table_rows] = np.arange(len(pattern.kind))
    origin, base = pattern.fixed.copy(), np.zeros((len(pattern.kind), reduction.n_reduced))
    origin[pattern.free_cells] = reduction.origin[pattern.places]
    base[pattern.free_cells] = reduction.basis[pattern.places]
    cell = cell_of_row[[place for place, _ in terms]]
    shifted = np.zeros((len(pattern.kind), len(terms)))
    shifted[cell, np.arange(len(terms))] = 1.0
    moderated = shifted.any(axis=1)
    latent = (pattern.kind == COVARIANCE) & (pattern.row >= pattern.n_observed)
    latent &= pattern.column >= pattern.n_observed
    is_variance = (pattern.kind == COVARIANCE) & (pattern.row == pattern.column)
    among = latent & ~is_variance
    return Design(
        specification,
        terms,
        n_moderators,
        origin,
        base,
        cell,
        np.array([number for _, number in terms], dtype=np.intp),
        shifted,
        _scaled(pattern, cell, is_variance, among),
        is_log=is_variance & moderated,
        is_correlation=among & moderated,
    )


def _scaled(pattern: Pattern, cell: Indices, is_variance: Mask, among: Mask) -> Array:
    """How much of each coefficient goes into the log scale of each cell, shape (c, m)."""
    scaled = np.zeros((len(pattern.kind), len(cell)))
    for column, place in enumerate(cell):
        if not is_variance[place]:
            continue
        scaled[place, column] = 1.0
        variable = pattern.row[place]
        touched = among & ((pattern.row == variable) | (pattern.column == variable))
        scaled[touched, column] = 0.5
    return scaled

"""Derivatives of the cells of a moderated model in its parameters.

Few of them are not zero: a parameter enters one cell, or some covariances of factors as well. So
they are taken entry by entry, and no array of units x cells x parameters is formed.
"""

from __future__ import annotations

import numpy as np

from ...numerics import Array
from .design import Design, Moderation


def slopes_at(design: Design, at: Moderation) -> Array:
    """Derivatives of the cells in the parameters where they are not zero, shape (u, e)."""
    entries, (by_b, by_eta) = design.entries, at.first
    cell = entries.cell
    value = (at.scale * by_b)[:, cell] * entries.b + (at.scale * by_eta)[:, cell] * entries.eta
    return np.asarray((value + at.values[:, cell] * entries.s) * at.factors)


def jacobian_at(design: Design, at: Moderation) -> Array:
    """The same with all zeros, shape (u, c, q)."""
    found = np.zeros((*at.values.shape, design.size))
    found[:, design.entries.cell, design.entries.parameter] = slopes_at(design, at)
    return found


def pull_gradient(design: Design, at: Moderation, gradient: Array) -> Array:
    """Derivatives in the parameters, shape (u, q), from those in the cells, shape (u, c)."""
    entries = design.entries
    onto = np.zeros((len(entries.cell), design.size))
    onto[np.arange(len(entries.cell)), entries.parameter] = 1.0
    return np.asarray((slopes_at(design, at) * gradient[:, entries.cell]) @ onto)


def pull_hessian(design: Design, at: Moderation, hessian: Array) -> Array:
    """Sum over units of J'HJ, shape (q, q), for H in the cells, shape (u, c, c).

    Cell by cell, as a column of J has few entries: the price of a unit is that of e x c
    products rather than c x c x q.
    """
    entries, slopes = design.entries, slopes_at(design, at)
    turned = hessian.take(entries.cell, axis=1) * slopes[:, :, None]
    total = np.zeros((design.size, design.size))
    for cell in np.unique(entries.cell):
        own = np.flatnonzero(entries.cell == cell)
        block = turned[:, :, cell].T @ slopes[:, own]
        np.add.at(total, (entries.parameter[:, None], entries.parameter[own]), block)
    return total


def curvature(design: Design, at: Moderation, gradient: Array) -> Array:
    """Sum over units and cells of slopes, shape (u, c), times second derivatives, (q, q)."""
    entries = design.entries
    one, two = entries.pairs
    cell = entries.cell[one]
    weight = (gradient * at.scale)[:, cell] * at.factors[:, one] * at.factors[:, two]
    (by_b, by_eta), (bb, b_eta, eta_eta) = at.first, at.second
    b, eta, s = entries.b, entries.eta, entries.s
    terms = (
        (bb, b[one] * b[two]),
        (b_eta, b[one] * eta[two] + eta[one] * b[two]),
        (eta_eta, eta[one] * eta[two]),
        (by_b, b[one] * s[two] + s[one] * b[two]),
        (by_eta, eta[one] * s[two] + s[one] * eta[two]),
        (at.unscaled, s[one] * s[two]),
    )
    total = np.zeros((design.size, design.size))
    for slope, change in terms:
        some = np.flatnonzero(change)
        summed = np.einsum("up,up->p", weight[:, some], slope[:, cell[some]]) * change[some]
        np.add.at(total, (entries.parameter[one[some]], entries.parameter[two[some]]), summed)
    return total

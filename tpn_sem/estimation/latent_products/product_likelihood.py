"""The likelihood of rows of a model with latent products, as a discrepancy function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from ...data import CompleteMoments, IncompleteMoments, Sample
from ...errors import NotAvailableError
from ...numerics import Array, cholesky
from ...specification import Pattern
from ..discrepancy import Discrepancy, Scores, Slope
from ..implied import Directions, Implied, cell_scales
from ..quadrature import Grid, nodes_of
from .conditioning import ConditionalModel, Conditioned, condition
from .implied_products import BEYOND_MOMENTS, ImpliedWithProducts, imply_products
from .linear_part import LinearPart, LinearSlopes, ProductLayout
from .node_likelihood import NodeLikelihood
from .quasi_likelihood import QuasiLikelihood
from .row_frame import PatternedRows, patterned_rows

_WIDTH = 1e-5
_REMEMBERED = 64  # samples whose rows are kept sorted by what is missing
_UNTESTED = (
    "a model with products by 'lms' or 'qml' explains more than means and covariances, and there "
    "is no unrestricted model of rows to test it against; ts.interaction(fit) has the test against "
    "no product"
)


@dataclass(frozen=True, eq=False)
class ProductLikelihood(Discrepancy):
    """-2 log-likelihood of a row on average.

    Attributes
    ----------
    method : {"lms", "qml"}
    grid : Grid or None
        Where "lms" integrates; it is laid out for the data before anything is minimised.
    """

    method: str = "lms"
    grid: Grid | None = None
    rows: dict[Sample, PatternedRows] = field(default_factory=dict, repr=False)

    is_likelihood = True
    is_efficient = True
    needs_rows = True
    has_curvature = False
    untested = _UNTESTED
    takes = (CompleteMoments, IncompleteMoments)

    @property
    def name(self) -> str:  # type: ignore[override]
        """What the summary calls the estimator."""
        return {"lms": "ML of latent products (LMS)", "qml": "quasi-ML of latent products (QML)"}[
            self.method
        ]

    def imply(self, pattern: Pattern, values: Array) -> Implied:
        """Moments with products."""
        return imply_products(pattern, values)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...); +inf where a covariance matrix is not positive definite."""
        found = [
            np.inf if row is None else -2.0 * float(row.total) / sample.size
            for row in self._located(sample, implied)
        ]
        return np.array(found).reshape(implied.values.shape[:-1])

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Its first derivatives along the free cells, shape (..., k)."""
        found = [
            np.full(len(_products(implied).layout.cells), np.nan)
            if one is None
            else one.linear.pull(one.slopes()) * (-2.0 / sample.size)
            for one in self._located(sample, implied)
        ]
        return np.array(found).reshape(*implied.values.shape[:-1], -1)

    def log_likelihoods(self, sample: Sample, implied: Implied) -> Array:
        """Of each row of a group at one parameter vector, shape (n,)."""
        found = self._located(sample, implied)[0]
        if found is None:
            return np.full(len(sample.rows), -np.inf)
        return found.by_row(len(sample.rows))

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along the free cells, by central differences."""
        pattern = _products(implied).layout.pattern
        columns = []
        widths = _WIDTH * cell_scales(pattern, implied)
        for cell, width in zip(pattern.free_cells, widths, strict=True):
            ends = []
            for shift in (width, -width):
                moved = implied.values.copy()
                moved[cell] += shift
                ends.append(self.log_likelihoods(sample, self.imply(pattern, moved)))
            columns.append((ends[0] - ends[1]) / (2.0 * width))
        table = np.stack(columns, axis=1)
        return lambda part: table[part]

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Not in means and covariances.

        Raises
        ------
        NotAvailableError
        """
        raise _no_moments()

    def weight(self, sample: Sample, implied: Implied) -> Array:
        """Nor is there a weight of these.

        Raises
        ------
        NotAvailableError
        """
        raise _no_moments()

    def _located(self, sample: Sample, implied: Implied) -> list[_Located | None]:
        """Rows as seen from each parameter vector of a stack, computed once."""
        there = _products(implied)
        found = there.likelihoods.get(sample)
        if found is None:
            rows = self._rows_of(sample)
            found = [self._locate(linear, rows) for linear in there.linear_parts()]
            there.likelihoods[sample] = found
        return list(found)

    def _locate(self, linear: LinearPart, rows: PatternedRows) -> _Located | None:
        usable = np.isfinite(linear.covariance).all() and np.isfinite(linear.mean).all()
        if not usable:
            return None
        integrates = self.method == "lms" and len(linear.layout.products)
        find = _by_nodes if integrates else _by_quasi_likelihood
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return find(linear, rows, self.grid)

    def _rows_of(self, sample: Sample) -> PatternedRows:
        if sample not in self.rows:
            if len(self.rows) >= _REMEMBERED:  # resampling brings ever new ones
                self.rows.clear()
            self.rows[sample] = patterned_rows(sample.rows.values, sample.rows.counts)
        return self.rows[sample]

    def with_grid(self, grid: Grid) -> ProductLikelihood:
        """The same over other nodes."""
        return replace(self, grid=grid)

    def __getstate__(self) -> dict[str, object]:
        """Rows are found anew where a fit was sent to."""
        return {**self.__dict__, "rows": {}}


@dataclass(frozen=True, eq=False)
class _Located:
    """The rows of a group as seen from some parameters."""

    linear: LinearPart
    rows: PatternedRows
    values: Array
    slopes: Callable[[], LinearSlopes]

    @property
    def total(self) -> float:
        """Weighted sum of the rows' log-likelihoods."""
        return float(self.rows.counts @ self.values)

    def by_row(self, n: int) -> Array:
        """Log-likelihoods of the rows in their order, shape (n,)."""
        found = np.zeros(n)
        found[self.rows.members] = self.values
        return found


def _by_nodes(linear: LinearPart, rows: PatternedRows, grid: Grid | None) -> _Located | None:
    conditioned = conditioned_layout(linear.layout)
    assert grid is not None
    places = linear.layout.n_observed + conditioned.given
    if cholesky(linear.covariance[np.ix_(places, places)]) is None:
        return None
    model = ConditionalModel(conditioned, linear, nodes_of(grid))
    found = NodeLikelihood(model, model.frame(rows))
    if not found.frame.is_usable:
        return None
    return _Located(linear, rows, found.log_likelihood, lambda: model.gather(found.slopes()))


def _by_quasi_likelihood(
    linear: LinearPart, rows: PatternedRows, grid: Grid | None
) -> _Located | None:
    found = QuasiLikelihood(linear, rows)
    if not (found.frame.is_usable and np.isfinite(found.log_likelihood).all()):
        return None
    return _Located(linear, rows, found.log_likelihood, found.slopes)


@lru_cache(maxsize=64)
def conditioned_layout(layout: ProductLayout) -> Conditioned:
    """The factors to condition on; computed once for each layout."""
    return condition(layout)


def _products(implied: Implied) -> ImpliedWithProducts:
    if not isinstance(implied, ImpliedWithProducts):
        raise TypeError(f"products need ImpliedWithProducts, not {type(implied).__name__}")
    return implied


def _no_moments() -> NotAvailableError:
    return NotAvailableError(BEYOND_MOMENTS)

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
from ..implied import Directions, Implied
from .conditioning import ConditionalModel, Conditioned, condition
from .implied_products import ImpliedWithProducts, imply_products
from .linear_part import LinearPart, LinearSlopes, ProductLayout
from .node_likelihood import NodeLikelihood
from .quadrature_grid import Grid, nodes_of
from .quasi_likelihood import quasi_rows
from .row_frame import PatternRows

_WIDTH = 1e-5
_REMEMBERED = 64  # samples whose rows are kept sorted by what is missing
_UNTESTED = (
    "a model with products by 'lms' or 'qml' explains more than means and covariances, and there "
    "is no unrestricted model of rows to test it against; compare it with the model without the "
    "product"
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
    rows: dict[Sample, tuple[PatternRows, ...]] = field(default_factory=dict, repr=False)

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
        for cell in pattern.free_cells:
            width = _WIDTH * max(1.0, abs(float(implied.values[cell])))
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

    def _locate(self, linear: LinearPart, rows: tuple[PatternRows, ...]) -> _Located | None:
        usable = np.isfinite(linear.covariance).all() and np.isfinite(linear.mean).all()
        if not usable:
            return None
        integrates = self.method == "lms" and len(linear.layout.products)
        find = _by_nodes if integrates else _by_quasi_likelihood
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return find(linear, rows, self.grid)

    def _rows_of(self, sample: Sample) -> tuple[PatternRows, ...]:
        if sample not in self.rows:
            if len(self.rows) >= _REMEMBERED:  # resampling brings ever new ones
                self.rows.clear()
            self.rows[sample] = pattern_rows(sample)
        return self.rows[sample]

    def with_grid(self, grid: Grid) -> ProductLikelihood:
        """The same over other nodes."""
        return replace(self, grid=grid)

    def __getstate__(self) -> dict[str, object]:
        """Rows are found anew where a fit was sent to."""
        return {**self.__dict__, "rows": {}}


@dataclass(frozen=True, eq=False)
class _Located:
    """The rows of all patterns of a group as seen from some parameters."""

    linear: LinearPart
    rows: tuple[PatternRows, ...]
    parts: list[Array]
    slopes: Callable[[], LinearSlopes]

    @property
    def total(self) -> float:
        """Weighted sum of the rows' log-likelihoods."""
        pairs = zip(self.rows, self.parts, strict=True)
        return sum(float(rows.counts @ part) for rows, part in pairs)

    def by_row(self, n: int) -> Array:
        """Log-likelihoods of the rows in their order, shape (n,)."""
        found = np.zeros(n)
        for rows, part in zip(self.rows, self.parts, strict=True):
            found[rows.members] = part
        return found


def _by_nodes(
    linear: LinearPart, rows: tuple[PatternRows, ...], grid: Grid | None
) -> _Located | None:
    conditioned = conditioned_layout(linear.layout)
    assert grid is not None
    places = linear.layout.n_observed + conditioned.given
    if cholesky(linear.covariance[np.ix_(places, places)]) is None:
        return None
    model = ConditionalModel(conditioned, linear, nodes_of(grid))
    parts = [NodeLikelihood(model, model.frame(one)) for one in rows]
    if not all(part.frame.is_usable for part in parts):
        return None
    found = [part.log_likelihood for part in parts]
    return _Located(linear, rows, found, lambda: model.gather([one.slopes() for one in parts]))


def _by_quasi_likelihood(
    linear: LinearPart, rows: tuple[PatternRows, ...], grid: Grid | None
) -> _Located | None:
    parts = [quasi_rows(linear, one) for one in rows]
    if not all(part.frame.is_usable for part in parts):
        return None
    found = [part.log_likelihood for part in parts]
    if not all(np.isfinite(one).all() for one in found):
        return None
    return _Located(linear, rows, found, lambda: _sum_of([one.slopes() for one in parts]))


def _sum_of(parts: list[LinearSlopes]) -> LinearSlopes:
    return LinearSlopes(
        sum(part.mean for part in parts),  # type: ignore[arg-type]
        sum(part.covariance for part in parts),  # type: ignore[arg-type]
        sum(part.loadings for part in parts),  # type: ignore[arg-type]
        sum(part.coefficients for part in parts),  # type: ignore[arg-type]
    )


@lru_cache(maxsize=64)
def conditioned_layout(layout: ProductLayout) -> Conditioned:
    """The factors to condition on; computed once for each layout."""
    return condition(layout)


def pattern_rows(sample: Sample) -> tuple[PatternRows, ...]:
    """The rows of a group by which answers are there."""
    values = sample.rows.values
    counts = sample.rows.counts
    counts = np.ones(len(values)) if counts is None else np.asarray(counts, dtype=float)
    present = ~np.isnan(values)
    kinds, member = np.unique(present, axis=0, return_inverse=True)
    found = []
    for number, kind in enumerate(kinds):
        members = np.flatnonzero(member.reshape(-1) == number)
        places = np.flatnonzero(kind)
        found.append(PatternRows(places, values[np.ix_(members, places)], members, counts[members]))
    return tuple(found)


def _products(implied: Implied) -> ImpliedWithProducts:
    if not isinstance(implied, ImpliedWithProducts):
        raise TypeError(f"products need ImpliedWithProducts, not {type(implied).__name__}")
    return implied


def _no_moments() -> NotAvailableError:
    return NotAvailableError(
        "this rests on means and covariances, which say not all of a model with products by "
        "'lms' or 'qml': fit it with products='double_mean_centred'."
    )

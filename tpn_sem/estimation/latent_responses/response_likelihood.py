"""The likelihood of rows of ordinal answers, as a discrepancy function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import numpy as np

from ...data import OrdinalStatistics, Sample
from ...errors import NotAvailableError
from ...numerics import CURVES, Array
from ...specification import Pattern
from ..discrepancy import Discrepancy, Scores, Slope
from ..implied import Directions, Implied, ImpliedResponses, cell_scales, pulled_cells
from ..quadrature import Grid, nodes_of
from .answer_cells import AnswerRows, answer_rows
from .response_density import ResponseDensity
from .response_layout import response_layout
from .response_model import ResponseModel
from .responses_by_rows import LOGISTIC_VARIANCE, imply_by_rows

LINKS = {"probit": ("normal", 1.0), "logit": ("logistic", LOGISTIC_VARIANCE)}
_WIDTH = 1e-5
_REMEMBERED = 64  # samples whose unlike rows are kept
_UNTESTED = (
    "full information compares a model with the table of all patterns of answers, most of whose "
    "cells are empty; the model without restrictions has no likelihood of few factors. Compare "
    "models with each other, or see the fit of estimator='WLSMV'"
)


@dataclass(frozen=True, eq=False)
class ResponseLikelihood(Discrepancy):
    """-2 log-likelihood of a row of answers on average.

    Attributes
    ----------
    link : {"probit", "logit"}
    grid : Grid or None
        Where factors are integrated out; laid out for the data before anything is minimised.
    """

    link: str = "probit"
    grid: Grid | None = None
    rows: dict[Sample, AnswerRows] = field(default_factory=dict, repr=False)
    seen: WeakKeyDictionary[Implied, dict[Sample, list[ResponseDensity | None]]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    is_likelihood = True
    is_efficient = True
    needs_rows = True
    has_curvature = False
    untested = _UNTESTED
    takes = (OrdinalStatistics,)

    @property
    def name(self) -> str:  # type: ignore[override]
        """What the summary calls the estimator."""
        return f"ML of ordinal items ({self.link})"

    def imply(self, pattern: Pattern, values: Array) -> Implied:
        """Moments of latent responses."""
        return imply_by_rows(pattern, values, self.link)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...); +inf where factors have no covariance matrix."""
        found = [
            np.inf if one is None else -2.0 * one.total / sample.size
            for one in self._densities(sample, implied)
        ]
        return np.array(found).reshape(implied.values.shape[:-1])

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Its first derivatives along the free cells, shape (..., k)."""
        found = []
        for one in self._densities(sample, implied):
            if one is None:
                pattern = _responses(implied).pattern
                found.append(np.full(len(pattern.free_cells), np.nan))
            else:
                found.append(_pulled(one) * (-2.0 / sample.size))
        return np.array(found).reshape(*implied.values.shape[:-1], -1)

    def log_likelihoods(self, sample: Sample, implied: Implied) -> Array:
        """Of each row of a group at one parameter vector, shape (n,)."""
        found = self._densities(sample, implied)[0]
        if found is None:
            return np.full(len(sample.rows), -np.inf)
        return found.log_likelihood[found.rows.kind]

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along the free cells, by central differences."""
        pattern, columns = _responses(implied).pattern, []
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

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Nor one in statistics of pairs.

        Raises
        ------
        NotAvailableError
        """
        raise _no_moments()

    def with_grid(self, grid: Grid) -> ResponseLikelihood:
        """The same over other nodes."""
        return replace(self, grid=grid, seen=WeakKeyDictionary())

    def densities(self, sample: Sample, implied: Implied) -> ResponseDensity:
        """The rows of a group as seen from one parameter vector.

        Raises
        ------
        NotAvailableError
            Where the factors have no covariance matrix there.
        """
        found = self._densities(sample, implied)[0]
        if found is None:
            raise NotAvailableError("the factors' covariance matrix is not positive definite.")
        return found

    def _densities(self, sample: Sample, implied: Implied) -> Sequence[ResponseDensity | None]:
        """Rows as seen from each parameter vector of a stack, computed once."""
        known = self.seen.setdefault(implied, {})
        if sample not in known:
            responses = _responses(implied)
            known[sample] = [
                self._density(sample, _responses(self.imply(responses.pattern, values)))
                for values in responses.values.reshape(-1, responses.values.shape[-1])
            ]
        return known[sample]

    def _density(self, sample: Sample, implied: ImpliedResponses) -> ResponseDensity | None:
        assert self.grid is not None
        curve, unit = LINKS[self.link]
        layout = response_layout(implied.pattern)
        rows = self.rows_of(sample, implied.pattern)
        model = ResponseModel(layout, implied, nodes_of(self.grid), unit, rows.centre)
        return ResponseDensity(model, rows, CURVES[curve]) if model.is_usable else None

    def rows_of(self, sample: Sample, pattern: Pattern) -> AnswerRows:
        """A group's unlike rows."""
        if sample not in self.rows:
            if len(self.rows) >= _REMEMBERED:  # resampling brings ever new ones
                self.rows.clear()
            layout, values = response_layout(pattern), sample.rows.values
            answers, given = values[:, layout.items], values[:, layout.given]
            counts = sample.rows.counts
            self.rows[sample] = answer_rows(answers, given, layout.direct, counts)
        return self.rows[sample]

    def __getstate__(self) -> dict[str, object]:
        """Rows are found anew where a fit was sent to."""
        return {"link": self.link, "grid": self.grid}

    def __setstate__(self, state: dict[str, object]) -> None:
        """With nothing remembered."""
        self.__dict__.update(state, rows={}, seen=WeakKeyDictionary())


def _pulled(density: ResponseDensity) -> Array:
    """Derivatives of the rows' weighted sum along the free cells, shape (k,)."""
    model, slopes = density.model, density.slopes()
    pattern, given = model.layout.pattern, model.implied.given
    moments = given.effects, given.all_covariance, given.all_mean
    found = pulled_cells(pattern, *moments, model.gathered(slopes))
    found[pattern.ordinal_responses.residuals] *= model.unit
    places = enumerate(model.layout.cuts)
    cuts = [slopes.edges[item, 1 : part.stop - part.start + 1] for item, part in places]
    found[pattern.ordinal_responses.thresholds] = np.concatenate(cuts)
    return np.asarray(found @ model.implied.value_slopes(pattern))


def _responses(implied: Implied) -> ImpliedResponses:
    if not isinstance(implied, ImpliedResponses):
        raise TypeError(f"ordinal items need ImpliedResponses, not {type(implied).__name__}")
    return implied


def _no_moments() -> NotAvailableError:
    return NotAvailableError(
        "this rests on the statistics of pairs of items, and full information looks at whole rows: "
        "fit with estimator='WLSMV' for it."
    )

"""Implied latent responses that thresholds and polychoric correlations do not tell all of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import NotAvailableError
from ...numerics import Array
from ...specification import Cells, Pattern
from ..implied import Directions, ImpliedResponses, NoDirections, imply_responses
from ..latent_products import imply_products, layout_of

LOGISTIC_VARIANCE = float(np.pi**2 / 3.0)
_WHY = (
    "this rests on thresholds and polychoric correlations, which say not all of a model of "
    "ordinal items with {what}: {advice}."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class ResponsesByRows(ImpliedResponses):
    """Moments of latent responses that are not normal together: pairs do not tell all of them."""

    @property
    def statistics(self) -> Array:
        """None of these.

        Raises
        ------
        NotAvailableError
        """
        raise NotAvailableError(self.reason)

    @property
    def covariance(self) -> Array:
        """Nothing that polychoric correlations could be compared with.

        Raises
        ------
        NotAvailableError
        """
        raise NotAvailableError(self.reason)

    @property
    def is_usable(self) -> bool:
        """Whether an optimiser can begin here."""
        return bool(np.isfinite(self.given.all_covariance).all())

    def along(self, cells: Cells) -> Directions:  # type: ignore[override]
        """No directions in statistics of pairs: rows say more than these."""
        return NoDirections(self, cells, self.reason)


def imply_by_rows(pattern: Pattern, values: Array, link: str) -> ImpliedResponses:
    """Latent responses from the values of the cells, shape (..., n_cells).

    With logistic residuals a residual variance of one stands for that of the standard logistic
    distribution, pi^2 / 3.
    """
    products = len(layout_of(pattern).products) > 0
    if link == "probit" and not products:
        return imply_responses(pattern, values)
    what = ("link='logit'", "fit it with link='probit'")
    if products:
        what = ("latent products", "leave the products out")
    reason = _WHY.format(what=what[0], advice=what[1])
    inside = values
    if link == "logit":
        inside = values.copy()
        inside[..., pattern.ordinal_responses.residuals] *= LOGISTIC_VARIANCE
    plain = imply_responses(pattern, inside)
    own = plain.values.copy()
    own[..., pattern.ordinal_responses.residuals] = values[..., pattern.ordinal_responses.residuals]
    total = imply_products(pattern, plain.values) if products else plain
    return ResponsesByRows(
        total.effects,
        total.all_covariance,
        total.all_mean,
        total.n_observed,
        own,
        given=plain.given,
        pattern=pattern,
        scale=plain.scale,
        thresholds=plain.thresholds,
        reason=reason,
    )

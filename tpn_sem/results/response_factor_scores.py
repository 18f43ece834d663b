"""Factor scores by full information of ordinal answers: means of the posterior (EAP)."""

from __future__ import annotations

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.latent_responses import ResponseLikelihood, response_posterior
from ..numerics import Array
from .linear_scores import Scores


def response_scores(estimation: Estimation, group: int, rows: Array) -> Scores:
    """E(factors | answers), over the nodes of the fit. Bock & Mislevy (1982).

    Raises
    ------
    NotAvailableError
        Where the fit integrates over no nodes.
    """
    discrepancy = estimation.discrepancy
    if not isinstance(discrepancy, ResponseLikelihood):
        raise NotAvailableError(
            "'EAP' scores are of full information of ordinal items (estimator='ML'): take 'EBM' "
            "for ordinal items, 'regression' for continuous ones."
        )
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    found = response_posterior(discrepancy, sample, implied, rows)
    return Scores(found.means, found.spread)


def is_full_information(estimation: Estimation) -> bool:
    """Whether the fit is by full information of ordinal items."""
    return isinstance(estimation.discrepancy, ResponseLikelihood)

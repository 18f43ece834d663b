"""What every bootstrap of a fit shares: how data are drawn, and refits to them."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..data import CompleteMoments
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..estimation.latent_products import CorrectedMoments
from ..specification import name_of
from .batches import Batch, joined_batches
from .draws import Draws, ModelDraws, RowDraws, fitting
from .refit import Refitter
from .units import Units, clusters_as_units, read_strata, rows_as_units

KINDS = ("case", "cluster", "bayesian", "parametric", "bollen_stine")


def usual_kind(estimation: Estimation) -> str:
    """What is drawn where nobody says: clusters where there are any, else rows."""
    return "cluster" if estimation.samples.cluster_labels else "case"


def check_bootstrap(estimation: Estimation, n: int, kind: str, strata: object = None) -> None:
    """Refuse a bootstrap that a fit cannot have.

    Raises
    ------
    OptionError, NotAvailableError
    """
    choose("kind", kind, KINDS)
    if estimation.samples.design is not None and strata is None:
        raise NotAvailableError(
            "the fit has strata or a finite population, which drawing must know: take "
            "ts.bootstrap(fit, strata=...) with a value for each row."
        )
    if not estimation.samples.has_rows:
        raise NotAvailableError("a bootstrap needs rows of data, not sample moments.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to start from.")
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 2:
        raise OptionError(f"n is a whole number above 1, not {n!r}.")
    if kind == "cluster" and not estimation.samples.cluster_labels:
        raise NotAvailableError("kind='cluster' needs a fit with cluster=.")
    if kind != "cluster" and estimation.specification.has_levels:
        raise NotAvailableError(
            f"kind={kind!r} draws rows, which a model of two levels does not take as independent; "
            "take kind='cluster'."
        )
    if isinstance(estimation.discrepancy, CorrectedMoments):
        raise NotAvailableError(
            "products='two_step' minimises no function that drawn rows could be fitted by; its "
            "errors hold without normality as they are, and by clusters with cluster=."
        )
    complete = all(isinstance(sample, CompleteMoments) for sample in estimation.samples.groups)
    if kind == "bollen_stine" and not complete:
        raise NotAvailableError(
            "the Bollen-Stine bootstrap needs complete continuous data; take kind='parametric'."
        )
    if kind == "parametric" and (estimation.samples.cluster_labels or strata is not None):
        raise NotAvailableError(
            "kind='parametric' draws independent rows: it knows neither clusters nor strata."
        )
    if kind == "bayesian" and estimation.options.estimator == "PML":
        raise NotAvailableError("the pairwise likelihood takes no weights; take kind='case'.")


def bootstrap_draws(
    estimation: Estimation, kind: str, strata: object = None
) -> tuple[Draws, Units]:
    """How data sets are drawn, and the units that are independent of each other."""
    numbers = read_strata(strata, estimation.samples)
    by_cluster = kind == "cluster" or (
        kind == "bayesian" and bool(estimation.samples.cluster_labels)
    )
    units = (clusters_as_units if by_cluster else rows_as_units)(estimation.samples, numbers)
    if kind == "parametric":
        return ModelDraws(estimation), units
    source = fitting(estimation) if kind == "bollen_stine" else estimation.samples
    return RowDraws(estimation, source, units, smooth=kind == "bayesian"), units


def distinct_names(estimation: Estimation) -> list[str]:
    """Names of the free parameters; where several share a label, each has its own name."""
    shared = {name for name, count in Counter(estimation.names).items() if count > 1}
    rows, labels = estimation.specification.table.free_rows, estimation.samples.labels
    return [
        name_of(row._replace(label=""), labels) if name in shared else name
        for name, row in zip(estimation.names, rows, strict=True)
    ]


def replicate_names(estimation: Estimation) -> list[str]:
    """Names of the free parameters, each its own, and of the defined ones."""
    return [*distinct_names(estimation), *estimation.specification.restrictions.definitions]


def refit_draws(
    refitter: Refitter, draws: Draws, generator: np.random.Generator, count: int
) -> Batch:
    """What is asked of several data sets, and their chi-squares in a last column."""
    return joined_batches(refitter.fit(drawn) for drawn in draws(generator, count))

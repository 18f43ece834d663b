"""HTMT and HTMT2 of a fit's constructs, group by group, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..data import CompleteMoments
from ..errors import ConvergenceWarning, warn_user
from ..estimation import Estimation
from ..numerics import Array
from .drawn_covariances import drawn_covariances
from .htmt import heterotrait_ratios, membership
from .intervals_of_coefficients import percentile_interval, quantile_of
from .measured_constructs import Construct
from .sampling_of_moments import known_covariance, moment_sampling

KINDS = {"htmt": False, "htmt2": True}


@dataclass(frozen=True, eq=False)
class Ratios:
    """Ratios of one group and kind, shape (c, c) each.

    Attributes
    ----------
    values, lower, upper : array, shape (c, c)
    """

    values: Array
    lower: Array
    upper: Array


def cheapest_interval(estimation: Estimation) -> str:
    """The bootstrap where it is one product of matrices, else the delta method."""
    samples = estimation.samples
    complete = all(isinstance(sample, CompleteMoments) for sample in samples.groups)
    return "bootstrap" if complete and samples.has_rows else "delta"


def htmt_ratios(
    estimation: Estimation,
    groups: Sequence[Sequence[Construct]],
    interval: str,
    n_draws: int,
    seed: int | None,
    level: float,
) -> list[dict[str, Ratios]]:
    """HTMT and HTMT2 of each group's constructs, by kind.

    Of the covariances that the fit's estimator sees: of complete rows, of incomplete ones by
    maximum likelihood, or polychoric correlations. A bootstrap draws rows, or clusters.
    """
    if interval == "bootstrap":
        return _by_bootstrap(estimation, groups, n_draws, seed, level)
    return [
        {name: _by_delta(estimation, group, own, kind, level) for name, kind in KINDS.items()}
        for group, own in enumerate(groups)
    ]


def _by_bootstrap(
    estimation: Estimation,
    groups: Sequence[Sequence[Construct]],
    n_draws: int,
    seed: int | None,
    level: float,
) -> list[dict[str, Ratios]]:
    drawn = drawn_covariances(estimation, n_draws, seed)
    if drawn.problems:
        warn_user(
            f"{len(drawn.problems)} of {n_draws} draws could not be used and are left out: "
            f"{drawn.problems[0]}",
            ConvergenceWarning,
        )
    found = []
    for sample, own, covariances in zip(
        estimation.samples.groups, groups, drawn.groups, strict=True
    ):
        members = membership(own, sample.n_variables)
        found.append(
            {
                name: Ratios(
                    heterotrait_ratios(known_covariance(sample), members, kind),
                    *percentile_interval(heterotrait_ratios(covariances, members, kind), level),
                )
                for name, kind in KINDS.items()
            }
        )
    return found


def _by_delta(
    estimation: Estimation, group: int, own: Sequence[Construct], kind: bool, level: float
) -> Ratios:
    """With the interval of the ratio's logarithm, as ratios are positive."""
    members = membership(own, estimation.samples.groups[group].n_variables)
    values, errors = moment_sampling(estimation, group).infer(partial(_flat, members, kind))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.exp(quantile_of(estimation, level) * errors / values)
    shape = (len(own),) * 2
    return Ratios(
        values.reshape(shape), (values / factor).reshape(shape), (values * factor).reshape(shape)
    )


def _flat(members: Array, kind: bool, covariances: Array) -> Array:
    found = heterotrait_ratios(covariances, members, kind)
    return found.reshape(*found.shape[:-2], -1)

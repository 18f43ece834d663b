"""The chance to find a covariance of two items' residuals that a model leaves out.

Most of it is fitted away by the other parameters, so that the residual of a moment does not tell
how well it is seen; what is left of the parameter's information does (Saris, Satorra & van der
Veld, 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr

from ..equations import GenericStructure
from ..estimation import Estimation
from ..numerics import Array, normal_distribution, normal_quantile, student_quantile
from ..specification import PATH, Cells
from .independence_claims import ITEMS, left_out
from .independence_tests import expected_roots
from .residual_sampling import degrees_of_freedom


@dataclass(frozen=True)
class PairChances:
    """Chances to find a residual correlation in the pairs of items of one group.

    Attributes
    ----------
    pairs : dict of (str, str) to float
        Of each pair whose residuals the model has uncorrelated; 0 where nothing tells it.
    main : dict of str to str
        The factor on which an item has its largest standardised loading.
    """

    pairs: dict[tuple[str, str], float]
    main: dict[str, str]

    def of(self, factor: str, items: Sequence[str]) -> Array:
        """Of the pairs of a factor's items, or of those that load most on it if these are two."""
        most = {item for item in items if self.main.get(item) == factor}
        inside = most if len(most) > 1 else set(items)
        return np.array([one for pair, one in self.pairs.items() if set(pair) <= inside])


def pair_chances(
    estimation: Estimation, structures: Sequence[GenericStructure], delta: float, alpha: float
) -> list[PairChances]:
    """The chances in each group.

    Parameters
    ----------
    delta : float
        The correlation of the two residuals.
    alpha : float
        Level of the score test of their covariance.
    """
    return [
        PairChances(
            _of_group(estimation, group, structure, delta, alpha),
            _main_factors(estimation, group, structure),
        )
        for group, structure in enumerate(structures)
    ]


def _of_group(
    estimation: Estimation, group: int, structure: GenericStructure, delta: float, alpha: float
) -> dict[tuple[str, str], float]:
    claims = [one for one in left_out(structure) if one.kind == ITEMS]
    if not claims:
        return {}
    kind, row, column = (
        np.array(part, dtype=np.intp) for part in zip(*(one.cell for one in claims), strict=True)
    )
    roots = expected_roots(estimation, group, Cells(kind, row, column))
    freedom, names = degrees_of_freedom(estimation), structure.pattern.names
    return {
        (names[claim.one], names[claim.other]): chance_to_find(delta * root, alpha, freedom)
        for claim, root in zip(claims, roots.tolist(), strict=True)
    }


def _main_factors(
    estimation: Estimation, group: int, structure: GenericStructure
) -> dict[str, str]:
    """The factor of the largest standardised loading of each item."""
    pattern, implied = structure.pattern, estimation.implied[group]
    n, names = pattern.n_observed, pattern.names
    deviation = np.sqrt(np.maximum(np.diagonal(implied.all_covariance), 0.0))
    loadings = np.zeros((n, len(names)))
    chosen = (pattern.kind == PATH) & (pattern.row < n) & (pattern.column >= n)
    row, column = pattern.row[chosen], pattern.column[chosen]
    loadings[row, column] = np.abs(implied.values[chosen]) * deviation[column]
    return {names[item]: names[int(loadings[item].argmax())] for item in np.unique(row).tolist()}


def chance_to_find(shift: float, alpha: float, freedom: float) -> float:
    """Power of a two-sided test whose statistic has the mean `shift`; 0 where that is NaN.

    Of Student's noncentral t with some degrees of freedom, or the normal distribution where these
    are infinite.
    """
    if not np.isfinite(shift):
        return 0.0
    if np.isinf(freedom):
        critical = normal_quantile(1.0 - alpha / 2.0)
        return normal_distribution(shift - critical) + normal_distribution(-shift - critical)
    critical = float(student_quantile(1.0 - alpha / 2.0, np.array(freedom)))
    above = 1.0 - float(nctdtr(freedom, abs(shift), critical))
    return above + float(nctdtr(freedom, abs(shift), -critical))

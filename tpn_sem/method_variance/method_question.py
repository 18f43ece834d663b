"""What is asked: a substantive model, its factors and items, markers, turned items."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..data import Data, OrdinalStatistics
from ..errors import DataError, TpnSemWarning, attempted
from ..estimation import Estimation, estimate, estimate_again
from ..language import parse
from ..numerics import Array
from ..specification import Options

PATIENCE = 99  # iterations of one search; what ends takes thirty, and starts are many


@dataclass(frozen=True, eq=False)
class MethodQuestion:
    """A substantive model fitted to data, and what is known of its items.

    Attributes
    ----------
    baseline : Estimation
        The substantive model, without anything of method.
    text : str
        Its text, without the marker.
    options : Options
    data : data, or None
        None where a fit came without.
    marker : tuple of str
        Observed variables that have nothing to do with the constructs.
    negative : frozenset of str
        Items whose answers were turned before they were fitted.
    """

    baseline: Estimation
    text: str
    options: Options
    data: Data | None
    marker: tuple[str, ...] = ()
    negative: frozenset[str] = frozenset()

    @cached_property
    def factors(self) -> dict[str, tuple[str, ...]]:
        """Factors that have observed items, and these."""
        roles = self.baseline.specification.roles
        own = {
            name: tuple(item for item in items if item in roles.observed)
            for name, items in roles.indicators.items()
        }
        return {name: items for name, items in own.items() if items}

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Observed indicators, in the order of the model's variables."""
        known = {item for own in self.factors.values() for item in own}
        return tuple(name for name in self.baseline.specification.roles.observed if name in known)

    @property
    def latent(self) -> tuple[str, ...]:
        """All latent variables."""
        return self.baseline.specification.roles.latent

    @property
    def others(self) -> tuple[str, ...]:
        """Observed variables that are no items."""
        known = {*self.items, *self.options.model.auxiliary}
        observed = self.baseline.specification.roles.observed
        return tuple(name for name in observed if name not in known)

    @property
    def is_first_order(self) -> bool:
        """Whether no factor measures another."""
        return not self.baseline.specification.roles.measured_factors

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.baseline.samples.groups)

    @property
    def is_ordinal(self) -> bool:
        """Whether latent responses stand behind items."""
        return isinstance(self.baseline.samples.groups[0], OrdinalStatistics)

    @cached_property
    def deviations(self) -> dict[str, float]:
        """Standard deviations of the items, over groups; 1 for latent responses."""
        if self.is_ordinal:
            return dict.fromkeys(self.items, 1.0)
        sums = dict.fromkeys(self.items, 0.0)
        for sample in self.baseline.samples.groups:
            for item in self.items:
                variance = sample.covariance[sample.names.index(item), sample.names.index(item)]
                sums[item] += float(variance) / self.n_groups
        return {item: float(np.sqrt(value)) for item, value in sums.items()}

    def free_name(self, wanted: str) -> str:
        """A name for a factor that nothing else has."""
        taken = {*self.baseline.specification.roles.all, *self.marker}
        if isinstance(self.data, pd.DataFrame):
            taken |= {str(name) for name in self.data.columns}
        while wanted in taken:
            wanted += "_"
        return wanted

    def again(
        self, text: str, before: Estimation | None = None, **changes: Any
    ) -> Estimation | str:
        """Another model of the same data, or why there is none.

        Fitted to the samples of an estimation where it has the same variables, or else to the data.
        """
        most = min(PATIENCE, self.options.estimation.max_iterations)
        options = self.options.changed(**{"max_iterations": most, "start": (), **changes})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            return attempted(self._fitted, text, before or self.baseline, options)

    def _fitted(self, text: str, before: Estimation, options: Options) -> Estimation:
        statements = parse(text)
        mentioned = {
            name
            for relation in statements.relations
            for name in (relation.lhs, relation.rhs)
            if name
        } | set(options.model.auxiliary)
        observed = before.specification.roles.observed
        if set(observed) <= mentioned and not (mentioned & set(self.marker)) - set(observed):
            return estimate_again(before, statements, options)
        if self.data is None:
            raise DataError("it has other variables than the fit: give data=, the rows.")
        return estimate(statements, options, self.data)


def residual_loadings(question: MethodQuestion) -> Array | None:
    """Standardised loadings of a factor behind what the substantive model leaves, (items,).

    The first principal axis of the residual correlations, averaged over groups.
    """
    if question.is_ordinal:
        return None
    total = np.zeros((len(question.items),) * 2)
    for sample, implied in zip(
        question.baseline.samples.groups, question.baseline.implied, strict=True
    ):
        places = np.array([sample.names.index(item) for item in question.items])
        square = np.ix_(places, places)
        scale = np.sqrt(np.diag(sample.covariance)[places])
        gap = sample.covariance[square] - implied.covariance[square]
        total += gap / np.outer(scale, scale) / question.n_groups
    np.fill_diagonal(total, 0.0)
    values, vectors = np.linalg.eigh(total)
    axis = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
    return np.asarray(axis * (1.0 if axis.sum() >= 0.0 else -1.0))

"""The population of a power analysis: a fit, or a model text with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...data import SampleMoments
from ...errors import NotAvailableError
from ...fit import Fit
from ...model import Model
from ...populations import group_sizes, write_population

_ROWS = 10_000  # of moments that stand for a population


@dataclass(frozen=True, eq=False)
class Truth:
    """A population.

    Attributes
    ----------
    source : Fit or Model
    """

    source: Fit | Model

    @property
    def model(self) -> Model | None:
        """The text with its numbers; None of a fit."""
        return None if isinstance(self.source, Fit) else self.source

    def sizes(self, n: int | Sequence[int] | Mapping[str, int]) -> dict[str, int]:
        """Rows by group."""
        own = None
        if isinstance(self.source, Fit):
            groups = self.source.estimation.samples.groups
            own = {sample.label: sample.n_observations for sample in groups}
        counts, labels = group_sizes(n, own)
        return dict(zip(labels, counts, strict=True))

    def moments(self, sizes: dict[str, int]) -> SampleMoments | dict[str, SampleMoments]:
        """Its moments as those of a large sample, groups in the shares of `sizes`.

        Raises
        ------
        NotAvailableError
            Where variables are ordinal.
        """
        if isinstance(self.source, Fit):
            found = self.source.estimation
            implied, names = found.implied, found.specification.observed
        else:
            written = write_population(self.source.statements, self.source.defaults, tuple(sizes))
            implied, names = written.implied, written.specification.observed
        if any(one.cuts for one in implied):
            raise NotAvailableError(
                "the formula is for continuous variables: give replicates=, as replicates=500."
            )
        total = sum(sizes.values())
        found_moments = {}
        for (label, size), one in zip(sizes.items(), implied, strict=True):
            n = max(round(_ROWS * size / total), 2 * len(names))
            covariance = one.covariance * (n / (n - 1))
            found_moments[label] = SampleMoments(covariance, one.mean, n, names=names)
        return found_moments if len(sizes) > 1 else next(iter(found_moments.values()))

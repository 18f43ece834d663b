"""Strata of a sample, and the share of each that was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataError
from ..numerics import Array, Indices, Mask
from ..specification import DataOptions
from .frames import column_place, numeric_columns

LONELY = ("refuse", "adjust", "certainty")


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """The strata that units were drawn from. Units are clusters where there are any, else rows.

    Attributes
    ----------
    strata : int array
        The stratum of each cluster, or of each row by its place in the data; -1 where not used.
    labels : tuple
        Of the strata.
    counts : array, shape (H,)
        Number of units drawn from each.
    shares : array, shape (H,)
        Share of the stratum's units that was drawn; 0 where the population is taken as endless.
    lonely : {"refuse", "adjust", "certainty"}
        What a stratum with one unit does.
    """

    strata: Indices
    labels: tuple[object, ...]
    counts: Array
    shares: Array
    lonely: str

    @property
    def n_units(self) -> int:
        """Number of units in all strata."""
        return int(self.counts.sum())

    @property
    def factors(self) -> Array:
        """What squares of deviations within strata count, (1 - f) n / (n - 1), shape (H,)."""
        alone = self.counts <= 1.0
        factors = (1.0 - self.shares) * self.counts / np.where(alone, 1.0, self.counts - 1.0)
        return np.where(alone, 1.0 - self.shares if self.lonely == "adjust" else 0.0, factors)

    def centres(self, sums: Array) -> Array:
        """Mean of the units' scores in each stratum; that of all units for one unit alone.

        Parameters
        ----------
        sums : array, shape (H, k)
            Sums of the scores of each stratum.
        """
        alone = self.counts <= 1.0
        own = sums / np.maximum(self.counts, 1.0)[:, None]
        return np.where(alone[:, None], sums.sum(axis=0) / self.n_units, own)


def read_design(
    frame: pd.DataFrame,
    options: DataOptions,
    used: Mask,
    clusters: Indices | None,
    n_clusters: int,
) -> tuple[SurveyDesign | None, list[str]]:
    """The design that options name, and what must be said of it.

    Parameters
    ----------
    used : bool array, shape (n,)
    clusters : int array, shape (n,), or None
    n_clusters : int

    Raises
    ------
    DataError
        Where a cluster lies in two strata, entries are missing, a stratum has one unit and nothing
        is said of it, or population sizes vary within a stratum.
    """
    if options.strata is None and options.fpc is None:
        return None, []
    rows, labels = _strata(frame, options, used)
    shares = _shares(frame, options, used, rows, len(labels))
    strata = rows
    if clusters is not None:
        strata = np.full(n_clusters, -1, dtype=np.intp)
        strata[clusters[used]] = rows[used]
        if (strata[clusters[used]] != rows[used]).any():
            place = int(np.flatnonzero(strata[clusters[used]] != rows[used])[0])
            raise DataError(
                f"a cluster lies in two strata (row {np.flatnonzero(used)[place]}): clusters are "
                "drawn within strata; number them anew in each stratum."
            )
    counts = np.bincount(strata[strata >= 0], minlength=len(labels)).astype(float)
    drawn = np.where(shares > 1.0, counts / np.maximum(shares, 1.0), shares)
    if (drawn > 1.0 + 1e-9).any():
        place = int(np.argmax(drawn))
        raise DataError(
            f"stratum {labels[place]!r}: {counts[place]:.0f} units were drawn, more than fpc= says "
            f"there are ({shares[place]:g})."
        )
    design = SurveyDesign(strata, labels, counts, np.minimum(drawn, 1.0), options.lonely_strata)
    return design, _lonely_notes(design)


def _strata(
    frame: pd.DataFrame, options: DataOptions, used: Mask
) -> tuple[Indices, tuple[object, ...]]:
    """The stratum of each row, -1 where it is not used, and labels."""
    numbers = np.where(used, 0, -1).astype(np.intp)
    if options.strata is None:
        return numbers, ("all",)
    column = frame.iloc[:, column_place(frame, options.strata, "column of strata")][used]
    if column.isna().any():
        raise DataError(
            f"column {options.strata!r} of strata has {int(column.isna().sum())} missing entries."
        )
    codes, labels = pd.factorize(column, sort=True)
    numbers[used] = codes
    return numbers, tuple(labels)


def _shares(
    frame: pd.DataFrame, options: DataOptions, used: Mask, rows: Indices, size: int
) -> Array:
    """Population sizes, or shares drawn, of each stratum; 0 where nothing is said."""
    if options.fpc is None:
        return np.zeros(size)
    if isinstance(options.fpc, str):
        values = numeric_columns(frame, (options.fpc,))[:, 0]
    else:
        values = np.full(len(frame), float(options.fpc))
    if np.isnan(values[used]).any() or (values[used] <= 0.0).any():
        raise DataError("fpc= takes sizes of populations, or shares drawn, above 0 in every row.")
    found = np.zeros(size)
    found[rows[used]] = values[used]
    if (np.abs(found[rows[used]] - values[used]) > 1e-9 * np.abs(values[used])).any():
        raise DataError("fpc= varies within a stratum: it says how many units the stratum has.")
    return found


def _lonely_notes(design: SurveyDesign) -> list[str]:
    alone = [str(label) for label, n in zip(design.labels, design.counts, strict=True) if n == 1.0]
    if not alone:
        return []
    listing = ", ".join(alone[:5]) + (", ..." if len(alone) > 5 else "")
    if design.lonely == "refuse":
        raise DataError(
            f"strata with one unit ({listing}) say nothing of how units vary: join them with "
            "others, or take lonely_strata='adjust' (they vary about the mean of all units) or "
            "'certainty' (they do not vary)."
        )
    how = "about the mean of all units" if design.lonely == "adjust" else "not at all"
    return [f"strata with one unit ({listing}) are taken to vary {how}."]

"""What the rotation did: criterion, starts, local minima."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..drawing import Shown, Table
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.exploratory import name_of_block
from ..rotation import Rotated, largest_changes, minima_notes


@dataclass(frozen=True, eq=False, repr=False)
class RotationReport(Shown):
    """How loadings were rotated, and what the starts found.

    Attributes
    ----------
    name : str
        The criterion with its parameters.
    oblique : bool
        Whether factors may correlate.
    kaiser : bool
        Whether items were weighted to communality one before.
    value : float
        Of the criterion, at the best minimum; NaN without rotation.
    n_starts, n_converged : int
    minima : DataFrame
        A row per distinct minimum, best first: value, reached (number of starts), largest_change
        (largest absolute difference of a loading from the best minimum's, columns matched).
    notes : tuple of str
    """

    name: str
    oblique: bool
    kaiser: bool
    value: float
    n_starts: int
    n_converged: int
    minima: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def n_minima(self) -> int:
        """Number of distinct minima."""
        return len(self.minima)

    def _views(self) -> list[str | Table]:
        kind = "oblique" if self.oblique else "orthogonal"
        weights = ", Kaiser's weights" if self.kaiser else ""
        head = f"{self.name}, {kind}{weights}: {self.n_starts} starts, {self.n_converged} converged"
        return [head, *self.notes, *([Table(self.minima, digits=6)] if self.n_minima else [])]


def no_rotation(name: str, note: str) -> RotationReport:
    """A report that says why nothing was rotated."""
    empty = pd.DataFrame({"value": [], "reached": [], "largest_change": []})
    return RotationReport(name, False, False, float("nan"), 0, 0, empty, (note,) if note else ())


def rotation_report(
    name: str, found: Rotated, kaiser: bool, where: str = ".rotation.minima"
) -> RotationReport:
    """The report of a rotation from many starts; `where` users find its minima."""
    minima = pd.DataFrame(
        {
            "value": [value for value, _, _ in found.minima],
            "reached": [count for _, count, _ in found.minima],
            "largest_change": largest_changes(found),
        },
        index=pd.RangeIndex(1, len(found.minima) + 1, name="minimum"),
    )
    return RotationReport(
        name,
        found.solution.oblique,
        kaiser,
        found.solution.value,
        found.n_starts,
        found.n_converged,
        minima,
        tuple(minima_notes(found, where)),
    )


def block_reports(estimation: Estimation) -> dict[str, RotationReport]:
    """The report of each exploratory block of a fit.

    By the name of the block, and by that of the group where groups turn apart: ``"b"``,
    ``"b [rural]"``.
    """
    if not estimation.converged:
        raise NotAvailableError("nothing converged: there is nothing that was rotated.")
    rotations, reports = estimation.specification.restrictions.rotations, {}
    for rotated, one in zip(rotations, estimation.rotations, strict=True):
        turning = rotated.turning
        assert turning.criterion is not None
        name = name_of_block(rotated, estimation.samples.labels)
        where = f".rotations[{name!r}].minima"
        reports[name] = rotation_report(turning.criterion.words, one, turning.kaiser, where)
    return reports

"""How loadings are to be rotated: the criterion, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..arguments import check_range, read_seed, read_whole
from ..errors import OptionError, choose
from .arrangement import ORDERS
from .criterion import Criterion
from .shipped_rotations import AnyRotation, read_rotation
from .two_step_rotations import TwoSteps

_MOST_STARTS = 100_000


@dataclass(frozen=True)
class Turning:
    """How loadings are to be rotated.

    Attributes
    ----------
    rotation : Criterion, TwoSteps or None
        None leaves them as principal axes.
    oblique, kaiser : bool
    n_starts, seed : int
    order : str
    standardized : bool
        Whether loadings are rotated in the units of standardised items.
    """

    rotation: AnyRotation | None
    oblique: bool
    kaiser: bool
    n_starts: int
    seed: int
    order: str
    standardized: bool = True

    @property
    def criterion(self) -> Criterion | None:
        """Of the first step, or the only one."""
        return self.rotation.first if isinstance(self.rotation, TwoSteps) else self.rotation


def read_turning(
    rotation: object = "geomin",
    rotation_args: Mapping[str, Any] | None = None,
    orthogonal: bool | None = None,
    kaiser: bool | None = None,
    starts: int = 30,
    seed: int = 0,
    order: str = "items",
    standardized: bool = True,
) -> Turning:
    """Check what was said of a rotation.

    Raises
    ------
    OptionError
    """
    chosen = read_rotation(rotation, rotation_args)
    starts = read_whole("starts", starts)
    check_range("starts", starts, 1, _MOST_STARTS)
    seed = read_whole("seed", seed)
    read_seed(seed)
    choose("order", order, ORDERS)
    switches = {"orthogonal": orthogonal, "kaiser": kaiser, "standardized": standardized}
    for name, value in switches.items():
        if value not in (True, False, None) or (name == "standardized" and value is None):
            raise OptionError(f"{name} is True or False, not {value!r:.60}.")
    if chosen is None or isinstance(chosen, TwoSteps):
        given = {"orthogonal": orthogonal, "kaiser": kaiser}
        idle = [name for name, value in given.items() if value is not None]
        if idle:
            what = "rotation='none'" if chosen is None else f"rotation={chosen.name!r}"
            raise OptionError(f"{idle[0]}= is without effect with {what}: leave it out.")
    first = chosen.first if isinstance(chosen, TwoSteps) else chosen
    if first is None:
        return Turning(None, False, False, starts, seed, order, standardized)
    oblique = first.is_oblique if orthogonal is None else not orthogonal
    _check_kind(chosen, oblique)
    weighted = first.kaiser if kaiser is None else kaiser
    return Turning(chosen, oblique, weighted, starts, seed, order, standardized)


def _check_kind(rotation: AnyRotation | None, oblique: bool) -> None:
    if rotation is None or isinstance(rotation, TwoSteps):
        return
    if oblique and not rotation.can_be_oblique:
        raise OptionError(
            f"{rotation.words} has no oblique minimum, factors fall together: take "
            "orthogonal=True, or 'cf_varimax', 'cf_quartimax', 'oblimin' or 'geomin'."
        )
    if not oblique and not rotation.can_be_orthogonal:
        raise OptionError(f"{rotation.words} is for oblique factors: leave orthogonal= out.")

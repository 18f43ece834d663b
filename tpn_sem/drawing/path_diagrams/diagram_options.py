"""What can be chosen about a path diagram."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from ...errors import OptionError, choose, nearest
from .placement import LAYOUTS, Layout


@dataclass(frozen=True)
class DiagramOptions:
    """Choices of a path diagram; see `Fit.path_diagram`.

    Raises
    ------
    OptionError
        Where a layout is not known, or a place is no pair of numbers.
    """

    layout: Layout = "layers"
    structure_only: bool = False
    residuals: bool = False
    intercepts: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what can be checked without a model."""
        if not isinstance(self.layout, Mapping):
            choose("layout", self.layout, LAYOUTS)
            return
        for name, at in self.layout.items():
            if not _is_place(at):
                raise OptionError(
                    f"layout= has {at!r} for {name!r}; a place is two numbers, as (0, 1.5)."
                )

    def check_names(self, known: Collection[str]) -> None:
        """See that labels and places are of variables of the model.

        Raises
        ------
        OptionError
        """
        places = self.layout if isinstance(self.layout, Mapping) else {}
        for option, names in (("labels", self.labels), ("layout", places)):
            for name in names:
                if name not in known:
                    advice = nearest(str(name), list(known)) or "."
                    raise OptionError(f"{option}= names {name!r}, no variable here{advice}")


def _is_place(at: Any) -> bool:
    is_pair = isinstance(at, tuple | list) or type(at).__name__ == "ndarray"
    return (
        is_pair
        and len(at) == 2
        and all(isinstance(x, Real) and math.isfinite(float(x)) for x in at)
    )

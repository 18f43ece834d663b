"""Directions that a model does not have, which say so where something asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import NotAvailableError
from .continuous import Directions


@dataclass(frozen=True, eq=False)
class NoDirections(Directions):
    """Says why a model is more than the moments or statistics that something rests on.

    Attributes
    ----------
    reason : str
    """

    reason: str = ""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name in ("implied", "cells", "reason"):
            return super().__getattribute__(name)
        raise NotAvailableError(self.reason)

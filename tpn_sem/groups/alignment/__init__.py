"""Alignment: factors of groups in one metric where not all items are invariant."""

from .ask import Alignment, alignment

__all__ = ["Alignment", "alignment"]

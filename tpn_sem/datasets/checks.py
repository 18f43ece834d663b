"""Checks of options and of a population's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import OptionError, nearest
from .names import FACTORS, ITEMS, ITEMS_PER_FACTOR


def check_factor_keys(name: str, mapping: Mapping[str, object]) -> None:
    """Raise OptionError unless the keys are the four factors."""
    if set(mapping) != set(FACTORS):
        got = ", ".join(map(str, mapping)) or "none"
        raise OptionError(f"{name} must have the keys {', '.join(FACTORS)}; got {got}")


def check_item_keys(name: str, mapping: Mapping[str, object]) -> None:
    """Raise OptionError unless all keys are items."""
    for item in mapping:
        if item not in ITEMS:
            raise OptionError(f"{name} has an unknown item {item!r}{nearest(item, ITEMS)}")


def check_five(name: str, values: Sequence[float]) -> None:
    """Raise OptionError unless there are five values."""
    if len(values) != ITEMS_PER_FACTOR:
        raise OptionError(f"{name} must have 5 values; got {len(values)}")


def check_shares(name: str, shares: Sequence[float]) -> None:
    """Raise OptionError unless there are five positive values that sum to 1."""
    check_five(name, shares)
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise OptionError(f"{name} must be positive and sum to 1; got {tuple(shares)}")

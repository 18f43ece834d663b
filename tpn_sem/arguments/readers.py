"""Arguments of users, checked and read: numbers, names, codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from math import isfinite

import numpy as np

from ..errors import OptionError


def read_seed(seed: object, shift: int = 0) -> int | None:
    """The seed, moved on by `shift`; None where none was given."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise OptionError(f"seed={seed!r}: give a whole number from 0, or None.")
    return int(seed) + shift


def read_whole(option: str, value: object) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise OptionError(f"{option}={value!r:.60}: give a whole number.")
    return int(value)


def read_number(option: str, value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, float | int | np.number):
        raise OptionError(f"{option}={value!r}: give a number, or a dict by variable.")
    if not isfinite(value):
        raise OptionError(f"{option}={value!r}: give a finite number.")
    return float(value)


def read_share(option: str, value: object) -> float:
    """A number from 0 up to, but not, 1."""
    share = read_number(option, value)
    if not 0.0 <= share < 1.0:
        raise OptionError(f"{option}={value!r}: a share is from 0 up to, but not, 1.")
    return share


def as_names(option: str, value: object) -> tuple[str, ...]:
    """One name or several as a tuple; labels of groups may be whole numbers."""
    kinds = (str, int) if option == "group_label" else (str,)
    if value is None:
        return ()
    if isinstance(value, kinds):
        return (str(value),)
    if isinstance(value, Iterable) and not isinstance(value, bytes | Mapping):
        items = sorted(value, key=str) if isinstance(value, Set) else list(value)
        if all(isinstance(plain(item), kinds) for item in items):
            return tuple(str(item) for item in items)
    raise OptionError(f"{option} takes a name or a list of names, not {value!r}.")


def plain(value: object) -> object:
    """A number, truth value or text of numpy's as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def read_skipped(given: object) -> tuple[tuple[str, tuple[float, ...] | str], ...]:
    """Pairs of an item, or "" for all of them, and its codes or the name of a column.

    Raises
    ------
    OptionError
        For anything but a code, several codes, or a dict of items to these or to columns.
    """
    if given is None:
        return ()
    if isinstance(given, Mapping):
        return tuple((str(item), _read_mark(mark)) for item, mark in given.items())
    mark = _read_mark(given)
    if isinstance(mark, str):
        raise OptionError(_SKIPPED)
    return (("", mark),)


_SKIPPED = (
    "skipped= is a code such as -9, several as [8, 9], or a dict from items to codes or to the "
    "names of columns that are true where the item was skipped."
)


def _read_mark(mark: object) -> tuple[float, ...] | str:
    if isinstance(mark, str):
        return mark
    codes = list(mark) if isinstance(mark, Iterable) else [mark]
    numbers = all(isinstance(code, float | int | np.number) for code in codes)
    if not (codes and numbers) or any(isinstance(code, bool) for code in codes):
        raise OptionError(_SKIPPED)
    return tuple(float(str(code)) for code in codes)


def read_ordered(given: object) -> tuple[str, ...] | bool | None:
    """True, False, or the names of ordinal items from whatever holds names.

    Raises
    ------
    OptionError
    """
    if given is None or isinstance(given, bool | np.bool_):
        return None if given is None else bool(given)
    if isinstance(given, str):
        return (given,)
    names = list(given) if isinstance(given, Iterable) else None
    if isinstance(given, set | frozenset):
        names = sorted(given, key=str)
    if names is None or not all(isinstance(name, str | int | np.integer) for name in names):
        raise OptionError(f"ordered= is True, or the names of ordinal items, not {given!r}.")
    return tuple(str(name) for name in names)


def check_level(level: float) -> None:
    """Refuse confidence levels outside (0, 1).

    Raises
    ------
    OptionError
    """
    if not (isinstance(level, int | float) and 0.0 < level < 1.0):
        raise OptionError(f"level={level!r}: give a confidence level between 0 and 1, as 0.95.")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise OptionError unless low <= value <= high (so also for NaN)."""
    if not low <= value <= high:
        raise OptionError(f"{name} must be between {low:g} and {high:g}; got {value!r}")

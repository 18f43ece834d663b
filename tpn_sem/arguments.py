"""Numbers that users give, checked."""

from __future__ import annotations

import numpy as np

from ..errors import OptionError


def read_seed(seed: object, shift: int = 0) -> int | None:
    """The seed, moved on by `shift`; None where none was given."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise OptionError(f"seed={seed!r}: give a whole number, or None.")
    return abs(int(seed)) + shift


def read_number(option: str, value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, float | int | np.number):
        raise OptionError(f"{option}={value!r}: give a number, or a dict by variable.")
    if not np.isfinite(value):
        raise OptionError(f"{option}={value!r}: give a finite number.")
    return float(value)


def read_share(option: str, value: object) -> float:
    """A number from 0 up to, but not, 1."""
    share = read_number(option, value)
    if not 0.0 <= share < 1.0:
        raise OptionError(f"{option}={value!r}: a share is from 0 up to, but not, 1.")
    return share

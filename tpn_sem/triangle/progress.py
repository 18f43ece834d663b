"""Where long work is: a function that is told, before each step, what comes."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def silent(step: str) -> None:
    """Say nothing."""

"""What is asked of each group: one answer where there is one group, else a dict by label."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...estimation import Estimation

Answer = TypeVar("Answer")


def by_group(
    estimation: Estimation, ask: Callable[[Estimation, int], Answer]
) -> Answer | dict[str, Answer]:
    """The answer of each group."""
    labels = estimation.samples.labels
    found = {label: ask(estimation, group) for group, label in enumerate(labels)}
    return next(iter(found.values())) if len(found) == 1 else found

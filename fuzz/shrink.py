"""Make a case that fails smaller while it still fails in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from .judge import judged

_SECONDS = 60


def shrunk(parts: dict[str, Any], run: Callable[..., object], what: str) -> dict[str, Any]:
    """The smallest parts found that end in the same finding."""
    end = time.monotonic() + _SECONDS
    smaller = True
    while smaller and time.monotonic() < end:
        smaller = False
        for candidate in _smaller(parts):
            if time.monotonic() > end:
                break
            found = judged(lambda candidate=candidate: run(**candidate))  # type: ignore[misc]
            if found is not None and found.what == what:
                parts, smaller = candidate, True
                break
    return parts


def _smaller(parts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same parts with something left out, large pieces first."""
    for name, value in parts.items():
        if isinstance(value, dict):
            for key in value:
                yield {**parts, name: {one: item for one, item in value.items() if one != key}}
        elif isinstance(value, pd.DataFrame):
            yield from ({**parts, name: frame} for frame in _smaller_frames(value))
        elif (
            isinstance(value, str | bytes | list)
            and len(value) > 1
            and name not in ("owner", "name")
        ):
            size = len(value) // 2
            while size:
                for start in range(0, len(value), size):
                    yield {**parts, name: value[:start] + value[start + size :]}
                size //= 2


def _smaller_frames(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    size = len(frame) // 2
    while size:
        for start in range(0, len(frame), size):
            yield pd.concat([frame.iloc[:start], frame.iloc[start + size :]])
        size //= 2
    for place in range(frame.shape[1]):
        yield frame.iloc[:, [at for at in range(frame.shape[1]) if at != place]]

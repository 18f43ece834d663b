"""What the answers to items are called, where the file that they come from says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any


def answer_labels(attrs: Mapping[Any, Any], names: Sequence[str]) -> dict[float, str]:
    """Labels of the answers that all items share.

    None where items differ, or one was turned round, so that the file's labels are not its own.

    Parameters
    ----------
    attrs : mapping
        Of a data frame, as `read_survey` and `prepare` leave them.
    names : sequence of str
    """
    known: Mapping[str, Mapping[str, str]] = attrs.get("value_labels", {})
    own = [known.get(name, {}) for name in names]
    if not own or not own[0] or any(one != own[0] for one in own):
        return {}
    if set(attrs.get("turned_items", ())) & set(names):
        return {}
    found: dict[float, str] = {}
    for code, label in own[0].items():
        with suppress(ValueError):  # a code that is no number is no answer of a scale
            found[float(code)] = str(label)
    return found


def labelled(answer: float, labels: Mapping[float, str]) -> str:
    """An answer with what it is called, as "1 strongly disagree"."""
    label = labels.get(float(answer), "")
    return str(answer) if label in ("", str(answer)) else f"{answer} {label}"

"""Blocks of a page in Markdown: what they print or warn of, and whether that is what it shows."""

from __future__ import annotations

import contextlib
import io
import re
import warnings

import pytest

import tpn_sem as ts

BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?", re.M | re.S
)
MARK = re.compile(r"# (raises|warns) (\w+)\n")
# Numbers of a page are those of one machine: the last digit may differ on another.
NUMBER = re.compile(r"-?\d+\.\d+")


def run(code: str, names: dict[str, object]) -> str:
    """What a block prints, or the message of what it is marked to raise or warn of."""
    mark = MARK.match(code)
    kind, expected = mark.groups() if mark else ("", "")
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ts.TpnSemWarning)
        if kind == "raises":
            with pytest.raises(ts.TpnSemError) as error:
                exec(code, names)
            assert type(error.value).__name__ == expected
            return str(error.value)
        exec(code, names)
    kinds = {item.category.__name__ for item in caught}
    assert kinds == ({expected} if kind == "warns" else set()), f"warned in\n{code}"
    messages = "\n".join(str(item.message) for item in caught)
    return messages if kind == "warns" else printed.getvalue()


def compare_text(shown: str, found: str) -> None:
    """The same words, and numbers that differ in the last digit at most."""
    assert NUMBER.sub("#", shown).split() == NUMBER.sub("#", found).split()
    for one, other in zip(NUMBER.findall(shown), NUMBER.findall(found), strict=True):
        digits = min(len(number.split(".")[1]) for number in (one, other))
        assert abs(float(one) - float(other)) < 1.5 * 10**-digits, f"{one} became {other}"

"""Contrasts between groups in words."""

from __future__ import annotations

import re

from ...results import MEANS

_PRODUCT = re.compile(r"\b([^\W_]\w*?)_x_(\w+)")
_STATEMENT = re.compile(r"(?<![\w~])(\w+) ?(=~|~~|~) ?([^\W\d]\w*|1)(?![\w~])")


def effect_words(name: str, scale: str = "") -> str:
    """A contrast as a person names it: ``NPC~~NPC`` is the variance of NPC.

    Parameters
    ----------
    name : str
        As ``kr3~1``; groups may follow in brackets.
    scale : str
        What the contrast is measured in, which tells means and residual variances apart.
    """
    name, bracket, groups = name.partition(" (")
    return f"{_one_effect(name.replace(' ', ''), scale)}{bracket}{groups}"


def _one_effect(name: str, scale: str) -> str:
    left, operator, right = name.partition("~~")
    if operator and left == right:
        return f"{left} {'residual variance' if 'residual' in scale else 'variance'}"
    if operator:
        return f"correlation of {left} with {right}"
    if "=~" in name:
        factor, _, item = name.partition("=~")
        return f"loading of {item} on {factor}"
    if "|" in name:
        item, _, cut = name.partition("|")
        return f"{item} threshold {cut.removeprefix('t')}"
    if name.endswith("~1"):
        return f"{name.removesuffix('~1')} {'mean' if scale == MEANS else 'intercept'}"
    if "~*~" in name:
        return f"{name.partition('~*~')[0]} scale"
    outcome, _, cause = name.partition("~")
    return f"{cause} → {outcome}"


def in_words(sentence: str) -> str:
    """A sentence in which parameters are called as a person names them.

    What a path in it leads to has a residual variance.
    """
    explained = {
        right if operator == "=~" else left
        for left, operator, right in _STATEMENT.findall(sentence)
        if operator in ("~", "=~") and right != "1"
    }

    def named(found: re.Match[str]) -> str:
        left = found.group(1)
        return effect_words("".join(found.groups()), "residual" if left in explained else "")

    return _PRODUCT.sub(r"\1 × \2", _STATEMENT.sub(named, sentence))


def begun(sentence: str) -> str:
    """A sentence that begins with a capital, also where the name of a variant stands first."""
    return f"{sentence[:1].upper()}{sentence[1:]}"

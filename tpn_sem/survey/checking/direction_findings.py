"""Findings about the direction of items: reversed ones, and ones turned twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ...drawing import format_below_one, with_minus
from ...numerics import Array
from .finding import Finding, Repair, places
from .surveyed import Surveyed

_FEWEST_ITEMS = 3
_FEWEST_ROWS = 20
_ONE_THING = 0.25  # share of the first eigenvalue below which items measure several things
_CLEAR = 3.0  # standard errors of a correlation of zero
_MARKED = re.compile(r"(?i)(\(r\)|\br\b|_r$|\brev(ersed)?\b|\bobr(atn)?|обратн|реверс)")
_NEGATED = re.compile(
    r"(?i)\b(not|never|rarely|hardly|seldom|no one|nobody|без|не|нет|никогда|редко|емес|ешқашан)\b"
    r"|n['\N{RIGHT SINGLE QUOTATION MARK}]t\b"
)


def direction_findings(survey: Surveyed) -> Iterator[Finding]:
    """Items that run against the others of their construct."""
    for name, own in survey.constructs.items():
        if not name or len(own) < _FEWEST_ITEMS:
            continue
        values = survey.turned[:, [survey.place(item) for item in own]]
        rests = rest_correlations(values)
        if rests is None:
            continue
        for item, rest, n in zip(own, *rests, strict=True):
            against = rest * np.sqrt(n) < -_CLEAR
            along = rest * np.sqrt(n) > _CLEAR
            if against:
                yield _against(survey, name, item, rest)
            elif along and not survey.is_reversed(item) and _is_marked(survey.wording(item), item):
                yield _marked_but_along(survey, item, rest)
        yield from _negated(survey, own, rests)


def rest_correlations(values: Array) -> tuple[Array, Array] | None:
    """Correlation of each item with the sum of the others, each in the direction of most.

    Parameters
    ----------
    values : array, shape (n, p)

    Returns
    -------
    correlations, n : arrays, shape (p,), or None
        Below zero for the items that run against most; None where that cannot be told, as where
        items do not measure one thing.
    """
    there = ~np.isnan(values)
    if there.sum(axis=0).min() < _FEWEST_ROWS:
        return None
    centred = values - np.nanmean(values, axis=0)
    pairs = there.T.astype(float) @ there
    filled = np.where(there, centred, 0.0)
    deviations = np.sqrt((filled**2).sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    if pairs.min() < _FEWEST_ROWS or (deviations == 0.0).any():
        return None
    filled = filled / deviations
    correlations = (filled.T @ filled) / pairs
    roots, vectors = np.linalg.eigh(correlations)
    if roots[-1] < _ONE_THING * len(roots):
        return None
    signs = np.where(vectors[:, -1] < 0.0, -1.0, 1.0)
    if signs.sum() == 0.0:  # half of them run either way
        return None
    signs *= np.sign(signs.sum())
    total = filled @ signs
    rests = total[:, None] - filled * signs
    cross = (filled * rests).sum(axis=0)
    size = np.sqrt((filled**2).sum(axis=0) * np.where(there, rests**2, 0.0).sum(axis=0))
    return cross / size, there.sum(axis=0)


def _against(survey: Surveyed, name: str, item: str, rest: float) -> Finding:
    declared = survey.is_reversed(item)
    size = with_minus(format_below_one(rest, 2))
    what = f"it runs against the other items of {name} (r = {size} with their sum)"
    if declared:
        return Finding(
            "reversed twice",
            "error",
            item,
            f"{what}, turned as the instrument says: it was turned before, or is not reversed.",
            "leave it out of reversed=.",
        )
    column = survey.clean[:, survey.place(item)]
    scale = survey.scale(item) or _ends(survey, item)
    rows = places(~np.isnan(column))
    turned = [scale[0] + scale[1] - value for value in column[rows]]
    marked = " Its wording says so, too." if _is_marked(survey.wording(item), item) else ""
    return Finding(
        "reversed item",
        "warning",
        item,
        f"{what}: is it worded the other way round?{marked}",
        "name it in reversed= of the instrument; the repair turns it over "
        f"{scale[0]:g}\N{EN DASH}{scale[1]:g}.",
        rows,
        Repair(f"{item} turned over {scale[0]:g}-{scale[1]:g}", rows, item, turned),
    )


def _ends(survey: Surveyed, item: str) -> tuple[float, float]:
    """Lowest and highest answer in the item's construct."""
    own = next(items for items in survey.constructs.values() if item in items)
    values = survey.clean[:, [survey.place(name) for name in own]]
    return float(np.nanmin(values)), float(np.nanmax(values))


def _is_marked(wording: str, item: str) -> bool:
    return bool(_MARKED.search(wording) or _MARKED.search(item))


def _marked_but_along(survey: Surveyed, item: str, rest: float) -> Finding:
    return Finding(
        "marked as reversed",
        "note",
        item,
        f"{survey.wording(item)!r} is marked as reversed, but runs with the other items "
        f"(r = {with_minus(format_below_one(rest, 2))}).",
        "if it was turned already, nothing; if not, look at how it was coded.",
    )


def _negated(
    survey: Surveyed, items: Sequence[str], rests: tuple[Array, Array]
) -> Iterator[Finding]:
    """The one or two items that are worded as negations and yet run with the others."""
    worded = [item for item in items if _NEGATED.search(survey.wording(item))]
    if not worded or len(worded) > len(items) / 3.0:
        return
    for item in worded:
        rest = float(rests[0][items.index(item)])
        if rest > 0.0 and not survey.is_reversed(item):
            yield Finding(
                "negated wording",
                "note",
                item,
                f"{survey.wording(item)!r} is a negation, but runs with the other items "
                f"(r = {with_minus(format_below_one(rest, 2))}).",
                "right if the question means the same as the others, or was turned already.",
            )

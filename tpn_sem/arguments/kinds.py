"""Kinds of values, as type annotations name them: is a value of one, and what it is in words."""

from __future__ import annotations

import collections.abc as abc
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import pandas as pd

_MOST = 10_000  # entries of a list that are looked at
_ROWS = (Sequence, np.ndarray, pd.Index, pd.Series)


@dataclass(frozen=True)
class Kind:
    """A kind of values.

    Attributes
    ----------
    words : tuple of str
        What a value can be, each to stand after "is".
    holds : callable
        Whether a value is of it.
    """

    words: tuple[str, ...]
    holds: Callable[[Any], bool]

    @property
    def phrase(self) -> str:
        """What a value can be, in words."""
        *others, last = dict.fromkeys(self.words)
        return f"{', '.join(others)} or {last}" if others else last


_ANYTHING = Kind(("anything",), lambda value: True)
_CALLABLE = Kind(("a function",), callable)
_PLAIN: dict[object, Kind] = {
    Any: _ANYTHING,
    object: _ANYTHING,
    bool: Kind(("True", "False"), lambda value: isinstance(value, bool | np.bool_)),
    int: Kind(("a whole number",), lambda value: _is_number(value, int | np.integer)),
    float: Kind(
        ("a number",),
        lambda value: _is_number(value, int | float | np.integer | np.floating),
    ),
    str: Kind(("a text",), lambda value: isinstance(value, str)),
    Path: Kind(("a path",), lambda value: isinstance(value, Path)),
    None: Kind(("None",), lambda value: value is None),
    type(None): Kind(("None",), lambda value: value is None),
}


def _is_number(value: object, kinds: Any) -> bool:
    if not isinstance(value, kinds) or isinstance(value, bool | np.bool_):
        return False
    return not isinstance(value, int) or abs(value) < 2**63  # as large as numpy's can be


@lru_cache(maxsize=1024)
def kind_of(annotation: Any) -> Kind:
    """The kind that an annotation names; anything where it names none that can be told."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _either([kind_of(one) for one in inner])
    if origin is Literal:
        return Kind(tuple(repr(value) for value in inner), lambda value: _is_one_of(value, inner))
    base = origin or annotation
    if base is Callable or base is abc.Callable:
        return _CALLABLE
    if base in (abc.Mapping, dict):
        return _mapping(inner)
    if base is tuple and inner and inner[-1] is not Ellipsis:
        return _fixed_tuple(inner)
    if base in (abc.Sequence, abc.Iterable, list, tuple, abc.Collection):
        return _several(inner, takes_iterators=base is abc.Iterable)
    if not isinstance(annotation, type):
        return _ANYTHING
    return _with_members(annotation) if _is_protocol(annotation) else _instance(annotation)


def _is_protocol(annotation: type) -> bool:
    return bool(getattr(annotation, "_is_protocol", False))


def _with_members(annotation: type) -> Kind:
    """What has the members of a protocol."""
    members = [
        name
        for base in annotation.__mro__
        if _is_protocol(base)
        for name in (*vars(base), *vars(base).get("__annotations__", ()))
        if not name.startswith("_") or name == "__call__"
    ]
    if "__call__" in members:
        return _CALLABLE
    return Kind(
        (f"something with .{' and .'.join(members)}",),
        lambda value: all(hasattr(value, name) for name in members),
    )


def _is_one_of(value: object, known: tuple[object, ...]) -> bool:
    return any(type(value) is type(one) and value == one for one in known)


def _either(kinds: list[Kind]) -> Kind:
    if _ANYTHING in kinds:
        return _ANYTHING
    words = tuple(word for kind in kinds for word in kind.words)
    return Kind(words, lambda value: any(kind.holds(value) for kind in kinds))


def _mapping(inner: tuple[Any, ...]) -> Kind:
    key, item = (kind_of(one) for one in inner) if inner else (_ANYTHING, _ANYTHING)
    words = "a dict" if _ANYTHING in (key, item) else f"a dict of {_plural(key)} to {_plural(item)}"
    return Kind(
        (words,),
        lambda value: (
            isinstance(value, Mapping)
            and all(key.holds(one) and item.holds(other) for one, other in value.items())
        ),
    )


def _fixed_tuple(inner: tuple[Any, ...]) -> Kind:
    kinds = [kind_of(one) for one in inner]
    words = f"{len(kinds)} of them: {', '.join(kind.phrase for kind in kinds)}"
    return Kind(
        (words,),
        lambda value: (
            isinstance(value, list | tuple | np.ndarray)
            and len(value) == len(kinds)
            and all(kind.holds(item) for kind, item in zip(kinds, value, strict=True))
        ),
    )


def _several(inner: tuple[Any, ...], takes_iterators: bool) -> Kind:
    items = [one for one in inner if one is not Ellipsis]
    kind = kind_of(items[0]) if items else _ANYTHING

    def holds(value: Any) -> bool:
        if isinstance(value, str | bytes | Mapping):
            return False
        if takes_iterators and isinstance(value, Iterator):
            return True
        is_row = isinstance(value, _ROWS) and getattr(value, "ndim", 1) == 1
        if not (is_row or (takes_iterators and isinstance(value, Iterable))):
            return False
        return all(kind.holds(item) for _, item in zip(range(_MOST), value, strict=False))

    return Kind((f"a list of {_plural(kind)}" if kind is not _ANYTHING else "a list",), holds)


def _plural(kind: Kind) -> str:
    plurals = {"a text": "texts", "a whole number": "whole numbers", "a number": "numbers"}
    return " or ".join(plurals.get(word, word) for word in kind.words)


def _instance(annotation: type) -> Kind:
    name = annotation.__name__
    article = "an" if name[0] in "AEIOU" else "a"
    return Kind((f"{article} {name}",), lambda value: isinstance(value, annotation))

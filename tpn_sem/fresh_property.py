"""Attributes that are computed once and handed out as copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import update_wrapper
from typing import Any, Generic, TypeVar, overload

import pandas as pd

from .arguments import explained

Value = TypeVar("Value")
_DEEP = int(pd.__version__.split(".")[0]) < 3  # from 3 on pandas copies what is written to


class fresh_property(Generic[Value]):  # noqa: N801  (as `property` and `cached_property`)
    """A cached property whose tables each caller may change without changing the object's.

    Copied are a DataFrame or Series, and those that a data class holds.
    """

    def __init__(self, compute: Callable[[Any], Value]):
        self.compute = compute
        update_wrapper(self, compute)  # type: ignore[arg-type]

    def __set_name__(self, owner: type, name: str) -> None:
        self.place = f"_fresh_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> fresh_property[Value]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> fresh_property[Value] | Value:
        if instance is None:
            return self
        stored = vars(instance)
        if self.place not in stored:
            with explained(self.compute.__qualname__):
                stored[self.place] = self.compute(instance)
        return copied(stored[self.place])


def copied(value: Any) -> Any:
    """The same value with tables of its own."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return value.copy(deep=_DEEP)
    if is_dataclass(value) and not isinstance(value, type):
        tables = {
            field.name: table.copy(deep=_DEEP)
            for field in fields(value)
            if isinstance(table := getattr(value, field.name), (pd.DataFrame, pd.Series))
        }
        return replace(value, **tables) if tables else value
    return value

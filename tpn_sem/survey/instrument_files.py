"""Instruments in files: TOML, or a sheet with a row per item; to and from plain arguments."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError, OptionError, nearest
from ..files import text_of
from .reading import read_survey

_KEYS = {
    *("items", "context", "school", "names", "titles", "wording", "sources", "scale", "reversed"),
    *("not_applicable", "skipped"),
}
_OF_AN_ITEM = {
    "name": "names",
    "wording": "wording",
    "source": "sources",
    "scale": "scale",
    "not_applicable": "not_applicable",
    "skipped": "skipped",
}
_SHEET = ("construct", "column", "reversed", "title", *_OF_AN_ITEM)
_YES = ("1", "1.0", "true", "yes", "y", "x", "r", "reversed", "да", "иә")
_NO = ("0", "0.0", "false", "no", "n", "", "нет", "жоқ")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_arguments(path: Path) -> dict[str, Any]:
    """Arguments of an instrument from a file.

    Raises
    ------
    DataError
        Where the file is not there, or is neither TOML nor a sheet.
    OptionError
        For unknown keys and columns.
    """
    if path.suffix.lower() == ".toml":
        return _from_toml(path)
    return _from_sheet(read_survey(path), path)


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path} is no TOML: {error}.") from None
    for key in content:
        if key not in _KEYS:
            advice = nearest(key, _KEYS) or f"; there are {', '.join(sorted(_KEYS))}"
            raise OptionError(f"{path}: an instrument has no {key!r}{advice}")
    items = content.pop("items", None)
    if isinstance(items, list):
        return _from_sheet(pd.DataFrame(items), path, content)
    if not isinstance(items, Mapping):
        raise OptionError(
            f"{path} names no items: write [items] and, for each construct, NPC = ['q1', 'q2']; or "
            "[[items]] with construct and column, for each item."
        )
    for name, own in items.items():
        if isinstance(own, str) or (name in _KEYS and not isinstance(own, list)):
            where = f"write {name} above [items]" if name in _KEYS else f"write {name} = [{own!r}]"
            raise OptionError(f"{path}: {name!r} under [items] is no list of columns: {where}.")
    return {"items": dict(items), **content}


def _from_sheet(
    sheet: pd.DataFrame, path: Path, others: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Arguments from a table with a row per item; what others say of all items is added to."""
    sheet = sheet.rename(columns=lambda name: str(name).strip().lower().replace(" ", "_"))
    for name in sheet.columns:
        if name not in _SHEET:
            advice = nearest(name, _SHEET) or f"; there are {', '.join(_SHEET)}"
            raise OptionError(f"{path}: a sheet of items has no column {name!r}{advice}")
    for name in ("construct", "column"):
        if name not in sheet:
            raise OptionError(f"{path}: a sheet of items has a column {name!r}; this one lacks it.")
    found: dict[str, Any] = {"items": {}, "titles": {}, "reversed": []}
    found |= {option: {} for option in _OF_AN_ITEM.values()}
    for place, row in enumerate(sheet.to_dict("records")):
        _add_item(found, {name: row[name] for name in row if _is_given(row[name])}, path, place)
    for option, value in (others or {}).items():
        found[option] = _added(value, found.get(option), found["items"])
    return {name: value for name, value in found.items() if value}


def _added(value: Any, own: Any, items: Mapping[str, list[str]]) -> Any:
    """What holds for all items, and what rows say of single ones, which goes before it."""
    if not own:
        return value
    if isinstance(own, list):
        return [*value, *own]
    if not isinstance(value, Mapping):
        value = dict.fromkeys(items, value)
    return {**value, **own}


def _is_given(value: object) -> bool:
    return not (value is None or (isinstance(value, float) and value != value)) and value != ""


def _add_item(found: dict[str, Any], row: dict[str, Any], path: Path, place: int) -> None:
    if "construct" not in row or "column" not in row:
        raise OptionError(f"{path}: item {place + 1} lacks its construct or its column.")
    construct, column = str(row["construct"]).strip(), _text(row["column"])
    found["items"].setdefault(construct, []).append(column)
    if "title" in row:
        found["titles"][construct] = str(row["title"])
    if _is_yes(row.get("reversed", ""), path, place):
        found["reversed"].append(column)
    for name, option in _OF_AN_ITEM.items():
        if name in row:
            found[option][column] = _value(name, row[name])


def _text(value: object) -> str:
    """A heading as text: a whole number of a sheet without its ``.0``."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _value(name: str, value: object) -> object:
    if name in ("not_applicable", "skipped") and isinstance(value, str):
        try:
            return [float(code) for code in re.split(r"[;,\s]+", value.strip())]
        except ValueError:
            raise OptionError(f"{name}: {value!r} holds something that is no code.") from None
    if name == "scale" and isinstance(value, str) and ("|" in value or ";" in value):
        return [text.strip() for text in re.split(r"[|;]", value)]
    return value if name in ("scale", "not_applicable", "skipped") else _text(value)


def _is_yes(value: object, path: Path, place: int) -> bool:
    word = str(value).strip().lower()
    if word not in (*_YES, *_NO):
        raise OptionError(f"{path}: reversed={value!r} of item {place + 1}: write yes or no.")
    return word in _YES


def toml_text(arguments: Mapping[str, Any]) -> str:
    """Plain arguments as TOML: single values first, then a table for each mapping."""
    lines = [
        f"{_key(name)} = {_toml(value)}"
        for name, value in arguments.items()
        if not isinstance(value, Mapping)
    ]
    for name, value in arguments.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{_key(name)}]"]
            lines += [f"{_key(key)} = {_toml(one)}" for key, one in value.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _toml(value: object) -> str:
    """A value as TOML has it, which is as JSON has it but for the delete character."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

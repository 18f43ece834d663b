"""Surveys: files of any format that were damaged or filled in badly, read, checked and described."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

import tpn_sem as ts

from .files import damage

ITEMS = [f"npc{place}" for place in range(1, 6)] + [f"ks{place}" for place in range(1, 6)]
ENDINGS = ("csv", "xlsx", "sav", "dta", "parquet", "feather", "toml")
ODD: tuple[object, ...] = (
    *("", " ", "4 ", "4,5", "n/a", "=1+1", "'5", "∞", "\x00", "\ufeff", "да", "9" * 40, "1e999"),
    *(-1, 0, 9, 99, 44, 1e308, -1e308, float("inf"), float("nan"), None, True, 3.7, 2**70),
)
ODD_BYTES = [b'"', b";", b",,\n", b"\x00", b"=1+1", b"\xff\xfe", b"\r", b"\n\n", b"[", b"'"]
INSTRUMENT = ts.Instrument({"NPC": ITEMS[:5], "KS": ITEMS[5:]}, school="school", scale=(1, 5))


@lru_cache(maxsize=1)
def survey() -> pd.DataFrame:
    """Sixty teachers."""
    frame = ts.datasets.teachers().iloc[:60]
    frame.attrs = {}
    return frame[["teacher", "school", "location", "age", *ITEMS]]


@lru_cache(maxsize=1)
def originals() -> dict[str, bytes]:
    """Good files, by their ending."""
    import pyreadstat

    found = {"toml": INSTRUMENT.to_toml().encode()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        for encoding, separator in (("utf-8", ","), ("cp1251", ";"), ("utf-16", "\t")):
            text = survey().rename(columns={"age": "возраст"}).to_csv(index=False, sep=separator)
            found[f"{encoding}.csv"] = text.encode(encoding)
        survey().to_excel(path.with_suffix(".xlsx"), index=False)
        pyreadstat.write_sav(survey(), str(path.with_suffix(".sav")))
        survey().to_stata(path.with_suffix(".dta"), write_index=False)
        survey().to_parquet(path.with_suffix(".parquet"))
        survey().reset_index(drop=True).to_feather(path.with_suffix(".feather"))
        for ending in ENDINGS[1:6]:
            found[f"whole.{ending}"] = path.with_suffix(f".{ending}").read_bytes()
    return found


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    if generator.random() < 0.5:
        return _filled_in(generator)
    name = generator.choice(list(originals()))
    content = bytearray(originals()[name])
    for _ in range(generator.choice([0, 1, 1, 2, 5])):
        damage(content, generator, ODD_BYTES)
    ending = name.rpartition(".")[2]
    if generator.random() < 0.1:
        ending = generator.choice(ENDINGS)
    return {"ending": ending, "content": bytes(content)}, read


def _filled_in(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Cells, columns and rows as nobody should fill them in."""
    cells = [
        (generator.randrange(60), generator.randrange(14), generator.choice(ODD))
        for _ in range(generator.choice([0, 1, 3, 30]))
    ]
    columns = [
        (generator.randrange(14), generator.choice(ODD))
        for _ in range(generator.choice([0, 0, 1, 3]))
    ]
    rows = generator.choice([60, 60, 60, 1, 2, 5])
    names = generator.choice(["", "", "same", "odd", "numbers"])
    return {"cells": cells, "columns": columns, "rows": rows, "names": names}, look


def read(ending: str, content: bytes) -> object:
    """Read the file, and check it; a TOML is an instrument."""
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        path = Path(folder) / f"damaged.{ending}"
        path.write_bytes(content)
        if ending == "toml":
            return ts.codebook(ts.Instrument.from_file(path))
        return str(ts.check(ts.read_survey(path)))


def look(
    cells: list[tuple[int, int, object]],
    columns: list[tuple[int, object]],
    rows: int,
    names: str,
) -> object:
    """Check, repair, describe and prepare the answers."""
    frame = survey().astype(object).reset_index(drop=True)
    for row, column, value in cells:
        frame.iat[row, column] = value
    for column, value in columns:
        frame.isetitem(column, pd.Series([value] * len(frame)))
    frame = frame.iloc[:rows]
    if names == "same":
        frame = frame.rename(columns={"npc2": "npc1"})
    elif names == "odd":
        frame = frame.rename(columns={"npc2": "`", "ks2": "a\nb", "age": ""})
    elif names == "numbers":
        frame.columns = pd.RangeIndex(frame.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        found = ts.check(frame)
        if found.errors and any(one.repair for one in found.errors):
            found.apply("all")
        str(found), found._repr_html_()
        ts.check(frame, INSTRUMENT, group="location")
        ready = ts.prepare(frame, INSTRUMENT)
        return str(ts.describe(ready, INSTRUMENT, group="location"))

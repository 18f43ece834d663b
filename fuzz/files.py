"""Files: saved moments and tables that were damaged on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import tpn_sem as ts

from .calls import GRADES
from .frames import PUPILS

ITEMS = [f"x{place}" for place in range(1, 5)]


@lru_cache(maxsize=1)
def originals() -> dict[str, bytes]:
    """Good files, by kind."""
    found: dict[str, bytes] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        ts.SampleMoments.from_data(PUPILS[ITEMS]).save(path)
        found["moments"] = path.read_bytes()
        PUPILS[ITEMS].to_csv(path, index=False)
        found["csv"] = path.read_bytes()
        PUPILS[ITEMS].to_parquet(path)
        found["parquet"] = path.read_bytes()
        grades = GRADES[ITEMS].astype("Int64")
        for name, data in (("ordinal", grades), ("gaps", PUPILS[ITEMS].mask(PUPILS[ITEMS] > 6))):
            data.to_parquet(path)
            kind = {"ordered": True} if name == "ordinal" else {"missing": "fiml"}
            ts.SampleMoments.from_parquet(path, **kind).save(path)  # type: ignore[arg-type]
            found[name] = path.read_bytes()
    return found


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    kind = generator.choice(list(originals()))
    content = bytearray(originals()[kind])
    for _ in range(generator.choice([1, 1, 2, 5])):
        damage(content, generator, [b"text", b",,\n", b"\x00", b"=1+1", b"\xff\xfe"])
        if not content:
            break
    return {"kind": kind, "content": bytes(content)}, run


def damage(content: bytearray, generator: random.Random, odd: list[bytes]) -> None:
    """Cut off, cut out, overwrite, repeat a part of a file, or put something odd in it."""
    place = generator.randrange(len(content) + 1)
    end = min(len(content), place + generator.choice([1, 1, 10, 300]))
    what = generator.randint(0, 4)
    if what == 0:
        del content[place:]
    elif what == 1:
        del content[place:end]
    elif what == 2:
        content[place:end] = generator.randbytes(end - place)
    elif what == 3:
        content[place:place] = generator.choice(odd)
    else:
        content[place:place] = content[:end]


def run(kind: str, content: bytes) -> object:
    """Read the file, and fit to it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "damaged"
        path.write_bytes(content)
        if kind == "csv":
            moments = ts.SampleMoments.from_csv(path)
        elif kind == "parquet":
            moments = ts.SampleMoments.from_parquet(path)
        else:
            moments = ts.SampleMoments.load(path)
        options = {"ordered": True} if kind == "ordinal" else {}
        options |= {"missing": "fiml"} if kind == "gaps" else {}
        return ts.cfa("f =~ x1 + x2 + x3 + x4", moments, **options)  # type: ignore[arg-type]

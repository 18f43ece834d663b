"""Finished shares of a run on disk, so that the same call goes on where it was broken off."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import OptionError
from ..estimation import Estimation
from ..files import named_path
from ..writing import make_folder, written_whole
from .batches import Batch

_CALL = "call.json"


@dataclass(frozen=True)
class Checkpoint:
    """A folder that finished chunks are written to, and read from by the same call.

    Attributes
    ----------
    folder : Path
    call : mapping of str to str
        What makes two calls the same.
    """

    folder: Path
    call: Mapping[str, str]

    def inside(self, name: str) -> Checkpoint:
        """A folder in this one, for a part of the call that is a run of its own."""
        readable = "".join(c if c.isalnum() else "_" for c in name)[:40]
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]  # two names may read alike
        return Checkpoint(self.folder / f"{readable}-{digest}", {**self.call, "part": name})

    def entropy(self, run: Mapping[str, object], fresh: int) -> int:
        """What the run's random numbers start from: the first call's, or `fresh` where it is one.

        Raises
        ------
        OptionError
            Where the folder holds another call's shares, or cannot be written to.
        """
        call = {**self.call, **{name: str(value) for name, value in run.items()}}
        place = self.folder / _CALL
        make_folder(self.folder, "checkpoint")
        with suppress(OSError, ValueError):
            before = json.loads(place.read_text(encoding="utf-8"))
            entropy = int(before.pop("entropy"))
            changed = sorted(name for name in call if before.get(name) != call[name])
            if changed:
                raise OptionError(
                    f"checkpoint={str(self.folder)!r} holds shares of another call: "
                    f"{', '.join(changed)} differed. Give another folder, or remove this one."
                )
            return entropy
        with written_whole(place) as file:
            file.write(json.dumps({**call, "entropy": str(fresh)}, indent=1).encode())
        return fresh

    def read(self) -> dict[int, Batch]:
        """Chunks that are there; damaged files are passed over, and their chunks done again."""
        found: dict[int, Batch] = {}
        for path in sorted(self.folder.glob("*.npz")):
            with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
                found.update(_chunks_of(path))
        return found

    def write(self, places: Iterable[int], batches: Iterable[Batch]) -> None:
        """Write some chunks."""
        arrays = {}
        for place, batch in zip(places, batches, strict=True):
            arrays[f"values_{place}"] = batch.values
            arrays[f"problems_{place}"] = np.array(batch.problems, dtype=np.str_)
        first = min(int(name.partition("_")[2]) for name in arrays)
        with written_whole(self.folder / f"{first:08d}.npz") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _chunks_of(path: Path) -> Iterator[tuple[int, Batch]]:
    with np.load(path, allow_pickle=False) as stored:
        for name in [name for name in stored.files if name.startswith("values_")]:
            place = name.partition("_")[2]
            problems = tuple(str(problem) for problem in stored[f"problems_{place}"])
            yield int(place), Batch(stored[name], problems)


def checkpoint_of(
    path: str | Path | None, fits: Mapping[str, Estimation], **options: object
) -> Checkpoint | None:
    """The checkpoint of a call, recognised by its fits and by its options.

    Estimates count to five digits, and so do arrays of numbers: what was asked of the data stands
    for a function that was given.
    """
    if path is None:
        return None
    call = {name: _digest(value) for name, value in options.items()}
    for name, found in fits.items():
        text = found.specification.statements.text
        parts = (text, found.names, found.n_observations, found.options, found.samples.options)
        call[f"fit {name}".strip()] = f"{_digest(parts)} {_digest(found.parameters)}"
    return Checkpoint(named_path(path, OptionError), call)


def _digest(value: object) -> str:
    if isinstance(value, np.ndarray):
        value = " ".join(f"{number:.5g}" for number in np.ravel(value))
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]

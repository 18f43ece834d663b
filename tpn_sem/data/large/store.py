"""Sample moments in a file: numpy's archive of arrays, which loses no bit and runs no code."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from ...files import bytes_of
from ...moments import Patterns
from ...moments.ordinal import CategoricalMoments, Layout
from ...numerics import Array
from ...writing import written_whole

FORMAT = 1
_DAMAGED = (
    EOFError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
)
Parts = dict[str, Any]


def write(path: str | Path, groups: dict[str, Parts]) -> None:
    """Write groups of arrays, patterns and ordinal statistics."""
    arrays: dict[str, Array] = {}
    header: dict[str, Any] = {"format": FORMAT, "groups": []}
    for place, (label, parts) in enumerate(groups.items()):
        plain: dict[str, Any] = {"label": label}
        for name, value in parts.items():
            stem = f"{place}.{name}"
            if isinstance(value, Patterns):
                for key in ("observed", "shares", "mean", "covariance"):
                    arrays[f"{stem}.{key}"] = getattr(value, key)
            elif isinstance(value, CategoricalMoments):
                plain[name] = {
                    "categories": value.layout.categories,
                    "names": value.layout.names,
                    "n": value.n_observations,
                    "empty": value.empty_pairs,
                }
                arrays[f"{stem}.thresholds"] = np.concatenate(value.thresholds)
                arrays[f"{stem}.covariance"] = value.covariance
                if value.has_spread:
                    arrays[f"{stem}.spread"] = value.spread
            elif isinstance(value, np.ndarray):
                arrays[stem] = value
            elif value is not None:
                plain[name] = value
        header["groups"].append(plain)
    arrays["header"] = np.array(json.dumps(header))
    with written_whole(path) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read(path: str | Path) -> dict[str, Parts]:
    """Read what `write` wrote.

    Raises
    ------
    DataError
        Where the file is not there, or is none of these.
    """
    content = BytesIO(bytes_of(path))
    try:
        with np.load(content, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(str(arrays.pop("header")))
        if header["format"] != FORMAT:
            raise DataError(f"{str(path)!r} was written by a newer version of this library.")
        return {
            group["label"]: _group(place, group, arrays)
            for place, group in enumerate(header["groups"])
        }
    except _DAMAGED as error:
        raise DataError(f"{str(path)!r} is damaged: {error}. Save the moments again.") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(f"{str(path)!r} does not hold saved sample moments.") from error


def _group(place: int, header: Parts, arrays: dict[str, Array]) -> Parts:
    stem = f"{place}."
    own = {name.removeprefix(stem): a for name, a in arrays.items() if name.startswith(stem)}
    parts: Parts = {name: value for name, value in header.items() if name != "label"}
    parts |= {name: array for name, array in own.items() if "." not in name}
    if "patterns.shares" in own:
        parts["patterns"] = Patterns(
            own["patterns.observed"].astype(bool),
            own["patterns.shares"],
            own["patterns.mean"],
            own["patterns.covariance"],
            np.zeros(0, dtype=np.intp),
        )
    if "categorical" in parts:
        parts["categorical"] = _categorical(parts["categorical"], own)
    return parts


def _categorical(header: Parts, own: dict[str, Array]) -> CategoricalMoments:
    layout = Layout(tuple(header["categories"]), 0, tuple(header["names"]))
    ends = np.cumsum(layout.threshold_counts)[:-1]
    p = layout.n_variables
    return CategoricalMoments(
        layout,
        tuple(np.split(own["categorical.thresholds"], ends)),
        np.zeros(p),
        np.zeros((p, 0)),
        own["categorical.covariance"],
        int(header["n"]),
        tuple((int(i), int(j)) for i, j in header["empty"]),
        None,
        own.get("categorical.spread"),
    )

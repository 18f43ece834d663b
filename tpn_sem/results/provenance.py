"""Where a fit comes from: software, options, data and what was left out of them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .._version import __version__
from ..arguments import checked
from ..data import Sample
from ..drawing import Shown, Table
from ..estimation import Estimation
from ..numerics import Array, Indices
from ..writing import write_whole

_PACKAGES = ("numpy", "scipy", "pandas")
_ALWAYS = ("estimator", "se", "test", "information", "missing", "defaults")


@dataclass(frozen=True, repr=False)
class Provenance(Shown):
    """What is needed to fit a model again, and to see that nothing has changed.

    Attributes
    ----------
    versions : dict of str to str
        Of tpn_sem, Python and the packages that compute.
    model : str
        The model text.
    options : dict of str to object
        Those that decide most, and all that are not the default.
    data : dict of str to object
        n_observations, n_dropped, groups, n_clusters, variables, and whether they are synthetic.
    notes : tuple of str
        What was said of the data: which rows were dropped and why.
    data_hash : str
        SHA-256 of the numbers that were fitted, in their order, as 64-bit little-endian floats.
    """

    versions: dict[str, str]
    model: str
    options: dict[str, Any]
    data: dict[str, Any]
    notes: tuple[str, ...]
    data_hash: str

    @checked
    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @checked
    def to_json(self, path: str | Path | None = None) -> str:
        """All of it as JSON; written to a file where `path` names one."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, default=str)
        if path is not None:
            write_whole(path, text + "\n")
        return text

    def _views(self) -> Iterable[str | Table]:
        yield from self.notes
        parts = {
            "Software": self.versions,
            "Options": self.options,
            "Data": {**self.data, "SHA-256": self.data_hash},
        }
        for title, values in parts.items():
            shown = pd.Series({name: _written(value) for name, value in values.items()})
            yield Table(shown.to_frame("value"), title, formats={"value": "written"})
        yield f"Model:\n{self.model}"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {entry}" for name, entry in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def provenance(estimation: Estimation) -> Provenance:
    """See `Fit.provenance`."""
    samples, specification = estimation.samples, estimation.specification
    data: dict[str, Any] = {
        "n_observations": samples.n_observations,
        "n_dropped": samples.n_dropped,
        "variables": list(specification.observed),
        "synthetic": samples.synthetic,
    }
    if len(samples.labels) > 1 or samples.labels[0]:
        data["groups"] = {group.label: group.n_observations for group in samples.groups}
    if samples.cluster_labels:
        data["n_clusters"] = len(samples.cluster_labels)
    return Provenance(
        dict(_versions()),
        specification.statements.text,
        _options(estimation),
        data,
        samples.notes,
        data_hash(samples.groups),
    )


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    """Read once: looking them up takes longer than a fit."""
    found = [("tpn_sem", __version__), ("python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "unknown"))
    return tuple(found)


def _options(estimation: Estimation) -> dict[str, Any]:
    """What decides most first, then what is not the default."""
    parts = (
        estimation.options,
        estimation.samples.options,
        estimation.specification.options,
    )
    always: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for part in parts:
        for one in fields(part):
            value = getattr(part, one.name)
            if one.name in _ALWAYS:
                always[one.name] = _plain(value)
            elif value != one.default:
                others[one.name] = _plain(value)
    return {**{name: always[name] for name in _ALWAYS}, **others}


def _plain(value: Any) -> Any:
    """A value that JSON knows."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return str(getattr(value, "name", type(value).__name__))


def data_hash(groups: Iterable[Sample]) -> str:
    """SHA-256 of what was fitted: labels and names, then rows, or moments where there are none."""
    digest = hashlib.sha256()
    for group in groups:
        digest.update(repr((group.label, group.names, group.n_observations)).encode())
        rows = group.known_rows
        parts: tuple[Array | Indices | None, ...]
        parts = (group.covariance, group.mean)
        if rows is not None:
            parts = (rows.values, rows.weights, rows.repeats, rows.clusters)
        for part in parts:
            digest.update(b"-" if part is None else _bytes(part))
    return digest.hexdigest()


def _bytes(numbers: Array | Indices) -> bytes:
    """The same whatever the machine; one kind of NaN and of zero."""
    plain = np.where(np.isnan(numbers), np.nan, numbers) + 0.0
    return np.ascontiguousarray(plain, dtype="<f8").tobytes()

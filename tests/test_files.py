"""Every door that takes a path says so where no file can be called that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.command import main
from tpn_sem.survey import Instrument

NAMES = {
    "a null": "a\0b",
    "too long": "x" * 300 + ".svg",
    "half a character": "\ud800.svg",
    "a null in a folder": "a\0/b.toml",
    "nothing": "",
    "nobody's home": "~nobody-of-that-name/x.svg",
}


@cache
def fit() -> ts.Fit:
    numbers = np.random.default_rng(5).normal(size=(200, 4))
    data = pd.DataFrame(numbers + numbers[:, :1], columns=["a", "b", "c", "d"])
    return ts.cfa("f =~ b + c + d", data)


DOORS: dict[str, Callable[[str], object]] = {
    "survey": ts.read_survey,
    "instrument": Instrument.from_file,
    "hypotheses": ts.read_hypotheses,
    "interviews": lambda path: ts.read_interviews(path, path),
    "moments": lambda path: ts.SampleMoments.from_csv(path, ["a", "b"]),
    "moments kept": ts.SampleMoments.load,
    "many moments": lambda path: ts.SampleMoments.from_parquet([path]),
    "checkpoint": lambda path: ts.bootstrap(fit(), n=2, checkpoint=path),
    "picture": lambda path: fit().path_diagram().save(path),
    "hypotheses kept": lambda path: ts.hypotheses("a ~ b > 0", written="2026-09-01").save(path),
}
COMMANDS = {
    "data": ("fit", "{}", "model.txt"),
    "model": ("fit", "data.csv", "{}"),
    "run": ("--config", "{}"),
    "folder": ("study", "--out", "{}"),
    "simulated": ("simulate", "--out", "{}"),
    "checked": ("check", "{}"),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_name_of_a_file_is_refused(
    door: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ts.TpnSemError, match="is no name of a file"):
        DOORS[door](NAMES[name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_refuse_it_too(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("a,b,c\n1,2,3\n2,3,5\n3,1,4\n1,1,2\n")
    (tmp_path / "model.txt").write_text("f =~ a + b + c")
    assert main([part.format(NAMES[name]) for part in COMMANDS[command]]) == 1
    assert {one.name for one in tmp_path.iterdir()} == {"data.csv", "model.txt"}


def test_the_home_is_written_to_and_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    kept = ts.hypotheses("a ~ b > 0", written="2026-09-01")
    assert kept.save("~/h.txt") == tmp_path / "h.txt"
    assert ts.read_hypotheses("~/h.txt").digest == kept.digest
    fit().path_diagram().save("~/p.svg")
    assert {one.name for one in tmp_path.iterdir()} == {"h.txt", "p.svg"}

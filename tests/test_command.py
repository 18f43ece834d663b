"""The command of the study: what it writes, prints and refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from report_cases import page_of

import tpn_sem as ts
from tpn_sem.triangle import VARIANTS, Study, study
from tpn_sem.triangle import __main__ as command

ROOT = Path(__file__).parents[1]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tpn_sem.triangle", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.slow
def test_the_command_writes_the_folder_and_says_where(tmp_path: Path) -> None:
    done = run("--out", "here", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "synthetic" in done.stdout.splitlines()[0]
    assert "sharing first" in done.stdout
    assert "! free exchange: refused: the model is not identified" in done.stdout
    assert f"The page:  {Path('here') / 'report.html'}" in done.stdout
    assert (tmp_path / "here" / "report.html").stat().st_size > 50_000


def test_the_command_prints_the_study_and_where_it_lies(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    whole_study: Study,
) -> None:
    """The study that the other tests read stands in for another run of it."""
    asked = []

    def known(data: pd.DataFrame, group: str | None) -> Study:
        asked.append((len(data), data.attrs["synthetic"], group))
        return whole_study

    monkeypatch.setattr(command, "study", known)
    assert command.main(["--out", str(tmp_path / "here")]) == 0
    assert asked == [(440, True, "location")]
    printed = capsys.readouterr().out
    assert "synthetic" in printed.splitlines()[0]
    assert "sharing first" in printed
    assert "! free exchange: refused: the model is not identified" in printed
    assert f"The page:  {tmp_path / 'here' / 'report.html'}" in printed
    assert (tmp_path / "here" / "report.html").stat().st_size > 50_000


def test_the_command_takes_data_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two of the variants, for the time it takes."""
    chosen = [VARIANTS[name] for name in ("four factors", "partial mediation")]
    monkeypatch.setattr(command, "study", partial(study, variants=chosen, permutations=9))
    own = ts.datasets.teachers(seed=5, missing=0)
    own.rename(columns={"location": "place"}).to_csv(tmp_path / "own.csv", index=False)
    arguments = ["--out", str(tmp_path / "out"), "--data", str(tmp_path / "own.csv")]
    assert command.main([*arguments, "--group", "place"]) == 0
    printed = capsys.readouterr().out
    assert "synthetic" not in printed
    assert "place is a property of the school" in printed
    assert "synthetic" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "7. The same measures" in " ".join(page_of(tmp_path / "out").text)
    assert command.main([*arguments, "--group", ""]) == 0
    assert "7. The same measures" not in " ".join(page_of(tmp_path / "out").text)


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "no items": (b"a,b\n1,2\n3,4\n", "column 'npc1' is not in the data"),
    "empty": (b"", "cannot be read as CSV"),
    "ragged": (b"a,b\n1,2\n1,2,3\n", "cannot be read as CSV"),
    "not text": (b"\xff\xfe\x00\x01,\n\x00", "cannot be read as CSV"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gives_a_message_and_code_one(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, says = BAD_FILES[name]
    (tmp_path / "bad.csv").write_bytes(content)
    arguments = ["--out", str(tmp_path / "out"), "--data", str(tmp_path / "bad.csv")]
    assert command.main([*arguments, "--group", ""]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("error: ")
    assert says in printed.err
    assert printed.out == ""
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        command.main(["--data", str(tmp_path / "nowhere.csv"), "--out", str(tmp_path / "out")]) == 1
    )
    assert "nowhere.csv" in capsys.readouterr().err


def test_a_missing_group_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--group", "locaton", "--out", str(tmp_path / "out")]) == 1
    assert "did you mean 'location'" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    whole_study: Study,
) -> None:
    monkeypatch.setattr(command, "study", lambda data, group: whole_study)
    (tmp_path / "taken").write_text("a file")
    assert command.main(["--out", str(tmp_path / "taken")]) == 1
    assert "taken" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "a file"

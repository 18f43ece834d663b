"""The command line: what it writes, prints, refuses and repeats."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_cases import page_of

import tpn_sem as ts
from tpn_sem.command import main, study_command
from tpn_sem.command.run_files import set_defaults
from tpn_sem.errors import OptionError
from tpn_sem.triangle import VARIANTS, Study, study

ROOT = Path(__file__).parents[1]
Capture = pytest.CaptureFixture[str]
MODEL = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5\nKS =~ ks1 + ks2 + ks3 + ks4 + ks5\nKS ~ NPC\n"
TWO = ("four factors", "partial mediation")
NUMBER = re.compile(r"-?\d*\.\d+")


def run(module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a survey, a model and an instrument."""
    ts.datasets.teachers(seed=5).to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "model.txt").write_text(MODEL, encoding="utf-8")
    instrument = ts.Instrument.numbered().to_toml()
    (tmp_path / "instrument.toml").write_text(instrument, encoding="utf-8")
    return tmp_path


def done(capsys: Capture, *arguments: object, code: int = 0) -> tuple[str, str]:
    """What a command prints, on both streams, when it ends with the code."""
    ended = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert ended == code, printed.err
    return printed.out, printed.err


# The study ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_the_folder_and_says_where(tmp_path: Path) -> None:
    ended = run("tpn_sem", "study", "--out", "here", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "synthetic" in ended.stdout.splitlines()[0]
    assert "sharing first" in ended.stdout
    assert "! free exchange: refused: the model is not identified" in ended.stdout
    assert f"The page:  {Path('here') / 'report.html'}" in ended.stdout
    assert (tmp_path / "here" / "report.html").stat().st_size > 50_000
    assert "comparing groups of location" in ended.stderr


@pytest.mark.slow
def test_the_older_name_still_runs(tmp_path: Path) -> None:
    ended = run("tpn_sem.triangle", "--group", "", "--out", "here", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "is called tpn-sem study now" in ended.stderr
    assert (tmp_path / "here" / "report.html").exists()


def test_the_study_is_printed_and_where_it_lies(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, whole_study: Study
) -> None:
    """The study that the other tests read stands in for another run of it."""
    asked = []

    def known(data: pd.DataFrame, instrument: object, **options: object) -> Study:
        asked.append((len(data), data.attrs["synthetic"], instrument, options["group"]))
        return whole_study

    monkeypatch.setattr(study_command, "study", known)
    out, err = done(capsys, "study", "--out", tmp_path / "here", "--quiet")
    assert asked == [(440, True, ts.Instrument.numbered(), "location")]
    assert err == ""
    assert "synthetic" in out.splitlines()[0]
    assert "! free exchange: refused: the model is not identified" in out
    assert f"The page:  {tmp_path / 'here' / 'report.html'}" in out
    assert (tmp_path / "here" / "report.html").stat().st_size > 50_000


@pytest.mark.slow
def test_the_report_has_the_formats_and_sections_asked_for(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, whole_study: Study
) -> None:
    monkeypatch.setattr(study_command, "study", lambda *_, **__: whole_study)
    arguments = ["study", "--out", tmp_path / "here", "--quiet"]
    out, _ = done(
        capsys, *arguments, "--formats", "json", "latex", "--without", "variants", "models"
    )
    assert f"Report:    {tmp_path / 'here' / 'report.json'}" in out
    assert f"Report:    {tmp_path / 'here' / 'report.tex'}" in out
    assert not (tmp_path / "here" / "report.html").exists()
    keys = [
        one["key"]
        for one in json.loads((tmp_path / "here" / "report.json").read_text("utf-8"))["sections"]
    ]
    assert "structure" in keys
    assert not {"variants", "models"} & set(keys)
    other = ["study", "--out", tmp_path / "there", "--without", "variant"]
    _, err = done(capsys, *other, code=1)
    assert "did you mean 'variants'" in err
    assert not (tmp_path / "there").exists()


@pytest.mark.slow
def test_the_study_takes_data_of_ones_own(
    files: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [VARIANTS[name] for name in TWO]
    monkeypatch.setattr(study_command, "study", partial_study(chosen))
    frame = pd.read_csv(files / "own.csv").rename(columns={"location": "place"})
    frame.to_csv(files / "other.csv", index=False)
    arguments = ["study", files / "other.csv", "--out", files / "out", "--group", "place"]
    out, err = done(capsys, *arguments)
    assert "synthetic" not in out
    assert "place is a property of the school" in out
    assert "other.csv: CSV, encoding 'utf-8'" in err
    assert "partial mediation" in err
    text = " ".join(page_of(files / "out").text)
    assert "synthetic" not in text
    assert ". The same measures in both groups?" in text


def partial_study(chosen: list) -> object:
    def some(data: pd.DataFrame, instrument: object, **options: object) -> Study:
        return study(
            data,
            instrument,
            **{**options, "variants": chosen, "permutations": 9, "scrutiny": False},
        )

    return some


@pytest.mark.slow
def test_options_of_the_study_reach_it(
    files: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, whole_study: Study
) -> None:
    asked: dict[str, object] = {}

    def known(data: object, instrument: object, **options: object) -> Study:
        asked.update(options, instrument=instrument)
        return whole_study

    monkeypatch.setattr(study_command, "study", known)
    given = "--group location --cluster school --ordered --estimator PML --missing doubly_robust"
    given += " --skipped -9 -8 --controls age gender --main chain --permutations 7 --quiet"
    given += " --variants chain".replace("chain", "chain additive")
    done(
        capsys,
        "study",
        files / "own.csv",
        "--instrument",
        files / "instrument.toml",
        "--out",
        files / "o",
        *given.split(),
    )
    assert asked.pop("instrument") == ts.Instrument.numbered()
    assert asked == {
        "group": "location",
        "variants": ["chain", "additive"],
        "hypotheses": None,
        "interviews": None,
        "verdicts": None,
        "main": "chain",
        "ordered": True,
        "estimator": "PML",
        "missing": "doubly_robust",
        "skipped": [-9.0, -8.0],
        "controls": ["age", "gender"],
        "permutations": 7,
        "scrutiny": True,
        "progress": None,
    }


def test_columns_of_another_survey_are_told_how_to_go_on(files: Path, capsys: Capture) -> None:
    frame = pd.read_csv(files / "own.csv").rename(columns=lambda name: f"Z{name}")
    frame.to_csv(files / "z.csv", index=False)
    _, err = done(capsys, "study", files / "z.csv", "--out", files / "out", code=1)
    assert "--draft instrument.toml" in err


# The other commands ------------------------------------------------------------------------------


def test_check_prints_drafts_and_repairs(files: Path, capsys: Capture) -> None:
    frame = pd.read_csv(files / "own.csv")
    frame.loc[:5, "ks2"] = 99
    frame.to_csv(files / "bad.csv", index=False)
    arguments = ["check", files / "bad.csv", "--draft", files / "draft.toml", "--out", files / "o"]
    out, _ = done(capsys, *arguments, code=3)
    assert "stray code: ks2: 99 stands 6 times" in out
    drafted = ts.Instrument.from_file(files / "draft.toml")
    assert drafted.items["NPC"] == tuple(f"npc{k}" for k in range(1, 6))
    assert "stray code" in (files / "o" / "findings.csv").read_text(encoding="utf-8")
    assert "stray code" in (files / "o" / "check.html").read_text(encoding="utf-8")
    repair = ["--repair", "1", "--save", files / "good.csv"]
    _, err = done(capsys, "check", files / "bad.csv", *repair, code=3)
    assert "repaired: ks2: 6 answers of 99 made missing" in err
    out, _ = done(capsys, "check", files / "good.csv")
    assert "0 errors" in out
    _, err = done(capsys, "check", files / "bad.csv", *repair, code=1)
    assert "is there already" in err
    _, err = done(capsys, "check", files / "bad.csv", "--repair", "all", code=1)
    assert "--repair and --save go together" in err


def test_describe_prints_and_writes(files: Path, capsys: Capture) -> None:
    arguments = ["--instrument", files / "instrument.toml", "--group", "location"]
    out, _ = done(capsys, "describe", files / "own.csv", *arguments, "--out", files / "o")
    assert "skewness" in out
    assert {"items.csv", "scales.csv", "answers.svg", "missing.svg", "run.toml"} <= {
        path.name for path in (files / "o").iterdir()
    }
    out, _ = done(capsys, "describe", files / "own.csv", "--items", "npc1", "npc2")
    assert "npc2" in out
    assert "npc3" not in out


def test_fit_prints_and_writes(files: Path, capsys: Capture) -> None:
    arguments = ["fit", files / "own.csv", files / "model.txt", "--missing", "fiml"]
    out, _ = done(capsys, *arguments, "--set", "std_lv=True", "--out", files / "o")
    frame = pd.read_csv(files / "own.csv")
    fit = ts.sem(MODEL, frame, missing="fiml", std_lv=True)
    assert NUMBER.sub("#", out) == NUMBER.sub("#", fit.summary() + "\n")
    written = pd.read_csv(files / "o" / "estimates.csv")
    np.testing.assert_allclose(written["estimate"], fit.estimates["estimate"], rtol=1e-6)
    assert (files / "o" / "path_diagram.svg").exists()


def test_fit_stops_at_errors_where_an_instrument_knows_them(files: Path, capsys: Capture) -> None:
    frame = pd.read_csv(files / "own.csv")
    frame.loc[:5, "ks2"] = 99
    frame.to_csv(files / "bad.csv", index=False)
    arguments = ["fit", files / "bad.csv", files / "model.txt", "--missing", "fiml"]
    _, err = done(capsys, *arguments)
    assert "! codes outside the scale are counted as numbers: ks2 99 (6 times)" in err
    arguments += ["--instrument", files / "instrument.toml"]
    out, _ = done(capsys, *arguments, code=3)
    assert "ks2: 99 stands 6 times" in out
    out, err = done(capsys, *arguments, "--repair", "stray code")
    assert "codes outside" not in err + out
    out, _ = done(capsys, *arguments, "--anyway")
    assert "codes outside the scale" in out


def test_a_fit_that_does_not_converge_has_its_code(files: Path, capsys: Capture) -> None:
    arguments = ["fit", files / "own.csv", files / "model.txt", "--set", "max_iterations=1"]
    out, err = done(capsys, *arguments, code=4)
    assert "DID NOT CONVERGE" in out
    assert "! the optimiser did not converge" in err


def test_invariance_prints_and_writes(files: Path, capsys: Capture) -> None:
    (files / "one.txt").write_text(MODEL.splitlines()[0], encoding="utf-8")
    arguments = ["invariance", files / "own.csv", files / "one.txt", "--partial"]
    out, _ = done(capsys, *arguments, "--group", "location", "--out", files / "o")
    assert "metric" in out
    assert {"invariance.csv", "search.csv", "ladder.txt"} <= {
        path.name for path in (files / "o").iterdir()
    }
    _, err = done(capsys, *arguments, code=1)
    assert "--group: name the column" in err


def test_simulate_draws(files: Path, capsys: Capture) -> None:
    done(capsys, "simulate", "--seed", 3, "--out", files / "new.csv")
    drawn = pd.read_csv(files / "new.csv")
    pd.testing.assert_frame_equal(
        drawn, ts.datasets.teachers(seed=3), check_dtype=False, check_column_type=False
    )
    _, err = done(capsys, "simulate", "--out", files / "new.csv", code=1)
    assert "--overwrite" in err
    (files / "pop.txt").write_text("f =~ .7*a + .6*b + .5*c", encoding="utf-8")
    out, _ = done(capsys, "simulate", files / "pop.txt", "--n", 5, "--seed", 1)
    assert out.splitlines()[0] == "a,b,c"
    assert len(out.splitlines()) == 6
    _, err = done(capsys, "simulate", "--n", 5, code=1)
    assert "are for a model" in err


# Runs that repeat --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_study_repeats_its_run(tmp_path: Path, capsys: Capture) -> None:
    arguments = ["study", "--variants", "four factors", "--no-scrutiny", "--permutations", 19]
    done(capsys, *arguments, "--language", "ru", "--quiet", "--out", tmp_path / "one")
    run_file = tmp_path / "one" / "run.toml"
    done(capsys, "--config", run_file, "--out", tmp_path / "two")
    page = (tmp_path / "two" / "report.html").read_text(encoding="utf-8")
    assert "Структурная модель" in page


def test_lists_of_words_are_options_of_a_run() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--formats", nargs="+", choices=("html", "json"), default=["html"])
    set_defaults(parser, {"command": "study", "options": {"formats": ["json", "html"]}}, "run")
    assert parser.parse_args([]).formats == ["json", "html"]
    run = {"command": "study", "options": {"formats": ["html", "pdf"]}}
    with pytest.raises(OptionError, match="formats='pdf' can be html, json"):
        set_defaults(parser, run, "run")


@pytest.mark.slow
def test_a_folder_repeats_its_run(files: Path, capsys: Capture) -> None:
    arguments = ["fit", files / "own.csv", files / "model.txt", "--missing", "fiml"]
    first, _ = done(capsys, *arguments, "--out", files / "one")
    run_file = files / "one" / "run.toml"
    again, err = done(capsys, "--config", run_file, "--out", files / "two")
    assert NUMBER.sub("#", again) == NUMBER.sub("#", first)
    one, two = (pd.read_csv(files / name / "estimates.csv") for name in ("one", "two"))
    pd.testing.assert_frame_equal(one, two, rtol=1e-8)
    assert "has changed" not in err
    kept = tomllib.loads(run_file.read_text(encoding="utf-8"))
    assert kept["command"] == "fit"
    assert kept["options"]["missing"] == "fiml"
    assert kept["versions"]["tpn_sem"] == ts.__version__
    assert len(kept["sha256"]["file"]) == 64
    other, _ = done(capsys, "fit", "--config", run_file, "--missing", "listwise")
    assert other.splitlines()[1].split() != first.splitlines()[1].split()  # numbers of rows
    frame = pd.read_csv(files / "own.csv").iloc[1:]
    frame.to_csv(files / "own.csv", index=False)
    _, err = done(capsys, f"--config={run_file}")
    assert "! file has changed since that run" in err


def test_a_folder_is_never_written_into_in_silence(files: Path, capsys: Capture) -> None:
    arguments = ["fit", files / "own.csv", files / "model.txt", "--missing", "fiml"]
    done(capsys, *arguments, "--out", files / "one")
    before = (files / "one" / "estimates.csv").read_bytes()
    _, err = done(capsys, *arguments, "--out", files / "one", "--set", "std_lv=True", code=1)
    assert "is there and not empty" in err
    assert (files / "one" / "estimates.csv").read_bytes() == before
    done(capsys, *arguments, "--out", files / "one", "--set", "std_lv=True", "--overwrite")
    assert (files / "one" / "estimates.csv").read_bytes() != before


# What is refused ---------------------------------------------------------------------------------

BAD_RUNS = {
    "no file": ("", "there is no file 'run.toml'"),
    "no TOML": ("x = ", "is no TOML"),
    "no run": ("x = 1", "names no command"),
    "unknown option": ('command = "fit"\n[options]\ngruop = "a"', "has no option 'gruop'; did you"),
    "no options": ('command = "study"', "has no [options]"),
    "unknown part": ('command = "fit"\n[optoins]\n', "a run has no 'optoins'; did you"),
    "bad choice": ('command = "fit"\n[options]\ndecimal = "x"', "decimal='x' can be"),
}


@pytest.mark.parametrize("name", BAD_RUNS)
def test_a_bad_run_is_refused(name: str, tmp_path: Path, capsys: Capture) -> None:
    text, says = BAD_RUNS[name]
    if text:
        (tmp_path / "run.toml").write_text(text)
    _, err = done(capsys, "--config", tmp_path / "run.toml", code=1)
    assert says in err


BAD_USAGE = {
    "nothing": ([], "the following arguments are required"),
    "unknown command": (["chekc", "x"], "unknown command 'chekc'; did you mean 'check'?"),
    "unknown option": (["check", "x", "--gruop", "a"], "unrecognized arguments: --gruop"),
    "no number": (["study", "--permutations", "many"], "invalid int value"),
}


@pytest.mark.parametrize("name", BAD_USAGE)
def test_wrong_usage_has_code_two(name: str, capsys: Capture) -> None:
    arguments, says = BAD_USAGE[name]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


BAD = {
    "no file named": (["check"], "name a file: tpn-sem check FILE"),
    "no model named": (["fit", "own.csv"], "name a file with a model"),
    "a missing file": (["check", "own.csw"], "own.csv"),
    "a missing model": (["fit", "own.csv", "modle.txt"], "modle.txt"),
    "a missing instrument": (["check", "own.csv", "--instrument", "i.toml"], "i.toml"),
    "a missing group": (["check", "own.csv", "--group", "locaton"], "did you mean 'location'"),
    "a missing school": (["study", "own.csv", "--cluster", "scool"], "did you mean 'school'"),
    "a missing control": (["study", "own.csv", "--controls", "aeg"], "'aeg' is not in the data"),
    "a fit option": (["fit", "own.csv", "model.txt", "--set", "std_lw=1"], "std_lw"),
    "no value": (["fit", "own.csv", "model.txt", "--set", "std_lv"], "write OPTION=VALUE"),
    "an unknown repair": (
        ["study", "own.csv", "--repair", "stray coed"],
        "no finding is of the kind 'stray coed'",
    ),
    "an unknown variant": (["study", "own.csv", "--variants", "chian"], "did you mean 'chain'"),
    "an option of another format": (["check", "own.csv", "--sheet", "2"], "sheet"),
    "a bad encoding": (["check", "own.csv", "--encoding", "utf-9"], "utf-9"),
    "an unknown estimator": (["study", "own.csv", "--estimator", "LM"], "estimator"),
    "a run of a draft": (["check", "own.csv", "--draft", "d.csv"], "is written as .toml"),
    "permutations": (["study", "own.csv", "--permutations", "-5"], "permutations must be"),
    "a control that is the school": (
        ["study", "own.csv", "--cluster", "school", "--controls", "school"],
        "is the school column",
    ),
    "repairs without an instrument": (
        ["fit", "own.csv", "model.txt", "--repair", "all"],
        "name an --instrument",
    ),
    "going on without a check": (["fit", "own.csv", "model.txt", "--anyway"], "--instrument"),
    "items twice": (
        ["describe", "own.csv", "--instrument", "instrument.toml", "--items", "npc1", "npc2"],
        "give one",
    ),
    "nothing to overwrite": (["check", "own.csv", "--overwrite"], "name it with --out"),
    "reading nothing": (["study", "--separator", ";"], "none is named"),
    "missing answers": (["study", "own.csv", "--missing", "fmil"], "did you mean 'fiml'"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_done_is_said(
    name: str, files: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    arguments, says = BAD[name]
    if arguments[0] == "study":
        arguments = [*arguments, "--quiet", "--out", "out"]
    out, err = done(capsys, *arguments, code=1)
    assert "error: " in err
    assert says in err
    assert out == ""
    assert not (files / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "taken").write_text("a file")
    _, err = done(capsys, "study", "--out", tmp_path / "taken", code=1)
    assert "taken" in err
    assert (tmp_path / "taken").read_text() == "a file"


def test_an_interrupt_has_its_code(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study_command, "study", stopped)
    _, err = done(capsys, "study", "--out", tmp_path / "o", code=130)
    assert "interrupted" in err


def test_help_names_every_command(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    for name in ("check", "describe", "fit", "invariance", "study", "simulate", "Exit codes"):
        assert name in printed

"""Every messy file reaches a report by one command, or is stopped with what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from survey_files import FILES, HEADED, HEADINGS, ITEMS, SAID, SCALE, STOPPED, russian, survey

import tpn_sem as ts
from tpn_sem.command import main
from tpn_sem.triangle import Instrument

pytest.importorskip("openpyxl")
pytest.importorskip("pyreadstat")
PAGE = Path(__file__).parents[1] / "docs" / "your_survey.md"
QUICK = ["--variants", "four factors", "partial mediation", "--permutations", "0", "--quiet"]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["study", *map(str, arguments), *QUICK])
    printed = capsys.readouterr()
    return code, in_a_line(printed.out), in_a_line(printed.err)


def in_a_line(text: str) -> str:
    """The words printed, however wide the terminal is that they were wrapped to."""
    return " ".join(text.split())


def documented() -> dict[str, str]:
    """The table of docs/your_survey.md: what happens to each file."""
    text = PAGE.read_text(encoding="utf-8").split("## Files that were tried")[1]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return {name: what for name, what in rows if name != "file"}


def test_the_page_names_every_file_and_no_other() -> None:
    assert list(documented()) == [*FILES, *HEADED, *STOPPED, *SAID]
    assert all(documented()[name].startswith("report") for name in (*FILES, *HEADED, *SAID))
    for name, (_, _, says, _) in STOPPED.items():
        assert documented()[name].startswith(f"stopped: {says.split(':')[0]}")


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_any_format_reaches_a_report(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, write = FILES[name]
    write(tmp_path / file)
    code, out, err = run(capsys, tmp_path / file, "--out", tmp_path / "out")
    assert code == 0, err
    assert "partial mediation" in out
    assert (tmp_path / "out" / "report.html").exists()
    total = ts.triangle.study(ts.datasets.teachers(), variants=["four factors"]).respondents
    counts = (tmp_path / "out" / "tables" / "respondents.csv").read_text(encoding="utf-8")
    used = counts.strip().splitlines()[-1].split(",")
    expected = [str(value) for value in total.loc["total"]]
    if name == "SPSS":  # two answers are coded 99 there
        assert used[:3] == ["total", "440", "440"]
    else:
        assert used[1:] == expected


def instrument_file(folder: Path, frame_headings: dict[str, str]) -> Path:
    items = {
        name: [frame_headings[item] for item in own]
        for name, own in Instrument.numbered().items.items()
    }
    path = folder / "instrument.toml"
    path.write_text(Instrument(items, school="school").to_toml(), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", HEADED)
def test_headings_reach_a_report(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, write = HEADED[name]
    write(tmp_path / file)
    headings = HEADINGS
    if "Russian" in name:
        headings = dict(zip(survey().columns, russian(survey()).columns, strict=True))
    instrument = instrument_file(tmp_path, headings)
    arguments = [tmp_path / file, "--instrument", instrument, "--out", tmp_path / "out"]
    code, _out, err = run(capsys, *arguments)
    assert code == 0, err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert headings["npc1"] in page
    assert "NPC =~ npc1 + npc2" in page
    diagram = (tmp_path / "out" / "figures" / "path_diagram.svg").read_text(encoding="utf-8")
    assert "npc1" in diagram
    assert headings["npc1"] not in diagram


@pytest.mark.slow
@pytest.mark.parametrize("name", STOPPED)
def test_errors_stop_until_they_are_repaired(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, write, says, repair = STOPPED[name]
    write(tmp_path / file)
    arguments = [tmp_path / file, "--group", "location", "--out", tmp_path / "out"]
    code, out, err = run(capsys, *arguments)
    assert code == 3
    assert says in out
    assert ("--repair" in err) is bool(repair)
    assert ("No repair is known" in err) is (not repair)
    assert not (tmp_path / "out").exists()
    if repair:
        code, out, err = run(capsys, *arguments, "--repair", repair)
        assert code == 0, err
        assert "repaired: " in err
        assert "! Repaired before the study: " in out


@pytest.mark.slow
def test_words_are_read_by_the_scale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, write, _, _ = STOPPED["answers in words"]
    write(tmp_path / file)
    made = Instrument(Instrument.numbered().items, school="school", scale=SCALE)
    (tmp_path / "i.toml").write_text(made.to_toml(), encoding="utf-8")
    arguments = ["--instrument", tmp_path / "i.toml", "--out", tmp_path / "out"]
    code, _, err = run(capsys, tmp_path / file, *arguments)
    assert code == 0, err
    read = ts.prepare(ts.read_survey(tmp_path / file), made)[ITEMS]
    assert (
        read.to_numpy(float) == survey()[ITEMS].to_numpy(float, na_value=float("nan"))
    ).sum() == (survey()[ITEMS].notna().sum().sum())


@pytest.mark.slow
@pytest.mark.parametrize("name", SAID)
def test_what_does_not_stop_is_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, write, says = SAID[name]
    write(tmp_path / file)
    code, out, err = run(capsys, tmp_path / file, "--out", tmp_path / "out")
    assert code == 0, err
    assert says in out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert says.split(": ")[0] in page

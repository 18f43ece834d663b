"""The instrument: items, columns, files, preparation, codebook, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError, TpnSemError
from tpn_sem.triangle import CONSTRUCTS, Instrument

ITEMS = list(Instrument.numbered().all_items)


@pytest.mark.parametrize("n_items", [2, 3, 5, 8])
def test_an_instrument_has_any_number_of_items(n_items: int) -> None:
    instrument = Instrument.numbered(n_items)
    assert len(instrument.all_items) == 4 * n_items
    assert instrument.measure("KR").endswith(f"kr{n_items}")


def test_an_instrument_has_ones_own_columns() -> None:
    items = {"NPC": ["Q1", "Q2"], "KSSE": ["Q3", "Q4"], "KS": ["Q5", "Q6"], "KR": ["Q7", "Q8"]}
    instrument = Instrument(items, {"rural": "village"})
    assert instrument.measure("KE", "KS", "KR") == "KE =~ Q5 + Q6 + Q7 + Q8"
    assert instrument.column("rural") == "village"
    items["NPC"].append("Q9")
    assert instrument.all_items == tuple(f"Q{k}" for k in range(1, 9))


def test_an_instrument_has_ones_own_constructs() -> None:
    own = Instrument({"mentoring support": ["m1", "m2"], "2nd": ["t1", "t2"]})
    assert own.measure("mentoring support") == "`mentoring support` =~ m1 + m2"
    assert own.construct_of("t2") == "2nd"
    assert own.title("2nd") == "2nd"


HEADED = Instrument(
    {"NPC": ["1. Я чувствую…", "2. Мне важно", "plain"], "Mentoring support": ["1) a", "2) b"]},
    names={"2. Мне важно": "matters"},
    scale={"NPC": (1, 5), "1) a": ["no", "so so", "yes"]},
    reversed=["matters"],
    not_applicable={"NPC": [98, 99], "plain": 9},
    skipped=-9,
    titles={"NPC": "need"},
    wording={"plain": "What do you need?"},
    sources={"Mentoring support": "ours"},
    school="школа",
)


def test_headings_get_short_names() -> None:
    assert HEADED.items["NPC"] == ("npc1", "matters", "plain")
    assert HEADED.items["Mentoring support"] == ("mentoringsupport1", "mentoringsupport2")
    assert HEADED.columns["npc1"] == "1. Я чувствую…"
    assert HEADED.text("npc1") == "1. Я чувствую…"
    assert HEADED.text("plain") == "What do you need?"
    assert HEADED.sources == dict.fromkeys(HEADED.items["Mentoring support"], "ours")
    assert HEADED.reversed == ("matters",)
    assert HEADED.not_applicable["npc1"] == (98.0, 99.0)
    assert HEADED.not_applicable["plain"] == (9.0,)
    assert str(HEADED.scale_of("1) a")) == "no | so so | yes"


def test_short_names_do_not_clash_with_columns() -> None:
    own = Instrument({"NPC": ["1. a", "npc1", "3. c"]})
    assert own.items["NPC"] == ("npc1_", "npc1", "npc3")


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "1. Я чувствую…": [1, 99, -9, 5],
            "2. Мне важно": [1, 2, 98, np.nan],
            "plain": ["3", "9", "4", " 5"],
            "1) a": ["no", "YES ", "so so", None],
            "2) b": [1, -9, 2, 3],
            "школа": ["a", "a", "b", "b"],
        }
    )


def test_preparation_gives_what_models_need() -> None:
    frame = ts.prepare(rows(), HEADED)
    nan = np.nan
    expected = {
        "npc1": [1, nan, nan, 5],
        "matters": [5, 4, nan, nan],
        "plain": [3, nan, 4, 5],
        "mentoringsupport1": [1, 3, 2, nan],
        "mentoringsupport2": [1, nan, 2, 3],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(frame[name].to_numpy(float), values, err_msg=name)
    assert frame["школа"].tolist() == ["a", "a", "b", "b"]
    again = ts.prepare(frame, HEADED)
    pd.testing.assert_frame_equal(again, frame)


def test_a_prepared_survey_is_not_turned_again_by_what_takes_instruments() -> None:
    told = Instrument(Instrument.numbered().items, scale=(1, 5), reversed=["ks4"])
    frame = ts.datasets.teachers().assign(ks4=lambda f: 6 - f["ks4"])
    ready = ts.prepare(frame, told)
    one, two = (ts.describe(data, told).items.loc["ks4", "mean"] for data in (frame, ready))
    assert one == pytest.approx(two)
    assert one == pytest.approx(ts.datasets.teachers()["ks4"].mean())


def test_no_instrument_turns_again_what_another_turned() -> None:
    """As when further codes are named in a later call: what was turned is a matter of the data."""
    told = Instrument(Instrument.numbered().items, scale=(1, 5), reversed=["ks4"])
    frame = ts.datasets.teachers().assign(ks4=lambda f: 6 - f["ks4"])
    ready = ts.prepare(frame, told)
    more = told.changed(skipped=-9)
    pd.testing.assert_series_equal(ts.prepare(ready, more)["ks4"], ready["ks4"])
    pd.testing.assert_series_equal(ts.prepare(frame, more)["ks4"], ready["ks4"])
    also = told.changed(reversed=["ks4", "kr1"])
    twice = ts.prepare(ready, also)
    pd.testing.assert_series_equal(twice["ks4"], ready["ks4"])
    pd.testing.assert_series_equal(twice["kr1"], 6 - ready["kr1"])
    assert "reversed twice" in set(
        ts.check(frame.assign(ks4=6 - frame["ks4"]), told).findings["kind"]
    )
    kinds = set(ts.check(ready, told).findings["kind"])
    assert not kinds & {"reversed twice", "reversed item"}


def test_a_codebook_takes_texts_among_numbers() -> None:
    frame = pd.DataFrame({"a": [1, 2, "no", 2], "b": [1, 2, 3, 4]})
    table = ts.codebook(Instrument({"A": ["a", "b"]}), frame).table.set_index("name")
    assert table.loc["a", "share of no"] == pytest.approx(0.25)


def test_what_is_outside_the_scale_is_not_turned() -> None:
    told = Instrument({"A": ["a", "b"]}, scale=(1, 5), reversed=["a"])
    frame = ts.prepare(pd.DataFrame({"a": [1, 44, 5], "b": [1, 2, 3]}), told)
    assert frame["a"].tolist() == [5, 44, 1]


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("instrument", [HEADED, Instrument.numbered()], ids=["headed", "numbered"])
def test_an_instrument_is_read_as_it_was_written(instrument: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "i.toml"
    path.write_text(instrument.to_toml(), encoding="utf-8")
    assert Instrument.from_file(path) == instrument


SHEET = pd.DataFrame(
    {
        "Construct": ["NPC", "NPC", "KS", "KS"],
        "Column": ["1. a", "2. b", "3", "4"],
        "Wording": ["first", "second", None, "fourth"],
        "Reversed": [None, "yes", "no", 0],
        "Scale": ["1-5", "1-5", "no | so so | yes", "no | so so | yes"],
        "not applicable": ["98; 99", None, None, None],
        "Title": ["need", None, "sharing", None],
    }
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "toml"])
def test_an_instrument_is_read_from_a_sheet(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"i.{kind}"
    if kind == "csv":
        SHEET.to_csv(path, index=False, sep=";")
    elif kind == "xlsx":
        pytest.importorskip("openpyxl")
        SHEET.to_excel(path, index=False)
    else:
        lines = []
        for row in SHEET.rename(columns=str.lower).to_dict("records"):
            lines.append("[[items]]")
            lines += [
                f'"{name}" = "{value}"' for name, value in row.items() if isinstance(value, str)
            ]
        path.write_text("\n".join(lines), encoding="utf-8")
    own = Instrument.from_file(path)
    assert own.columns == {"npc1": "1. a", "npc2": "2. b", "ks1": "3", "ks2": "4"}
    assert own.reversed == ("npc2",)
    assert own.not_applicable == {"npc1": (98.0, 99.0)}
    assert own.titles == {"NPC": "need", "KS": "sharing"}
    assert own.wording == {"npc1": "first", "npc2": "second", "ks2": "fourth"}
    assert own.scale_of("ks1").answers == ("no", "so so", "yes")


def test_what_holds_for_all_items_goes_with_rows(tmp_path: Path) -> None:
    path = tmp_path / "i.toml"
    path.write_text(
        'scale = "1-5"\nschool = "s"\n[[items]]\nconstruct = "A"\ncolumn = "a"\n'
        '[[items]]\nconstruct = "A"\ncolumn = "b"\nscale = "1-7"\n'
    )
    own = Instrument.from_file(path)
    assert [str(own.scale_of(item)) for item in ("a", "b")] == ["1–5", "1–7"]
    assert own.school == "s"


# Codebook -----------------------------------------------------------------------------------------


def test_a_codebook_says_all_of_it(tmp_path: Path) -> None:
    book = ts.codebook(HEADED, rows())
    table = book.table.set_index("name")
    assert table.loc["npc1", "column"] == "1. Я чувствую…"
    assert table.loc["matters", "reversed"] == "yes"
    assert table.loc["plain", "wording"] == "What do you need?"
    assert table.loc["mentoringsupport1", "scale"] == "no | so so | yes"
    assert table.loc["npc1", ["n", "missing", "skipped by design"]].tolist() == [2, 1, 1]
    book.save(tmp_path / "book.html")
    assert "1. Я чувствую…" in (tmp_path / "book.html").read_text(encoding="utf-8")
    book.save(tmp_path / "book.csv")
    assert pd.read_csv(tmp_path / "book.csv")["name"].tolist() == list(HEADED.all_items)
    pytest.importorskip("openpyxl")
    book.save(tmp_path / "book.xlsx")
    assert pd.read_excel(tmp_path / "book.xlsx")["name"].tolist() == list(HEADED.all_items)
    assert "npc1" in str(book)
    assert "npc1" in book._repr_html_()


def test_a_codebook_holds_no_formula_and_no_markup(tmp_path: Path) -> None:
    own = Instrument({"A": ['=cmd|"/c calc"!A1', "<script>x</script>"]})
    ts.codebook(own).save(tmp_path / "book.html")
    assert "<script>x" not in (tmp_path / "book.html").read_text(encoding="utf-8")
    openpyxl = pytest.importorskip("openpyxl")
    ts.codebook(own).save(tmp_path / "book.xlsx")
    cells = [c for row in openpyxl.load_workbook(tmp_path / "book.xlsx").active for c in row]
    assert all(cell.data_type != "f" for cell in cells)


def test_a_codebook_without_openpyxl_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(NotAvailableError, match=r"tpn_sem\[documents\]"):
        ts.codebook(HEADED).save(tmp_path / "book.xlsx")
    with pytest.raises(OptionError, match=r"\.html, \.xlsx or \.csv"):
        ts.codebook(HEADED).save(tmp_path / "book.pdf")


# What is refused ----------------------------------------------------------------------------------

GOOD = {name: [f"{name}1", f"{name}2"] for name in CONSTRUCTS}
BAD_INSTRUMENTS: dict[str, tuple[Callable[[], object], str]] = {
    "no construct": (lambda: Instrument({}), "has no construct"),
    "one item": (lambda: Instrument({**GOOD, "KS": ["a"]}), r"KS has 1 item\(s\)"),
    "used twice": (
        lambda: Instrument({**GOOD, "KS": ["NPC1", "b"]}),
        "used twice in the instrument: NPC1",
    ),
    "context is an item": (
        lambda: Instrument(GOOD, {"rural": "KR2"}),
        "used twice in the instrument: KR2",
    ),
    "a construct is a column": (
        lambda: Instrument({**GOOD, "x": ["a", "KS"]}),
        "'KS' is a construct and a column",
    ),
    "items are a list": (lambda: Instrument(["a", "b"]), "items="),
    "reversed is no item": (
        lambda: Instrument(GOOD, scale=(1, 5), reversed=["KS3"]),
        "reversed: 'KS3' is no item of the instrument; did you mean 'KS",
    ),
    "reversed without scale": (
        lambda: Instrument(GOOD, reversed=["KS1"]),
        "the scale of 'KS1' is not known",
    ),
    "scale backwards": (lambda: Instrument(GOOD, scale=(5, 1)), "points ascend"),
    "scale of one": (lambda: Instrument(GOOD, scale=[5]), "a scale is its lowest"),
    "scale of words twice": (lambda: Instrument(GOOD, scale=["no", "No"]), "an answer twice"),
    "scale of a word": (lambda: Instrument(GOOD, scale="five"), "a scale is its lowest"),
    "scale of an unknown item": (
        lambda: Instrument(GOOD, scale={"KSS": (1, 5)}),
        "scale: 'KSS' is no item",
    ),
    "a code on the scale": (
        lambda: Instrument(GOOD, scale=(1, 5), skipped=5),
        "skipped: 5 is a point of the scale 1–5",
    ),
    "a construct without name": (lambda: Instrument({"": ["a", "b"]}), "has no name"),
    "code is a word": (lambda: Instrument(GOOD, not_applicable="x"), "give a code such as 99"),
    "codes are empty": (lambda: Instrument(GOOD, skipped=[]), "give a code such as 99"),
    "code is True": (lambda: Instrument(GOOD, skipped=True), "give a code such as 99"),
    "title of nothing": (lambda: Instrument(GOOD, titles={"KSE": "x"}), "did you mean 'KSSE'"),
    "short name of nothing": (lambda: Instrument(GOOD, names={"x": "y"}), "'x' is no column"),
    "short name with blanks": (
        lambda: Instrument(GOOD, names={"KS1": "k s"}),
        "'k s' cannot be a short name",
    ),
    "short name twice": (lambda: Instrument(GOOD, names={"KS1": "KS2"}), "same short name"),
    "wording of nothing": (lambda: Instrument(GOOD, wording={"x": "y"}), "wording: 'x' is no"),
    "a role without column": (
        lambda: Instrument(GOOD).column("comparison"),
        r"context=\{'comparison': \.\.\.\}",
    ),
    "an unknown argument": (lambda: Instrument(GOOD, revresed=["KS1"]), "did you mean 'reversed'"),
    "an unknown role in a study": (
        lambda: ts.triangle.study(ts.datasets.teachers(), Instrument(GOOD, {"rurl": "x"})),
        "did you mean 'rural'",
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", BAD_INSTRUMENTS)
def test_a_wrong_instrument_is_refused(name: str) -> None:
    make, says = BAD_INSTRUMENTS[name]
    with pytest.raises(OptionError, match=says):
        make()


BAD_FILES = {
    "not there": ("i.toml", None, "there is no file 'i.toml'"),
    "no TOML": ("i.toml", b"items = [", "is no TOML"),
    "not UTF-8": ("i.toml", "школа = 1".encode("cp1251"), "is not in UTF-8"),
    "no items": ("i.toml", b'school = "s"', "names no items"),
    "unknown key": ("i.toml", b'scool = "s"', "has no 'scool'; did you mean 'school'"),
    "scale below items": (
        "i.toml",
        b'[items]\nA = ["a", "b"]\nscale = "1-5"\n',
        r"write scale above \[items\]",
    ),
    "items are a text": ("i.toml", b'items = "a"', "names no items"),
    "a row without column": ("i.toml", b'[[items]]\nconstruct = "A"', "has a column 'column'"),
    "an unknown column": ("i.csv", b"construct,colunm\nA,a\nA,b\n", "did you mean 'column'"),
    "no construct": ("i.csv", b"column,wording\na,x\nb,y\n", "has a column 'construct'"),
    "a gap": ("i.csv", b"construct,column\nA,a\nA,\nB,b\n", "item 2 lacks its construct"),
    "reversed is odd": (
        "i.csv",
        b"construct,column,reversed\nA,a,perhaps\nA,b,\n",
        "write yes or no",
    ),
    "codes are odd": (
        "i.csv",
        b'construct,column,skipped\nA,a,"9;x"\nA,b,\n',
        "holds something that is no code",
    ),
    "one item": ("i.csv", b"construct,column\nA,a\n", r"A has 1 item"),
    "empty": ("i.csv", b"", "empty"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_wrong_file_is_refused(name: str, tmp_path: Path) -> None:
    file, content, says = BAD_FILES[name]
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(TpnSemError, match=says):
        Instrument.from_file(tmp_path / file)


BAD_DATA = {
    "a column is missing": (lambda f: f.drop(columns="plain"), "'plain' is not in the data"),
    "a short name is taken": (lambda f: f.assign(npc1=1), "have a column 'npc1' beside"),
    "a column stands twice": (
        lambda f: pd.concat([f, f[["plain"]]], axis=1),
        "appears 2 times",
    ),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_data_that_do_not_fit_the_instrument_are_refused(name: str) -> None:
    change, says = BAD_DATA[name]
    with pytest.raises(DataError, match=says):
        ts.prepare(change(rows()), HEADED)

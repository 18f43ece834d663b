"""`read_survey`: every format, encoding, separator and decimal mark; what files get wrong."""

from __future__ import annotations

import copy
import datetime
import gzip
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tpn_sem.datasets import teachers
from tpn_sem.errors import DataError, DataWarning, NotAvailableError, OptionError, TpnSemError
from tpn_sem.survey.reading import Reading, read_survey
from tpn_sem.survey.reading.code_pages import recognise_code_page
from tpn_sem.survey.reading.headings import clean_headings
from tpn_sem.survey.reading.mixed_cells import cell_text, plain

RUSSIAN, KAZAKH, GERMAN, TURKISH, POLISH = (
    text.split(";")
    for text in (
        "Пол;Возраст;Стаж работы;Квалификация;Язык обучения;Тип сообщества;мужской;женский;ШКОЛА;"
        "педагог-модератор;математика;полностью согласен;скорее не согласен;затрудняюсь ответить",
        "Жынысы;Жасы;Еңбек өтілі;Біліктілігі;Пәні;Оқыту тілі;Қауымдастық түрі;әйел;келіспеймін;"
        "Әріптестеріме сенемін;Біз тәжірибе алмасамыз;толық келісемін;жауап беру қиын;ҰСТАЗ;Ғылым",
        "Geschlecht;männlich;weiblich;Schüler;Größe;trifft völlig zu;Lehrkräfte unterstützen mich;"
        "trifft überhaupt nicht zu;Prüfung;Zufriedenheit",
        "Yaş;Kıdem;Branş;Öğretmen;Kesinlikle katılıyorum;Katılmıyorum;Kararsızım;İstanbul;kadın;"
        "okul türü;Çalışma",
        "Płeć;Wiek;Staż pracy;Nauczyciel;zdecydowanie się zgadzam;raczej się nie zgadzam;wieś;Łódź;"
        "mężczyzna;żaden",
    )
)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    """The bundled survey; answers that are all there are whole numbers, as readers see them."""
    frame = teachers().head(60)
    whole = [name for name in frame if name[-1].isdigit() and frame[name].notna().all()]
    frame = frame.astype(dict.fromkeys(whole, "int64"))
    frame.attrs = {}
    assert {"int64", "float64"} <= set(map(str, frame.dtypes))
    assert frame.filter(regex=r"\d$").isna().any(axis=None)
    return frame


def written(folder: Path, content: str | bytes, name: str = "answers.csv", **how: Any) -> Path:
    path = folder / name
    data = content if isinstance(content, bytes) else content.encode(how.get("encoding", "utf-8"))
    path.write_bytes(data)
    return path


def notes(frame: pd.DataFrame) -> str:
    return "\n".join(frame.attrs["reading"]["decisions"])


# Round trips


@pytest.mark.sampled(3)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("|", ".")]
)
def test_text_is_read_as_it_was_written(
    survey: pd.DataFrame, tmp_path: Path, encoding: str, separator: str, decimal: str
) -> None:
    path = tmp_path / "answers.csv"
    frame = survey.assign(location=survey["location"].replace({"rural": "село", "urban": "қала"}))
    frame.to_csv(path, sep=separator, decimal=decimal, encoding=encoding, index=False)
    read = read_survey(path)
    pd.testing.assert_frame_equal(read, frame)
    reading = read.attrs["reading"]
    assert (reading["separator"], reading["decimal"]) == (separator, decimal)
    assert reading["encoding"] == encoding
    told = read_survey(path, separator=separator, decimal=decimal, encoding=encoding)
    pd.testing.assert_frame_equal(told, frame)


def test_quoted_decimal_commas_in_a_file_with_commas(survey: pd.DataFrame, tmp_path: Path) -> None:
    survey.to_csv(tmp_path / "a.csv", decimal=",", index=False)
    pd.testing.assert_frame_equal(read_survey(tmp_path / "a.csv"), survey)


def _to_excel(frame: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("openpyxl")
    frame.to_excel(path, index=False)


def _to_sav(frame: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyreadstat").write_sav(frame, path, compress=path.suffix == ".zsav")


def _to_dta(frame: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyreadstat").write_dta(frame, path)


def _to_arrow(frame: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyarrow")
    (frame.to_parquet if path.suffix == ".parquet" else frame.to_feather)(path)


@pytest.mark.parametrize(
    ("suffix", "write", "name"),
    [
        (".xlsx", _to_excel, "Excel"),
        (".sav", _to_sav, "SPSS"),
        (".zsav", _to_sav, "SPSS"),
        (".dta", _to_dta, "Stata"),
        (".parquet", _to_arrow, "Parquet"),
        (".feather", _to_arrow, "Feather"),
    ],
)
def test_other_formats_are_read_as_they_were_written(
    survey: pd.DataFrame,
    tmp_path: Path,
    suffix: str,
    write: Callable[[pd.DataFrame, Path], None],
    name: str,
) -> None:
    path = tmp_path / f"answers{suffix}"
    write(survey, path)
    read = read_survey(str(path))
    pd.testing.assert_frame_equal(read, survey)
    assert read.attrs["reading"]["format"] == name
    misnamed = tmp_path / "answers.csv"
    misnamed.write_bytes(path.read_bytes())
    again = read_survey(misnamed)
    pd.testing.assert_frame_equal(again, survey)
    assert f"its name ends in '.csv', but it is a file of {name}" in notes(again)


def test_text_packed_in_gzip_or_zip(survey: pd.DataFrame, tmp_path: Path) -> None:
    text = survey.to_csv(index=False)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("__MACOSX/a.csv", "x")
    for name in ("a.csv.gz", "a.zip"):
        read = read_survey(tmp_path / name)
        pd.testing.assert_frame_equal(read, survey)
        assert "unpacked from" in notes(read)


@pytest.mark.filterwarnings("ignore:.*infer_string")
def test_every_string_kind_of_pandas(survey: pd.DataFrame, tmp_path: Path) -> None:
    survey.to_csv(tmp_path / "a.csv", index=False)
    with pd.option_context("future.infer_string", False):
        read = read_survey(tmp_path / "a.csv")
        assert read["gender"].dtype == object
    assert read["gender"].tolist() == survey["gender"].tolist()


# Encodings


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5")),
        *((RUSSIAN, name) for name in ("kz1048", "ptcp154")),
        (KAZAKH, "kz1048"),
        (KAZAKH, "ptcp154"),
        (GERMAN, "cp1252"),
        (GERMAN, "mac-roman"),
        (TURKISH, "cp1254"),
        (TURKISH, "iso8859-9"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
    ],
)
def test_code_pages_are_told_by_their_letters(
    words: list[str], encoding: str, tmp_path: Path
) -> None:
    text = ";".join(words) + "\n" + ";".join(["1"] * len(words)) + "\n"
    read = read_survey(written(tmp_path, text, encoding=encoding))
    assert list(read.columns) == words
    assert "recognised by its letters" in notes(read)


@pytest.mark.slow
def test_what_is_said_to_be_certain_is_right() -> None:
    random_words = random.Random(1)
    for words, encoding in ((RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (KAZAKH, "kz1048")):
        for n_words in (1, 2, 3, 4):
            for _ in range(20):
                text = ";".join(random_words.sample(words, n_words))
                page = recognise_code_page(text.encode(encoding))
                if page.is_certain:
                    assert text.encode(encoding).decode(page.name) == text


def test_kazakh_letters_far_below_russian_ones_still_count(tmp_path: Path) -> None:
    rows = [f"{random.Random(i).choice(RUSSIAN)}{i}а;1" for i in range(2000)]
    text = "\n".join(["ответ;x", *rows, *(f"{word};1" for word in KAZAKH)])
    read = read_survey(written(tmp_path, text, encoding="kz1048"))
    assert read["ответ"].tolist()[-1] == KAZAKH[-1]


def test_a_guess_is_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, "é;b\n1;2\n", encoding="cp1252")
    with pytest.warns(DataWarning, match=r"encoding '\S+' guessed.*give encoding="):
        read_survey(path)
    assert list(read_survey(path, encoding="cp1252").columns) == ["é", "b"]


def test_a_code_page_given_for_unicode_is_a_warning(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="the file is valid 'utf-8'"):
        read_survey(written(tmp_path, "пол,b\n1,2\n"), encoding="cp1251")


# Text


def test_a_stated_separator_a_quoted_line_end_and_blank_ends(tmp_path: Path) -> None:
    text = 'sep=;\r\n"Do you\nagree?";b,c;;;\r\n1,5;x;;;\r\n;y;;;\r\n;;;;\r\n\r\n\x1a'
    read = read_survey(written(tmp_path, text))
    assert list(read.columns) == ["Do you\nagree?", "b,c"]
    assert read.iloc[0, 0] == 1.5
    assert np.isnan(read.iloc[1, 0])
    assert read.attrs["reading"]["separator"] == ";"
    assert "separator ';' stated in the first line" in notes(read)
    assert "3 empty columns left out" in notes(read)


def test_blank_fields_beyond_the_headings(tmp_path: Path) -> None:
    for text in ("a;b;;\n1;2\n3;4;\n", "a;b\n1;2;;\n3;4; \n"):
        read = read_survey(written(tmp_path, text))
        assert read.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_columns_without_answers_are_named(tmp_path: Path) -> None:
    read = read_survey(written(tmp_path, "a;b;c\n1;;\n2;NA;\n"))
    assert read["b"].dtype == float
    assert "no answers in 'b', 'c'" in notes(read)


def test_decimal_commas_do_not_pass_for_separators(tmp_path: Path) -> None:
    rows = "".join(f"{i},5;{i},25\n" for i in range(50))
    read = read_survey(written(tmp_path, f"a;b\n{rows}"))
    assert read["a"].tolist() == [i + 0.5 for i in range(50)]


def test_a_single_column_has_no_separator(tmp_path: Path) -> None:
    read = read_survey(written(tmp_path, "age\n20\n30\n"))
    assert read["age"].tolist() == [20, 30]
    assert read.attrs["reading"]["separator"] is None


def test_a_separator_that_separates_nothing_is_a_warning(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="look as if ';' separates them"):
        read = read_survey(written(tmp_path, "a;b\n1;2\n"), separator=",")
    assert list(read.columns) == ["a;b"]


def test_rows_in_quotation_marks_as_a_whole(tmp_path: Path) -> None:
    read = read_survey(written(tmp_path, '"a;b;c"\n"1;2;""x; y"""\n"4;5;z"\n'))
    assert read.to_dict("list") == {"a": [1, 4], "b": [2, 5], "c": ["x; y", "z"]}
    assert "quotation marks as a whole" in notes(read)
    commas = read_survey(written(tmp_path, '"What, if any"\n"a, b"\n"c"\n'))
    assert commas["What, if any"].tolist() == ["a, b", "c"]


def test_headings_are_named_made_unique_and_freed_of_what_nobody_sees(tmp_path: Path) -> None:
    text = "\u200bid,Q1,,Q1,Q1.2,Q1, age \n" + "7,2,3,4,5,6,7\n" * 2
    read = read_survey(written(tmp_path, text))
    assert list(read.columns) == ["id", "Q1", "column 3", "Q1.3", "Q1.2", "Q1.4", "age"]
    assert "'Q1' appears 3 times: the second is 'Q1.3'" in notes(read)
    assert "no heading: column 3 named by place" in notes(read)
    assert "unseen characters removed from 2 headings" in notes(read)
    assert read.attrs["headings"]["Q1.3"] == "Q1"


@pytest.mark.parametrize(("heading", "first"), [("", 0), ("Unnamed: 0", 0), ("", 1)])
def test_numbers_of_rows_are_left_out(tmp_path: Path, heading: str, first: int) -> None:
    text = f"{heading},a,b\n" + "".join(f"{i + first},3,4\n" for i in range(5))
    read = read_survey(written(tmp_path, text))
    assert list(read.columns) == ["a", "b"]
    assert "it numbers the rows" in notes(read)


def test_an_unnamed_column_of_answers_stays(tmp_path: Path) -> None:
    assert list(read_survey(written(tmp_path, ",a\n3,1\n5,1\n")).columns) == ["column 1", "a"]


def test_a_title_above_the_headings(tmp_path: Path) -> None:
    path = written(tmp_path, "Survey 2020;;\n\na;b;c\n1;2;3\n\n4;5;6\n")
    with pytest.warns(DataWarning, match="row 1 has 1 heading for 3 columns"):
        read_survey(path)
    read = read_survey(path, header=3)
    assert read.to_dict("list") == {"a": [1, 4], "b": [2, 5], "c": [3, 6]}
    assert "1 empty row left out" in notes(read)


def test_texts_among_numbers_stay_and_are_named(tmp_path: Path) -> None:
    text = "q,w\n1,a\n2,b\nabout 3,1\n4,c\n5,d\n, e \n"
    read = read_survey(written(tmp_path, text))
    assert read["q"].tolist()[:3] == ["1", "2", "about 3"]
    assert "'q' has texts among its numbers: 'about 3' in row 4" in notes(read)
    assert read["w"].tolist()[-1] == "e"
    assert "'w': blanks around 1 answer removed" in notes(read)
    freed = read_survey(tmp_path / "answers.csv", missing=["ABOUT 3"])
    assert freed["q"].dtype == float


def test_usual_texts_for_no_answer(tmp_path: Path) -> None:
    gone = ["NA", " n/a ", "NaN", "NULL", ".", "-", "Нет ответа", "#NULL!", "#N/A", ""]
    text = "q,w\n" + "".join(f"{word},x\n" for word in gone) + "3,none\n4,None\n5,no\n6,Нет\n"
    read = read_survey(written(tmp_path, text))
    assert read["q"].isna().sum() == len(gone)
    assert read["q"].tolist()[-4:] == [3.0, 4.0, 5.0, 6.0]
    assert read["w"].tolist()[-4:] == ["none", "None", "no", "Нет"]
    assert "'NA' once" in notes(read)


def test_further_texts_and_codes_for_no_answer(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n99,не знаю\n1.0,x\n99.0,y\n")
    read = read_survey(path, missing=[99, "Не знаю", "refused"])
    assert read["a"].isna().tolist() == [True, False, True]
    assert read["b"].isna().tolist() == [True, False, False]
    assert "missing= holds what was not met: 'refused'" in notes(read)


def test_what_looks_like_numbers_and_is_not(tmp_path: Path) -> None:
    text = "id;long;money;infinite;truth;gaps\n" + "".join(
        f"00{i};1234567890123456{i};{i},500.5;1e99{i};{i % 2 == 0};{('True', '')[i % 2]}\n"
        for i in range(4)
    )
    read = read_survey(written(tmp_path, text))
    assert read["id"].tolist()[:2] == ["000", "001"]
    assert read["long"].tolist()[1] == "12345678901234561"
    assert not pd.api.types.is_numeric_dtype(read["money"])
    assert read["infinite"].tolist()[1] == "1e991"
    assert read["truth"].dtype == bool
    assert read["gaps"].tolist()[0] is True
    assert "'id' has numbers with zeros before them" in notes(read)
    assert "'long' has numbers of more than 15 digits" in notes(read)


def test_thousands_are_not_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n"1,250",1\n"2,500",2\n')
    read = read_survey(path)
    assert read["a"].tolist() == ["1,250", "2,500"]
    assert "may be thousands or decimals" in notes(read)
    assert read_survey(path, decimal=",")["a"].tolist() == [1.25, 2.5]
    assert read_survey(written(tmp_path, "a;b\n1,250;1\n"))["a"].tolist() == [1.25]


def test_two_decimal_marks_in_one_file(tmp_path: Path) -> None:
    read = read_survey(written(tmp_path, "a;b;c\n1,5;2,5;1.5\n1,7;2,7;1.7\n"))
    assert read["b"].tolist() == [2.5, 2.7]
    assert read["c"].tolist() == ["1.5", "1.7"]
    assert "'c': numbers with another decimal mark than ',' stay text" in notes(read)


def test_names_for_model_text(tmp_path: Path) -> None:
    headings = ["1. Ваш пол?", "How much do you agree that?", "a-b", "a b", "___", "Жасы", "ok_1"]
    text = ",".join(headings) + "\n" + ",".join("1234567") + "\n"
    read = read_survey(written(tmp_path, text), clean_names=True)
    names = ["q1_Ваш_пол", "How_much_do_you", "a_b", "a_b_2", "q", "Жасы", "ok_1"]
    assert list(read.columns) == names
    assert read.attrs["headings"] == dict(zip(names[:5], headings[:5], strict=True))
    assert "5 headings became names" in notes(read)


def test_names_are_unique_whatever_the_headings() -> None:
    headings = ["a b", "a_b", "a-b", "a_b_2", "x" * 40, "x" * 41, "", "?"]
    names = clean_headings(headings)
    assert len(set(names)) == len(headings)
    assert max(map(len, names)) <= 23
    assert names[3] == "a_b_2"


def test_large_files_take_seconds(tmp_path: Path) -> None:
    draws = np.random.default_rng(1)
    frame = pd.DataFrame({f"q{i}": draws.integers(1, 6, 30_000) for i in range(40)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    start = time.perf_counter()
    read = read_survey(tmp_path / "a.csv")
    assert time.perf_counter() - start < 15  # about half a second; what is quadratic takes longer
    pd.testing.assert_frame_equal(read, frame)


# Attributes


def test_the_record_prints_copies_and_is_stored(survey: pd.DataFrame, tmp_path: Path) -> None:
    survey.to_csv(tmp_path / "a.csv", sep=";", index=False)
    read = read_survey(tmp_path / "a.csv", clean_names=True)
    reading = read.attrs["reading"]
    assert isinstance(reading, Reading)
    assert str(reading).splitlines()[0] == (
        "a.csv: CSV, encoding 'utf-8', separator ';', decimal mark '.', 60 rows x 35 columns"
    )
    assert len(reading["sha256"]) == 64
    assert json.loads(json.dumps(read.attrs)) == read.attrs
    assert str(copy.deepcopy(reading)) == str(reading)
    assert str(read.copy().attrs["reading"]) == str(reading)
    pytest.importorskip("pyarrow")
    read.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_survey(tmp_path / "a.parquet"), read)


def test_descriptions_survive_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    read = read_survey(written(tmp_path, "Your age?,b\n1,2\n"), clean_names=True)
    read.to_parquet(tmp_path / "a.parquet")
    again = read_survey(tmp_path / "a.parquet")
    assert again.attrs["headings"] == {"Your_age": "Your age?"}


def test_an_index_with_a_name_becomes_a_column(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": [1, 99], "t": ["x", ""]}, index=pd.Index([5, 6], name="who"))
    frame.to_parquet(tmp_path / "a.parquet")
    read = read_survey(tmp_path / "a.parquet", missing=[99])
    assert list(read.columns) == ["who", "a", "t"]
    assert read.isna().to_numpy().tolist() == [[False] * 3, [False, True, True]]
    frame.rename_axis(None).to_parquet(tmp_path / "a.parquet")
    assert "index without a name left out" in notes(read_survey(tmp_path / "a.parquet"))


# Excel


@pytest.fixture
def workbook() -> Any:
    return pytest.importorskip("openpyxl").Workbook()


def saved(workbook: Any, folder: Path) -> Path:
    workbook.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def test_the_first_sheet_with_something_in_it(workbook: Any, tmp_path: Path) -> None:
    for name in ("Data", "Codes"):
        sheet = workbook.create_sheet(name)
        sheet.append([name, "b"])
        sheet.append([1, 2])
    path = saved(workbook, tmp_path)
    read = read_survey(path)
    assert list(read.columns) == ["Data", "b"]
    assert "sheet 'Data' taken; sheet= reads 'Codes'" in notes(read)
    assert list(read_survey(path, sheet="Codes").columns) == ["Codes", "b"]
    assert list(read_survey(path, sheet=3).columns) == ["Codes", "b"]


def test_kinds_of_cells(workbook: Any, tmp_path: Path) -> None:
    sheet = workbook.active
    day = datetime.datetime(2020, 5, 1)
    rows: list[list[Any]] = [
        [None] * 9,
        [None, "text", "date", "error", "mixed", "truth", "comma", "range", 2020],
        [None, "4", day, "#N/A", 1, True, "4,5", "1", 1.0],
        [None, 5, day, 2, 2, False, "5,5", "3", 2],
        [None, 6, None, 3, "many", True, 6, day, 3],
        [None] * 9,
    ]
    for row in rows:
        sheet.append(row)
    sheet["D3"].data_type = "e"
    read = read_survey(saved(workbook, tmp_path))
    assert list(read.columns) == [*rows[1][1:-1], "2020"]
    assert read["text"].tolist() == [4, 5, 6]
    assert "'text': 1 number stored as text" in notes(read)
    assert read["date"].tolist()[:2] == [day, day]
    assert read["error"].isna().tolist() == [True, False, False]
    assert "'#N/A' once" in notes(read)
    assert read["mixed"].tolist() == ["1", "2", "many"]
    assert "'mixed' has texts among its numbers: 'many' in row 5" in notes(read)
    assert read["truth"].dtype == bool
    assert read["comma"].tolist() == [4.5, 5.5, 6.0]
    assert read["range"].tolist() == ["1", "3", "2020-05-01"]
    assert "make dates of answers" in notes(read)
    assert read["2020"].dtype == np.int64


def test_cells_as_the_texts_that_csv_would_have() -> None:
    far = [datetime.time(9, 30), datetime.datetime(2020, 1, 1)]
    assert list(map(cell_text, far)) == ["09:30:00", "2020-01-01"]
    assert [plain(cell) for cell in (2.0, 2.5, float("nan"), "x")] == [2, 2.5, None, "x"]


def test_merged_cells_have_their_value_each(workbook: Any, tmp_path: Path) -> None:
    sheet = workbook.active
    for row in (["school", "answers", None], [None, "a", "b"], ["S1", 1, 2], [None, 3, 4]):
        sheet.append(row)
    for region in ("A1:A2", "B1:C1", "A3:A4"):
        sheet.merge_cells(region)
    read = read_survey(saved(workbook, tmp_path), header=2)
    assert read.to_dict("list") == {"school": ["S1", "S1"], "a": [1, 3], "b": [2, 4]}
    assert "merged cells" in notes(read)


def test_formulas_that_were_never_computed(workbook: Any, tmp_path: Path) -> None:
    for row in (["a", "b"], [1, "=A2*2"], [2, 5]):
        workbook.active.append(row)
    with pytest.warns(DataWarning, match="formulas without a value in B2"):
        read = read_survey(saved(workbook, tmp_path))
    assert np.isnan(read["b"].tolist()[0])


def test_text_pasted_into_one_column(workbook: Any, tmp_path: Path) -> None:
    for row in ("a;b;c", "1;2;3", "4;5;6"):
        workbook.active.append([row])
    with pytest.warns(DataWarning, match="stand in one column, with ';' between"):
        read_survey(saved(workbook, tmp_path))


def test_formats_far_below_the_answers_cost_nothing(workbook: Any, tmp_path: Path) -> None:
    for row in (["a", "b"], [1, 2]):
        workbook.active.append(row)
    workbook.active["XFD1048576"].number_format = "0.00"
    assert read_survey(saved(workbook, tmp_path)).to_dict("list") == {"a": [1], "b": [2]}


# SPSS and Stata


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(
        {"q1": [1.0, 2.0, 99.0, -2.0, np.nan], "who": ["a ", "", "b", "XX", "c"], "n": range(5)}
    )
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        frame,
        path,
        column_labels={"q1": "Согласны ли вы?"},
        variable_value_labels={"q1": {1: "нет", 99: "отказ"}, "n": {0: "zero"}},
        missing_ranges={"q1": [99, {"lo": -5, "hi": -1}], "who": ["XX"]},
    )
    return path


def test_spss_labels_and_codes_for_no_answer(labelled: Path) -> None:
    read = read_survey(labelled)
    assert read["q1"].isna().tolist() == [False, False, True, True, True]
    assert read["who"].isna().tolist() == [False, True, False, True, False]
    assert read["n"].dtype == np.int64
    assert read.attrs["user_missing"] == {"q1": {"-2": 1, "99": 1}, "who": {"XX": 1}}
    assert read.attrs["value_labels"] == {"q1": {"1": "нет", "99": "отказ"}, "n": {"0": "zero"}}
    assert read.attrs["headings"] == {"q1": "Согласны ли вы?"}
    json.dumps(read.attrs)
    kept = read_survey(labelled, user_missing="keep")
    assert kept["q1"].tolist()[:4] == [1.0, 2.0, 99.0, -2.0]
    assert kept.attrs["user_missing"] == read.attrs["user_missing"]


def test_labels_for_codes(labelled: Path) -> None:
    read = read_survey(labelled, labels=["q1"], user_missing="keep")
    assert read["q1"].tolist()[:4] == ["нет", "2", "отказ", "-2"]
    assert read["n"].dtype == np.int64
    assert "'q1': -2, 2 have no label and stay as they are" in notes(read)
    assert read_survey(labelled, labels=True)["n"].tolist()[:2] == ["zero", "1"]


def test_codes_with_the_same_label_become_one_answer(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    labels = {"a": {1: "yes", 2: "yes"}}
    pyreadstat.write_sav(
        pd.DataFrame({"a": [1, 2]}), tmp_path / "a.sav", variable_value_labels=labels
    )
    read = read_survey(tmp_path / "a.sav", labels=True)
    assert read["a"].tolist() == ["yes", "yes"]
    assert "'a': several codes have the same label" in notes(read)


def test_stata_missing_values_with_letters(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"q1": pd.Series([1, 2, "a", 3], dtype=object), "s": ["x", "", "y", "z"]})
    pyreadstat.write_dta(
        frame,
        tmp_path / "a.dta",
        missing_user_values={"q1": ["a"]},
        variable_value_labels={"q1": {1: "no", "a": "refused"}},
    )
    read = read_survey(tmp_path / "a.dta")
    assert read["q1"].tolist()[:2] == [1.0, 2.0]
    assert read["q1"].isna().tolist() == [False, False, True, False]
    assert read["s"].isna().tolist() == [False, True, False, False]
    assert read.attrs["user_missing"] == {"q1": {".a": 1}}
    assert read.attrs["value_labels"] == {"q1": {"1": "no", ".a": "refused"}}


def test_spss_portable_files(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    pyreadstat.write_por(pd.DataFrame({"Q1": [1.0, 2.0], "S": ["x", "y"]}), tmp_path / "a.por")
    read = read_survey(tmp_path / "a.por")
    assert read.to_dict("list") == {"Q1": [1, 2], "S": ["x", "y"]}


# What cannot be read


def _zip_of(**members: str) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def _wide(text: str) -> bytes:
    return b"\xd0\xcf\x11\xe0" + b"\0" * 100 + text.encode("utf-16-le")


OFFICE = {"[Content_Types].xml": "x"}
BAD_FILES: list[tuple[str | bytes, str]] = [
    (b"", r"is empty \(0 bytes\)"),
    (" \n\n ", "is empty: there are only blanks"),
    ("a,b\n", "has headings and no rows below"),
    ("a,b\n,\n \n", "has headings and no rows below"),
    ("a,b\n1,2\n1,2,3\n4,5\n", "line 3 has 3 fields, and the headings in line 1 have 2"),
    ("a,b\n1,2\n1\n4,5\n", "line 3 has 1 field, and"),
    ('sep=,\n"a\nb",c\n1,2\n1,2,3\n', "line 5 has 3 fields, and the headings in line 2 have 2"),
    ("Title\na,b\n1,2\n3,4\n", r"line 2 has 2 fields.*give header=2"),
    ('a,b\n1,2\n"3,4\n5,6\n', "begins in line 3 has a quotation mark that is never closed"),
    ('a,b\n1,"x "y" z"\n', "line 2 has a quotation mark inside a quoted text"),
    (b"%PDF-1.7 ...", "is a PDF document"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), r"is an image \(PNG\)"),
    (b"\xff\xd8\xff\xe0" + bytes(99), r"is an image \(JPEG\)"),
    (bytes(range(256)) * 40, "is neither text nor"),
    (_zip_of(**OFFICE, word__document="x"), "is a Word document"),
    (
        _zip_of(**OFFICE, **{"xl/workbook.bin": "x"}),
        r"binary Excel file \(.xlsb\).*save it as .xlsx",
    ),
    (_zip_of(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
    (_zip_of(a="1", b="2"), "is an archive of 2 files"),
    (_zip_of(), "is neither text nor"),
    (_zip_of(**OFFICE, xl__x="1"), "is a damaged Excel file"),
    (_zip_of(**OFFICE)[:60], "is damaged or incomplete"),
    (_wide("EncryptedPackage"), "is protected by a password"),
    (_wide("Workbook"), r"is an old Excel file \(.xls\).*save it as .xlsx"),
    ("<html><table><tr><td>1</td></tr></table></html>", r"is a web page \(HTML\)"),
    ('<?xml version="1.0"?><Workbook/>', "is an XML file"),
    ('[{"a": 1}]', "is a JSON file"),
    ("a,b\n" + "x" * 200_000 + ",1\n", "line 2 has an answer of more than 131072 characters"),
    (_zip_of(folder__=""), "is an empty archive"),
    (_zip_of(**{"a.csv": ""}), "an empty file packed in it"),
    (_zip_of(**{"a.csv": "a"}).replace(b"\x14\0\0\0", b"\x14\0\1\0"), "has a password; unpack it"),
    (_wide("WordDocument"), "is a Word document"),
    (gzip.compress(b"$FL2@(#)"), "is compressed; unpack it first"),
    (b"\x1f\x8b\x08broken", "damaged or incomplete gzip"),
    (gzip.compress(b""), "an empty file packed in it"),
    (b"PAR1broken", r"cannot be read \(.*damaged"),
    (b"$FL2@(#) broken", r"cannot be read \(.*damaged"),
    (b"<stata_dta><header>", r"cannot be read \(.*damaged"),
    ("пол,возраст\nмужской,женский\n".encode() * 9 + b"\xcd,1\n", "but for 1 broken char.*line 19"),
    (b"\xff\xfea\0,\0b", "begins as 'utf-16' and goes on as something else"),
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("content", "message"), BAD_FILES, ids=map(str, range(len(BAD_FILES))))
def test_bad_files_say_what_they_are(tmp_path: Path, content: str | bytes, message: str) -> None:
    for package in ("pyreadstat", "openpyxl", "pyarrow"):
        pytest.importorskip(package)
    with pytest.raises(DataError, match=f"(?s){message}") as caught:
        read_survey(written(tmp_path, content))
    assert "answers.csv" in str(caught.value)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"encoding": "cp1521"}, OptionError, "not known; did you mean 'cp125"),
        ({"encoding": "hex"}, OptionError, "encoding='hex' is not known"),
        ({"encoding": "ascii"}, DataError, r"not in encoding 'ascii': byte 0xD0 in line 2"),
        ({"separator": ";;"}, OptionError, "give one character"),
        ({"separator": '"'}, OptionError, "it cannot be a quotation mark"),
        ({"separator": ",", "decimal": ","}, OptionError, "are the same"),
        ({"decimal": "·"}, OptionError, "the decimal mark is '.' or ','"),
        ({"header": 0}, OptionError, "rows are counted from 1"),
        ({"header": 9}, DataError, "header=9: .* has 5 rows"),
        ({"header": 5}, DataError, "no rows below"),
        ({"header": 4}, DataError, "header=4: that row of .* is empty"),
        ({"sheet": 1}, OptionError, "sheet= has no effect on a file of CSV"),
        ({"labels": True}, OptionError, "labels= has no effect on a file of CSV"),
        ({"user_missing": "keep"}, OptionError, "user_missing= has no effect"),
        ({"user_missing": "drop"}, OptionError, "user_missing= is 'missing' or 'keep'"),
        ({"missing": "NA"}, OptionError, "missing= is a list"),
        ({"seperator": ","}, OptionError, "did you mean 'separator'"),
    ],
)
def test_bad_options(
    tmp_path: Path, options: dict[str, Any], kind: type[TpnSemError], message: str
) -> None:
    path = written(tmp_path, "a,b\n1,пол\n3,4\n\n" + "5,6\n" * ("header" in options))
    with pytest.raises(kind, match=message):
        read_survey(path, **options)


def test_files_without_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": pd.Series(dtype=float)})
    for write, suffix in ((_to_sav, ".sav"), (_to_arrow, ".parquet")):
        write(frame, tmp_path / f"a{suffix}")
        with pytest.raises(DataError, match=f"a{suffix}.* no rows"):
            read_survey(tmp_path / f"a{suffix}")


def test_an_encoding_that_pyreadstat_does_not_know(labelled: Path) -> None:
    with pytest.raises(DataError, match="cannot be read in encoding='nonsense'"):
        read_survey(labelled, encoding="nonsense")


def test_options_that_other_formats_do_not_have(labelled: Path) -> None:
    with pytest.raises(OptionError, match="separator= has no effect on a file of SPSS"):
        read_survey(labelled, separator=",")
    with pytest.raises(OptionError, match="there is no column 'q'; did you mean 'q1'"):
        read_survey(labelled, labels=["q"])
    with pytest.raises(OptionError, match="'who' has no value labels; those that have are 'q1'"):
        read_survey(labelled, labels=["who"])


def test_bad_sheets_and_empty_workbooks(workbook: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of its sheets has anything in it"):
        read_survey(saved(workbook, tmp_path))
    with pytest.raises(DataError, match=r"sheet 'Sheet' of .* is empty; sheet= takes another"):
        read_survey(tmp_path / "a.xlsx", sheet=1)
    workbook.active.append(["a", "b"])
    path = saved(workbook, tmp_path)
    with pytest.raises(DataError, match=r"no sheet 'Shet'.*did you mean 'Sheet'"):
        read_survey(path, sheet="Shet")
    with pytest.raises(DataError, match=r"sheet=2: .* has 1 sheet, counted from 1: 'Sheet'"):
        read_survey(path, sheet=2)
    with pytest.raises(DataError, match="has headings and no rows below"):
        read_survey(path)
    with pytest.raises(DataError, match=r"header=5: sheet 'Sheet' of .* has 1 row"):
        read_survey(path, header=5)
    with pytest.raises(DataError, match="damaged or incomplete"):
        read_survey(written(tmp_path, path.read_bytes()[:-200], "b.xlsx"))


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    written(tmp_path, "a\n1\n", "teachers.csv")
    with pytest.raises(DataError, match=r"no file 'teacher.csv' in .*did you mean 'teachers.csv'"):
        read_survey(tmp_path / "teacher.csv")
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        read_survey(tmp_path / "nowhere" / "a.csv")
    with pytest.raises(DataError, match="is a folder; give a file in it"):
        read_survey(tmp_path)
    with pytest.raises(DataError, match="is an address; download the file"):
        read_survey("https://example.org/a.csv")
    with pytest.raises(DataError, match="is no name of a file"):
        read_survey("a\0b")
    with pytest.raises(DataError):
        read_survey("")


@pytest.mark.parametrize(
    ("content", "package"),
    [
        (b"$FL2@(#) ", "pyreadstat"),
        (_zip_of(**OFFICE, xl__x="1"), "openpyxl"),
        (b"PAR1", "pyarrow"),
    ],
)
def test_packages_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        NotAvailableError, match=rf"{package} is not .*pip install 'tpn_sem\[files\]'"
    ):
        read_survey(written(tmp_path, content))

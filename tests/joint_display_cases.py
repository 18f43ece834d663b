"""Small interviews, whose counts can be made by hand, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

Tables = dict[str, pd.DataFrame]


def small_interviews() -> Tables:
    """Four interviewees in three schools; themes of one code and of two; all by one coder."""
    rows = [
        ("Ann", "S1", "rural", "alone", "Nobody to ask."),
        ("Ann", "S1", "rural", "alone", "I work by myself."),
        ("Ben", "S1", "rural", "news", "I hear what is new."),
        ("Ben", "S1", "rural", "stories", ""),
        ("Cem", "S2", "urban", "alone", ""),
        ("Cem", "S2", "urban", "able", "I know how to."),
        ("Dia", "S3", "urban", "", ""),
    ]
    columns = ["interviewee", "school", "location", "code", "quotation"]
    return {
        "codebook": pd.DataFrame(
            {
                "code": ["alone", "able", "news", "stories"],
                "theme": ["isolation", "", "kinds", "kinds"],
            }
        ),
        "coding": pd.DataFrame(rows, columns=columns),
        "links": pd.DataFrame(
            {"theme": ["isolation", "able"], "path": ["npc1 -> ks1", "ks1~ksse1"]}
        ),
    }


def two_coders() -> Tables:
    """Ann and Ben coded by X and Y, who differ on Ben; Cem by X alone."""
    rows = [
        ("Ann", "X", "alone", "Nobody."),
        ("Ann", "Y", "alone", ""),
        ("Ben", "X", "alone", ""),
        ("Ben", "Y", "able", "I can."),
        ("Cem", "X", "able", "Yes."),
    ]
    return {
        "codebook": pd.DataFrame({"code": ["alone", "able"]}),
        "coding": pd.DataFrame(rows, columns=["interviewee", "coder", "code", "quotation"]),
        "interviewees": pd.DataFrame(
            {
                "interviewee": ["Ann", "Ben", "Cem"],
                "school": ["S1", "S2", "S3"],
                "location": ["rural", "rural", "urban"],
                "coders": ["X; Y", "X, Y", "X"],
            }
        ),
    }


def _cell(table: str, row: int, column: str, value: object) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table].loc[row, column] = value

    return spoil


def _without(table: str, column: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table] = tables[table].drop(columns=column)

    return spoil


def _renamed(table: str, column: str, name: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table] = tables[table].rename(columns={column: name})

    return spoil


def _empty(table: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table] = tables[table].iloc[:0]

    return spoil


def _repeated(table: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        frame = tables[table]
        tables[table] = pd.concat([frame, frame.iloc[:1]], ignore_index=True)

    return spoil


def _more(table: str, **cells: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        frame = tables[table]
        row = {**frame.iloc[0], **cells}
        tables[table] = pd.concat([frame, pd.DataFrame([row])], ignore_index=True)

    return spoil


# What is spoilt, and what the message says.
SPOILT: dict[str, tuple[Callable[[Tables], None], str]] = {
    "unknown code": (
        _cell("coding", 4, "code", "alnoe"),
        r"coding=, row 4, column 'code': the codebook has no code 'alnoe'; did you mean 'alone'",
    ),
    "unknown code, nothing near": (_cell("coding", 4, "code", "zzz"), "add it, or take one of"),
    "no code anywhere": (_cell("coding", slice(None), "code", ""), "a quotation of 'Ann' has no"),
    "quotation without code": (
        _cell("coding", 6, "quotation", "Well."),
        "row 6, column 'code': a quotation of 'Dia' has no code",
    ),
    "empty name": (_cell("coding", 2, "interviewee", None), "row 2, column 'interviewee': who"),
    "two schools": (
        _cell("coding", 1, "school", "S9"),
        "row 1, column 'school': 'Ann' has 'S9' here and 'S1' in coding=, row 0",
    ),
    "two locations": (_cell("coding", 3, "location", "urban"), "an interviewee has one location"),
    "no school": (_cell("coding", 6, "school", ""), "column 'school': 'Dia' has none"),
    "no school column": (_without("coding", "school"), "no column 'school' in coding="),
    "alike locations": (_cell("coding", 6, "location", "Urban"), "'urban' and 'Urban' differ only"),
    "alike names": (_cell("coding", 6, "interviewee", "ann"), "'Ann' and 'ann' differ only"),
    "row twice": (_repeated("coding"), r"row 7 repeats row 0 \('Ann', 'alone'\)"),
    "no quotation": (
        _cell("coding", 5, "quotation", ""),
        "the theme 'able' has no quotation: .*quotations=False",
    ),
    "no quotation column": (_without("coding", "quotation"), "coding= has no column 'quotation'"),
    "misspelt column": (
        _renamed("coding", "code", "coed"),
        "coding= has no column 'code'; did you mean 'coed'",
    ),
    "misspelt optional column": (
        _renamed("codebook", "theme", "themes"),
        "codebook= has a column 'themes'; did you mean 'theme'",
    ),
    "column twice": (_renamed("coding", "school", "Code"), "coding= has two columns 'code'"),
    "wide": (
        lambda tables: tables.update(coding=tables["coding"].assign(able=1)),
        "a column for the code 'able': give a row per interviewee and code",
    ),
    "display": (
        lambda tables: tables.update(coding=tables["coding"].assign(display="perhaps")),
        "row 0, column 'display': 'perhaps' is neither yes nor no",
    ),
    "display without quotation": (
        lambda tables: tables.update(coding=tables["coding"].assign(display="yes")),
        "row 3, column 'display': the row has no quotation",
    ),
    "no rows": (_empty("coding"), "coding= has no rows"),
    "no codes": (_empty("codebook"), "codebook= has no rows"),
    "code twice": (_repeated("codebook"), "'alone' stands in row 0, too"),
    "empty code": (_cell("codebook", 1, "code", ""), "row 1, column 'code': the code is empty"),
    "theme called as a code": (
        _cell("codebook", 3, "theme", "alone"),
        "'alone' is the name of a code of the theme 'isolation'",
    ),
    "unknown theme": (
        _cell("links", 0, "theme", "isolaton"),
        r"links=, row 0, column 'theme': .* 'isolaton'; did you mean 'isolation'",
    ),
    "one code of a theme": (
        _cell("links", 0, "theme", "news"),
        "'news' is one of 2 codes of the theme 'kinds'",
    ),
    "link without path": (_cell("links", 0, "path", ""), "row 0, column 'path': it is empty"),
    "link without theme": (_cell("links", 0, "theme", ""), "row 0, column 'theme': it is empty"),
    "no path": (_cell("links", 0, "path", "ks1"), "'ks1' is no path: write one path, as"),
    "covariance": (_cell("links", 0, "path", "ks1 ~~ npc1"), "is no path"),
    "two paths": (_cell("links", 0, "path", "npc1 -> ksse1 -> ks1"), "it names several"),
    "link twice": (_more("links", path="ks1 ~ npc1"), "links=, row 2 repeats row 0"),
}

SPOILT_CODERS: dict[str, tuple[Callable[[Tables], None], str]] = {
    "no coder": (_cell("coding", 1, "coder", ""), "row 1, column 'coder': who coded 'Ann' is"),
    "coder who is not listed": (
        _cell("coding", 4, "coder", "Y"),
        "row 4, column 'coder': 'Y' is not among the coders of 'Cem' in interviewees=",
    ),
    "nobody listed": (_cell("interviewees", 2, "coders", ";"), "who coded 'Cem' is empty"),
    "no column of coders": (_without("coding", "coder"), "coding= has no column 'coder'"),
    "interviewee who is not listed": (
        _cell("coding", 4, "interviewee", "Cam"),
        "interviewees= has no interviewee 'Cam'; did you mean 'Cem'",
    ),
    "interviewee twice": (_repeated("interviewees"), "'Ann' stands in row 0, too"),
    "interviewee without name": (_cell("interviewees", 0, "interviewee", ""), "is empty"),
    "two schools": (
        lambda tables: tables.update(coding=tables["coding"].assign(school="S1")),
        "'Ben' has 'S1' here and 'S2' in interviewees=, row 1",
    ),
    "alike coders": (_cell("interviewees", 2, "coders", "X; x"), "'X' and 'x' differ only"),
}


def _third_listed(tables: Tables) -> None:
    tables["interviewees"].loc[2, "coders"] = "X; Z"


def _third_in_rows(tables: Tables) -> None:
    tables["coding"].loc[4, "coder"] = "Z"
    tables["interviewees"] = tables["interviewees"].drop(columns="coders")


SPOILT_CODERS |= {
    "third coder listed": (_third_listed, r"there are 3 coders \(X, Y, Z\)"),
    "third coder in rows": (_third_in_rows, "coding=, row 4, column 'coder': there are 3 coders"),
}

# Verdicts, and what the message says.
BAD_VERDICTS: dict[str, tuple[object, str]] = {
    "word": ({"npc1 -> ks1": "confirms"}, "'confirms' is no verdict; did you mean 'confirm'"),
    "word, nothing near": ({"npc1 -> ks1": "zzz"}, "It is confirm, expand, discord or silent"),
    "key": ({"isolaton": "confirm"}, "neither a path, .* nor a theme; did you mean 'isolation'"),
    "part": ({"isolation": {"verdict": "confirm", "whom": "A"}}, "no 'whom'; did you mean 'who'"),
    "kind": ({"isolation": 3}, r"give a verdict \(confirm, expand, discord, silent\)"),
    "path": ({"npc1 -> ks2": "confirm"}, "the model has no path 'npc1 → ks2'; did you mean"),
    "reverse": ({"ks1 -> npc1": "confirm"}, "it has the reverse, 'npc1 → ks1'"),
    "one code": ({"news": "silent"}, "'news' is one of 2 codes"),
    "silent path": ({"npc1 -> ksse1": "confirm"}, "which is silent: no theme .* or enter 'silent'"),
    "silent theme": ({"kinds": "discord"}, "which is silent: no path of the model"),
    "twice": (
        {"npc1 -> ks1": "confirm", "isolation": "expand"},
        "npc1 → ks1 with 'isolation' has a verdict already .*'npc1 -> ks1'",
    ),
    "not linked": (
        pd.DataFrame({"path": ["npc1 -> ks1"], "theme": ["able"], "verdict": ["confirm"]}),
        "verdicts=, row 0: no link joins 'npc1 → ks1' and 'able'",
    ),
    "note without verdict": (
        pd.DataFrame({"path": ["npc1 -> ks1"], "verdict": [""], "note": ["so"]}),
        "row 0, column 'verdict': it is empty",
    ),
    "about nothing": (
        pd.DataFrame({"path": [""], "verdict": ["confirm"]}),
        "names neither a path nor a theme",
    ),
    "no column": (pd.DataFrame({"verdict": ["confirm"]}), "no column 'path' and none 'theme'"),
}

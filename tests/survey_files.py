"""A survey's file as people send it: formats, encodings, traps, made from the bundled survey."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tpn_sem import datasets
from tpn_sem.triangle import Instrument

ITEMS = list(Instrument.numbered().all_items)
WORDING = {
    "npc": "Мне важно чувствовать связь с коллегами, вопрос",
    "ksse": "Я уверена, что могу поделиться знаниями (R?), вопрос",
    "ks": "Мен білімімді әріптестеріммен бөлісемін, сұрақ",
    "kr": "Я получаю знания от других; вопрос",
}
HEADINGS = {
    item: f"{place}. {WORDING[item.rstrip('12345')]} {item[-1]}"
    for place, item in enumerate(ITEMS, 1)
}
SCALE = ["совсем нет", "скорее нет", "не знаю", "скорее да", "полностью да"]


def survey() -> pd.DataFrame:
    """The bundled survey, its items as whole numbers with gaps."""
    frame = datasets.teachers()
    frame.attrs = {}
    return frame.astype(dict.fromkeys(ITEMS, "Int64"))


def csv(path: Path, frame: pd.DataFrame, encoding: str = "utf-8", **options: object) -> None:
    text = frame.to_csv(index=False, lineterminator="\r\n", **options)
    path.write_bytes(text.encode(encoding))


def headed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=HEADINGS)


def with_codes(frame: pd.DataFrame) -> pd.DataFrame:
    """99 for "don't know" and 9 for no answer, here and there."""
    random = np.random.default_rng(7)
    frame = frame.copy()
    for item in ITEMS[5:10]:
        frame.loc[random.choice(len(frame), 12, replace=False), item] = 99
        frame.loc[random.choice(len(frame), 5, replace=False), item] = 9
    return frame


def with_texts(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.astype({"ks3": object})
    frame.loc[[3, 60], "ks3"] = ["4 балла", "?"]
    return frame


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    words = dict(enumerate(SCALE, 1))
    return frame.assign(**{item: frame[item].map(words, na_action="ignore") for item in ITEMS})


def turned(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(ksse2=6 - frame["ksse2"])


def pasted_twice(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.iloc[100:140]], ignore_index=True)


def misspelt(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[frame.index[:4], "location"] = "rural "
    frame.loc[frame.index[5:7], "location"] = "rur\u0430l"
    return frame


def one_school_missing(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[17, "school"] = None
    return frame


def excel(path: Path, frame: pd.DataFrame) -> None:
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        frame.to_excel(writer, sheet_name="ответы", index=False)


def spss(path: Path, frame: pd.DataFrame) -> None:
    import pyreadstat

    labels = {item: HEADINGS[item] for item in ITEMS}
    values = {item: dict(enumerate(SCALE, 1)) | {99: "отказ"} for item in ITEMS}
    coded = frame.astype(dict.fromkeys(ITEMS, float))
    coded.loc[[4, 8], "npc2"] = 99.0
    pyreadstat.write_sav(
        coded,
        str(path),
        column_labels=[labels.get(name, name) for name in frame.columns],
        variable_value_labels=values,
        missing_ranges={key: [99] for key in ITEMS},
    )


def stata(path: Path, frame: pd.DataFrame) -> None:
    frame.astype(dict.fromkeys(ITEMS, float)).to_stata(path, write_index=False, version=118)


def spss_compressed(path: Path) -> None:
    import pyreadstat

    frame = survey().astype(dict.fromkeys(ITEMS, float))
    pyreadstat.write_sav(frame, str(path), compress=True)


Trap = Callable[[Path], None]
FILES: dict[str, tuple[str, Trap]] = {
    "comma, UTF-8": ("a.csv", lambda p: csv(p, survey())),
    "semicolon, decimal comma": ("a.csv", lambda p: csv(p, survey(), sep=";", decimal=",")),
    "tab, UTF-16": ("a.txt", lambda p: csv(p, survey(), "utf-16", sep="\t")),
    "UTF-8 with its mark": ("a.csv", lambda p: csv(p, survey(), "utf-8-sig", sep=";")),
    "sep=; as Excel writes": (
        "a.csv",
        lambda p: p.write_bytes(
            b"sep=;\r\n" + survey().to_csv(index=False, sep=";", lineterminator="\r\n").encode()
        ),
    ),
    "an index column": ("a.csv", lambda p: p.write_bytes(survey().to_csv().encode())),
    "Excel": ("a.xlsx", lambda p: excel(p, survey())),
    "SPSS": ("a.sav", lambda p: spss(p, survey())),
    "SPSS, compressed": ("a.zsav", spss_compressed),
    "Stata": ("a.dta", lambda p: stata(p, survey())),
    "Parquet": ("a.parquet", lambda p: survey().to_parquet(p)),
    "Feather": ("a.feather", lambda p: survey().to_feather(p)),
}


HEADED: dict[str, tuple[str, Trap]] = {
    "Russian headings, Windows-1251": (
        "a.csv",
        lambda p: csv(p, russian(survey()), "cp1251", sep=";", decimal=","),
    ),
    "Kazakh headings, KZ-1048": ("a.csv", lambda p: csv(p, headed(survey()), "kz1048", sep=";")),
    "headings with commas, UTF-8": ("a.csv", lambda p: csv(p, headed(survey()))),
    "headings in Excel": ("a.xlsx", lambda p: excel(p, headed(survey()))),
}


def russian(frame: pd.DataFrame) -> pd.DataFrame:
    """Headings that Windows-1251 has letters for."""
    names = {item: text.replace(WORDING["ks"], "Я делюсь") for item, text in HEADINGS.items()}
    return frame.rename(columns=names)


STOPPED: dict[str, tuple[str, Trap, str, str]] = {
    "99 for don't know, 9 for no answer": (
        "a.csv",
        lambda p: csv(p, with_codes(survey())),
        "stray code: ksse1: 99 stands 12 times",
        "all",
    ),
    "a slip, 44 for 4": (
        "a.csv",
        lambda p: csv(p, survey().assign(kr1=lambda f: f["kr1"].mask(f.index == 5, 44))),
        "stray code: kr1: 44 stands 1 time outside the other answers, 1–5: a slip",
        "stray code",
    ),
    "texts among numbers": (
        "a.csv",
        lambda p: csv(p, with_texts(survey())),
        "text among numbers: ks3: 2 texts among numbers: '4 балла', '?'. [rows 5, 62 of the file]",
        "all",
    ),
    "rows pasted twice": (
        "a.csv",
        lambda p: csv(p, pasted_twice(survey())),
        "copied rows: 40 rows are copies",
        "all",
    ),
    "rural and 'rural '": (
        "a.csv",
        lambda p: csv(p, misspelt(survey())),
        "labels alike: location:",
        "all",
    ),
    "a constant item": (
        "a.csv",
        lambda p: csv(p, survey().assign(npc2=4)),
        "constant item: npc2: all 440 answers are 4",
        "",
    ),
    "answers in words": (
        "a.csv",
        lambda p: csv(p, in_words(survey())),
        "texts: npc1: the answers are texts",
        "",
    ),
}
SAID: dict[str, tuple[str, Trap, str]] = {
    "a reversed item": ("a.csv", lambda p: csv(p, turned(survey())), "reversed item: ksse2"),
    "one school missing": (
        "a.csv",
        lambda p: csv(p, one_school_missing(survey())),
        "1 of 440 rows are left out: 1 have no school",
    ),
    "rows without an answer": (
        "a.csv",
        lambda p: csv(p, survey().mask(lambda f: np.outer(f.index < 3, f.columns.isin(ITEMS)))),
        "3 of 440 rows are left out: 3 have no answer to any item",
    ),
    "thirty rows": ("a.csv", lambda p: csv(p, survey().iloc[::14].iloc[:30]), "30 rows are few"),
}

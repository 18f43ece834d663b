"""How often each answer was given, and who answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import DataError
from ...moments import different_answers
from ...moments.ordinal import MOST_ANSWERS
from ...numerics import Indices, Mask
from .survey_answers import SurveyAnswers


def share_table(answers: SurveyAnswers, used: Mask) -> pd.DataFrame:
    """Share of each answer among those given: a row per item (and group), a column per answer."""
    counts, n_groups = {}, len(answers.labels)
    for place, name in enumerate(answers.names):
        different, codes = different_answers(answers.values[used, place])
        if 0 < len(different) <= MOST_ANSWERS:
            there = codes >= 0
            keys = answers.members[used][there] * len(different) + codes[there]
            own = np.bincount(keys, minlength=n_groups * len(different))
            counts[name] = different, own.reshape(n_groups, -1)
    columns = np.unique(np.concatenate([np.zeros(0), *(found[0] for found in counts.values())]))
    shares = np.zeros((n_groups, len(counts), len(columns)))
    for row, (different, own) in enumerate(counts.values()):
        total = own.sum(axis=1, keepdims=True)
        inside = np.searchsorted(columns, different)
        shares[:, row, inside] = own / np.maximum(total, 1)
        shares[total[:, 0] == 0, row] = np.nan
    index = pd.Index(list(counts), name="item", dtype=object)
    labels = pd.Index([_category(value) for value in columns.tolist()], name="answer")
    tables = zip(answers.labels, shares, strict=True)
    return answers.stacked({label: pd.DataFrame(own, index, labels) for label, own in tables})


def _category(value: float) -> float | int:
    return int(value) if value == int(value) else value


def check_ordinal(answers: SurveyAnswers) -> None:
    """Refuse items that are not ordinal, where the user says that all are.

    Raises
    ------
    DataError
    """
    for name, column in zip(answers.names, answers.values.T, strict=True):
        different, _ = different_answers(column)
        if len(different) > MOST_ANSWERS or (different != np.rint(different)).any():
            raise DataError(
                f"ordered=True: {name!r} has {len(different)} different answers such as "
                f"{different[0]:g}. Ordinal items have at most {MOST_ANSWERS}, whole numbers: "
                "leave the item out, or ordered=."
            )


def respondent_table(answers: SurveyAnswers) -> pd.DataFrame:
    """Who answered: a row per group and school, and "total" of all rows at the end."""
    there = (~np.isnan(answers.values)).sum(axis=1)
    wanted = (~answers.skipped).sum(axis=1)
    facts = {
        "rows": np.ones(len(there)),
        "any_answer": (there > 0).astype(float),
        "complete": ((there == wanted) & (there > 0)).astype(float),
        "no_answer": (there == 0).astype(float),
        "answered": there.astype(float),
        "asked": wanted.astype(float),
    }
    cells, index = _cells(answers)
    number = len(index) - 1
    sums = {word: np.bincount(cells, fact, number) for word, fact in facts.items()}
    table = pd.DataFrame({word: [*own, own.sum()] for word, own in sums.items()}, index=index)
    answered, asked = table.pop("answered"), table.pop("asked")
    table = table.astype(int)
    table["share_answered"] = answered / asked.where(asked > 0.0)
    table = table[table["rows"] > 0]
    return table.iloc[-1:] if answers.labels == ("",) and answers.schools is None else table


def _cells(answers: SurveyAnswers) -> tuple[Indices, pd.Index]:
    """The group and school of each row as one number, and their labels, then "total"."""
    labels: list[tuple[object, ...]] = [(label,) for label in answers.labels]
    cells, words = answers.members, ["group"]
    if answers.schools is not None:
        count = len(answers.school_labels) + 1
        cells = cells * count + np.where(answers.schools < 0, count - 1, answers.schools)
        schools = [*answers.school_labels, "(missing)"]
        labels = [(*label, school) for label in labels for school in schools]
        words = ["group", "school"]
    labels.append(("total", *[""] * (len(words) - 1)))
    index = pd.MultiIndex.from_tuples(labels, names=words)
    if answers.labels == ("",) and answers.schools is not None:
        index = pd.Index([*(label[-1] for label in labels[:-1]), "total"], name="school")
    return cells, index.get_level_values(0) if answers.schools is None else index

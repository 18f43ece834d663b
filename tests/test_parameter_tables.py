"""lavaan's parameter tables: the same rows, free and fixed alike, with the same equalities."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from conftest import REFERENCE

import tpn_sem as ts
from tpn_sem.errors import OptionError

pytestmark = pytest.mark.sampled(5)

TABLES = json.loads((REFERENCE / "lavaan" / "parameter_tables.json").read_text())
CASES = json.loads((REFERENCE / "parameter_table_cases.json").read_text())
TYPES = {"sem": "sem", "growth": "growth", "lavaan": "none"}

Place = tuple[str, str, str, int]


def place(lhs: str, op: str, rhs: str, group: int) -> Place:
    if op == "~~" and rhs < lhs:
        lhs, rhs = rhs, lhs
    return lhs, op, rhs, group


def theirs(case: dict) -> dict[Place, dict]:
    """lavaan's rows that stand for parameters."""
    rows = [row for row in case["rows"] if row["group"] > 0]
    return {place(row["lhs"], row["op"], row["rhs"], row["group"]): row for row in rows}


def is_overruled(case: dict) -> bool:
    """Whether lavaan has a mean structure although it was told to have none."""
    return not case["mean_structure"] and any(row["op"] == "~1" for row in case["rows"])


def ours(case: dict) -> dict[Place, Any]:
    """Our rows; where lavaan overrules the user, those without the option."""
    model = ts.Model(case["model"], defaults=TYPES[case["type"]])
    means = None if is_overruled(case) else case["mean_structure"]
    table: pd.DataFrame = model.parameter_table(
        groups=case["groups"], mean_structure=means, **case["options"]
    )
    rows = {place(row.lhs, row.op, row.rhs, row.group): row for row in table.itertuples()}
    assert len(rows) == len(table), "a parameter stands in the table twice"
    return rows


def partition(pairs: list[tuple[str, Place]]) -> set[frozenset[Place]]:
    """Sets of at least two places that bear the same name."""
    sets: dict[str, set[Place]] = {}
    for name, where in pairs:
        sets.setdefault(name, set()).add(where)
    return {frozenset(found) for found in sets.values() if len(found) > 1}


def their_equalities(case: dict) -> set[frozenset[Place]]:
    """Parameters that share a label, or whose internal labels (.p2.) are set equal."""
    rows = theirs(case)
    leader = {row["plabel"]: row["plabel"] for row in rows.values()}

    def find(name: str) -> str:
        return name if leader[name] == name else find(leader[name])

    by_label: dict[str, str] = {}
    for row in rows.values():
        if row["label"]:
            first = by_label.setdefault(row["label"], row["plabel"])
            leader[find(row["plabel"])] = find(first)
    for row in case["rows"]:
        if row["op"] == "==" and row["lhs"] in leader and row["rhs"] in leader:
            leader[find(row["rhs"])] = find(row["lhs"])
    return partition([(find(row["plabel"]), where) for where, row in rows.items() if row["free"]])


def our_equalities(case: dict) -> set[frozenset[Place]]:
    free = {where: row for where, row in ours(case).items() if row.free}
    return partition([(row.label, where) for where, row in free.items() if row.label])


def name(case: dict) -> str:
    return case["name"] + ("-means" if case["mean_structure"] else "")


each_table = pytest.mark.parametrize("case", TABLES, ids=name)


@pytest.mark.parametrize("case", [case for case in TABLES if is_overruled(case)], ids=name)
def test_a_model_of_means_without_means_is_refused(case: dict) -> None:
    model = ts.Model(case["model"], defaults=TYPES[case["type"]])
    with pytest.raises(OptionError, match=r"mean_structure=False, but .* leave mean_structure out"):
        model.parameter_table(groups=case["groups"], mean_structure=False, **case["options"])


@pytest.mark.sampled(3)
@each_table
def test_the_same_parameters(case: dict) -> None:
    assert set(ours(case)) == set(theirs(case))


@pytest.mark.sampled(3)
@each_table
def test_the_same_ones_are_free(case: dict) -> None:
    if case["name"] == "second_order_two_groups":
        pytest.skip("lavaan's model is not identified there, see docs/agreement.md")
    assert {where: row.free > 0 for where, row in ours(case).items()} == {
        where: row["free"] > 0 for where, row in theirs(case).items()
    }


@pytest.mark.sampled(3)
@each_table
def test_the_same_ones_are_taken_from_the_sample(case: dict) -> None:
    assert {where for where, row in ours(case).items() if row.exogenous} == {
        where for where, row in theirs(case).items() if row["exo"]
    }


@pytest.mark.sampled(3)
@each_table
def test_the_same_fixed_values(case: dict) -> None:
    fixed = {w: row["ustart"] for w, row in theirs(case).items() if not (row["free"] or row["exo"])}
    assert {where: ours(case)[where].fixed for where in fixed} == fixed


@pytest.mark.sampled(3)
@each_table
def test_the_start_values_that_lavaan_reads(case: dict) -> None:
    given = {
        where: row["ustart"]
        for where, row in theirs(case).items()
        if row["free"] and row["user"] and row["ustart"] is not None
    }
    assert {where: ours(case)[where].start for where in given} == given


@pytest.mark.sampled(3)
@each_table
def test_the_same_equalities(case: dict) -> None:
    assert our_equalities(case) == their_equalities(case)


@pytest.mark.sampled(3)
@each_table
def test_the_same_labels(case: dict) -> None:
    written = {w: row["label"] for w, row in theirs(case).items() if row["label"].isalnum()}
    found = {w: row.label for w, row in ours(case).items() if row.label.isalnum()}
    assert found == written


@pytest.mark.sampled(3)
@each_table
def test_places_of_free_parameters_are_counted_without_gaps(case: dict) -> None:
    places = sorted(row.free for row in ours(case).values() if row.free)
    assert places == list(range(1, len(places) + 1))


def test_every_case_has_both_tables() -> None:
    assert len(CASES) == 48
    assert {(case["name"], case["mean_structure"]) for case in TABLES} == {
        (case["name"], means) for case in CASES for means in (False, True)
    }


def test_defined_parameters_are_those_of_lavaan() -> None:
    for case in TABLES:
        statements = ts.Model(case["model"]).statements
        assert [item.name for item in statements.definitions] == [
            row["lhs"] for row in case["rows"] if row["op"] == ":="
        ]

"""Groups that cannot be compared are named."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from group_comparison_cases import GRADES, PUPILS, THREE, pupils

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    OptionError,
)

# Bad input ----------------------------------------------------------------------------------------


def with_group(values: object) -> pd.DataFrame:
    return PUPILS.assign(branch=values)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.arange(301) % 2, ["0", "1"]),
        (np.arange(301) % 2 == 0, ["True", "False"]),
        ((np.arange(301) % 2).astype(float), ["0.0", "1.0"]),
    ],
    ids=["numeric", "boolean", "float"],
)
def test_groups_may_be_numbers(values: object, labels: list[str]) -> None:
    found = ts.invariance(THREE, with_group(values), group="branch", steps=["configural", "metric"])
    assert found.fits["configural"].group_labels == labels


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (with_group(np.where(np.arange(301) % 7 == 0, None, "a")), {}, "43 missing entries"),
        (with_group("a"), {}, "column 'branch' has one value"),
        (with_group(np.arange(301) % 30), {}, "30 groups, more than 20"),
        (PUPILS, {"group": None}, "there is one group"),
        (
            pd.concat([PUPILS[PUPILS["school"] == "Pasteur"].head(6), PUPILS.tail(145)]),
            {"group": "school"},
            "6 complete rows in group 'Pasteur' for 9 variables",
        ),
        (
            PUPILS.assign(x2=PUPILS["x2"].where(PUPILS["school"] != "Pasteur", 3.0)),
            {"group": "school"},
            "'x2' is constant in group 'Pasteur'",
        ),
        (
            GRADES.assign(x2=GRADES["x2"].where(GRADES["school"] != "Pasteur", 1)),
            {"group": "school", "ordered": True},
            "'x2' has only one answer in group 'Pasteur'",
        ),
    ],
    ids=["missing", "one value", "many", "no group", "few rows", "constant", "absent"],
)
def test_groups_that_cannot_be_compared_are_named(
    data: pd.DataFrame, options: dict, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        ts.invariance(THREE, data, **({"group": "branch"} | options))


@pytest.mark.slow
def test_groups_too_small_for_the_model_are_named() -> None:
    few = pd.concat([PUPILS[PUPILS["school"] == "Pasteur"].head(15), PUPILS.tail(145)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        with pytest.warns(DataWarning, match="'Pasteur' has 15 rows for 30 parameters"):
            found = ts.invariance(THREE, few, group="school", steps=["configural", "metric"])
    assert any("hardly to be trusted" in note for note in found.notes)


def test_a_step_that_does_not_converge_decides_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = ts.invariance(
            THREE, PUPILS, group="school", steps=["configural", "metric"], max_iterations=1
        )
    assert found.table["decision"].tolist()[0] == "undecided"
    assert found.reached is None
    assert any("did not converge" in note for note in found.notes)


def test_an_absent_category_can_be_joined_in_all_groups() -> None:
    data = GRADES.assign(
        x2=GRADES["x2"].where(GRADES["school"] != "Pasteur", GRADES["x2"].clip(0, 2))
    )
    found = quietly(
        ts.invariance, THREE, data, group="school", ordered=True, empty_categories="collapse"
    )
    notes = found.fits["configural"].notes
    assert any("'x2': answer 3 does not occur in every group" in note for note in notes)
    assert list(found.fits)[-1] == "residuals"


# Models that identify themselves ------------------------------------------------------------------


def test_seeds_and_variances_of_other_kinds_are_refused_or_taken() -> None:
    with pytest.raises(OptionError, match="seed= is a whole number or None, not 'a'"):
        ts.alignment(pupils(), seed="a")
    near = ts.approximate_invariance(THREE, PUPILS, group="school")
    assert len(near.sensitivity(0.02)) == 1

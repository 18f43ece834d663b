"""Bad data, groups and clusters are clear errors or loud warnings."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from bad_input_cases import HOLZINGER, NAMES, ONE, THREE, refused, warned
from conftest import quietly

import tpn_sem as ts
from tpn_sem.errors import (
    DataError,
    DataWarning,
)


def assert_same_estimates(first: ts.Fit, second: ts.Fit) -> None:
    pd.testing.assert_frame_equal(first.estimates, second.estimates, rtol=1e-8)


def with_column(name: str, values: object) -> pd.DataFrame:
    return HOLZINGER.assign(**{name: values})


# Data ---------------------------------------------------------------------------------------------


X2 = HOLZINGER["x2"]
COLLINEAR = "columns 'x1' and 'x2' are perfectly collinear"
BAD_DATA: dict[str, tuple[pd.DataFrame, str]] = {
    "missing column": (HOLZINGER.rename(columns={"x2": "y2x"}), "column 'x2' is not in the data"),
    "nearest": (HOLZINGER.rename(columns={"x2": "X2_"}), "did you mean"),
    "text": (with_column("x2", X2.astype(str) + " cm"), "column 'x2' does not hold numbers"),
    "digits as text": (with_column("x2", X2.astype(str)), "column 'x2' does not hold numbers"),
    "ordered categories": (
        with_column("x2", pd.cut(X2, 4)),
        "column 'x2' is an ordered Categorical: name it in ordered=",
    ),
    "categories": (
        with_column("x2", pd.Categorical(X2.gt(5).map({True: "a", False: "b"}).where(X2 < 7, "c"))),
        "column 'x2' has 3 categories without an order: make columns of zeros and ones",
    ),
    "numeric categories": (
        with_column("x2", pd.Categorical(X2.round())),
        "make it numbers with .astype(float)",
    ),
    "dates": (
        with_column("x2", pd.date_range("2020-01-01", periods=301)),
        "column 'x2' does not hold numbers",
    ),
    "complex": (with_column("x2", X2 + 1j), "column 'x2' does not hold numbers"),
    "constant": (with_column("x2", 3), "column 'x2' is constant"),
    "constant after rounding": (with_column("x2", 123456.7), "column 'x2' is constant"),
    "the same twice": (
        with_column("x2", HOLZINGER["x1"]),
        "columns 'x1' and 'x2' are perfectly collinear",
    ),
    "negated": (
        with_column("x2", 5 - 2 * HOLZINGER["x1"]),
        "columns 'x1' and 'x2' are perfectly collinear",
    ),
    "linear dependence": (
        with_column("x3", HOLZINGER["x1"] + X2),
        "'x1', 'x2', 'x3' depend on each other linearly",
    ),
    "infinite": (with_column("x2", X2.where(HOLZINGER.index != 3, np.inf)), "column 'x2' has inf"),
    "minus infinite": (
        with_column("x2", X2.where(HOLZINGER.index != 3, -np.inf)),
        "column 'x2' has infinite values",
    ),
    "as few rows as columns": (HOLZINGER.head(3), "3 complete rows for 3 variables"),
    "one row": (HOLZINGER.head(1), "a covariance matrix needs more"),
    "a column twice": (
        pd.concat([HOLZINGER, HOLZINGER[["x2"]]], axis=1),
        "column 'x2' appears 2 times",
    ),
    "no rows": (HOLZINGER.head(0), "the data frame is empty"),
    "nothing": (pd.DataFrame(), "the data frame is empty"),
    "no complete rows": (with_column("x2", np.nan), "0 complete rows"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("data", "says"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data(data: pd.DataFrame, says: str) -> None:
    refused(DataError, says, data=data)


def test_a_misspelt_column_is_given_its_nearest() -> None:
    refused(DataError, "column 'x33' is not in the data; did you mean 'x3'?", "f =~ x1 + x2 + x33")


def test_fewer_rows_than_columns() -> None:
    refused(DataError, "7 complete rows for 9 variables", THREE, HOLZINGER.head(7))


@pytest.mark.parametrize(
    "data", [None, 3, "x", HOLZINGER.to_numpy(), {"x1": [1]}, [1], [], [HOLZINGER], HOLZINGER["x1"]]
)
def test_wrong_type_of_data(data: object) -> None:
    with pytest.raises(DataError, match=rf"data must be a DataFrame .* not {type(data).__name__}"):
        ts.Model(ONE).fit(data)


def test_columns_that_the_model_does_not_use_may_be_anything() -> None:
    data = HOLZINGER.assign(x9=np.inf, x8="text", x7=1)
    assert_same_estimates(ts.Model(ONE).fit(data), ts.Model(ONE).fit(HOLZINGER))


def group_with(rows: list[int], label: object) -> pd.DataFrame:
    data = HOLZINGER.copy()
    data.loc[rows, "school"] = label
    return data


@pytest.mark.parametrize(
    ("data", "group", "says"),
    [
        (HOLZINGER, "scool", "group column 'scool' is not in the data; did you mean 'school'?"),
        (HOLZINGER, 3, "group column 3 is not in the data"),
        (group_with([0], "Lone"), "school", "1 complete rows in group 'Lone'"),
        (group_with([0, 1], "Few"), "school", "2 complete rows in group 'Few'"),
        (group_with([0, 1], np.nan), "school", "group column 'school' has 2 missing entries"),
        (HOLZINGER, "id", "group column 'id' has 301 groups"),
        (pd.concat([HOLZINGER, HOLZINGER[["school"]]], axis=1), "school", "appears 2 times"),
        (
            with_column("x2", X2.where(HOLZINGER["school"] == "Pasteur")),
            "school",
            "0 complete rows in group 'Grant-White'",
        ),
        (
            with_column("x2", X2.where(HOLZINGER["school"] == "Pasteur", 1)),
            "school",
            "column 'x2' is constant in group 'Grant-White'",
        ),
    ],
)
def test_bad_groups(data: pd.DataFrame, group: object, says: str) -> None:
    refused(DataError, says, data=data, group=group)


def test_dropped_rows_are_counted_aloud() -> None:
    data = with_column("x2", X2.where(HOLZINGER.index > 4))
    fit = warned(DataWarning, "5 of 301 rows were dropped", data=data)
    assert (fit.n_observations, fit.n_dropped) == (296, 5)
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER.iloc[5:]))


def test_nullable_columns() -> None:
    whole = X2.round().astype("Int64").where(HOLZINGER.index > 4)
    truth = (HOLZINGER["x3"] > 2).astype("boolean").where(HOLZINGER.index != 9)
    fit = warned(
        DataWarning,
        "6 of 301 rows were dropped because an answer is missing (most often: x2 5, x3 1)",
        data=HOLZINGER.assign(x2=whole, x3=truth),
    )
    plain = HOLZINGER.assign(x2=X2.round(), x3=(HOLZINGER["x3"] > 2) * 1.0)
    complete = plain[(plain.index > 4) & (plain.index != 9)]
    assert_same_estimates(fit, ts.Model(ONE).fit(complete))


def test_very_unequal_scales_are_said_aloud() -> None:
    fit = warned(
        DataWarning, "the variance of 'x1' is", data=with_column("x1", 1e4 * HOLZINGER["x1"])
    )
    assert fit.converged


class Foreign:
    """A table that is no pandas DataFrame but speaks an interchange protocol."""

    def __init__(self, frame: pd.DataFrame):
        self.frame = frame

    def __dataframe__(self, **options: object) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.frame.__dataframe__(**options)


class Arrow(Foreign):
    """As polars: both protocols."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@pytest.mark.skipif(
    not hasattr(pd.DataFrame, "__dataframe__"), reason="pandas has no interchange protocol"
)
@pytest.mark.parametrize("kind", [Foreign, Arrow])
def test_other_data_frames(kind: type[Foreign]) -> None:
    data = kind(HOLZINGER[["x1", "x2", "x3"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = ts.Model(ONE).fit(data)
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER))


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_arrow_tables() -> None:
    import pyarrow

    fit = ts.Model(ONE).fit(pyarrow.Table.from_pandas(HOLZINGER[NAMES]))
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER))


# Sample moments -----------------------------------------------------------------------------------


def test_scores_stand_beside_their_rows() -> None:
    data = HOLZINGER[[*NAMES, "school"]].sample(frac=1, random_state=1)
    data.index = [f"pupil {place}" for place in range(len(data))]
    data.loc["pupil 7", "x1"] = np.nan
    with pytest.warns(DataWarning):
        fit = ts.Model(ONE).fit(data, group="school")
    joined = data.join(fit.factor_scores())
    assert joined["f"].isna().sum() == 1
    assert (joined["group"] == joined["school"]).sum() == len(data) - 1
    within = joined.groupby("school")[["f", "x1"]].corr().xs("x1", level=1)["f"]
    assert (within > 0.5).all()


# Groups and clusters ------------------------------------------------------------------------------


def test_one_cluster_in_a_group_is_too_few() -> None:
    teachers = ts.datasets.teachers(missing=0)
    few = teachers[teachers["school"].isin(["S01", "S20", "S21"])]
    refused(
        DataError,
        "there is 1 cluster in group 'rural'",
        "NPC =~ npc1 + npc2 + npc3",
        few,
        group="location",
        cluster="school",
    )


def test_groups_may_be_dates() -> None:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(HOLZINGER["sex"], unit="D")
    fit = ts.cfa(ONE, HOLZINGER.assign(day=days), group="day")
    assert sorted(fit.group_labels) == ["2020-01-02 00:00:00", "2020-01-03 00:00:00"]
    assert fit.n_observations == len(HOLZINGER)


def test_categories_are_joined_among_the_rows_that_are_used() -> None:
    teachers = ts.datasets.teachers()
    model = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5\nKR =~ kr1 + kr2 + kr3 + kr4 + kr5"
    options = {"group": "location", "ordered": True, "empty_categories": "collapse"}
    fit = quietly(ts.cfa, model, teachers, **options)
    assert fit.converged
    joined = [note for note in fit.notes if "was joined with its neighbour" in note]
    assert any("'npc5'" in note for note in joined)

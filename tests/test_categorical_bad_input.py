"""Empty cells and bad data of ordinal variables; the layout of statistics."""

from __future__ import annotations

import numpy as np
import pytest
from categorical_cases import MIXED, data, from_table, of

from tpn_sem.errors import DataError
from tpn_sem.moments.ordinal import (
    Layout,
    categorical_moments,
    maximise,
)

# empty cells, bad data ----------------------------------------------------------------------------


def test_an_empty_cell_is_filled_and_told() -> None:
    rows = from_table([[30, 0], [10, 20]])
    found = categorical_moments(rows, (2, 2))
    same_margins = from_table([[59, 1], [21, 39]])
    assert found.empty_pairs == ((0, 1),)
    filled = categorical_moments(same_margins, (2, 2))
    assert found.covariance[0, 1] == pytest.approx(filled.covariance[0, 1], abs=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 0.933714287889),
        ({"zero_add": (0.2, 0.0)}, 0.958606544300),
        ({"zero_keep_margins": False}, 0.936704177936),
    ],
)
def test_an_empty_cell_is_filled_as_by_lavaan(options: dict, expected: float) -> None:
    """`lavCor(data, ordered = c("a", "b"), zero.add = ..., zero.keep.margins = ...)`."""
    found = categorical_moments(from_table([[30, 0], [10, 20]]), (2, 2), **options)
    assert found.covariance[0, 1] == pytest.approx(expected, abs=1e-8)


def test_larger_tables_keep_their_empty_cells() -> None:
    rows = from_table([[30, 0, 15], [10, 20, 5]])
    found = categorical_moments(rows, (2, 3))
    assert found.empty_pairs == ((0, 1),)
    assert found.covariance[0, 1] == pytest.approx(0.2030662742, abs=1e-9)  # lavaan
    more = categorical_moments(rows, (2, 3), zero_add=(0.5, 0.5))
    assert more.covariance[0, 1] == pytest.approx(0.200249382153, abs=1e-9)  # lavaan


@pytest.mark.parametrize(
    "counts",
    [
        [[30, 0], [0, 20]],
        [[0, 30], [20, 0]],
        [[30, 0, 0], [0, 20, 0], [0, 0, 10]],
        [[30, 5, 0], [0, 0, 10]],
    ],
)
def test_perfect_association_is_refused(counts: list[list[int]]) -> None:
    rows = from_table(counts)
    third = np.arange(len(rows))[:, None] * 7 % 2
    rows, table = np.hstack([third, rows]), np.array(counts)
    with pytest.raises(DataError, match="perfectly associated: variable 1 and variable 2"):
        categorical_moments(rows, (2, *table.shape))


def test_equal_continuous_variables_are_refused() -> None:
    frame = data()
    rows = np.column_stack([frame["c"], frame["y"], 2 * frame["y"]])
    with pytest.raises(DataError, match="variable 1 and variable 2"):
        categorical_moments(rows, (2, 0, 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": lambda f: f["a"] + 1}, "coded 0, 1, ...: see variable 0"),
        ({"a": lambda f: f["a"] + 0.5}, "coded 0, 1, ...: see variable 0"),
        (
            {"a": lambda f: 2.0 * (f["a"] > 0)},
            "nobody is in category 2 .from the lowest.",
        ),
        ({"y": lambda f: 3.1}, "variable 1 is constant"),
        ({"y": lambda f: np.nan}, "variable 1 has no values"),
        ({name: lambda f: np.nan for name in MIXED}, "All answers are missing"),
    ],
)
def test_bad_rows(change: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        of(MIXED, data().assign(**change))


@pytest.mark.parametrize("with_group", [False, True])
def test_exogenous_variables_that_say_nothing_new(with_group: bool) -> None:
    frame = data().assign(x3=lambda f: 2 * f["x1"] - f["x2"], one=1.0)
    names, message = (("x1", "x2", "x3"), "collinear") if with_group else (("one",), "constant")
    with pytest.raises(DataError, match=message):
        of(MIXED, frame, names)


def test_bad_arguments() -> None:
    rows, x = data()[["a", "b"]].to_numpy(float), data()[["x1"]].to_numpy(float)
    with pytest.raises(DataError, match="3 variables"):
        categorical_moments(rows, (3, 4, 2))
    with pytest.raises(DataError, match="Exogenous"):
        categorical_moments(rows, (3, 4), np.where(x > 2, np.nan, x))
    with pytest.raises(DataError, match="Weights"):
        categorical_moments(rows, (3, 4), weights=np.r_[0.0, np.ones(249)])
    with pytest.raises(DataError, match="fewer than two"):
        categorical_moments(0 * rows, (1, 1))


@pytest.mark.parametrize("other", ["b", "y"])
def test_variables_never_answered_together_are_refused(other: str) -> None:
    frame = data()
    half = np.arange(len(frame)) < 125
    apart = frame.assign(a=frame["a"].where(half), **{other: frame[other].where(~half)})
    with pytest.raises(DataError, match="together: variable 0 and variable 2"):
        of(["a", "c", other], apart)


def test_a_probit_without_maximum_is_refused() -> None:
    x = np.arange(40.0)[:, None]
    rows = np.column_stack([x[:, 0] > 20, np.arange(40) % 2]).astype(float)
    with pytest.raises(DataError, match="variable 0 perfectly"):
        categorical_moments(rows, (2, 2), x)


# layout and Newton --------------------------------------------------------------------------------


def test_layout_orders_and_stacks() -> None:
    layout = Layout((3, 0, 2), 2)
    thresholds, mean = np.array([1.0, 2.0, 3.0]), np.array([0.0, 4.0, 0.0])
    slopes = np.arange(5.0, 11.0).reshape(3, 2)
    covariance = np.array([[1.0, 12.0, 13.0], [12.0, 11.0, 14.0], [13.0, 14.0, 1.0]])
    vector = layout.vector(thresholds, mean, slopes, covariance)
    assert vector == pytest.approx(np.arange(1.0, 15.0))
    assert layout.size == 14
    assert layout.blocks["slopes"] == slice(4, 10)
    assert [layout.slopes_of(1), layout.thresholds_of(2)] == [slice(6, 8), slice(2, 3)]
    stack = layout.vector(thresholds, mean, slopes, np.stack([covariance, 2 * covariance]))
    assert stack.shape == (2, 14)
    assert stack[1] - stack[0] == pytest.approx(np.r_[np.zeros(10), np.arange(11.0, 15.0)])


def test_newton_gives_up_on_a_likelihood_that_grows() -> None:
    def grows(rho: np.ndarray, which: np.ndarray) -> tuple:
        return np.ones(len(rho)), -np.ones(len(rho)), np.ones(len(rho))

    assert np.isnan(maximise(grows, np.array([0.1]))).all()

"""Data read in batches give the fits that the same rows in a data frame give."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import assert_same_numbers, quietly

import tpn_sem as ts
from tpn_sem.data.large import source

POPULATION = """
f =~ .8*x1 + .7*x2 + .6*x3 + c(.7, .5)*x4
g =~ .8*y1 + .7*y2 + .6*y3
g ~ .4*f
"""
MODEL = "f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2 + y3\ng ~ f"
ITEMS = ["x1", "x2", "x3", "x4", "y1", "y2", "y3"]
SIZES = {"rural": 1200, "urban": 1500}


def drawn(**options: object) -> pd.DataFrame:
    frame = ts.simulate(POPULATION, SIZES, seed=1, group="location", **options)
    return frame.sample(frac=1.0, random_state=1, ignore_index=True)


PLAIN = drawn()
GAPS = drawn(missing=0.1)
GRADES = drawn(shares=(0.1, 0.2, 0.4, 0.3))
GRADES_WITH_GAPS = drawn(shares=(0.1, 0.2, 0.4, 0.3), missing=0.05)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH", 700)


def assert_the_same(one: ts.Fit, other: ts.Fit) -> None:
    assert one.group_labels == other.group_labels
    assert one.n_observations == other.n_observations
    for column in ("estimate", "se"):
        np.testing.assert_allclose(
            one.estimates[column], other.estimates[column], rtol=1e-7, atol=1e-9
        )
    ours, theirs = one.measures.dropna(), other.measures.dropna()
    shared = ours.index.intersection(theirs.index)
    assert {"chisq", "cfi", "rmsea", "srmr"} <= set(shared)
    np.testing.assert_allclose(ours[shared], theirs[shared], rtol=1e-6, atol=1e-7)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("group", [None, "location"])
@pytest.mark.parametrize(
    ("data", "reading", "fitting"),
    [
        (PLAIN, {}, {"mean_structure": True}),
        (GAPS, {}, {}),
        (GAPS, {"missing": "fiml"}, {"missing": "fiml"}),
        (GRADES, {"ordered": True}, {"ordered": True}),
        (GRADES_WITH_GAPS, {"ordered": True}, {"ordered": True, "missing": "listwise"}),
        (
            GRADES_WITH_GAPS,
            {"ordered": True, "missing": "pairwise"},
            {"ordered": True, "missing": "pairwise", "estimator": "ULSMV"},
        ),
    ],
    ids=["complete", "listwise", "fiml", "ordinal", "ordinal listwise", "ordinal pairwise"],
)
def test_a_fit_is_that_of_the_rows(
    data: pd.DataFrame, reading: dict, fitting: dict, group: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    data.to_parquet(path)
    expected = quietly(ts.sem, MODEL, data, group=group, **fitting)
    moments = ts.SampleMoments.from_parquet(path, ITEMS, group=group, **reading)
    assert_the_same(quietly(ts.sem, MODEL, moments, **fitting), expected)
    moments.save(tmp_path / "moments.npz")
    again = ts.SampleMoments.load(tmp_path / "moments.npz")
    assert_same_numbers(
        quietly(ts.sem, MODEL, again, **fitting).estimates,
        quietly(ts.sem, MODEL, moments, **fitting).estimates,
    )
    # other variables, in another order
    part = "f =~ x3 + x1 + x2\ng =~ y2 + y3 + y1\nf ~~ g"
    if reading.get("missing") != "pairwise" and data is not GAPS and data is not GRADES_WITH_GAPS:
        assert_the_same(
            quietly(ts.sem, part, moments, **fitting),
            quietly(ts.sem, part, data, group=group, **fitting),
        )


def test_the_test_of_differences_and_robust_errors_of_ordinal_items(tmp_path: Path) -> None:
    GRADES.to_parquet(tmp_path / "rows.parquet")
    moments = ts.SampleMoments.from_parquet(
        tmp_path / "rows.parquet", ITEMS, group="location", ordered=True
    )

    def steps(data: object, **options: object) -> pd.DataFrame:
        fits = [
            quietly(ts.sem, MODEL, data, ordered=True, group_equal=sets, **options)
            for sets in (["thresholds"], ["thresholds", "loadings"])
        ]
        return ts.compare(*fits)

    found, expected = steps(moments), steps(GRADES, group="location")
    for column in ("chisq", "chisq_diff", "p_value"):
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-6)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", ["csv", "table", "stream", "pandas", "files"])
def test_other_sources(kind: str, tmp_path: Path) -> None:
    expected = quietly(ts.sem, MODEL, GAPS)
    if kind == "csv":
        GAPS.to_csv(tmp_path / "rows.csv", index=False, sep=";")
        moments = ts.SampleMoments.from_csv(tmp_path / "rows.csv", ITEMS)
    elif kind == "files":
        GAPS.head(1000).to_parquet(tmp_path / "a.parquet")
        GAPS.tail(-1000).to_parquet(tmp_path / "b.parquet")
        moments = ts.SampleMoments.from_parquet(tmp_path / "*.parquet", ITEMS)
    else:
        table = pa.Table.from_pandas(GAPS)
        given = {"table": table, "stream": table.to_reader(500), "pandas": GAPS}[kind]
        moments = ts.SampleMoments.from_arrow(given, ITEMS)
    assert moments.n_dropped == GAPS[ITEMS].isna().any(axis=1).sum()
    assert_the_same(
        quietly(ts.sem, MODEL, moments, mean_structure=True),
        quietly(ts.sem, MODEL, GAPS, mean_structure=True),
    )
    with pytest.warns(ts.TpnSemWarning, match=f"{moments.n_dropped} rows were dropped"):
        fit = ts.sem(MODEL, moments)
    assert fit.n_dropped == expected.n_dropped


def test_large_means_do_not_cost_digits(tmp_path: Path) -> None:
    shifted = PLAIN[ITEMS] + 1e6
    shifted.to_parquet(tmp_path / "rows.parquet")
    moments = ts.SampleMoments.from_parquet(tmp_path / "rows.parquet")
    np.testing.assert_allclose(moments.covariance, shifted.cov(), rtol=1e-8)
    np.testing.assert_allclose(moments.mean, shifted.mean(), rtol=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_parts_merge_to_the_whole(missing: str) -> None:
    halves = [
        ts.SampleMoments.from_arrow(part, ITEMS, group="location", missing=missing)
        for part in (GAPS.head(900), GAPS.tail(-900))
    ]
    whole = ts.SampleMoments.from_arrow(GAPS, ITEMS, group="location", missing=missing)
    merged = halves[0].merge(halves[1])
    for label in SIZES:
        np.testing.assert_allclose(merged[label].covariance, whole[label].covariance, rtol=1e-9)
        assert merged[label].n_observations == whole[label].n_observations
        assert merged[label].n_dropped == whole[label].n_dropped
    fits = [quietly(ts.sem, MODEL, one, missing=missing) for one in (merged, whole)]
    assert_the_same(*fits)


def test_ordinal_parts_do_not_merge_and_say_why() -> None:
    one = ts.SampleMoments.from_arrow(GRADES, ITEMS, ordered=True)
    with pytest.raises(ts.TpnSemError, match="Read all files together"):
        one.merge(one)


def test_what_needs_rows_says_so() -> None:
    moments = ts.SampleMoments.from_arrow(GAPS, ITEMS, missing="fiml")
    robust = quietly(
        ts.sem, MODEL, moments, missing="fiml", estimator="MLR", se="standard", test="standard"
    )
    with pytest.raises(ts.TpnSemError, match=r"needs? rows of data"):
        robust.test("yuan_bentler_mplus")
    with pytest.raises(ts.TpnSemError, match=r"needs? rows of data"):
        ts.bootstrap(quietly(ts.sem, MODEL, moments, missing="fiml"), 10)
    plain = ts.SampleMoments.from_arrow(GAPS, ITEMS)
    with pytest.raises(ts.TpnSemError, match="which these moments lack: make them with"):
        ts.sem(MODEL, plain, missing="fiml")
    with pytest.raises(ts.TpnSemError, match="made with ordered=True"):
        ts.sem(MODEL, plain, ordered=True)
    ordinal = ts.SampleMoments.from_arrow(GRADES, ITEMS, ordered=True)
    fit = quietly(ts.sem, MODEL, ordinal, ordered=True)
    for ask in (lambda: fit.ordinal, fit.factor_scores):
        with pytest.raises(ts.TpnSemError, match="not sample moments"):
            ask()
    with pytest.raises(ts.TpnSemError, match="is a predictor"):
        ts.sem("f =~ x1 + x2 + x3\nf ~ y1", ordinal, ordered=True)
    with pytest.raises(ts.TpnSemError, match="leaves out 'x2'"):
        ts.sem(MODEL, ordinal, ordered=["x1"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("frame", "options", "says"),
    [
        (PLAIN, {"columns": ["x1", "x9"]}, r"column 'x9' is not in .*did you mean 'x"),
        (PLAIN, {"columns": ["x1", "x1"]}, "a column twice"),
        (PLAIN, {"columns": ["location"]}, "'location' of .* holds VARCHAR, no numbers"),
        (PLAIN, {"columns": None, "group": "place"}, "column 'place' is not in"),
        (PLAIN.head(0), {}, "has no rows"),
        (PLAIN.head(1), {}, "1 complete rows"),
        (PLAIN.assign(x1=np.inf), {}, "column 'x1' of .* has infinite values"),
        (PLAIN.assign(location=None), {"group": "location"}, "has missing entries"),
        (PLAIN.assign(x1=np.nan), {"missing": "fiml"}, "'x1' has no answer at all"),
        (PLAIN, {"ordered": True}, "answers that are no whole numbers"),
        (GRADES.assign(x1=1), {"ordered": True}, "'x1' of .* has 1 different answers"),
        (
            GRADES.assign(x1=np.where(GRADES["location"] == "urban", 1, GRADES["x1"])),
            {"ordered": True, "group": "location"},
            "in group 'urban': nobody is in category 2",
        ),
        (PLAIN, {"missing": "pairwise"}, "give ordered=True"),
        (PLAIN, {"missing": "fiml", "ordered": True}, "is for continuous items"),
        (PLAIN, {"missing": "no"}, "missing='no' is not known"),
        (PLAIN, {"threads": 0}, "threads=0"),
        (PLAIN, {"memory_limit": "much"}, "memory_limit='much'"),
    ],
)
def test_what_cannot_be_read(frame: pd.DataFrame, options: dict, says: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path)
    with pytest.raises(ts.TpnSemError, match=says):
        ts.SampleMoments.from_parquet(path, **{"columns": ITEMS, **options})


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ts.TpnSemError, match=r"nowhere\.parquet cannot be read"):
        ts.SampleMoments.from_parquet(tmp_path / "nowhere.parquet")
    (tmp_path / "bad.parquet").write_text("no")
    with pytest.raises(ts.TpnSemError, match=r"bad\.parquet cannot be read"):
        ts.SampleMoments.from_parquet(tmp_path / "bad.parquet")
    with pytest.raises(ts.TpnSemError, match="source= is a text, a path or a list"):
        ts.SampleMoments.from_parquet(3)
    with pytest.raises(ts.TpnSemError, match="no file is named"):
        ts.SampleMoments.from_parquet([])
    with pytest.raises(ts.TpnSemError, match="'' is no name of a file"):
        ts.SampleMoments.from_csv("")
    with pytest.raises(ts.TpnSemError, match="does not hold saved sample moments"):
        ts.SampleMoments.load(tmp_path / "bad.parquet")
    with pytest.raises(ts.TpnSemError, match=r"there is no file 'nowhere\.npz'"):
        ts.SampleMoments.load(tmp_path / "nowhere.npz")
    with pytest.raises(ts.TpnSemError, match="cannot be written"):
        ts.SampleMoments.from_arrow(PLAIN, ITEMS).save(tmp_path / "no" / "where.npz")
    with pytest.raises(ts.TpnSemError, match="list is no Arrow table"):
        ts.SampleMoments.from_arrow([1, 2])
    stream = pa.Table.from_pandas(GRADES).to_reader()
    with pytest.raises(ts.TpnSemError, match="give a table or files, no stream"):
        ts.SampleMoments.from_arrow(stream, ITEMS, ordered=True)


def test_without_duckdb_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ts.TpnSemError, match=r'pip install "tpn_sem\[streams\]"'):
        ts.SampleMoments.from_arrow(PLAIN, ITEMS)

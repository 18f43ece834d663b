"""Moments with a known asymptotic covariance matrix: lavaan's numbers, rows' numbers, bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError

WITNESS = json.loads((REFERENCE / "known_spread.json").read_text(encoding="utf-8"))
TEXT, FITS = WITNESS["text"], WITNESS["fits"]
ITEMS = [f"x{place}" for place in range(1, 7)]
N = 301


def matrix_of(case: dict[str, Any]) -> pd.DataFrame:
    names = case["matrix"]["names"]
    return pd.DataFrame(case["matrix"]["values"], names, names)


def cuts_of(case: dict[str, Any]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name, value in case["thresholds"].items():
        found.setdefault(name.split("|")[0], []).append(value)
    return found


def fit_of(name: str) -> ts.Fit:
    case, estimator = FITS[name], name.split("_")[-1].replace("means", "MLM")
    if "thresholds" in case:
        moments = ts.SampleMoments.from_thresholds(
            np.array(case["covariance"]),
            cuts_of(case),
            N,
            names=ITEMS,
            asymptotic_covariance=matrix_of(case),
        )
        fit: ts.Fit = quietly(ts.cfa, TEXT, moments, ordered=True, estimator=estimator)
        return fit
    moments = ts.SampleMoments(
        np.array(case["covariance"]),
        case.get("mean"),
        N,
        names=ITEMS,
        asymptotic_covariance=matrix_of(case),
    )
    plain: ts.Fit = quietly(ts.cfa, TEXT, moments, estimator=estimator)
    return plain


@pytest.mark.parametrize("name", list(FITS))
def test_fits_are_lavaans(name: str) -> None:
    case, fit = FITS[name], fit_of(name)
    table = case["estimates"]
    theirs = {
        f"{lhs}{op}{rhs}": pair
        for lhs, op, rhs, *pair in zip(
            *(table[key] for key in ("lhs", "op", "rhs", "est", "se")), strict=True
        )
    }
    known = np.array([theirs[one] for one in fit.coef.index], dtype=float)
    np.testing.assert_allclose(fit.coef, known[:, 0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.vcov)), known[:, 1], rtol=1e-5)
    for measure, value in case["measures"].items():
        assert fit.measures[measure.replace(".", "_")] == pytest.approx(value, abs=1e-5, rel=1e-5)


def test_there_are_as_many_fits_as_the_page_says() -> None:
    assert len(FITS) == 8


@pytest.mark.parametrize("estimator", ["MLM", "MLMVS", "ULSM", "WLS", "DWLS"])
def test_the_spread_of_rows_gives_what_rows_give(estimator: str) -> None:
    """In the order of other columns, with a variable more, and its names turned round."""
    rows = reference_data("HolzingerSwineford1939")
    fit = ts.cfa(TEXT, rows, estimator=estimator, mean_structure=False)
    whole = ts.cfa(TEXT + "; g =~ x9", rows, estimator="MLM", mean_structure=False)
    order = list(reversed([*ITEMS, "x9"]))
    spread = whole.inspect("gamma").rename(
        columns=lambda name: "~~".join(reversed(name.split("~~"))),
        index=lambda name: "~~".join(reversed(name.split("~~"))),
    )
    moments = ts.SampleMoments(rows[order].cov(), None, N, asymptotic_covariance=spread)
    again = ts.cfa(TEXT, moments, estimator=estimator)
    np.testing.assert_allclose(again.coef, fit.coef, rtol=1e-6)
    np.testing.assert_allclose(again.vcov, fit.vcov, rtol=1e-5, atol=1e-10)
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-7)


def test_means_are_left_out_where_a_model_has_none() -> None:
    rows = reference_data("HolzingerSwineford1939")
    with_means = ts.cfa(TEXT, rows, estimator="MLM", mean_structure=True).inspect("gamma")
    moments = ts.SampleMoments(
        rows[ITEMS].cov(), rows[ITEMS].mean(), N, asymptotic_covariance=with_means
    )
    fit = ts.cfa(TEXT, moments, estimator="MLM", mean_structure=False)
    known = ts.cfa(TEXT, rows, estimator="MLM", mean_structure=False)
    np.testing.assert_allclose(fit.vcov, known.vcov, rtol=1e-6, atol=1e-10)


def test_weights_of_ones_own_are_those_of_least_squares() -> None:
    rows = reference_data("HolzingerSwineford1939")
    known = ts.cfa(TEXT, rows, estimator="DWLS", se="robust_sem", mean_structure=False)
    spread = known.inspect("gamma")
    moments = ts.SampleMoments(
        rows[ITEMS].cov(),
        None,
        N,
        asymptotic_covariance=spread,
        weight=np.diag(1.0 / np.diag(spread)),
    )
    fit = ts.cfa(TEXT, moments, estimator="WLS", se="robust_sem")
    np.testing.assert_allclose(fit.coef, known.coef, rtol=1e-6)
    np.testing.assert_allclose(fit.vcov, known.vcov, rtol=1e-5, atol=1e-10)


@pytest.mark.parametrize("estimator", ["ML", "MLM", "GLS", "DWLS"])
def test_weights_that_nothing_is_weighted_with_are_refused(estimator: str) -> None:
    case = FITS["MLM"]
    moments = ts.SampleMoments(
        np.array(case["covariance"]),
        None,
        N,
        names=ITEMS,
        asymptotic_covariance=matrix_of(case),
        weight=np.eye(21),
    )
    with pytest.raises(OptionError, match="weight= of these sample moments is without effect"):
        ts.cfa(TEXT, moments, estimator=estimator)


def test_two_groups_each_have_their_own() -> None:
    rows = reference_data("HolzingerSwineford1939")
    options = {"estimator": "MLM", "group_equal": ["loadings"], "mean_structure": True}
    known = ts.cfa(TEXT, rows, group="school", **options)
    parts = {}
    for school, part in rows.groupby("school", sort=False):
        own = ts.cfa(TEXT, part, estimator="MLM", mean_structure=True).inspect("gamma")
        names = [f"{name} [{school}]" for name in own.index]
        np.testing.assert_allclose(known.inspect("gamma").loc[names, names], own, atol=1e-12)
        parts[str(school)] = ts.SampleMoments(
            part[ITEMS].cov(), part[ITEMS].mean(), len(part), asymptotic_covariance=own
        )
    fit = ts.cfa(TEXT, parts, **options)
    np.testing.assert_allclose(fit.vcov, known.vcov, rtol=1e-5, atol=1e-9)
    assert fit.measures["chisq_scaled"] == pytest.approx(known.measures["chisq_scaled"], rel=1e-6)


def test_fixed_predictors_have_no_part_in_a_given_spread() -> None:
    text, rows = TEXT + "; f ~ ageyr + grade", reference_data("HolzingerSwineford1939").dropna()
    names = [*ITEMS, "ageyr", "grade"]
    free = ts.sem(text, rows, estimator="MLM", fixed_x=False, mean_structure=True)
    moments = ts.SampleMoments(
        rows[names].cov(),
        rows[names].mean(),
        len(rows),
        asymptotic_covariance=free.inspect("gamma"),
    )
    for means in (True, False):
        fit = ts.sem(text, moments, estimator="MLM", mean_structure=means)
        known = ts.sem(text, rows, estimator="MLM", mean_structure=means)
        np.testing.assert_allclose(fit.vcov, known.vcov, rtol=1e-5, atol=1e-9)
        scaled = known.measures["chisq_scaled"]
        assert fit.measures["chisq_scaled"] == pytest.approx(scaled, rel=1e-6)


def test_they_are_saved_and_read_again(tmp_path: Path) -> None:
    moments = ts.SampleMoments(
        np.array(FITS["MLM"]["covariance"]),
        None,
        N,
        names=ITEMS,
        asymptotic_covariance=matrix_of(FITS["MLM"]),
        weight=np.eye(21),
    )
    moments.save(tmp_path / "moments.npz")
    again = ts.SampleMoments.load(tmp_path / "moments.npz")
    assert isinstance(again, ts.SampleMoments)
    for name in ("asymptotic_covariance", "weight"):
        np.testing.assert_array_equal(getattr(again, name), getattr(moments, name))
    with pytest.raises(DataError, match="cannot be merged"):
        moments.merge(moments)


def test_thresholds_without_a_spread_have_estimates_only(tmp_path: Path) -> None:
    case = FITS["ordinal_ULSMV"]
    moments = ts.SampleMoments.from_thresholds(
        np.array(case["covariance"]), cuts_of(case), N, names=ITEMS
    )
    moments.save(tmp_path / "moments.npz")
    again = ts.SampleMoments.load(tmp_path / "moments.npz")
    options = {"ordered": True, "se": "none", "test": "none"}
    fit = quietly(ts.cfa, TEXT, again, estimator="ULS", **options)
    np.testing.assert_allclose(fit.coef, fit_of("ordinal_ULSMV").coef, rtol=1e-6)
    with pytest.raises(NotAvailableError, match="asymptotic_covariance="):
        ts.cfa(TEXT, again, ordered=True)
    with pytest.raises(OptionError, match="give ordered=True"):
        ts.cfa(TEXT, again)


CORRELATIONS = np.array([[1.0, 0.5], [0.5, 1.0]])
CUTS = {"a": [0.0], "b": [-0.5, 0.5]}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "shape": ({"asymptotic_covariance": np.eye(3)}, "shape (3, 3), but there are 4 moments"),
    "names": (
        {"asymptotic_covariance": pd.DataFrame(np.eye(4))},
        "lack 'a|t1' (the first is '0'). They are named by moments, 'a|t1' to 'a~~b'",
    ),
    "zeros": ({"asymptotic_covariance": np.zeros((4, 4))}, "nothing but zeros"),
    "no variance": ({"asymptotic_covariance": np.diag([1, 0, 1, 1.0])}, "no variance of b|t1"),
    "sign": ({"asymptotic_covariance": -np.eye(4)}, "not positive semidefinite"),
    "hole": ({"asymptotic_covariance": np.eye(4) * np.nan}, "missing or infinite"),
    "turned": ({"asymptotic_covariance": np.triu(np.ones((4, 4)))}, "not symmetric"),
    "lost": ({"thresholds": {"a": [0.0]}}, "lacks 'b'; it has those of a."),
    "falling": ({"thresholds": {"a": [0.0], "b": [0.5, 0.5]}}, "must increase"),
    "none": ({"thresholds": {"a": [0.0], "b": []}}, "one or more numbers"),
    "diagonal": ({"correlations": 2.0 * CORRELATIONS}, "ones on the diagonal"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_bad_statistics_of_ordinal_items_are_refused(case: str) -> None:
    given, words = BAD[case]
    known = {"correlations": CORRELATIONS, "thresholds": CUTS, "n_observations": 100}
    with pytest.raises(DataError, match=re.escape(words)):
        ts.SampleMoments.from_thresholds(**{**known, "names": ["a", "b"], **given})


def test_what_changes_the_moments_is_refused_beside_a_known_spread() -> None:
    case = FITS["MLM"]
    moments = ts.SampleMoments(
        np.array(case["covariance"]), None, N, names=ITEMS, asymptotic_covariance=matrix_of(case)
    )
    for option in ({"std_ov": True}, {"ridge": 0.1}):
        with pytest.raises(OptionError, match="change the moments"):
            ts.cfa(TEXT, moments, estimator="MLM", **option)
    for name in ("gamma_unbiased", "gamma_n_minus_one"):
        with pytest.raises(OptionError, match=f"{name}= is without effect"):
            ts.cfa(TEXT, moments, estimator="MLM", **{name: True})


def moments_by(spread: pd.DataFrame) -> ts.SampleMoments:
    covariance = np.array(FITS["MLM"]["covariance"])
    return ts.SampleMoments(covariance, None, N, names=ITEMS, asymptotic_covariance=spread)


def test_rows_and_columns_of_a_spread_are_each_found_by_name() -> None:
    spread = matrix_of(FITS["MLM"])
    rows, columns = np.random.default_rng(4).permuted(np.tile(np.arange(21), (2, 1)), axis=1)
    found = moments_by(spread.iloc[rows, columns]).asymptotic_covariance
    np.testing.assert_array_equal(found, moments_by(spread).asymptotic_covariance)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.rename(index={"x1~~x2": "x1~~y"}), "rows of the asymptotic covariance"),
        (lambda one: one.rename(columns={"x1~~x2": "x1~~y"}), "columns of the asymptotic covar"),
        (lambda one: pd.concat([one, one.iloc[:1]]), "have 'x1~~x1' twice"),
        (lambda one: one.rename(index={"x1~~x3": "x2~~x1"}), "have 'x2~~x1' twice"),
        (lambda one: one.iloc[:-1, :-1], "lack 'x6~~x6'"),
    ],
)
def test_names_of_a_spread_that_are_wrong_are_named(change: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        moments_by(change(matrix_of(FITS["MLM"])))


def test_weights_of_nothing_are_refused() -> None:
    covariance = np.array(FITS["MLM"]["covariance"])
    with pytest.raises(DataError, match="the weight matrix has nothing but zeros"):
        ts.SampleMoments(covariance, None, N, names=ITEMS, weight=np.zeros((21, 21)))


def test_a_singular_spread_has_no_inverse_for_wls() -> None:
    spread = matrix_of(FITS["MLM"])
    spread.iloc[3], spread.iloc[:, 3] = spread.iloc[4], spread.iloc[:, 4]
    spread.iloc[3, 3] = spread.iloc[3, 4] = spread.iloc[4, 3] = spread.iloc[4, 4]
    moments = moments_by(spread)
    with pytest.raises(DataError, match="it is singular: some moments follow from others"):
        ts.cfa(TEXT, moments, estimator="WLS")
    assert np.isfinite(ts.cfa(TEXT, moments, estimator="DWLS").measures["chisq"])


def of_thresholds() -> ts.SampleMoments:
    case = FITS["ordinal_WLSMV"]
    return ts.SampleMoments.from_thresholds(
        np.array(case["covariance"]),
        cuts_of(case),
        N,
        names=ITEMS,
        asymptotic_covariance=matrix_of(case),
    )


def test_items_of_thresholds_may_be_named() -> None:
    named = quietly(ts.cfa, TEXT, of_thresholds(), ordered=[*ITEMS])
    np.testing.assert_array_equal(named.coef, fit_of("ordinal_WLSMV").coef)


@pytest.mark.parametrize(
    ("ordered", "words"),
    [
        (["x1"], "ordered= leaves out 'x2', of which these moments have thresholds"),
        ([*ITEMS, "x7"], "ordered= names 'x7', of which these moments have no thresholds; did you"),
        (False, "give ordered=True"),
    ],
)
def test_items_of_thresholds_are_all_ordinal(ordered: Any, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        ts.cfa(TEXT, of_thresholds(), ordered=ordered)


def test_without_a_spread_the_advice_is_for_ordinal_items() -> None:
    case = FITS["ordinal_ULSMV"]
    moments = ts.SampleMoments.from_thresholds(
        np.array(case["covariance"]), cuts_of(case), N, names=ITEMS
    )
    with pytest.raises(NotAvailableError, match="or take estimator='ULS' with se='none'"):
        ts.cfa(TEXT, moments, ordered=True)


def test_rows_without_weight_are_no_rows_of_ordinal_items() -> None:
    rows = reference_data("HolzingerSwineford1939")[ITEMS].rank(pct=True).gt(0.5).astype(int)
    rows = rows.assign(w=np.arange(N) % 2)
    with pytest.raises(DataError, match="'w' is zero in 151 rows, first in row 0: with ordered="):
        ts.cfa(TEXT, rows, ordered=True, sampling_weights="w")

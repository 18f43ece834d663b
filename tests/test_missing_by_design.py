"""Models that are identified although the unrestricted moments are not.

Values of two booklets are lavaan 0.7-2's; it counts 19 degrees of freedom, with the four
covariances of items that nobody answered together.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import quietly
from missing_by_design_cases import long_scale, two_booklets

import tpn_sem as ts

BOOKLETS, ANSWERS = two_booklets()
SCALE, FEW = long_scale()


@pytest.fixture(scope="module")
def booklets() -> ts.Fit:
    return quietly(ts.sem, BOOKLETS, ANSWERS, missing="fiml")


@pytest.fixture(scope="module")
def few() -> ts.Fit:
    return quietly(ts.cfa, SCALE, FEW, missing="fiml")


def test_booklets_agree_with_lavaan(booklets: ts.Fit) -> None:
    table = booklets.estimates.set_index(["lhs", "op", "rhs"])
    for row, estimate, se in ((("F", "=~", "a1"), 0.971, 0.059), (("G", "~", "F"), 0.454, 0.046)):
        assert table.loc[row, "estimate"] == pytest.approx(estimate, abs=6e-4)
        assert table.loc[row, "se"] == pytest.approx(se, abs=6e-4)
    assert booklets.measures["chisq"] == pytest.approx(17.210, abs=6e-4)
    assert booklets.measures["df"] == 15
    assert booklets.measures["baseline_df"] == 24


def test_unseen_covariances_have_no_residuals(booklets: ts.Fit) -> None:
    for kind in ("raw", "correlation", "normalized", "standardized"):
        table = booklets.residuals(kind)
        assert np.isnan(table.loc["a1", "a4"])
        assert np.isnan(table.loc["b4", "a1"])
        assert np.isfinite(table.loc["a1", "a3"])


def test_tests_of_booklets(booklets: ts.Fit) -> None:
    """All are near each other, as the answers are normal and the model holds."""
    for name in ("browne_residual_nt", "browne_residual_adf", "yuan_bentler_mplus", "yuan_bentler"):
        found = booklets.test(name)
        assert found.degrees_of_freedom == 15
        assert found.statistic == pytest.approx(17.2, abs=1.0)


def test_what_needs_complete_moments_has_a_reason() -> None:
    fit = quietly(ts.sem, BOOKLETS, ANSWERS, missing="fiml", estimator="MLR")
    assert fit.measures["cfi_scaled"] > 0.99
    for name in ("cfi_robust", "gfi_lisrel"):
        assert np.isnan(fit.measures[name])
        assert fit.measures.attrs["reasons"][name]


def test_groups_of_booklets(booklets: ts.Fit) -> None:
    data = ANSWERS.assign(half=np.arange(len(ANSWERS)) // 400)
    fit = quietly(ts.sem, BOOKLETS, data, missing="fiml", group="half", group_equal="loadings")
    assert fit.measures["df"] == 36


def test_units_do_not_matter(booklets: ts.Fit) -> None:
    data = ANSWERS.assign(a1=ANSWERS["a1"] * 1e6, b4=ANSWERS["b4"] * 1e-4)
    fit = quietly(ts.sem, BOOKLETS, data, missing="fiml")
    assert fit.measures["chisq"] == pytest.approx(booklets.measures["chisq"], rel=1e-6)
    assert fit.measures["srmr"] == pytest.approx(booklets.measures["srmr"], rel=1e-5)


def test_bootstrap_of_booklets(booklets: ts.Fit) -> None:
    found = ts.bootstrap(booklets, 10, seed=1)
    assert found.n_failed == 0


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("a1 ~~ a4", {}, "a1~~a4"),
        ("f =~ a1 + a4 + a2", {}, "not identified by these data"),
        (BOOKLETS, {"auxiliary": ["half"]}, "half~~a1"),
        ("a2 ~ a1 + a4", {"missing": "fiml_x"}, "predictors 'a1' and 'a4'"),
        ("a2 ~ a1 + a4", {}, "no row can be used"),
        (BOOKLETS, {"missing": "two_stage"}, "never observed together"),
    ],
)
def test_what_the_data_cannot_tell_is_refused(text: str, options: dict, says: str) -> None:
    half = ANSWERS["a4"] * 0.5 + np.random.default_rng(1).normal(size=len(ANSWERS))
    data = ANSWERS.assign(half=half)
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(ts.sem, text, data, **{"missing": "fiml", **options})


def test_few_rows_have_estimates_but_no_test(few: ts.Fit) -> None:
    assert few.converged
    free = few.estimates[few.estimates["se"].notna() & few.estimates["se"].gt(0)]
    assert len(free) == 89 + 1
    measures, reasons = few.measures, few.measures.attrs["reasons"]
    for name in ("chisq", "pvalue", "cfi", "rmsea", "srmr", "gfi_lisrel", "fmin"):
        assert np.isnan(measures[name])
        assert reasons[name]
    assert np.isfinite(measures["aic"])
    assert few.test().reason
    assert "too few rows" in str(few)
    assert "AIC" in str(few)


def test_likelihood_of_few_rows_is_that_of_the_rows(few: ts.Fit) -> None:
    """Each row has the normal density of what it has, at the implied moments."""
    implied = few.estimation.implied[0]
    order = list(few.estimation.samples.groups[0].names)
    total = 0.0
    for row in FEW[order].to_numpy():
        seen = ~np.isnan(row)
        gap = row[seen] - implied.mean[seen]
        block = implied.covariance[np.ix_(seen, seen)]
        total -= 0.5 * (
            seen.sum() * np.log(2 * np.pi)
            + np.linalg.slogdet(block)[1]
            + gap @ np.linalg.solve(block, gap)
        )
    assert few.measures["logl"] == pytest.approx(total, rel=1e-9)


def test_models_of_few_rows_can_be_compared(few: ts.Fit) -> None:
    wider = quietly(ts.cfa, SCALE + "\nx1 ~~ x2", FEW, missing="fiml")
    table = quietly(ts.compare, one=few, two=wider)
    gap = 2 * (wider.measures["logl"] - few.measures["logl"])
    assert table.loc["one", "chisq_diff"] == pytest.approx(gap, rel=1e-6)


def test_few_rows_have_no_residuals(few: ts.Fit) -> None:
    with pytest.raises(ts.TpnSemError, match="nothing to take residuals from"):
        few.residuals()


def test_booklets_in_a_file_are_those_in_a_frame(booklets: ts.Fit, tmp_path: Path) -> None:
    ANSWERS.to_parquet(tmp_path / "rows")
    moments = ts.SampleMoments.from_parquet(tmp_path / "rows", missing="fiml")
    fit = quietly(ts.sem, BOOKLETS, moments, missing="fiml")
    assert fit.measures["chisq"] == pytest.approx(booklets.measures["chisq"], rel=1e-6)
    assert fit.measures["df"] == 15
    assert any("4 pairs of variables" in note for note in fit.notes)
    with pytest.raises(ts.TpnSemError, match="Take missing='fiml'"):
        quietly(ts.sem, BOOKLETS, moments)


def test_collinear_columns_are_named() -> None:
    many = FEW[["x0", "x1", "x3"]]
    many = many.sample(200, replace=True, random_state=1).reset_index(drop=True)
    many = many + np.random.default_rng(2).normal(size=many.shape)
    many["x2"] = 2 * many["x1"] + 1
    with pytest.raises(ts.TpnSemError, match="'x1' and 'x2' are perfectly collinear"):
        quietly(ts.cfa, "f =~ x0 + x1 + x2 + x3", many, missing="fiml")

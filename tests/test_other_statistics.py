"""Fit measures of other statistics than the minimum: lavaan 0.7-2's numbers."""

from __future__ import annotations

import html
import json
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, PUPILS, fit_of, measures_beside

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.specification.statistic_options import RESIDUAL_TESTS

CASES: dict[str, Any] = json.loads((REFERENCE / "other_statistics.json").read_text())["cases"]
FACTORS = CASES["ml_nt"]["model"]
NINE = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; h =~ x7 + x8 + x9"
LATENT_PRODUCT = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; x9 ~ f + g + f:g"
LEVELS = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3"


ELSEWHERE = {
    "paths_adf.model",  # lavaan takes predictors as random there, see docs/agreement.md
    "gls_nt",  # refused here: it is the minimum
}


def is_compared(name: str, key: str) -> bool:
    of_items = name.startswith("items")
    return not (of_items and (key == "gfi" or (name == "items_groups" and "robust" in key)))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", sorted(set(CASES) - ELSEWHERE))
def test_measures_are_lavaans(name: str) -> None:
    compared = measures_beside(CASES[name])
    assert len(compared) > 10
    for key, (ours, known) in compared.items():
        if is_compared(name, key):
            assert ours == pytest.approx(known, rel=1e-5, abs=1e-7), key


def test_the_test_to_believe_is_the_one_asked_for() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, standard_test="Browne.residual.nt")
    assert fit.test().name == "browne_residual_nt"
    assert fit.test().statistic == fit.measures["chisq"]
    scaled = quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM", scaled_test="browne_residual_nt")
    assert scaled.test().statistic == scaled.measures["chisq_scaled"]
    assert scaled.test().name == "satorra_bentler"


def test_the_minimum_of_generalised_least_squares_is_a_statistic_of_the_residuals() -> None:
    case = CASES["gls_nt"] | {"options": {"estimator": "GLS"}}
    for key, (ours, known) in measures_beside(case).items():
        assert ours == pytest.approx(known, rel=1e-5, abs=1e-7), key
    fit = fit_of(case)
    assert fit.test("browne_residual_nt").statistic == pytest.approx(fit.measures["chisq"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize("asked", RESIDUAL_TESTS)
@pytest.mark.parametrize("estimator", ["ML", "GLS", "WLS", "ULSMV", "WLSMV"])
def test_statistics_that_are_not_refused_move_the_number(estimator: str, asked: str) -> None:
    plain = quietly(ts.cfa, FACTORS, PUPILS, estimator=estimator).measures["chisq"]
    if (estimator, asked) in (("GLS", RESIDUAL_TESTS[0]), ("WLS", RESIDUAL_TESTS[1])):
        return
    fit = quietly(ts.cfa, FACTORS, PUPILS, estimator=estimator, standard_test=asked)
    assert abs(fit.measures["chisq"] / plain - 1.0) > 1e-4


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("f =~ x1 + x2 + x3; f ~ ageyr", {"fixed_x": True}),
        ("f =~ x1 + x2 + x3 + x4", {"cluster": "id"}),
    ],
)
def test_weights_of_other_rows_than_the_statistic_has_are_not_its_minimum(
    text: str, options: dict[str, Any]
) -> None:
    fits = [
        quietly(ts.sem, text, PUPILS, estimator="WLS", **options, **more)
        for more in ({}, {"standard_test": "browne_residual_adf"})
    ]
    first, second = (fit.measures["chisq"] for fit in fits)
    assert abs(first / second - 1.0) > 1e-4


def test_uls_takes_the_statistic_that_is_named() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, estimator="ULS", standard_test="browne_residual_adf")
    assert fit.measures["chisq"] == fit.test("browne_residual_adf").statistic


def test_incomplete_rows_have_the_statistic_of_the_residuals() -> None:
    fit = quietly(ts.cfa, FACTORS, DATA["gaps"], missing="fiml", standard_test="browne_residual_nt")
    assert fit.measures["chisq"] == fit.test("browne_residual_nt").statistic
    assert 0.5 < fit.measures["cfi"] < 1.0


def test_a_fit_that_did_not_converge_has_no_other_statistic() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, standard_test="browne_residual_nt", max_iterations=1)
    assert np.isnan(fit.measures["chisq"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"standard_test": "browne"}, "standard_test"),
        ({"standard_test": "satorra_bentler", "estimator": "MLM"}, "standard_test"),
        ({"scaled_test": "peba", "estimator": "MLM"}, "scaled_test"),
        ({"standard_test": 3}, "standard_test"),
        ({"scaled_test": "browne_residual_nt"}, "scaled_test= is without effect"),
        ({"standard_test": "browne_residual_nt", "ordered": True}, "browne_residual_adf"),
        (
            {"standard_test": "browne_residual_adf", "ordered": True, "estimator": "ML"},
            "standard_test= is for moments",
        ),
        (
            {"standard_test": "browne_residual_adf", "ordered": True, "estimator": "PML"},
            "standard_test= is for moments",
        ),
        ({"standard_test": "browne_residual_nt_model", "missing": "fiml"}, "complete answers"),
        ({"standard_test": "browne_residual_nt", "estimator": "GLS"}, "without effect on"),
        ({"standard_test": "browne_residual_adf", "estimator": "WLS"}, "without effect on"),
        (
            {"scaled_test": "browne_residual_nt", "estimator": "GLS", "test": "satorra_bentler"},
            "scaled_test='browne_residual_nt' is without effect on estimator='GLS'",
        ),
        (
            {"standard_test": "browne_residual_adf", "estimator": "WLS", "ordered": True},
            "whose minimum is this statistic",
        ),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    data = DATA["items"] if options.get("ordered") else PUPILS
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, FACTORS, data, **options)


def test_likelihoods_of_rows_and_levels_refuse() -> None:
    with pytest.raises(OptionError, match="standard_test= is for moments"):
        quietly(ts.sem, LATENT_PRODUCT, PUPILS, standard_test="browne_residual_nt")
    with pytest.raises(OptionError, match="standard_test= is for moments"):
        quietly(ts.sem, LEVELS, PUPILS, cluster="agemo", standard_test="browne_residual_nt")


def test_moments_have_no_fourth_order_statistic() -> None:
    items = [f"x{k}" for k in range(1, 10)]
    moments = ts.SampleMoments(PUPILS[items].cov(), n_observations=301)
    fit = quietly(ts.cfa, FACTORS, moments, standard_test="browne_residual_nt")
    assert fit.measures["chisq"] == pytest.approx(77.90341882, rel=1e-8)
    with pytest.raises(NotAvailableError, match="standard_test='browne_residual_adf' needs rows"):
        quietly(ts.cfa, FACTORS, moments, standard_test="browne_residual_adf")


def test_imputations_refuse() -> None:
    with pytest.raises(OptionError, match="standard_test= is not pooled"):
        quietly(ts.fit_imputed, [PUPILS] * 2, FACTORS, standard_test="browne_residual_nt")


RESIDUALS = "Browne's test of the residuals"
NAMED: list[tuple[dict[str, Any], list[str]]] = [
    ({"standard_test": "browne_residual_nt"}, [f"77.903, p < .001 ({RESIDUALS})"]),
    (
        {"standard_test": "browne_residual_adf"},
        [f"82.408, p < .001 ({RESIDUALS}, distribution-free)"],
    ),
    (
        {"standard_test": "browne_residual_nt_model"},
        [f"81.368, p < .001 ({RESIDUALS}, at the model)"],
    ),
    ({"estimator": "ULS"}, [f"74.526, p < .001 ({RESIDUALS})"]),
    ({"estimator": "MLM"}, ["80.872, p < .001 (Satorra–Bentler)", "85.306, p < .001"]),
    (
        {"estimator": "MLM", "scaled_test": "browne_residual_nt"},
        [f"73.854, p < .001 (Satorra–Bentler, of {RESIDUALS})", "85.306, p < .001"],
    ),
    (
        {"estimator": "MLM", "standard_test": "browne_residual_nt"},
        ["80.872, p < .001 (Satorra–Bentler)", f"77.903, p < .001 ({RESIDUALS})"],
    ),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("options", "says"), NAMED, ids=str)
def test_the_summary_names_what_measures_rest_on(options: dict[str, Any], says: list[str]) -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, **options)
    lines = [line for line in fit.summary().splitlines() if "chi-square(24)" in line]
    assert [line.split(" = ")[1] for line in lines] == says
    name = says[0].split("(")[1].rstrip(")")
    assert f"Test of exact fit ({html.escape(name)})" in fit._repr_html_()


def in_a_line(shown: object) -> str:
    return " ".join(str(shown).split())


def test_a_scaled_statistic_is_named_by_the_test_and_in_the_methods() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM", scaled_test="browne_residual_adf")
    assert fit.test().scaled == "browne_residual_adf"
    assert "of browne_residual_adf" in in_a_line(fit.test())
    assert not quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM").test().scaled
    assert "scales a distribution-free test of the residuals" in in_a_line(ts.cite(fit))


@pytest.mark.parametrize("name", ["browne_residual_adf", "browne_residual_adf_model"])
def test_clusters_too_few_for_a_distribution_free_test_are_refused(name: str) -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, cluster="agemo")
    with pytest.raises(NotAvailableError, match="12 of them give 54 moments no covariance matrix"):
        fit.test(name)
    assert fit.test("browne_residual_nt").statistic > 0.0


@pytest.mark.parametrize(
    "options",
    [
        {"standard_test": "browne_residual_nt"},
        {"estimator": "MLM", "scaled_test": "browne_residual_adf"},
    ],
    ids=str,
)
def test_differences_are_of_the_minima_and_say_so(options: dict[str, Any]) -> None:
    """As `lavTestLRT` has them: 8.192 (p .224) of ML, 7.136 (.308) of MLM, whatever the option."""
    estimator = options.get("estimator", "ML")
    gap, p_value = {"ML": (8.192200304, 0.224357747), "MLM": (7.13591201, 0.308460923)}[estimator]
    ladder = quietly(ts.invariance, NINE, PUPILS, group="school", **options)
    table = quietly(ts.compare, ladder.fits["configural"], ladder.fits["metric"])
    assert table["chisq_diff"].iloc[1] == pytest.approx(gap, rel=1e-5)
    assert table["p_value"].iloc[1] == pytest.approx(p_value, rel=1e-5)
    assert ladder.table.loc["metric", "chisq_diff"] == pytest.approx(gap, rel=1e-5)
    assert "of the minima, not of the statistic of the residuals" in in_a_line(table)
    assert "of the minima and not of these" in in_a_line(ladder)


def test_a_ladder_names_its_statistics() -> None:
    ladder = quietly(
        ts.invariance,
        NINE,
        PUPILS,
        group="school",
        steps=["configural", "metric"],
        standard_test="browne_residual_nt",
    )
    assert "cfi and rmsea are of browne_residual_nt;" in in_a_line(ladder)
    plain = quietly(
        ts.invariance, NINE, PUPILS, group="school", steps=["configural", "metric"], estimator="MLM"
    )
    assert "cfi and rmsea are of the chi-square before its correction" in in_a_line(plain)
    assert "minima" not in in_a_line(plain)
    compared = quietly(ts.compare, *plain.fits.values())
    assert "minima" not in in_a_line(compared)

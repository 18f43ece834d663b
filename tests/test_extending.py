"""The doors of docs/extending.md: the very files of examples/extending, and what they must give."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from compare import CASES, reference, refit
from conftest import reference_case, reference_data

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.triangle import VARIANTS, Instrument, Study, study
from tpn_sem.triangle.page import study_report

EXTENDING = Path(__file__).parents[1] / "examples" / "extending"
THREE = CASES["hs_cfa"]["model"]


def load(name: str) -> ModuleType:
    """A file of examples/extending as a module."""
    spec = importlib.util.spec_from_file_location(name, EXTENDING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GLS = load("generalized_least_squares").GeneralizedLeastSquares
gamma_hat = load("gamma_hat").gamma_hat
residual_f = load("residual_f").residual_f
SERIAL_SHARING = load("serial_sharing").SERIAL_SHARING
ScipyEngine = load("own_engine").ScipyEngine
mcdonald_rule = load("mcdonald_rule").mcdonald_rule
schools_section = load("schools_section").schools_section


# A discrepancy function --------------------------------------------------------------------------


def fit_case(name: str, **options: object) -> ts.Fit:
    case = CASES[name]
    return ts.Model(case["model"]).fit(reference_data(case["data"]), **options)


def aligned(fit: ts.Fit, name: str) -> pd.DataFrame:
    """Our rows with lavaan's estimates and standard errors beside them."""
    ours = fit.estimates.set_index(["lhs", "op", "rhs"])
    theirs = pd.DataFrame(reference_case(name)["estimates"]).set_index(["lhs", "op", "rhs"])
    assert set(ours.index) == set(theirs.index)
    return ours.assign(est=theirs["est"], se_lavaan=theirs["se"])


@pytest.mark.parametrize("name", ["hs_gls", "pd_gls"])
def test_gls_agrees_with_lavaan(name: str) -> None:
    fit = fit_case(name, estimator=GLS(), likelihood="wishart")
    table = aligned(fit, name)
    assert fit.converged
    np.testing.assert_allclose(table["estimate"], table["est"], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(table["se"], table["se_lavaan"], rtol=1e-8, atol=1e-8)
    values = reference_case(name)
    n = values["n_observations"][0]
    assert fit.measures["chisq"] == pytest.approx(2 * n * values["fmin"], rel=1e-8)


@pytest.mark.parametrize("name", ["hs_gls", "pd_gls"])
def test_gls_with_the_other_divisor_scales_variances_only(name: str) -> None:
    table = aligned(fit_case(name, estimator=GLS()), name)
    n = reference_case(name)["n_observations"][0]
    paths = table.index.get_level_values("op") != "~~"
    scale = np.where(paths, 1.0, (n - 1) / n)
    np.testing.assert_allclose(table["estimate"], scale * table["est"], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("means", [False, True])
def test_the_slope_of_gls_is_its_derivative(means: bool) -> None:
    fit = ts.Model(THREE).fit(reference_data("HolzingerSwineford1939"), mean_structure=means)
    objective = fit.estimation.objective
    point = fit.estimation.parameters * 1.1
    objective = type(objective)(objective.specification, objective.samples, GLS())
    implied = objective.imply(point)
    gradient = objective.gradient(implied, objective.directions(implied))
    steps = 1e-6 * np.eye(len(point))
    numeric = [
        (objective.value(objective.imply(point + h)) - objective.value(objective.imply(point - h)))
        / 2e-6
        for h in steps
    ]
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-7)


def test_gls_serves_groups_means_and_every_measure() -> None:
    data = reference_data("HolzingerSwineford1939")
    fit = ts.Model(THREE).fit(
        data, estimator=GLS(), group="school", group_equal=["loadings", "intercepts"]
    )
    ml = ts.Model(THREE).fit(data, group="school", group_equal=["loadings", "intercepts"])
    assert fit.converged
    assert fit.measures["df"] == ml.measures["df"] == 60
    assert fit.measures["baseline_df"] == ml.measures["baseline_df"] == 72
    assert set(fit.measures.attrs["reasons"]) >= {"aic", "bic", "logl"}
    assert fit.measures.drop(list(fit.measures.attrs["reasons"])).notna().all()
    assert len(fit.modification_indices())
    assert "GLS" in fit.summary()


# A fit index -------------------------------------------------------------------------------------


def test_gamma_hat_by_hand() -> None:
    """From lavaan's chi-square, and from its McDonald's index, exp(-F0 / 2)."""
    fit = ts.Model(THREE).fit(reference_data("HolzingerSwineford1939"))
    measures = reference_case("hs_cfa")["measures"]
    found = fit.assess(gamma_hat)["gamma_hat"]
    by_hand = 9 / (9 + 2 * (measures["chisq"] - 24) / 301)
    assert found == pytest.approx(by_hand, rel=1e-9)
    assert found == pytest.approx(9 / (9 - 4 * np.log(measures["mfi"])), rel=1e-9)
    assert found == pytest.approx(0.9567, abs=5e-5)


def test_gamma_hat_divides_by_n_less_one_under_wishart() -> None:
    fit = ts.Model(THREE).fit(reference_data("HolzingerSwineford1939"), likelihood="wishart")
    measures = reference_case("hs_cfa_wishart")["measures"]
    by_hand = 9 / (9 + 2 * (measures["chisq"] - 24) / 300)
    assert fit.assess(gamma_hat)["gamma_hat"] == pytest.approx(by_hand, rel=1e-9)


def test_residual_f_by_hand() -> None:
    """From lavaan's value of Browne's test."""
    fit = refit("hs_tests_browne")
    browne = next(
        test for test in reference("hs_tests_browne")["tests"] if test["test"].endswith("adf")
    )
    found = fit.test(residual_f)
    expected = browne["stat"] * (301 - 24) / (301 * 24)
    assert found.statistic == pytest.approx(expected, rel=1e-7)
    assert found.p_value == pytest.approx(scipy.stats.f.sf(expected, 24, 277), rel=1e-6)


def test_gamma_hat_is_one_at_most() -> None:
    fit = ts.Model("x1 ~ x2 + x3").fit(reference_data("HolzingerSwineford1939"))
    assert fit.assess(gamma_hat)["gamma_hat"] == pytest.approx(1.0, abs=1e-9)


def test_gamma_hat_gives_a_reason_where_it_has_no_value() -> None:
    fit = ts.Model(THREE).fit(reference_data("HolzingerSwineford1939"), group="school")
    found = fit.assess(gamma_hat)
    assert np.isnan(found["gamma_hat"])
    assert found.attrs["reasons"] == {"gamma_hat": "it is defined for one group"}


# A variant of the triangle -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_study() -> Study:
    names = ["four factors", "partial mediation", "chain"]
    chosen = [*(VARIANTS[n] for n in names), SERIAL_SHARING]
    return study(datasets.teachers(), variants=chosen, scrutiny=False)


@pytest.mark.slow
def test_the_variant_stands_in_the_table(own_study: Study) -> None:
    """chain has 167; a path from need to receiving and a residual covariance take two."""
    row = own_study.table.loc["serial sharing"]
    assert own_study.table.loc["chain", "df"] == 167
    assert row["df"] == 165
    assert row["status"] == "fitted"
    assert row["claim"] == SERIAL_SHARING.claim
    assert row["verdict"] == "can't tell"
    assert row["chisq"] < own_study.table.loc["chain", "chisq"]


@pytest.mark.slow
def test_the_variant_takes_part_in_the_comparison(own_study: Study) -> None:
    nested = own_study.contest.nestings.itertuples()
    assert ("chain", "serial sharing") in {(row.restricted, row.general) for row in nested}


def test_the_variant_serves_any_instrument() -> None:
    items = {
        name: [f"{name}_{place}" for place in range(3)] for name in ("NPC", "KSSE", "KS", "KR")
    }
    text = str(SERIAL_SHARING.model(Instrument(items=items)))
    assert "KS_0 ~~ KR_0" in text
    assert text.endswith("KSSE ~ NPC\nKS ~ KSSE\nKR ~ KS + NPC")


# An engine ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hs_cfa", "hs_cfa_std_lv", "pd_classic"])
def test_the_engine_agrees(name: str) -> None:
    fit = fit_case(name, **CASES[name].get("options", {}))
    checked = fit.cross_check(engine=ScipyEngine())
    assert checked.possible
    assert checked.engine == "scipy"
    assert checked.table.notna().all(axis=None)
    assert checked.largest_difference < 1e-3
    np.testing.assert_allclose(checked.table["other_se"], checked.table["se"], rtol=1e-3)
    np.testing.assert_allclose(checked.fit["other"], checked.fit["tpn_sem"], rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "options", "missing"),
    [
        (THREE, {"group": "school"}, "several groups"),
        (THREE, {"mean_structure": True}, "a mean structure"),
        ("f =~ x1 + a*x2 + a*x3", {}, "constraints"),
        ("f =~ x1 + a*x2 + x3; a > 0", {}, "constraints"),
        ("x1 ~ x2 + x3", {}, "exogenous variables that are fixed to the sample"),
        (THREE, {"estimator": GLS()}, "an estimator other than ML"),
    ],
)
def test_the_engine_says_what_it_lacks(model: str, options: dict, missing: str) -> None:
    fit = ts.Model(model).fit(reference_data("HolzingerSwineford1939"), **options)
    checked = fit.cross_check(engine=ScipyEngine())
    assert not checked.possible
    assert missing in checked.missing
    assert np.isnan(checked.largest_difference)


def test_a_rule_judges_every_step_of_a_ladder() -> None:
    pupils = datasets.holzinger_swineford_1939()
    ladder = ts.invariance(THREE, pupils, group="school", rule=mcdonald_rule)
    changes = ladder.table["delta_mfi"]
    assert (changes["metric"] >= -0.02, changes["scalar"] >= -0.02) == (True, False)
    assert ladder.table["decision"].tolist() == ["start", "holds", "fails", "beyond"]
    assert ladder.table.loc["scalar", "reason"].endswith(f"{changes['scalar']:.4f}")
    lenient = ts.invariance(THREE, pupils, group="school", rule="cheung_rensvold")
    assert lenient.rule != ladder.rule


# A section of the report -------------------------------------------------------------------------


def test_a_section_of_ones_own_is_in_every_format(whole_study: Study, tmp_path: Path) -> None:
    found = study_report(whole_study, sections=["question", schools_section])
    assert found.keys == ["question", "schools"]
    expected = whole_study.respondents["used"] / whole_study.respondents["schools"]
    for text in (found.to_html(), found.to_json(), found.to_latex()):
        assert "How many teachers a school gave" in text
        assert all(f"{value:.1f}" in text for value in expected)
    alone = ts.triangle.study(
        datasets.teachers(),
        Instrument({"NPC": ["npc1", "npc2", "npc3"]}),
        scrutiny=False,
        permutations=0,
    )
    assert schools_section(alone) is None

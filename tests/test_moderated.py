"""Moderated factor models: against OpenMx, the two-group model, closed forms and simulations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from scipy.stats import multivariate_normal

import tpn_sem as ts
from tpn_sem import errors
from tpn_sem.estimation.implied import imply
from tpn_sem.groups.moderation import Likelihood, ModeratedEstimation, ModeratedFit, moderated
from tpn_sem.groups.moderation import casewise_likelihood as moderated_likelihood

ONE = "verbal =~ x4 + x5 + x6 + x1"
TWO = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9"
IMPACT = ["lv_means", "lv_variances"]
OPENMX = json.loads(
    (Path(__file__).parent / "reference" / "moderated.json").read_text(encoding="utf-8")
)["cases"]


@cache
def pupils(name: str = "HolzingerSwineford1939") -> pd.DataFrame:
    data = reference_data(name).copy()
    years = data["age"] - 13 if "age" in data else (data["ageyr"] - 13) + data["agemo"] / 12
    return data.assign(
        years=years,
        male=data["sex"] - 1,
        pasteur=(data["school"] == "Pasteur").astype(int),
        room=np.arange(len(data)) % 60,
    )


@cache
def openmx_case(name: str) -> ModeratedFit:
    case = OPENMX[name]
    missing = "fiml" if "missing" in case["data"] else "listwise"
    options = {"moderators": list(case["moderated"]), "moderated": case["moderated"]}
    return quietly(moderated, case["model"], pupils(case["data"]), missing=missing, **options)


@cache
def impact() -> ModeratedFit:
    return moderated(ONE, pupils(), moderators=["years", "male"])


@cache
def items() -> ModeratedFit:
    return openmx_case("items")


# Against OpenMx ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPENMX)
def test_estimates_are_openmx(name: str) -> None:
    fit, case = openmx_case(name), OPENMX[name]
    names = ["lhs", "op", "rhs", "moderator"]
    theirs = pd.DataFrame(case["estimates"])
    both = theirs.merge(fit.estimates, on=names, suffixes=("_openmx", ""), validate="1:1")
    assert len(both) == len(theirs) == fit.npar
    assert -2.0 * fit.logl == pytest.approx(case["minus_two_log_likelihood"], rel=1e-11)
    np.testing.assert_allclose(both["estimate"], both["estimate_openmx"], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(both["se"], both["se_openmx"], rtol=1e-7)  # numerical Hessian


def test_rows_without_a_moderator_are_dropped_aloud() -> None:
    data = pupils("hs_missing")
    lost = int(data["years"].isna().sum())
    with pytest.warns(errors.DataWarning) as caught:
        fit = moderated("f =~ x1 + x4 + x5", data, moderators=["years", "male"], missing="fiml")
    said = f"{lost} of 301 rows were dropped because a moderator is missing (years {lost}): "
    assert [note.startswith(said) for note in fit.notes] == [True, False]
    assert sorted(str(one.message) for one in caught) == sorted(fit.notes)
    assert fit.n_dropped == lost + 1 == 301 - fit.n_observations  # one gave no answer at all
    with pytest.warns(errors.DataWarning, match=r"rows were dropped because an answer is missing"):
        fit = moderated("f =~ x1 + x4 + x5", data.dropna(subset="years"), moderators="years")
    complete = data.dropna(subset="years").reset_index()[["x1", "x4", "x5"]].dropna()
    assert fit.n_observations == len(complete)
    np.testing.assert_array_equal(fit.estimation.rows.places, complete.index)
    whole = data.dropna(subset=["years", "x1", "x4", "x5"])
    alone = moderated("f =~ x1 + x4 + x5", whole, moderators="years")
    assert fit.logl == pytest.approx(alone.logl, rel=1e-11)  # sums of some 300 logarithms


# Against models of two groups --------------------------------------------------------------------

LEVELS = {
    "configural": (["loadings", "intercepts", "residuals", "lv_covariances"], []),
    "metric": (
        ["lv_variances", "intercepts", "residuals", "lv_covariances"],
        ["loadings"],
    ),
    "scalar": (
        [*IMPACT, "residuals", "lv_covariances"],
        ["loadings", "intercepts"],
    ),
    "strict": ([*IMPACT, "lv_covariances"], ["loadings", "intercepts", "residuals"]),
}


@pytest.mark.parametrize("cluster", [None, "room"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_binary_moderator_makes_two_groups(level: str, cluster: str | None) -> None:
    """The clusters are in both groups, so that C / (C - 1) is the same for each."""
    sets, equal = LEVELS[level]
    data = pupils().sort_values("pasteur", kind="stable")
    options = {"cluster": cluster} if cluster else {}
    groups = quietly(
        ts.cfa,
        TWO,
        data,
        group="pasteur",
        group_equal=equal,
        std_lv=True,
        information="observed",
        **options,
    )
    fit = quietly(moderated, TWO, data, moderators="pasteur", moderated=sets, **options)
    assert fit.logl == pytest.approx(groups.measures["logl"], rel=1e-11)
    assert fit.npar == groups.estimation.n_parameters
    assert fit.bic == pytest.approx(groups.measures["bic"], rel=1e-11)
    names = ["lhs", "op", "rhs"]
    for place, value in enumerate((0, 1)):
        theirs = groups.estimates[groups.estimates["group"] == groups.group_labels[place]]
        both = fit.at(pasteur=value).merge(theirs, on=names, suffixes=("", "_group"))
        assert len(both) == len(theirs)
        np.testing.assert_allclose(both["estimate"], both["estimate_group"], rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(both["se"], both["se_group"], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(both["ci_lower"], both["ci_lower_group"], rtol=1e-5, atol=1e-6)


def test_likelihood_ratios_are_those_of_two_groups() -> None:
    fits = {
        level: quietly(moderated, TWO, pupils(), moderators="pasteur", moderated=sets)
        for level, (sets, _) in LEVELS.items()
    }
    ladder = ts.invariance(TWO, pupils(), group="pasteur", method="standard")
    test = fits["strict"].likelihood_ratio(fits["scalar"])
    assert test.statistic == pytest.approx(ladder.table.loc["strict", "chisq_diff"], rel=1e-9)
    assert test.degrees_of_freedom == ladder.table.loc["strict", "df_diff"] == 6
    assert test.p_value == pytest.approx(ladder.table.loc["strict", "p_diff"], rel=1e-8)
    assert test.null_hypothesis.startswith("no moderation of x1 ~~ x1 by pasteur, x2 ~~ x2 by")
    turned = fits["scalar"].likelihood_ratio(fits["strict"])
    assert turned.statistic == pytest.approx(test.statistic, rel=1e-10)
    assert turned.degrees_of_freedom == test.degrees_of_freedom
    assert turned.p_value == pytest.approx(test.p_value, rel=1e-9)
    assert turned.null_hypothesis == test.null_hypothesis


def test_the_scaled_likelihood_ratio_is_that_of_two_groups() -> None:
    data, both = pupils(), []
    options = {"cluster": "room", "std_lv": True, "information": "observed"}
    options["test"] = "yuan_bentler_mplus"  # its traces cancel to those of the log-likelihoods
    for level in ("strict", "scalar"):
        equal = LEVELS[level][1]
        both.append(quietly(ts.cfa, TWO, data, group="pasteur", group_equal=equal, **options))
    compared = quietly(ts.compare, *both, method="satorra_bentler_2001")
    theirs = compared["chisq_diff"].iloc[-1]
    fits = [
        quietly(
            moderated, TWO, data, moderators="pasteur", moderated=LEVELS[level][0], cluster="room"
        )
        for level in ("strict", "scalar")
    ]
    plain = 2.0 * (fits[1].logl - fits[0].logl)
    scaled = fits[0].likelihood_ratio(fits[1]).statistic
    assert abs(scaled - plain) > 0.01
    assert scaled == pytest.approx(theirs, rel=1e-7)


# Derivatives and closed forms --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["items", "correlation", "missing"])
def test_derivatives_are_those_of_finite_differences(name: str) -> None:
    likelihood = openmx_case(name).estimation.likelihood
    point = 1.1 * openmx_case(name).estimation.parameters + 0.02
    steps = 1e-5 * np.eye(len(point))
    slopes = [(likelihood.value(point + h) - likelihood.value(point - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(likelihood.gradient(point), slopes, atol=2e-9)
    curves = [
        (likelihood.gradient(point + h) - likelihood.gradient(point - h)) / 2e-5 for h in steps
    ]
    np.testing.assert_allclose(likelihood.observed_information(point), curves, atol=2e-8)


def test_the_gradient_vanishes_and_rows_add_up() -> None:
    for name in OPENMX:
        found = openmx_case(name).estimation
        assert np.abs(found.likelihood.gradient(found.parameters)).max() < 1e-10
    fit, data = items(), pupils()
    names = fit.estimation.specification.observed
    total = 0.0
    for _, row in data.iterrows():
        at = fit.at(years=row["years"], male=row["male"])
        value = at.set_index(["lhs", "op", "rhs"])["estimate"]
        loadings = np.array([value["verbal", "=~", name] for name in names])
        intercepts = np.array([value[name, "~1", ""] for name in names])
        residuals = np.array([value[name, "~~", name] for name in names])
        variance, mean = value["verbal", "~~", "verbal"], value["verbal", "~1", ""]
        covariance = variance * np.outer(loadings, loadings) + np.diag(residuals)
        normal = multivariate_normal(intercepts + loadings * mean, covariance)
        total += normal.logpdf(row[list(names)].to_numpy(dtype=float))
    assert fit.logl == pytest.approx(total, rel=1e-11)
    assert fit.aic == pytest.approx(-2 * total + 2 * fit.npar)
    assert fit.bic == pytest.approx(-2 * total + fit.npar * np.log(301))


def test_the_expected_information_is_the_observed_one_of_perfect_data() -> None:
    """Where the moments of every unit are the implied ones."""
    for name in ("correlation", "missing"):
        found = openmx_case(name).estimation
        units = found.likelihood.units
        cells = found.design.moderate(found.parameters, units.moderators).values
        moments = imply(found.design.pattern, cells)
        pairs = units.observed[:, :, None] & units.observed[:, None, :]
        perfect = replace(
            units,
            mean=np.where(units.observed, moments.mean, 0.0),
            covariance=np.where(pairs, moments.covariance, 0.0),
        )
        likelihood = Likelihood(found.design, perfect)
        np.testing.assert_allclose(
            likelihood.observed_information(found.parameters),
            likelihood.expected_information(found.parameters),
            rtol=1e-9,
            atol=1e-12,
        )
        assert np.abs(likelihood.gradient(found.parameters)).max() < 1e-12


def simulated(found: ModeratedEstimation, moderators: np.ndarray, seed: int) -> np.ndarray:
    cells = found.design.moderate(found.parameters, moderators).values
    moments = imply(found.design.pattern, cells)
    noise = np.random.default_rng(seed).standard_normal(moments.mean.shape)
    roots = np.linalg.cholesky(moments.covariance)
    return moments.mean + (roots @ noise[..., None])[..., 0]


def test_parameters_elsewhere_are_baselines_of_shifted_moderators() -> None:
    sets = ["loadings", "intercepts", "residuals", "lv_covariances"]
    shifted = pupils().assign(years=pupils()["years"] - 1.5)
    one = moderated(TWO, pupils(), moderators="years", moderated=sets)
    other = moderated(TWO, shifted, moderators="years", moderated=sets)
    assert one.logl == pytest.approx(other.logl, rel=1e-11)
    names = ["estimate", "se", "ci_lower", "ci_upper"]
    np.testing.assert_allclose(one.at(years=1.5)[names], other.at()[names], rtol=1e-6, atol=1e-7)
    baseline = other.estimates[other.estimates["moderator"] == ""]
    np.testing.assert_allclose(other.at()[names], baseline[names], rtol=1e-11)


def test_a_simulated_truth_is_recovered() -> None:
    found = openmx_case("correlation").estimation
    generator = np.random.default_rng(11)
    size = 1500
    moderators = np.column_stack([generator.normal(0, 1, size), generator.integers(0, 2, size)])
    answers = simulated(found, moderators, seed=12)
    data = pd.DataFrame(answers, columns=list(found.specification.observed))
    data = data.assign(years=moderators[:, 0], male=moderators[:, 1])
    case = OPENMX["correlation"]
    fit = moderated(
        case["model"], data, moderators=list(case["moderated"]), moderated=case["moderated"]
    )
    assert len(fit.estimation.likelihood.units.counts) == size  # several blocks
    errors_of = np.sqrt(np.diag(fit.estimation.covariance))
    z = (fit.estimation.parameters - found.parameters) / errors_of
    assert np.abs(z).max() < 4.0
    assert 0.6 < np.sqrt(np.mean(z**2)) < 1.5


def test_correlations_stay_where_variances_change() -> None:
    fit = openmx_case("two_factors")
    r = []
    for years in (0.0, 2.0):
        value = fit.at(years=years).set_index(["lhs", "op", "rhs"])["estimate"]
        product = value["visual", "~~", "visual"] * value["speed", "~~", "speed"]
        r.append(value["visual", "~~", "speed"] / np.sqrt(product))
    assert r[0] == pytest.approx(r[1], rel=1e-12)
    value = openmx_case("correlation").estimates.set_index(["lhs", "op", "rhs", "moderator"])
    own = ("visual", "~~", "speed")
    shifted = openmx_case("correlation").at(male=1).set_index(["lhs", "op", "rhs"])["estimate"]
    base, slope = (value.loc[(*own, name), "estimate"] for name in ("", "male"))
    assert shifted[own] == pytest.approx(np.tanh(np.arctanh(base) + slope), rel=1e-12)


# What is asked -----------------------------------------------------------------------------------


def test_impact_is_the_default_and_order_does_not_matter() -> None:
    table = impact().estimates
    moved = table[table["moderator"] != ""]
    assert set(moved["lhs"]) == {"verbal"}
    assert list(moved["scale"]) == ["log", "log", "linear", "linear"]
    assert list(table.columns) == [
        *("lhs", "op", "rhs", "moderator", "scale"),
        *("estimate", "se", "z", "p_value", "ci_lower", "ci_upper"),
    ]
    fixed = table[(table["lhs"] == "verbal") & (table["op"] != "=~") & (table["moderator"] == "")]
    np.testing.assert_allclose(fixed["estimate"], [1.0, 0.0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fixed["se"], 0.0, atol=1e-12)
    turned = moderated(ONE, pupils(), moderators=["male", "years"], moderated=IMPACT)
    assert turned.logl == pytest.approx(impact().logl, rel=1e-11)
    assert impact().logl < items().logl
    test = items().likelihood_ratio(impact())
    assert test.degrees_of_freedom == 5
    assert "verbal =~ x5 by years" in test.null_hypothesis


def test_labels_hold_where_moderators_are_zero_and_definitions_follow() -> None:
    text = "verbal =~ a*x4 + a*x5 + x6 + b*x1\ntwice := 2 * a + b"
    sets = [*IMPACT, "verbal =~ x5"]
    fit = moderated(text, pupils(), moderators="years", moderated=sets)
    free = moderated(ONE, pupils(), moderators="years", moderated=sets)
    value = fit.estimates.set_index(["lhs", "op", "rhs", "moderator"])
    a, b = (value.loc[("verbal", "=~", item, ""), "estimate"] for item in ("x4", "x1"))
    assert value.loc[("verbal", "=~", "x5", ""), "estimate"] == pytest.approx(a, rel=1e-12)
    assert value.loc[("verbal", "=~", "x5", "years"), "estimate"] != 0.0
    twice = fit.estimates[fit.estimates["op"] == ":="].iloc[0]
    assert twice["estimate"] == pytest.approx(2 * a + b, rel=1e-12)
    covariance = fit.estimation.covariance
    base = fit.estimation.design.base
    slope = np.zeros(fit.npar)
    cells = fit.estimation.design.pattern
    rows = [fit.estimation.specification.table.rows[place].name for place in cells.table_rows]
    slope[: base.shape[1]] = 2 * base[rows.index("verbal=~x4")] + base[rows.index("verbal=~x1")]
    assert twice["se"] == pytest.approx(np.sqrt(slope @ covariance @ slope))
    test = fit.likelihood_ratio(free)
    assert (test.degrees_of_freedom, test.null_hypothesis) == (1, "the constraints hold")
    assert test.statistic == pytest.approx(2 * (free.logl - fit.logl))


def test_residual_covariances_and_regressions_are_moderated() -> None:
    text = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual\nx2 ~~ x9"
    fit = moderated(
        text,
        pupils(),
        moderators="pasteur",
        moderated=["loadings", "intercepts", "residuals", "residual_covariances", "regressions"],
    )
    groups = ts.cfa(text, pupils(), group="pasteur", std_lv=True)
    assert fit.logl == pytest.approx(groups.measures["logl"], rel=1e-11)
    assert (fit.estimates["scale"] == "log").sum() == 6


def test_a_fit_shows_itself() -> None:
    text = repr(impact())
    assert text.startswith("moderated by years, male: 301 rows, 16 parameters, log-likelihood -")
    assert "verbal =~" in text
    assert "<table" in impact()._repr_html_()
    assert "not converged" in repr(stuck())


def test_start_values_and_models_are_taken() -> None:
    started = moderated(
        ts.Model(ONE), pupils(), moderators=["years", "male"], start={"verbal=~x4": 0.5}
    )
    np.testing.assert_allclose(
        started.estimates["estimate"], impact().estimates["estimate"], rtol=1e-9, atol=1e-10
    )
    crossed = moderated(TWO, pupils(), moderators="years", orthogonal=True, missing="fiml")
    covariance = crossed.at().query("lhs == 'visual' and rhs == 'speed'")["estimate"].item()
    assert covariance == pytest.approx(0.0, abs=1e-12)


# What is said aloud ------------------------------------------------------------------------------


@cache
def stuck() -> ModeratedFit:
    return quietly(moderated, ONE, pupils(), moderators="years", max_iterations=1)


def test_what_did_not_converge_has_no_errors() -> None:
    with pytest.warns(errors.ConvergenceWarning, match="did not converge in 1 iterations"):
        moderated(ONE, pupils(), moderators="years", max_iterations=1)
    assert not stuck().converged
    assert "did not converge" in stuck().notes[0]
    table = stuck().estimates
    assert table["se"].isna().sum() == stuck().npar
    assert table[["z", "p_value"]].isna().all(axis=None)
    with pytest.raises(errors.NotAvailableError, match="did not converge"):
        stuck().likelihood_ratio(impact())


def test_a_moderator_too_far_from_zero_is_given_up_soon() -> None:
    data = pupils().assign(born=1939 - pupils()["ageyr"])
    with pytest.warns(errors.TpnSemWarning) as caught:
        fit = moderated(TWO, data, moderators="born")
    kinds = [one.category for one in caught]
    assert kinds == [errors.DataWarning, errors.ConvergenceWarning]
    assert fit.estimation.solution.iterations < 100
    data["born"] -= 1926
    assert moderated(TWO, data, moderators="born").converged


@pytest.mark.parametrize("broken", ["cholesky", "_HALVINGS"])
def test_an_optimiser_without_a_step_stops(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = 0 if broken == "_HALVINGS" else lambda matrix: None
    monkeypatch.setattr(moderated_likelihood, broken, value)
    with pytest.warns(errors.ConvergenceWarning, match="did not converge in 1 iterations"):
        assert not moderated(ONE, pupils(), moderators="years").converged


def test_impossible_parameters_have_no_likelihood() -> None:
    for name, value in (("x1~~x1", -9.0), ("visual~~speed", 1.5), ("visual=~x1", 1e200)):
        found = openmx_case("correlation").estimation
        rows = [found.specification.table.rows[k].name for k in found.design.pattern.table_rows]
        point = found.parameters.copy()
        point[np.flatnonzero(found.design.base[rows.index(name)])] = value
        assert found.likelihood.value(point) == np.inf


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({"years": pupils()["years"] + 13}, {}, "'years' has mean 13.* centre it, as years - 13"),
        ({}, {"cluster": "ten"}, "10 clusters for 14 parameters: .* rank 9 at most"),
        ({}, {"cluster": "forty"}, "^40 clusters are few"),
        ({"x4": pupils()["x4"].mask(pupils()["x4"] > 5)}, {}, "rows were dropped because an"),
    ],
    ids=["far", "fewer clusters than parameters", "few clusters", "listwise"],
)
def test_what_must_be_known_of_the_data(change: dict, options: dict, says: str) -> None:
    numbers = np.arange(301)
    data = pupils().assign(ten=numbers % 10, forty=numbers % 40, **change)
    with pytest.warns(errors.DataWarning, match=says) as caught:
        fit = moderated(ONE, data, moderators="years", **options)
    assert len(fit.notes) == len(caught) == 1


@pytest.mark.parametrize(("count", "few"), [(35, True), (49, True), (50, False)])
def test_fewer_than_fifty_clusters_are_few(count: int, few: bool) -> None:
    data = pupils().assign(c=np.arange(301) % count)
    fit = quietly(moderated, ONE, data, moderators="years", cluster="c")
    assert any(note.startswith(f"{count} clusters are few") for note in fit.notes) is few


def test_a_lopsided_dummy_is_not_far_from_zero() -> None:
    data = pupils().assign(most=(np.arange(301) % 12 > 0).astype(int))
    assert data["most"].mean() / data["most"].std() > 3
    assert moderated(ONE, data, moderators="most", moderated="lv_means").notes == ()


def exact_rows(covariance: np.ndarray, names: str, seed: int) -> pd.DataFrame:
    """Rows with exactly that covariance matrix, and a moderator."""
    noise = np.random.default_rng(seed).standard_normal((200, len(covariance)))
    noise -= noise.mean(axis=0)
    whitened = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise / 200)).T
    rows = whitened @ np.linalg.cholesky(covariance).T
    return pd.DataFrame(rows, columns=list(names)).assign(z=np.arange(200) % 2)


def test_improper_solutions_are_called_so() -> None:
    heywood = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    with pytest.warns(errors.AdmissibilityWarning, match="negative variance estimates: a~~a"):
        fit = moderated(
            "f =~ a + b + c", exact_rows(heywood, "abc", 1), moderators="z", moderated="lv_means"
        )
    assert fit.converged
    alike = np.full((6, 6), 0.55)
    alike[:3, :3] = alike[3:, 3:] = 0.5
    np.fill_diagonal(alike, 1.0)
    data = exact_rows(alike, "abcdef", 2)
    with pytest.warns(errors.AdmissibilityWarning, match="not positive definite for 200 of 200"):
        moderated("f =~ a + b + c\ng =~ d + e + f2", data.rename(columns={"f": "f2"}),
                  moderators="z", moderated="lv_means")  # fmt: skip


def test_a_singular_information_is_called_so() -> None:
    found = replace(impact().estimation)
    found.__dict__["is_identified"] = False
    assert [kind for kind, _ in found.remarks] == [errors.IdentificationWarning]
    assert np.isnan(found.covariance).all()


# What cannot be ----------------------------------------------------------------------------------

TWICE = pd.concat([pupils(), pupils()[["years"]]], axis=1)


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"moderators": "year"}, errors.DataError, "'year' is not in the data; did you mean 'yea"),
        ({"moderators": "one"}, errors.DataError, "'one' is constant"),
        ({"moderators": ["years", "double"]}, errors.DataError, "'years', 'double' depend"),
        ({"moderators": "school"}, errors.DataError, "'school' does not hold numbers"),
        ({"moderators": "gone"}, errors.DataError, "every row lacks a moderator"),
        ({"data": TWICE}, errors.DataError, "moderator 'years' appears 2 times"),
        ({"moderators": "x4"}, errors.OptionError, "'x4' is a variable of the model"),
        ({"moderators": "verbal"}, errors.OptionError, "'verbal' is a variable of the model"),
        ({"moderators": []}, errors.OptionError, "moderators= is empty"),
        ({"moderators": ["male", "male"]}, errors.OptionError, "names 'male' twice"),
        ({"moderators": 3.5}, errors.OptionError, "takes a name or a list of names"),
        ({"moderated": "loading"}, errors.OptionError, "did you mean 'loadings'"),
        ({"moderated": "lv_covariances"}, errors.OptionError, "of which the model has none"),
        ({"moderated": ["verbal =~ x9"]}, errors.OptionError, "'verbal =~ x9', which is no par"),
        ({"moderated": ["x9 ~ 1"]}, errors.OptionError, "no parameter of the model; did you mean"),
        ({"moderated": ["a == b"]}, errors.OptionError, "takes sets of parameters"),
        ({"moderated": ["verbal =- x4"]}, errors.ModelSyntaxError, "unknown operator"),
        ({"moderated": []}, errors.OptionError, "'years' moderates nothing"),
        (
            {"moderators": ["years", "male"], "moderated": {"years": ["lv_means"]}},
            errors.OptionError,
            "'male' moderates nothing",
        ),
        ({"moderated": {"yers": IMPACT}}, errors.OptionError, "'yers', which is no moderator; did"),
        (
            {"moderated": ["lv_means", "intercepts"]},
            errors.IdentificationError,
            "'verbal' has no anchor: 'years' moderates its mean and the intercepts of all",
        ),
        (
            {"moderated": ["lv_variances", "verbal =~ x4 + x5 + x6 + x1"]},
            errors.IdentificationError,
            "'verbal' has no anchor: 'years' moderates its variance and the loadings of all",
        ),
        (
            {
                "model": "f =~ x1 + x2 + x3 + x4\ng =~ x4 + x5 + x6 + x7",
                "moderated": ["lv_means", *(f"x{k} ~ 1" for k in (1, 2, 3, 5, 6, 7))],
            },
            errors.IdentificationError,
            "moderated model is not identified: .*f~1 by years, g~1 by years",
        ),
        (
            {"model": ONE + "; x4 ~~ 0*x4", "moderated": ["x4 ~~ x4"]},
            errors.IdentificationError,
            "cannot be told apart: x4~~x4 by years",
        ),
        ({"model": "verbal =~ x4 + x5"}, errors.IdentificationError, "the model is not identified"),
        ({"group": "school", "ordered": ()}, errors.OptionError, "code 'school' as 0 and 1"),
        ({"ordered": True}, errors.NotEstimatedError, "numerical integration over the factors"),
        ({"estimator": "WLS"}, errors.OptionError, "does not take estimator=. Its options"),
        ({"mising": "fiml"}, errors.OptionError, "mising=; did you mean 'missing'"),
        ({"missing": "two_stage"}, errors.OptionError, "missing='two_stage' is not known"),
        ({"start": {"x99": 1.0}}, errors.ModelError, "start= names 'x99'"),
        ({"cluster": "rom"}, errors.DataError, "cluster column 'rom' is not in"),
        ({"model": "x1 ~~ x2"}, errors.ModelError, "has no factor"),
        ({"model": ONE + "; verbal ~ x9"}, errors.ModelError, "'x9' is an observed predictor"),
        (
            {"model": TWO + "\ng =~ visual + speed + x4"},
            errors.NotEstimatedError,
            "'visual' is a factor and an indicator",
        ),
        ({"model": ONE + "; x4 ~~ v*x4; v > 0"}, errors.NotEstimatedError, "inequalities"),
        ({"model": ONE + "; verbal ~~ verbal"}, errors.ModelError, "'verbal ~~ verbal' must be 1"),
        ({"model": "verbal =~ x4 + x5 + x6; verbal ~ 1"}, errors.ModelError, "must be 0 where"),
        (
            {"model": "verbal =~ 1*x4 + x5 + x6"},
            errors.ModelError,
            "fixes the loading verbal =~ x4",
        ),
    ],
)
def test_what_cannot_be(options: dict, kind: type[Exception], says: str) -> None:
    data = pupils().assign(one=1.0, double=2 * pupils()["years"] + 1, gone=np.nan)
    with pytest.raises(kind, match=says):
        quietly(moderated, **{"model": ONE, "data": data, "moderators": "years", **options})


def test_moderation_needs_rows() -> None:
    moments = ts.SampleMoments(np.eye(3), np.zeros(3), 100, names=["a", "b", "c"])
    with pytest.raises(errors.DataError, match="give a DataFrame, not sample moments"):
        moderated("f =~ a + b + c", moments, moderators="z")


def test_what_a_fit_cannot_be_asked() -> None:
    with pytest.raises(errors.OptionError, match=r"'year' is no moderator.*did you mean 'years'"):
        impact().at(year=1)
    with pytest.raises(
        errors.OptionError, match=r"no moderator .*; the moderators are 'years', 'm"
    ):
        impact().at(qqq=1)
    for value in (np.nan, "old"):
        with pytest.raises(errors.OptionError, match="is not a number"):
            impact().at(years=value)
    with pytest.raises(errors.OptionError, match="another moderated fit, not str"):
        impact().likelihood_ratio("items")


def half() -> ModeratedFit:
    return moderated(ONE, pupils().iloc[:200], moderators="years")


def others() -> ModeratedFit:
    return moderated("verbal =~ x4 + x5 + x6", pupils(), moderators="years")


def reversed_scale() -> ModeratedFit:
    return moderated(ONE, pupils().assign(years=-pupils()["years"]), moderators="years")


def only(*sets: str) -> ModeratedFit:
    return moderated(ONE, pupils(), moderators=["male"], moderated=list(sets))


def bent() -> ModeratedFit:
    return moderated(ONE + "; x4 ~~ x5", pupils(), moderators="years", moderated="lv_means")


def labelled() -> ModeratedFit:
    text = "verbal =~ a*x4 + a*x5 + x6 + x1"
    return moderated(text, pupils(), moderators=["years", "male"])


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        (impact, half, "other items, rows or clusters"),
        (impact, others, "other items, rows or clusters"),
        (
            impact,
            lambda: quietly(moderated, ONE, pupils(), moderators="years", cluster="room"),
            "other items",
        ),
        (impact, impact, "same number of parameters"),
        (impact, lambda: only("residuals"), "the same number of parameters"),
        (impact, lambda: only("lv_means", "x4 ~ 1"), "only the smaller one moderates x4 ~1 by m"),
        (impact, bent, "baseline models differ"),
        (labelled, lambda: only("lv_means"), "baseline models differ"),
        (impact, reversed_scale, "moderator 'years' has other values"),
    ],
)
def test_what_cannot_be_compared(
    one: Callable[[], ModeratedFit], two: Callable[[], ModeratedFit], says: str
) -> None:
    with pytest.raises(errors.OptionError, match=says):
        one().likelihood_ratio(two())


def test_a_negative_scaling_factor_is_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (
        quietly(moderated, ONE, pupils(), moderators="years", moderated=sets, cluster="room")
        for sets in ("lv_means", IMPACT)
    )
    assert one.likelihood_ratio(two).statistic > 0.0
    scaling = property(lambda found: 1.0 / found.design.size**2)
    monkeypatch.setattr(ModeratedEstimation, "scaling", scaling)
    with pytest.raises(errors.NotAvailableError, match="scaling factor of the difference is neg"):
        one.likelihood_ratio(two)

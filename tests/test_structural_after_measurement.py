"""Structures fitted after their measurement: lavaan's numbers, and laws that they obey."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly, reference_data
from stepwise_cases import beside

import tpn_sem as ts
from tpn_sem.data.ordinal_statistics import with_predictors
from tpn_sem.errors import (
    IdentificationError,
    ModelError,
    NotAvailableError,
    NotEstimatedError,
    OptionError,
)
from tpn_sem.estimation.standard_errors import moment_matrices as moments
from tpn_sem.moments import normal_theory_spread
from tpn_sem.numerics import half_indices, vech
from tpn_sem.stepwise.measured_steps import MeasuredSteps
from tpn_sem.stepwise.model_parts import model_parts

WITNESS = json.loads((REFERENCE / "structural_after_measurement.json").read_text(encoding="utf-8"))
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts", "regressions"]}
ROBUST = {"se": "robust_sem", "gamma_unbiased": True}
ITEMS = [f"x{place}" for place in range(1, 10)]
QUESTIONS = [f"q{place}" for place in range(1, 10)]
MIXED = ["x1", "x2", "x4", "x5", "x6", "x7"]
OPTIONS: dict[str, dict[str, Any]] = {
    "groups_local": {"group": "school"},
    "groups_global": {"group": "school"},
    "equal_local": EQUAL,
    "equal_global": EQUAL,
    "gaps_local": {"missing": "fiml"},
    "gaps_global": {"missing": "fiml"},
    "observed_information": {"information": "observed"},
    "together": {"blocks": [["f", "g"]]},
    "robust_local": ROBUST,
    "robust_groups_local": ROBUST | {"group": "school"},
    "robust_observed_local": ROBUST | {"fixed_x": False},
    "clusters_local": {"cluster": "agemo"},
    "clusters_observed_local": {"cluster": "agemo"},
    "clusters_groups_local": {"cluster": "agemo", "group": "school"},
    "clusters_global": {"cluster": "agemo"},
    "ordinal_local": {"ordered": True},
    "ordinal_two_factors_local": {"ordered": True},
    "ordinal_unweighted_local": {"ordered": True, "estimator": "ULSMV"},
    "ordinal_theta_local": {"ordered": True, "parameterization": "theta"},
    "ordinal_given_local": {"ordered": True},
    "ordinal_outcome_local": {"ordered": ITEMS},
    "ordinal_groups_local": {"ordered": True, "group": "school"},
    "ordinal_equal_local": {
        "ordered": True,
        "group": "school",
        "group_equal": ["loadings", "thresholds"],
    },
    "ordinal_clusters_local": {"ordered": True, "cluster": "age"},
    "ordinal_weights_local": {"ordered": True, "sampling_weights": "age"},
    "ordinal_mixed_local": {"ordered": MIXED},
    "ordinal_beside_local": {"ordered": ["x4", "x5", "x6"]},
    "ordinal_mixed_given_local": {"ordered": MIXED},
    "robust_less_error_local": ROBUST,
    "ordinal_gaps_local": {"ordered": QUESTIONS, "missing": "pairwise"},
    "ordinal_less_error_local": {"ordered": QUESTIONS},
    "ordinal_chain_local": {"ordered": True},
    "ordinal_global": {"ordered": True},
    "ordinal_groups_global": {"ordered": True, "group": "school"},
}
COMPARED = {  # the step whose errors are lavaan's: see docs/second_opinions.md
    "groups_local": "first",
    "ordinal_chain_local": "first",
    "robust_local": "second",
    "robust_groups_local": "second",
    "robust_observed_local": "second",
    "robust_less_error_local": "none",
}
OTHER_DIVISOR = ("ordinal_equal_local", "ordinal_global", "ordinal_groups_global")
BESIDE = "ordinal_beside_local"
CHAIN = WITNESS["chain_local"]["text"]
PUPILS = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\n"


@cache
def fitted(name: str) -> ts.StructuralAfterMeasurement:
    case, method = WITNESS[name], "global" if name.endswith("_global") else "local"
    options = OPTIONS.get(name, {})
    return quietly(
        ts.structural_after_measurement,
        case["text"],
        reference_data(case["data"]),
        method=method,
        **options,
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in WITNESS if name != BESIDE])
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """To what lavaan's optimiser leaves open in the blocks: some 1e-6.

    See docs/agreement.md on the divisor, and on errors of ordinal items where a structure is wrong.
    """
    found = fitted(name)
    own, errors, values, theirs = beside(found.estimation, WITNESS[name]["estimates"])
    np.testing.assert_allclose(own, values, rtol=1e-5, atol=4e-6)
    measured = np.array(found.estimates.query("free")["step"] == "measurement")
    if name in OTHER_DIVISOR:
        n = found.n_observations / len(found.estimation.samples.groups)
        errors = np.where(measured, errors, errors * np.sqrt((n - 1.0) / n))
    kept = theirs > 0.0  # lavaan has none of the intercept of an observed outcome
    kept &= {"first": measured, "second": ~measured}.get(COMPARED.get(name, ""), kept)
    assert kept.sum() >= 5
    if COMPARED.get(name) != "none":
        np.testing.assert_allclose(errors[kept], theirs[kept], rtol=2e-5)


EXPLAINED = "f =~ x4 + x5 + x6\ng =~ x1 + x2 + x3\nf ~ g + a\ng ~ a"


@pytest.mark.parametrize(
    "options",
    [
        {"mean_structure": True, "information": "expected"},
        {"mean_structure": True, "information": "expected", "fixed_x": False},
        {"missing": "fiml", "information": "observed"},
    ],
)
@pytest.mark.parametrize("added", [0.0, 2000.0])
def test_errors_do_not_hang_on_the_means_of_predictors(
    added: float, options: dict[str, Any]
) -> None:
    """Without means they are lavaan's (`observed_local`)."""
    rows = reference_data("HolzingerSwineford1939")
    rows = rows.assign(a=rows["ageyr"] + added)
    information = options["information"]
    plain = ts.structural_after_measurement(EXPLAINED, rows, information=information).estimates
    found = ts.structural_after_measurement(EXPLAINED, rows, **options).estimates
    for path in ("f ~ a", "g ~ a", "f ~ g"):
        assert found.loc[path, "estimate"] == pytest.approx(plain.loc[path, "estimate"], rel=1e-5)
        assert found.loc[path, "se"] == pytest.approx(plain.loc[path, "se"], rel=1e-4)


def test_errors_of_groups_are_those_of_each_by_itself() -> None:
    rows = reference_data("HolzingerSwineford1939").rename(columns={"ageyr": "a"})
    both = ts.structural_after_measurement(EXPLAINED, rows, group="school").estimates
    for school, part in rows.groupby("school"):
        alone = ts.structural_after_measurement(EXPLAINED, part).estimates
        own = both[both["group"] == school].set_index(["lhs", "op", "rhs"])
        for path in (("f", "~", "a"), ("g", "~", "a"), ("f", "~", "g")):
            known = alone.loc[" ".join(path), "se"]
            assert own.loc[path, "se"] == pytest.approx(known, rel=1e-4)


def test_a_factor_of_continuous_items_stands_beside_those_of_ordinal_ones() -> None:
    """lavaan takes errors with the divisor n - 1 from moments with the divisor n, and has other
    errors of that factor's measurement: see docs/second_opinions.md.
    """
    found = fitted(BESIDE)
    own, errors, values, theirs = beside(found.estimation, WITNESS[BESIDE]["estimates"])
    table = found.estimates.query("free")
    items = table["op"].eq("~~").to_numpy() & table["lhs"].isin(["x3", "x8", "x9"]).to_numpy()
    outcome = ((table["lhs"] == "h") & (table["rhs"] == "h")).to_numpy()
    left = 1.0 - items / found.n_observations
    np.testing.assert_allclose(own[~outcome], (values * left)[~outcome], rtol=1e-5, atol=4e-6)
    np.testing.assert_allclose(own[outcome], values[outcome], rtol=2e-3)
    continuous = table["lhs"].isin(["x3", "x8", "x9"]) | (table["lhs"] + table["op"] == "h=~")
    kept = ~continuous.to_numpy() & ~outcome
    structure = (table["op"] == "~").to_numpy()
    np.testing.assert_allclose(errors[kept & ~structure], theirs[kept & ~structure], rtol=2e-5)
    np.testing.assert_allclose(errors[structure], theirs[structure], rtol=2e-3)


def test_factors_of_continuous_items_given_predictors_are_refused_beside_ordinal_ones() -> None:
    text = WITNESS[BESIDE]["text"] + " + age"
    rows, ordered = reference_data("mixed_items"), ["x4", "x5", "x6"]
    with pytest.raises(NotEstimatedError, match="conditional_x=False"):
        quietly(ts.structural_after_measurement, text, rows, ordered=ordered)
    options = {"ordered": ordered, "conditional_x": False}
    found = quietly(ts.structural_after_measurement, text, rows, **options)
    assert found.estimates.loc["h ~ age", "se"] > 0.0


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in WITNESS if "measures" in WITNESS[name]])
def test_moments_of_factors_and_the_fit_of_the_structure_are_lavaans(name: str) -> None:
    found, witness = fitted(name), WITNESS[name]
    names = witness["covariance"]["names"]
    covariance = found.latent_covariance
    if covariance.index.nlevels > 1:
        covariance = covariance.loc[found.estimation.samples.labels[0]]
    values = np.array(witness["covariance"]["values"])
    np.testing.assert_allclose(covariance.loc[names, names], values, rtol=1e-5, atol=1e-5)
    measures = found.measures
    for measure, value in witness["measures"].items():
        assert measures[measure] == pytest.approx(value, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", [name for name in WITNESS if name.startswith("robust")][:3])
def test_the_test_without_normality_is_lavaans(name: str) -> None:
    found, witness = fitted(name).test, WITNESS[name]["test"]
    assert found is not None
    assert found.statistic == pytest.approx(witness["chisq.scaled"], rel=1e-5)
    assert found.scaling_factor == pytest.approx(witness["chisq.scaling.factor"], rel=1e-5)


def test_less_error_is_taken_where_more_would_leave_no_covariance_matrix() -> None:
    assert any("less than all" in note for note in fitted("ordinal_less_error_local").notes)
    found = fitted("less_error")
    assert any("less than all measurement error" in note for note in found.notes)
    assert np.linalg.eigvalsh(found.latent_covariance)[0] > 0.0
    assert not any("less than all" in note for note in fitted("chain_local").notes)


def test_a_defined_parameter_has_lavaans_error() -> None:
    table = WITNESS["defined"]["estimates"]
    place = table["op"].index(":=")
    row = fitted("defined").estimates.loc["ab"]
    assert row["estimate"] == pytest.approx(table["est"][place], rel=1e-6)
    assert row["se"] == pytest.approx(table["se"][place], rel=1e-6)


def test_a_saturated_structure_in_one_block_is_full_information() -> None:
    """With all factors in one block the measurement model is the model, and M S M' its moments."""
    text = PUPILS + "h =~ x7 + x8 + x9\ng ~ f\nh ~ f + g"
    pupils = reference_data("HolzingerSwineford1939")
    whole = ts.sem(text, pupils)
    for method in ("local", "global"):
        steps = ts.structural_after_measurement(
            text, pupils, blocks=[["f", "g", "h"]], method=method
        )
        np.testing.assert_allclose(steps.coef, whole.coef, rtol=1e-6)
        np.testing.assert_allclose(steps.vcov, whole.vcov, rtol=1e-4, atol=1e-8)


def test_errors_of_ordinal_items_are_those_of_a_whole_fit_where_there_is_one_block() -> None:
    """Saturated in one block, with the measurement held, the steps are one fit."""
    text = PUPILS + "g ~ f"
    answers = reference_data("ordinal_three")
    whole = quietly(ts.sem, text, answers, ordered=True)
    options = {"ordered": True, "blocks": [["f", "g"]], "method": "global"}
    steps = quietly(ts.structural_after_measurement, text, answers, **options)
    np.testing.assert_allclose(steps.coef, whole.coef, rtol=1e-4)
    np.testing.assert_allclose(steps.vcov, whole.vcov, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["chain_local", "less_error", "chain_global"])
def test_robust_errors_are_those_of_refits_to_moved_moments(name: str) -> None:
    """The delta method by differences, beside the slopes of both steps."""
    case, method = WITNESS[name], "global" if name.endswith("_global") else "local"
    rows = reference_data(case["data"])
    names = [f"x{place}" for place in range(1, 10)]
    values = rows[names].to_numpy()
    n = len(values)
    centred = values - values.mean(axis=0)
    covariance = centred.T @ centred / n

    def refit(matrix: np.ndarray) -> np.ndarray:
        moments = ts.SampleMoments(matrix * n / (n - 1), None, n, names=names)
        found = quietly(
            ts.structural_after_measurement, case["text"], moments, se="none", method=method
        )
        return np.asarray(found.coef)

    first, second = half_indices(len(names))
    columns = []
    for one, other in zip(first, second, strict=True):
        move = np.zeros_like(covariance)
        move[one, other] = move[other, one] = 1e-5
        columns.append((refit(covariance + move) - refit(covariance - move)) / 2e-5)
    products = centred[:, first] * centred[:, second] - covariance[first, second]
    spread = products.T @ products / n
    slopes = np.array(columns).T
    expected = np.sqrt(np.diag(slopes @ spread @ slopes.T) / n)
    found = quietly(
        ts.structural_after_measurement, case["text"], rows, se="robust_sem", method=method
    )
    exact = 1e-4 if method == "local" else 0.1  # to first order where the whole does not fit
    np.testing.assert_allclose(np.sqrt(np.diag(found.vcov)), expected, rtol=exact)


def test_an_error_does_not_hang_on_a_path_that_the_estimate_does_not_know() -> None:
    """A path from moments of f and g alone has one error, whatever the structure says of h."""
    answers = reference_data("ordinal_three")
    errors = [
        quietly(ts.structural_after_measurement, text, answers, ordered=True).estimates.loc[
            "g ~ f", "se"
        ]
        for text in (PUPILS + "g ~ f", CHAIN, CHAIN + "\nh ~ f")
    ]
    np.testing.assert_allclose(errors, errors[0], rtol=1e-6)
    table = WITNESS["ordinal_chain_local"]["estimates"]
    other = table["se"][table["op"].index("~")]
    assert abs(other / errors[0] - 1.0) > 0.02  # lavaan's of the chain


SLOPES: dict[str, tuple[str, dict[str, Any]]] = {
    "chain": (CHAIN, {}),
    "given": (CHAIN + "\nf ~ sex + age", {}),
    "groups": (CHAIN, {"group": "school", "group_equal": ["loadings", "thresholds"]}),
    "mixed": (CHAIN, {"ordered": MIXED}),
    "theta": (CHAIN, {"parameterization": "theta"}),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", list(SLOPES))
def test_moments_of_factors_follow_statistics_of_ordinal_items_as_refits_do(case: str) -> None:
    """Derivatives along a random direction of all statistics, beside both steps run again.

    Where the measurement models fit exactly: to first order derivatives are those, whatever fits.
    """
    text, options = SLOPES[case]
    data = reference_data("mixed_items" if case == "mixed" else "ordinal_three")
    found = quietly(
        ts.structural_after_measurement, text, data, **{"ordered": True, **options}
    ).estimation
    parts = model_parts(found.specification, None)
    size = found.specification.n_all_moments
    direction = np.random.default_rng(7).normal(size=size) * 3.0

    def steps_at(shift: float) -> MeasuredSteps:
        groups = []
        for sample, implied, places in zip(
            found.samples.groups, found.implied, found.specification.moment_places, strict=True
        ):
            moved = sample.statistics.at(implied.vector(True) + shift * direction[places])
            groups.append(_with_statistics(sample, moved))
        samples = replace(found.samples, groups=tuple(groups))
        return MeasuredSteps(
            replace(found, objective=replace(found.objective, samples=samples)), parts
        )

    def vector(shift: float) -> np.ndarray:
        pairs = [(one.mean, vech(one.covariance)) for one in steps_at(shift).moments]
        return np.concatenate([part for pair in pairs for part in pair])

    step, steps = 1e-4, steps_at(0.0)
    numerical = (vector(step) - vector(-step)) / (2.0 * step)
    slopes = steps.factor_slopes @ direction
    np.testing.assert_allclose(slopes, numerical, rtol=1e-4, atol=1e-4 * np.abs(slopes).max())


def _with_statistics(sample: Any, moved: Any) -> Any:
    """A sample with other statistics of its rows."""
    n, p = len(sample.names), moved.layout.n_variables
    if n == p:
        return replace(sample, statistics=moved, covariance=moved.covariance, mean=moved.mean)
    among, centre = sample.covariance[p:, p:], sample.mean[p:]
    covariance, mean = with_predictors(moved, among, centre)
    return replace(sample, statistics=moved, covariance=covariance, mean=mean)


def test_a_wrong_structure_moves_no_loading() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    found, right = fitted("chain_local"), fitted("factors")
    loadings = [name for name in found.coef.index if "=~" in name]
    np.testing.assert_allclose(found.coef[loadings], right.coef[loadings], rtol=1e-8)
    whole, free = ts.sem(CHAIN, pupils).coef, ts.sem(WITNESS["factors"]["text"], pupils).coef
    assert abs(whole[loadings] / free[loadings] - 1.0).max() > 0.01


def test_factors_that_share_items_residuals_or_labels_are_one_block() -> None:
    pupils = reference_data("HolzingerSwineford1939")

    def blocks(text: str, **options: Any) -> list[str]:
        return list(ts.structural_after_measurement(text, pupils, **options).measurement)

    base = PUPILS + "h =~ x7 + x8 + x9\n"
    assert blocks(base) == ["f", "g", "h"]
    assert blocks(base + "f =~ x9") == ["f, h", "g"]
    assert blocks(base + "x1 ~~ x4") == ["f, g", "h"]
    assert blocks("f =~ x1 + a*x2\ng =~ x4 + x5 + x6\nh =~ x7 + a*x8 + x9") == ["f, h", "g"]
    assert blocks(base, blocks=["f", ["g", "h"]]) == ["f", "g, h"]


def test_moments_give_what_rows_give() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    items = [f"x{place}" for place in range(1, 10)]
    moments = ts.SampleMoments(pupils[items].cov(), None, len(pupils))
    found = ts.structural_after_measurement(CHAIN, moments)
    np.testing.assert_allclose(found.coef, fitted("chain_local").coef, rtol=1e-7)


def test_the_order_of_factors_does_not_matter() -> None:
    pupils = reference_data("HolzingerSwineford1939")
    turned = "\n".join(reversed(CHAIN.splitlines()))
    found = ts.structural_after_measurement(turned, pupils)
    known = fitted("chain_local")
    np.testing.assert_allclose(found.coef[known.coef.index], known.coef, rtol=1e-6)
    names = known.vcov.columns
    np.testing.assert_allclose(found.vcov.loc[names, names], known.vcov, rtol=1e-4, atol=1e-9)


def test_what_is_shown() -> None:
    found = fitted("democracy_local")
    assert found.estimates.loc["ind60 =~ x2", "step"] == "measurement"
    assert found.estimates.loc["dem65 ~ dem60", "step"] == "structure"
    assert list(found.measurement_fits.index) == ["ind60", "dem60, dem65"]
    assert found.measurement_fits.loc["dem60, dem65", "df"] == 13
    assert found.structural is not None
    assert "takes as observed" in found.structural.notes[0]
    assert not any("takes as observed" in note for note in found.notes)
    for text in (repr(found), found._repr_html_()):
        assert "dem65 ~ dem60" in text
        assert "Measurement" in text
    assert found.standardized().loc["dem65 ~ dem60", "estimate"] == pytest.approx(0.87, abs=0.03)
    none = ts.structural_after_measurement(
        CHAIN, reference_data("HolzingerSwineford1939"), se="none"
    )
    assert none.estimates.loc["h ~ g", "se"] != none.estimates.loc["h ~ g", "se"]


FACTORS = WITNESS["factors"]["text"]
LEVELS = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nk =~ x1 + x2 + x3"
PAIR = "f =~ x1 + x2\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nh ~ g + f\ng ~~ f"
ACROSS = "f =~ x1 + a*x2 + x3\ng =~ x4 + x5 + x6\ng ~ a*f"
ABOVE = "f =~ x1 + a*x2 + x3\ng =~ x4 + x5 + x6\ng ~ f\na > 0"
REFUSED: dict[str, tuple[str, dict[str, Any], type[ts.TpnSemError], str]] = {
    "link": (CHAIN, {"ordered": True, "link": "logit"}, NotEstimatedError, "has no link="),
    "strata": (CHAIN, {"cluster": "agemo", "strata": "school"}, OptionError, "has no strata="),
    "std_lv": (CHAIN, {"std_lv": True}, OptionError, "has no std_lv="),
    "errors": (CHAIN, {"se": "robust_huber_white"}, OptionError, "errors of its own"),
    "unknown": (CHAIN, {"blok": 1}, OptionError, "unknown option 'blok'"),
    "missing": (CHAIN, {"missing": "two_stage"}, OptionError, "missing='two_stage'"),
    "information": (CHAIN, {"information": "first_order"}, OptionError, "information="),
    "means": (
        CHAIN,
        {"group": "school", "group_equal": ["loadings", "intercepts", "means"]},
        OptionError,
        "group_equal='means'",
    ),
    "estimator": (CHAIN, {"estimator": "MLR"}, OptionError, "without ordered=, not 'MLR'"),
    "ordinal estimator": (
        CHAIN,
        {"ordered": True, "estimator": "ML"},
        OptionError,
        "with ordered=, not 'ML'",
    ),
    "method": (CHAIN, {"method": "fsr"}, OptionError, "method='fsr'"),
    "blocks": (CHAIN, {"blocks": ["k"]}, OptionError, "names 'k'"),
    "blocks in words": (CHAIN, {"blocks": "f"}, OptionError, "blocks="),
    "factor twice": (CHAIN, {"blocks": [["f"], ["f"]]}, OptionError, "names 'f' twice"),
    "factor in two": (CHAIN, {"blocks": [["f", "g"], ["g", "h"]]}, OptionError, "names 'g' twice"),
    "factor in one": (CHAIN, {"blocks": [["f", "f"]]}, OptionError, "names 'f' twice"),
    "no block": (CHAIN, {"blocks": [[]]}, OptionError, "empty block"),
    "item in block": (CHAIN, {"blocks": [["f", "x1"]]}, OptionError, "Factors are f, g, h"),
    "no factor": ("x1 ~ x2", {}, ModelError, "needs factors"),
    "second order": (FACTORS + "\ntop =~ f + g + h", {}, ModelError, "factors of observed items"),
    "item explains": (CHAIN + "\nageyr ~ x1", {}, ModelError, "keeps items out"),
    "item explained": (CHAIN + "\nx1 ~ ageyr", {}, ModelError, "keeps items out"),
    "no unit": ("f =~ NA*x1 + x2 + x3\nf ~~ 1*f\nageyr ~ f", {}, ModelError, "fixed loading"),
    "across steps": (ACROSS, {}, ModelError, "different steps"),
    "inequality": (ABOVE, {}, ModelError, "linear '=='"),
    "products": (CHAIN + "\nh ~ f:g", {}, NotEstimatedError, "products"),
    "levels": (LEVELS, {}, NotAvailableError, "level"),
    "global means": (
        CHAIN + "\nh ~ ageyr",
        {"method": "global", "mean_structure": True},
        NotEstimatedError,
        "intercepts of items",
    ),
    "two items": (PAIR, {}, IdentificationError, "measurement model of f cannot stand alone"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", list(REFUSED))
def test_what_is_not_had_is_refused_by_name(case: str) -> None:
    text, options, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words.replace("(", r"\(")):
        ts.structural_after_measurement(text, reference_data("HolzingerSwineford1939"), **options)


def test_global_has_no_test_of_the_structure() -> None:
    with pytest.raises(ts.TpnSemError, match="method='local'"):
        _ = fitted("chain_global").measures


def test_a_negative_variance_is_said() -> None:
    rows = reference_data("PoliticalDemocracy").iloc[:40]
    text = "dem60 =~ y1 + y2 + y3 + y4\nind60 =~ x1 + x2 + x3\ndem60 ~ ind60"
    with pytest.warns(ts.TpnSemWarning, match="measurement of ind60: negative variance"):
        found = ts.structural_after_measurement(text, rows)
    assert any("measurement of ind60" in note for note in found.notes)


def test_the_corrected_test_is_chi_square_where_nothing_is_measured_with_error() -> None:
    """Single items without error are their factors: the structure's own test, exactly."""
    text = "f =~ x1\ng =~ x4\nh =~ x7\ng ~ f\nh ~ g"
    found = ts.structural_after_measurement(text, reference_data("HolzingerSwineford1939"))
    assert found.test is not None
    pupils = reference_data("HolzingerSwineford1939")
    path = ts.sem("x4 ~ x1\nx7 ~ x4", pupils, fixed_x=False).estimation
    assert found.structural is not None
    assert found.structural.estimation.chi_square == pytest.approx(path.chi_square, rel=1e-8)
    assert found.test.scaling_factor == pytest.approx(_factor(path), rel=1e-6)


def _factor(path: Any) -> float:
    """The trace of U Gamma over df, with Gamma of normal data at the sample's moments."""
    jacobian, weight = moments.jacobian(path), moments.weight(path)
    inner = np.linalg.inv(jacobian.T @ weight @ jacobian)
    left = weight - weight @ jacobian @ inner @ jacobian.T @ weight
    return float((left * moments.normal_sample_spread(path)).sum()) / path.degrees_of_freedom


@pytest.mark.slow
def test_the_corrected_test_knows_that_moments_of_factors_are_estimates() -> None:
    """The factor beside that of numerical derivatives of refits to changed moments."""
    items = [f"x{place}" for place in range(1, 7)]
    text = PUPILS + "ageyr ~ g\nf ~~ g"
    pupils = reference_data("HolzingerSwineford1939")
    names = [*items, "ageyr"]
    covariance = pupils[names].cov().to_numpy() * 300 / 301

    def moments_of_factors(matrix: np.ndarray) -> tuple[np.ndarray, Any]:
        data = ts.SampleMoments(matrix * 301 / 300, None, 301, names=names)
        found = ts.structural_after_measurement(text, data)
        order = list(found.structural.estimation.specification.observed)
        return vech(found.latent_covariance.loc[order, order].to_numpy()), found

    _, found = moments_of_factors(covariance)
    rows, columns = half_indices(len(names))
    slopes, step = [], 1e-4
    for one, other in zip(rows, columns, strict=True):
        move = np.zeros_like(covariance)
        move[one, other] = move[other, one] = step
        ends = [moments_of_factors(covariance + sign * move)[0] for sign in (1.0, -1.0)]
        slopes.append((ends[0] - ends[1]) / (2.0 * step))
    along = np.array(slopes).T
    spread = along @ normal_theory_spread(covariance, False) @ along.T
    structure = found.structural.estimation
    jacobian, weight = moments.jacobian(structure), moments.weight(structure)
    inner = np.linalg.inv(jacobian.T @ weight @ jacobian)
    left = weight - weight @ jacobian @ inner @ jacobian.T @ weight
    factor = float((left * spread).sum()) / structure.degrees_of_freedom
    assert found.test.scaling_factor == pytest.approx(factor, rel=1e-4)


def test_where_there_is_no_corrected_test_it_says_why() -> None:
    for name, words in (
        ("factors", "no degrees of freedom"),
        ("gaps_local", "missing='fiml'"),
    ):
        test = fitted(name).test
        assert test is not None
        assert np.isnan(test.statistic)
        assert words in test.reason
        assert words in repr(fitted(name))
    assert fitted("chain_global").test is None


FAR: dict[str, dict[str, Any]] = {
    "normal": {},
    "drawn": {"fixed_x": False},
    "robust": {"se": "robust_sem"},
    "clusters": {"cluster": "agemo"},
    "gaps": {"missing": "fiml", "information": "expected"},
    "groups": {"group": "school"},
    "equal": EQUAL,
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", FAR)
def test_effects_do_not_hang_on_the_origin_of_a_predictor(case: str) -> None:
    """Moved by 1e7 deviations, moments of the data keep some nine digits of the predictor."""
    rows = reference_data("HolzingerSwineford1939")
    text = CHAIN + "\ng ~ a\nh ~ a"
    kept = []
    for added in (0.0, 2.0**23):
        data = rows.assign(a=rows["ageyr"] + added)
        found = quietly(
            ts.structural_after_measurement, text, data, mean_structure=True, **FAR[case]
        )
        table = found.estimates
        table = table[(table["op"] == "~") | (table["op"] == "=~")]
        kept.append((table[["estimate", "se"]].to_numpy(float), found.test.statistic))
    np.testing.assert_allclose(kept[1][0], kept[0][0], rtol=1e-5)
    assert kept[1][1] == pytest.approx(kept[0][1], rel=1e-5, nan_ok=True)


def test_observed_information_says_which_predictor_to_centre() -> None:
    rows = reference_data("HolzingerSwineford1939")
    data = rows.assign(a=rows["ageyr"] + 1e7)
    options = {"missing": "fiml", "information": "observed"}
    with pytest.raises(NotAvailableError, match=r"mean of 'a' is .* centre it"):
        quietly(ts.structural_after_measurement, EXPLAINED, data, **options)

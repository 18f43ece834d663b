"""Equations by model-implied instruments: lavaan's numbers, and laws that they obey."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data
from stepwise_cases import beside

import tpn_sem as ts
from tpn_sem.errors import (
    IdentificationError,
    ModelError,
    ModelSyntaxError,
    NotEstimatedError,
    OptionError,
)

WITNESS = json.loads((REFERENCE / "two_stage_least_squares.json").read_text(encoding="utf-8"))
OPTIONS: dict[str, dict[str, Any]] = {
    "democracy_delta": {"errors": "delta"},
    "chain_delta": {"errors": "delta"},
    "democracy_normal": {"likelihood": "normal"},
    "democracy_means": {"mean_structure": True, "marker_int_zero": True},
    "groups": {"group": "school", "marker_int_zero": True},
    "given": {"instruments": {"g": "x2"}},
    "ordinal": {"ordered": True},
    "ordinal_saturated": {"ordered": True},
    "ordinal_groups": {"ordered": True, "group": "school"},
    "ordinal_questions": {"ordered": [f"q{k}" for k in range(1, 10)]},
    "ordinal_five": {"ordered": [f"q{k}" for k in range(1, 10)]},
}
CHAIN = WITNESS["chain"]["text"]
PUPILS = "HolzingerSwineford1939"


@cache
def fitted(name: str) -> ts.TwoStageLeastSquares:
    case = WITNESS[name]
    return quietly(
        ts.two_stage_least_squares,
        case["text"],
        reference_data(case["data"]),
        **OPTIONS.get(name, {}),
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(WITNESS))
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """To what lavaan's second stage leaves open; errors of means differ by the order of 1 / n."""
    found = fitted(name)
    own, errors, values, theirs = beside(found.estimation, WITNESS[name]["estimates"])
    np.testing.assert_allclose(own, values, rtol=1e-5, atol=2e-6)
    is_mean = np.array(["~1" in one for one in found.coef.index])
    np.testing.assert_allclose(errors[~is_mean], theirs[~is_mean], rtol=1e-5)
    n = min(sample.size for sample in found.estimation.samples.groups)
    np.testing.assert_allclose(errors[is_mean], theirs[is_mean], rtol=1.0 / n)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(WITNESS))
def test_coefficients_are_lavaans_to_rounding(name: str) -> None:
    found = fitted(name)
    own, _, values, _ = beside(found.estimation, WITNESS[name]["estimates"])
    is_path = np.array([row.operator in ("=~", "~") for row in _rows(found)])
    exact = 1e-6 if name.startswith("ordinal") else 1e-10  # as polychoric correlations are
    np.testing.assert_allclose(own[is_path], values[is_path], rtol=exact, atol=1e-7)


def _rows(found: ts.TwoStageLeastSquares) -> Any:
    return found.estimation.specification.table.free_rows


def test_errors_of_ordinal_items_are_robust_ones() -> None:
    with pytest.raises(OptionError, match="se='standard'"):
        quietly(
            ts.two_stage_least_squares,
            CHAIN,
            reference_data("ordinal_three"),
            ordered=True,
            se="standard",
        )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(WITNESS))
def test_instruments_and_sargans_tests_are_lavaans(name: str) -> None:
    table, compared = fitted(name).equations, 0
    exact = 1e-5 if name.startswith("ordinal") else 1e-8  # as polychoric correlations are
    for label, equations, tests in zip(
        table["group"].unique(), WITNESS[name]["equations"], WITNESS[name]["tests"], strict=True
    ):
        own = table[table["group"] == label].set_index("variable")
        for variable, kind, names in zip(
            equations["lhs"], equations["type"], equations["instruments"], strict=True
        ):
            if kind != "ols" and variable in own.index and names != "1":
                assert set(own.loc[variable, "instruments"].split(", ")) == set(names.split(", "))
                compared += 1
        kind = "browne" if name.startswith("ordinal") else "sargan"
        columns = (tests.get(part, []) for part in ("lhs", "df", f"{kind}.stat", f"{kind}.pval"))
        for variable, df, statistic, p_value in zip(*columns, strict=True):
            if variable in own.index and df:
                assert own.loc[variable, "df"] == df
                assert own.loc[variable, "chisq"] == pytest.approx(statistic, rel=exact)
                assert own.loc[variable, "p_value"] == pytest.approx(p_value, rel=10.0 * exact)
                compared += 1
    assert compared or name in ("paths", "loop")


def test_regressions_of_observed_variables_are_those_of_least_squares() -> None:
    rows = reference_data(PUPILS)
    found = ts.two_stage_least_squares("x1 ~ x4 + x5", rows).estimates
    design = np.column_stack([np.ones(len(rows)), rows[["x4", "x5"]]])
    slopes = np.linalg.lstsq(design, rows["x1"].to_numpy(), rcond=None)[0]
    left = rows["x1"] - design @ slopes
    spread = np.linalg.inv(design.T @ design) * (left @ left) / (len(rows) - 3)
    assert found.loc["x1 ~ x4", "estimate"] == pytest.approx(slopes[1], rel=1e-10)
    assert found.loc["x1 ~ x4", "se"] == pytest.approx(np.sqrt(spread[1, 1]), rel=1e-10)


def test_robust_errors_of_a_regression_are_whites() -> None:
    """Huber-White's (HC0), and by C clusters the sums of their scores, times C / (C - 1)."""
    rows = reference_data(PUPILS)
    design = np.column_stack([np.ones(len(rows)), rows[["x4", "x5"]]])
    slopes = np.linalg.lstsq(design, rows["x1"].to_numpy(), rcond=None)[0]
    pulls = design * (rows["x1"] - design @ slopes).to_numpy()[:, None]
    bread = np.linalg.inv(design.T @ design)
    summed = np.array([pulls[rows["agemo"] == month].sum(axis=0) for month in set(rows["agemo"])])
    summed *= (len(summed) / (len(summed) - 1.0)) ** 0.5
    for options, scores in (({"se": "robust_sem"}, pulls), ({"cluster": "agemo"}, summed)):
        found = quietly(
            ts.two_stage_least_squares, "x1 ~ x4 + x5", rows, likelihood="normal", **options
        )
        expected = np.sqrt(np.diag(bread @ scores.T @ scores @ bread))[1:]
        errors = found.estimates.query("op == '~'")["se"].to_numpy()
        np.testing.assert_allclose(errors, expected, rtol=1e-8)


def test_the_robust_test_is_hansens() -> None:
    """Browne's statistic of one equation: the least GMM distance with the residuals' own weight."""
    rows = reference_data(PUPILS)
    found = ts.two_stage_least_squares(
        CHAIN, rows, se="robust_sem", likelihood="normal", instruments={"g": ["x2", "x3"]}
    )
    row = found.equations.set_index("variable").loc["g"]
    centred = rows[["x1", "x2", "x3", "x4"]] - rows[["x1", "x2", "x3", "x4"]].mean()
    disturbance = centred["x4"] - found.coef["g~f"] * centred["x1"]
    moments = centred[["x2", "x3"]].mul(disturbance, axis=0).to_numpy()
    weight = np.linalg.inv(np.cov(moments.T, ddof=0))
    across = centred[["x2", "x3"]].mul(centred["x1"], axis=0).mean().to_numpy()
    step = (across @ weight @ moments.mean(axis=0)) / (across @ weight @ across)
    left = moments.mean(axis=0) - across * step
    assert row["chisq"] == pytest.approx(len(rows) * left @ weight @ left, rel=1e-8)


def test_tests_do_not_hang_on_whether_errors_are_asked_for() -> None:
    rows = reference_data("ordinal_three")
    tests = [
        quietly(ts.two_stage_least_squares, CHAIN, rows, ordered=True, **options).equations
        for options in ({}, {"se": "none"})
    ]
    assert tests[0]["p_value"].notna().any()
    pd.testing.assert_frame_equal(*tests, rtol=1e-9)


def test_few_clusters_leave_equations_without_a_test() -> None:
    rows = reference_data(PUPILS).assign(school=np.arange(301) % 3)
    found = quietly(ts.two_stage_least_squares, CHAIN, rows, cluster="school").equations
    assert found.query("df > 2")["p_value"].isna().all()
    assert np.isfinite(found["p_value"]).sum() == (found["df"] > 0).sum() - (found["df"] > 2).sum()


def test_defined_parameters_have_robust_errors() -> None:
    text = "x1 ~ a*x4 + b*x5\nab := a*b"
    found = ts.two_stage_least_squares(text, reference_data(PUPILS), se="robust_sem")
    row = found.estimates.loc["ab"]
    a, b = found.coef["a"], found.coef["b"]
    slopes = np.array([b, a])
    expected = slopes @ found.vcov.loc[["a", "b"], ["a", "b"]].to_numpy() @ slopes
    assert row["se"] == pytest.approx(np.sqrt(expected), rel=1e-8)


def test_pairs_of_ordinal_answers_are_heeded() -> None:
    """What lavaan reads and leaves undone: it takes complete rows."""
    rows = reference_data("ordinal_five_missing")
    options = {"ordered": [f"q{place}" for place in range(1, 10)]}
    text = WITNESS["ordinal_five"]["text"]
    found = quietly(ts.two_stage_least_squares, text, rows, missing="pairwise", **options)
    whole = quietly(ts.sem, text, rows, missing="pairwise", **options)
    cuts = [name for name in found.coef.index if "|" in name]
    np.testing.assert_allclose(found.coef[cuts], whole.coef[cuts], rtol=1e-3, atol=1e-3)
    assert found.n_observations > len(rows.dropna())


def test_local_fit_has_the_same_equations() -> None:
    rows = reference_data("PoliticalDemocracy")
    text = WITNESS["democracy"]["text"]
    local = ts.local_fit(ts.sem(text, rows)).equations.set_index("variable")
    own = fitted("democracy").equations.set_index("variable")
    assert set(own.index) == set(local.index)
    for variable, row in own.iterrows():
        assert row["instruments"] == local.loc[variable, "instruments"]
        assert row["first_stage_f"] == pytest.approx(local.loc[variable, "first_stage_f"])
        count = len(row["predictors"].split(", ")) + 1
        scaled = row["chisq"] * 75 / (75 - count)
        assert scaled == pytest.approx(local.loc[variable, "chisq"], rel=1e-8)


def test_a_wrong_equation_moves_only_those_that_lean_on_it() -> None:
    """A residual covariance that is left out: other loadings keep theirs where instruments do."""
    rows = reference_data(PUPILS)
    text = CHAIN + "\nx8 ~~ x9"
    right, wrong = (ts.two_stage_least_squares(one, rows).coef for one in (text, CHAIN))
    assert wrong["f=~x2"] == pytest.approx(right["f=~x2"], rel=1e-10)
    assert abs(wrong["h=~x8"] / right["h=~x8"] - 1.0) > 0.01
    full = ts.sem(CHAIN, rows).coef["f=~x2"] / ts.sem(text, rows).coef["f=~x2"]
    assert abs(full - 1.0) > 1e-5


def test_errors_by_the_delta_method_hold_defined_parameters() -> None:
    rows = reference_data(PUPILS)
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ng ~ a*f\nh ~ b*g\nab := a*b"
    with pytest.raises(OptionError, match="errors='delta'"):
        ts.two_stage_least_squares(text, rows)
    found = ts.two_stage_least_squares(text, rows, errors="delta")
    a, b = found.coef["a"], found.coef["b"]
    spread = found.vcov.loc[["a", "b"], ["a", "b"]].to_numpy()
    error = np.sqrt(np.array([b, a]) @ spread @ np.array([b, a]))
    assert found.estimates.loc["ab", "estimate"] == pytest.approx(a * b)
    assert found.estimates.loc["ab", "se"] == pytest.approx(error)
    assert abs(spread[0, 1]) > 0.0


@pytest.mark.slow
def test_errors_by_the_delta_method_are_those_of_numerical_derivatives() -> None:
    """Where the model holds exactly the weight at the end does not matter."""
    names = [f"x{place}" for place in range(1, 7)]
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"
    implied = ts.sem(text, reference_data(PUPILS)).implied.to_numpy()

    def coefficients(matrix: np.ndarray) -> np.ndarray:
        moments = ts.SampleMoments(matrix, None, 300, names=names)
        return ts.two_stage_least_squares(text, moments, errors="delta").coef.to_numpy()

    moments = ts.SampleMoments(implied, None, 300, names=names)
    found = ts.two_stage_least_squares(text, moments, errors="delta")
    rows, columns = np.tril_indices(6)
    slopes, step = [], 1e-5
    for one, other in zip(rows, columns, strict=True):
        move = np.zeros((6, 6))
        move[one, other] = move[other, one] = step
        slopes.append((coefficients(implied + move) - coefficients(implied - move)) / (2 * step))
    jacobian = np.array(slopes).T
    a, b = implied[np.ix_(rows, rows)], implied[np.ix_(columns, columns)]
    c, d = implied[np.ix_(rows, columns)], implied[np.ix_(columns, rows)]
    spread = jacobian @ (a * b + c * d) @ jacobian.T / 300
    np.testing.assert_allclose(found.vcov, spread, rtol=1e-4, atol=1e-8)


def test_instruments_of_ones_own() -> None:
    rows = reference_data(PUPILS)
    found = quietly(
        ts.two_stage_least_squares,
        CHAIN,
        rows,
        instruments={"g": ["x1", "x2", "x1"], "h": ["x3", "x6"]},
    )
    table = found.equations.set_index("variable")
    assert table.loc["g", "instruments"] == "x1, x2"
    assert list(table.loc[["g", "h", "x2"], "chosen"]) == ["given", "given", "model"]
    assert any("does not imply that x1 can be" in note for note in found.notes)


@pytest.mark.parametrize("line", ["x4 |~ x2", "g |~ x2", "`g` |~ x2 +\n x2"])
def test_instruments_in_the_text_are_those_of_the_call(line: str) -> None:
    """By the factor's name or, as in lavaan, its scaling indicator's."""
    pupils = reference_data("HolzingerSwineford1939")
    found = quietly(ts.two_stage_least_squares, f"{CHAIN}\n{line}", pupils)
    known = fitted("given")
    np.testing.assert_allclose(found.coef, known.coef, rtol=1e-10)
    assert found.equations.set_index("variable").loc["g", "chosen"] == "given"


NEW_LINE = "\n"
BAD_LINES: dict[str, tuple[str, dict[str, Any], type[ts.TpnSemError], str]] = {
    "modifier": ("x4 |~ a*x2", {}, ModelSyntaxError, "instruments have no modifiers"),
    "two": ("x4 + x5 |~ x1", {}, ModelSyntaxError, "two equations"),
    "none": ("x4 |~", {}, ModelSyntaxError, "expected a variable name"),
    "block": ("group: 1\nx4 |~ x2", {}, ModelSyntaxError, "group: block"),
    "twice": ("x4 |~ x2", {"instruments": {"x4": "x3"}}, ModelError, "stand in instruments=, too"),
    "two names": ("x4 |~ x2", {"instruments": {"g": "x3"}}, ModelError, "is one equation"),
    "two lines": (
        "x5 |~ x6; g |~ x2; x4 |~ x3",
        {},
        ModelError,
        "column 20: instruments are given",
    ),
    "no equation": ("x1 |~ x2", {}, ModelError, "column 1: 'x1' has no equation"),
    "unknown": ("g |~ x2\ng |~ x3 + zz", {}, ModelError, "column 11: 'zz' is no observed variable"),
    "factor": ("g |~ f", {}, ModelError, "column 6: 'f' is a factor"),
    "outcome": ("g |~ x2 + x4", {}, ModelError, "column 11: 'x4' is the outcome itself"),
}


@pytest.mark.parametrize("case", list(BAD_LINES))
def test_bad_lines_of_instruments_are_refused(case: str) -> None:
    line, options, kind, words = BAD_LINES[case]
    pupils = reference_data("HolzingerSwineford1939")
    text = f"{CHAIN}\n{line}"
    with pytest.raises(kind, match=words) as refusal:
        ts.two_stage_least_squares(text, pupils, **options)
    assert f"line {text.count(NEW_LINE) + 1}, column" in str(refusal.value)


@pytest.mark.parametrize("function", [ts.sem, ts.structural_after_measurement])
def test_instruments_belong_to_equations(function: Any) -> None:
    with pytest.raises(NotEstimatedError, match="two_stage_least_squares"):
        function(f"{CHAIN}\nx4 |~ x2", reference_data("HolzingerSwineford1939"))


def test_weak_instruments_are_said() -> None:
    assert any("weak" in note and "x8" in note for note in fitted("chain").notes)
    assert not any("weak" in note for note in fitted("democracy").notes)


def test_what_is_shown() -> None:
    found = fitted("democracy")
    assert found.estimates.loc["dem65 ~ dem60", "step"] == "equations"
    assert found.estimates.loc["y1 ~~ y5", "step"] == "variances"
    for text in (repr(found), found._repr_html_()):
        assert "x2, x3" in text
        assert "dem65 ~ dem60" in text
    assert "Pasteur" in repr(fitted("groups"))
    none = quietly(ts.two_stage_least_squares, CHAIN, reference_data(PUPILS), se="none")
    assert np.isnan(none.estimates.loc["h ~ g", "se"])
    tests = fitted("chain").equations
    least, count = tests["p_value"].min(), tests["p_value"].notna().sum()
    assert tests["p_adjusted"].min() == pytest.approx(count * least)


REFUSED: dict[str, tuple[str, dict[str, Any], type[ts.TpnSemError], str]] = {
    "link": (CHAIN, {"ordered": True, "link": "logit"}, NotEstimatedError, "has no link="),
    "missing": (CHAIN, {"missing": "fiml"}, OptionError, "missing='fiml'"),
    "pairs": (CHAIN, {"missing": "pairwise"}, OptionError, "is for ordinal items"),
    "std_lv": (CHAIN, {"std_lv": True}, OptionError, "has no std_lv="),
    "delta of robust errors": (
        CHAIN,
        {"se": "robust_sem", "errors": "delta"},
        OptionError,
        "errors='delta' is without effect",
    ),
    "no divisor": (
        CHAIN,
        {"ordered": True, "likelihood": "normal"},
        OptionError,
        "likelihood= is without effect",
    ),
    "errors": (CHAIN, {"errors": "gamma"}, OptionError, "errors='gamma'"),
    "free marker": ("f =~ NA*x1 + x2 + x3\nf ~~ 1*f", {}, ModelError, "scaling indicators"),
    "labels": ("f =~ x1 + a*x2 + a*x3 + x4", {}, ModelError, "labels"),
    "few": (
        "f =~ x1 + x2 + x3 + x4\nx2 ~~ x3 + x4",
        {},
        IdentificationError,
        r"the equation x2 ~ f is not identified: its instruments \(none\)",
    ),
    "no scaling": (
        "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6 + 0.3*x1 + 0.3*x2 + 0.3*x3",
        {},
        IdentificationError,
        "no item is explained by f alone",
    ),
    "unknown equation": (
        CHAIN,
        {"instruments": {"x1": ["x4"]}},
        OptionError,
        "'x1' has no equation",
    ),
    "unknown instrument": (CHAIN, {"instruments": {"g": ["ageyr"]}}, OptionError, "'ageyr' is no"),
    "the outcome": (CHAIN, {"instruments": {"g": ["x4"]}}, OptionError, "the outcome itself"),
    "too few given": (
        "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nh ~ f + g\nf ~~ g",
        {"instruments": {"h": ["x2"]}},
        IdentificationError,
        "the equation h ~ f + g is not identified: its instruments",
    ),
    "no coefficients": ("x1 ~~ x2", {}, ModelError, "needs loadings"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", list(REFUSED))
def test_what_is_not_had_is_refused_by_name(case: str) -> None:
    text, options, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words.replace("+", r"\+")):
        ts.two_stage_least_squares(text, reference_data(PUPILS), **options)


def test_a_loop_leaves_exogenous_variables_to_their_own_equations() -> None:
    """The inverse that loops need has rounding where nothing leads from one to the other."""
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~ g + ageyr\ng ~ f + sex\nf ~~ g"
    found = quietly(ts.two_stage_least_squares, text, reference_data(PUPILS))
    table = found.equations.set_index("variable")
    for variable in ("f", "g", "x2"):
        assert {"ageyr", "sex"} <= set(table.loc[variable, "instruments"].split(", "))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("errors", ["equation", "delta"])
@pytest.mark.parametrize("unit", [3e7, 1e-8])
def test_units_do_not_identify_an_equation(unit: float, errors: str) -> None:
    """One predictor of two in other units: the same z and tests."""
    text, rows = WITNESS["democracy"]["text"], reference_data("PoliticalDemocracy")
    wide = rows.assign(**{name: rows[name] * unit for name in ("x1", "x2", "x3")})
    found, known = (
        quietly(ts.two_stage_least_squares, text, one, errors=errors, mean_structure=True)
        for one in (wide, rows)
    )
    for name in ("dem65 ~ ind60", "dem65 ~ dem60", "dem60 ~ ind60", "ind60 =~ x2", "y1 ~1"):
        for column in ("z", "se"):
            power = {"dem65 ~ ind60": -1, "dem60 ~ ind60": -1}.get(name, 0) * (column == "se")
            here, there = (one.estimates.loc[name, column] for one in (found, known))
            assert here == pytest.approx(there * unit**power, rel=1e-6), (name, column)
    for column in ("chisq", "first_stage_f"):
        np.testing.assert_allclose(found.equations[column], known.equations[column], rtol=1e-8)
    tests = (quietly(ts.local_fit, quietly(ts.sem, text, one)) for one in (wide, rows))
    here, there = (one.equations["chisq"] for one in tests)
    np.testing.assert_allclose(here, there, rtol=1e-5)

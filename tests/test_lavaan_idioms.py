"""What people type who come from lavaan: idioms work as in lavaan 0.7-2, or are refused by name."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import (
    ModelError,
    ModelSyntaxError,
    NotEstimatedError,
    OptionError,
    TpnSemError,
)

REFERENCE = Path(__file__).parent / "reference"
CASES: dict[str, Any] = json.loads((REFERENCE / "idioms.json").read_text())["cases"]
PUPILS = datasets.holzinger_swineford_1939()
ITEMS = [f"x{k}" for k in range(1, 10)]
ORDINAL = PUPILS.assign(
    **{name: pd.cut(PUPILS[name], 3, labels=False) + 1 for name in ITEMS}  # lavaan's cut
)
NEAR = 5e-5  # where lavaan's optimiser stops
FOUR = "f =~ x1 + x2 + x3 + x4"
LABELLED = "f =~ x1 + a*x2 + b*x3 + x4"


def fitted(model: Any, data: pd.DataFrame = PUPILS, **options: Any) -> ts.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return ts.sem(model, data, **options)


def options_of(case: dict[str, Any]) -> dict[str, Any]:
    written = dict(case["options"] or {})  # an empty list where there are none
    if "ridge.constant" in written:
        written["ridge"] = written.pop("ridge.constant")
    return {name.replace(".", "_"): value for name, value in written.items()}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", CASES)
def test_idioms_give_lavaans_numbers(name: str) -> None:
    case = CASES[name]
    fit = fitted(case["model"], ORDINAL if case["ordinal"] else PUPILS, **options_of(case))
    assert fit.converged
    assert fit.measures["df"] == case["df"]
    assert fit.measures["chisq"] == pytest.approx(case["chisq"], rel=1e-5, abs=1e-6)
    if name == "forward_definition":  # lavaan prints the two values in each other's places
        assert dict(zip(fit.estimates["lhs"], fit.estimates["estimate"], strict=True))["m"] == (
            pytest.approx(2 * fit.coef["a"] * fit.coef["b"])
        )
        return
    ours = fit.estimates.set_index(["lhs", "op", "rhs"])
    places = {label: k for k, label in enumerate(fit.group_labels or [""], 1)}
    keyed = {(*index, places.get(row["group"], 1)): row for index, row in ours.iterrows()}
    compared = 0
    for lhs, op, rhs, group, estimate, se in zip(
        *(case[part] for part in ("lhs", "op", "rhs", "group", "est", "se")), strict=True
    ):
        if op == "=~" and lhs == rhs:  # lavaan's row of a phantom
            continue
        found = _row(keyed, lhs, op, rhs, max(group, 1))
        if found is None:
            assert op in ("~1", "~*~"), (lhs, op, rhs)  # fixed at what nobody wrote
            continue
        compared += 1
        assert found["estimate"] == pytest.approx(estimate, rel=NEAR, abs=NEAR / 10), (lhs, op, rhs)
        if found["se"] == found["se"] and se is not None:
            assert found["se"] == pytest.approx(se, rel=NEAR, abs=NEAR / 10), (lhs, op, rhs)
    assert compared >= case["npar"]


def _row(keyed: dict[Any, Any], lhs: str, op: str, rhs: str, group: int) -> Any:
    if op == ":=":
        return next(row for key, row in keyed.items() if key[:2] == (lhs, op))
    return keyed.get((lhs, op, rhs, group), keyed.get((rhs, op, lhs, group)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("f =~ pi*x1 + x2 + x3", "f =~ 3.141592653589793*x1 + x2 + x3"),
        ("f =~ 1L*x1 + 2L*x2 + x3", "f =~ 1*x1 + 2*x2 + x3"),
        ("f =~ x1 + x2 + x3 +", "f =~ x1 + x2 + x3"),
        ("f =~ x1 + x2 +\n\n+ x3\nx1 ~~ x2", "f =~ x1 + x2 + x3; x1 ~~ x2"),
        ("f =~ as.numeric('NA')*x1 + x2 + x3; f ~~ 1*f", "f =~ NA*x1 + x2 + x3; f ~~ 1*f"),
        ("d := a*pi + pmax(a, b)", "d := a*3.141592653589793 + max(a, b)"),
    ],
)
def test_ways_of_writing_are_read_as_r_reads_them(text: str, meant: str) -> None:
    labelled = "\nx4 =~ a*x5 + b*x6 + x7\n" if ":=" in text else "\n"
    one, two = (ts.Model(labelled + part).parameter_table() for part in (text, meant))
    pd.testing.assert_frame_equal(one, two)


def test_a_value_is_repeated_for_groups() -> None:
    table = ts.Model("f =~ rep(1, 2)*x1 + rep(NA, 2)*x2 + x3").parameter_table(groups=2)
    loadings = table.query("op == '=~'").set_index("rhs")
    assert (loadings.loc["x1", "fixed"] == 1.0).all()
    assert (loadings.loc["x2", "free"] > 0).all()
    with pytest.raises(ModelSyntaxError, match="how often"):
        ts.Model("f =~ rep(1)*x1 + x2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("f =~ TRUE*x1 + x2 + x3", "'TRUE' is a reserved word of R"),
        ("f =~ NA_real_*x1 + x2 + x3", "write NA"),
        ("d := a > b", "ifelse\\(a > b, 1, 0\\)"),
        ("d := (a > b)*a", "ifelse\\(a > b, 1, 0\\)"),
        ("d := round(a, 2)", "no derivative"),
        ("d := sd(a)", "no column of data"),
        ("d := if (a > b) a else b", "ifelse\\(a > b, a, b\\) chooses"),
        ("d := a %% b", "no operators here"),
        ("d := pchisq(a, 1)", "known: exp, log"),
    ],
)
def test_what_r_knows_and_a_model_does_not_is_said_by_name(text: str, says: str) -> None:
    with pytest.raises(ModelSyntaxError, match=says):
        ts.Model("f =~ x1 + a*x2 + b*x3\n" + text)


@pytest.mark.parametrize("blank", ["\ufeff", " \n\n\t", "\u00a0", "\u200b\u2003", "\r\n"])
def test_blanks_and_marks_at_the_start_are_no_part_of_a_text(blank: str) -> None:
    assert ts.Model(blank + FOUR).parameter_table().equals(ts.Model(FOUR).parameter_table())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("junk line here\n" + FOUR, "no operator in this statement"),
        ("visual\n" + FOUR, "no operator in this statement"),
        ("1\n" + FOUR, "no operator in this statement"),
        ("%%%\n" + FOUR, "unexpected character '%'"),
        ("model <- '\n" + FOUR + "'", "unknown operator '<-'"),
    ],
)
def test_lines_before_the_model_are_refused_where_they_stand(text: str, says: str) -> None:
    with pytest.raises(ModelSyntaxError, match=says) as caught:
        ts.Model(text)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        (LABELLED + "\nv := c(a, b)", ModelSyntaxError, r"c\(\) makes a vector"),
        (LABELLED + "\nm := a\na2 := m2\nm2 := a2", ModelError, "used before it is defined"),
        (LABELLED + "\n.p99. == 1", ModelError, "no parameter has the label '.p99.'"),
        ("f =~ x1 + prior('dnorm(0,1)')*x2 + x3", NotEstimatedError, r"prior\(\)"),
        ("f =~ x1 + x2 + x3\nx4 |~ x1", NotEstimatedError, "instruments"),
        (LABELLED + "\na :~ a0 + a1*z", NotEstimatedError, "follow the data of each row"),
        ("f =~ x1 + as.numeric(a)*x2 + x3", ModelSyntaxError, "takes one number"),
        (LABELLED + "\nm := ifelse(a, b)", ModelSyntaxError, r"ifelse\(\) takes a condition"),
    ],
)
def test_what_is_not_had_is_refused_by_its_name(text: str, kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        ts.Model(text).fit(PUPILS)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "option",
    [
        *(
            "optim_method",
            "optim_force_converged",
            "optim_dx_tol",
            "optim_fix_saturated",
            "control",
        ),
        *("group_w_free", "ceq_simple", "rescale_data", "aux"),
        *(
            "sample_cov",
            "sample_nobs",
            "wls_v",
            "nacov",
            "parser",
            "verbose",
            "check_post",
        ),
        *(
            "se_def",
            "monte_carlo",
            "integration_ngh",
            "iseed",
            "ncpus",
            "estimator_args",
            "baseline",
        ),
    ],
)
def test_options_that_are_lavaans_only_are_refused_by_their_own_name(option: str) -> None:
    with pytest.raises((OptionError, NotEstimatedError)) as caught:
        fitted(FOUR, **{option: True})
    assert str(caught.value).startswith(f"{option}=")
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("std.lv", "std_lv"), ("stdlv", "std_lv"), ("estimatr", "estimator"), ("mimick", "mimic")],
)
def test_hints_name_the_right_option(wrong: str, right: str) -> None:
    with pytest.raises(OptionError, match=f"did you mean '{right}'"):
        fitted(FOUR, **{wrong: True})


def test_no_hint_where_nothing_is_near() -> None:
    with pytest.raises(OptionError, match=r"docs/options\.md lists them all"):
        fitted(FOUR, foo=1)


@pytest.mark.parametrize("name", ["IV", "JS", "MGM", "RBM", "catML", "reml", "NTRLS"])
def test_other_estimators_are_refused_with_what_to_take(name: str) -> None:
    with pytest.raises(NotEstimatedError, match="take") as caught:
        fitted(FOUR, estimator=name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ("options", "same"),
    [
        ({"estimator": "Mlr"}, {"estimator": "MLR"}),
        ({"se": "robust.sem"}, {"se": "robust_sem"}),
        ({"se": "Robust-Huber-White"}, {"se": "robust_huber_white"}),
        ({"test": "yuan.bentler.mplus"}, {"test": "yuan_bentler_mplus"}),
        ({"missing": "ML"}, {"missing": "fiml"}),
        ({"missing": "direct"}, {"missing": "fiml"}),
        ({"information": "default", "se": "default"}, {}),
        (
            {"group": "school", "group_equal": "lv.variances"},
            {"group": "school", "group_equal": "lv_variances"},
        ),
    ],
)
def test_values_are_known_in_other_spellings(options: dict, same: dict) -> None:
    ours, theirs = fitted(FOUR, **options), fitted(FOUR, **same)
    pd.testing.assert_frame_equal(ours.estimates, theirs.estimates)


def test_a_model_is_a_keyword_a_list_and_a_table() -> None:
    expected = fitted(FOUR).measures["chisq"]
    assert ts.cfa(model=FOUR, data=PUPILS).measures["chisq"] == pytest.approx(expected)
    assert ts.Model(["f =~ x1 + x2", "f =~ x3 + x4"]).fit(PUPILS).measures[
        "chisq"
    ] == pytest.approx(expected)
    table = ts.Model(FOUR).parameter_table()
    assert fitted(table).measures["chisq"] == pytest.approx(expected)


def test_tables_are_edited_and_fitted_again() -> None:
    table = fitted(FOUR).parameter_table()
    table.loc[(table["op"] == "=~") & (table["rhs"] == "x3"), ["free", "fixed"]] = [0, 0.5]
    edited = fitted(table)
    written = fitted("f =~ x1 + x2 + 0.5*x3 + x4")
    assert edited.measures["df"] == written.measures["df"] == 3
    assert edited.measures["chisq"] == pytest.approx(written.measures["chisq"], rel=1e-8)


def test_tables_of_groups_and_constraints_come_back() -> None:
    fit = fitted(LABELLED + "\na == b\nd := a + b", group="school", group_equal="loadings")
    again = fitted(fit.parameter_table(), group="school")
    assert again.measures["df"] == fit.measures["df"]
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-7)
    assert "d" in set(again.estimates["lhs"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.drop(columns="op"), "'op' is missing"),
        (lambda t: t.assign(op="=="[:1] + "?"), "is none of"),
        (lambda t: t.assign(fixed=1.0, free=3), "contradict"),
        (lambda t: t.assign(start="much"), "is no number"),
    ],
)
def test_tables_that_make_no_sense_name_the_row(change: Any, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        ts.Model(change(ts.Model(FOUR).parameter_table()))


def test_starts_come_from_a_fit_a_table_or_numbers() -> None:
    fit = fitted(FOUR)
    longer = fitted(FOUR + " + x5", start=fit)
    assert longer.measures["chisq"] == pytest.approx(fitted(FOUR + " + x5").measures["chisq"])
    for start in (fit, fit.estimates, list(fit.coef), fit.coef):
        assert fitted(FOUR, start=start).estimation.solution.iterations <= 3
    with pytest.raises(ModelError, match="start= has 2 numbers"):
        fitted(FOUR, start=[1.0, 2.0])
    with pytest.raises(OptionError, match="start= is a dict"):
        fitted(FOUR, start="zero")


def test_nothing_fitted_is_called_so() -> None:
    fit = fitted(FOUR, do_fit=False)
    assert not fit.converged
    assert not fit.admissible
    assert any("start values" in note for note in fit.notes)
    assert "NOT FITTED" in fit.summary()
    assert fit.estimates["se"].dropna().eq(0.0).all()


@pytest.mark.slow
def test_random_starts_are_counted() -> None:
    fit = fitted(FOUR, rstarts=5)
    assert fit.measures["chisq"] == pytest.approx(fitted(FOUR).measures["chisq"])
    assert any("of 6 searches, 5 from random starts" in note for note in fit.notes)
    with pytest.raises(OptionError, match="rstarts="):
        fitted(FOUR, rstarts=-1)


def test_what_mimic_sets_is_said() -> None:
    notes = fitted(FOUR, mimic="Mplus", group="school").notes
    assert any("missing='fiml'" in note and "group_equal=" in note for note in notes)
    assert (
        fitted(FOUR, mimic="mplus", missing="listwise").estimation.samples.options.missing
        == "listwise"
    )
    with pytest.raises(OptionError, match="mimic"):
        fitted(FOUR, mimic="AMOS")


def test_constraints_are_lines_of_the_model() -> None:
    both = fitted(LABELLED, constraints=["a == b", "d := a - b"])
    assert both.measures["df"] == 3
    with pytest.raises(OptionError, match="belongs"):
        fitted(LABELLED, constraints="x1 ~~ x2")
    with pytest.raises(TpnSemError, match="no parameter has the label 'q'"):
        fitted(LABELLED, constraints="q == 0")
    with pytest.raises(OptionError, match="constraints takes"):
        fitted(LABELLED, constraints=3)
    assert fitted(LABELLED, constraints=pd.Series(["a == b"])).measures["df"] == 3


def test_standardised_moments_are_correlations() -> None:
    moments = ts.SampleMoments(PUPILS[ITEMS].cov(), n_observations=len(PUPILS))
    of_moments, of_rows = fitted(FOUR, moments, std_ov=True), fitted(FOUR, std_ov=True)
    np.testing.assert_allclose(of_moments.coef, of_rows.coef, rtol=1e-6)
    with pytest.raises(OptionError, match="std_ov"):
        fitted(FOUR, ORDINAL, ordered=True, std_ov=True)


def test_phantoms_go_through_everything() -> None:
    fit = fitted("f =~ x1 + x2 + x3\nph =~ 0\nph ~~ 0*ph\nph ~ a*x5\nf ~ b*ph + x6\nb == 0.5")
    for table in (fit.standardized(), fit.effects(), fit.modification_indices()):
        assert len(table)
    assert fit.path_diagram()
    assert "ph" in fit.factor_scores().columns
    assert fit.summary()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"se": "bootstrp"}, "did you mean 'bootstrap'"),
        ({"se": "Bollen-Stine"}, "give test='bollen_stine'"),
        ({"test": "bolen_stine"}, "did you mean 'bollen_stine'"),
        ({"start": "simple"}, "start values of lavaan's"),
        ({"bounds": "wide.zerovar"}, "lavaan's is not known here: take 'wide'"),
        ({"group_w_free": False}, "is what happens: leave it out"),
        ({"h1_information": "unstructured", "se": "none"}, "without errors"),
        ({"h1_information": "unstructured", "se": "bootstrap"}, "without effect on se='bootstrap'"),
    ],
)
def test_what_is_near_or_lavaans_is_named(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        fitted(FOUR, **options)


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("x1 ~*~ x2", {}, "a scale is of one variable"),
        ("x1 ~*~ x2", {"correlation": True}, "a scale is of one variable"),
        ("f ~*~ f", {"correlation": True}, "does not standardise it"),
        ("x1 ~*~ -1*x1", {"correlation": True}, "a deviation, above 0"),
        ("x1 ~*~ 0*x1", {"correlation": True}, "a deviation, above 0"),
    ],
)
def test_scales_are_of_one_variable_and_above_zero(
    text: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        fitted(f"{FOUR}\n{text}", **options)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("lv.names", "cov.lv"),
        ("ov", "cov.ov"),
        ("h1", "sampstat"),
        ("scores", "factor_scores"),
        ("baseline", "baseline_chisq"),
        ("lavaan", "docs/from_lavaan.md"),
        ("rsqare", "did you mean 'rsquare'"),
    ],
)
def test_words_of_inspect_are_told_the_right_one_or_where_all_are(word: str, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        fitted(FOUR).inspect(word)

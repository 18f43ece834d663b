"""Mplus input read and written, and models written for lavaan."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import ModelError, NotAvailableError

PUPILS = datasets.holzinger_swineford_1939()
INPUT = """
TITLE: three factors: pupils;
DATA: FILE = hs.dat;
VARIABLE: NAMES = id sex ageyr agemo school grade x1-x9;
  USEVARIABLES ARE x1-x9;
ANALYSIS: ESTIMATOR = MLR;
MODEL:
  visual BY x1-x3;
  Textual BY x4 x5* x6 (a);   ! the same label for all in the line
  speed BY x7-x9;
  X1 WITH x2*0.1;
  [x1] (m); visual;
MODEL CONSTRAINT:
  NEW(d);
  d = m**2;
OUTPUT: STDYX;
"""


def fitted(model: Any, **options: Any) -> ts.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return model.fit(PUPILS, **options)


def test_an_input_is_read_with_what_goes_along() -> None:
    model = ts.Model.from_mplus(INPUT)
    assert model.options == {"estimator": "MLR", "missing": "fiml", "mean_structure": True}
    fit = fitted(model)
    ours = fitted(
        ts.Model(
            "visual =~ x1 + x2 + x3; Textual =~ x4 + a*x5 + a*x6; speed =~ x7 + x8 + x9;"
            "a == 1; x1 ~~ x2; x1 ~ m*1; d := m^2"
        ),
        estimator="MLR",
        missing="fiml",
    )
    assert fit.measures["df"] == ours.measures["df"]
    assert fit.measures["chisq"] == pytest.approx(ours.measures["chisq"], rel=1e-6)
    assert fit.estimates.loc["d", "estimate"] == pytest.approx(ours.estimates.loc["d", "estimate"])
    assert model.fit(PUPILS, missing="listwise").estimation.samples.options.missing == "listwise"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f BY x1@1 x2*0.8 x3;", ["f =~ 1*x1", "f =~ NA*x2 + start(0.8)*x2", "f =~ x3"]),
        ("f BY x1-x3 (p1-p3);", ["f =~ p1*x1", "f =~ p2*x2", "f =~ p3*x3"]),
        ("x2 x3 ON x1 (1);", ["x2 ~ equal1*x1", "x3 ~ equal1*x1"]),
        ("x1 x2 PWITH x3 x4;", ["x1 ~~ x3", "x2 ~~ x4"]),
        ("[u1$1*-0.5 u1$2];", ["u1 | NA*t1 + start(-0.5)*t1", "u1 | t2"]),
        ("{u1@1}; [f@0];", ["u1 ~*~ 1*u1", "f ~ 0*1"]),
        ("i s | x1@0 x2@1;", ["i =~ 1*x1 + 1*x2", "i ~ NA*1", "s =~ 0*x1 + 1*x2", "s ~ NA*1"]),
        ("fg | f XWITH g; y ON fg;", ["y ~ f:g"]),
    ],
)
def test_statements_become_lavaans(text: str, expected: list[str]) -> None:
    lines = ts.Model.from_mplus(text).text.splitlines()
    assert lines[: len(expected)] == expected


def test_levels_and_groups_are_blocks() -> None:
    levels = ts.Model.from_mplus(
        "VARIABLE: NAMES=y x w c; CLUSTER=c;\nMODEL: %WITHIN% s | y ON x; %BETWEEN% y s ON w;"
    )
    assert levels.text.splitlines() == ["level: 1", 'y ~ rv("s")*x', "level: 2", "y ~ w", "s ~ w"]
    assert levels.options["cluster"] == "c"
    groups = ts.Model.from_mplus(
        "VARIABLE: NAMES = x1-x4 g; GROUPING = g (1=a 2=b);\nMODEL: f BY x1-x4;\nMODEL b: f BY x3;"
    )
    assert groups.text.count("group:") == 2
    assert groups.options["group_partial"] == ["f =~ x3"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("MODEL: y ON x;\nMODEL INDIRECT: y IND m x;", "line 2: MODEL INDIRECT"),
        ("MODEL: y ON x;\ny IND m;", "line 2: IND"),
        ("ANALYSIS: ESTIMATOR = BAYES;\nMODEL: y ON x;", "line 1: ESTIMATOR = BAYES"),
        ("DEFINE: z = x*2;\nMODEL: y ON x;", "line 1: DEFINE"),
        ("MODEL: f BY x1-y3;", "is no range of names"),
        ("MODEL: y ON x;\n%TWO%\ny;", r"line 3: %TWO%|line 2: %TWO%"),
        ("MODEL: x1 x2 PON x3;", "pairs as many variables"),
        ("TITLE: nothing;", "no MODEL: section"),
        ("MODEL: f BY x1 # x2;", "cannot be read"),
    ],
)
def test_what_does_not_map_is_refused_by_its_line(text: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        ts.Model.from_mplus(text)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("visual =~ x1 + x2 + x3; textual =~ x4 + a*x5 + b*x6; textual ~ g*visual; d := a*b", {}),
        ("f =~ x1 + x2 + x3 + x4; x1 ~~ x2; f ~ x5 + x6", {}),
        ("f =~ x1 + a*x2 + b*x3 + x4; a == b", {"estimator": "MLR"}),
    ],
)
def test_what_is_written_is_read_again(text: str, options: dict) -> None:
    fit = fitted(ts.Model(text), mean_structure=True, **options)
    written = fit.to_mplus()
    again = fitted(ts.Model.from_mplus(written), missing="listwise")
    assert again.measures["df"] == fit.measures["df"]
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-6)
    assert max(map(len, written.splitlines())) <= 80


EQUAL = ["loadings", "thresholds", "intercepts"]


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize(
    "groups", [{}, {"group": "school"}, {"group": "school", "group_equal": EQUAL}]
)
def test_models_of_items_are_written_as_mplus_has_them(
    groups: dict[str, object], parameterization: str
) -> None:
    """Scales or residual variances, and no intercepts; back it is the same fit."""
    names = ["x1", "x2", "x3", "x4"]
    coarse = PUPILS.assign(**{name: pd.cut(PUPILS[name], 3, labels=False) for name in names})
    asked = {"ordered": True, "parameterization": parameterization, **groups}
    fit = quietly(ts.cfa, "f =~ x1 + x2 + x3 + x4", coarse, **asked)
    text = fit.to_mplus()
    assert ("{x1" in text) == (parameterization == "delta")
    assert bool(re.search(r"^  x1[*@]", text, re.M)) == (parameterization == "theta")
    assert "[x1*" not in text
    again = quietly(ts.Model.from_mplus(text).fit, coarse)
    assert again.measures["df"] == fit.measures["df"]
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-6)


def test_free_intercepts_of_items_have_no_counterpart_in_mplus() -> None:
    names = ["x1", "x2", "x3", "x4"]
    coarse = PUPILS.assign(**{name: pd.cut(PUPILS[name], 3, labels=False) for name in names})
    asked = {"ordered": True, "group": "school", "group_equal": EQUAL[:2]}
    fit = quietly(ts.cfa, "f =~ x1 + x2 + x3 + x4", coarse, **asked)
    with pytest.raises(NotAvailableError, match="no intercepts of ordinal items"):
        fit.to_mplus()


def test_long_names_are_cut_and_said() -> None:
    fit = fitted(ts.Model("visual_perception =~ x1 + x2 + x3"))
    text = fit.to_mplus("pupils.dat")
    assert "! visual_p stands for visual_perception" in text
    assert "FILE = pupils.dat" in text
    with pytest.raises(NotAvailableError, match="exploratory blocks"):
        fitted(ts.Model('efa("b")*f + efa("b")*g =~ x1 + x2 + x3 + x4 + x5 + x6')).to_mplus()


def test_a_text_for_lavaan_has_the_call_and_every_parameter() -> None:
    fit = fitted(ts.Model("f =~ x1 + x2 + x3 + x4"), group="school", group_equal="loadings")
    text = fit.to_lavaan()
    assert text.splitlines()[0].startswith('# lavaan(model, data, estimator = "ML", group = ')
    again = fitted(ts.Model(text, "none"), group="school")
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-7)
    assert re.search(r"f ~~ c\(NA, NA\)\*f", text)


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"effect_coding": True}, 'effect.coding = c("loadings", "intercepts")'),
        (
            {"group": "school", "group_label": ["Grant-White", "Pasteur"]},
            'group.label = c("Grant-White", "Pasteur")',
        ),
        ({"ridge": 0.1}, "ridge = TRUE, ridge.constant = 0.1"),
        ({"likelihood": "wishart"}, 'likelihood = "wishart"'),
        ({"estimator": "MLM", "gamma_unbiased": True}, "gamma.unbiased = TRUE"),
        ({"standard_test": "browne_residual_nt"}, 'standard.test = "browne.residual.nt"'),
        ({"information": "observed"}, 'information = "observed"'),
        ({"test": "scaled_shifted"}, 'test = c("standard", "scaled.shifted")'),
    ],
)
def test_the_call_for_lavaan_has_what_is_not_by_default(
    options: dict[str, object], written: str
) -> None:
    fit = fitted(ts.Model("f =~ x1 + x2 + x3 + x4"), **options)
    assert written in fit.inspect("call")
    plain = fitted(ts.Model("f =~ x1 + x2 + x3 + x4"), estimator="MLR").inspect("call")
    assert plain == 'lavaan(model, data, estimator = "MLR")'


def test_matrices_are_read_as_papers_print_them() -> None:
    lower = ts.covariance_from_text("a 1\nb .5 1\nc .3, .2 1", standard_deviations=[1, 2, 3])
    assert lower.loc["b", "c"] == pytest.approx(0.2 * 6)
    upper = ts.covariance_from_text("1 .5 .3; 1 .2; 1", ["a", "b", "c"], lower=False)
    below = ts.covariance_from_text(".5\n.3 .2", ["a", "b", "c"], diagonal=False)
    assert upper.equals(below)
    moments = ts.SampleMoments(below, n_observations=100, standard_deviations=[1, 2, 3])
    assert moments.covariance.equals(lower)
    with pytest.raises(ts.TpnSemError, match="no triangle"):
        ts.covariance_from_text("1 .5 .3 1 2")
    with pytest.raises(ts.TpnSemError, match="line 2: 'x'"):
        ts.covariance_from_text("1\n.5 x", ["a", "b"])
    with pytest.raises(ts.TpnSemError, match="give names="):
        ts.covariance_from_text("1 .5 1")
    with pytest.raises(ts.TpnSemError, match="whose diagonal is 1"):
        ts.covariance_from_text("2 .5 1", ["a", "b"], standard_deviations=[1, 1])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("VARIABLE: NAMES = x1-x3;\nMODEL:\nf BYY x1;", "line 3: 'f' is neither in NAMES"),
        ("VARIABLE: NAMES = x1-x3;\nMODEL:\nf BY x1-x3;\nfoo bar;", "line 4: 'foo' is neither"),
        ("MODEL:\nf BY;", "line 2: BY has variables on both sides"),
        ("MODEL:\nf BY x1-x6 (*1);", "line 2: exploratory factors"),
        (
            "MODEL:\nf BY x1-x3;\ng BY x4-x6;\nfxg | f XWITH g;",
            "line 4: the product 'fxg' is defined and has no effect",
        ),
    ],
)
def test_what_says_nothing_is_no_model(text: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        ts.Model.from_mplus(text)


def test_older_analyses_and_starts_are_read() -> None:
    analysis = "ANALYSIS: TYPE = GENERAL MISSING H1; STARTS = 20 5;\n"
    model = ts.Model.from_mplus(analysis + "MODEL: f BY x1-x3; f; x1 WITH x2@0;")
    assert model.options["rstarts"] == 20


@pytest.mark.parametrize("labels", [("Pasteur", "Grant-White"), ("3", "7")])
def test_groups_have_numbers(labels: tuple[str, str]) -> None:
    """Mplus reads whole numbers, and names without other characters."""
    names = dict(zip(("Pasteur", "Grant-White"), labels, strict=True))
    frame = PUPILS.assign(school=PUPILS["school"].map(names))
    fit = ts.cfa("f =~ x1 + x2 + x3", frame, group="school", group_equal="loadings")
    text = fit.to_mplus()
    pairs = re.findall(r"(\d+) = \w+", text.partition("GROUPING")[2].partition(";")[0])
    own = list(fit.group_labels)
    assert pairs == (own if own[0] in ("3", "7") else ["1", "2"])
    assert ("! group 2 stands for" in text) == (own[0] not in ("3", "7"))
    again = ts.Model.from_mplus(text).fit(frame)
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-6)


def test_what_mplus_lacks_is_said_in_its_input() -> None:
    asked: dict[str, Any] = {"h1_information": "unstructured", "gamma_unbiased": True}
    text = ts.cfa("f =~ x1 + x2 + x3", PUPILS, estimator="MLM", **asked).to_mplus()
    assert "! h1_information= of the fit has no counterpart" in text
    assert "! gamma_unbiased= of the fit has no counterpart" in text

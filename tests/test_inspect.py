"""Parts of fits by lavaan's words, statsmodels' names, and predictions: lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
import re
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.results.inspection import ALIASES, ELSEWHERE, WORDS

REFERENCE = Path(__file__).parent / "reference"
FITS: dict[str, Any] = json.loads((REFERENCE / "inspect.json").read_text())["fits"]
MODELS = [name for name in FITS if name not in ("predicted", "wald", "slopes", "unrotated")]
PARTS = [
    (name, word)
    for name in MODELS
    for word, part in FITS[name]["parts"].items()
    if any(one.get("values") for one in part.values() if isinstance(one, dict))
    # lavaan's "correlation" of a single latent variable is not one
    and not (word == "cor.lv" and name in ("regression", "items"))
    # lavaan takes observed predictors for factors, and leaves out what fixed ones tell
    and not (
        word.startswith(("fs", "h1", "wls.v", "se.std", "UfromUGamma")) and name == "regression"
    )
    and not (word == "se.std" and name == "groups")  # matrices of each group
]
PUPILS = datasets.holzinger_swineford_1939()
ORDINAL = PUPILS.assign(
    **{f"x{k}": pd.cut(PUPILS[f"x{k}"], 3, labels=False) + 1 for k in range(1, 10)}
)
COUNTRIES = datasets.political_democracy()
TOLERANCE = {"loglik.casewise": 1e-4}


def fit_of(name: str) -> ts.Fit:
    case = FITS[name]
    options = dict(case["options"] or {})
    if "meanstructure" in options:
        options["mean_structure"] = options.pop("meanstructure")
    data = {"items": ORDINAL, "democracy": COUNTRIES}.get(name, PUPILS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return ts.sem(case["model"], data, **options)


FITTED = {name: fit_of(name) for name in MODELS}


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("name", "word"), PARTS)
def test_parts_are_lavaans(name: str, word: str) -> None:
    ours, theirs = FITTED[name].inspect(word), FITS[name]["parts"][word]
    if word == "rsquare" and "all" not in theirs:
        ours = {label: ours[label] for label in theirs}
    if word == "loglik.casewise" and "all" not in theirs:
        members = PUPILS["school"]
        ours = {label: ours[members == label] for label in theirs}
    frames = ours if isinstance(ours, dict) else {"all": ours}
    for label, part in theirs.items():
        ours_here = frames[label]
        expected = np.array(part["values"], dtype=float)
        found = _aligned(ours_here, part)
        if (name, word) == ("items", "information.observed"):
            expected = expected * 301 / 300  # lavaan divides by n where errors divide by n - 1
        np.testing.assert_allclose(
            found, expected.reshape(found.shape), rtol=2e-4, atol=2e-5 * np.abs(expected).max()
        )


def _aligned(ours: Any, part: dict[str, Any]) -> np.ndarray:
    """Our numbers in lavaan's order of rows and columns."""
    rows = _names(part.get("rows"))
    if isinstance(ours, pd.Series):
        known = rows and set(rows) <= set(ours.index) and ours.index.is_unique
        return (ours.loc[rows] if known else ours).to_numpy(float)
    columns = _names(part.get("columns"))
    found = ours
    if rows and set(rows) <= set(found.index) and found.index.is_unique:
        found = found.loc[rows]
    if columns and set(columns) <= set(found.columns) and found.columns.is_unique:
        found = found[columns]
    return found.to_numpy(float)


def _names(names: Any) -> list[str]:
    listed = names if isinstance(names, list) else []
    return [str(name) for name in listed]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("word", WORDS)
def test_every_word_answers_or_says_why(word: str) -> None:
    for fit in FITTED.values():
        with suppress(NotAvailableError):
            assert fit.inspect(word.replace(".", "_")) is not None or word in ("group", "cluster")


def test_an_unknown_word_names_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"did you mean 'cov\.lv'"):
        FITTED["factors"].inspect("cov.lw")


def test_outcomes_are_predicted_through_the_model() -> None:
    fit = FITTED["democracy"]
    found = fit.predict(outcomes=["y5", "y6", "y7", "y8"])
    expected = np.array(FITS["predicted"]["values"], dtype=float)
    np.testing.assert_allclose(found.head(10), expected, rtol=1e-4)
    again = fit.predict(
        COUNTRIES.drop(columns=["y5", "y6", "y7", "y8"]), outcomes=["y5", "y6", "y7", "y8"]
    )
    pd.testing.assert_frame_equal(found, again, rtol=1e-9)


def test_predictions_with_gaps_use_what_is_there() -> None:
    fit = FITTED["democracy"]
    gaps = COUNTRIES.copy()
    gaps.loc[0, "x1"] = np.nan
    gaps.loc[1, [f"x{k}" for k in (1, 2, 3)]] = np.nan
    found = fit.predict(gaps, outcomes=["y1"], predictors=["x1", "x2", "x3"])
    alone = fit.predict(gaps.head(1), outcomes=["y1"], predictors=["x2", "x3"])
    assert found["y1"].iloc[0] == pytest.approx(alone["y1"].iloc[0])
    assert np.isnan(found["y1"].iloc[1])
    assert found["y1"].iloc[2:].notna().all()


def test_predictions_of_a_saturated_model_are_regressions() -> None:
    fit = ts.sem("x1 ~ x2 + x3", PUPILS, mean_structure=True)
    design = np.column_stack([np.ones(len(PUPILS)), PUPILS[["x2", "x3"]]])
    slopes, *_ = np.linalg.lstsq(design, PUPILS["x1"], rcond=None)
    np.testing.assert_allclose(fit.fittedvalues["x1"], design @ slopes, rtol=1e-6)
    np.testing.assert_allclose(fit.resid["x1"], PUPILS["x1"] - design @ slopes, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "no observed predictor"),
        ({"outcomes": ["nothing"]}, "outcomes"),
        ({"outcomes": ["x1"], "predictors": ["x1"]}, "is among outcomes= and predictors="),
    ],
)
def test_predictions_that_cannot_be_say_why(options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        FITTED["factors"].predict(**options)
    with pytest.raises(NotAvailableError, match="ordinal items"):
        FITTED["items"].predict(outcomes=["x1"])


def test_names_of_statsmodels_are_the_librarys() -> None:
    fit = FITTED["regression"]
    table = fit.estimates[fit.estimates["free"].astype(bool)]
    np.testing.assert_allclose(fit.params, table["estimate"])
    np.testing.assert_allclose(fit.bse, table["se"])
    np.testing.assert_allclose(fit.tvalues, table["z"])
    np.testing.assert_allclose(fit.pvalues, table["p_value"])
    np.testing.assert_allclose(fit.conf_int(), table[["ci_lower", "ci_upper"]])
    assert (fit.conf_int(0.99)["ci_upper"] > fit.conf_int(0.9)["ci_upper"]).all()
    assert fit.nobs == len(PUPILS)
    assert (fit.aic, fit.bic, fit.llf) == tuple(fit.measures[["aic", "bic", "logl"]])
    assert fit.df_resid == fit.measures["df"]
    assert fit.cov_params().equals(fit.vcov)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_likelihoods_of_rows_add_up(missing: str) -> None:
    data = PUPILS.copy()
    if missing == "fiml":
        data.loc[data.index[:40], "x1"] = np.nan
    fit = ts.sem("f =~ x1 + x2 + x3; f ~ x5 + x6", data, missing=missing, mean_structure=True)
    found = fit.log_likelihoods()
    assert found.sum() == pytest.approx(fit.llf, rel=1e-9)
    assert list(found.index) == list(data.index)


def test_likelihoods_of_rows_are_refused_where_there_are_none() -> None:
    for fit in (FITTED["items"], ts.sem("f =~ x1 + x2 + x3", PUPILS, estimator="ULS")):
        with pytest.raises(NotAvailableError):
            fit.log_likelihoods()


def test_estimates_are_found_by_what_they_say_and_by_place() -> None:
    table = FITTED["regression"].estimates
    assert table.loc["f =~ x2"]["estimate"] == table.loc[1, "estimate"] == table.iloc[1]["estimate"]
    assert table.loc["f=~x2".replace("=~", " =~ "), "label"] == "a"
    assert list(table.loc[["d", "x1 ~ 1"], "lhs"]) == ["d", "x1"]
    grouped = FITTED["groups"].estimates
    assert grouped.loc["f =~ x2 [Pasteur]", "group"] == "Pasteur"
    with pytest.raises(KeyError, match="did you mean 'f =~ x3'"):
        table.loc["f =~ x33"]


def test_the_summary_prints_what_is_asked() -> None:
    fit = FITTED["regression"]
    everything = fit.summary(ci=True, rsquare=True, modification=True, level=0.9)
    for word in ("lower", "R squared", "Modification indices", "std.all"):
        assert word in everything
    little = fit.summary(fit_measures=False, standardized=False)
    assert "CFI" not in little
    assert "std.all" not in little
    with pytest.raises(OptionError, match="level= is of intervals"):
        fit.summary(level=0.9)


def test_a_word_without_an_answer_says_where_one_is() -> None:
    """And each of what is advised exists."""
    fit = ts.cfa("f =~ x1 + x2 + x3 + x4", PUPILS)
    assert not set(ELSEWHERE) & set(WORDS)
    for word, advice in ELSEWHERE.items():
        with pytest.raises(OptionError, match=re.escape(f"no {word!r}: {advice}")):
            fit.inspect(word)
        for name in re.findall(r"inspect\('([a-z.]+)'\)", advice):
            assert name in WORDS or name in ALIASES
        for name in re.findall(r"\bfit\.([a-z_]+)", advice):
            assert hasattr(ts.Fit, name), name
        for name in re.findall(r"\bts\.([a-z_]+)", advice):
            assert hasattr(ts, name), name


def test_constraints_come_with_what_is_left_of_them() -> None:
    text = "f =~ x1 + a*x2 + a*x3 + d*x4; x1 ~~ v*x1; v > 0.9; a*d == 0.5; x2 ~~ w*x2; w < 3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.cfa(text, PUPILS)
    parts = fit.inspect("con")
    assert parts["ceq.rank"] == 2
    np.testing.assert_allclose(parts["ceq.resid"], 0.0, atol=1e-8)
    assert parts["ceq.jac"].shape == (2, len(fit.coef))
    assert (parts["cin.slack"] > -1e-8).all()
    np.testing.assert_allclose(sorted(parts["cin.slack"])[-1], 3 - fit.coef["w"])
    assert list(parts["cin.active"]) == [slack < 1e-6 for slack in parts["cin.slack"]]
    assert parts["k0"] is None  # not all equalities are linear
    assert FITTED["factors"].inspect("constraints")["ceq.rank"] == 0


def test_tables_with_empty_cells_count_answers() -> None:
    data = ORDINAL.copy()
    low = data["x2"] == 1
    data.loc[low, "x1"] = np.maximum(data.loc[low, "x1"], 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.cfa("f =~ x1 + x2 + x3", data, ordered=True)
    (table,) = fit.inspect("zero.cell.tables").values()
    # lavaan 0.7-2 prints this one
    assert table.to_numpy().tolist() == [[0, 19, 3], [16, 162, 41], [2, 33, 25]]
    assert FITTED["items"].inspect("zero.cell.tables") == {}


def test_the_table_of_the_baseline_is_a_model() -> None:
    table = FITTED["regression"].inspect("baseline.partable")
    again = ts.Model(table).fit(PUPILS).measures["chisq"]
    assert again == pytest.approx(FITTED["regression"].measures["baseline_chisq"], rel=1e-8)
    assert set(table["op"]) <= {"~~", "~1", "~"}


def test_distances_add_up_where_answers_are_missing() -> None:
    data = PUPILS.copy()
    data.loc[data.index[::7], "x1"] = np.nan
    data.loc[data.index[3], [f"x{k}" for k in (1, 2, 3)]] = np.nan
    fit = ts.cfa("f =~ x1 + x2 + x3; g =~ x4 + x5 + x6", data, missing="fiml")
    factors, rest = (fit.inspect(f"mdist2.{side}") for side in ("fs", "resid"))
    assert np.isnan(factors.iloc[3])  # none of f's items was answered
    known = factors.notna()
    np.testing.assert_allclose(fit.inspect("mdist.fs")[known] ** 2, factors[known])
    implied, mean = fit.inspect("cov.ov"), fit.inspect("mean.ov")
    row = data.iloc[0][implied.index].astype(float) - mean
    there = row.dropna().index
    whole = row[there] @ np.linalg.inv(implied.loc[there, there]) @ row[there]
    assert factors.iloc[0] + rest.iloc[0] == pytest.approx(whole, rel=1e-8)


@pytest.mark.parametrize("word", ["mdist.fs", "mdist2.resid"])
def test_distances_of_other_models_say_why(word: str) -> None:
    for name in ("items", "regression"):
        with pytest.raises(NotAvailableError, match="these distances"):
            FITTED[name].inspect(word)
    with pytest.raises(NotAvailableError, match="no likelihood"):
        ts.cfa("f =~ x1 + x2 + x3", PUPILS, estimator="GLS").inspect("gradient.logl")


def test_levels_are_called_as_in_lavaan() -> None:
    assert FITTED["factors"].inspect("level.label") == []
    text = "level: 1\nx1 ~~ x2\nlevel: 2\nx1 ~~ x2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.sem(text, PUPILS, cluster="agemo")
    assert fit.inspect("level.label") == ["within", "agemo"]


@pytest.mark.parametrize("name", list(FITS["slopes"]))
def test_slopes_of_all_elements_are_lavaans(name: str) -> None:
    ours, theirs = FITTED[name].inspect("dx.all"), FITS["slopes"][name]
    groups = {"all": ours} if "all" in theirs else ours
    for label, matrices in theirs.items():
        for matrix, part in matrices.items():
            found = groups[label][matrix].loc[part["rows"]]
            if matrix not in ("nu", "alpha"):
                found = found[part["columns"]]
            expected = np.array(part["values"], dtype=float).reshape(found.shape)
            np.testing.assert_allclose(found, expected, atol=2e-5)


def test_slopes_are_differences_of_the_objective() -> None:
    """Freeing a covariance lowers the objective as its slope says."""
    fit = FITTED["factors"]
    slope = fit.inspect("dx.all")["theta"].loc["x1", "x4"]
    step, data = 1e-3, PUPILS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        ends = [
            ts.sem(f"{FITS['factors']['model']}\nx1 ~~ {sign * step}*x4", data).inspect("optim")[
                "objective"
            ]
            for sign in (1, -1)
        ]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("name", list(FITS["unrotated"]))
def test_blocks_before_their_rotation_are_lavaans(name: str) -> None:
    case = FITS["unrotated"][name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.sem(case["model"], PUPILS, rotation="oblimin", **dict(case["options"] or {}))
    found = fit.inspect("est.unrotated")
    groups = {"all": found} if "all" in case["groups"] else found
    for label, matrices in case["groups"].items():
        for matrix in ("lambda", "psi", "beta"):
            if matrix in matrices:
                part = matrices[matrix]
                ours = groups[label][matrix].loc[part["rows"], part["columns"]]
                np.testing.assert_allclose(ours, np.array(part["values"], dtype=float), atol=2e-4)
    same = FITTED["factors"].inspect("est.unrotated")["lambda"]
    pd.testing.assert_frame_equal(same, FITTED["factors"].inspect("lambda"))

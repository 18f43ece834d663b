"""Two levels with missing answers and random slopes: lavaan 0.7-2's values, and what must hold."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import ModelError, NotAvailableError, NotEstimatedError

REFERENCE = Path(__file__).parent / "reference"
CASES: dict[str, Any] = json.loads((REFERENCE / "two_level_more.json").read_text())["cases"]
DATA = pd.read_csv(REFERENCE / "data" / "two_level_more.csv")
WRONG = "missing_no_residual"  # lavaan's log-likelihood is not that of its own estimates
SLOPE = 'level: 1\n y1 ~ rv("s")*x + u\nlevel: 2\n y1 ~ w\n s ~ w\n y1 ~~ s'


def fitted(text: str, data: pd.DataFrame = DATA, **options: Any) -> ts.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return ts.sem(text, data, cluster="cluster", **options)


def options_of(case: dict[str, Any]) -> dict[str, Any]:
    written = case["options"] or {}  # an empty list where there are none
    given = {name.replace(".", "_"): value for name, value in dict(written).items()}
    return {**given, **({"missing": "fiml"} if "missing" in given else {})}


def numbers(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """lavaan's optimiser stops early: estimates agree within a thousandth of their error."""
    case = CASES[name]
    fit = fitted(case["model"], **options_of(case))
    assert fit.converged
    ours = pd.DataFrame({"estimate": fit.coef, "se": np.sqrt(np.diag(fit.vcov))})
    ours = ours[~ours.index.duplicated()]
    theirs = pd.DataFrame(
        {"estimate": numbers(case["estimates"]), "se": numbers(case["se"])}, index=case["names"]
    )
    theirs = theirs[~theirs.index.duplicated()].rename(index=_as_ours(ours.index))
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    assert (abs(ours["estimate"] - theirs["estimate"]) < 5e-3 * ours["se"]).all()
    known = theirs["se"].notna()
    np.testing.assert_allclose(ours["se"][known], theirs["se"][known], rtol=2e-3)


def _as_ours(names: pd.Index) -> dict[str, str]:
    """Covariances have no direction: lavaan writes ``s~~y1`` where we have ``y1~~s``."""
    turned = {}
    for name in names:
        found = re.fullmatch(r"(\w+)~~(\w+)(.*)", name)
        if found:
            turned[f"{found[2]}~~{found[1]}{found[3]}"] = name
    return turned


def dense_with_gaps(fit: ts.Fit, data: pd.DataFrame) -> float:
    """Log-likelihood of items g1 to g3 cluster by cluster, from the implied moments."""
    items = ["g1", "g2", "g3"]
    inside, outside = (fit.implied.loc[level][items].to_numpy() for level in (1, 2))
    mean, total = fit.implied.loc[2]["~1"].to_numpy(), 0.0
    for _, rows in data.groupby("cluster"):
        values = rows[items].to_numpy()
        count, there = len(values), ~np.isnan(values).ravel()
        covariance = np.kron(np.eye(count), inside) + np.kron(np.ones((count, count)), outside)
        covariance = covariance[np.ix_(there, there)]
        left = (values - mean).ravel()[there]
        total += np.linalg.slogdet(covariance)[1] + left @ np.linalg.solve(covariance, left)
        total += there.sum() * np.log(2.0 * np.pi)
    return -0.5 * total


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_likelihoods_and_measures_are_lavaans(name: str) -> None:
    case = CASES[name]
    fit = fitted(case["model"], **options_of(case))
    measures, theirs = fit.measures, case["measures"]
    if name == WRONG:
        assert measures["logl"] == pytest.approx(dense_with_gaps(fit, DATA), abs=1e-7)
        return
    assert measures["logl"] > theirs["logl"] - 1e-5  # never below
    further = 0.0  # lavaan's unrestricted model stops early where a covariance matrix is singular
    if "unrestricted.logl" in theirs:
        further = 2.0 * (measures["unrestricted_logl"] - theirs["unrestricted.logl"])
        assert further > -1e-5
    shifted = {"chisq": further, "baseline.chisq": further, "unrestricted.logl": 0.5 * further}
    for key, value in theirs.items():
        if name == "slopes_gaps" and key == "bic":
            continue  # lavaan counts two rows without an answer of their own
        if further > 1e-3 and key in ("cfi", "srmr_within", "srmr_between"):
            continue
        ours = measures[key.replace(".", "_")] - shifted.get(key, 0.0)
        tolerance = 2e-3 if "srmr" in key else max(1e-3, 3e-4 * abs(value) * ("scal" in key))
        assert abs(ours - value) < tolerance, key


def test_at_least_eight_models_have_gaps_and_ten_random_slopes() -> None:
    assert sum(name.startswith("missing") for name in CASES) >= 8
    assert sum(name.startswith("slopes") for name in CASES) >= 10


# What lavaan does not tell ------------------------------------------------------------------------


def dense(fit: ts.Fit, data: pd.DataFrame) -> float:
    """-2 log-likelihood of one covariate with a random slope, cluster by cluster."""
    value = fit.coef
    total = 0.0
    for _, rows in data.groupby("cluster"):
        x, w = rows["x"].to_numpy(), rows["w"].iloc[0]
        slope = value["s~1.l2"] + value["s~w.l2"] * w
        mean = value["y1~1.l2"] + value["y1~w.l2"] * w + slope * x + value["y1~u"] * rows["u"]
        both = np.array(
            [[value["y1~~y1.l2"], value["y1~~s.l2"]], [value["y1~~s.l2"], value["s~~s.l2"]]]
        )
        loadings = np.column_stack([np.ones(len(x)), x])
        covariance = loadings @ both @ loadings.T + value["y1~~y1"] * np.eye(len(x))
        left = rows["y1"].to_numpy() - np.asarray(mean)
        total += np.linalg.slogdet(covariance)[1] + left @ np.linalg.solve(covariance, left)
    return total + len(data) * np.log(2.0 * np.pi)


def test_the_likelihood_is_that_of_whole_clusters() -> None:
    fit = fitted(SLOPE)
    assert fit.measures["logl"] == pytest.approx(-0.5 * dense(fit, DATA), abs=1e-7)


def test_scores_of_clusters_sum_to_zero_and_slopes_are_shrunk() -> None:
    fit = fitted(SLOPE, estimator="MLR")
    found = fit.estimation
    scores = found.discrepancy.scores(
        found.samples.groups[0], found.implied[0], found.directions[0]
    )(slice(None))
    sizes = np.abs(scores).sum(0)
    assert (np.abs(scores.sum(0)) < 1e-6 * sizes).all()
    slopes = fit.factor_scores()["s"].groupby(DATA["cluster"]).first()
    assert slopes.std() ** 2 < fit.coef["s~~s.l2"] + fit.coef["s~w.l2"] ** 2


@pytest.mark.sampled(3)
@pytest.mark.parametrize("change", ["rows", "units", "shift", "clusters"])
def test_nothing_arbitrary_moves_a_random_slope(change: str) -> None:
    data, one = DATA.copy(), fitted(SLOPE)
    scale = 1.0
    if change == "rows":
        data = data.sample(frac=1.0, random_state=1)
    elif change == "units":
        data["y1"] *= 1e4
        scale = 1e4
    elif change == "shift":
        data["y1"] += 1e3
    else:
        data["cluster"] = "k" + data["cluster"].astype(str)
    other = fitted(SLOPE, data)
    names = ["s~1.l2", "s~w.l2", "y1~u"]
    np.testing.assert_allclose(other.coef[names], scale * one.coef[names], rtol=1e-5)
    errors = [np.sqrt(np.diag(fit.vcov.loc[names, names])) for fit in (one, other)]
    np.testing.assert_allclose(errors[1], scale * errors[0], rtol=1e-5)


def test_a_slope_has_mean_and_variance_without_being_asked() -> None:
    fit = fitted('level: 1\n y1 ~ rv("s")*x\nlevel: 2\n y1 ~~ y1')
    table = fit.estimates
    row = table[(table["rhs"] == "x") & (table["op"] == "~")].iloc[0]
    assert (row["label"], row["level"], row["free"]) == ("s", 1, False)
    assert np.isnan(row["estimate"])
    assert {"s~1.l2", "s~~s.l2"} <= set(fit.coef.index)
    assert "y1 ~ x (s)" in fit.summary()
    assert "random" in fit.summary()


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('y1 ~ rv("s")*x', ModelError, "within clusters"),
        ('level: 1\n y1 ~ x\nlevel: 2\n y1 ~ rv("s")*w', ModelError, "level: 2"),
        ('level: 1\n f =~ rv("s")*y1 + y2\nlevel: 2\n y1 ~~ y1', ModelError, "regression"),
        ('level: 1\n y1 ~ rv("s")*x\nlevel: 2\n y1 ~ x', NotEstimatedError, "both levels"),
        (
            'level: 1\n f =~ x + u + m\n y1 ~ rv("s")*f\nlevel: 2\n y1 ~~ y1',
            NotEstimatedError,
            "latent",
        ),
        ('level: 1\n x ~ u\n y1 ~ rv("s")*x\nlevel: 2\n y1 ~~ y1', NotEstimatedError, "explains"),
        (
            'level: 1\n y1 ~ rv("s")*x\n y2 ~ rv("s")*x\nlevel: 2\n y1 ~~ y2',
            ModelError,
            "twice",
        ),
        ('level: 1\n y1 ~ rv("s")*a*x\nlevel: 2\n y1 ~~ y1', ModelError, "no other modifiers"),
    ],
)
def test_slopes_that_cannot_be_random_are_refused(text: str, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        ts.sem(text, DATA, cluster="cluster")


def test_what_has_no_number_with_random_slopes_says_so() -> None:
    fit = fitted(SLOPE)
    for ask in (lambda: fit.implied, fit.effects, lambda: fit.fit_by_level, fit.intraclass):
        with pytest.raises(NotAvailableError, match="slopes are random"):
            ask()
    assert np.isnan(fit.measures["chisq"])
    assert "slopes are random" in fit.measures.attrs["reasons"]["chisq"]
    standardized = fit.standardized()
    inside = standardized["level"] == 1
    assert standardized.loc[inside, "estimate"].isna().all()
    assert standardized.loc[~inside, "estimate"].notna().any()


def test_gaps_at_both_levels_keep_rows_and_say_what_is_dropped() -> None:
    text = CASES["missing_random_x"]["model"]
    fit = fitted(text, missing="fiml", fixed_x=False)
    empty = DATA[["g1", "g2", "g3"]].isna().all(axis=1).sum()
    assert fit.n_dropped == empty
    assert fit.n_observations == len(DATA) - empty
    complete = fitted("level: 1\n f =~ y1 + y2 + y3\nlevel: 2\n f =~ y1 + y2 + y3")
    same = fitted("level: 1\n f =~ y1 + y2 + y3\nlevel: 2\n f =~ y1 + y2 + y3", missing="fiml")
    np.testing.assert_allclose(complete.coef, same.coef, rtol=1e-6)


# Drawing and reliability --------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "text", ["level: 1\n f =~ y1 + y2 + y3\n f ~ x\nlevel: 2\n f =~ y1 + y2 + y3\n f ~ w", SLOPE]
)
def test_what_is_drawn_from_a_fit_gives_its_estimates_back(text: str) -> None:
    fit = fitted(text)
    drawn = ts.simulate(fit, n=20000, clusters=2000, seed=4)
    again = fitted(text, drawn)
    gaps = (again.coef - fit.coef) / np.sqrt(np.diag(again.vcov))
    assert (gaps.abs() < 4.0).all()
    same = ts.simulate(fit, seed=5)
    assert same.groupby("cluster").size().tolist() == DATA.groupby("cluster").size().tolist()
    pd.testing.assert_frame_equal(same, ts.simulate(fit, seed=5))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "given", [{"n": 50}, {"icc": 0.1}, {"shares": (0.5, 0.5)}, {"std_lv": True}]
)
def test_what_means_nothing_for_two_levels_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ts.TpnSemError):
        ts.simulate(fitted(SLOPE), seed=1, **given)


def test_reliability_of_each_level_is_that_of_its_own_part() -> None:
    """Geldhof, Preacher & Zyphur (2014): omega of deviations, and of clusters' parts."""
    text = "level: 1\n f =~ y1 + y2 + y3\nlevel: 2\n g =~ y1 + y2 + y3"
    fit = fitted(text)
    table = ts.reliability(fit, interval="delta")
    value = fit.coef
    for construct, mark, level in (("f", "", 1), ("g", ".l2", 2)):
        loadings = 1.0 + value[f"{construct}=~y2{mark}"] + value[f"{construct}=~y3{mark}"]
        true = loadings**2 * value[f"{construct}~~{construct}{mark}"]
        error = sum(value[f"y{k}~~y{k}{mark}"] for k in (1, 2, 3))
        row = table.loc[(level, construct)]
        assert row["omega"] == pytest.approx(true / (true + error), rel=1e-9)
        assert row["omega_lower"] < row["omega"] < row["omega_upper"] <= 1.0
        assert 0.0 < row["alpha"] < 1.0
    with pytest.raises(ts.TpnSemError, match="bootstrap"):
        ts.reliability(fit, interval="bootstrap")


# Tests between models -----------------------------------------------------------------------------

EQUAL = "level: 1\n f =~ y1 + b*y2 + c*y3\n f ~ x\nlevel: 2\n f =~ y1 + b*y2 + c*y3\n f ~ a*w"
FREE = EQUAL.replace("b*", "").replace("c*", "")
# lavTestLRT and lavTestWald("a == 0.5") of lavaan 0.7-2
LAVAAN_TESTS = {"ML": (2.6678, 2.081316), "MLR": (2.6973, 2.164536)}


@pytest.mark.parametrize("estimator", LAVAAN_TESTS)
def test_differences_and_wald_tests_are_lavaans(estimator: str) -> None:
    """The clusters are a level of the model: nothing is corrected for them twice."""
    equal, free = (fitted(text, estimator=estimator) for text in (EQUAL, FREE))
    difference, wald = LAVAAN_TESTS[estimator]
    table = ts.compare(equal, free)
    assert table["chisq_diff"].iloc[1] == pytest.approx(difference, rel=1e-3)
    assert equal.wald_test("a == 0.5").statistic == pytest.approx(wald, rel=1e-3)


def test_a_heading_with_a_times_sign_is_a_column_like_any_other() -> None:
    data = DATA.rename(columns={"x": "a × b"})
    fit = ts.sem("y1 ~ `a × b` + u", data)
    assert fit.standardized()["estimate"].notna().all()
    assert fit.r_squared.notna().all()
    levels = fitted("level: 1\n y1 ~ `a × b`\nlevel: 2\n y1 ~ w", data)
    plain = fitted("level: 1\n y1 ~ x\nlevel: 2\n y1 ~ w")
    np.testing.assert_allclose(levels.coef, plain.coef, rtol=1e-8)
    slope = fitted('level: 1\n y1 ~ rv("s")*`a × b` + u\nlevel: 2\n y1 ~ w\n s ~ w\n y1 ~~ s', data)
    np.testing.assert_allclose(slope.coef, fitted(SLOPE).coef, rtol=1e-8)


# What units and starts must not decide ------------------------------------------------------------


def without_slope_variance() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    school = np.repeat(np.arange(60), generator.integers(4, 15, 60))
    generator = np.random.default_rng(0)
    data = pd.DataFrame({"cluster": school, "x": generator.normal(size=len(school))})
    part = 0.5 * generator.normal(size=60)[school]
    data["z"] = 1.0 + part + 0.3 * data["x"] + generator.normal(size=len(school))
    return data


@pytest.mark.sampled(3)
@pytest.mark.parametrize("unit", [1e6, 0.1, 1e-3, 1e-6])
def test_a_random_slope_converges_in_any_unit_of_the_outcome(unit: str) -> None:
    one, other = (fitted(SLOPE, DATA.assign(y1=DATA["y1"] * k)) for k in (1.0, unit))
    names = ["s~1.l2", "y1~u", "s~w.l2"]
    np.testing.assert_allclose(other.coef[names], unit * one.coef[names], rtol=1e-5)
    np.testing.assert_allclose(
        np.diag(other.vcov.loc[names, names]),
        unit**2 * np.diag(one.vcov.loc[names, names]),
        rtol=1e-4,
    )


def test_a_slope_variance_below_zero_keeps_the_errors() -> None:
    data = without_slope_variance()
    text = 'level: 1\n z ~ rv("s")*x\nlevel: 2\n z ~~ 0*s'
    fit = fitted(text, data)
    assert fit.coef["s~~s.l2"] < 0.0
    assert not fit.admissible
    # from the dense likelihood by hand
    np.testing.assert_allclose(
        fit.estimates.query("free")["se"], [0.0416, 0.0664, 0.0645, 0.0228, 0.0762], atol=6e-5
    )
    held = fitted(text, data, bounds="pos_var")
    assert held.coef["s~~s.l2"] == pytest.approx(0.0, abs=1e-8)
    assert np.isfinite(held.estimates.query("free")["se"]).all()


def test_carriers_of_slopes_are_never_parameters() -> None:
    one, other = fitted(SLOPE), fitted(SLOPE, fixed_x=False)
    names = ["s~1.l2", "s~~s.l2", "y1~~y1", "y1~u"]
    np.testing.assert_allclose(other.coef[names], one.coef[names], rtol=1e-5)
    assert not any("×" in name for name in other.coef.index)


def test_a_slope_called_like_a_column_is_refused() -> None:
    with pytest.raises(ModelError, match="random slope 'w' is also a column"):
        ts.sem('level: 1\n y1 ~ rv("w")*x\nlevel: 2\n y1 ~~ y1', DATA, cluster="cluster")


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_a_column_that_never_varies_is_called_constant(missing: str) -> None:
    text = "level: 1\n f =~ y1 + y2 + g3\nlevel: 2\n f =~ y1 + y2 + g3"
    with pytest.raises(ts.TpnSemError, match="column 'y1' is constant"):
        ts.sem(text, DATA.assign(y1=2.5), cluster="cluster", missing=missing)


def test_fit_by_level_needs_groups_alike() -> None:
    one = "level: 1\n f =~ y1 + y2 + y3\nlevel: 2\n f =~ y1 + y2 + y3\n"
    text = f"group: a\n{one}group: b\n{one.replace('y3', 'y3 + y4')}"
    data = DATA.assign(half=np.where(DATA["cluster"] % 2, "a", "b"))
    fit = fitted(text, data, group="half")
    with pytest.raises(NotAvailableError, match="same variables"):
        _ = fit.fit_by_level

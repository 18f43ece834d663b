"""Reliability: semTools' and psych's numbers, closed forms, certificates, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data
from scipy.stats import norm

import tpn_sem as ts
from tpn_sem.data import intraclass_correlation
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.measurement_quality import item_analysis, reliability
from tpn_sem.measurement_quality.greatest_lower_bound import greatest_lower_bound

WITNESS = json.loads((REFERENCE / "measurement_quality.json").read_text(encoding="utf-8"))
PUPILS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
FOUR = "\n".join(
    f"{name} =~ {' + '.join(f'y{5 * place + k}' for k in range(1, 6))}"
    for place, name in enumerate("ABCD")
)
ALL = "G =~ " + " + ".join(f"y{k}" for k in range(1, 21))
ANSWERS = "A =~ q1 + q2 + q3 + q4 + q5\nB =~ q6 + q7 + q8 + q9 + q10"
ORDERED = [f"q{k}" for k in range(1, 11)]
SETS = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}


@cache
def fitted(text: str, data: str, **options: Any) -> ts.Fit:
    return quietly(ts.cfa, text, reference_data(data), **options)


@cache
def ordinal() -> ts.Fit:
    return quietly(ts.cfa, ANSWERS, reference_data("ordinal_five"), ordered=ORDERED)


def pupils(**options: Any) -> ts.Fit:
    return fitted(PUPILS, "HolzingerSwineford1939", **options)


def assert_as(column: pd.Series, witness: dict[str, float], tolerance: float = 2e-6) -> None:
    """The same numbers, to what lavaan's optimiser leaves."""
    wanted = pd.Series(witness)
    np.testing.assert_allclose(column[wanted.index], wanted, atol=tolerance, rtol=0)


# Witnesses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["alpha", "omega", "ave"])
def test_coefficients_of_continuous_items_are_those_of_semtools(column: str) -> None:
    assert_as(reliability(pupils())[column], WITNESS["pupils"][column])


@pytest.mark.parametrize("column", ["alpha", "omega"])
def test_coefficients_of_incomplete_rows_are_those_of_semtools(column: str) -> None:
    found = reliability(fitted(PUPILS, "hs_missing", missing="fiml"))
    assert_as(found[column], WITNESS["incomplete"][column], 2e-5)


@pytest.mark.parametrize("label", ["Pasteur", "Grant-White"])
def test_each_group_has_the_coefficients_that_semtools_gives_it(label: str) -> None:
    found = reliability(pupils(group="school"))
    assert found.index.names == ["group", "construct"]
    assert_as(found.loc[label]["omega"], WITNESS["groups"]["omega"][label], 1e-5)


def test_omega_of_ordinal_items_is_that_of_their_answers() -> None:
    found, witness = reliability(ordinal()), WITNESS["ordinal"]
    for column in ("alpha", "alpha_latent", "omega", "omega_latent", "ave"):
        assert_as(found[column], witness[column], 1e-5)
    assert (found["omega_latent"] > found["omega"]).all()


def test_hierarchical_coefficients_are_those_of_semtools() -> None:
    witness = WITNESS["four"]
    above = reliability(fitted(FOUR + "\nG =~ A + B + C + D", "simulated_four_factors"))
    assert_as(above["omega_hierarchical"], witness["second_order"], 1e-5)
    text = f"{ALL}\n{FOUR}"
    beside = reliability(fitted(text, "simulated_four_factors", orthogonal=True, std_lv=True))
    assert_as(beside["omega_hierarchical"], witness["bifactor"], 1e-5)
    groups = list("ABCD")
    np.testing.assert_allclose(
        beside.loc[groups, "omega_subscale"], beside.loc[groups, "omega_hierarchical"], rtol=1e-12
    )
    assert np.isnan(beside.loc["G", "omega_subscale"])
    assert (beside["omega"] > beside["omega_hierarchical"]).all()


def test_what_a_second_order_factor_leaves_is_the_rest_of_omega() -> None:
    found = reliability(fitted(FOUR + "\nG =~ A + B + C + D", "simulated_four_factors"))
    fit = fitted(FOUR + "\nG =~ A + B + C + D", "simulated_four_factors")
    for factor in "ABCD":
        share = 1.0 - fit.r_squared[factor]
        wanted = found.loc[factor, "omega"] * share
        assert found.loc[factor, "omega_subscale"] == pytest.approx(wanted, rel=1e-10)


def test_cross_loadings_and_residual_covariances_are_taken_apart() -> None:
    found = reliability(fitted(FOUR + "\nA =~ y6\ny1 ~~ y2", "simulated_four_factors"))
    assert_as(found["omega_hierarchical"], WITNESS["four"]["crossed"], 1e-5)
    assert any("residuals share" in note for note in found.attrs["notes"])


def test_maximal_reliability_of_one_factor_is_that_of_semtools() -> None:
    found = reliability(reference_data("HolzingerSwineford1939"), items=SETS)
    assert_as(found["maximal"], WITNESS["pupils"]["maximal"], 2e-5)


@pytest.mark.parametrize(("data", "construct"), [("pupils", "speed"), ("ordinal", "B")])
def test_statistics_of_items_are_those_of_psych(data: str, construct: str) -> None:
    fit = pupils() if data == "pupils" else ordinal()
    found, witness = item_analysis(fit).loc[construct], WITNESS[data]["items"][construct]
    for column in ("item_rest", "alpha_if_deleted"):
        np.testing.assert_allclose(found[column], witness[column], atol=1e-10)
    own = reliability(fit).loc[construct]
    np.testing.assert_allclose(found["alpha_change"] + own["alpha"], found["alpha_if_deleted"])
    if data == "pupils":
        assert own["mean_correlation"] == pytest.approx(witness["mean_correlation"], abs=1e-10)


# Closed forms ------------------------------------------------------------------------------------


def test_the_bound_of_three_items_is_that_of_their_one_factor() -> None:
    items = reference_data("HolzingerSwineford1939")[SETS["visual"]]
    found = greatest_lower_bound(items.corr().to_numpy())
    assert found == pytest.approx(WITNESS["pupils"]["glb_of_three"], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("p", [4, 8])
def test_the_bound_is_feasible_and_has_a_certificate(p: int) -> None:
    """tr(S Y) bounds the errors for any Y with a diagonal from 1 and no negative eigenvalue."""
    rng = np.random.default_rng(p)
    loadings = rng.normal(size=(p, 3))
    matrix = loadings @ loadings.T + np.diag(rng.uniform(0.5, 2.0, p))
    errors = _errors(matrix)
    found = (1.0 - greatest_lower_bound(matrix)) * matrix.sum()
    assert found == pytest.approx(errors.sum(), rel=1e-6)
    values, vectors = np.linalg.eigh(matrix - np.diag(errors))
    assert values[0] > -1e-6
    dual = _dual(vectors[:, values < 1e-4 * values[-1]])
    assert np.linalg.eigvalsh(dual)[0] > -1e-8
    assert np.trace(matrix @ dual) / np.diag(dual).min() == pytest.approx(found, rel=2e-3)


def _errors(matrix: np.ndarray) -> np.ndarray:
    """The best error variances, by scipy's constrained search."""
    from scipy.optimize import minimize

    smallest = {
        "type": "ineq",
        "fun": lambda errors: np.linalg.eigvalsh(matrix - np.diag(errors))[:3],
    }
    start = np.full(len(matrix), 0.5 * np.linalg.eigvalsh(matrix)[0])
    found = minimize(
        lambda errors: -errors.sum(),
        start,
        jac=lambda errors: -np.ones(len(errors)),
        constraints=[smallest],
        bounds=[(0.0, None)] * len(matrix),
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 2000},
    )
    return np.asarray(found.x)


def _dual(null: np.ndarray) -> np.ndarray:
    """A positive semidefinite matrix over the null space whose diagonal is one."""
    k = null.shape[1]
    first, second = np.triu_indices(k)
    columns = [
        (null[:, i] * null[:, j]) * (1.0 if i == j else 2.0)
        for i, j in zip(first, second, strict=True)
    ]
    solution = np.linalg.lstsq(np.array(columns).T, np.ones(len(null)), rcond=None)[0]
    middle = np.zeros((k, k))
    middle[first, second] = middle[second, first] = solution
    return null @ middle @ null.T


def test_the_interval_of_omega_is_the_delta_method_of_a_defined_parameter() -> None:
    text = (
        "visual =~ NA*x1 + a*x1 + b*x2 + c*x3\nvisual ~~ 1*visual\nx1 ~~ u*x1\nx2 ~~ v*x2\n"
        "x3 ~~ w*x3\nomega := (a + b + c)^2 / ((a + b + c)^2 + u + v + w)"
    )
    fit = quietly(ts.cfa, text, reference_data("HolzingerSwineford1939"), estimator="MLR")
    row, defined = reliability(fit, interval="delta").iloc[0], fit.estimates.iloc[-1]
    assert row["omega"] == pytest.approx(defined["estimate"], abs=1e-10)
    rest = 1.0 - defined["estimate"]
    factor = np.exp(norm.ppf(0.975) * defined["se"] / rest)
    ends = 1.0 - rest * factor, 1.0 - rest / factor
    np.testing.assert_allclose(row[["omega_lower", "omega_upper"]], ends, rtol=1e-6)


def test_the_interval_of_alpha_is_that_of_the_jackknife() -> None:
    data = reference_data("HolzingerSwineford1939")
    row = reliability(pupils(), interval="delta").loc["visual"]
    values = data[SETS["visual"]].to_numpy()
    without = np.array([_alpha(np.delete(values, i, axis=0)) for i in range(len(values))])
    n = len(values)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    rest = 1.0 - row["alpha"]
    found = rest * np.log((1.0 - row["alpha_lower"]) / rest) / norm.ppf(0.975)
    assert found == pytest.approx(error, rel=0.02)


def test_clusters_widen_the_interval_of_alpha_as_the_jackknife_of_clusters_does() -> None:
    data = reference_data("hs_clustered")
    row = quietly(reliability, _clustered(), interval="delta").loc["textual"]
    values, rooms = data[SETS["textual"]].to_numpy(), data["classroom"].to_numpy()
    labels = np.unique(rooms)
    without = np.array([_alpha(values[rooms != label]) for label in labels])
    count = len(labels)
    error = np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    from scipy.stats import t

    rest = 1.0 - row["alpha"]
    found = rest * np.log((1.0 - row["alpha_lower"]) / rest) / t.ppf(0.975, count - 1)
    assert found == pytest.approx(error, rel=0.1)


def _alpha(values: np.ndarray) -> float:
    covariance = np.cov(values, rowvar=False)
    k = len(covariance)
    return float(k / (k - 1) * (1.0 - np.trace(covariance) / covariance.sum()))


@cache
def _clustered() -> ts.Fit:
    return quietly(
        ts.cfa, PUPILS, reference_data("hs_clustered"), cluster="classroom", estimator="MLR"
    )


def test_the_reliability_of_cluster_means_is_icc_2() -> None:
    data = reference_data("hs_clustered").assign(total=lambda d: d[SETS["textual"]].sum(axis=1))
    fit = quietly(ts.sem, "total ~ age", data, cluster="classroom", estimator="MLR")
    icc, average, _ = intraclass_correlation(fit.estimation.samples.groups[0], 0)
    row = quietly(reliability, _clustered()).loc["textual"]
    if icc > 0.0:
        wanted = average * icc / (1.0 + (average - 1.0) * icc)
        assert row["cluster_mean"] == pytest.approx(wanted, rel=1e-10)
    else:
        assert np.isnan(row["cluster_mean"])
    within = data[SETS["textual"]] - data.groupby("classroom")[SETS["textual"]].transform("mean")
    assert row["alpha_within"] == pytest.approx(_alpha(within.to_numpy()), rel=1e-10)


def test_the_standard_error_of_measurement_is_what_omega_leaves() -> None:
    row = reliability(pupils()).loc["speed"]
    spread = reference_data("HolzingerSwineford1939")[SETS["speed"]].sum(axis=1).std()
    assert row["sem_sum"] == pytest.approx(spread * np.sqrt(1.0 - row["omega"]), rel=1e-10)


def test_scores_share_with_the_factor_what_the_table_says() -> None:
    scores = pupils().factor_scores(standard_errors=True)
    found = reliability(pupils())["factor_score"]
    for factor in SETS:
        assert found[factor] == pytest.approx(scores[f"{factor}_reliability"].mean(), rel=1e-9)
    rows = ordinal().factor_scores(standard_errors=True)
    assert reliability(ordinal()).loc["A", "factor_score"] == pytest.approx(
        rows["A_reliability"].mean(), rel=1e-12
    )


# Intervals ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_bootstrap_is_near_the_delta_method_and_repeats() -> None:
    data = reference_data("HolzingerSwineford1939")
    delta = reliability(data, items=SETS["textual"], interval="delta").iloc[0]
    options: dict[str, Any] = {"items": SETS["textual"], "interval": "bootstrap", "n_draws": 400}
    drawn = reliability(data, seed=4, **options)
    pd.testing.assert_frame_equal(drawn, reliability(data, seed=4, **options))
    for name in ("alpha", "omega", "composite", "ave"):
        for end in ("_lower", "_upper"):
            assert drawn.iloc[0][name + end] == pytest.approx(delta[name + end], abs=0.02)


@pytest.mark.slow
def test_ordinal_answers_and_gaps_are_resampled() -> None:
    found = quietly(reliability, ordinal(), interval="bootstrap", n_draws=20, seed=1)
    for name in ("alpha", "omega", "alpha_latent", "omega_latent"):
        assert (found[f"{name}_lower"] < found[name]).all()
        assert (found[f"{name}_upper"] > found[name]).all()
    assert found["factor_score_lower"].isna().all()
    fit = fitted(PUPILS, "hs_missing", missing="fiml")
    found = quietly(reliability, fit, interval="bootstrap", n_draws=20, seed=1)
    assert (found["alpha_lower"] < found["alpha_upper"]).all()


def test_a_wider_level_is_wider() -> None:
    narrow, wide = (reliability(pupils(), interval="delta", level=p) for p in (0.9, 0.99))
    assert (wide["omega_lower"] < narrow["omega_lower"]).all()
    assert (wide["omega_upper"] > narrow["omega_upper"]).all()


def test_sample_moments_have_normal_intervals() -> None:
    data = reference_data("HolzingerSwineford1939")[SETS["textual"]]
    moments = ts.SampleMoments(data.cov(), n_observations=len(data))
    row = reliability(ts.cfa("f =~ x4 + x5 + x6", moments), interval="delta").iloc[0]
    assert row["alpha"] == pytest.approx(_alpha(data.to_numpy()), rel=1e-10)
    assert row["alpha_lower"] < row["alpha"] < row["alpha_upper"]
    with pytest.raises(NotAvailableError, match="rows"):
        reliability(ts.cfa("f =~ x4 + x5 + x6", moments), interval="bootstrap")


# What is said ------------------------------------------------------------------------------------


def test_rejected_tau_equivalence_is_said() -> None:
    found = reliability(pupils())
    free = ts.cfa("f =~ x4 + x5 + x6", reference_data("HolzingerSwineford1939"), std_lv=True)
    equal = ts.cfa("f =~ l*x4 + l*x5 + l*x6", reference_data("HolzingerSwineford1939"), std_lv=True)
    gap = ts.compare(free, equal).iloc[-1]
    assert found.loc["textual", "tau_chisq"] == pytest.approx(gap["chisq_diff"], abs=1e-6)
    assert found.loc["textual", "tau_df"] == 2
    notes = [note for note in found.attrs["notes"] if "tau-equivalence" in note]
    assert [note.split(":")[0] for note in notes] == ["textual", "speed"]
    assert "Report omega (alpha .88, omega .89)" in notes[0]


def test_corrected_differences_go_with_the_estimator() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = reliability(pupils(estimator="MLR")).loc["textual"]
    fits = [
        ts.cfa(text, data, std_lv=True, estimator="MLR")
        for text in ("f =~ x4 + x5 + x6", "f =~ l*x4 + l*x5 + l*x6")
    ]
    assert found["tau_chisq"] == pytest.approx(ts.compare(*fits).iloc[-1]["chisq_diff"], rel=1e-5)


def test_items_that_are_not_reversed_are_named() -> None:
    data = reference_data("HolzingerSwineford1939").assign(x5=lambda d: -d["x5"])
    found = reliability(ts.cfa(PUPILS, data))
    assert any(note.startswith("textual: x5 and the other") for note in found.attrs["notes"])
    assert found.loc["textual", "alpha"] < 0.0


def test_a_heywood_case_has_alpha_only_and_says_why() -> None:
    covariance = pd.DataFrame(
        [[1.0, 0.7, 0.7], [0.7, 1.0, 0.3], [0.7, 0.3, 1.0]], index=list("abc"), columns=list("abc")
    )
    moments = ts.SampleMoments(covariance, n_observations=300)
    found = reliability(quietly(ts.cfa, "f =~ a + b + c", moments))
    assert found.loc["f", ["omega", "ave", "maximal", "composite"]].isna().all()
    assert found.loc["f", "alpha"] > 0.7
    assert "Heywood" in found.attrs["reasons"]["f: omega"]


def test_a_negative_factor_variance_is_said() -> None:
    covariance = pd.DataFrame(
        [[1.0, -0.2, -0.2], [-0.2, 1.0, -0.2], [-0.2, -0.2, 1.0]],
        index=list("abc"),
        columns=list("abc"),
    )
    moments = ts.SampleMoments(covariance, n_observations=300)
    fit = quietly(ts.cfa, "f =~ 1*a + 1*b + 1*c", moments)
    found = reliability(fit)
    assert np.isnan(found.loc["f", "ave"])
    assert "variance of 'f' is not positive" in found.attrs["reasons"]["f: ave"]


def test_a_single_item_and_what_else_has_no_coefficient_says_so() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = reliability(ts.cfa("textual =~ x4 + x5 + x6\none =~ x1", data))
    assert np.isnan(found.loc["one", "omega"])
    assert found.attrs["reasons"]["one: all"].startswith("a single item")
    found = reliability(ts.sem("textual =~ x4 + x5 + x6\nx4 ~ ageyr", data))
    assert "observed variables" in found.attrs["reasons"]["textual: all"]
    fit = quietly(ts.cfa, "A =~ q1 + q2 + c1", reference_data("ordinal_five"), ordered=["q1", "q2"])
    assert "no common unit" in reliability(fit).attrs["reasons"]["A: all"]


def test_two_items_are_held_equal() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = reliability(data, items={"pair": ["x7", "x8"]}).loc["pair"]
    assert found["omega"] == pytest.approx(found["alpha"], abs=1e-6)
    assert np.isnan(found["tau_p_value"])
    fit = ts.cfa("pair =~ 1*x7 + 1*x8\ntextual =~ x4 + x5 + x6", data)
    assert np.isnan(item_analysis(fit).loc["pair"]["alpha_if_deleted"]).all()


def test_data_are_grouped_and_read_as_a_fit_reads_them() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = reliability(data, items=SETS, group="school")
    assert list(found.index)[:3] == [("Pasteur", name) for name in SETS]
    one = reliability(ts.cfa("f =~ x4 + x5 + x6", data, group="school", estimator="MLR"))
    np.testing.assert_allclose(found.loc[("Pasteur", "textual")], one.iloc[0], rtol=1e-5)
    answers = reference_data("ordinal_five")
    own = quietly(reliability, answers, items={"A": ORDERED[:5]}, ordered=ORDERED)
    assert {"alpha_latent", "omega_latent"} <= set(own.columns)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: reliability(reference_data("swiss")), OptionError, "needs items="),
    (lambda: reliability(reference_data("swiss"), items={}), OptionError, "empty"),
    (lambda: reliability(reference_data("swiss"), items=["Fertility"]), DataError, "needs two"),
    (
        lambda: reliability(reference_data("swiss"), items=["Fertilty", "Catholic"]),
        DataError,
        "did you mean 'Fertility'",
    ),
    (
        lambda: reliability(reference_data("swiss"), items=["Catholic", "Catholic"]),
        OptionError,
        "twice",
    ),
    (
        lambda: reliability(
            reference_data("swiss"), items={"Catholic": ["Fertility", "Education"]}
        ),
        OptionError,
        "also a column",
    ),
    (lambda: reliability(pupils(), items=["x1", "x2"]), OptionError, "is for data"),
    (lambda: reliability(pupils(), estimator="ML"), OptionError, "is for data"),
    (lambda: reliability(pupils(), n_draws=50), OptionError, "interval='bootstrap'"),
    (lambda: reliability(pupils(), seed=5), OptionError, "interval='bootstrap'"),
    (lambda: reliability(pupils(), interval="bca"), OptionError, "not known"),
    (
        lambda: reliability(pupils(), interval="bootstrap", n_draws=5),
        OptionError,
        "from 20",
    ),
    (lambda: reliability(pupils(), interval="delta", level=1.5), OptionError, "level"),
    (lambda: reliability(pupils(max_iterations=1)), NotAvailableError, "did not converge"),
    (
        lambda: reliability(ts.sem("x1 ~ x2", reference_data("hs_clustered"))),
        NotAvailableError,
        "no factors",
    ),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("call", "error", "said"), REFUSED)
def test_what_cannot_be_is_refused(
    call: Callable[[], object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        quietly(call)


def test_without_standard_errors_there_are_no_intervals_of_omega() -> None:
    found = reliability(pupils(se="none"), interval="delta")
    assert found["omega_lower"].isna().all()
    assert found["alpha_lower"].notna().all()
    assert "no standard error" in found.attrs["reasons"]["visual: omega_lower"]

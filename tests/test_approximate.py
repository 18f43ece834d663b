"""Approximate invariance, against closed forms, known populations and its own limits."""

from __future__ import annotations

import numpy as np
import pytest
from approximate_cases import (
    BOTH,
    DEVIATIONS,
    FIXED,
    LEVELS,
    LOADING,
    MEANS,
    PUPILS,
    SIDES,
    SIGMA,
    SIX,
    SPEED,
    THREE,
    moments,
    population,
    pupils,
)

import tpn_sem as ts
from tpn_sem.groups.approximate import (
    ApproximateInvariance,
    approximate_invariance,
    posterior_mode,
)

# The limit of no deviations -----------------------------------------------------------------------


LIMITS: dict[str, tuple[str, tuple[str, ...], dict[str, object]]] = {
    "scalar": (THREE, BOTH, {}),
    "loadings only": (THREE, ("loadings",), {}),
    "intercepts only": (THREE, ("intercepts",), {}),
    "no means": (THREE, ("loadings",), {"mean_structure": False}),
    "partial": (THREE, BOTH, {"group_partial": ("x3 ~ 1", "visual =~ x2")}),
    "full information": (THREE, BOTH, {"missing": "fiml"}),
    "covariates": (f"{SPEED}\nspeed + x7 ~ ageyr", BOTH, {}),
    "second order": (f"{THREE}\nall =~ visual + textual + speed", ("loadings",), {}),
    "labels": ("speed =~ x7 + c(a, a)*x8 + c(b, d)*x9 + x1\nb == d", BOTH, {}),
    "bounds": (THREE, BOTH, {"bounds": "pos_var"}),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", LIMITS)
def test_a_tiny_variance_gives_what_equal_parameters_give(case: str) -> None:
    text, sets, options = LIMITS[case]
    exact = ts.cfa(text, PUPILS, group="school", std_lv=True, group_equal=sets, **options)
    found = approximate_invariance(
        text, PUPILS, group="school", variance=1e-8, sets=sets, **options
    )
    table = exact.estimates.set_index(SIDES)
    for row in found.parameters.itertuples():
        own = table.loc[(row.lhs, row.op, row.rhs, row.group)]
        assert row.estimate == pytest.approx(own["estimate"], abs=2e-6)
    check_factors(found, exact)
    assert found.log_likelihood == pytest.approx(exact.measures["logl"], abs=2e-4)
    gain = found.log_likelihood - found.log_posterior
    assert found.log_posterior - exact.measures["logl"] == pytest.approx(gain, rel=2e-3, abs=1e-9)


def check_factors(found: ApproximateInvariance, exact: ts.Fit) -> None:
    names = exact.estimation.specification.roles.all
    implied = dict(zip(exact.estimation.samples.labels, exact.estimation.implied, strict=True))
    for row in found.factors.itertuples():
        place, moments = names.index(row.factor), implied[row.group]
        assert row.mean == pytest.approx(moments.all_mean[place], abs=3e-6)
        assert row.variance == pytest.approx(moments.all_covariance[place, place], abs=3e-6)


def test_errors_are_those_of_equal_parameters_in_the_limit() -> None:
    exact = ts.cfa(
        THREE, PUPILS, group="school", std_lv=True, group_equal=BOTH, information="observed"
    )
    expected = ts.group_differences(exact).factors
    found = pupils(variance=1e-8).factors
    for kind in ("mean", "variance"):
        errors = expected[expected["quantity"] == kind]["se"].to_numpy().reshape(2, 3).T.ravel()
        np.testing.assert_allclose(found[f"{kind}_sd"], errors, rtol=1e-5)


def test_small_deviations_follow_the_scores_of_the_equalities() -> None:
    """To first order d = v s^2 (score), so that the posterior gains v / 2 sum s^2 score^2."""
    exact = ts.cfa(SPEED, PUPILS, group="school", std_lv=True, group_equal=BOTH)
    estimation = exact.estimation
    score = -estimation.samples.size * estimation.objective.gradient(
        estimation.implied, estimation.directions
    )
    variance = 1e-6
    found = posterior_mode(estimation, BOTH, variance)
    scaled = score[found.tied.places] * found.tied.scales[:, None]
    deviation = (found.tied.deviations @ found.parameters) / found.tied.scales[:, None]
    np.testing.assert_allclose(deviation, variance * scaled, rtol=0, atol=3e-3 * deviation.max())
    assert found.log_prior == pytest.approx(-0.5 * variance * (scaled**2).sum(), rel=1e-3)


# Closed forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", [0.001, 0.01, 0.1])
def test_intercepts_shrink_as_the_closed_form_says(variance: float) -> None:
    """With S known, d = (n S^-1 + D)^-1 n S^-1 (m - average m), D = diag(1 / (v s^2))."""
    n, groups = 150, {f"g{place}": level for place, level in enumerate(LEVELS)}
    data = {label: moments(level, SIGMA, n) for label, level in groups.items()}
    found = approximate_invariance(
        f"{FIXED}\nf ~ 0*1", data, variance=variance, sets=("intercepts",)
    )
    weight = n * np.linalg.inv(SIGMA)
    spread = np.linalg.inv(weight + np.diag(1.0 / (variance * np.diag(SIGMA))))
    expected = spread @ weight @ (LEVELS - LEVELS.mean(axis=0)).T
    table = found.parameters
    np.testing.assert_allclose(table["deviation"], expected.ravel(), atol=1e-10)
    errors = np.sqrt(2.0 / 3.0 * np.diag(spread))
    np.testing.assert_allclose(table["posterior_sd"], np.repeat(errors, 3), rtol=1e-10)
    np.testing.assert_allclose(
        table["estimate"] - table["deviation"], np.repeat(LEVELS.mean(axis=0), 3), atol=1e-9
    )


@pytest.mark.parametrize("variance", [1e-8, 0.01, 1.0])
def test_the_mean_is_that_of_generalised_least_squares(variance: float) -> None:
    """Differences of means m = l a + e, cov(e) = 2 v diag(s^2) + S (1 / n1 + 1 / n2)."""
    data = {"one": moments(LEVELS[0], SIGMA, 100), "two": moments(LEVELS[1], SIGMA, 300)}
    found = approximate_invariance(FIXED, data, variance=variance, sets="intercepts")
    noise = 2.0 * variance * np.diag(np.diag(SIGMA)) + SIGMA * (1 / 100 + 1 / 300)
    pull = np.linalg.solve(noise, LOADING)
    later = found.factors.set_index("group").loc["two"]
    difference = LEVELS[1] - LEVELS[0]
    assert later["mean"] == pytest.approx(pull @ difference / (pull @ LOADING), abs=1e-10)
    assert later["mean_sd"] == pytest.approx((pull @ LOADING) ** -0.5, rel=1e-9)
    assert later["mean_upper"] - later["mean_lower"] == pytest.approx(
        2 * 1.959964 * later["mean_sd"], rel=1e-6
    )
    np.testing.assert_allclose(
        later[["variance", "variance_sd"]].astype(float), [1.0, 0.0], atol=1e-12
    )


# A population whose answer is known ---------------------------------------------------------------


def test_what_differs_is_flagged_and_nothing_else() -> None:
    found = approximate_invariance(SIX, population())
    assert set(found.flagged) == {"y2 ~ 1", "f =~ y5"}
    largest = found.parameters["z"].abs().groupby([found.parameters[s] for s in SIDES]).max()
    assert largest.nlargest(2).index.map("".join).tolist()[0] in ("y2~1g1", "f=~y5g2")
    assert {"y2~1g1", "f=~y5g2"} == {
        "".join(row) for row in found.parameters.loc[
            found.parameters["flagged"] & (found.parameters["deviation"] > 0), SIDES
        ].to_numpy()
    }  # fmt: skip
    text = next(note for note in found.notes if note.startswith("Flagged"))
    assert all(name in text for name in found.flagged)


def test_the_second_step_recovers_the_population() -> None:
    found = approximate_invariance(SIX, population())
    second = approximate_invariance(SIX, population(), group_partial=found.flagged)
    np.testing.assert_allclose(second.factors["mean"], MEANS, atol=1e-7)
    np.testing.assert_allclose(second.factors["variance"], np.square(DEVIATIONS), atol=1e-7)
    assert len(second.parameters) == len(found.parameters) - 8
    assert second.flagged == ()
    assert "No parameter is flagged." in second.notes


def test_what_few_large_differences_do_to_means_is_not_undone() -> None:
    """A normal prior is no robust one: means are further off than those of exact invariance."""
    found = approximate_invariance(SIX, population())
    exact = ts.cfa(SIX, population(), std_lv=True, group_equal=BOTH).estimates
    means = exact[(exact["lhs"] == "f") & (exact["op"] == "~1")]["estimate"]
    assert np.abs(found.factors["mean"] - MEANS).max() > np.abs(means - MEANS).max() > 0.05
    assert any("no nearer than those of exact invariance" in note for note in found.notes)


@pytest.mark.parametrize("variance", [1e-4, 0.01, 1.0])
def test_invariant_items_do_not_deviate_whatever_the_prior(variance: float) -> None:
    found = approximate_invariance(SIX, population(differ=False), variance=variance)
    np.testing.assert_allclose(found.parameters["deviation"], 0.0, atol=1e-7)
    np.testing.assert_allclose(found.factors["mean"], MEANS, atol=1e-7)
    np.testing.assert_allclose(found.factors["variance"], np.square(DEVIATIONS), atol=1e-6)

"""Every method of a fit with latent products works, or refuses by name."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from product_cases import LATENT, MODEL, data_of, fitted, rows_with_product

import tpn_sem as ts
from tpn_sem.errors import TpnSemError

WORK: dict[str, Callable[[ts.Fit], object]] = {
    "estimates": lambda fit: fit.estimates,
    "standardized": lambda fit: fit.standardized("lv"),
    "coef": lambda fit: fit.coef,
    "vcov": lambda fit: fit.vcov,
    "effects": lambda fit: fit.effects(),
    "r_squared": lambda fit: fit.r_squared,
    "measures": lambda fit: fit.measures,
    "implied": lambda fit: fit.implied,
    "residuals": lambda fit: fit.residuals("correlation"),
    "wald": lambda fit: fit.wald_test("b == 0"),
    "scores": lambda fit: fit.factor_scores(standard_errors=True),
    "plausible": lambda fit: fit.factor_scores(n_draws=2, seed=1),
    "summary": lambda fit: fit.summary(),
    "diagram": lambda fit: fit.path_diagram(),
    "interaction": ts.interaction,
    "reliability": ts.reliability,
}
REFUSE: dict[str, tuple[Callable[[ts.Fit], object], str]] = {
    "equivalence": (lambda fit: fit.equivalence(), "no unrestricted model of rows"),
    "indices": (lambda fit: fit.modification_indices(), "products='double_mean_centred'"),
    "misspecifications": (lambda fit: fit.misspecifications(), "products='double_mean_centred'"),
    "residuals": (lambda fit: fit.residuals("standardized"), "products='double_mean_centred'"),
    "Bartlett": (lambda fit: fit.factor_scores("Bartlett"), "linear in the answers"),
    "local": (ts.local_fit, "no unrestricted model of rows"),
    "simulate": (lambda fit: ts.simulate(fit, n=20, seed=1), "are not drawn"),
    "cutoffs": (lambda fit: ts.cutoffs(fit, n=2, seed=1), "are not drawn"),
}


@pytest.fixture(scope="module", params=LATENT)
def fit(request: pytest.FixtureRequest) -> ts.Fit:
    text = MODEL.replace("X:Z", "b*X:Z")
    return quietly(ts.sem, text, data_of("one_product"), products=request.param)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", WORK)
def test_what_a_fit_says_is_said(fit: ts.Fit, name: str) -> None:
    assert WORK[name](fit) is not None


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", REFUSE)
def test_what_it_cannot_say_is_refused(fit: ts.Fit, name: str) -> None:
    call, message = REFUSE[name]
    with pytest.raises(TpnSemError) as found:
        call(fit)
    assert message in str(found.value)


def test_measures_have_a_likelihood_and_reasons(fit: ts.Fit) -> None:
    measures = fit.measures
    free = int(measures["npar"])
    assert measures["aic"] == pytest.approx(2 * free - 2 * measures["logl"])
    assert measures["bic"] == pytest.approx(free * np.log(500) - 2 * measures["logl"])
    for name in ("chisq", "cfi", "rmsea", "srmr", "pvalue"):
        if np.isnan(measures[name]):
            assert "no unrestricted model" in measures.attrs["reasons"][name]
    assert np.isnan(measures[["chisq", "cfi", "rmsea", "pvalue"]]).all()
    assert "No fit measures" in fit.summary()


def test_effects_say_where_they_hold(fit: ts.Fit) -> None:
    assert "ts.interaction has the others" in fit.effects().attrs["notes"][-1]
    plain = quietly(ts.sem, MODEL.replace(" + X:Z", ""), data_of("one_product"))
    assert not plain.effects().attrs["notes"]


def test_a_fit_travels(fit: ts.Fit) -> None:
    again = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(again.estimates, fit.estimates)
    assert again.factor_scores().shape == fit.factor_scores().shape


@pytest.mark.sampled(2)
def test_rows_are_resampled(fit: ts.Fit) -> None:
    found = quietly(ts.bootstrap, fit, n=4, seed=1)
    assert found.replicates["b"].std() > 0.0


def test_scores_are_posterior_means() -> None:
    """By brute force: the posterior of X for one row, on a fine grid."""
    fit = fitted("one_product", "lms")
    scores = fit.factor_scores(standard_errors=True)
    draws = fit.factor_scores(n_draws=400, seed=3)
    rows = data_of("one_product").index[:40]
    for name in "XZY":
        means = draws.loc[rows].groupby(level=0)[name].mean()
        spread = draws.loc[rows].groupby(level=0)[name].std()
        gaps = (means - scores.loc[rows, name]) / (scores.loc[rows, f"{name}_se"] / 20.0)
        assert gaps.abs().max() < 4.0
        np.testing.assert_allclose(spread, scores.loc[rows, f"{name}_se"], rtol=0.2)
    linear = quietly(ts.sem, MODEL.replace(" + X:Z", ""), data_of("one_product"))
    assert np.corrcoef(linear.factor_scores()["X"], scores["X"])[0, 1] > 0.98


def test_the_product_of_a_factor_and_two_groups_is_two_slopes() -> None:
    """A product with a column of zeros and ones is a model of two groups."""
    frame = rows_with_product(400, 2)
    frame["sex"] = np.arange(400) % 2
    frame["y1"] += 0.5 * frame["sex"] * frame["x1"]
    one = quietly(ts.sem, MODEL.replace("X:Z", "sex + X:sex"), frame)
    factors = "X =~ x1 + c(a, a)*x2 + c(b, b)*x3\nZ =~ z1 + c(d, d)*z2 + c(e, e)*z3\n"
    factors += "Y =~ y1 + c(f, f)*y2 + c(g, g)*y3\n"
    lines = [f"{name} ~~ c(v{name}, v{name})*{name}" for name in [*"XZY", *frame.columns[:9]]]
    lines += [f"{name} ~ c(m{name}, m{name})*1" for name in frame.columns[:9]]
    lines += ["X ~~ c(r, r)*Z", "Y ~ c(s0, s1)*X + c(t, t)*Z", "Y ~ c(0, NA)*1"]
    text = factors + "\n".join(lines) + "\ngap := s1 - s0"
    two = quietly(ts.sem, text, frame, group="sex", information="observed")
    assert one.measures["logl"] == pytest.approx(two.measures["logl"], abs=1e-6)
    ours = one.estimates.set_index(["lhs", "op", "rhs"]).loc[("Y", "~", "X:sex")]
    theirs = two.estimates.set_index("lhs").loc["gap"]
    assert ours["estimate"] == pytest.approx(theirs["estimate"], abs=1e-5)
    assert ours["se"] == pytest.approx(theirs["se"], rel=1e-3)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", LATENT)
def test_without_a_product_it_is_the_normal_likelihood(method: str) -> None:
    """The coefficient fixed at zero leaves maximum likelihood, also with missing answers."""
    frame = rows_with_product(200, 4)
    frame = frame.mask(np.random.default_rng(2).uniform(size=frame.shape) < 0.08)
    zero = quietly(ts.sem, MODEL.replace("X:Z", "0*X:Z"), frame, products=method, missing="fiml")
    plain = quietly(
        ts.sem, MODEL.replace(" + X:Z", ""), frame, missing="fiml", information="observed"
    )
    assert zero.measures["logl"] == pytest.approx(plain.measures["logl"], abs=1e-6)
    np.testing.assert_allclose(zero.coef, plain.coef[zero.coef.index], atol=2e-6)
    errors = np.sqrt(np.diag(plain.vcov.loc[zero.coef.index, zero.coef.index]))
    np.testing.assert_allclose(np.sqrt(np.diag(zero.vcov)), errors, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("method", LATENT)
def test_groups_weights_and_clusters(method: str) -> None:
    frame = rows_with_product(240, 7)
    frame = frame.assign(
        g=np.arange(240) % 2, school=np.arange(240) // 12, times=1 + frame.index % 2
    )
    both = quietly(ts.sem, MODEL, frame, products=method, group="g")
    alone = [
        quietly(ts.sem, MODEL, frame[frame["g"] == place], products=method) for place in (0, 1)
    ]
    total = sum(fit.measures["logl"] for fit in alone)
    assert both.measures["logl"] == pytest.approx(total, abs=1e-5)
    schools = quietly(ts.sem, MODEL, frame, products=method, cluster="school")
    rows = quietly(ts.sem, MODEL, frame, products=method, estimator="MLR")
    assert schools.coef["Y~X:Z"] == pytest.approx(rows.coef["Y~X:Z"], abs=1e-7)
    assert schools.estimates["se"].sum() != pytest.approx(rows.estimates["se"].sum(), rel=1e-3)
    weighted = quietly(ts.sem, MODEL, frame, products=method, frequency_weights="times")
    repeated = frame.loc[np.repeat(frame.index, frame["times"])].reset_index(drop=True)
    wide = quietly(ts.sem, MODEL, repeated, products=method)
    assert weighted.measures["logl"] == pytest.approx(wide.measures["logl"], abs=1e-5)
    np.testing.assert_allclose(weighted.estimates["se"], wide.estimates["se"], rtol=1e-4)

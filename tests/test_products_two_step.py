"""Two steps: the linear model exactly, known truth, errors against the spread of estimates."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import quietly
from product_cases import MODEL, fitted, rows_with_product

import tpn_sem as ts

PLAIN = MODEL.replace(" + X:Z", "")


def test_without_a_product_it_is_maximum_likelihood_with_robust_errors() -> None:
    """A structure that restricts nothing is the measurement model in other words."""
    frame = rows_with_product(250, 3)
    zero = quietly(ts.sem, MODEL.replace("X:Z", "0*X:Z"), frame, products="two_step")
    plain = quietly(ts.sem, PLAIN, frame, mean_structure=True, estimator="MLR")
    shared = zero.coef.index
    np.testing.assert_allclose(zero.coef, plain.coef[shared], atol=1e-6)
    ours = np.sqrt(np.diag(zero.vcov))
    theirs = np.sqrt(np.diag(plain.vcov.loc[shared, shared]))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_it_finds_the_truth_without_normal_factors() -> None:
    """Chi-square factors with four degrees of freedom."""
    draw = np.random.default_rng(2)
    n = 10_000
    x, z = (draw.chisquare(4.0, size=(2, n)) - 4.0) / np.sqrt(8.0)
    y = 0.4 * x + 0.3 * z + 0.25 * x * z + 0.7 * draw.normal(size=n)
    frame = rows_with_product(n, 1)
    for name, factor in (("x", x), ("z", z), ("y", y)):
        for place in range(3):
            frame[f"{name}{place + 1}"] = (1.0 - 0.1 * place) * factor + 0.6 * draw.normal(size=n)
    fit = quietly(ts.sem, MODEL, frame, products="two_step")
    table = fit.estimates.set_index(["lhs", "op", "rhs"])
    true = {("Y", "~", "X"): 0.4, ("Y", "~", "Z"): 0.3, ("Y", "~", "X:Z"): 0.25}
    true |= {("Y", "~~", "Y"): 0.49, ("X", "~~", "X"): 1.0, ("y1", "~1", ""): 0.0}
    for key, value in true.items():
        row = table.loc[key]
        assert abs(row["estimate"] - value) < 4.0 * row["se"]
    assert table.loc[("Y", "~", "X:Z"), "se"] < 0.03


@pytest.mark.slow
def test_errors_are_those_of_repeated_samples() -> None:
    found, errors = [], []
    for seed in range(60):
        fit = quietly(ts.sem, MODEL, rows_with_product(250, 100 + seed), products="two_step")
        found.append(fit.coef)
        errors.append(np.sqrt(np.diag(fit.vcov)))
    spread, mean = np.std(found, axis=0), np.mean(errors, axis=0)
    ratio = spread / mean
    assert np.all((ratio > 0.7) & (ratio < 1.4))
    assert np.median(ratio) == pytest.approx(1.0, abs=0.08)


def test_squares_products_of_three_and_mediators() -> None:
    frame = rows_with_product(3000, 5)
    text = f"{MODEL} + X:X"
    fit = quietly(ts.sem, text, frame, products="two_step")
    assert abs(fit.coef["Y~X:X"]) < 4.0 * np.sqrt(fit.vcov.loc["Y~X:X", "Y~X:X"])
    mediated = fitted("mediated", "two_step")
    likelihood = fitted("mediated", "lms")
    gaps = (mediated.coef - likelihood.coef).abs() / np.sqrt(np.diag(likelihood.vcov))
    assert gaps.max() < 0.5
    assert mediated.r_squared["Y"] == pytest.approx(likelihood.r_squared["Y"], abs=0.05)


def test_groups_and_clusters() -> None:
    frame = rows_with_product(240, 7).assign(g=np.arange(240) % 2, school=np.arange(240) // 8)
    both = quietly(ts.sem, MODEL, frame, products="two_step", group="g")
    for place, end in ((0, ""), (1, ".g2")):
        alone = quietly(ts.sem, MODEL, frame[frame["g"] == place], products="two_step")
        own = both.coef[[f"{name}{end}" for name in alone.coef.index]]
        np.testing.assert_allclose(own, alone.coef, atol=1e-6)
        errors = np.sqrt(np.diag(both.vcov.loc[own.index, own.index]))
        np.testing.assert_allclose(errors, np.sqrt(np.diag(alone.vcov)), rtol=1e-5)
    rows = quietly(ts.sem, MODEL, frame, products="two_step")
    schools = quietly(ts.sem, MODEL, frame, products="two_step", cluster="school")
    np.testing.assert_allclose(rows.coef, schools.coef, atol=1e-9)
    assert schools.vcov.to_numpy().trace() != pytest.approx(rows.vcov.to_numpy().trace(), rel=1e-3)


def test_units_do_not_matter() -> None:
    frame = rows_with_product(300, 5)
    one = quietly(ts.sem, MODEL, frame, products="two_step")
    scaled = frame.assign(x1=1e4 * frame["x1"] - 3.0, z1=frame["z1"] / 1e3)
    other = quietly(ts.sem, MODEL, scaled, products="two_step")
    assert other.coef["Y~X:Z"] == pytest.approx(one.coef["Y~X:Z"] * 1e3 / 1e4, rel=1e-5)
    z = [fit.estimates.query("rhs == 'X:Z'")["z"].iloc[0] for fit in (one, other)]
    assert z[1] == pytest.approx(z[0], rel=1e-4)


def test_what_it_can_and_cannot_say() -> None:
    fit = fitted("one_product", "two_step")
    assert "two steps" in fit.summary()
    assert np.isnan(fit.measures[["chisq", "logl", "aic"]]).all()
    assert "minimise nothing" in fit.measures.attrs["reasons"]["chisq"]
    found = ts.interaction(fit)
    assert "minimise" in str(found.likelihood_ratio["reason"])
    assert found.coefficients["p_value"].iloc[0] < 1e-4
    assert fit.standardized().shape == fit.estimates.shape
    for call in (
        fit.modification_indices,
        fit.equivalence,
        lambda: ts.local_fit(fit),
        lambda: ts.bootstrap(fit, n=2, seed=1),
    ):
        with pytest.raises(ts.TpnSemError):
            call()
    assert fit.factor_scores().shape == (500, 3)

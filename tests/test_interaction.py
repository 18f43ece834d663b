"""Simple slopes, regions of significance, standardised products, contrasts and drawings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from product_cases import FROZEN, METHODS, MODEL, data_of, fitted, rows_with_product

import tpn_sem as ts


def _row(fit: ts.Fit, lhs: str, rhs: str, column: str = "estimate") -> float:
    table = fit.estimates
    return float(table[(table["lhs"] == lhs) & (table["rhs"] == rhs)][column].iloc[0])


@pytest.mark.parametrize("method", METHODS.values())
def test_slopes_are_b_plus_c_times_the_moderator(method: str) -> None:
    fit = fitted("one_product", method)
    found = ts.interaction(fit).simple_slopes(at=(-2.0, 0.0, 1.5))
    deviation = np.sqrt(_row(fit, "Z", "Z"))
    np.testing.assert_allclose(found["value"], np.array([-2.0, 0.0, 1.5]) * deviation, rtol=1e-9)
    expected = _row(fit, "Y", "X") + _row(fit, "Y", "X:Z") * found["value"]
    np.testing.assert_allclose(found["estimate"], expected, rtol=1e-9)
    among = fit.vcov.loc[["Y~X", "Y~X:Z"], ["Y~X", "Y~X:Z"]].to_numpy()
    design = np.column_stack([np.ones(3), found["value"]])
    errors = np.sqrt(((design @ among) * design).sum(axis=1))
    np.testing.assert_allclose(found["se"], errors, rtol=1e-9)


@pytest.mark.slow
def test_borders_are_the_roots_of_the_quadratic_equation() -> None:
    """Johnson & Neyman (1936); Bauer & Curran (2005, eq. 18)."""
    fit = fitted("one_product", "lms")
    regions = ts.interaction(fit).regions
    b, c = _row(fit, "Y", "X"), _row(fit, "Y", "X:Z")
    among = fit.vcov.loc[["Y~X", "Y~X:Z"], ["Y~X", "Y~X:Z"]].to_numpy()
    t = 1.959963984540054
    roots = np.sort(
        np.roots(
            [
                c**2 - t**2 * among[1, 1],
                2 * (b * c - t**2 * among[0, 1]),
                b**2 - t**2 * among[0, 0],
            ]
        )
    )
    np.testing.assert_allclose(regions["to"].iloc[:2], roots, rtol=1e-6)
    assert list(regions["effect"]) == ["negative", "not significant", "positive"]
    assert regions["share"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("method", METHODS.values())
def test_the_standardised_coefficient_is_that_of_wen_marsh_and_hau(method: str) -> None:
    fit = fitted("one_product", method)
    table = ts.interaction(fit).coefficients.iloc[0]
    variance = float(fit.estimation.implied[0].all_covariance[-1, -1])
    names = fit.estimation.specification.patterns[0].names
    place = names.index("Y")
    variance = float(fit.estimation.implied[0].all_covariance[place, place])
    unit = np.sqrt(_row(fit, "X", "X") * _row(fit, "Z", "Z") / variance)
    assert table["std"] == pytest.approx(_row(fit, "Y", "X:Z") * unit, rel=1e-9)
    standard = fit.standardized().query("lhs == 'Y' and rhs == 'X:Z'").iloc[0]
    assert table["std"] == pytest.approx(standard["estimate"])
    assert 0.0 < standard["se"] < 0.2


def test_explained_share_is_that_of_a_regression_with_the_factors() -> None:
    draw = np.random.default_rng(5)
    fit = fitted("quadratic_and_product", "lms")
    table = {(r.lhs, r.op, r.rhs): r.estimate for r in fit.estimates.itertuples()}
    across = table["X", "~~", "Z"]
    spread = [[table["X", "~~", "X"], across], [across, table["Z", "~~", "Z"]]]
    x, z = draw.multivariate_normal([0.0, 0.0], spread, 300_000).T
    noise = np.sqrt(table["Y", "~~", "Y"]) * draw.normal(size=len(x))
    y = table["Y", "~", "X"] * x + table["Y", "~", "Z"] * z + table["Y", "~", "X:X"] * x * x
    y = y + table["Y", "~", "X:Z"] * x * z + noise

    def share(*columns: np.ndarray) -> float:
        design = np.column_stack([np.ones(len(y)), *columns])
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1.0 - left.var() / y.var()

    gained = share(x, z, x * x, x * z) - share(x, z, x * x)
    found = ts.interaction(fit, "X:Z").coefficients["r_squared_change"].iloc[0]
    assert found == pytest.approx(gained, abs=0.002)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("method", METHODS.values())
def test_the_likelihood_ratio_agrees_with_z(method: str) -> None:
    found = ts.interaction(fitted("no_moderation", method))
    z = found.coefficients["z"].iloc[0]
    assert found.likelihood_ratio["df"] == 1
    assert found.likelihood_ratio["chisq"] == pytest.approx(z**2, abs=0.05)
    strong = ts.interaction(fitted("one_product", method))
    assert strong.likelihood_ratio["p_value"] < 1e-6


def test_robust_fits_say_why_they_have_no_ratio() -> None:
    fit = quietly(ts.sem, MODEL, data_of("one_product"), estimator="MLR")
    found = ts.interaction(fit)
    assert np.isnan(found.likelihood_ratio["p_value"])
    assert "errors are robust" in found.likelihood_ratio["reason"]
    columns = quietly(
        ts.sem, MODEL, data_of("one_product"), estimator="MLR", products="double_mean_centred"
    )
    assert ts.interaction(columns).likelihood_ratio["p_value"] < 1e-4


@pytest.mark.slow
def test_groups_are_contrasted() -> None:
    frame = pd.concat([rows_with_product(300, 1, 0.5), rows_with_product(300, 2, 0.0)])
    frame = frame.reset_index(drop=True).assign(g=np.repeat(["a", "b"], 300))
    fit = quietly(ts.sem, MODEL, frame, group="g", group_equal="loadings")
    found = ts.interaction(fit)
    first, second = found.coefficients["estimate"]
    contrast = found.contrasts[found.contrasts["scale"] == "as it is"].iloc[0]
    assert contrast["estimate"] == pytest.approx(second - first)
    assert contrast["groups"] == "b - a"
    assert contrast["p_value"] < 0.01
    standard = found.contrasts[found.contrasts["scale"] == "standardised"].iloc[0]
    gap = found.coefficients["std"].diff().iloc[1]
    assert standard["estimate"] == pytest.approx(gap)
    loose = ts.interaction(quietly(ts.sem, MODEL, frame, group="g"))
    assert any("loadings differ between groups" in note for note in loose.notes)


def test_observed_moderators_keep_their_units() -> None:
    frame = rows_with_product(300, 9).assign(age=np.linspace(20.0, 60.0, 300))
    plain = quietly(ts.sem, MODEL.replace("X:Z", "age + X:age"), frame)
    moved = quietly(
        ts.sem, MODEL.replace("X:Z", "age + X:age"), frame.assign(age=frame["age"] - 40)
    )
    one, other = (ts.interaction(fit, moderator="age") for fit in (plain, moved))
    np.testing.assert_allclose(one.slopes["estimate"], other.slopes["estimate"], atol=1e-4)
    assert one.slopes["value"].iloc[1] == pytest.approx(40.0, abs=1e-6)
    columns = quietly(
        ts.sem, MODEL.replace("X:Z", "age + X:age"), frame, products="double_mean_centred"
    )
    third = ts.interaction(columns, moderator="age")
    np.testing.assert_allclose(third.slopes["estimate"], one.slopes["estimate"], atol=0.03)


def test_a_product_without_its_main_effects_is_noted() -> None:
    fit = quietly(ts.sem, MODEL.replace("Y ~ X + Z + X:Z", "Y ~ X + X:Z"), data_of("one_product"))
    found = ts.interaction(fit)
    assert any("Z stands in the product" in note for note in found.notes)


@pytest.mark.parametrize("kind", ["slopes", "regions", "surface"])
def test_drawings_are_drawn(kind: str) -> None:
    found = ts.interaction(fitted("one_product", "lms"))
    text = str(found.plot(kind))
    assert text.startswith("<svg")
    assert "NaN" not in text
    assert "nan" not in text.lower().replace("nanum", "")
    assert ("polygon" in text) == (kind != "surface")


def test_the_surface_is_the_equation() -> None:
    fit = fitted("one_product", "lms")
    found = ts.interaction(fit).surface(reach=1.0, steps=3)
    x, z = found["X"], found["Z"]
    expected = _row(fit, "Y", "X") * x + _row(fit, "Y", "Z") * z + _row(fit, "Y", "X:Z") * x * z
    np.testing.assert_allclose(found["estimate"], expected, rtol=1e-9, atol=1e-12)
    assert len(found) == 9


def test_it_says_which_product_is_meant() -> None:
    fit = fitted("quadratic_and_product", "lms")
    with pytest.raises(ts.TpnSemError, match="several products"):
        ts.interaction(fit)
    with pytest.raises(ts.TpnSemError, match="'X:W' is not known"):
        ts.interaction(fit, "X:W")
    assert ts.interaction(fit, "Z:X").product == "X:Z"
    with pytest.raises(ts.TpnSemError, match="the fit has no product"):
        ts.interaction(quietly(ts.sem, MODEL.replace(" + X:Z", ""), data_of("one_product")))
    with pytest.raises(ts.TpnSemError):
        ts.interaction(fit, "X:Z", moderator="Y")
    with pytest.raises(ts.TpnSemError, match="at= are numbers"):
        ts.interaction(fit, "X:Z").simple_slopes(at=())


def test_it_can_be_read() -> None:
    text = repr(ts.interaction(fitted("one_product", "lms")))
    for words in ("Z moderates X", "Slope on X", "Regions of significance", "Against no product"):
        assert words in text
    assert FROZEN["program"].startswith("modsem")


def test_comparison_with_the_model_without_is_the_same_test() -> None:
    data = data_of("one_product")
    one = fitted("one_product", "lms")
    none = quietly(ts.sem, MODEL.replace(" + X:Z", ""), data, mean_structure=True)
    table = quietly(ts.compare, product=one, none=none)
    found = ts.interaction(one).likelihood_ratio
    assert table.loc["none", "chisq_diff"] == pytest.approx(found["chisq"], abs=1e-5)
    assert table.loc["none", "relation"] == "nested in product"


@pytest.mark.slow
def test_other_products_are_not_nested() -> None:
    data = data_of("one_product")
    squares = quietly(ts.sem, MODEL.replace("X:Z", "X:X + Z:Z"), data)
    more = quietly(ts.sem, f"{MODEL} + X:X", data)
    one = fitted("one_product", "lms")
    table = quietly(ts.compare, one=one, squares=squares)
    assert table.loc["one", "relation"] == "not nested in squares"
    wide = quietly(ts.compare, one=one, more=more)
    assert wide.loc["one", "relation"] == "nested in more"
    assert wide.loc["one", "p_value"] > 0.05
    rows = wide.criteria
    assert rows.loc["one", "aic"] == pytest.approx(one.measures["aic"])


@pytest.mark.slow
def test_the_third_factor_of_a_product_of_three_can_be_anywhere() -> None:
    frame = rows_with_product(300, 3).assign(w=np.sin(np.arange(300)))
    text = MODEL.replace("X:Z", "w + X:Z + X:w + Z:w + X:Z:w")
    fit = quietly(ts.sem, text, frame)
    found = ts.interaction(fit, "X:Z:w", moderator="Z")
    table = {row.rhs: row.estimate for row in fit.estimates.query("op == '~'").itertuples()}
    w = frame["w"].mean() + 1.5 * frame["w"].std(ddof=0)
    slopes = found.simple_slopes(at=[1.0], others={"w": 1.5})
    z = slopes["value"].iloc[0]
    expected = table["X"] + table["X:Z"] * z + table["X:w"] * w + table["X:Z:w"] * z * w
    assert slopes["estimate"].iloc[0] == pytest.approx(expected, rel=1e-6)
    assert len(found.surface(steps=2, others={"w": -1.0})) == 4
    with pytest.raises(ts.TpnSemError, match="others"):
        found.simple_slopes(others={"Z": 1.0})


def test_a_product_of_one_group_alone_is_shown_for_that_group() -> None:
    frame = rows_with_product(240, 4).assign(g=np.repeat(["a", "b"], 120))
    text = f"group: a\n{MODEL}\ngroup: b\n{MODEL.replace(' + X:Z', '')}"
    fit = quietly(ts.sem, text, frame, group="g")
    alone = quietly(ts.sem, MODEL, frame[frame["g"] == "a"])
    found = ts.interaction(fit)
    assert list(found.coefficients["group"]) == ["a"]
    assert found.contrasts.empty
    assert found.coefficients["estimate"].iloc[0] == pytest.approx(alone.coef["Y~X:Z"], abs=1e-5)
    assert found.likelihood_ratio["df"] == 1
    assert "svg" in str(found.plot("regions"))

"""Exploratory factor analyses against lavaan, psych and R's factanal, and what users see of them.

tests/reference/efa.R made the values, with lavaan 0.7-2, psych 2.2.9 and R 4.2.2.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    DataError,
    IdentificationError,
    NotAvailableError,
    OptionError,
)
from tpn_sem.exploratory_factors import ExploratoryFactors, efa
from tpn_sem.exploratory_factors.rotated_solution import rotated_solution
from tpn_sem.exploratory_factors.standardised_loadings import (
    loadings_and_slopes,
    stacked_loadings,
)
from tpn_sem.rotation import Geomin, Oblimin, SchmidLeiman

KNOWN = json.loads((REFERENCE / "efa.json").read_text())
LAVAAN = KNOWN["lavaan"]
OLDER = json.loads((REFERENCE / "efa-0.6.json").read_text())["lavaan"]
# lavaan 0.6-14 differentiates numerically; how far that is off depends on the criterion.
LOOSE_ERRORS = {"cf_parsimax": 4e-3, "infomax": 1e-3, "geomin": 8e-3, "geomin_01": 6e-4}
NINE = [f"x{place}" for place in range(1, 10)]
PUPILS = reference_data("HolzingerSwineford1939")[NINE]


def survey() -> pd.DataFrame:
    """Teachers' answers to ten items, complete rows."""
    names = [f"{word}{place}" for word in ("npc", "ksse") for place in range(1, 6)]
    return ts.datasets.teachers()[names].dropna()


@cache
def case(name: str) -> ExploratoryFactors:
    """Our answer to one of lavaan's cases."""
    data, factors, rotation, options = {
        "varimax": (PUPILS, 3, "varimax", {}),
        "quartimax": (PUPILS, 3, "quartimax", {}),
        "oblimin": (PUPILS, 3, "oblimin", {}),
        "cf_varimax": (PUPILS, 3, "cf_varimax", {}),
        "cf_equamax": (PUPILS, 3, "cf_equamax", {}),
        "cf_parsimax": (PUPILS, 3, "cf_parsimax", {}),
        "infomax": (PUPILS, 3, "infomax", {}),
        "promax": (PUPILS, 3, "promax", {}),
        "entropy": (PUPILS, 3, "entropy", {}),
        "geomin": (PUPILS, 3, "geomin", {}),
        "geomin_01": (PUPILS, 3, "geomin", {"rotation_args": {"epsilon": 0.01}}),
        "geomin_orthogonal": (
            PUPILS,
            3,
            "geomin",
            {"rotation_args": {"epsilon": 0.01}, "orthogonal": True},
        ),
        "bigeomin": (PUPILS, 3, "bigeomin", {"rotation_args": {"epsilon": 0.01}}),
        "biquartimin": (PUPILS, 3, "biquartimin", {}),
        "four_oblimin": (
            reference_data("simulated_four_factors"),
            4,
            "oblimin",
            {"items": [f"y{place}" for place in range(1, 21)]},
        ),
        "robust": (PUPILS, 3, "oblimin", {"estimator": "MLR"}),
        "missing": (reference_data("hs_missing")[NINE], 3, "oblimin", {"missing": "fiml"}),
        "survey": (survey(), 2, "oblimin", {}),
        "ordinal": (
            reference_data("ordinal_five").iloc[:, :8],
            2,
            "oblimin",
            {"ordered": True},
        ),
    }[name]
    return quietly(efa, data, factors, rotation, **options)  # type: ignore[no-any-return]


def matched(found: ExploratoryFactors, known: dict) -> tuple[list[int], np.ndarray]:
    """Our columns in the order and with the signs of lavaan's."""
    theirs, ours = np.array(known["loadings"]), found.loadings.to_numpy()
    products = theirs.T @ ours
    places = [int(row.argmax()) for row in np.abs(products)]
    return places, np.sign(products[np.arange(len(places)), places])


def correlations_of(found: ExploratoryFactors, known: dict, table: pd.DataFrame) -> np.ndarray:
    """Our correlations of factors, or their errors, pair by pair as lavaan has them."""
    places, signs = matched(found, known)
    names = [f"f{place + 1}" for place in range(len(places))]
    values = table.to_numpy()
    pairs = [
        (names.index(a), names.index(b))
        for a, b in zip(known["first"], known["second"], strict=True)
    ]
    return np.array([values[places[i], places[j]] * signs[i] * signs[j] for i, j in pairs])


# lavaan ------------------------------------------------------------------------------------------

LOOSE = {"bigeomin": 1e-4, "biquartimin": 3e-4, "promax": 5e-5, "entropy": 3e-5} | dict.fromkeys(
    ("geomin", "geomin_01", "geomin_orthogonal"), 3e-5
)


def is_oblique(known: dict) -> bool:
    """Whether factors are correlated but for rounding."""
    return bool(np.abs(known["correlations"]).max() > 1e-8)


MADE = [name for name, known in LAVAAN.items() if "refused" not in known]
ORTHOGONAL = [name for name in MADE if not is_oblique(LAVAAN[name])]
OBLIQUE = [
    name
    for name, known in OLDER.items()
    if known.get("se") and is_oblique(known) and not name.startswith("bi")
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", MADE)
def test_loadings_and_correlations_are_lavaans(name: str) -> None:
    known, found = LAVAAN[name], case(name)
    places, signs = matched(found, known)
    tolerance = LOOSE.get(name, 2e-6)
    ours = found.loadings.to_numpy()[:, places] * signs
    np.testing.assert_allclose(ours, known["loadings"], atol=tolerance)
    between = correlations_of(found, known, found.factor_correlations)
    np.testing.assert_allclose(between, known["correlations"], atol=2.0 * tolerance)
    assert found.measures["chisq"] == pytest.approx(known["chisq"], rel=1e-6)
    assert found.measures["df"] == known["df"]


@pytest.mark.parametrize("name", ORTHOGONAL)
def test_errors_of_orthogonal_rotations_are_lavaans(name: str) -> None:
    known, found = LAVAAN[name], case(name)
    places, _ = matched(found, known)
    ours = found.standard_errors.to_numpy()[:, places]
    np.testing.assert_allclose(ours, known["se"], atol=2e-5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OBLIQUE)
def test_errors_of_oblique_rotations_are_the_older_lavaans(name: str) -> None:
    """Those of 0.7-2 differ by up to .016; `test_errors_are_those_of_a_confirmatory_model`."""
    known, found = OLDER[name], case(name)
    places, _ = matched(found, known)
    ours = found.standard_errors.to_numpy()[:, places]
    np.testing.assert_allclose(ours, known["se"], atol=LOOSE_ERRORS.get(name, 2e-4))
    between = correlations_of(found, known, found.correlation_standard_errors)
    np.testing.assert_allclose(
        np.abs(between), known["correlations_se"], atol=LOOSE_ERRORS.get(name, 4e-4)
    )


# psych and factanal ------------------------------------------------------------------------------


@pytest.mark.parametrize(("estimator", "known"), [("minres", "minres"), ("pa", "pa"), ("ML", "ml")])
def test_what_is_common_is_psychs(estimator: str, known: str) -> None:
    found = quietly(efa, PUPILS, 3, "none", estimator=estimator)
    loadings = found.loadings.to_numpy()
    common = KNOWN["psych"][known]["common"]
    np.testing.assert_allclose(loadings @ loadings.T, common, atol=2e-5)


def test_scores_are_those_of_factanal() -> None:
    """Regression scores do not ask how the factors are turned."""
    found = efa(PUPILS, 3, "varimax")
    theirs = np.array(KNOWN["factanal"]["loadings"])
    products = theirs.T @ found.loadings.to_numpy()
    places = np.abs(products).argmax(axis=1)
    signs = np.sign(products[np.arange(3), places])
    ours = found.factor_scores().to_numpy()[:10, places] * signs
    scale = np.sqrt(301 / 300)  # of the items' deviations
    np.testing.assert_allclose(ours / scale, KNOWN["factanal"]["first"], atol=2e-3)


# Laws --------------------------------------------------------------------------------------------


def test_errors_are_those_of_a_confirmatory_model() -> None:
    """Rotated to a target of just enough zeros, exploratory factors are a confirmatory model."""
    zeros = {("x1", 1), ("x1", 2), ("x4", 0), ("x4", 2), ("x7", 0), ("x7", 1)}
    target = np.full((9, 3), np.nan)
    for item, factor in zeros:
        target[NINE.index(item), factor] = 0.0
    found = efa(PUPILS, 3, "target", rotation_args={"target": target})
    lines = [
        f"f{factor + 1} =~ " + " + ".join(item for item in NINE if (item, factor) not in zeros)
        for factor in range(3)
    ]
    fit = ts.cfa("\n".join(lines), PUPILS, std_lv=True)
    known = fit.standardized().set_index(["lhs", "op", "rhs"])
    assert fit.measures["chisq"] == pytest.approx(found.measures["chisq"], rel=1e-8)
    for row in found.estimates.itertuples():
        own = (row.lhs, row.op, row.rhs)
        if own not in known.index:
            assert abs(row.estimate) < 1e-7
            continue
        assert row.estimate == pytest.approx(known.loc[own, "estimate"], abs=1e-6)
        assert row.se == pytest.approx(known.loc[own, "se"], abs=1e-6)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("rotation", ["oblimin", "infomax", "varimax", "geomin"])
def test_errors_follow_from_rotating_moved_estimates(rotation: str) -> None:
    """Rotated loadings as functions of the estimates, differentiated with no slope of ours."""
    options = {"rotation_args": {"epsilon": 0.01}} if rotation == "geomin" else {}
    found = efa(PUPILS, 3, rotation, **options)
    estimation, turning = found.fit.estimation, found.turning
    first = loadings_and_slopes(estimation, 9)[0]

    def rotated(parameters: np.ndarray) -> np.ndarray:
        stack = stacked_loadings(estimation, parameters, 9)
        left, _, right = np.linalg.svd(np.swapaxes(stack, -2, -1) @ first)
        ended = [
            rotated_solution(one, replace(turning, n_starts=3)).loadings.ravel()
            for one in stack @ (left @ right)
        ]
        return np.array(ended)

    step = 1e-4 * np.eye(estimation.n_parameters)
    middle = estimation.parameters
    slopes = (rotated(middle + step) - rotated(middle - step)).T / 2e-4
    spread = (slopes @ estimation.covariance * slopes).sum(axis=1)
    errors = np.sqrt(spread).reshape(9, 3)
    np.testing.assert_allclose(found.standard_errors, errors, atol=2e-6)


def test_the_fit_is_the_same_for_all_rotations_and_orders_of_items() -> None:
    one = case("oblimin")
    other = efa(PUPILS[NINE[::-1]], 3, "oblimin")
    assert other.measures["chisq"] == pytest.approx(one.measures["chisq"], rel=1e-9)
    again = other.loadings.loc[NINE].iloc[:, ::-1]
    np.testing.assert_allclose(again, one.loadings, atol=1e-6)
    errors = other.standard_errors.loc[NINE].iloc[:, ::-1]
    np.testing.assert_allclose(errors, one.standard_errors, atol=1e-6)


def test_units_of_items_do_not_matter() -> None:
    scaled = PUPILS * np.r_[10.0, 0.1, np.ones(7)] + 5.0
    np.testing.assert_allclose(
        quietly(efa, scaled, 3, "oblimin").standard_errors,
        case("oblimin").standard_errors,
        atol=1e-6,
    )


def test_moments_give_what_rows_give() -> None:
    moments = ts.SampleMoments(PUPILS.cov(), PUPILS.mean(), len(PUPILS))
    found = efa(moments, 3, "oblimin")
    np.testing.assert_allclose(found.loadings, case("oblimin").loadings, atol=1e-7)


def test_tables_belong_together() -> None:
    found = case("oblimin")
    pattern, between = found.loadings.to_numpy(), found.factor_correlations.to_numpy()
    np.testing.assert_allclose(found.structure, pattern @ between)
    np.testing.assert_allclose(found.communalities, np.diag(pattern @ between @ pattern.T))
    explained = found.variance_explained
    assert explained["sum_of_squares"].sum() == pytest.approx(found.communalities.sum())
    assert explained["cumulative"].iloc[-1] == pytest.approx(found.communalities.mean())
    assert explained["share_of_common"].sum() == pytest.approx(1.0)
    estimates = found.estimates
    assert list(estimates["op"]) == ["=~"] * 27 + ["~~"] * 3
    margin = 1.959964 * estimates["se"]
    np.testing.assert_allclose(estimates["ci_upper"] - estimates["estimate"], margin, rtol=1e-6)
    text = repr(found)
    assert "Loadings" in text
    assert "Correlations of the factors" in text
    assert found._repr_html_().count("<table") == 4
    assert "Correlations of the factors" not in repr(case("varimax"))


def test_minima_are_reported() -> None:
    report = case("geomin").rotation
    assert report.n_minima == 2
    assert report.minima["reached"].sum() == report.n_starts == 30
    assert report.minima["value"].is_monotonic_increasing
    assert report.minima["largest_change"].iloc[1] == pytest.approx(0.2445, abs=1e-3)
    assert any("the rotation has 2 minima" in note for note in case("geomin").notes)
    assert "geomin(0.001), oblique: 30 starts, 30 converged" in repr(report)


def test_one_factor_is_not_rotated() -> None:
    found = efa(PUPILS, 1)
    known = ts.cfa("f =~ " + " + ".join(NINE), PUPILS, std_lv=True).standardized().iloc[:9]
    np.testing.assert_allclose(found.loadings["f1"], known["estimate"], atol=1e-8)
    np.testing.assert_allclose(found.standard_errors["f1"], known["se"], atol=1e-8)
    assert "one factor: there is nothing to rotate." in found.notes


def test_schmid_leiman_is_the_oblique_solution_again() -> None:
    found, oblique = efa(PUPILS, 3, "schmid_leiman"), case("oblimin")
    assert list(found.loadings) == ["f1", "f2", "f3", "f4"]
    np.testing.assert_allclose(found.communalities, oblique.communalities, atol=1e-10)
    between = oblique.factor_correlations.to_numpy()
    general = found.loadings["f1"].to_numpy()
    shares = np.sqrt([between[0, 1] * between[0, 2] / between[1, 2]])
    expected = np.linalg.lstsq(oblique.loadings.to_numpy(), general, rcond=None)[0]
    assert expected[0] == pytest.approx(shares[0], abs=1e-8)
    assert (found.standard_errors.to_numpy() > 0.0).all()
    assert found.factor_scores().shape == (301, 4)
    with pytest.raises(NotAvailableError, match="take method='regression'"):
        found.factor_scores("Bartlett")
    other = efa(PUPILS, 3, SchmidLeiman(Geomin(0.01)))
    assert other.rotation.name == "schmid_leiman after geomin(0.01)"


def test_scores_of_correlated_factors() -> None:
    """Bartlett's scores regress the items on the rotated factors."""
    found = case("oblimin")
    pattern, left = found.loadings.to_numpy(), 1.0 - found.communalities.to_numpy()
    z = ((PUPILS - PUPILS.mean()) / PUPILS.std(ddof=0)).to_numpy()
    weighted = pattern / left[:, None]
    expected = z @ weighted @ np.linalg.inv(pattern.T @ weighted)
    np.testing.assert_allclose(found.factor_scores("Bartlett"), expected, atol=1e-6)


# Errors that hold without normality, and clusters ------------------------------------------------


def test_clusters_change_errors_and_not_loadings() -> None:
    data = reference_data("hs_clustered")
    plain = quietly(efa, data, 3, "oblimin", items=NINE)
    options = {"items": NINE, "cluster": "classroom", "estimator": "MLR"}
    clustered = quietly(efa, data, 3, "oblimin", **options)
    np.testing.assert_allclose(clustered.loadings, plain.loadings, atol=1e-8)
    assert not np.allclose(clustered.standard_errors, plain.standard_errors, rtol=0.01)
    assert "df" in clustered.estimates


def test_bootstrap_is_near_the_delta_method() -> None:
    found = case("oblimin")
    drawn = found.bootstrap(400, seed=3)
    ratio = drawn.table["se"].to_numpy() / found.estimates["se"].to_numpy()
    assert 0.75 < np.median(ratio) < 1.35
    assert drawn.n_failed <= 4
    assert drawn.loadings.shape[1:] == (9, 3)
    assert (drawn.table["ci_lower"] < drawn.table["ci_upper"]).all()
    np.testing.assert_allclose(drawn.table["estimate"], found.estimates["estimate"])
    assert "replicates" in repr(drawn)
    with pytest.raises(OptionError, match="n"):
        found.bootstrap(1)
    two = efa(PUPILS, 3, "promax").bootstrap(20, seed=3)
    assert two.correlations.shape == (20 - two.n_failed, 3, 3)


# Several numbers ---------------------------------------------------------------------------------


def test_numbers_of_factors_side_by_side() -> None:
    found = quietly(efa, PUPILS, [1, 2, 3], "oblimin", starts=5)
    assert list(found) == [1, 2, 3]
    assert len(found) == 3
    assert list(found.table["df"]) == [27, 19, 12]
    np.testing.assert_allclose(found[3].loadings, case("oblimin").loadings, atol=1e-6)
    assert found.table.loc[3, "chisq"] == pytest.approx(case("oblimin").measures["chisq"])
    assert found.table["chisq"].is_monotonic_decreasing
    assert "Numbers of factors" in repr(found)
    with pytest.raises(NotAvailableError, match="no solution with 4 factors, but 1, 2, 3"):
        found[4]


# Hard cases --------------------------------------------------------------------------------------


def test_a_heywood_case_is_bounded_and_named() -> None:
    with pytest.warns(AdmissibilityWarning, match="inequality constraint"):
        found = efa(PUPILS, 4, "oblimin", starts=5)
    assert found.communalities.max() == pytest.approx(1.0, abs=1e-6)
    assert any("Heywood case: the factors explain all of x7" in note for note in found.notes)


def test_warnings_of_a_plain_fit_are_passed_on() -> None:
    with pytest.warns(ts.errors.DataWarning, match="rows were dropped"):
        efa(reference_data("hs_missing")[NINE], 2, "oblimin", starts=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        efa(PUPILS, 2, "oblimin", starts=3)


def test_principal_axes_have_no_fit() -> None:
    found = efa(PUPILS, 3, "oblimin", estimator="pa")
    assert found.loadings.shape == (9, 3)
    assert "principal axis factoring" in repr(found)
    for ask in (lambda: found.fit, lambda: found.measures, lambda: found.standard_errors):
        with pytest.raises(NotAvailableError, match="fits no model"):
            ask()
    several = efa(PUPILS, [1, 2], "oblimin", estimator="pa")
    assert list(several.table["problem"]) == ["", ""]
    ordinal = quietly(
        efa, reference_data("ordinal_five").iloc[:, :8], 2, "oblimin", estimator="pa", ordered=True
    )
    gap = ordinal.loadings.to_numpy() - case("ordinal").loadings.to_numpy()
    assert np.abs(gap).max() < 0.1


@pytest.mark.slow
def test_no_degrees_of_freedom_are_noted() -> None:
    found = quietly(efa, PUPILS[NINE[:6]], 3, "oblimin", starts=3)
    assert any("no degrees of freedom are left" in note for note in found.notes)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: efa(PUPILS, 6), IdentificationError, "9 items tell at most 5 factors"),
        (lambda: efa(PUPILS, 0), OptionError, "n_factors"),
        (lambda: efa(PUPILS, []), OptionError, "n_factors is empty"),
        (lambda: efa(PUPILS, [2, 2]), OptionError, "names a number twice"),
        (lambda: efa(PUPILS, "3"), OptionError, "n_factors= is a whole number"),
        (lambda: efa(PUPILS[["x1", "x2"]], 1), DataError, "three items or more, not 2"),
        (
            lambda: efa(PUPILS, 2, items=["x1", "x2", "x99"]),
            DataError,
            "column 'x99' is not in the data",
        ),
        (
            lambda: efa(pd.concat([PUPILS, PUPILS[["x1"]]], axis=1), 1, items=["x1", "x2", "x3"]),
            DataError,
            "column 'x1' appears 2 times",
        ),
        (lambda: efa(PUPILS, 1, items=["x1", "x2", "x1"]), OptionError, "names 'x1' twice"),
        (lambda: efa(PUPILS, 2, "varimaks"), OptionError, "did you mean 'varimax'"),
        (lambda: efa(PUPILS, 2, starts=0), OptionError, "starts"),
        (lambda: efa(PUPILS, 2, order="item"), OptionError, "did you mean 'items'"),
        (lambda: efa(PUPILS, 2, group="x1"), OptionError, "each group apart"),
        (lambda: efa(PUPILS, 2, start={"a": 1}), OptionError, "come from the data"),
        (lambda: efa(PUPILS, 2, std_lv=True), OptionError, "whose model is given"),
        (lambda: efa(PUPILS, 2, clusster="x"), OptionError, "did you mean 'cluster'"),
        (lambda: efa(PUPILS, 2, "varimax", orthogonal=False), OptionError, "no oblique minimum"),
        (lambda: efa(PUPILS, 2, "promax", kaiser=True), OptionError, "without effect"),
        (lambda: efa(PUPILS, 2, "none", orthogonal=True), OptionError, "without effect"),
        (lambda: efa(PUPILS, 2, "bifactor"), OptionError, "3 or more, not 2"),
        (lambda: efa([1, 2], 2), DataError, "DataFrame"),
        (
            lambda: efa(ts.SampleMoments(PUPILS.cov(), None, 301), 2, estimator="minres"),
            DataError,
            "needs rows of data",
        ),
        (
            lambda: efa(PUPILS.assign(x1=1.0), 2, estimator="minres"),
            DataError,
            "'x1' has one value",
        ),
    ],
)
def test_slips_are_explained(call, kind: type[Exception], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind, match=message):
        call()


def test_a_column_may_be_called_as_a_factor() -> None:
    found = efa(PUPILS.rename(columns={"x1": "f1"}), 2, Oblimin(), starts=3)
    assert list(found.loadings) == ["factor1", "factor2"]
    odd = efa(PUPILS.rename(columns={"x1": "1. I share"}), 2, "oblimin", starts=3)
    assert odd.loadings.index[0] == "1. I share"

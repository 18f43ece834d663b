"""How well models fit random correlations; matrices are uniform, numbers by definition."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from triangle_cases import INSTRUMENT, survey

import tpn_sem as ts
from tpn_sem.resampling.random_correlations import random_correlations
from tpn_sem.triangle import VARIANTS

ONE = "f =~ a + b + c + d"
TWO = "f =~ a + b\ng =~ c + d"


@pytest.mark.parametrize("size", [2, 3, 6])
def test_correlations_have_their_marginal_distribution(size: int) -> None:
    """Each is 2 B - 1 with B of Beta(d/2, d/2): uniform over the matrices (Joe, 2006)."""
    drawn = random_correlations(np.random.default_rng(1), size, 4000)
    assert np.linalg.eigvalsh(drawn).min() > 0.0
    assert np.diagonal(drawn, axis1=1, axis2=2) == pytest.approx(1.0)
    for i, j in ((0, 1), (0, size - 1), (size - 2, size - 1)):
        found = stats.kstest(0.5 * (drawn[:, i, j] + 1.0), stats.beta(size / 2, size / 2).cdf)
        assert found.pvalue > 0.001


def test_a_volume_that_is_known() -> None:
    """Three correlations: positive definite in pi^2 / 16 of the cube (Rousseeuw & Molenberghs)."""
    drawn = random_correlations(np.random.default_rng(2), 3, 20_000)
    share = np.mean(np.abs(drawn[:, [0, 0, 1], [1, 2, 2]]).max(axis=1) < 0.5)
    cube = np.random.default_rng(3).uniform(-1, 1, (200_000, 3))
    inside = 1 + 2 * cube.prod(1) - (cube**2).sum(1) > 0
    wanted = np.mean(np.abs(cube[inside]).max(1) < 0.5)
    assert inside.mean() == pytest.approx(np.pi**2 / 16, abs=0.005)
    assert share == pytest.approx(wanted, abs=0.015)


@pytest.mark.slow
def test_numbers_are_those_of_the_fits() -> None:
    found = ts.fit_propensity({"one": ONE, "two": TWO}, 8, seed=3)
    drawn = random_correlations(np.random.default_rng(np.random.SeedSequence(3).spawn(1)[0]), 4, 8)
    for row, matrix in enumerate(drawn):
        frame = pd.DataFrame(matrix, list("abcd"), list("abcd"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ts.TpnSemWarning)
            fit = ts.cfa(ONE, ts.SampleMoments(frame, None, 1000), max_iterations=99)
        own = found.values["one"].iloc[row]
        if fit.converged:
            assert own == pytest.approx(fit.measures["srmr"], rel=1e-6)
        else:
            assert np.isnan(own)
    wanted = found.values["one"].median()
    assert found.table.loc["one", "median"] == pytest.approx(wanted)


@pytest.mark.slow
def test_cliffs_delta_by_its_definition() -> None:
    found = ts.fit_propensity({"one": ONE, "two": TWO}, 12, seed=5)
    one, two = (found.values[name] for name in ("one", "two"))
    both = one.notna() & two.notna()
    pairs = [(a, b) for a in one[both] for b in two[both]]
    delta = np.mean([a < b for a, b in pairs]) - np.mean([a > b for a, b in pairs])
    assert found.pairs.iloc[0]["delta"] == pytest.approx(delta)


@pytest.mark.slow
def test_workers_do_not_matter() -> None:
    one = ts.fit_propensity({"one": ONE}, 10, seed=1).values
    other = ts.fit_propensity({"one": ONE}, 10, seed=1, workers=2).values
    pd.testing.assert_frame_equal(one, other)


def test_of_factors_the_saturated_class_fits_everything() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        like = VARIANTS["four factors"].model(INSTRUMENT).fit(survey())
        names = ("four factors", "full mediation", "sharing first")
        models = {name: VARIANTS[name].model(INSTRUMENT) for name in names}
        found = ts.fit_propensity(models, 6, like=like, seed=1)
    assert found.table.loc["four factors", "median"] < 1e-5
    assert found.table.loc["full mediation", "median"] > found.table.loc["sharing first", "median"]


@pytest.mark.slow
def test_parameters_are_counted_as_in_fits_and_rounding_is_no_difference() -> None:
    equal = "f =~ a + l*b + l*c + d"
    found = ts.fit_propensity({"equal": equal, "free": ONE, "same": ONE}, 6, seed=2)
    assert found.table["npar"].to_dict() == {"equal": 7, "free": 8, "same": 8}
    pair = found.pairs.set_index(["first", "second"]).loc[("free", "same")]
    assert (pair["delta"], pair["better"]) == (pytest.approx(0.0, abs=1e-9), 0.0)


def test_names_change_no_matrix() -> None:
    other = ONE.replace("a", "z").replace("d", "b2")
    one, two = (ts.fit_propensity({"m": text}, 6, seed=2).values for text in (ONE, other))
    pd.testing.assert_frame_equal(one, two)


def test_refusals() -> None:
    with pytest.raises(ts.TpnSemError, match="models= is empty"):
        ts.fit_propensity({})
    with pytest.raises(ts.TpnSemError, match=r"different observed variables \(d, e\)"):
        ts.fit_propensity({"one": ONE, "other": "f =~ a + b + c + e"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        like = VARIANTS["full mediation"].model(INSTRUMENT).fit(survey())
        crossed = ts.cfa(f"{VARIANTS['four factors'].model(INSTRUMENT)}\nks1 ~ kr1", survey())
        with pytest.raises(ts.TpnSemError, match="among its items"):
            ts.fit_propensity({"one": VARIANTS["chain"].model(INSTRUMENT)}, like=crossed)
        with pytest.raises(ts.TpnSemError, match="paths into its factors"):
            ts.fit_propensity({"one": VARIANTS["chain"].model(INSTRUMENT)}, like=like)
        with pytest.raises(ts.TpnSemError, match="other observed variables"):
            ts.fit_propensity({"one": ONE}, like=like)

"""Direct, indirect and total effects, against defined parameters and closed forms."""

from __future__ import annotations

import pickle
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError

PUPILS = reference_data("HolzingerSwineford1939")
DEMOCRACY = reference_data("PoliticalDemocracy")
MEASURED = "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8"
PATHS = "dem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60\nab := a*b\ntotal := c + a*b"
THREE = "v =~ x1 + x2 + x3\nt =~ x4 + x5 + x6\ns =~ x7 + x8 + x9\nt ~ v\ns ~ t + v"
NUMBERS = ["estimate", "se", "z", "p_value", "ci_lower", "ci_upper"]


@cache
def democracy() -> ts.Fit:
    """Effects that the text defines, too."""
    return ts.sem(f"{MEASURED}\n{PATHS}", DEMOCRACY, estimator="MLR")


@cache
def schools() -> ts.Fit:
    """Two groups."""
    return ts.sem(THREE, PUPILS, group="school")


def rows(table: pd.DataFrame, kind: str, **names: str) -> pd.DataFrame:
    """Rows of a table of effects; `start` stands for the column "from"."""
    names = {"from" if name == "start" else name: value for name, value in names.items()}
    found = table[table["kind"] == kind]
    for column, name in names.items():
        found = found[found[column] == name]
    return found


@pytest.mark.parametrize(("kind", "defined"), [("indirect", "ab"), ("total", "total")])
def test_effects_are_those_that_a_text_defines(kind: str, defined: str) -> None:
    fit = democracy()
    mine = rows(fit.effects(), kind, start="ind60", to="dem65").iloc[0]
    plain = fit.estimates.set_index("lhs").loc[defined]
    standard = fit.standardized().set_index("lhs").loc[defined]
    for name in NUMBERS:
        assert mine[name] == pytest.approx(plain[name], rel=1e-6)
        assert mine[f"std_{name}"] == pytest.approx(standard[name], rel=1e-5)


def test_direct_effects_are_the_paths() -> None:
    fit = democracy()
    table = rows(fit.effects(), "direct").set_index(["to", "from"])
    paths = fit.estimates[fit.estimates["op"] == "~"].set_index(["lhs", "rhs"])
    assert len(table) == 3
    for place, row in table.iterrows():
        assert row["estimate"] == pytest.approx(paths.loc[place, "estimate"])
        assert row["se"] == pytest.approx(paths.loc[place, "se"], rel=1e-6)


def test_sums_add_up() -> None:
    text = "x9 ~ x8 + x7 + x1\nx8 ~ x7 + x1\nx7 ~ x1"
    table = ts.sem(text, PUPILS).effects()
    pair = table[(table["from"] == "x1") & (table["to"] == "x9")].set_index("kind")
    assert list(pair.loc[["indirect"], "through"]) == ["x8", "x7", "x7 → x8"]
    for column in ("estimate", "std_estimate"):
        parts = pair.loc["indirect", column].sum()
        assert pair.loc["total indirect", column] == pytest.approx(parts)
        whole = parts + pair.loc["direct", column]
        assert pair.loc["total", column] == pytest.approx(whole)
    plain = ts.sem("x9 ~ x1", PUPILS).coef["x9~x1"]
    assert pair.loc["total", "estimate"] == pytest.approx(plain, rel=1e-5)


def test_groups_are_contrasted() -> None:
    found = schools().effects()
    kinds = ["kind", "through", "from", "to"]
    by_group = found.pivot(index=kinds, columns="group", values="estimate")
    differences = by_group["Grant-White - Pasteur"]
    assert len(differences) == 8
    np.testing.assert_allclose(differences, by_group["Grant-White"] - by_group["Pasteur"])
    labelled = THREE.replace("t ~ v", "t ~ c(a1, a2)*v").replace("s ~ t", "s ~ c(b1, b2)*t")
    defined = ts.sem(f"{labelled}\ngap := a2*b2 - a1*b1", PUPILS, group="school").estimates
    row = defined[defined["lhs"] == "gap"].iloc[0]
    mine = rows(found, "indirect", group="Grant-White - Pasteur").iloc[0]
    for name in NUMBERS:
        assert mine[name] == pytest.approx(row[name], rel=1e-5)


@pytest.mark.slow
def test_monte_carlo_intervals_are_those_of_a_product_of_normal_variables() -> None:
    """By integration over one of them, estimates nearly uncorrelated."""
    fit = democracy()
    mine = rows(fit.effects(interval="monte_carlo", n=200_000, seed=4), "indirect").iloc[0]
    names = ["a", "b"]
    covariance = fit.vcov.loc[names, names].to_numpy()
    mean = fit.coef[names].to_numpy()
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    first = mean[0] + np.sqrt(covariance[0, 0]) * nodes
    slope = covariance[0, 1] / covariance[0, 0]
    left = np.sqrt(covariance[1, 1] - slope * covariance[0, 1])
    second = mean[1] + slope * (first - mean[0])
    for bound, share in ((mine["ci_lower"], 0.025), (mine["ci_upper"], 0.975)):
        below = ts_normal((bound / first - second) / left)
        below = np.where(first > 0.0, below, 1.0 - below)
        assert weights @ below == pytest.approx(share, abs=2e-3)


def ts_normal(x: np.ndarray) -> np.ndarray:
    """The normal distribution function."""
    from scipy.special import ndtr

    return np.asarray(ndtr(x))


def test_monte_carlo_has_a_seed() -> None:
    one, other, third = (
        schools().effects(interval="monte_carlo", n=2000, seed=seed)["ci_lower"]
        for seed in (1, 1, 2)
    )
    pd.testing.assert_series_equal(one, other)
    assert (one != third).any()


def test_bootstrap_intervals_come_from_replicates() -> None:
    fit = democracy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = ts.bootstrap(fit, 100, seed=2)
    found = fit.effects(interval="bootstrap", replicates=drawn.replicates)
    mine = rows(found, "indirect").iloc[0]
    products = drawn.replicates["ab"].dropna()
    assert mine["ci_lower"] == pytest.approx(products.quantile(0.025), rel=1e-6)
    assert mine["se"] == pytest.approx(products.std(), rel=1e-6)


@pytest.mark.slow
def test_loops_sum_up_their_rounds() -> None:
    text = "x7 ~ x1 + b*x8\nx8 ~ x2 + d*x7\nx7 ~~ x8"
    fit = ts.sem(text, PUPILS)
    found = fit.effects()
    b, d = fit.coef["b"], fit.coef["d"]
    direct = fit.coef["x7~x1"]
    total = rows(found, "total", start="x1", to="x7")["estimate"].iloc[0]
    assert any("loop" in note for note in found.attrs["notes"])
    assert total == pytest.approx(direct / (1.0 - b * d))
    onward = rows(found, "total", start="x1", to="x8")["estimate"].iloc[0]
    assert onward == pytest.approx(direct * d / (1.0 - b * d))


def test_loops_that_grow_say_so() -> None:
    text = "x7 ~ x1 + 1.5*x8\nx8 ~ x2 + 0.9*x7"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ts.sem(text, PUPILS).effects()
    assert any("not below 1" in note for note in found.attrs["notes"])


def test_second_order_factors_pass_effects_on() -> None:
    text = """
        v =~ x1 + x2 + x3
        t =~ x4 + x5 + x6
        s =~ x7 + x8 + x9
        g =~ v + t + s
        g ~ ageyr"""
    table = ts.sem(text, PUPILS).effects()
    found = rows(table, "indirect", start="ageyr", to="t")
    assert found["through"].tolist() == ["g"]


@pytest.mark.parametrize("se", [None, "cluster_cr2"])
def test_clustered_effects_have_the_distribution_of_the_estimates(se: str | None) -> None:
    frame = PUPILS.assign(room=PUPILS["id"] % 20)
    labelled = THREE.replace("t ~ v", "t ~ p*v").replace("s ~ t", "s ~ q*t") + "\nind := p*q"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = ts.sem(labelled, frame, cluster="room", se=se)
        found = rows(fit.effects(), "indirect").iloc[0]
    for prefix, table in (("", fit.estimates), ("std_", fit.standardized())):
        known = table[table["lhs"] == "ind"].iloc[0]
        for name in NUMBERS:
            assert found[f"{prefix}{name}"] == pytest.approx(known[name], rel=1e-5)


def test_factors_that_groups_turn_apart_are_not_compared() -> None:
    block = " + ".join(f"x{place}" for place in range(1, 10))
    text = f'efa("b")*f1 + efa("b")*f2 + efa("b")*f3 =~ {block}\nf1 + f2 + f3 ~ ageyr'
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        apart = ts.sem(text, PUPILS, group="school").effects()
        alike = ts.sem(text, PUPILS, group="school", group_equal="loadings").effects()
    assert not apart["group"].str.contains(" - Pasteur").any()
    assert any("not the same factors" in note for note in apart.attrs["notes"])
    assert alike["group"].str.contains(" - Pasteur").any()


def test_the_table_can_be_pickled_and_has_names_for_all() -> None:
    found = schools().effects()
    assert list(found.columns[:6]) == ["group", "from", "to", "through", "kind", "estimate"]
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again, found)


def test_bad_input() -> None:
    fit = democracy()
    with pytest.raises(NotAvailableError, match="no regressions"):
        ts.cfa("f =~ x1 + x2 + x3", PUPILS).effects()
    with pytest.raises(OptionError, match="delta"):
        fit.effects(interval="sobel")
    with pytest.raises(OptionError, match="without effect"):
        fit.effects(n=5000)
    with pytest.raises(OptionError, match="go together"):
        fit.effects(interval="bootstrap")
    with pytest.raises(DataError, match="lacks the column"):
        fit.effects(interval="bootstrap", replicates=pd.DataFrame({"a": [1.0]}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stopped = ts.sem(THREE, PUPILS, max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        stopped.effects()

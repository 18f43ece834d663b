"""Local fit: the chance to find a covariance of two residuals, after estimation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from local_fit_cases import fitted, local
from scipy.stats import nct, ncx2, norm, t

import tpn_sem as ts
from tpn_sem.local_tests import LocalFit, local_fit
from tpn_sem.local_tests.residual_power import PairChances, chance_to_find

ITEMS = [f"x{place}" for place in range(1, 10)]
FACTOR = "F =~ x1 + x2 + x3 + x4"
BLOCK = f'efa("b")*f1 + efa("b")*f2 + efa("b")*f3 =~ {" + ".join(ITEMS)}'
ONE = np.array([[0.8, 0.75, 0.7, 0.65]]).T
LIKE = np.full((4, 1), 0.7)
LIKE_THREE = np.kron(np.eye(3), LIKE[:3])
THREE = np.kron(np.eye(3), np.array([[0.8, 0.7, 0.6]]).T)


def moments(loadings: np.ndarray, delta: float) -> pd.DataFrame:
    """Exact correlations; residuals of the first two items correlate by `delta`."""
    count = loadings.shape[1]
    factors = np.full((count, count), 0.4) + 0.6 * np.eye(count)
    implied = loadings @ factors @ loadings.T
    left = 1.0 - np.diag(implied)
    implied += np.diag(left)
    implied[[0, 1], [1, 0]] += delta * np.sqrt(left[0] * left[1])
    names = ITEMS[: len(implied)]
    return pd.DataFrame(implied, index=names, columns=names)


def of_moments(text: str, loadings: np.ndarray, n: int, **options: float) -> LocalFit:
    data = ts.SampleMoments(moments(loadings, 0.0), n_observations=n)
    return local_fit(quietly(ts.sem, text, data), **options)


def test_the_chance_is_that_of_modification_indices() -> None:
    """Saris, Satorra & van der Veld: (delta / EPC)^2 MI, of a correlation of two residuals."""
    fit, found = fitted("ml"), local_fit(fitted("ml"), delta=0.2)
    critical = norm.isf(0.05 / found.independence["p_value"].notna().sum() / 2.0) ** 2
    every = fit.modification_indices().query("op == '~~'").set_index(["lhs", "rhs"])
    left = fit.estimates.query("op == '~~' and lhs == rhs").set_index("lhs")["estimate"]
    for row in found.verdicts.itertuples():
        chances = []
        for one, other in combinations(row.items.split(", "), 2):
            index = every.loc[(one, other)]
            wanted = 0.2 * np.sqrt(left[one] * left[other])
            ncp = (wanted / index["epc"]) ** 2 * index["mi"]
            chances.append(ncx2.sf(critical, 1, ncp))
        assert row.power == pytest.approx(np.median(chances), rel=1e-5)


def test_what_is_fitted_away_is_not_said_to_be_seen() -> None:
    """A residual of the moment would be seen surely; what is left of the covariance is not."""
    block = of_moments(BLOCK, THREE, 600).verdicts
    assert (block["power"] == 0.0).all()  # three items of a block of three factors: just identified
    assert set(block["verdict"]) == {"cannot tell"}
    assert block["sentence"].str.contains("cannot be seen at all", regex=False).all()
    [row] = of_moments(FACTOR, ONE, 600).verdicts.to_dict("records")
    assert row["power"] < 0.5
    assert "(the median of 6 pairs: " in row["sentence"]


def test_adjustment_is_in_the_chance() -> None:
    holm, plain = (local_fit(fitted("ml"), adjust=how).verdicts for how in ("holm", "none"))
    assert (plain["power"] > holm["power"] + 0.05).all()


def test_the_chance_is_of_the_noncentral_t_where_there_are_clusters() -> None:
    critical = t.isf(0.005, 12.0)
    wanted = nct.sf(critical, 12.0, 3.0) + nct.cdf(-critical, 12.0, 3.0)
    assert chance_to_find(3.0, 0.01, 12.0) == pytest.approx(wanted, rel=1e-6)
    assert chance_to_find(-3.0, 0.01, 12.0) == pytest.approx(wanted, rel=1e-6)
    assert chance_to_find(3.0, 0.01, 12.0) < chance_to_find(3.0, 0.01, np.inf)
    assert chance_to_find(0.0, 0.01, np.inf) == pytest.approx(0.01)
    assert chance_to_find(0.0, 0.01, 12.0) == pytest.approx(0.01)
    assert chance_to_find(np.nan, 0.01, 12.0) == 0.0
    assert local("cluster").verdicts["power"].between(0.0, 1.0).all()


def test_the_chances_are_of_pairs_that_load_most_on_the_factor() -> None:
    pairs = {("a", "b"): 0.2, ("a", "c"): 0.4, ("b", "c"): 0.9, ("a", "z"): 1.0}
    known = PairChances(pairs, {"a": "F", "b": "F", "c": "G", "z": "G"})
    assert known.of("F", ["a", "b", "c"]).tolist() == [0.2]
    assert known.of("G", ["a", "b", "c"]).tolist() == [0.2, 0.4, 0.9]  # one item: all of them
    assert known.of("F", ["a"]).tolist() == []


def test_what_nothing_tells_cannot_be_seen_at_all() -> None:
    """Three items of a factor apart from the others: their covariances fit whatever they are."""
    covariance = moments(THREE, 0.0).iloc[:6, :6].copy()
    covariance.iloc[:3, 3:] = 0.0
    covariance.iloc[3:, :3] = 0.0
    data = ts.SampleMoments(covariance, n_observations=300)
    apart = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nA ~~ 0*B"
    rows = local_fit(quietly(ts.cfa, apart, data)).verdicts
    assert (rows["power"] == 0.0).all()
    said = "cannot tell: a residual correlation of .10 between two of its items cannot be seen"
    assert rows["sentence"].str.contains(f"{said} at all", regex=False).all()


def test_a_factor_of_one_item_has_no_pair() -> None:
    text = "A =~ x1 + x2 + x3 + x4\nB =~ x5\nx5 ~~ 0.2*x5"
    [row] = of_moments(text, THREE, 300).verdicts.query("factor == 'B'").to_dict("records")
    assert np.isnan(row["power"])
    assert row["verdict"] == "cannot tell" or row["objected"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "loadings", "delta", "n"),
    [
        (FACTOR, LIKE, 0.2, 800),
        ("A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nC =~ x7 + x8 + x9", LIKE_THREE, 0.15, 6000),
    ],
)
def test_the_share_found_is_the_chance_told(
    text: str, loadings: np.ndarray, delta: float, n: int
) -> None:
    """Told of data without the covariance, as silence is; found in data that have it."""
    rng, count = np.random.default_rng(8), 100
    covariance, found = moments(loadings, delta).to_numpy(), 0
    [told, *_] = of_moments(text, loadings, n, delta=delta).verdicts["power"]
    for _ in range(count):
        rows = rng.multivariate_normal(np.zeros(len(covariance)), covariance, n)
        fit = quietly(ts.sem, text, pd.DataFrame(rows, columns=ITEMS[: len(covariance)]))
        claims = local_fit(fit).independence
        own = claims.query("lhs == 'x1' and op == '~~' and rhs == 'x2'")
        found += bool((own["p_adjusted"] < 0.05).any())
    assert 0.1 < told < 0.9
    assert found / count == pytest.approx(told, abs=0.15)

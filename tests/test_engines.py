"""Second opinions: semopy, factor_analyzer, an engine of one's own; parallel analysis."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.estimation import Estimation
from tpn_sem.estimation.discrepancy import MaximumLikelihood
from tpn_sem.exploration import explore
from tpn_sem.results.engines import EngineResult, cross_check

PUPILS = reference_data("HolzingerSwineford1939")
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
CAN = {
    "factors": (THREE, "HolzingerSwineford1939"),
    "latent regressions": (
        THREE + "\ntextual ~ visual\nspeed ~ visual + textual",
        "HolzingerSwineford1939",
    ),
    "paths": ("x9 ~ x4 + ageyr\nx4 ~ x1 + ageyr", "HolzingerSwineford1939"),
    "mimic": (THREE + "\nvisual + textual + speed ~ ageyr + grade", "HolzingerSwineford1939"),
    "residual covariances": (THREE + "\nx7 ~~ x8\nx1 ~~ x4", "HolzingerSwineford1939"),
    "unrelated factors": (THREE + "\nvisual ~~ 0*speed", "HolzingerSwineford1939"),
}
ITEMS = [f"{scale}{k}" for scale in ("npc", "ksse", "ks", "kr") for k in range(1, 6)]


def fit(text: str, name: str = "HolzingerSwineford1939", **options: object) -> ts.Fit:
    return ts.Model(text).fit(reference_data(name).dropna(), **options)


# semopy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CAN)
def test_semopy_agrees(name: str) -> None:
    pytest.importorskip("semopy")
    ours = fit(*CAN[name])
    found = ours.cross_check()
    assert found.possible
    assert len(found.table) == ours.estimates["free"].sum()
    np.testing.assert_allclose(
        found.table["other_estimate"], found.table["estimate"], atol=2e-3, rtol=2e-3
    )
    np.testing.assert_allclose(*found.fit.loc["chisq"], rtol=1e-3, atol=1e-6)
    assert found.fit.loc["df", "other"] == found.fit.loc["df", "tpn_sem"]
    assert found.largest_difference < 0.05
    assert repr(found).startswith(f"tpn_sem and semopy {found.version}: the largest difference")


class Renamed(MaximumLikelihood):
    """Maximum likelihood under a name that semopy does not know."""

    name = "renamed"


CANNOT: dict[str, tuple[str, dict[str, object]]] = {
    "several groups": (THREE, {"group": "school"}),
    "a mean structure": (THREE, {"mean_structure": True}),
    "equality or other constraints": (THREE + "\nspeed ~ a*visual + a*textual", {}),
    "an estimator other than ML": (THREE, {"estimator": Renamed()}),
    "likelihood='wishart'": (THREE, {"likelihood": "wishart"}),
    "a factor whose first loading is not fixed at 1 (std_lv, NA*)": (THREE, {"std_lv": True}),
    "a loading fixed beside the marker": (THREE.replace("+ x3", "+ 1*x3"), {}),
    "exogenous variables that are not fixed to the sample (fixed_x=False)": (
        THREE + "\nvisual ~ ageyr",
        {"fixed_x": False},
    ),
}


@pytest.mark.parametrize("limit", CANNOT)
def test_what_semopy_cannot_do_is_named(limit: str) -> None:
    text, options = CANNOT[limit]
    found = fit(text, **options).cross_check("semopy")
    assert not found.possible
    assert limit in found.missing
    assert found.table.empty
    assert np.isnan(found.largest_difference)
    assert repr(found).startswith("semopy cannot fit this model: it lacks ")


def test_an_inequality_is_a_constraint_too() -> None:
    found = fit(THREE.replace("x2", "a*x2") + "\na > 0").cross_check()
    assert found.missing == ("equality or other constraints",)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(OptionError, match="did you mean 'semopy'"):
        fit(THREE).cross_check("semopi")


def test_without_semopy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "semopy", None)
    with pytest.raises(NotAvailableError, match=r"pip install 'tpn_sem\[crosscheck\]'"):
        fit(THREE).cross_check()


def test_a_fit_that_did_not_converge_is_not_checked() -> None:
    stopped = quietly(fit, THREE, max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        stopped.cross_check()


class Echo:
    """An engine that gives our own estimates back, each a little larger."""

    name = "echo"

    def limits(self, found: Estimation) -> list[str]:
        return ["patience"] if found.n_parameters > 21 else []

    def fit(self, found: Estimation) -> EngineResult:
        rows = [row for row in found.specification.table.rows if row.is_free]
        table = pd.DataFrame(
            {
                "lhs": [row.lhs for row in rows],
                "op": [row.operator for row in rows],
                "rhs": [row.rhs for row in rows],
                "estimate": found.parameters + 0.01,
                "se": 1.0,
            }
        )
        return EngineResult("0.1", table, 12.5, 24.0)


def test_an_engine_of_ones_own() -> None:
    ours = fit(THREE)
    found = cross_check(ours.estimation, ours.estimates, ours.evidence, Echo())
    np.testing.assert_allclose(found.table["difference"], 0.01)
    assert found.largest_difference == pytest.approx((0.01 / found.table["se"]).max())
    assert found.fit["other"].tolist() == [12.5, 24.0]
    more = fit(THREE + "\nx1 ~~ x9")
    assert cross_check(more.estimation, more.estimates, more.evidence, Echo()).missing == (
        "patience",
    )


def test_fit_takes_an_engine_of_ones_own() -> None:
    assert fit(THREE).cross_check(Echo()).engine == "echo"


# How many factors --------------------------------------------------------------------------------


def complete_survey() -> pd.DataFrame:
    return ts.datasets.teachers()[ITEMS].dropna()


def one_factor(n: int = 400, p: int = 8) -> pd.DataFrame:
    random = np.random.default_rng(7)
    values = 0.7 * random.normal(size=(n, 1)) + 0.7 * random.normal(size=(n, p))
    return pd.DataFrame(values, columns=[f"x{k}" for k in range(p)])


def parallel(data: pd.DataFrame, **options: object) -> ts.NumberOfFactors:
    return ts.number_of_factors(data, rules=["parallel"], **options)


def test_parallel_analysis_finds_four_factors_in_the_survey() -> None:
    assert parallel(complete_survey()).table.at["parallel", "n_factors"] == 4


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_parallel_analysis_finds_one_factor_where_there_is_one(seed: int) -> None:
    found = parallel(one_factor(), seed=seed)
    above = found.eigenvalues["eigenvalue"] > found.eigenvalues["reference"]
    assert above.tolist() == [True] + [False] * 7
    assert found.eigenvalues["eigenvalue"].sum() == pytest.approx(8.0)


def test_parallel_analysis_finds_nothing_in_noise() -> None:
    noise = pd.DataFrame(np.random.default_rng(3).normal(size=(500, 6))).rename(columns=str)
    assert parallel(noise, quantile=0.999).table.at["parallel", "n_factors"] == 0


def test_parallel_analysis_depends_on_the_seed_only() -> None:
    found = (parallel(one_factor(), seed=seed).eigenvalues for seed in (1, 1, 2))
    one, again, other = (table[["eigenvalue", "reference"]] for table in found)
    assert_same_numbers(one, again)
    assert not np.allclose(one["reference"], other["reference"], atol=1e-6)


@pytest.mark.parametrize(
    ("value", "says"), [(3.0, "'x2' has one value"), (np.nan, "no row has answers to all items")]
)
def test_parallel_analysis_refuses_what_has_no_correlation(value: float, says: str) -> None:
    with pytest.raises(DataError, match=says):
        parallel(one_factor().assign(x2=value))


def test_explore_puts_each_item_with_its_scale() -> None:
    pytest.importorskip("factor_analyzer")
    data = complete_survey()
    loadings = explore(data, 4)
    assert loadings.shape == (20, 4)
    assert list(loadings.index) == ITEMS
    assert str(loadings.attrs["engine"]).startswith("factor_analyzer ")
    strongest = loadings.abs().idxmax(axis=1)
    by_scale = strongest.groupby(strongest.index.str.rstrip("12345")).agg(set)
    assert all(len(factors) == 1 for factors in by_scale)
    assert len(set.union(*by_scale)) == 4


def test_without_factor_analyzer_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    with pytest.raises(NotAvailableError, match=r"pip install 'tpn_sem\[crosscheck\]'"):
        explore(one_factor(), 1)


def test_a_scikit_learn_that_is_too_new_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    factor_analyzer = pytest.importorskip("factor_analyzer")

    def broken(*_: object) -> None:
        raise TypeError("check_array() got an unexpected keyword argument 'force_all_finite'")

    monkeypatch.setattr(factor_analyzer.FactorAnalyzer, "fit", broken)
    with pytest.raises(NotAvailableError, match=r"scikit-learn<1\.8"):
        explore(one_factor(), 1)

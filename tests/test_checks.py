"""What lavaan checks if it is told to, and ours always does."""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from frozen_fits import DATA, PUPILS

import tpn_sem as ts
from tpn_sem.errors import ModelError, StartValueError, TpnSemWarning

TWO = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
BEYOND = f"{TWO}; f ~~ start(1.2)*g; f ~~ start(1)*f; g ~~ start(1)*g"


def test_starts_beyond_one_are_said() -> None:
    """lavaan: check.start."""
    with pytest.warns(TpnSemWarning, match="correlation beyond one of f and g"):
        fit = ts.cfa(BEYOND, PUPILS)
    assert fit.converged
    assert fit.admissible
    assert any("correlation beyond one" in note for note in fit.notes)
    given = quietly(ts.cfa, TWO, PUPILS, start={"f~~g": 1.2, "f~~f": 1.0, "g~~g": 1.0})
    assert any("correlation beyond one of f and g" in note for note in given.notes)
    groups = quietly(ts.cfa, BEYOND.replace("1.2", "1.02"), PUPILS, group="school")
    assert sum("correlation beyond one" in note for note in groups.notes) == 1


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (TWO, {}),
        (TWO, {"start": {"f~~g": 0.3}}),
        (f"{TWO}; f ~~ start(0.9)*g; f ~~ start(1)*f; g ~~ start(1)*g", {}),
    ],
)
def test_other_starts_are_not(model: str, options: dict[str, Any]) -> None:
    assert not quietly(ts.cfa, model, PUPILS, **options).notes


@pytest.mark.parametrize("start", ["f ~~ start(3)*g; f ~~ start(1)*f", "x1 ~~ start(-1)*x1"])
def test_starts_without_a_likelihood_are_refused(start: str) -> None:
    """lavaan: check.start and check.sigma.pd."""
    with pytest.raises(StartValueError, match="not positive definite"):
        quietly(ts.cfa, f"{TWO}; {start}", PUPILS)


def test_implied_moments_are_positive_definite() -> None:
    """lavaan: check.sigma.pd."""
    fit = quietly(ts.cfa, TWO, PUPILS)
    assert np.linalg.eigvalsh(fit.inspect("cov.ov")).min() > 0.0
    with pytest.raises(StartValueError, match="positive definite"):
        quietly(ts.cfa, "f =~ x1 + x2 + x3 + x4; x1 ~~ 5*x2", PUPILS)


def test_a_latent_variable_is_no_column() -> None:
    """lavaan: check.lv.names."""
    with pytest.raises(ModelError, match="'x7' is also a column"):
        quietly(ts.cfa, "x7 =~ x1 + x2 + x3", PUPILS)
    assert quietly(ts.cfa, "x7 =~ x1 + x2 + x3", PUPILS.drop(columns="x7")).converged


def test_products_of_latent_variables_are_known_as_such() -> None:
    """lavaan: check.lv.interaction, which refuses them."""
    fit = quietly(ts.sem, f"{TWO}; x9 ~ f + g + f:g", PUPILS, nodes=5)
    assert fit.converged
    assert "f:g" in set(fit.estimates["rhs"])
    with pytest.raises(ModelError, match="h"):
        quietly(ts.sem, f"{TWO}; x9 ~ f + g + f:h", PUPILS, nodes=5)


def test_empty_cells_are_said() -> None:
    """lavaan: zero.cell.warn."""
    data = DATA["items"].copy()
    low = data["x2"] == 1
    data.loc[low, "x1"] = np.maximum(data.loc[low, "x1"], 2)
    with pytest.warns(TpnSemWarning, match=r"1 pairs of items have an empty cell \(x1 and x2\)"):
        fit = ts.cfa("f =~ x1 + x2 + x3", data, ordered=True)
    assert any("empty cell" in note for note in fit.notes)


def test_a_cluster_of_the_users_carries_the_bootstrap() -> None:
    """lavaan: cl."""
    fit = quietly(ts.cfa, TWO, PUPILS)
    alone = ts.bootstrap(fit, 10, seed=1)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        pd.testing.assert_frame_equal(
            pd.DataFrame(ts.bootstrap(fit, 10, seed=1).replicates),
            pd.DataFrame(alone.replicates),
            rtol=1e-9,
        )


def test_a_model_needs_no_data() -> None:
    """lavaan: samplestats, cmd."""
    assert len(ts.Model(TWO).parameter_table()) > 10

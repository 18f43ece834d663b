"""Variables with two values that are taken as continuous: mean and variance say the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError
from tpn_sem.moments.ordinal import categorical_moments
from tpn_sem.numerics import inverse

ITEMS = ["y1", "y2", "y3", "y4"]
MEASURED = "f =~ y1 + y2 + y3 + y4"


def answers(n: int = 440, seed: int = 0, cut: float = 0.0) -> pd.DataFrame:
    """Five-point items and a variable of 0 and 1 that the factor predicts."""
    random = np.random.default_rng(seed)
    group = (random.random(n) < 0.45) * 1
    factor = random.normal(size=n) + 0.4 * group
    limits = [-1.6, -0.9, 0, 1.2]
    frame = pd.DataFrame(
        {name: np.digitize(0.7 * factor + 0.7 * random.normal(size=n), limits) for name in ITEMS}
    )
    return frame.assign(use=(0.5 * factor + random.normal(size=n) > cut) * 1.0)


def slope(text: str, frame: pd.DataFrame, key: tuple[str, str, str], **options: object):
    found = quietly(ts.sem, text, frame, ordered=ITEMS, **options).estimates
    row = found[(found.lhs == key[0]) & (found.op == key[1]) & (found.rhs == key[2])].iloc[0]
    return row["estimate"], row["se"]


OUTCOME = (f"{MEASURED}\nuse ~ f", ("use", "~", "f"), {})
INDICATOR = (f"{MEASURED} + use", ("f", "=~", "use"), {})
PREDICTOR = (f"{MEASURED}\nf ~ use", ("f", "~", "use"), {"conditional_x": False})


@pytest.mark.parametrize(
    ("model", "expected"),
    [(OUTCOME, (0.278, 0.036)), (INDICATOR, (0.278, 0.036)), (PREDICTOR, (0.546, 0.072))],
)
def test_errors_are_those_of_lavaan(model: tuple, expected: tuple[float, float]) -> None:
    """lavaan 0.7-2, which takes a generalised inverse."""
    text, key, options = model
    estimate, error = slope(text, answers(), key, **options)
    assert estimate == pytest.approx(expected[0], abs=1e-3)
    assert error == pytest.approx(expected[1], abs=1e-3)


@pytest.mark.parametrize("cut", [0.0, 1.4])
def test_units_do_not_matter(cut: float) -> None:
    frame = answers(cut=cut)
    text, key, _ = OUTCOME
    plain = slope(text, frame, key)
    scaled = slope(text, frame.assign(use=5 + 100 * frame["use"]), key)
    assert np.array(scaled) / 100 == pytest.approx(np.array(plain), rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [0.0, 1.4])
def test_errors_are_those_of_replications(cut: float) -> None:
    """Standard deviation over 150 samples; its own error is 6 percent."""
    text, key, _ = OUTCOME
    found = np.array([slope(text, answers(seed=seed, cut=cut), key) for seed in range(1, 151)])
    assert np.mean(found[:, 1]) == pytest.approx(np.std(found[:, 0]), rel=0.2)


def test_influence_on_mean_and_variance_is_exact() -> None:
    frame = answers(cut=1.0)
    rows = frame[["y1", "use"]].to_numpy()
    found = categorical_moments(rows, (5, 0))
    gap = frame["use"] - frame["use"].mean()
    blocks, influence = found.layout.blocks, found.influence(slice(0, len(rows)))
    assert influence[:, blocks["means"].start] == pytest.approx(gap, abs=1e-10)
    squares = gap**2 - (gap**2).mean()
    assert influence[:, blocks["variances"].start] == pytest.approx(squares, abs=1e-10)


def test_equally_frequent_values() -> None:
    """The variance has no sampling variance then; ULSMV needs no weight of it."""
    frame = answers()
    order = (frame["use"] + 0.1 * frame[ITEMS].sum(axis=1)).rank(method="first")
    frame["use"] = (order > len(frame) / 2) * 1.0
    text, key, _ = OUTCOME
    weighted, unweighted = slope(text, frame, key), slope(text, frame, key, estimator="ULSMV")
    assert weighted == pytest.approx(unweighted, rel=0.05)
    found = quietly(ts.sem, text, frame, ordered=ITEMS).estimates
    assert found["se"].notna().all()


def test_collinear_moments_are_not_inverted() -> None:
    """Mean and variance of two values vary together: full weighted least squares is refused."""
    with pytest.raises(ts.TpnSemError, match=r"it is singular|more rows"):
        quietly(ts.sem, OUTCOME[0], answers(cut=0.5), ordered=ITEMS, estimator="WLS")


@pytest.mark.parametrize("unit", [1.0, 1e-7, 1e7])
def test_nearly_singular_matrices_are_not_inverted(unit: float) -> None:
    """Whatever the units; what is merely badly scaled is inverted."""
    scale = np.array([1.0, unit])
    good = np.array([[1.0, 0.9], [0.9, 1.0]]) * scale * scale[:, None]
    assert inverse(good) @ good == pytest.approx(np.eye(2), abs=1e-8)
    near = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-12]]) * scale * scale[:, None]
    for bad in (near, np.ones((2, 2)) * scale * scale[:, None]):
        with pytest.raises(NotAvailableError, match="collinear"):
            inverse(bad)

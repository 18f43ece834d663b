"""Ordinal models whose minimum is hard to reach: clashing signs, flat directions."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts

LOADINGS = [[0.9, 0.8, 0.7], [0.8, 0.9, 0.8], [0.7, 0.8, 0.9], [0.9, -0.7, 0.8]]
COMPARISONS = ((0, 1), (0, 2), (1, 2))


def forced_choice() -> tuple[str, pd.DataFrame]:
    """Thurstonian model of four triplets as 12 comparisons (Brown & Maydeu-Olivares, 2011)."""
    random, n = np.random.default_rng(30), 1500
    trait = random.multivariate_normal(
        np.zeros(3), [[1, 0.2, 0.1], [0.2, 1, 0.3], [0.1, 0.3, 1]], n
    )
    columns: dict[str, np.ndarray] = {}
    terms: list[list[str]] = [[], [], []]
    lines = ["t1 ~~ 1*t1", "t2 ~~ 1*t2", "t3 ~~ 1*t3"]
    for b, row in enumerate(LOADINGS, 1):
        utility = [
            row[k] * trait[:, k] + np.sqrt(0.5) * random.normal(size=n) + 0.2 * k * (-1) ** b
            for k in range(3)
        ]
        for i, j in COMPARISONS:
            name = f"b{b}i{i + 1}{j + 1}"
            columns[name] = (utility[i] > utility[j]).astype(int)
            terms[i].append(f"start(1)*{name} + l{b}{i + 1}*{name}")
            terms[j].append(f"start(-1)*{name} + n{b}{j + 1}*{name}")
            lines.append(f"{name} ~~ r{b}{i + 1}{j + 1}*{name}")
        lines += [
            f"l{b}2 == -n{b}2",
            f"b{b}i12 ~~ p{b}1*b{b}i13",
            f"b{b}i12 ~~ start(-.5)*b{b}i23 + m{b}2*b{b}i23",
            f"b{b}i13 ~~ p{b}3*b{b}i23",
            f"r{b}12 == p{b}1 - m{b}2",
            f"r{b}13 == p{b}1 + p{b}3",
            f"r{b}23 == -m{b}2 + p{b}3",
            f"p{b}1 == .5",
        ]
    first = ("b1i12", "b1i12", "b1i13")
    measured = [f"t{k + 1} =~ NA*{first[k]} + " + " + ".join(terms[k]) for k in range(3)]
    return "\n".join(measured + lines), pd.DataFrame(columns)


@pytest.mark.parametrize("starts", [True, False])
def test_forced_choice(starts: bool) -> None:
    """lavaan 0.7-2: 43.297 on 43 degrees of freedom; loadings and errors to the digits printed."""
    text, data = forced_choice()
    if not starts:
        text = re.sub(r"start\(.*?\)\*(b\w+)", r"NA*\1", text)
    found = quietly(ts.sem, text, data, ordered=True, parameterization="theta", estimator="ULSMV")
    assert found.converged
    assert found.measures["chisq"] == pytest.approx(43.297, abs=1e-3)
    assert found.measures["df"] == 43
    values = found.estimates.query("label == 'l11' or label == 'l41' or label == 'n22'")
    values = values.drop_duplicates("label").set_index("label")
    assert values["estimate"].abs().to_dict() == pytest.approx(
        {"l11": 0.779, "n22": 0.821, "l41": 1.084}, abs=1e-3
    )
    assert values["se"].to_dict() == pytest.approx(
        {"l11": 0.129, "n22": 0.117, "l41": 0.538}, abs=1e-3
    )


def test_flat_directions_take_few_steps() -> None:
    """Expected second derivatives alone took 500 steps."""
    text, data = forced_choice()
    found = quietly(ts.sem, text, data, ordered=True, parameterization="theta", estimator="ULSMV")
    assert found.estimation.solution.iterations < 30


def test_singular_implied_correlations_have_no_robust_indices() -> None:
    """The comparisons of a triplet are linearly dependent, so that no inverse exists."""
    text, data = forced_choice()
    found = quietly(ts.sem, text, data, ordered=True, parameterization="theta")
    assert found.converged
    assert "cfi_robust" not in found.measures
    assert any("There are no robust indices" in note for note in found.notes)

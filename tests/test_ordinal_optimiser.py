"""Ordinal models whose minimum is hard to reach, at infinity, or inadmissible."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import AdmissibilityWarning, ConvergenceWarning

MODEL = "f1 =~ q1 + q2 + q3; f2 =~ q6 + q7 + q8"
FIVE = reference_data("ordinal_five")

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


@pytest.mark.sampled(2)
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
    assert np.isnan(found.measures["cfi_robust"])
    assert any("There are no robust indices" in note for note in found.notes)


# Solutions that cannot be ------------------------------------------------------------------------


def binary(correlations: tuple[float, float, float], n: int = 1000) -> pd.DataFrame:
    """Three items whose correlations may need a communality above one."""
    one, two, three = correlations
    matrix = [[1, one, two], [one, 1, three], [two, three, 1]]
    latent = np.random.default_rng(1).multivariate_normal(np.zeros(3), matrix, n)
    return pd.DataFrame((latent > [0, 0.3, -0.2]).astype(int), columns=["a", "b", "c"])


@pytest.mark.sampled(5)
@pytest.mark.parametrize("correlations", [(0.8, 0.8, 0.5), (0.7, 0.7, 0.45), (0.6, 0.6, 0.1)])
@pytest.mark.parametrize(
    "text", ["f =~ NA*a + b + c; f ~~ 1*f", "f =~ b + a + c", "f =~ a + b + c"]
)
@pytest.mark.parametrize(
    "estimator", ["WLSMV", "ULSMV", pytest.param("PML", marks=pytest.mark.slow)]
)
def test_heywood_case_under_theta_does_not_converge(
    correlations: tuple[float, float, float], text: str, estimator: str
) -> None:
    options = {"ordered": True, "estimator": estimator}
    with pytest.warns(ConvergenceWarning, match=r"what explains 'a' runs off to infinity.*'delta'"):
        found = ts.sem(text, binary(correlations), parameterization="theta", **options)
    assert not found.converged
    assert found.estimates["se"].where(found.estimates["free"]).isna().all()
    with pytest.warns(AdmissibilityWarning, match="negative variance estimates: a~~a"):
        ts.sem(text, binary(correlations), parameterization="delta", **options)


def test_large_loadings_under_theta_are_no_heywood_case() -> None:
    """A communality of .998 is a loading of 22."""
    found = quietly(
        ts.sem,
        "f =~ NA*a + b + c; f ~~ 1*f",
        binary((0.72, 0.72, 0.53), 4000),
        ordered=True,
        parameterization="theta",
    )
    assert found.converged
    assert 1 < found.estimates["estimate"][0] < 100


def disorder(text: str, **options: object) -> str:
    """What the fit notes of thresholds, where it is not admissible."""
    found = quietly(ts.sem, text, ordered=True, **{"data": FIVE, **options})
    notes = [note for note in found.notes if "out of order" in note]
    assert found.admissible != bool(notes)
    return "".join(notes)


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_fixed_thresholds_out_of_order_are_noted(parameterization: str) -> None:
    text = f"{MODEL}\nq1 | -0.3*t1 + -0.4*t2"
    note = disorder(text, parameterization=parameterization)
    assert note.startswith("thresholds are out of order: q1|t2 <= q1|t1. A category")
    assert "not admissible" in note


def test_estimated_thresholds_out_of_order_are_noted() -> None:
    """A fixed one turns round an estimated one of its group alone."""
    groups = FIVE.assign(g=np.where(np.arange(len(FIVE)) % 2, "odd", "even"))
    found = disorder(f"{MODEL}\nq1 | c(NA, 9)*t2", data=groups, group="g")
    assert "q1|t3 <= q1|t2 in group" in found
    assert found.count("in group") == 1


def test_equal_thresholds_out_of_order_are_noted() -> None:
    """Labels across items make two thresholds of one item the same."""
    assert "q1|t2 <= q1|t1" in disorder(f"{MODEL}\nq1 | a*t1 + a*t2")


def test_thresholds_in_order_are_not_noted() -> None:
    assert not disorder(MODEL)

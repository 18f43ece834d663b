"""Constraints that are eliminated, and estimators of one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from conftest import assert_same_numbers, quietly
from core_cases import HOLZINGER, THREE, fitted

import tpn_sem as ts
from tpn_sem.estimation.discrepancy import MaximumLikelihood

# Constraints --------------------------------------------------------------------------------------


CONSTRAINED = {
    "shared label": ("f =~ x1 + a*x2 + a*x3 + x4", 1),
    "equal": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == b\nb == c", 2),
    "redundant": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == b\nb == c\nc == a", 2),
    "weighted": ("f =~ x1 + a*x2 + b*x3 + c*x4\na + 2*b == 3\nc == a/2 + 0.1", 2),
    "a number": ("f =~ x1 + a*x2 + b*x3 + c*x4\na == 0.9", 1),
    "through a definition": ("f =~ x1 + a*x2 + b*x3 + c*x4\nd := a + b\nd == 2*c", 1),
    "fixed partner": ("f =~ x1 + a*x2 + 0.8*x2 + a*x3 + x4", 1),
}


@pytest.mark.parametrize(("model", "rank"), CONSTRAINED.values(), ids=CONSTRAINED)
def test_linear_constraints_are_eliminated(model: str, rank: int) -> None:
    fit = ts.Model(model).fit(HOLZINGER)
    restrictions = fit.estimation.specification.restrictions
    reduction = restrictions.reduction
    n_free = len(fit.coef)
    assert np.linalg.matrix_rank(restrictions.linear) == rank
    assert reduction.n_reduced == n_free - rank == fit.measures["npar"]
    reduced = np.random.default_rng(2).normal(size=(4, reduction.n_reduced))
    expanded = reduction.expand(reduced)
    gap = expanded @ restrictions.linear.T - restrictions.totals
    np.testing.assert_allclose(gap, 0, atol=1e-12)
    np.testing.assert_allclose(reduction.project(expanded), reduced, atol=1e-12)
    reached = restrictions.linear @ fit.coef.to_numpy() - restrictions.totals
    np.testing.assert_allclose(reached, 0, atol=1e-12)


def test_three_ways_to_say_the_same() -> None:
    texts = [
        "f =~ x1 + a*x2 + a*x3 + x4",
        "f =~ x1 + a*x2 + b*x3 + x4\na == b",
        'f =~ x1 + x2 + equal("f=~x2")*x3 + x4',
        "f =~ x1 + a*x2 + b*x3 + x4\na - b > 0\nb - a > 0",
    ]
    fits = [quietly(ts.sem, text, HOLZINGER) for text in texts]
    for fit in fits[1:]:
        assert fit.measures["chisq"] == pytest.approx(fits[0].measures["chisq"], rel=1e-8)
        np.testing.assert_allclose(fit.coef, fits[0].coef, rtol=1e-6)


# Estimators ---------------------------------------------------------------------------------------


@dataclass
class MyLikelihood(MaximumLikelihood):
    """A user's own estimator, with a setting: as dataclasses are by default, not hashable."""

    name = "mine"
    setting: float = 1.0


def test_an_estimator_of_ones_own() -> None:
    fit = ts.Model(THREE).fit(HOLZINGER, estimator=MyLikelihood())
    assert_same_numbers(fit.estimates, fitted("factors").estimates)

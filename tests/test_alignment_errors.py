"""Derivatives and standard errors of alignment, against differences and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from alignment_cases import draw, drawn_fit, pupils

from tpn_sem.groups.alignment import (
    Aligned,
    Configural,
    Loadings,
    Locations,
    Simplicity,
    align,
    alignment,
    configural,
    gradient,
    hessian,
    mixed,
)


def shifted(start: Configural, group: int, place: int, by: float) -> Configural:
    """The configural estimates with one number changed."""
    every = np.concatenate([start.loadings, start.locations], axis=1)
    every[group, place] += by
    loadings, locations = np.split(every, [len(start.loading_names)], axis=1)
    return replace(start, loadings=loadings, locations=locations)


@pytest.mark.parametrize("kind", ["loadings", "fixed", "free"])
def test_derivatives_are_those_of_finite_differences(kind: str) -> None:
    start = configural(pupils(std_lv=True).estimation)
    still = 0 if kind == "fixed" else None
    problem = Loadings(start) if kind == "loadings" else Locations(start, still)
    simplicity = Simplicity(0.5, 0.01, np.array([[0.0, 1.5], [1.5, 0.0]]))
    x = 0.3 * np.random.default_rng(1).standard_normal((2, 3))
    h, first, second, both = 1e-5, gradient, hessian, mixed(problem, simplicity, x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        up, down = x + step, x - step
        values = [simplicity.contributions(problem.aligned(z)).sum() for z in (up, down)]
        slopes = [first(problem, simplicity, z) for z in (up, down)]
        numeric = (values[0] - values[1]) / (2 * h)
        assert first(problem, simplicity, x)[place] == pytest.approx(numeric, abs=1e-8)
        numeric = (slopes[0] - slopes[1]) / (2 * h)
        np.testing.assert_allclose(second(problem, simplicity, x)[place], numeric, atol=1e-7)
    for group, place in np.ndindex(2, start.n_group):
        ends = [shifted(start, group, place, by) for by in (h, -h)]
        slopes = [gradient(replace(problem, start=end), simplicity, x) for end in ends]
        numeric = (slopes[0] - slopes[1]) / (2 * h)
        np.testing.assert_allclose(both[:, :, group, place], numeric, atol=1e-7)


@pytest.mark.parametrize("method", ["fixed", "free"])
def test_the_aligned_solution_moves_as_its_slopes_say(method: str) -> None:
    start = configural(drawn_fit().estimation)

    def solve(begin: Configural) -> Aligned:
        return align(
            begin, method, 1, power=0.5, epsilon=0.01, starts=1, generator=np.random.default_rng(1)
        )

    found, h = solve(start), 1e-4
    for group, place in ((0, 0), (1, 3), (2, 6), (3, 9)):
        column = group * start.n_group + place
        up, down = (solve(shifted(start, group, place, by)) for by in (h, -h))
        for slopes, name in (
            (found.mean_slopes, "means"),
            (found.variance_slopes, "variances"),
            (found.value_slopes, "values"),
        ):
            numeric = (getattr(up, name) - getattr(down, name)) / (2 * h)
            np.testing.assert_allclose(slopes[..., column], numeric, atol=1e-6)


@pytest.mark.slow
def test_standard_errors_are_those_of_repeated_samples() -> None:
    generator = np.random.default_rng(5)
    found = [alignment(draw(generator, 2000), starts=2, seed=1) for _ in range(100)]
    for name in ("mean", "variance"):
        values = np.array([one.factors[name] for one in found])[:, 1:]
        errors = np.array([one.factors[f"{name}_se"] for one in found])[:, 1:]
        np.testing.assert_allclose(values.std(axis=0, ddof=1), errors.mean(axis=0), rtol=0.2)
        lower, upper = (
            np.array([one.factors[f"{name}_{side}"] for one in found])[:, 1:]
            for side in ("lower", "upper")
        )
        middle = values.mean(axis=0)
        assert ((lower < middle) & (middle < upper)).mean() == pytest.approx(0.95, abs=0.04)
    values = np.array([one.parameters["estimate"] for one in found])
    errors = np.array([one.parameters["se"] for one in found])
    np.testing.assert_allclose(values.std(axis=0, ddof=1), errors.mean(axis=0), rtol=0.25)

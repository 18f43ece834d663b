"""The simplicity function of alignment, its derivatives, and its minimum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...numerics import Array, is_positive_definite
from .aligned_parameters import Problem

_SAME = 1e-6  # relative difference below which two starts ended in the same minimum
_NEAR = 1e-3  # the longest step from a minimum that is still a correction


@dataclass(frozen=True, eq=False)
class Simplicity:
    """Sum of w f(a - a') over pairs of groups, with f(d) = (d^2 + epsilon)^(power / 2).

    Attributes
    ----------
    power, epsilon : float
    weights : array, shape (G, G)
        Of pairs of groups, symmetric with a zero diagonal.
    """

    power: float
    epsilon: float
    weights: Array

    def contributions(self, aligned: Array) -> Array:
        """What each parameter adds, shape (P,), from aligned parameters of shape (G, P)."""
        gap = self._gaps(aligned)
        loss = (gap * gap + self.epsilon) ** (0.5 * self.power)
        return 0.5 * np.einsum("gh,pgh->p", self.weights, loss)

    def slope(self, aligned: Array) -> Array:
        """Derivative in the aligned parameters, shape (G, P)."""
        gap = self._gaps(aligned)
        first = self.power * gap * (gap * gap + self.epsilon) ** (0.5 * self.power - 1.0)
        return np.einsum("gh,pgh->gp", self.weights, first)

    def curvature(self, aligned: Array) -> Array:
        """Second derivative in each aligned parameter of all groups, shape (P, G, G)."""
        square = self._gaps(aligned) ** 2
        inner = square + self.epsilon
        second = inner + (self.power - 2.0) * square
        second *= self.power * inner ** (0.5 * self.power - 2.0) * self.weights
        every = np.arange(len(aligned))
        found = -second
        found[:, every, every] = second.sum(axis=-1)
        return found

    @staticmethod
    def _gaps(aligned: Array) -> Array:
        columns = aligned.T
        return columns[:, :, None] - columns[:, None, :]


def gradient(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """Derivative of the simplicity function in x, shape (G, F)."""
    slope = simplicity.slope(problem.aligned(x))
    return np.einsum("gp,gpf->gf", slope, problem.slopes(x))


def hessian(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """Second derivative of the simplicity function in x, shape (G, F, G, F)."""
    aligned, slopes = problem.aligned(x), problem.slopes(x)
    curved = np.einsum("gpf,pgh->gfph", slopes, simplicity.curvature(aligned))
    found = np.einsum("gfph,hpe->gfhe", curved, slopes)
    every = np.arange(len(x))
    found[every, :, every, :] += problem.bend(x, simplicity.slope(aligned))
    return found


def mixed(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """Derivative of the gradient in the configural estimates, shape (G, F, G, L + K)."""
    aligned = problem.aligned(x)
    curved = np.einsum("gpf,pgh->gfph", problem.slopes(x), simplicity.curvature(aligned))
    found = np.einsum("gfph,hpq->gfhq", curved, problem.own_slopes(x))
    every = np.arange(len(x))
    found[every, :, every, :] += problem.own_bend(x, simplicity.slope(aligned))
    return found


def free_hessian(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """The Hessian along the directions that are free, shape (n F, n F)."""
    full, basis = hessian(problem, simplicity, x), problem.basis
    found = np.einsum("gm,gfhe,hn->mfne", basis, full, basis, optimize=True)
    size = basis.shape[1] * x.shape[1]
    return found.reshape(size, size)


def response(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """Derivative of the minimum in the configural estimates, shape (G, F, G (L + K)).

    By the implicit function theorem: less the inverse Hessian times the derivative of the gradient.
    """
    n_factors, basis = x.shape[1], problem.basis
    pull = np.einsum("gm,gfhq->mfhq", basis, mixed(problem, simplicity, x))
    inner = free_hessian(problem, simplicity, x)
    moved = -np.linalg.solve(inner, pull.reshape(len(inner), -1))
    return np.einsum("gm,mfs->gfs", basis, moved.reshape(basis.shape[1], n_factors, -1))


@dataclass(frozen=True, eq=False)
class Lowest:
    """The lowest minimum found, shape (G, F), its value, and how many starts reached it."""

    x: Array
    value: float
    n_reached: int


def lowest(
    problem: Problem, simplicity: Simplicity, starts: int, generator: np.random.Generator
) -> Lowest:
    """Minimise from several starts.

    The first comes from a function that is nearly quadratic, by decreasing its epsilon to the one
    asked for; the others are drawn around where that began.
    """
    start = problem.start
    nowhere = np.zeros((len(start.groups), len(start.factors)))
    middle = descend(problem, replace(simplicity, power=2.0), nowhere)
    ends = [_graduated(problem, simplicity, middle)]
    spread = 0.3 + np.std(middle)
    for _ in range(starts - 1):
        drawn = problem.basis @ (
            problem.basis.T @ (middle + spread * generator.standard_normal(middle.shape))
        )
        ends.append(descend(problem, simplicity, drawn))
    values = np.array([float(simplicity.contributions(problem.aligned(x)).sum()) for x in ends])
    best = int(values.argmin())
    reached = values <= values[best] * (1.0 + _SAME)
    polished = _polished(problem, simplicity, ends[best])
    return Lowest(polished, float(values[best]), int(reached.sum()))


def _graduated(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """From a nearly quadratic function to the one asked for."""
    squares = replace(simplicity, power=2.0, epsilon=0.0)
    total = squares.contributions(problem.aligned(x)).mean()
    epsilon = float(total / (0.5 * simplicity.weights.sum()))
    while epsilon > simplicity.epsilon:
        x = descend(problem, replace(simplicity, epsilon=epsilon), x)
        epsilon *= 0.1
    return descend(problem, simplicity, x)


def _polished(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """Newton steps from a minimum, where values are too flat to tell points apart.

    The search of `numerics.optimiser` compares values, and so can do nothing here.
    """
    for _ in range(2):
        curvature = free_hessian(problem, simplicity, x)
        if not is_positive_definite(curvature):
            break
        slope = problem.basis.T @ gradient(problem, simplicity, x)
        step = np.linalg.solve(curvature, slope.ravel()).reshape(slope.shape)
        if np.abs(step).max() > _NEAR:
            break
        x = x - problem.basis @ step
    return x


def descend(problem: Problem, simplicity: Simplicity, x: Array) -> Array:
    """A minimum near x, by steps within a trust region with the exact Hessian.

    The function is far from convex; the loop of `numerics.optimiser` needs a way down at each step.
    """
    from scipy.optimize import minimize

    basis, shape = problem.basis, (problem.basis.shape[1], x.shape[1])
    scale = float(simplicity.contributions(problem.aligned(x)).sum())

    def spread(flat: Array) -> Array:
        return np.asarray(basis @ flat.reshape(shape))

    def value(flat: Array) -> float:
        return float(simplicity.contributions(problem.aligned(spread(flat))).sum()) / scale

    def slope(flat: Array) -> Array:
        return (basis.T @ gradient(problem, simplicity, spread(flat))).ravel() / scale

    def curvature(flat: Array) -> Array:
        return free_hessian(problem, simplicity, spread(flat)) / scale

    begin = (basis.T @ x).ravel()
    found = minimize(
        value, begin, jac=slope, hess=curvature, method="trust-ncg", options={"gtol": 1e-10}
    )
    return spread(found.x)

"""How much of the estimates' variance each choice accounts for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..numerics import Array, Indices
from .curve_table import counted

REST = "rest"
COLUMNS = ("levels", "eta_squared", "variance", "share", "balanced")
_LARGEST = 1e4  # of a random effect's standard deviation over that of the residual
_NO_SPREAD = 1e-12


def decomposition(
    table: pd.DataFrame, paths: Sequence[str], choices: Sequence[str]
) -> pd.DataFrame:
    """A row per path and choice that varies among the specifications that count, and the rest."""
    parts = {path: _of_path(counted(table[table["path"] == path]), choices) for path in paths}
    rows = [
        {"path": path, "choice": choice, **row}
        for path, part in parts.items()
        for choice, row in part.items()
    ]
    return pd.DataFrame(rows, columns=["path", "choice", *COLUMNS])


def _of_path(good: pd.DataFrame, choices: Sequence[str]) -> dict[str, dict[str, object]]:
    members = {name: pd.factorize(good[name], sort=True)[0] for name in choices}
    members = {name: one for name, one in members.items() if len(one) and one.max() > 0}
    estimates = good["estimate"].to_numpy()
    if not members or estimates.std() <= _NO_SPREAD * max(1.0, float(np.abs(estimates).max())):
        return {}
    shares = eta_squared(estimates, members)
    components = variance_components(estimates, members)
    total = sum(components.values())
    balanced = is_balanced(members)
    return {
        name: {
            "levels": int(members[name].max()) + 1 if name in members else 0,
            "eta_squared": share,
            "variance": components[name],
            "share": components[name] / total,
            "balanced": balanced,
        }
        for name, share in shares.items()
    }


def is_balanced(members: Mapping[str, Indices]) -> bool:
    """Whether every combination of levels occurs, and all equally often."""
    counts = pd.DataFrame(dict(members)).value_counts().to_numpy()
    combinations = int(np.prod([int(one.max()) + 1 for one in members.values()]))
    return len(counts) == combinations and bool((counts == counts[0]).all())


def eta_squared(estimates: Array, members: Mapping[str, Indices]) -> dict[str, float]:
    """Share of the sum of squares that each choice has beyond the other choices, and the rest.

    In a balanced design these are the shares of the main effects, and add up to one with the rest
    (interactions). Otherwise what choices share is nobody's (type II sums of squares).
    """
    centred = estimates - estimates.mean()
    total = float(centred @ centred)
    dummies = {name: _indicators(one) for name, one in members.items()}
    full = _unexplained(centred, list(dummies.values()))
    found = {
        name: (
            _unexplained(centred, [one for other, one in dummies.items() if other != name]) - full
        )
        / total
        for name in dummies
    }
    return {**found, REST: full / total}


def _indicators(members: Indices) -> Array:
    return np.eye(int(members.max()) + 1)[members]


def _unexplained(centred: Array, dummies: list[Array]) -> float:
    design = np.hstack([np.ones((len(centred), 1)), *dummies])
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    rest = centred - fitted
    return float(rest @ rest)


def variance_components(estimates: Array, members: Mapping[str, Indices]) -> dict[str, float]:
    """Variances of choices as crossed random effects, and of the rest, by REML.

    The definition of ``specr::icc_specs``: ``lme4::lmer(estimate ~ 1 + (1 | choice) + ...)``. The
    profiled criterion is that of Bates, Maechler, Bolker & Walker (2015, eq. 41). A choice with a
    level for every specification cannot be told from the rest, and shares evenly with it.
    """
    from scipy.optimize import minimize

    scale = float(estimates.std())
    criterion = _Criterion((estimates - estimates.mean()) / scale, list(members.values()))
    start, bounds = np.ones(len(members)), [(0.0, _LARGEST)] * len(members)
    near = minimize(criterion, start, method="L-BFGS-B", bounds=bounds).x
    found = minimize(criterion, near, method="Nelder-Mead", bounds=bounds, options=_STOP).x
    rest = criterion.residual_variance(found) * scale**2
    own = {name: float(theta**2 * rest) for name, theta in zip(members, found, strict=True)}
    return {**own, REST: rest}


_STOP = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000, "maxfev": 8000}


class _Criterion:
    """REML criterion of relative standard deviations, all else profiled out."""

    def __init__(self, values: Array, members: list[Indices]):
        self.n = len(values)
        design = np.hstack([_indicators(one) for one in members])
        self.of_columns = np.repeat(np.arange(len(members)), [int(m.max()) + 1 for m in members])
        self.products, self.sums = design.T @ design, design.sum(axis=0)
        self.with_values, self.total = design.T @ values, float(values.sum())
        self.squares = float(values @ values)

    def _pieces(self, theta: Array) -> tuple[float, float, float]:
        """log|V| but for its scale, 1' V^-1 1, and the weighted residual sum of squares."""
        scale = theta[self.of_columns]
        matrix = scale[:, None] * self.products * scale + np.eye(len(scale))
        factor = np.linalg.cholesky(matrix)
        of_mean = np.linalg.solve(factor, scale * self.sums)
        of_values = np.linalg.solve(factor, scale * self.with_values)
        weight = self.n - float(of_mean @ of_mean)
        cross = self.total - float(of_mean @ of_values)
        squares = self.squares - float(of_values @ of_values) - cross**2 / weight
        return 2.0 * float(np.log(np.diag(factor)).sum()), weight, max(squares, 1e-300)

    def __call__(self, theta: Array) -> float:
        """-2 log REML likelihood, but for a constant."""
        determinant, weight, squares = self._pieces(theta)
        return determinant + float(np.log(weight)) + (self.n - 1) * float(np.log(squares))

    def residual_variance(self, theta: Array) -> float:
        """At the minimum."""
        return self._pieces(theta)[2] / (self.n - 1)

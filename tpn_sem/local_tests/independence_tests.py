"""Tests of what a model says is independent: score tests, and partial correlations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..equations import GenericStructure
from ..estimation import Estimation, Minimum, remembered
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, adjusted_p_values, inverse, weighted
from ..results import effective_size
from ..specification import COVARIANCE, PATH, Cells
from .independence_claims import LeftOut, ObservedClaim, left_out, observed_claims
from .observed_covariances import ObservedCovariances
from .residual_sampling import (
    p_values_of,
    rests_on_normality,
    sampling_spread,
)

_COLUMNS = ("group", "claim", "kind", "form", "lhs", "op", "rhs", "estimate", "z", "p_value")
OBSERVED = "observed variables"
_INFORMATIVE = 1e-8  # share of a candidate's information that the model's parameters leave


def independence_tests(
    estimation: Estimation,
    structures: Sequence[GenericStructure],
    groups: Sequence[ObservedCovariances],
    adjustment: str,
) -> pd.DataFrame:
    """A row per claim, smallest p-value first; all rows are one family.

    `estimate` is the standardised parameter that would be added, or the partial correlation.
    """
    rows: list[tuple[object, ...]] = []
    for group, (structure, observed) in enumerate(zip(structures, groups, strict=True)):
        rows += _score_tests(estimation, group, structure)
        if not observed.problem:
            rows += _partial_tests(estimation, structure, observed)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    p_values = table["p_value"].to_numpy(float)
    table["p_adjusted"] = adjusted_p_values(p_values, adjustment)
    return table.iloc[np.argsort(p_values, kind="stable")].reset_index(drop=True)


# Score tests -------------------------------------------------------------------------------------


def _score_tests(
    estimation: Estimation, group: int, structure: GenericStructure
) -> list[tuple[object, ...]]:
    claims = left_out(structure)
    if not claims:
        return []
    kind, row, column = (
        np.array(part, dtype=np.intp) for part in zip(*(one.cell for one in claims), strict=True)
    )
    cells = Cells(kind, row, column)
    z, change = score_tests(estimation, group, cells)
    standard = change * _units(estimation, group, cells)
    p_values = p_values_of(estimation, z)
    label, names = estimation.samples.labels[group], structure.pattern.names
    return [
        (label, *_told(claim, names), float(standard[k]), float(z[k]), float(p_values[k]))
        for k, claim in enumerate(claims)
        if np.isfinite(z[k])
    ]


def score_tests(estimation: Estimation, group: int, cells: Cells) -> tuple[Array, Array]:
    """Signed roots of score tests of cells that a group's model fixes at zero, and their changes.

    Where errors rest on normality the squares are modification indices (Sorbom, 1989); else the
    score has the covariance matrix of the fit's own moments (Satorra, 1989). NaN where the model's
    parameters leave nothing of a cell.
    """
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    share = float(estimation.objective.shares[group])
    score = -0.5 * share * estimation.discrepancy.gradient(sample, implied, implied.along(cells))
    information, variance = _left_of(estimation, group, cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = score * np.sqrt(effective_size(estimation) / variance)
        return z, np.where(np.isnan(information), np.nan, score / information)


def expected_roots(estimation: Estimation, group: int, cells: Cells) -> Array:
    """Mean of each score test's signed root where its standardised parameter is 1, shape (k,).

    The root of its noncentrality, which grows with the square of the parameter (Saris, Satorra &
    van der Veld, 2009): (1 / EPC)^2 MI, from what the model's parameters leave of the cell's
    information. NaN where that is nothing.
    """
    information, variance = _left_of(estimation, group, cells)
    raw = 1.0 / _units(estimation, group, cells)
    return np.asarray(raw * information * np.sqrt(effective_size(estimation) / variance))


def _left_of(estimation: Estimation, group: int, cells: Cells) -> tuple[Array, Array]:
    """Information of cells after estimation, and their scores' variance; NaN where none is left."""
    along = estimation.implied[group].along(cells)
    jacobian = np.zeros((estimation.specification.n_all_moments, len(cells.kind)))
    places = moments.moment_columns(estimation)[group]
    jacobian[places] = along.jacobian(estimation.specification.means)
    weight, left = _weight_and_left(estimation)
    pulled = weighted(weight, jacobian)
    information = (pulled * (left @ jacobian)).sum(axis=0)
    variance = information
    if not (rests_on_normality(estimation) and estimation.discrepancy.is_efficient):
        net = left.T @ pulled
        variance = (net * (sampling_spread(estimation) @ net)).sum(axis=0)
    informative = information > _INFORMATIVE * (pulled * jacobian).sum(axis=0)
    return np.where(informative, information, np.nan), np.where(informative, variance, np.nan)


@remembered
def _weight_and_left(minimum: Minimum) -> tuple[Array, Array]:
    """Expected weight V of the moments, and I - J (J'VJ)^-1 J'V, shape (M, M) each."""
    weight, jacobian = moments.expected_weight(minimum), moments.jacobian(minimum)
    pulled = weighted(weight, jacobian)
    fitted = jacobian @ np.linalg.solve(jacobian.T @ pulled, pulled.T)
    return weight, np.eye(len(fitted)) - fitted


def _units(estimation: Estimation, group: int, cells: Cells) -> Array:
    """What turns changes into standardised ones: slopes, or correlations of disturbances."""
    implied = estimation.implied[group]
    pattern = estimation.specification.patterns[group]
    deviation = np.sqrt(np.maximum(np.diagonal(implied.all_covariance), 0.0))
    own = deviation.copy()
    variance = (pattern.kind == COVARIANCE) & (pattern.row == pattern.column)
    values = implied.values[variance]
    own[pattern.row[variance]] = np.sqrt(np.maximum(values, 0.0))
    own = np.where(own > 0.0, own, deviation)
    path = deviation[cells.column] / deviation[cells.row]
    return np.where(cells.kind == PATH, path, 1.0 / (own[cells.row] * own[cells.column]))


def _told(claim: LeftOut, names: Sequence[str]) -> tuple[str, ...]:
    """The claim, its kind, the form of its test, and the parameter."""
    one, other = names[claim.one], names[claim.other]
    sides = (other, one) if claim.operator == "=~" else (one, other)
    form = {
        "=~": "score test of a loading",
        "~": "score test of a path",
        "~~": "score test of a covariance",
    }[claim.operator]
    return (
        independence(one, other, [names[place] for place in claim.given]),
        claim.kind,
        form,
        sides[0],
        claim.operator,
        sides[1],
    )


def independence(one: str, other: str, given: Sequence[str]) -> str:
    """A claim as it is written: "x1 ⟂ x4 | visual, textual"."""
    return f"{one} ⟂ {other}" + (f" | {', '.join(given)}" if given else "")


# Partial correlations ----------------------------------------------------------------------------


def _partial_tests(
    estimation: Estimation, structure: GenericStructure, observed: ObservedCovariances
) -> list[tuple[object, ...]]:
    names = observed.names
    rows: list[tuple[object, ...]] = []
    for claim in observed_claims(structure):
        value, z = partial_test(observed, claim)
        p_value = float(p_values_of(estimation, np.array(z)))
        told = independence(
            names[claim.one], names[claim.other], [names[place] for place in claim.given]
        )
        form = "partial correlation" if claim.given else "correlation"
        sides = (names[claim.one], "~~", names[claim.other])
        rows.append((observed.label, told, OBSERVED, form, *sides, value, z, p_value))
    return rows


def partial_test(observed: ObservedCovariances, claim: ObservedClaim) -> tuple[float, float]:
    """A partial correlation and Fisher's z over its standard error.

    1 / sqrt(n - k - 3) given k variables, of normal data; else by the delta method.
    """
    places = [claim.one, claim.other, *claim.given]

    def transformed(covariances: Array) -> Array:
        chosen = covariances[..., places, :][..., places]
        given = inverse(chosen)
        scale = np.sqrt(given[..., 0, 0] * given[..., 1, 1])
        return np.arctanh(-given[..., 0, 1] / scale)[..., None]

    if observed.is_classic:
        value = float(transformed(observed.covariance[None])[0, 0])
        error = max(observed.size - len(claim.given) - 3.0, 1.0) ** -0.5
    else:
        values, errors = observed.infer(transformed)
        value, error = float(values[0]), float(errors[0])
    return float(np.tanh(value)), value / error if error > 0.0 else float("nan")

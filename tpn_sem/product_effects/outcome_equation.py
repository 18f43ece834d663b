"""The equation of an outcome: its causes, products among them, and slopes on these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..estimation import Estimation
from ..estimation.latent_products import ImpliedWithProducts
from ..numerics import Array
from ..specification import PATH, Members, parts_of


@dataclass(frozen=True)
class Term:
    """One cause of an outcome: a variable, or a product of several.

    Attributes
    ----------
    members : tuple of str
        The variables; one that stands twice is squared.
    value : float
        The coefficient.
    place : int
        Place among the free parameters; -1 where fixed.
    is_centred : bool
        Whether it is a product of deviations from means, as columns of products are.
    """

    members: Members
    value: float
    place: int
    is_centred: bool = False


@dataclass(frozen=True, eq=False)
class OutcomeEquation:
    """What one outcome is regressed on in one group.

    Attributes
    ----------
    group : int
    outcome : str
    terms : tuple of Term
    centres, deviations : dict of str to float
        Mean and standard deviation of each variable in the terms.
    outcome_deviation : float
    level : float
        The intercept.
    n_free : int
    """

    group: int
    outcome: str
    terms: tuple[Term, ...]
    centres: Mapping[str, float]
    deviations: Mapping[str, float]
    outcome_deviation: float
    level: float
    n_free: int

    def slopes(self, predictor: str, values: Mapping[str, Array]) -> tuple[Array, Array]:
        """Slope on a predictor where variables have some values, the others their means.

        Returns
        -------
        slopes : array, shape (k,)
        jacobian : array, shape (k, n_free)
        """
        everywhere = self._filled(values)
        count = len(next(iter(everywhere.values())))
        weights = []
        for term in self.terms:
            at = self._seen_by(term, everywhere)
            power = term.members.count(predictor)
            weight = np.zeros(count)
            if power:
                weight = np.full(count, float(power)) * at[predictor] ** (power - 1)
                for name in term.members:
                    if name != predictor:
                        weight = weight * at[name]
            weights.append(weight)
        return self._combined(weights, 0.0)

    def predictions(self, values: Mapping[str, Array]) -> tuple[Array, Array]:
        """The outcome that is expected where variables have some values, the others their means."""
        everywhere, weights = self._filled(values), []
        for term in self.terms:
            at = self._seen_by(term, everywhere)
            weights.append(np.prod([at[name] for name in term.members], axis=0))
        return self._combined(weights, self.level)

    def _seen_by(self, term: Term, at: Mapping[str, Array]) -> Mapping[str, Array]:
        """Values of variables from where a term counts."""
        if not term.is_centred:
            return at
        return {name: at[name] - self.centres[name] for name in term.members}

    def at(self, deviations: Mapping[str, float]) -> dict[str, Array]:
        """Values of variables that are so many standard deviations from their means."""
        return {
            name: np.array([self.centres[name] + value * self.deviations[name]])
            for name, value in deviations.items()
        }

    def _filled(self, values: Mapping[str, Array]) -> dict[str, Array]:
        count = max(len(np.atleast_1d(value)) for value in values.values())
        full = {name: np.full(count, centre) for name, centre in self.centres.items()}
        return full | {name: np.broadcast_to(value, count) for name, value in values.items()}

    def _combined(self, weights: list[Array], level: float) -> tuple[Array, Array]:
        total = np.full(len(weights[0]), level)
        jacobian = np.zeros((len(weights[0]), self.n_free))
        for term, weight in zip(self.terms, weights, strict=True):
            total = total + term.value * weight
            if term.place >= 0:
                jacobian[:, term.place] += weight
        return total, jacobian


def outcome_equation(estimation: Estimation, group: int, outcome: str) -> OutcomeEquation:
    """The equation of a variable of one group."""
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    place = pattern.names.index(outcome)
    rows = estimation.specification.table.rows
    by_columns = not isinstance(implied, ImpliedWithProducts)
    terms: list[Term] = []
    names: list[str] = []
    for cell in np.flatnonzero((pattern.kind == PATH) & (pattern.row == place)):
        if rows[pattern.table_rows[cell]].operator != "~":
            continue
        cause = pattern.names[pattern.column[cell]]
        members = parts_of(cause, pattern.names) or (cause,)
        centred = by_columns and len(members) > 1 and any(one in pattern.latent for one in members)
        value, free = float(implied.values[cell]), int(pattern.free[cell])
        terms.append(Term(members, value, free, centred))
        names += members
    centres, deviations = {}, {}
    for name in dict.fromkeys(names):
        own = pattern.names.index(name)
        centres[name] = _mean(estimation, group, own)
        deviations[name] = _root(implied.all_covariance[own, own])
    return OutcomeEquation(
        group,
        outcome,
        tuple(terms),
        centres,
        deviations,
        _root(implied.all_covariance[place, place]),
        _intercept(estimation, group, place),
        estimation.specification.table.n_free,
    )


def _mean(estimation: Estimation, group: int, place: int) -> float:
    """Of a variable; of factors without mean structure zero."""
    implied, sample = estimation.implied[group], estimation.samples.groups[group]
    if not estimation.specification.means and place < implied.n_observed:
        return float(sample.centre[place])
    return float(implied.all_mean[place])


def _root(variance: float) -> float:
    return float(np.sqrt(variance)) if variance > 0.0 else float("nan")


def _intercept(estimation: Estimation, group: int, place: int) -> float:
    pattern, values = estimation.specification.patterns[group], estimation.implied[group].values
    own = (pattern.kind == 2) & (pattern.row == place)
    return float(values[own].sum())


def product_terms(estimation: Estimation) -> list[tuple[str, str]]:
    """All pairs of a product and an outcome of it, in the order of the parameter table."""
    found = []
    for row in estimation.specification.table.rows:
        names = estimation.specification.roles.all
        if row.operator == "~" and parts_of(row.rhs, names):
            found.append((str(row.rhs), row.lhs))
    return list(dict.fromkeys(found))

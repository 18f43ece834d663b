"""Constraints: labels, ``==``, ``<``, ``>``; defined parameters ``:=``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

import numpy as np

from ..errors import ModelError, nearest
from ..language import (
    Call,
    Constraint,
    Dual,
    Expression,
    Name,
    Number,
    Statements,
    evaluate,
    is_linear,
    names,
)
from ..numerics import Array, Indices, null_space
from .parameter import Parameter
from .parameter_table import ParameterTable
from .rotated_blocks import RotatedBlock


@dataclass(frozen=True, eq=False)
class Reduction:
    """Elimination of linear equality constraints: parameters = origin + basis @ reduced.

    Attributes
    ----------
    origin : array, shape (n_free,)
    basis : array, shape (n_free, n_reduced)
    """

    origin: Array
    basis: Array

    @property
    def n_reduced(self) -> int:
        """Number of parameters after elimination."""
        return int(self.basis.shape[1])

    def expand(self, reduced: Array) -> Array:
        """All free parameters, shape (..., n_free), from the reduced ones."""
        return reduced if self.is_trivial else self.origin + reduced @ self.basis.T

    def project(self, parameters: Array) -> Array:
        """The reduced parameters nearest to given free ones, shape (..., n_reduced)."""
        return parameters if self.is_trivial else (parameters - self.origin) @ self._inverse.T

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.solve(self.basis.T @ self.basis, self.basis.T), dtype=float)

    @cached_property
    def is_trivial(self) -> bool:
        """Whether there is no constraint, so that the reduced parameters are the free ones."""
        return self.n_reduced == len(self.origin)

    def pull_gradient(self, gradient: Array) -> Array:
        """Gradient in the reduced parameters, shape (..., n_reduced)."""
        return gradient if self.is_trivial else gradient @ self.basis

    def pull_hessian(self, hessian: Array) -> Array:
        """Hessian in the reduced parameters, shape (..., n_reduced, n_reduced)."""
        return hessian if self.is_trivial else self.basis.T @ hessian @ self.basis


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The names that expressions may use, and what they stand for.

    Attributes
    ----------
    labels : dict of str to Parameter
        The first row with each label.
    definitions : dict of str to Expression
        ``:=`` parameters in the order of the text; a line may use one that is defined below.
    bounded : tuple of Parameter
        Rows with a lower or an upper bound; inequalities know them as ".place".
    """

    labels: dict[str, Parameter]
    definitions: dict[str, Expression]
    bounded: tuple[Parameter, ...]

    def evaluate(
        self, expressions: tuple[Expression, ...], parameters: Array
    ) -> tuple[Array, Array]:
        """Values, shape (m,), and Jacobian, shape (m, n_free), of expressions in labels."""
        size = len(parameters)
        environment = self._environment(parameters)
        found = [evaluate(expression, environment, size) for expression in expressions]
        values = np.array([dual.value for dual in found])
        gradients = [dual.gradient for dual in found]
        return values, np.array(gradients).reshape(len(found), size)

    def defined(self, parameters: Array) -> tuple[Array, Array]:
        """Values and Jacobian of the defined parameters."""
        return self.evaluate(tuple(Name(name, 0) for name in self.definitions), parameters)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        """Definitions in an order in which each uses those before it only."""
        return tuple(_in_order_of_use(self.definitions))

    def with_fixed(self, values: dict[str, float]) -> Vocabulary:
        """The same with other values for labels that stand for fixed parameters."""
        labels = {
            label: row._replace(fixed=values[label]) if label in values else row
            for label, row in self.labels.items()
        }
        return Vocabulary(labels, self.definitions, self.bounded)

    def _environment(self, parameters: Array) -> dict[str, Dual]:
        environment: dict[str, Dual] = {}
        for label, row in self.labels.items():
            environment[label] = _dual(row, parameters)
        for row in self.bounded:
            environment[f".{row.free}"] = _dual(row, parameters)
        for name in self._order:
            expression = self.definitions[name]
            try:
                environment[name] = evaluate(expression, environment, len(parameters))
            except ModelError:  # no value there, as the logarithm of a negative number
                environment[name] = Dual(float("nan"), np.full(len(parameters), np.nan))
        return environment


@dataclass(frozen=True, eq=False)
class Restrictions(Vocabulary):
    """All that restricts or derives from the free parameters of a model.

    Attributes
    ----------
    reduction : Reduction
        Labels and linear ``==`` constraints, eliminated.
    linear : array, shape (n_linear, n_free)
        The same as rows R of R parameters = r, redundant ones included.
    totals : array r, shape (n_linear,)
    equalities, inequalities : tuple of Expression
        Non-linear ``== 0`` and any ``>= 0`` constraints.
    rotations : tuple of RotatedBlock
        Exploratory blocks, whose rotation solves equations.
    """

    reduction: Reduction
    linear: Array
    totals: Array
    equalities: tuple[Expression, ...]
    inequalities: tuple[Expression, ...]
    rotations: tuple[RotatedBlock, ...] = ()

    @property
    def is_smooth(self) -> bool:
        """Whether elimination is all that is needed."""
        return not (self.equalities or self.inequalities or self.rotations)

    @property
    def n_independent(self) -> int:
        """Number of parameters that linear constraints and rotations leave."""
        return self.reduction.n_reduced - sum(one.n_equations for one in self.rotations)

    def with_zeros(self, places: Indices) -> Restrictions:
        """The same with some free parameters held at zero in place of the rotations.

        Parameters
        ----------
        places : int array
        """
        linear = np.concatenate([self.linear, np.eye(self.linear.shape[1])[places]])
        totals = np.concatenate([self.totals, np.zeros(len(places))])
        origin = np.asarray(np.linalg.lstsq(linear, totals, rcond=None)[0], dtype=float)
        reduction = Reduction(origin, sparse_null_space(linear))
        return replace(self, linear=linear, totals=totals, reduction=reduction, rotations=())


def _dual(row: Parameter, parameters: Array) -> Dual:
    gradient = np.zeros(len(parameters))
    if row.free < 0:
        return Dual(row.fixed, gradient)
    gradient[row.free] = 1.0
    return Dual(float(parameters[row.free]), gradient)


def build_restrictions(
    statements: Statements, table: ParameterTable, bounds: str = "none"
) -> Restrictions:
    """Sort what a model restricts into linear, non-linear and unequal.

    Parameters
    ----------
    bounds : {"none", "pos_var", "pos_ov_var", "pos_lv_var"}
        Whose variances are kept at zero or above: all, of observed or of latent variables.

    Raises
    ------
    ModelError
        For unknown or clashing labels, circular definitions and contradictory constraints.
    """
    labels = _labels(statements, table)
    definitions = _definitions(statements, labels)
    _check_names(statements, labels, definitions)
    bounded, limits = _bounds(table, bounds)
    vocabulary = Vocabulary(labels, definitions, bounded)
    linear_names = _linear_names(labels, definitions)
    unequal = [_gap(item) for item in statements.constraints if item.operator != "=="]
    equal = [_gap(item) for item in statements.constraints if item.operator == "=="]
    straight = tuple(gap for gap in equal if is_linear(gap, linear_names))
    curved = tuple(gap for gap in equal if not is_linear(gap, linear_names))
    linear, totals = _linear_system(table, vocabulary, straight)
    return Restrictions(
        labels,
        definitions,
        bounded,
        reduction=_reduce(linear, totals, statements),
        linear=linear,
        totals=totals,
        equalities=curved,
        inequalities=(*limits, *unequal),
    )


def shared_labels(statements: Statements) -> list[tuple[str, str]]:
    """Labels that the text gives to a parameter of all groups, and the parameter's operator."""
    return [
        (relation.modifiers.label[0], relation.operator)
        for relation in statements.relations
        if len(relation.modifiers.label) == 1 and relation.modifiers.label[0]
    ]


def _linear_system(
    table: ParameterTable, vocabulary: Vocabulary, gaps: tuple[Expression, ...]
) -> tuple[Array, Array]:
    """Rows R and totals r of R parameters = r: shared labels, linear ``==``, effect coding."""
    rows, totals = _label_rows(table, vocabulary.labels)
    for gap in gaps:
        values, gradients = vocabulary.evaluate((gap,), np.zeros(table.n_free))
        rows.append(gradients[0])
        totals.append(-float(values[0]))
    for places, total in table.sums:
        rows.append(_sum_row(table, places))
        totals.append(total - sum(table.rows[i].fixed for i in places if table.rows[i].free < 0))
    return np.array(rows).reshape(len(rows), table.n_free), np.array(totals)


def _labels(statements: Statements, table: ParameterTable) -> dict[str, Parameter]:
    labels: dict[str, Parameter] = {}
    for row in table.rows:
        if not row.label:
            continue
        first = labels.setdefault(row.label, row)
        if not (row.is_free or first.is_free or row.fixed == first.fixed):
            raise statements.error(
                f"label {row.label!r} stands for {first.fixed:g} and for {row.fixed:g}",
                _find(statements, row.label),
                len(row.label),
                "give them different labels",
            )
    return labels | _rows_by_number(statements, table)


def _rows_by_number(statements: Statements, table: ParameterTable) -> dict[str, Parameter]:
    """Rows of the table that expressions name by their number from 1, as ``.p2.``."""
    parts = [one.expression for one in statements.definitions]
    parts += [side for one in statements.constraints for side in (one.left, one.right)]
    used = {name.name for part in parts for name in names(part)}
    rows = {f".p{place}.": row for place, row in enumerate(table.rows, 1)}
    found = {name: rows[name] for name in used if name in rows}
    for name, row in found.items():
        if row.follows:
            raise statements.error(
                f"{name} stands for {row.name!r}, which follows from other parameters",
                _find(statements, name),
                len(name),
                "restrict these",
            )
    return found


def _find(statements: Statements, word: str) -> int:
    return max(statements.text.find(word), 0)


def _definitions(statements: Statements, labels: dict[str, Parameter]) -> dict[str, Expression]:
    definitions: dict[str, Expression] = {}
    for definition in statements.definitions:
        name = definition.name
        if name in labels or name in definitions:
            what = "a parameter's label" if name in labels else "defined already"
            raise statements.error(
                f"{name!r} is {what}", definition.position, len(name), "choose another name"
            )
        definitions[name] = definition.expression
    return definitions


def _check_names(
    statements: Statements, labels: dict[str, Parameter], definitions: dict[str, Expression]
) -> None:
    known = [label for label in [*labels, *definitions] if not label.startswith(".")]
    seen = {*labels, *definitions}
    for definition in statements.definitions:
        for name in names(definition.expression):
            _check_known(statements, name, seen, known)
    ordered = _in_order_of_use(definitions)
    for definition in statements.definitions:
        for name in names(definition.expression):
            if name.name in definitions and name.name not in ordered:
                raise statements.error(
                    f"{name.name!r} is used before it is defined",
                    name.position,
                    len(name.name),
                    "break the circle of definitions",
                )
    for constraint in statements.constraints:
        for name in names(constraint.left) + names(constraint.right):
            _check_known(statements, name, seen, known)


def _in_order_of_use(definitions: dict[str, Expression]) -> list[str]:
    """Definitions, each after those that it uses; without those that use themselves."""
    found: list[str] = []
    left = {
        name: {one.name for one in names(expression)} & set(definitions)
        for name, expression in definitions.items()
    }
    while ready := [name for name, used in left.items() if used.issubset(found)]:
        found += ready
        for name in ready:
            del left[name]
    return found


def _check_known(statements: Statements, name: Name, seen: set[str], known: list[str]) -> None:
    if name.name in seen:
        return
    advice = nearest(name.name, known).removeprefix("; ")
    raise statements.error(
        f"no parameter has the label {name.name!r}",
        name.position,
        len(name.name),
        advice or f"label a parameter, as {name.name}*x",
    )


def _linear_names(labels: dict[str, Parameter], definitions: dict[str, Expression]) -> set[str]:
    linear = set(labels)
    for name in _in_order_of_use(definitions):
        if is_linear(definitions[name], linear):
            linear.add(name)
    return linear


def _gap(constraint: Constraint) -> Expression:
    """The expression that must be zero, or not negative."""
    if constraint.operator == "<":
        return Call("-", (constraint.right, constraint.left))
    return Call("-", (constraint.left, constraint.right))


def _label_rows(
    table: ParameterTable, labels: dict[str, Parameter]
) -> tuple[list[Array], list[float]]:
    rows: list[Array] = []
    totals: list[float] = []
    for row in table.rows:
        first = labels.get(row.label)
        if first is None or first is row or not (row.is_free or first.is_free):
            continue
        zero = np.zeros(table.n_free)
        here, there = _dual(row, zero), _dual(first, zero)
        rows.append(there.gradient - here.gradient)
        totals.append(here.value - there.value)
    return rows, totals


def _sum_row(table: ParameterTable, places: tuple[int, ...]) -> Array:
    row = np.zeros(table.n_free)
    for place in places:
        if table.rows[place].free >= 0:
            row[table.rows[place].free] += 1.0
    return row


def _bounds(table: ParameterTable, bounds: str) -> tuple[tuple[Parameter, ...], list[Expression]]:
    """Rows with lower() or upper(), and the inequalities that these say."""
    kept = {
        "pos_var": frozenset(table.roles.all),
        "pos_ov_var": frozenset(table.roles.observed),
        "pos_lv_var": frozenset(table.roles.latent),
    }.get(bounds, frozenset())
    bounded: list[Parameter] = []
    inequalities: list[Expression] = []
    for row in table.free_rows:
        lower = row.lower
        if row.lhs in kept and row.is_variance and not isfinite(lower):
            lower = 0.0
        if not (isfinite(lower) or isfinite(row.upper)):
            continue
        bounded.append(row)
        name = Name(f".{row.free}", 0)
        if isfinite(lower):
            inequalities.append(Call("-", (name, Number(lower))))
        if isfinite(row.upper):
            inequalities.append(Call("-", (Number(row.upper), name)))
    return tuple(bounded), inequalities


def _reduce(linear: Array, totals: Array, statements: Statements) -> Reduction:
    """Null space of the linear constraints; plain equalities become sums of columns first."""
    n_free = linear.shape[1]
    if not len(linear):
        return Reduction(np.zeros(n_free), np.eye(n_free))
    origin = np.asarray(np.linalg.lstsq(linear, totals, rcond=None)[0], dtype=float)
    if np.max(np.abs(linear @ origin - totals)) > 1e-8 * max(1.0, float(np.max(np.abs(totals)))):
        texts = [f"{c.text[0]} {c.operator} {c.text[1]}" for c in statements.constraints]
        raise ModelError(
            "the equality constraints contradict each other: no parameter values satisfy all of "
            + ("; ".join(texts) if texts else "the shared labels and fixed values")
        )
    return Reduction(origin, sparse_null_space(linear))


def sparse_null_space(linear: Array) -> Array:
    """Basis of the null space; columns of simple equalities and zeros are not decomposed."""
    entries = (linear != 0.0).sum(axis=1)
    simple = (entries == 2) & (linear.sum(axis=1) == 0.0)
    merged = _merge_columns(linear[simple])
    rest = linear[~simple] @ merged
    is_zero = (rest != 0.0).sum(axis=1) == 1
    kept = ~np.any(rest[is_zero] != 0.0, axis=0)
    merged, rest = merged[:, kept], rest[~is_zero][:, kept]
    return merged @ null_space(rest) if len(rest) else merged


def _merge_columns(pairs: Array) -> Array:
    n_free = pairs.shape[1]
    leader = np.arange(n_free)
    for row in pairs:
        first, second = np.flatnonzero(row)
        old, new = max(leader[first], leader[second]), min(leader[first], leader[second])
        leader[leader == old] = new
    kept = np.unique(leader)
    basis = np.zeros((n_free, len(kept)))
    basis[np.arange(n_free), np.searchsorted(kept, leader)] = 1.0
    return basis

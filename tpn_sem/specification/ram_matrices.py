"""Parameter table to the patterns of the reticular action model.

McArdle & McDonald (1984): variables v = A v + u with cov(u) = S and intercepts m, so that the
moments are cov(v) = (I - A)^-1 S (I - A)^-T and mean (I - A)^-1 m.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..errors import NotAvailableError
from ..language import has_levels, level_of, plain_name
from ..moments.ordinal import Layout
from ..moments.ordinal_levels import LevelOrder
from ..numerics import Array, Indices, Mask
from .parameter import Parameter, key
from .parameter_table import ParameterTable
from .roles import Roles

PATH, COVARIANCE, INTERCEPT, THRESHOLD, SCALE = 0, 1, 2, 3, 4


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of A, S, m, thresholds and scales, shape (n_cells,) each: directions."""

    kind: Indices
    row: Indices
    column: Indices

    def followed_by(self, other: Cells) -> Cells:
        """These cells, then others."""
        return Cells(
            np.concatenate([self.kind, other.kind]),
            np.concatenate([self.row, other.row]),
            np.concatenate([self.column, other.column]),
        )

    @cached_property
    def is_path(self) -> Mask:
        """Whether a cell is one of A."""
        return self.kind == PATH

    @cached_property
    def is_intercept(self) -> Mask:
        """Whether a cell is one of m."""
        return self.kind == INTERCEPT

    @cached_property
    def origin(self) -> Indices:
        """The variable of a column of A or S; 0 for other cells, whose columns are no variables."""
        return np.where(self.kind <= COVARIANCE, self.column, 0)

    @cached_property
    def weight(self) -> Array:
        """How often a cell stands in its symmetric matrix, over two; zero outside of A and S."""
        is_variance = (self.kind == COVARIANCE) & (self.row == self.column)
        return np.where(is_variance, 0.5, 1.0) * (self.kind <= COVARIANCE)

    @cached_property
    def paths(self) -> Indices:
        """Places of the cells of A."""
        return np.flatnonzero(self.is_path)

    @cached_property
    def covariances(self) -> Indices:
        """Places of the cells of S."""
        return np.flatnonzero(self.kind == COVARIANCE)

    @cached_property
    def intercepts(self) -> Indices:
        """Places of the cells of m."""
        return np.flatnonzero(self.is_intercept)


@dataclass(frozen=True, eq=False)
class Responses:
    """Which cells turn the latent responses of one group into answers.

    An answer is category k where the latent response y* lies between thresholds k and k + 1.
    Either the scale 1 / sd(y*) is a parameter and the residual variance follows ("delta"), or the
    other way round ("theta").

    Attributes
    ----------
    layout : Layout
        The order of the statistics of the variables that are modelled, the first p of all.
    parameterization : {"delta", "theta"}
    n_given : int
        Exogenous variables that everything is conditional on, last among the observed.
    thresholds : int array
        Cells of the thresholds, in the order of the statistics.
    scales, residuals : int arrays, shape (n_ordinal,)
        Cells of the scales and of the residual variances, in the order of the variables.
    """

    layout: Layout
    parameterization: str
    n_given: int
    thresholds: Indices
    scales: Indices
    residuals: Indices


@dataclass(frozen=True, eq=False)
class Composite:
    """Where a composite and what it is made of stand among a group's variables and cells.

    Its weights are cells of A (from its items to it), their covariances cells of S, and its own
    variance and mean follow from these.

    Attributes
    ----------
    place : int
    items : int array
    variance, mean : int
        Cells that follow; `mean` is -1 without means.
    """

    place: int
    items: Indices
    variance: int
    mean: int


@dataclass(frozen=True, eq=False)
class Standardised:
    """Which observed variables of one group have variance one, and the cells that this needs.

    Attributes
    ----------
    variables, scales : int arrays, shape (s,)
        Their places, and the cells of their scales.
    followers, residuals : int arrays
        Those of them whose residual variances follow, and the cells of these: all but predictors
        whose moments are taken from the sample.
    """

    variables: Indices
    scales: Indices
    followers: Indices
    residuals: Indices


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the parameters of one group stand in A, S and m.

    Attributes
    ----------
    names : tuple of str
        The group's variables; the observed ones come first.
    n_observed : int
    exogenous : tuple of str
        Observed predictors that nothing explains, last among the observed variables.
    kind, row, column : int arrays, shape (n_cells,)
        Cell of each parameter: A[row, column], S[row, column] or m[row].
    table_rows : int array, shape (n_cells,)
        Place of each cell's parameter in the parameter table.
    free : int array, shape (n_cells,)
        Place among the free parameters; -1 where fixed.
    fixed : array, shape (n_cells,)
        Values of the cells that are fixed to a number, zero elsewhere.
    taken : int array
        The cells whose values are taken from the sample.
    responses : Responses or None
        How latent responses become answers, where some variables are ordinal.
    composites : tuple of Composite
    standardised : Standardised or None
        Which observed variables have variance one, in a correlation structure.
    unrelated : int array
        Those of the cells taken from the sample that are zero instead.
    """

    names: tuple[str, ...]
    n_observed: int
    exogenous: tuple[str, ...]
    kind: Indices
    row: Indices
    column: Indices
    table_rows: Indices
    free: Indices
    fixed: Array
    taken: Indices
    responses: Responses | None = None
    composites: tuple[Composite, ...] = ()
    standardised: Standardised | None = None
    unrelated: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def n_variables(self) -> int:
        """Number of all variables."""
        return len(self.names)

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of the observed variables."""
        return self.names[: self.n_observed]

    @property
    def latent(self) -> tuple[str, ...]:
        """Names of the latent variables."""
        return self.names[self.n_observed :]

    def places_of(self, names: Sequence[str]) -> Indices:
        """Where variables stand among the group's."""
        place = {name: index for index, name in enumerate(self.names)}
        return np.array([place[name] for name in names], dtype=np.intp)

    @property
    def n_given(self) -> int:
        """Exogenous variables that everything is conditional on, last among the observed."""
        return 0 if self.responses is None else self.responses.n_given

    @property
    def modelled(self) -> tuple[str, ...]:
        """Names of the observed variables that the model is not conditional on."""
        return self.names[: self.n_observed - self.n_given]

    @cached_property
    def fixed_exogenous(self) -> Indices:
        """Places of the exogenous variables whose moments are taken from the sample."""
        made = [one.items for one in self.composites]
        return np.setdiff1d(self.row[self.taken], np.concatenate([np.zeros(0), *made])).astype(
            np.intp
        )

    @cached_property
    def taken_covariances(self) -> Indices:
        """Those of the cells taken from the sample that are covariances of two variables."""
        across = (self.kind == COVARIANCE) & (self.row != self.column)
        return self.taken[across[self.taken]]

    @cached_property
    def statistics(self) -> tuple[str, ...]:
        """Names of the statistics where some variables are ordinal, in their order."""
        names, given = self.modelled, self.observed[len(self.modelled) :]
        layout = self.ordinal_responses.layout
        cuts = zip(layout.threshold_variables, layout.threshold_levels, strict=True)
        found = [f"{names[place]}|t{cut + 1}" for place, cut in cuts]
        found += [f"{names[place]}~1" for place in layout.with_mean]
        found += [f"{names[v]}~{given[x]}" for v, x in zip(*layout.slope_pairs, strict=True)]
        found += [f"{names[place]}~~{names[place]}" for place in layout.with_variance]
        pairs = zip(*layout.pairs, strict=True)
        return (*found, *(f"{names[one]}~~{names[other]}" for one, other in pairs))

    def n_moments(self, means: bool) -> int:
        """Number of sample moments, those taken from the sample included."""
        if self.responses is not None:
            return self.responses.layout.size
        return _count(self.n_observed, means)

    def n_taken_moments(self, means: bool) -> int:
        """Number of moments that are taken from the sample, and explain nothing."""
        is_mean = self.taken_cells.kind == INTERCEPT
        return 0 if self.n_given else int((means | ~is_mean).sum())

    @property
    def ordinal_responses(self) -> Responses:
        """How latent responses become answers, in a model that has some."""
        if self.responses is None:
            raise NotAvailableError("the model has no ordinal variables: name them in ordered=.")
        return self.responses

    @cached_property
    def scatter(self) -> tuple[Indices, Indices]:
        """Places in A, S and m laid end to end, and the cells whose values go there."""
        size = self.n_variables
        place = self.row * size + self.column + (self.kind == COVARIANCE) * size * size
        place[self.kind == INTERCEPT] = (2 * size * size + self.row)[self.kind == INTERCEPT]
        mirrored = np.flatnonzero((self.kind == COVARIANCE) & (self.row != self.column))
        mirror = size * size + self.column[mirrored] * size + self.row[mirrored]
        cells = np.flatnonzero(self.kind <= INTERCEPT)
        return np.concatenate([place[cells], mirror]), np.concatenate([cells, mirrored])

    @cached_property
    def depth(self) -> int | None:
        """Length of the longest chain of paths; None where paths lead back to their start."""
        size = self.n_variables
        step = np.zeros((size, size), dtype=bool)
        is_path = self.kind == PATH
        step[self.row[is_path], self.column[is_path]] = True
        reached, depth = step, 0
        while reached.any():
            depth += 1
            if depth > size:
                return None
            reached = (reached.astype(int) @ step) > 0
        return max(depth, 1)

    @cached_property
    def identity(self) -> Array:
        """Identity matrix of the size of A, shape (v, v)."""
        return np.eye(self.n_variables)

    @cached_property
    def free_cells(self) -> Indices:
        """The cells that are free, shape (n_free_cells,)."""
        return np.flatnonzero(self.free >= 0)

    @cached_property
    def places(self) -> Indices:
        """Place of each free cell among the free parameters, shape (n_free_cells,)."""
        return self.free[self.free_cells]

    @cached_property
    def cells(self) -> Cells:
        """The free cells as directions to differentiate along."""
        return self._chosen(self.free_cells)

    @cached_property
    def taken_cells(self) -> Cells:
        """The cells that are taken from the sample, as directions: of variances their scales."""
        known = self.taken
        if self.standardised is not None:
            own = np.isin(self.row[known], self.standardised.variables)
            is_variance = (self.kind[known] == COVARIANCE) & (self.row == self.column)[known]
            known = known[~(own & is_variance)]
        return self._chosen(known)

    def _chosen(self, cells: Indices) -> Cells:
        return Cells(self.kind[cells], self.row[cells], self.column[cells])


def _count(p: int, means: bool) -> int:
    return p * (p + 1) // 2 + (p if means else 0)


def build_patterns(table: ParameterTable) -> tuple[Pattern, ...]:
    """One pattern a group."""
    return tuple(_one_pattern(table, group) for group in range(table.n_groups))


def _one_pattern(table: ParameterTable, group: int) -> Pattern:
    roles = table.group_roles[group]
    place = {name: index for index, name in enumerate(roles.all)}
    places = [index for index, row in enumerate(table.rows) if row.group == group]
    rows = [table.rows[index] for index in places]
    cells = [cell_of(row.lhs, row.operator, row.rhs, place) for row in rows]
    kind, target, source = np.array(cells, dtype=np.intp).T
    given = [row.free >= 0 or row.exogenous or row.follows for row in rows]
    fixed = [0.0 if known else row.fixed for known, row in zip(given, rows, strict=True)]
    return Pattern(
        roles.all,
        len(roles.observed),
        roles.exogenous,
        kind,
        target,
        source,
        table_rows=np.array(places, dtype=np.intp),
        free=np.array([row.free for row in rows], dtype=np.intp),
        fixed=np.array(fixed),
        taken=np.flatnonzero([row.exogenous for row in rows]),
        responses=_responses(table, group, kind, target, source) if table.categories else None,
        composites=tuple(_composites(roles, place, cells)),
        standardised=None if table.categories else _standardised(rows, place),
    )


def _standardised(rows: Sequence[Parameter], place: dict[str, int]) -> Standardised | None:
    where = {row.key: number for number, row in enumerate(rows)}
    names = [row.lhs for row in rows if row.operator == "~*~"]
    if not names:
        return None
    follow = [name for name in names if rows[where[key(name, "~~", name)]].follows]
    return Standardised(
        _integers(place[name] for name in names),
        _integers(where[name, "~*~", name] for name in names),
        _integers(place[name] for name in follow),
        _integers(where[key(name, "~~", name)] for name in follow),
    )


def _integers(values: Iterable[int]) -> Indices:
    return np.array(list(values), dtype=np.intp)


def _composites(
    roles: Roles, place: dict[str, int], cells: Sequence[tuple[int, int, int]]
) -> Iterator[Composite]:
    where = {cell: number for number, cell in enumerate(cells)}
    for name, items in roles.composites.items():
        own = place[name]
        yield Composite(
            own,
            np.array([place[item] for item in items], dtype=np.intp),
            where[COVARIANCE, own, own],
            where.get((INTERCEPT, own, own), -1),
        )


def _responses(
    table: ParameterTable, group: int, kind: Indices, row: Indices, column: Indices
) -> Responses:
    counts, given = dict(table.categories), table.n_given(group)
    observed = table.group_roles[group].observed
    modelled = observed[: len(observed) - given]
    layout = _layout(tuple(counts.get(name, 0) for name in modelled), modelled, observed)
    scaled = layout.scaled.tolist()
    cells = zip(kind.tolist(), row.tolist(), column.tolist(), strict=True)
    places = {cell: place for place, cell in enumerate(cells)}
    return Responses(
        layout,
        table.parameterization,
        given,
        thresholds=np.array(
            [
                places[THRESHOLD, variable, cut]
                for variable in layout.ordinal.tolist()
                for cut in range(layout.categories[variable] - 1)
            ],
            dtype=np.intp,
        ),
        scales=np.array([places[SCALE, item, item] for item in scaled], dtype=np.intp),
        residuals=np.array([places[COVARIANCE, item, item] for item in scaled], dtype=np.intp),
    )


def _layout(
    categories: tuple[int, ...], modelled: tuple[str, ...], observed: tuple[str, ...]
) -> Layout:
    """The order of the statistics of a group's variables."""
    given = observed[len(modelled) :]
    if not has_levels(modelled):
        return Layout(categories, len(given))
    place = {name: k for k, name in enumerate(modelled)}
    return LevelOrder(
        categories,
        len(given),
        levels=tuple(map(level_of, modelled)),
        given_levels=tuple(map(level_of, given)),
        within=tuple(place.get(plain_name(name), k) for k, name in enumerate(modelled)),
    )


def cell_of(lhs: str, operator: str, rhs: str, place: dict[str, int]) -> tuple[int, int, int]:
    """Kind, row and column of a parameter's cell."""
    if operator == "=~":
        return PATH, place[rhs], place[lhs]
    if operator in ("~", "<~"):
        return PATH, place[lhs], place[rhs]
    if operator == "~~":
        return COVARIANCE, place[lhs], place[rhs]
    if operator == "|":
        return THRESHOLD, place[lhs], int(rhs[1:]) - 1
    if operator == "~*~":
        return SCALE, place[lhs], place[lhs]
    return INTERCEPT, place[lhs], place[lhs]


def fill(pattern: Pattern, values: Array) -> tuple[Array, Array, Array]:
    """A, S and m from the values of the cells.

    Parameters
    ----------
    values : array, shape (..., n_cells)

    Returns
    -------
    paths : array, shape (..., v, v)
    covariances : array, shape (..., v, v)
    intercepts : array, shape (..., v)
    """
    size = pattern.n_variables
    batch = values.shape[:-1]
    everything = np.zeros((*batch, size * (2 * size + 1)))
    target, source = pattern.scatter
    everything[..., target] = values[..., source]
    paths = everything[..., : size * size].reshape(*batch, size, size)
    covariances = everything[..., size * size : 2 * size * size].reshape(*batch, size, size)
    return paths, covariances, everything[..., 2 * size * size :]


def total_effects(pattern: Pattern, paths: Array) -> Array:
    """E = (I - A)^-1, shape (..., v, v); where no path leads back, a short sum of powers of A."""
    identity = pattern.identity
    if pattern.depth is None:
        return np.asarray(np.linalg.inv(identity - paths), dtype=float)
    effects = identity + paths
    for _ in range(pattern.depth - 1):
        effects = identity + paths @ effects
    return effects

"""The parameter table: a row per parameter and group, with lavaan's defaults added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from math import isnan, nan
from typing import NamedTuple

from ..errors import ModelError, OptionError
from ..language import (
    PHANTOM,
    Modifiers,
    Relation,
    Statements,
    at_level,
    carried,
    has_levels,
    level_of,
    parse,
    plain_name,
    random_slopes,
)
from .composite_rows import composite_rows, fix_first_weights, let_follow
from .correlation_rows import let_scale
from .exploratory_blocks import ExploratoryBlock, block_factors, find_blocks
from .options import ModelOptions
from .parameter import Key, Parameter, key
from .parameter_sets import parameter_set
from .read_rotations import block_rotations, turning_of
from .roles import Roles, find_roles

Categories = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ParameterTable:
    """All parameters of all groups, in order; groups one after the other.

    Attributes
    ----------
    rows : tuple of Parameter
    roles : Roles
        Of the variables of all groups.
    group_roles : tuple of Roles
        Of each group's own variables; the same as `roles` where no ``group:`` block differs.
    mean_structure : bool
    sums : tuple of (row places, total)
        Rows whose values must add up to a total (effect coding).
    categories : tuple of (name, number of categories)
        Of the ordinal variables.
    is_conditional : bool
        Whether ordinal variables are modelled given the exogenous ones.
    parameterization : {"delta", "theta"}
        Of the latent responses behind ordinal variables.
    blocks : tuple of ExploratoryBlock
    """

    rows: tuple[Parameter, ...]
    roles: Roles
    group_roles: tuple[Roles, ...]
    mean_structure: bool
    sums: tuple[tuple[tuple[int, ...], float], ...] = field(default=())
    categories: Categories = ()
    is_conditional: bool = False
    parameterization: str = "delta"
    blocks: tuple[ExploratoryBlock, ...] = ()

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.group_roles)

    @property
    def has_common_variables(self) -> bool:
        """Whether all groups have the same variables."""
        return len({roles.all for roles in self.group_roles}) == 1

    def n_given(self, group: int) -> int:
        """Exogenous variables that a group's others are conditional on, last among the observed."""
        return len(self.group_roles[group].exogenous) if self.is_conditional else 0

    def group_categories(self, group: int) -> Categories:
        """The ordinal variables of one group."""
        own = self.group_roles[group].observed
        return tuple(pair for pair in self.categories if pair[0] in own)

    @cached_property
    def free_rows(self) -> tuple[Parameter, ...]:
        """The free parameters, in the order of their places."""
        return tuple(row for row in self.rows if row.free >= 0)

    @property
    def n_free(self) -> int:
        """Number of free rows, before equality constraints."""
        return len(self.free_rows)

    def find(self, wanted: Key, group: int) -> Parameter | None:
        """The row of a parameter in a group, if the table has it."""
        for row in self.rows:
            if row.group == group and row.key == wanted:
                return row
        return None


def build_table(
    statements: Statements,
    roles: Roles,
    options: ModelOptions,
    group_labels: tuple[str, ...],
    has_means: bool,
    categories: Categories = (),
) -> ParameterTable:
    """Write the parameter table of a model for a number of groups.

    Parameters
    ----------
    statements : Statements
    roles : Roles
    options : Options
    group_labels : tuple of str
        One label a group; one group has one label, which may be empty.
    has_means : bool
        Whether the sample has means at all.
    categories : tuple of (name, number of categories)
        Of the ordinal variables.

    Raises
    ------
    ModelError
        For modifiers that do not fit the number of groups or contradict each other.
    """
    means = _mean_structure(statements, options, len(group_labels), has_means)
    means = means or bool(categories)
    rows: list[Parameter] = []
    check_blocks(statements, group_labels)
    group_roles = tuple(find_group_roles(statements, roles, group_labels))
    blocks = find_blocks(statements)
    for group, (label, own) in enumerate(zip(group_labels, group_roles, strict=True)):
        written = _written(statements, group, label, len(group_labels))
        counts = {name: count for name, count in categories if name in own.observed}
        seen = frozenset(name for other in group_roles[:group] for name in other.all)
        rows += _one_group(written, own, options, _Place(group, seen, blocks), means, counts)
    rows = _equate_groups(rows, roles, options, len(group_labels))
    rows = _resolve_equal(rows, statements, len(group_labels))
    numbered = tuple(_numbered(rows))
    sums = tuple(_effect_coding(numbered, roles, options))
    return ParameterTable(
        numbered,
        roles,
        group_roles,
        means,
        sums,
        categories,
        bool(categories) and options.switch("conditional_x", True),
        options.parameterization or "delta",
        blocks,
    )


def _mean_structure(
    statements: Statements, options: ModelOptions, n_groups: int, has_means: bool
) -> bool:
    writes = any(relation.operator == "~1" for relation in statements.relations)
    equates = bool({"intercepts", "means"} & set(options.group_equal))
    growth = options.defaults == "growth"
    levels = statements.has_levels
    markers = options.marker_int_zero
    default = writes or equates or growth or levels or markers or (n_groups > 1 and has_means)
    means = options.switch("mean_structure", default)
    needed = {
        "the model writes intercepts (~ 1)": writes,
        "group_equal names intercepts or means": equates,
        "growth curves are models of means": growth,
        "two levels are models of means": levels,
        "marker_int_zero says where factors' means lie": markers,
    }
    if not means and any(needed.values()):
        reason = next(name for name, holds in needed.items() if holds)
        raise OptionError(f"mean_structure=False, but {reason}; leave mean_structure out.")
    if means and not has_means:
        raise OptionError("the model has intercepts, but the sample moments have no means.")
    return means


def check_blocks(statements: Statements, group_labels: tuple[str, ...]) -> None:
    """Every group needs its ``group:`` block, if there are any."""
    blocks, n_groups = statements.blocks("group"), len(group_labels)
    if blocks and len(blocks) != n_groups:
        there = "there is one group: name its column with group=" if n_groups == 1 else ""
        raise ModelError(
            f"the model has {len(blocks)} group: blocks, but "
            f"{there or f'there are {n_groups} groups'}"
        )
    for group, label in enumerate(group_labels):
        if blocks and label not in blocks and str(group + 1) not in blocks:
            raise ModelError(
                f"the model has group: blocks for {', '.join(blocks)}, but none for group {label!r}"
            )


def find_group_roles(
    statements: Statements, roles: Roles, group_labels: tuple[str, ...]
) -> Iterator[Roles]:
    """The roles of each group's own variables, in the order in which the whole model has them."""
    for group, label in enumerate(group_labels):
        own = statements.of_group(label, group)
        yield roles if own is statements else find_roles(own).in_order_of(roles)


def _written(statements: Statements, group: int, label: str, n_groups: int) -> dict[Key, Parameter]:
    """The rows that the text writes for one group, terms with the same name merged."""
    merged: dict[Key, tuple[Relation, Modifiers]] = {}
    for relation in statements.of_group(label, group).relations:
        if relation.operator == PHANTOM:
            continue
        place = key(relation.lhs, relation.operator, relation.rhs)
        if place in merged:
            first, modifiers = merged[place]
            merged[place] = first, modifiers.merged(relation.modifiers)
        else:
            merged[place] = relation, relation.modifiers
    return {
        place: _row(statements, relation, modifiers, group, n_groups)
        for place, (relation, modifiers) in merged.items()
    }


def _row(
    statements: Statements, relation: Relation, modifiers: Modifiers, group: int, n_groups: int
) -> Parameter:
    def pick(values: tuple, default):  # type: ignore[no-untyped-def, type-arg]
        if not values:
            return default
        if len(values) == 1:
            return values[0]
        if len(values) != n_groups:
            groups = (
                "there is one group; give group="
                if n_groups == 1
                else (f"there are {n_groups} groups")
            )
            problem = f"c() has {len(values)} entries, but {groups}"
            raise statements.error(problem, relation.position, len(relation.lhs))
        return values[group]

    fixed = pick(modifiers.fixed, None)
    label = pick(modifiers.label, "")
    equal = pick(modifiers.equal, "")
    return Parameter(
        relation.lhs,
        relation.operator,
        relation.rhs,
        group=group,
        label=f"={equal}" if equal else label,
        fixed=nan if fixed is None else fixed,
        start=pick(modifiers.start, nan),
        lower=pick(modifiers.lower, float("-inf")),
        upper=pick(modifiers.upper, float("inf")),
        written=True,
        free=0 if fixed is not None and isnan(fixed) else -1,  # 0: freed by NA, see _fix_first
    )


class _Place(NamedTuple):
    """A group's place, the variables that groups before it have, which give units, and blocks."""

    group: int
    seen: frozenset[str]
    blocks: tuple[ExploratoryBlock, ...]


def _one_group(
    written: dict[Key, Parameter],
    roles: Roles,
    options: ModelOptions,
    place: _Place,
    means: bool,
    categories: dict[str, int],
) -> list[Parameter]:
    rows = dict(written)
    _fix_units_within(rows, categories)
    for row in _response_rows(categories, options, place):
        if row.operator == "|" and not options.auto_th and row.key not in rows:
            raise OptionError(
                f"auto_th=False adds no thresholds, and the text has no '{row.lhs} | {row.rhs}': "
                "write it, or leave auto_th out."
            )
        rows.setdefault(row.key, row)
    for row in _default_rows(roles, options, place, means, categories):
        rows.setdefault(row.key, row)
    let_follow(rows, roles)
    let_scale(rows, roles, options, place.group)
    if options.switch("auto_fix_first", options.automatic):
        fix_first_weights(rows, roles)
    _scale_factors(rows, roles, options, place)
    return list(rows.values())


def _fix_units_within(rows: dict[Key, Parameter], categories: dict[str, int]) -> None:
    """Let 'y ~~ y' within clusters be a level without a model of its own, for items too.

    Their residual variance within is the unit of both levels, unless a text frees it (NA).
    """
    for name in categories:
        place = key(plain_name(name), "~~", plain_name(name))
        row = rows.get(place)
        plain = row is not None and row.free < 0 and isnan(row.fixed) and not row.label
        if level_of(name) == 2 and row is not None and plain:
            rows[place] = row._replace(fixed=1.0)


def _response_rows(
    categories: dict[str, int], options: ModelOptions, place: _Place
) -> Iterator[Parameter]:
    """Thresholds, scales, residual variances and intercepts of ordinal variables.

    What equal thresholds identify is free in the later groups: the scales ("delta") or residual
    variances ("theta"), and the intercepts unless these are held equal too (Wu & Estabrook, 2016).
    One threshold alone says nothing of the scale: loadings and intercepts must be equal as well.
    """
    theta, group, equal = options.parameterization == "theta", place.group, options.group_equal
    intercepts = {lhs for lhs, operator, _ in _released(options) if operator == "~1"}
    for name, count in categories.items():
        later = name in place.seen and "thresholds" in equal
        has_unit = later and (count > 2 or {"loadings", "intercepts"} <= set(equal))
        free_scale = has_unit and not theta
        free_residual = has_unit and theta and "residuals" not in equal
        free_intercept = later and ("intercepts" not in equal or name in intercepts)
        for cut in range(1, count):
            yield Parameter(name, "|", f"t{cut}", group)
        free_scale = free_scale and options.auto_delta
        scaled = plain_name(name)  # of two levels, the part within clusters
        yield Parameter(scaled, "~*~", scaled, group, fixed=nan if free_scale else 1.0)
        yield Parameter(scaled, "~~", scaled, group, fixed=nan if free_residual else 1.0)
        yield Parameter(name, "~1", "", group, fixed=nan if free_intercept else 0.0)


def _released(options: ModelOptions) -> frozenset[Key]:
    """The parameters that group_partial names."""
    return frozenset(place for text in options.group_partial for place in keys_of(text))


def _default_rows(
    roles: Roles, options: ModelOptions, place: _Place, means: bool, categories: Iterable[str]
) -> Iterator[Parameter]:
    group, automatic = place.group, options.automatic
    fixed_x = options.switch("fixed_x", True)
    yield from composite_rows(roles, options.composites_cov == "free", group)
    if options.switch("auto_var", automatic):
        yield from _variances(roles, options, place)
    elif options.std_lv:
        for name in with_moments(roles):
            if name not in roles.composites:
                yield Parameter(name, "~~", name, group, fixed=1.0)
    if options.automatic:
        yield from _block_covariances(options, place)
    if options.switch("auto_cov_lv_x", automatic or options.auto_cov_x):
        value = 0.0 if options.orthogonal or options.orthogonal_x else nan
        for first, second in _pairs(roles.exogenous_latent):
            yield Parameter(first, "~~", second, group, fixed=value)
    if options.auto_cov_x:
        for first, second in product(roles.exogenous_latent, roles.exogenous):
            if level_of(first) == level_of(second):
                yield Parameter(first, "~~", second, group)
    if options.switch("auto_cov_y", automatic):
        slopes = random_slopes(roles.observed)  # no covariances that are not written
        for first, second in _pairs(name for name in roles.outcomes if name not in slopes):
            latent = {first, second} <= set(roles.latent)
            value = 0.0 if latent and (options.orthogonal or options.orthogonal_y) else nan
            yield Parameter(first, "~~", second, group, fixed=value)
    alike = not has_levels(roles.exogenous)
    for number, first in enumerate(roles.exogenous):
        for second in roles.exogenous[number:]:
            if alike or level_of(first) == level_of(second):
                yield Parameter(
                    first, "~~", second, group, exogenous=fixed_x or _is_taken(first, second)
                )
    if means:
        yield from _intercepts(roles, options, place, fixed_x, frozenset(categories))


def _is_taken(*names: str) -> bool:
    """Whether one of the variables carries a random slope: its moments are no parameters."""
    return any(map(carried, names))


def _pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of variables of the same level."""
    every = tuple(names)
    alike = not has_levels(every)
    for first, second in combinations(every, 2):
        if alike or level_of(first) == level_of(second):
            yield first, second


def _block_covariances(options: ModelOptions, place: _Place) -> Iterator[Parameter]:
    """(Residual) covariances of factors that turn together, zero where they turn orthogonally.

    A group that shares loadings with one before has covariances of its own.
    """
    rotations = dict(block_rotations(options)) if place.blocks else {}
    for block in place.blocks:
        free = turning_of(block, rotations).oblique or _has_units(options, place, block.factors[0])
        for first, second in combinations(block.factors, 2):
            yield Parameter(first, "~~", second, place.group, fixed=nan if free else 0.0)


def _has_units(options: ModelOptions, place: _Place, factor: str) -> bool:
    """Whether a group before gives a factor its unit."""
    return "loadings" in options.group_equal and factor in place.seen


def with_moments(roles: Roles) -> Iterator[str]:
    """Latent variables with a variance and an intercept: all but products."""
    return (name for name in roles.latent if name not in roles.products)


def _variances(roles: Roles, options: ModelOptions, place: _Place) -> Iterator[Parameter]:
    group, turning = place.group, block_factors(place.blocks)
    single = roles.single_items if options.switch("auto_fix_single", True) else ()
    for name in roles.modelled:
        if name not in roles.composite_items:
            yield Parameter(name, "~~", name, group, fixed=0.0 if name in single else nan)
    for name in with_moments(roles):
        fixed = 1.0 if options.std_lv or name in turning else nan
        yield Parameter(name, "~~", name, group, fixed=fixed)


def _intercepts(
    roles: Roles, options: ModelOptions, place: _Place, fixed_x: bool, ordinal: frozenset[str]
) -> Iterator[Parameter]:
    """Intercepts; equal ones free latent means, of ordinal items where thresholds are equal."""
    growth, group = options.defaults == "growth", place.group
    observed_free = options.switch("int_ov_free", options.automatic and not growth)
    latent_free = options.switch("int_lv_free", growth)
    equated = "intercepts" in options.group_equal and "means" not in options.group_equal
    released = {lhs for lhs, operator, _ in _released(options) if operator == "~1" and equated}
    deviations = _deviations(roles)
    markers = {items[0] for items in roles.indicators.values() if options.marker_int_zero}
    for name in roles.observed:
        if name in deviations or name in markers:
            yield Parameter(name, "~1", "", group, fixed=0.0)
        elif name in roles.exogenous:
            yield Parameter(name, "~1", "", group, exogenous=fixed_x or _is_taken(name))
        else:
            yield Parameter(name, "~1", "", group, fixed=nan if observed_free else 0.0)
    for name in with_moments(roles):
        differs = name not in roles.measured_factors or name in released
        measured = "thresholds" in options.group_equal or not (
            ordinal and set(roles.indicators.get(name, ())) <= ordinal
        )
        freed = (equated and measured and name in place.seen and differs) or (
            "intercepts" in options.effect_coding or options.marker_int_zero
        )
        freed = (latent_free or freed) and name not in deviations
        yield Parameter(name, "~1", "", group, fixed=nan if freed else 0.0)


def _deviations(roles: Roles) -> set[str]:
    """Variables that are deviations from clusters, and factors of these: they have no mean."""
    split = {name for name in roles.observed if at_level(name, 2) in roles.observed}
    found = {name for name in split if level_of(name) == 1}
    waiting = dict(roles.indicators) if found else {}
    while ready := [name for name, items in waiting.items() if found.issuperset(items)]:
        found.update(ready)
        for name in ready:
            del waiting[name]
    return found


def _scale_factors(
    rows: dict[Key, Parameter], roles: Roles, options: ModelOptions, place: _Place
) -> None:
    """Fix the first loading of each factor, or free the variance that another group fixes."""
    first = options.switch(
        "auto_fix_first",
        options.automatic and not (options.std_lv or "loadings" in options.effect_coding),
    )
    turning = block_factors(place.blocks)
    for factor, items in roles.indicators.items():
        if first and factor not in turning:
            marker = key(factor, "=~", items[0])
            row = rows.get(marker)
            if row is not None and row.free < 0 and isnan(row.fixed):
                rows[marker] = row._replace(fixed=1.0)
        variance = rows.get(key(factor, "~~", factor))
        frees = (options.std_lv or factor in turning) and _has_units(options, place, factor)
        frees = frees and "lv_variances" not in options.group_equal
        if frees and variance is not None and not variance.written:
            rows[variance.key] = variance._replace(fixed=nan)


def _equate_groups(
    rows: list[Parameter], roles: Roles, options: ModelOptions, n_groups: int
) -> list[Parameter]:
    """Give the parameters of the sets in `group_equal` one label over all groups."""
    if options.group_equal and n_groups == 1:
        raise OptionError("group_equal holds parameters equal over groups: give group= too.")
    if options.group_partial and not options.group_equal:
        raise OptionError("group_partial frees some of what group_equal holds equal: give both.")
    if not options.group_equal:
        return rows
    equal = set(options.group_equal)
    freed = _released(options)
    unknown = freed - {row.key for row in rows}
    if unknown:
        names = ", ".join(" ".join(place).strip() for place in sorted(unknown))
        raise OptionError(f"group_partial names parameters that the model does not have: {names}.")
    leaders = {row.key: f".p{place + 1}." for place, row in reversed(list(enumerate(rows)))}
    labels_by_key: dict[Key, set[str]] = {}
    for row in rows:
        labels_by_key.setdefault(row.key, set()).add(row.label)
    return [
        row._replace(label=leaders[row.key])
        if parameter_set(row, roles) in equal
        and row.key not in freed
        and row.is_free
        and labels_by_key[row.key] == {""}
        else row
        for row in rows
    ]


def keys_of(text: str) -> Iterator[Key]:
    """The parameters that a text names, as "f =~ x1"."""
    for relation in parse(text).relations:
        yield key(relation.lhs, relation.operator, relation.rhs)


def _resolve_equal(rows: list[Parameter], statements: Statements, n_groups: int) -> list[Parameter]:
    """Turn ``equal("f=~x1")`` into a shared label."""
    resolved = list(rows)
    for place, row in enumerate(rows):
        if not row.label.startswith("="):
            continue
        wanted = next(keys_of(row.label[1:]))
        partner = next(
            (i for i, r in enumerate(rows) if r.key == wanted and r.group == row.group), None
        )
        if partner is None:
            raise statements.error(f"equal() names {row.label[1:]!r}, which the model has not", 0)
        label = resolved[partner].label or f".p{partner + 1}."
        resolved[partner] = resolved[partner]._replace(label=label)
        resolved[place] = row._replace(label=label)
    return resolved


def _numbered(rows: Iterable[Parameter]) -> Iterator[Parameter]:
    count = 0
    for row in rows:
        if row.is_free:
            yield row._replace(free=count)
            count += 1
        else:
            yield row if row.free < 0 else row._replace(free=-1)


def _effect_coding(
    rows: tuple[Parameter, ...], roles: Roles, options: ModelOptions
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Loadings of a factor average 1 and its intercepts 0 (Little, Slegers & Card, 2006).

    Where a group shares a label of these with a group before, the factor has its unit, or its
    origin, from there: a sum would undo the exceptions to what is equal.
    """

    def belongs(row: Parameter, name: str, factor: str) -> bool:
        if name == "loadings":
            return row.operator == "=~" and row.lhs == factor
        return row.operator == "~1" and row.lhs in roles.indicators[factor]

    for name in options.effect_coding:
        for factor in roles.indicators:
            seen: set[str] = set()
            for group in sorted({row.group for row in rows}):
                places = [
                    place
                    for place, row in enumerate(rows)
                    if row.group == group and belongs(row, name, factor)
                ]
                labels = {rows[place].label for place in places} - {""}
                if places and not labels & seen:
                    yield tuple(places), float(len(places) if name == "loadings" else 0.0)
                seen |= labels

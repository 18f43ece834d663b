"""Ordinal items of a data frame, coded 0, 1, 2, ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataError, NotEstimatedError, OptionError, nearest
from ..language import at_level, has_levels, level_of, plain_name, random_slopes
from ..moments import different_answers
from ..numerics import Array, Indices
from ..specification import Categories, DataOptions, Roles
from .frames import column_place, is_plain, moment_items, numeric_columns

_LARGEST = 2.0**53  # above which not every whole number is one
_FEW_VALUES = 10  # different whole numbers that an ordinal item may have
FOR_ORDINAL = ("WLSM", "WLSMV", "WLSMVS", "ULSM", "ULSMV", "ULSMVS")
_MOST = 20  # categories beyond which a variable is no Likert item


Answers = tuple[tuple[str, tuple[tuple[object, int], ...]], ...]


@dataclass(frozen=True, eq=False)
class OrdinalItems:
    """The ordinal variables of a model as the data have them.

    Attributes
    ----------
    categories : tuple of (name, number of categories)
    codes : array, shape (n, len(categories))
        Answers as 0, 1, ..., NaN where missing.
    notes : tuple of str
        What was changed or is not treated as ordinal.
    answers : tuple of (name, tuple of (answer, code))
        Which code each answer of the data got.
    """

    categories: Categories = ()
    codes: Array | None = None
    notes: tuple[str, ...] = ()
    answers: Answers = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the ordinal variables."""
        return tuple(name for name, _ in self.categories)


def read_ordinal(
    frame: object, roles: Roles, options: DataOptions, labels: tuple[str, ...]
) -> OrdinalItems:
    """The ordinal variables among the model's.

    Exogenous ones are numbers all the same: the others are modelled given them.

    Raises
    ------
    DataError
        For a variable with one category, with far too many, or with codes that are no whole
        numbers.
    """
    if not options.ordered:
        return OrdinalItems()
    if not isinstance(frame, pd.DataFrame):
        return _counted_already(frame, roles, options)
    inside = list(roles.modelled)
    notes: list[str] = []
    if isinstance(options.ordered, tuple):
        _check_names(frame, options.ordered)
        inside = [name for name in inside if plain_name(name) in options.ordered]
        given = [name for name in roles.exogenous if plain_name(name) in options.ordered]
        if given:
            listing = ", ".join(repr(plain_name(name)) for name in given)
            notes.append(f"{listing}: ordered= is without effect on predictors, taken as numbers.")
    if not inside:
        raise OptionError("ordered= names no variable that the model explains: leave it out.")
    if has_levels(roles.observed):
        inside = _items_of_levels(inside, roles)
    members = _members(frame, options.group, labels)
    if options.missing == "listwise":
        there = [plain_name(name) for name in roles.observed if plain_name(name) in frame.columns]
        members = np.where(frame[there].isna().any(axis=1), -1, members)
    categories, columns, known = [], [], []
    columns_of = [plain_name(name) for name in inside]
    for name, (answers, codes) in zip(inside, _answers(frame, columns_of), strict=True):
        _check_answers(answers, plain_name(name))
        own = codes
        if options.empty_categories == "collapse" and len(labels) > 1:
            codes, merged = collapsed(own, members, len(labels))
            notes += _merged_notes(name, merged, answers)
        known.append((name, tuple(_codes_of(answers, own, codes))))
        categories.append((name, int(np.nanmax(codes)) + 1))
        columns.append(codes)
    return OrdinalItems(tuple(categories), np.column_stack(columns), tuple(notes), tuple(known))


def _items_of_levels(items: list[str], roles: Roles) -> list[str]:
    """Items by the names of their parts between clusters, which have the thresholds.

    Raises
    ------
    NotEstimatedError
        For an item of one level only, and what two levels with items cannot have.
    """
    if random_slopes(roles.observed):
        raise NotEstimatedError(
            "random slopes (rv()) are not estimated yet together with ordered=: drop one of them."
        )
    for name in items:
        twin = at_level(name, 3 - level_of(name))
        if twin in roles.exogenous:
            raise NotEstimatedError(
                f"{plain_name(name)!r} is ordinal and a predictor at one level, which is not "
                "estimated: leave it out of ordered=, or explain it at both levels."
            )
        if twin not in roles.observed:
            level = level_of(name)
            raise NotEstimatedError(
                f"{plain_name(name)!r} is ordinal and stands at 'level: {level}' only, which is "
                f"not estimated yet: name it at 'level: {3 - level}' too, as "
                f"'{plain_name(name)} ~~ {plain_name(name)}', or leave it out of ordered=."
            )
    for name in roles.modelled:
        if level_of(name) == 2 and plain_name(name) not in roles.observed:
            raise NotEstimatedError(
                f"{plain_name(name)!r} is explained at 'level: 2' only, which is not estimated yet "
                "together with ordered=: let it predict only, or leave ordered= out."
            )
    for name in roles.exogenous:
        if level_of(name) == 2 and plain_name(name) in roles.observed:
            raise NotEstimatedError(
                f"the predictor {plain_name(name)!r} stands at both levels, which is not estimated "
                "yet together with ordered=: give its cluster means as a column of their own, and "
                "deviations from these at 'level: 1'."
            )
    return [name for name in items if level_of(name) == 2]


def _codes_of(answers: list[object], before: Array, after: Array) -> Iterator[tuple[object, int]]:
    """Each answer and its code, which may have been joined with another's."""
    for place, answer in enumerate(answers):
        yield answer, int(after[np.flatnonzero(before == place)[0]])


def answers_of(frame: pd.DataFrame, name: str) -> tuple[list[object], Array]:
    """The answers of one column, lowest first, and each row's place among them."""
    return next(_answers(frame, [name]))


def check_few_valued(frame: pd.DataFrame, names: tuple[str, ...], estimator: object) -> None:
    """Refuse estimators for ordinal items where items look ordinal and `ordered` says nothing.

    Raises
    ------
    OptionError
        Naming the first item with few different whole numbers.
    """
    if estimator not in FOR_ORDINAL:
        return
    values = numeric_columns(frame, names)
    for name, column in zip(names, values.T, strict=True):
        answers = np.unique(column[~np.isnan(column)])
        if len(answers) <= _FEW_VALUES and (answers == np.round(answers)).all():
            raise OptionError(
                f"estimator={estimator!r} is for ordinal items, and {name!r} has {len(answers)} "
                "different answers: say ordered=True, or which items are; or ordered=False, to "
                "take them as continuous."
            )


def _counted_already(data: object, roles: Roles, options: DataOptions) -> OrdinalItems:
    """The ordinal variables of sample moments that have their statistics."""
    found = [moments.categorical for moments in moment_items(data)]
    if any(statistics is None for statistics in found):
        raise OptionError(
            "ordered= needs rows of data, or sample moments that were made with ordered=True or "
            "from thresholds: these have none."
        )
    if roles.exogenous:
        raise OptionError(
            f"{roles.exogenous[0]!r} is a predictor: sample moments of ordinal items know nothing "
            "given predictors. Give rows of data."
        )
    counts: dict[str, int] = {}
    for statistics in filter(None, found):
        own = dict(zip(statistics.layout.names, statistics.layout.categories, strict=True))
        if counts and own != counts:
            raise DataError("groups differ in the categories of their ordinal items.")
        counts = own
    known = [name for name in roles.observed if name in counts]
    if options.ordered is not True:
        _check_named(options.ordered or (), known, counts)
    return OrdinalItems(tuple((name, counts[name]) for name in known))


def _check_named(ordered: tuple[str, ...], known: Sequence[str], counts: Mapping[str, int]) -> None:
    """Refuse to take some of the items of these moments as continuous, or items that they lack."""
    for name in ordered:
        if name not in counts:
            raise OptionError(
                f"ordered= names {name!r}, of which these moments have no thresholds"
                f"{nearest(name, counts) or '.'}"
            )
    for name in known:
        if name not in ordered:
            raise OptionError(
                f"ordered= leaves out {name!r}, of which these moments have thresholds and "
                "polychoric correlations only: give ordered=True."
            )


def _check_names(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    columns = [str(column) for column in frame.columns]
    for name in names:
        if name not in columns:
            advice = nearest(name, columns) or "."
            raise DataError(f"ordered= names {name!r}, which is no column{advice}")


def _members(frame: pd.DataFrame, group: str | None, labels: tuple[str, ...]) -> Indices:
    """The group of each row; -1 where it is none of those wanted."""
    if group is None:
        return np.zeros(len(frame), dtype=np.intp)
    places = {label: place for place, label in enumerate(labels)}
    found = [places.get(str(value), -1) for value in frame[group]]
    return np.array(found, dtype=np.intp)


def _answers(frame: pd.DataFrame, names: list[str]) -> Iterator[tuple[list[object], Array]]:
    """The answers of each column, lowest first, and their codes."""
    chosen = frame.take([column_place(frame, name) for name in names], axis=1)
    if all(is_plain(dtype) for dtype in chosen.dtypes):
        values = chosen.to_numpy(dtype=float)
        for place, name in enumerate(names):
            yield _numbered_answers(values[:, place], name)
        return
    for place, name in enumerate(names):
        column = chosen.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            yield _ordered_answers(column, name)
        else:
            yield _numbered_answers(_as_numbers(column, name), name)


def _check_answers(answers: list[object], name: str) -> None:
    if len(answers) < 2:
        found = f"only the answer {answers[0]!r}" if answers else "no answer"
        raise DataError(f"ordinal column {name!r} has {found}: leave it out.")
    if len(answers) > _MOST:
        raise DataError(
            f"ordinal column {name!r} has {len(answers)} different answers, more than {_MOST}: "
            "treat it as continuous (leave it out of ordered=), or collapse categories."
        )


def _ordered_answers(column: pd.Series, name: str) -> tuple[list[object], Array]:
    if not column.cat.ordered:
        raise DataError(
            f"column {name!r} has categories without an order; say which is lowest with "
            "pd.Categorical(..., ordered=True)."
        )
    used = column.cat.remove_unused_categories()
    codes = used.cat.codes.to_numpy(dtype=float)
    return list(used.cat.categories), np.where(codes < 0.0, np.nan, codes)


def _as_numbers(column: pd.Series, name: str) -> Array:
    if column.dtype.kind in "mM":
        raise DataError(f"ordinal column {name!r} holds dates: code answers as whole numbers.")
    try:
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError):
        example = column.dropna().iloc[0]
        raise DataError(
            f"ordinal column {name!r} holds {example!r}: code answers as whole numbers, or give an "
            "ordered pandas Categorical."
        ) from None


def _numbered_answers(values: Array, name: str) -> tuple[list[object], Array]:
    there = ~np.isnan(values)
    given = values[there]
    if np.isinf(given).any():
        raise DataError(f"ordinal column {name!r} has infinite values; recode them as missing.")
    strange = given[given != np.round(given)]
    if len(strange):
        raise DataError(
            f"ordinal column {name!r} has answers that are no whole numbers, such as "
            f"{strange[0]:g}: is it continuous? Leave it out of ordered=, or round it."
        )
    largest = np.abs(given).max(initial=0.0)
    if largest > _LARGEST:
        raise DataError(
            f"ordinal column {name!r} has the answer {largest:.1g}, which is no code: is it "
            "continuous? Leave it out of ordered=."
        )
    different, places = different_answers(values)
    return [int(answer) for answer in different], np.where(places < 0, np.nan, places)


def check_categories(
    codes: Array, names: tuple[str, ...], categories: tuple[int, ...], where: str
) -> None:
    """Every category must be there in every group.

    Parameters
    ----------
    codes : array, shape (n, p)
    names : tuple of str
    categories : tuple of int
        Numbers of categories of the first variables, 0 of continuous ones.
    where : str

    Raises
    ------
    DataError
        Naming each item and the categories that a group lacks.
    """
    problems = []
    plain = map(plain_name, names)
    for place, (name, count) in enumerate(zip(plain, categories, strict=False)):
        if not count:
            continue
        column = codes[:, place]
        shares = np.bincount(column[~np.isnan(column)].astype(int), minlength=count)
        if (shares > 0).sum() == 1:
            raise DataError(
                f"ordinal column {name!r} has only one answer{where}, whatever is joined: leave "
                "the item out, or the group."
            )
        empty = [str(k + 1) for k in np.flatnonzero(shares == 0)]
        if empty:
            problems.append(f"{name!r} lacks category {', '.join(empty)} of {count}")
    if problems:
        raise DataError(
            f"ordinal answers{where}: {'; '.join(problems)} (counted from the lowest). Join these "
            "categories with a neighbour; with groups, empty_categories='collapse' does so in all "
            "of them."
        )


def collapsed(codes: Array, members: Indices, n_groups: int) -> tuple[Array, list[int]]:
    """Codes in which every category occurs in every group, and the categories joined with others.

    A category that some group lacks is joined with the one below it; the lowest, with the next.
    """
    there = ~np.isnan(codes)
    top = int(codes[there].max()) + 1
    shares = np.array(
        [
            np.bincount(codes[there & (members == group)].astype(int), minlength=top)
            for group in range(n_groups)
        ]
    )
    target, merged = np.arange(top), []
    for category in range(top):
        if (shares[:, target == target[category]].sum(axis=1) > 0).all():
            continue
        merged.append(category)
        neighbour = target[category - 1] if category else target[1]
        target[target == target[category]] = neighbour
    order = np.unique(target, return_inverse=True)[1].astype(float)
    result = np.full_like(codes, np.nan)
    result[there] = order[codes[there].astype(int)]
    return result, merged


def _merged_notes(name: str, merged: list[int], answers: list[object]) -> list[str]:
    if not merged:
        return []
    listing = ", ".join(repr(answers[category]) for category in merged)
    return [
        f"{name!r}: answer {listing} does not occur in every group and was joined with its "
        "neighbour in all."
    ]

"""Rows of a data frame to sample statistics, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, DataWarning, OptionError, warn_user
from ..language import at_level, carried, level_of, plain_name, random_slopes
from ..moments import Patterns, find_patterns, guess, saturate
from ..moments.ordinal import categorical_moments, expected_answers
from ..moments.ordinal_levels import LevelOrder
from ..numerics import Array, Indices, Mask, is_positive_definite
from ..specification import DataOptions, Pattern, Specification
from .alike_labels import alike_note
from .clusters_and_weights import normalised, read_clusters, row_weights
from .complete_moments import CompleteMoments, GammaDivisor
from .frames import Data, numeric_columns
from .incomplete_moments import IncompleteMoments
from .level_moments import LevelMoments
from .level_ordinal import LevelOrdinalStatistics, level_ordinal_sample
from .level_samples import level_sample
from .ordinal_items import OrdinalItems, check_categories
from .ordinal_statistics import OrdinalStatistics, with_predictors
from .repeated_rows import repeated_note, repeated_rows
from .rows import Rows
from .sample import Sample, Samples
from .sample_checks import (
    check_positive_definite,
    check_predictors,
    check_variation,
    not_definite,
    scale_notes,
)
from .samples_from_moments import samples_of_moments
from .standardised_rows import standardised_rows
from .stray_codes import Tally, stray_code_note, stray_codes, tallies
from .survey_design import read_design

_LEAST_UNBIASED = 4  # rows: the divisor is (n - 2)(n - 3)


def read_samples(
    data: Data,
    specification: Specification,
    labels: tuple[str, ...],
    options: DataOptions,
    items: OrdinalItems | None = None,
    notes: Sequence[str] = (),
) -> Samples:
    """Read the variables of a model from the data, each group its own.

    Parameters
    ----------
    data : DataFrame or SampleMoments, or one of the latter a group
        As `as_frame` returns them.
    specification : Specification
    labels : tuple of str
        The groups wanted, of `group_labels`.
    options : DataOptions
    items : OrdinalItems, optional
        The ordinal variables.
    notes : sequence of str
        What was noticed in the data before.

    Raises
    ------
    DataError
        Saying which column or group cannot serve, and why.
    """
    items = items or OrdinalItems()
    if isinstance(data, pd.DataFrame):
        samples = _from_frame(data, specification, labels, options, items)
    else:
        samples = samples_of_moments(data, specification, labels, options)
    unknown = _unknown_moments(samples.groups)
    samples = replace(samples, notes=(*notes, *samples.notes, *unknown))
    for note in samples.notes:
        warn_user(note, DataWarning)
    return samples


def _from_frame(
    frame: pd.DataFrame,
    specification: Specification,
    labels: tuple[str, ...],
    options: DataOptions,
    items: OrdinalItems,
) -> Samples:
    names, patterns = specification.observed, specification.patterns
    values = _columns(frame, names, items, specification.has_levels)
    notes = list(items.notes)
    wanted, others = members_of(frame, options.group, labels)
    members = np.where(_used(values, wanted, specification, options), wanted, -1)
    dropped = int(((wanted >= 0) & (members < 0)).sum())
    if dropped:
        notes.append(_dropped_note(values, wanted, members, specification, options))
    if others:
        notes.append(f"{others} rows of groups that group_label does not name were left out.")
    stray = stray_codes(_told(values[wanted >= 0], specification, items))
    notes += [stray_code_note(stray)] if stray else []
    notes += repeated_note(repeated_rows(frame, values))
    if options.group is not None:
        notes += alike_note(options.group, labels)
    weights, repeats = row_weights(frame, options)
    norms: Array | None = None
    if weights is not None:
        raw = np.where(weights > 0.0, weights, 1.0)
        weights = normalised(weights, members, options.sampling_weights_normalization)
        norms = np.where(weights > 0.0, weights, 1.0) / raw
    clusters: Indices | None = None
    cluster_labels: tuple[object, ...] = ()
    if options.cluster is not None:
        clusters, cluster_labels, mixed = read_clusters(frame, options.cluster, members >= 0)
        notes += [*mixed, *alike_note(options.cluster, cluster_labels)]
    design, said = read_design(frame, options, members >= 0, clusters, len(cluster_labels))
    notes += said
    everything = Rows(values, np.arange(len(values)), weights, repeats, clusters, norms)
    rows = [
        everything.take(np.flatnonzero(members == group), columns_of(pattern, names))
        for group, pattern in enumerate(patterns)
    ]
    groups: tuple[Sample, ...]
    if items.categories:
        ordinal = tuple(
            _ordinal_sample_of(own, label, pattern, options)
            for own, label, pattern in zip(rows, labels, patterns, strict=True)
        )
        notes += _ordinal_notes(ordinal, options)
        groups = ordinal
    elif specification.has_levels:
        groups = tuple(
            level_sample(own, label, pattern)
            for own, label, pattern in zip(rows, labels, patterns, strict=True)
        )
    else:
        groups = tuple(
            continuous_sample(own, label, pattern, options, specification.means)
            for own, label, pattern in zip(rows, labels, patterns, strict=True)
        )
        notes += scale_notes(groups[0]) if not stray else []
    if clusters is not None:
        _check_clusters(groups)
    synthetic = bool(frame.attrs.get("synthetic", False))
    return Samples(
        groups,
        options,
        tuple(notes),
        dropped,
        synthetic,
        frame.index,
        cluster_labels,
        items.answers,
        design,
    )


def columns_of(pattern: Pattern, names: tuple[str, ...]) -> Indices | None:
    """Places of a group's variables among those of all groups; None where they are the same."""
    if pattern.observed == names:
        return None
    place = {name: column for column, name in enumerate(names)}
    return np.array([place[name] for name in pattern.observed], dtype=np.intp)


def _check_clusters(groups: tuple[Sample, ...]) -> None:
    """One cluster tells nothing of how clusters differ."""
    for sample in groups:
        if sample.n_clusters < 2:
            where = f" in group {sample.label!r}" if sample.label else ""
            raise DataError(
                f"there is {sample.n_clusters} cluster{where}: standard errors by clusters need "
                "two or more in every group. Leave cluster= out, or the group."
            )


def _columns(
    frame: pd.DataFrame, names: tuple[str, ...], items: OrdinalItems, levels: bool
) -> Array:
    """The columns as numbers, ordinal ones as codes from 0."""
    if items.codes is None:
        return _plain_columns(frame, names) if levels else numeric_columns(frame, names)
    columns = dict(zip(map(plain_name, items.names), items.codes.T, strict=True))
    plain = tuple(dict.fromkeys(map(plain_name, names)))
    numbers = tuple(name for name in plain if name not in columns)
    if numbers:
        columns |= dict(zip(numbers, numeric_columns(frame, numbers).T, strict=True))
    return np.column_stack([columns[plain_name(name)] for name in names])


def _plain_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> Array:
    """The columns of variables by their plain names; zeros for slopes, which have none."""
    slopes = random_slopes(names)
    known = [_column_of(name) for name in names]
    plain = tuple(
        dict.fromkeys(n for n, name in zip(known, names, strict=True) if name not in slopes)
    )
    values = numeric_columns(frame, plain)
    if plain == names:
        return values
    none = np.zeros(len(values))
    columns = dict(zip(plain, values.T, strict=True))
    return np.column_stack(
        [none if one in slopes else columns[name] for one, name in zip(names, known, strict=True)]
    )


def _column_of(name: str) -> str:
    pair = carried(name)
    return pair[0] if pair else plain_name(name)


def _own_columns(names: tuple[str, ...]) -> tuple[Indices, tuple[str, ...]]:
    """Places and names of one variable for each column of the data."""
    slopes, first = random_slopes(names), dict[str, int]()
    for place, name in enumerate(names):
        if name not in slopes:
            first.setdefault(_column_of(name), place)
    return np.array(list(first.values()), dtype=np.intp), tuple(first)


def _told(values: Array, specification: Specification, items: OrdinalItems) -> list[Tally]:
    """How often each value of each column occurs."""
    names = specification.observed
    if specification.has_levels:
        own, names = _own_columns(names)
        values = values[:, own]
    return _tallies(values, names, items)


def _tallies(values: Array, names: tuple[str, ...], items: OrdinalItems) -> list[Tally]:
    """How often each value occurs; of ordinal items, which stand here as codes, each answer."""
    answers = dict(items.answers)
    found = []
    for tally in tallies(values, names):
        if tally.name in answers:
            by_code = {code: answer for answer, code in reversed(answers[tally.name])}
            own = [by_code[int(code)] for code in tally.points]
            points = [float(a) for a in own if isinstance(a, int | float | np.number)]
            if len(points) < len(own):
                continue
            tally = replace(tally, points=tuple(points))
        found.append(tally)
    return found


def _ordinal_notes(groups: tuple[OrdinalStatistics, ...], options: DataOptions) -> list[str]:
    """Empty cells, and what missing answers must be like."""
    notes = []
    for sample in groups:
        names, empty = sample.names, sample.statistics.empty_pairs
        if empty:
            where = f" in group {sample.label!r}" if sample.label else ""
            listing = ", ".join(f"{names[i]} and {names[j]}" for i, j in empty[:3])
            more = ", ..." if len(empty) > 3 else ""
            notes.append(
                f"{len(empty)} pairs of items have an empty cell{where} ({listing}{more}): their "
                "polychoric correlations rest on few answers."
            )
        if isinstance(sample, LevelOrdinalStatistics):
            notes += sample.notes
        else:
            notes += not_definite(sample)
    missing = sum(int(np.isnan(sample.rows.values).any(axis=1).sum()) for sample in groups)
    if missing and options.missing == "doubly_robust":
        notes.append(
            f"{missing} rows have missing answers, predicted from the other answers of the row: "
            "that is unbiased if answers are missing at random, depending on nothing but answers "
            "that were given."
        )
    elif missing and options.missing == "fiml":
        notes.append(
            f"{missing} rows have missing answers and count by the others: that is unbiased if "
            "answers are missing at random, depending on nothing but answers that were given."
        )
    elif missing and options.missing != "listwise":
        notes.append(
            f"{missing} rows have missing answers, and each pair of items uses the rows that have "
            "both: that is unbiased only if answers are missing completely at random."
        )
    return notes


def sample_of_rows(
    rows: Rows, label: str, pattern: Pattern, specification: Specification, options: DataOptions
) -> Sample:
    """What rows of one group say, ordinal or continuous as the model takes them.

    Raises
    ------
    DataError
        Where these rows cannot serve: a category is empty, a variable constant.
    """
    if specification.categories:
        return _ordinal_sample_of(rows, label, pattern, options)
    if specification.has_levels:
        return level_sample(rows, label, pattern)
    return continuous_sample(rows, label, pattern, options, specification.means)


def _ordinal_sample_of(
    rows: Rows, label: str, pattern: Pattern, options: DataOptions
) -> OrdinalStatistics:
    """Statistics of ordinal items, of one level or two."""
    if isinstance(pattern.ordinal_responses.layout, LevelOrder):
        return level_ordinal_sample(rows, label, pattern, options)
    return ordinal_sample(rows, label, pattern, options)


def ordinal_sample(
    rows: Rows, label: str, pattern: Pattern, options: DataOptions
) -> OrdinalStatistics:
    """Thresholds and polychoric correlations of one group.

    Raises
    ------
    DataError
        Where a category is empty or a correlation cannot be had.
    """
    where = f" in group {label!r}" if label else ""
    names, n_given, p = pattern.observed, pattern.n_given, len(pattern.modelled)
    categories = pattern.ordinal_responses.layout.categories
    check_categories(rows.values, names, categories, where)
    exogenous = rows.values[:, p:] if n_given else None
    try:
        found = categorical_moments(
            rows.values[:, :p],
            categories,
            exogenous,
            rows.weights,
            names=names,
            **_empty_cells(options, n_given),
        )
        pairs = None
        only_items = n_given == 0 and len(found.layout.continuous) == 0
        if options.missing == "doubly_robust" and only_items:
            pairs, statistics = expected_answers(rows.values, found.layout, found.vector)
            found = found.at(statistics)
    except DataError as error:
        raise DataError(f"ordinal answers{where}: {error}") from None
    covariance, mean = found.covariance, found.mean
    if exogenous is not None:
        lost = int(rows.weights is None)  # as lavaan, which divides by n - 1 here
        among = np.cov(exogenous.T, ddof=lost, aweights=rows.weights).reshape(n_given, n_given)
        centre = np.average(exogenous, axis=0, weights=rows.weights)
        covariance, mean = with_predictors(found, among, centre)
    return OrdinalStatistics(
        label=label,
        names=names,
        n_observations=len(rows),
        covariance=covariance,
        mean=mean,
        known_rows=rows,
        statistics=found,
        expected_pairs=pairs,
        counts_alone=options.missing == "available_cases",
    )


def _used(
    values: Array, members: Indices, specification: Specification, options: DataOptions
) -> Mask:
    """Rows that the way of dealing with missing answers can use, shape (n,)."""
    used = np.zeros(len(values), dtype=bool)
    for group, pattern in enumerate(specification.patterns):
        inside = np.flatnonzero(members == group)
        missing = _missing(values, inside, pattern, specification.observed)
        if options.missing == "listwise":
            used[inside] = ~missing.any(axis=1)
            continue
        rows = _of_rows(pattern) if specification.has_levels else slice(None)
        used[inside] = ~missing[:, rows].all(axis=1)
        if options.missing != "fiml_x" and len(pattern.fixed_exogenous):
            used[inside] &= ~missing[:, pattern.fixed_exogenous].any(axis=1)
    return used


def _of_rows(pattern: Pattern) -> list[bool]:
    """Which variables rows have answers to: those within clusters."""
    return [level_of(name) == 1 and not carried(name) for name in pattern.observed]


def _missing(values: Array, rows: Indices, pattern: Pattern, names: tuple[str, ...]) -> Mask:
    """Which answers to a group's own variables are missing, shape (rows, p)."""
    columns = columns_of(pattern, names)
    return np.isnan(values[rows] if columns is None else values[np.ix_(rows, columns)])


def members_of(
    frame: pd.DataFrame, group: str | None, labels: tuple[str, ...]
) -> tuple[Indices, int]:
    """The group of each row, -1 where it is of another; and how many are."""
    if group is None:
        return np.zeros(len(frame), dtype=np.intp), 0
    texts = frame[group].map(str).to_numpy(dtype=object)
    members = np.full(len(frame), -1)
    for place, label in enumerate(labels):
        members[texts == label] = place
    return members, int((members < 0).sum())


def _dropped_note(
    values: Array,
    wanted: Indices,
    members: Indices,
    specification: Specification,
    options: DataOptions,
) -> str:
    names = specification.observed
    missing = np.zeros(len(names), dtype=int)
    for group, pattern in enumerate(specification.patterns):
        gone = np.flatnonzero((wanted == group) & (members < 0))
        columns = columns_of(pattern, names)
        own = _missing(values, gone, pattern, names).sum(axis=0)
        missing[slice(None) if columns is None else columns] += own
    missing[[at_level(name, 2) in names and level_of(name) == 1 for name in names]] = 0  # once
    worst = np.argsort(-missing, kind="stable")[:3]
    listing = ", ".join(f"{plain_name(names[i])} {missing[i]}" for i in worst if missing[i])
    dropped = int(((wanted >= 0) & (members < 0)).sum())
    head = f"{dropped} of {len(values)} rows were dropped because "
    if options.missing == "listwise":
        return (
            f"{head}an answer is missing (most often: {listing}); listwise deletion is unbiased "
            "only if answers are missing completely at random."
        )
    given = any(len(pattern.fixed_exogenous) for pattern in specification.patterns)
    if given and options.missing != "fiml_x":
        return (
            f"{head}a predictor that is taken as given, or every answer, is missing ({listing}); "
            "missing='fiml_x' or fixed_x=False keeps rows without a predictor."
        )
    return f"{head}every answer is missing."


def continuous_sample(
    rows: Rows, label: str, pattern: Pattern, options: DataOptions, means: bool
) -> Sample:
    """Means and covariances of one group.

    Raises
    ------
    DataError
        Where the rows are too few, or a variable is constant or depends on others.
    """
    where, names = f" in group {label!r}" if label else "", pattern.observed
    count = len(rows) if rows.repeats is None else int(rows.repeats.sum())
    _check_gamma(options, count, pattern, where)
    if options.std_ov:
        rows = standardised_rows(rows, pattern.fixed_exogenous)
    if options.missing != "listwise":
        return _incomplete_sample(rows, label, pattern, options, means)
    centre, covariance = _complete_moments(rows.values, rows.counts, count, names, options, where)
    return CompleteMoments(
        label=label,
        names=names,
        n_observations=count,
        covariance=covariance,
        mean=centre if means else None,
        known_rows=rows,
        is_unbiased=options.divides_by_n_less_1 and rows.weights is None,
        gamma=_gamma_divisor(options),
    )


def _empty_cells(options: DataOptions, n_given: int) -> dict[str, Any]:
    """What is asked for empty cells, as `categorical_moments` takes it."""
    names = ("zero_add", "zero_keep_margins")
    asked = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if asked and n_given:
        raise OptionError(
            f"{next(iter(asked))}= is for tables of pairs of items, and correlations given "
            "predictors come from none: give conditional_x=False, or leave it out."
        )
    return asked


def _check_gamma(options: DataOptions, count: int, pattern: Pattern, where: str) -> None:
    for name in ("gamma_unbiased", "gamma_wls_mplus"):
        if getattr(options, name) and len(pattern.fixed_exogenous):
            raise OptionError(
                f"{name}= takes all variables as random: give fixed_x=False, or leave it out."
            )
    if options.gamma_unbiased and count < _LEAST_UNBIASED:
        raise DataError(f"gamma_unbiased= needs {_LEAST_UNBIASED} rows{where}, not {count}.")


def _gamma_divisor(options: DataOptions) -> GammaDivisor:
    """How fourth-order moments are estimated."""
    if options.gamma_unbiased:
        return "unbiased"
    if options.gamma_wls_mplus:
        return "Mplus"
    return "n - 1" if options.gamma_n_minus_one else "n"


def _complete_moments(
    rows: Array,
    weights: Array | None,
    count: int,
    names: tuple[str, ...],
    options: DataOptions,
    where: str,
) -> tuple[Array, Array]:
    n, p = rows.shape
    if n < 2:
        raise DataError(f"{n} complete rows{where}: a covariance matrix needs more.")
    if weights is None:
        mean = rows.mean(axis=0)
        centred = rows - mean
        covariance = centred.T @ centred / n
    else:
        share = weights / weights.sum()
        mean = share @ rows
        centred = rows - mean
        covariance = (share[:, None] * centred).T @ centred
    if options.divides_by_n_less_1 and options.sampling_weights is None:
        covariance = covariance * (count / (count - 1))
    check_variation(covariance, mean, names, where)
    if n <= p:
        raise DataError(
            f"there are {n} complete rows{where} for {p} variables: the covariance matrix is "
            "singular. Use fewer variables or more rows."
        )
    covariance = covariance + options.ridge * np.eye(p)
    check_positive_definite(covariance, names, where)
    return mean, covariance


def _incomplete_sample(
    rows: Rows, label: str, pattern: Pattern, options: DataOptions, means: bool
) -> IncompleteMoments:
    """Unrestricted moments of rows with missing answers; a guess where they cannot be had."""
    where, names = f" in group {label!r}" if label else "", pattern.observed
    values, weights = rows.values, rows.counts
    can_do_without = options.missing in ("fiml", "fiml_x")
    _check_coverage(values, names, where, can_do_without)
    patterns = find_patterns(values, weights)
    given = pattern.fixed_exogenous
    check_predictors(patterns, given, names, where)
    mean, variance = np.nanmean(values, axis=0), np.nanvar(values, axis=0)
    check_variation(np.diag(variance), mean, names, where)
    how = dict(options.em_h1_args)
    found = saturate(patterns, (mean, np.diag(variance)), **how)
    if found is None:  # perhaps for rounding: means far from zero, or units far apart
        found = _in_own_units(values, weights, mean, np.sqrt(variance), how)
    if found is None and how:
        raise DataError(
            f"EM did not reach the unrestricted means and covariances{where} with "
            f"em_h1_args={how!r}: give it more steps (max_iter), or leave it out."
        )
    exists = found is not None and is_positive_definite(found[1])
    if found is None or not exists:
        predictors_known = not np.isnan(values[:, given]).any() and len(values) > len(given) + 1
        if not (can_do_without and predictors_known and _are_few(patterns)):
            _check_collinear(values, names, where)
            raise DataError(
                f"the unrestricted means and covariances cannot be estimated{where}: too few rows "
                f"for {len(names)} variables, given what is missing. Use fewer variables."
            )
        found = guess(patterns, (mean, np.diag(variance)), given)
    check_positive_definite(found[1], names, where)
    return IncompleteMoments(
        label=label,
        names=names,
        n_observations=len(rows) if rows.repeats is None else int(rows.repeats.sum()),
        covariance=found[1],
        mean=found[0] if means else None,
        known_rows=rows,
        patterns=patterns,
        is_guess=not exists,
    )


def _are_few(patterns: Patterns) -> bool:
    """Whether some pair of variables is in fewer rows than twice the number of variables."""
    rows = np.bincount(patterns.member, minlength=len(patterns.shares))
    together = np.einsum("j,jab->ab", rows.astype(float), patterns.pairs.astype(float))
    return bool(together[patterns.seen].min() <= 2 * patterns.mean.shape[1])


def _check_collinear(rows: Array, names: tuple[str, ...], where: str) -> None:
    """Refuse pairs of variables that are the same in the rows that have both."""
    correlations = pd.DataFrame(rows).corr(min_periods=3).to_numpy()
    for first, second in combinations(range(len(names)), 2):
        if abs(correlations[first, second]) > 1 - 1e-9:
            raise DataError(
                f"columns {names[first]!r} and {names[second]!r} are perfectly collinear{where}: "
                "their correlation is 1 or -1. Leave one out."
            )


def _in_own_units(
    rows: Array, weights: Array | None, mean: Array, deviation: Array, how: Mapping[str, Any]
) -> tuple[Array, Array] | None:
    """The unrestricted moments, found from standardised answers."""
    patterns = find_patterns((rows - mean) / deviation, weights)
    found = saturate(patterns, (np.zeros(len(mean)), np.eye(len(mean))), **how)
    if found is None:
        return None
    return mean + deviation * found[0], deviation[:, None] * found[1] * deviation


def _check_coverage(rows: Array, names: tuple[str, ...], where: str, can_do_without: bool) -> None:
    """Every variable must be there; every pair of them together, if their covariance is needed."""
    if len(rows) == 0:
        raise DataError(
            f"no row{where} can be used: in each of them a predictor that is taken as given, or "
            "every answer, is missing. Take fixed_x=False, or leave the predictor out."
        )
    present = np.logical_not(np.isnan(rows))
    absent = [names[place] for place in np.flatnonzero(~present.any(axis=0))]
    if absent:
        listing = ", ".join(map(repr, absent))
        raise DataError(f"column {listing} has no answer at all{where}. Leave it out.")
    if can_do_without:
        return
    together = present.T.astype(float) @ present
    for first, second in combinations(range(len(names)), 2):
        if together[first, second] == 0:
            raise DataError(
                f"columns {names[first]!r} and {names[second]!r} are never observed together"
                f"{where}: the data say nothing of their covariance. Leave one out, or take "
                "missing='fiml', which does without it."
            )


def _unknown_moments(groups: tuple[Sample, ...]) -> list[str]:
    """What the data do not tell of the unrestricted moments."""
    notes = []
    for sample in groups:
        where = f" in group {sample.label!r}" if sample.label else ""
        if sample.n_unseen and not isinstance(sample, LevelMoments):
            places = np.argwhere(np.tril(~sample.seen))
            pairs = [f"{sample.names[j]} and {sample.names[i]}" for i, j in places]
            more = ", ..." if len(pairs) > 3 else ""
            notes.append(
                f"no row{where} has both of {len(pairs)} pairs of variables "
                f"({', '.join(pairs[:3])}{more}): the model is tested without their covariances, "
                "which are not among its degrees of freedom."
            )
        if not sample.has_unrestricted and not isinstance(sample, LevelMoments):
            notes.append(
                f"there are too few rows{where} for the unrestricted means and covariances of "
                f"{len(sample.names)} variables: the model is fitted, but there is nothing to test "
                "it against."
            )
    return notes

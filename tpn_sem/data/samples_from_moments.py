"""Sample moments of a user to sample statistics, group by group."""

from __future__ import annotations

import numpy as np

from ..errors import DataError, OptionError
from ..moments import Patterns, saturate
from ..numerics import Array, Indices
from ..specification import DataOptions, Pattern, Specification
from .complete_moments import CompleteMoments
from .frames import Data, check_size, column_place, group_labels, moment_items
from .incomplete_moments import IncompleteMoments
from .known_spread import places_of_moments
from .ordinal_statistics import OrdinalStatistics
from .sample import Sample, Samples
from .sample_checks import (
    check_positive_definite,
    check_predictors,
    check_variation,
    not_definite,
    scale_notes,
)
from .sample_moments import SampleMoments


def samples_of_moments(
    data: Data,
    specification: Specification,
    labels: tuple[str, ...],
    options: DataOptions,
) -> Samples:
    """The samples of all groups; see `reading.read_samples`.

    Raises
    ------
    OptionError
        For options that need rows.
    DataError
        Where a variable is missing, or the moments are those of no rows.
    """
    _refuse_columns(options)
    found = dict(zip(group_labels(data, None), moment_items(data), strict=True))
    groups: list[Sample] = []
    ordinal: list[OrdinalStatistics] = []
    notes = []
    for label, pattern in zip(labels, specification.patterns, strict=True):
        moments, names = found[label], pattern.observed
        for name in names:
            column_place(moments.covariance, name, "variable")
        if specification.categories:
            ordinal.append(_ordinal_sample(label, moments, names))
        elif moments.categorical is not None:
            raise OptionError(
                "these sample moments are thresholds and polychoric correlations of ordinal items: "
                "give ordered=True."
            )
        elif options.missing == "fiml":
            groups.append(_sample_of_patterns(label, moments, pattern))
        else:
            groups.append(_sample_of_moments(label, moments, pattern, specification.means, options))
    dropped = sum(found[label].n_dropped for label in labels)
    if dropped:
        notes.append(
            f"{dropped} rows were dropped when the moments were computed because an answer is "
            "missing."
        )
    if specification.categories:
        notes += [note for sample in ordinal for note in not_definite(sample)]
    else:
        notes += scale_notes(groups[0])
    return Samples((*groups, *ordinal), options, tuple(notes), dropped)


def _refuse_columns(options: DataOptions) -> None:
    for name in ("zero_add", "zero_keep_margins"):
        if getattr(options, name) is not None:
            raise OptionError(
                f"{name}= is for tables of rows: correlations in sample moments are computed "
                "already. Leave it out."
            )
    if options.group is not None:
        raise OptionError("group= names a column; with sample moments give one a group.")
    for name in (
        *("cluster", "strata", "fpc", "sampling_weights", "frequency_weights", "skipped"),
    ):
        if getattr(options, name):
            raise OptionError(f"{name}= needs rows of data; sample moments have none.")
    if options.missing not in ("listwise", "fiml", "pairwise"):
        raise OptionError(f"missing={options.missing!r} needs rows of data, not sample moments.")


def _places(moments: SampleMoments, names: tuple[str, ...]) -> Indices:
    columns = [str(name) for name in moments.covariance.columns]
    return np.array([columns.index(name) for name in names], dtype=np.intp)


def _ordinal_sample(
    label: str, moments: SampleMoments, names: tuple[str, ...]
) -> OrdinalStatistics:
    if moments.categorical is None:
        raise DataError("these sample moments hold no counts of ordinal answers.")
    chosen = moments.categorical.of(_places(moments, names))
    return OrdinalStatistics(
        label=label,
        names=names,
        n_observations=chosen.n_observations,
        covariance=chosen.covariance,
        mean=chosen.mean,
        statistics=chosen,
    )


def _sample_of_patterns(label: str, moments: SampleMoments, pattern: Pattern) -> IncompleteMoments:
    names = pattern.observed
    where = f" in group {label!r}" if label else ""
    if moments.patterns is None or moments.mean is None:
        raise OptionError(
            f"missing='fiml' needs the patterns of missing answers, which these moments{where} "
            "lack: make them with missing='fiml', or give rows of data."
        )
    patterns = moments.patterns.of(_places(moments, names))
    kept = patterns.observed.any(axis=1)
    share = float(patterns.shares[kept].sum())
    patterns = Patterns(
        patterns.observed[kept],
        patterns.shares[kept] / share,
        patterns.mean[kept],
        patterns.covariance[kept],
        patterns.member,
    )
    check_predictors(patterns, pattern.fixed_exogenous, names, where)
    order = list(names)
    start = moments.mean[order].to_numpy(dtype=float)
    wanted = moments.covariance.loc[order, order].to_numpy(dtype=float)
    found = saturate(patterns, (start, wanted))
    if found is None:
        raise DataError(f"the unrestricted moments cannot be estimated{where}.")
    check_variation(found[1], found[0], names, where)
    check_positive_definite(found[1], names, where)
    n = round(moments.n_observations * share)
    return IncompleteMoments(
        label=label,
        names=names,
        n_observations=n,
        covariance=found[1],
        mean=found[0],
        patterns=patterns,
    )


def _sample_of_moments(
    label: str, moments: SampleMoments, pattern: Pattern, means: bool, options: DataOptions
) -> CompleteMoments:
    names, likelihood = pattern.observed, options.likelihood
    for name in names:
        column_place(moments.covariance, name, "variable")
    n = moments.n_observations
    order = list(names)
    covariance = moments.covariance.loc[order, order].to_numpy(dtype=float)
    units = np.sqrt(np.diag(covariance)) if options.std_ov else np.ones(len(names))
    units[pattern.fixed_exogenous] = 1.0
    covariance = covariance / np.outer(units, units)
    if likelihood == "normal":
        covariance = covariance * ((n - 1) / n)
    covariance = covariance + options.ridge * np.eye(len(names))
    where = f" in group {label!r}" if label else ""
    known = moments.asymptotic_covariance is not None or moments.weight is not None
    for name in ("gamma_unbiased", "gamma_n_minus_one"):
        if moments.asymptotic_covariance is not None and getattr(options, name):
            raise OptionError(
                f"{name}= is without effect: the asymptotic covariance matrix is given, not "
                "computed. Leave it out."
            )
    if known and (options.std_ov or options.ridge):
        raise OptionError(
            "std_ov= and ridge= change the moments, which the asymptotic covariance matrix and "
            "the weights that were given do not know: leave them out."
        )
    if n <= len(names):
        raise DataError(
            f"n_observations={n}{where}, but there are {len(names)} variables: their covariance "
            "matrix would be singular. Give the number of rows behind the moments."
        )
    if moments.patterns is not None and not moments.patterns.of(_places(moments, names)).seen.all():
        raise DataError(
            f"no row{where} has both of some pairs of variables, so that their covariances are "
            "unknown. Take missing='fiml', which does without them."
        )
    check_size(np.sqrt(np.maximum(np.diag(covariance), 0.0))[None], names)
    check_variation(covariance, np.zeros(len(names)), names, where)
    check_positive_definite(covariance, names, where)
    mean = None
    if means:
        if moments.mean is None:
            raise DataError(f"the model has means, but the sample moments have none{where}.")
        mean = moments.mean[order].to_numpy(dtype=float)
        mean = np.where(units != 1.0, 0.0, mean) if options.std_ov else mean
    return CompleteMoments(
        label=label,
        names=names,
        n_observations=n,
        covariance=covariance,
        mean=mean,
        is_unbiased=likelihood != "normal",
        known_spread=_of_moments(moments, moments.asymptotic_covariance, names, means),
        known_weight=_of_moments(moments, moments.weight, names, means),
    )


def _of_moments(
    moments: SampleMoments, whole: Array | None, names: tuple[str, ...], means: bool
) -> Array | None:
    """The part of a matrix over all moments that a model has."""
    if whole is None:
        return None
    places = _places(moments, names)
    has_means = moments.mean is not None
    order = places_of_moments(places, len(moments.covariance), has_means, means)
    return whole[np.ix_(order, order)]

"""Reliability of the constructs of a fit, or of sets of columns: a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import CompleteMoments
from ..errors import NotAvailableError, OptionError
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..numerics import Array
from ..specification import FitOptions, refuse_correlation, shows_options
from .alpha_inference import item_covariance
from .classical_coefficients import mean_correlation
from .cluster_coefficients import ClusterCoefficients, cluster_coefficients
from .coefficient_inference import GroupCoefficients, group_coefficients
from .greatest_lower_bound import greatest_lower_bound
from .intervals_of_coefficients import read_interval
from .level_reliability import level_reliability
from .measured_constructs import Construct, constructs_of
from .one_factor_fits import Items, one_factor_fits
from .reliability_notes import notes_of
from .score_reliability import score_reliability
from .tau_equivalence import TauEquivalence, tau_equivalence

_FIRST = ("alpha", "omega", "omega_hierarchical", "omega_subscale", "composite", "maximal", "ave")
_ORDER = (*_FIRST, "factor_score", "alpha_latent", "omega_latent")


@shows_options
@checked
def reliability(
    fit: Fit | pd.DataFrame,
    *,
    items: Items | None = None,
    interval: str | None = None,
    n_draws: int | None = None,
    seed: int | None = None,
    level: float = 0.95,
    **options: Unpack[FitOptions],
) -> pd.DataFrame:
    """Reliability of each construct, in each group.

    Parameters
    ----------
    fit : Fit or DataFrame
        A model with factors; or data, of which a model of one factor is fitted for each construct.
    items : list of columns, or dict of constructs to these
        Of data only.
    interval : {"delta", "bootstrap"}, optional
        Add columns ``_lower`` and ``_upper``. "delta": from log(1 - coefficient) by the delta
        method (Bonett, 2002), with the errors of the fit, so that clusters, gaps and ordinal
        answers are in them; alpha's hold without normality (Maydeu-Olivares et al., 2007).
        "bootstrap": percentiles over refits to resampled rows, or clusters where the fit has them.
    n_draws : int, optional
        Of the bootstrap; 1000 if not given.
    seed : int, optional
        Of the bootstrap.
    level : float
        Of the intervals.
    **options
        Of data: as for `Model.fit`. Without another estimator continuous items get "MLR".

    Returns
    -------
    DataFrame
        A row per construct, or group and construct:

        - n_items, n, mean_correlation
        - alpha (Cronbach, 1951); of ordinal items that of answers as numbers
        - omega: of the items' sum, what all factors explain; residual covariances are error
        - omega_hierarchical: what the construct's own factor explains
        - omega_subscale: what a factor explains beyond the more general one above it
        - composite, ave: of standardised items (Fornell & Larcker, 1981)
        - maximal: of the best weighted sum of its items (H)
        - factor_score: of regression scores, from all variables; of ordinal items the mean over
          rows of what posterior modes share with the factor
        - alpha_latent, omega_latent: of latent responses behind ordinal items, which nobody can sum
          (Zumbo et al., 2007); omega and its parts are of answers (Green & Yang, 2009)
        - glb: greatest lower bound, of the sample's covariances
        - sem_sum: standard error of measurement of the sum, sd * sqrt(1 - omega)
        - alpha_within, alpha_between, cluster_mean: by level, where the fit has clusters
        - tau_chisq, tau_df, tau_p_value: test of equal loadings, which alpha assumes

        Of two levels: rows by level, with n_items, alpha and omega of the parts at that level
        (Geldhof, Preacher & Zyphur, 2014).

        ``attrs["reasons"]`` says why a number is missing, ``attrs["notes"]`` what must be known:
        rejected tau-equivalence, items that are not reversed, improper solutions.

    Raises
    ------
    NotAvailableError
        Where the fit did not converge or has no factors.
    DataError, OptionError
        For items that are no columns, or too few; for options without effect.
    """
    draws = read_interval(interval, n_draws, seed, level)
    if isinstance(fit, Fit) and fit.estimation.specification.has_levels:
        fits_of(fit, items, dict(options), "reliability")
        return level_reliability(fit.estimation, interval, level)
    tables = [
        _table(one, interval, draws, seed, level)
        for one in fits_of(fit, items, dict(options), "reliability")
    ]
    return _joined(tables)


def fits_of(
    fit: Fit | pd.DataFrame, items: Items | None, options: dict[str, object], caller: str
) -> list[Fit]:
    """The fit itself, or one for each construct of data.

    Raises
    ------
    OptionError
        For options that would have no effect.
    """
    if isinstance(fit, pd.DataFrame):
        return one_factor_fits(fit, items, options)
    unused = [*(["items"] if items is not None else []), *options]
    if unused:
        raise OptionError(
            f"{caller}: {unused[0]}= is for data; a fit has its items and options already."
        )
    return [fit]


def _table(
    fit: Fit, interval: str | None, n_draws: int, seed: int | None, level: float
) -> pd.DataFrame:
    found = read_fit(fit, "reliability")
    refuse_correlation(found.specification.options, "reliability")
    rows: dict[tuple[str, str], dict[str, float]] = {}
    reasons: dict[str, str] = {}
    notes: list[str] = []
    scores = score_reliability(fit)
    done = group_coefficients(fit, interval, n_draws, seed, level)
    for group, (label, part) in enumerate(zip(found.samples.labels, done, strict=True)):
        for construct in constructs_of(found, group):
            name = f"{construct.name} in {label}" if label else construct.name
            tau = tau_equivalence(found, group, construct) if not construct.problem else _NO_TEST
            numbers = _numbers(part, construct, interval is not None)
            if (label, construct.name) in scores and numbers:
                numbers |= _of_scores(scores[label, construct.name], interval is not None)
            row = _row(found, group, construct, numbers, tau)
            rows[label, construct.name] = row
            reasons |= {f"{name}: {key}": text for key, text in _reasons(part, construct, tau, row)}
            notes += notes_of(found, group, construct, row, name)
    table = pd.DataFrame(list(rows.values()))
    table.index = pd.MultiIndex.from_tuples(rows, names=["group", "construct"])
    table.attrs.update(reasons=reasons, notes=notes)
    return table


def _of_scores(value: float, ends: bool) -> dict[str, float]:
    """The reliability of scores over the rows, which has no interval."""
    missing = {"factor_score_lower": np.nan, "factor_score_upper": np.nan} if ends else {}
    return {"factor_score": value, **missing}


_NO_TEST = TauEquivalence(np.nan, np.nan, np.nan)


def _numbers(part: GroupCoefficients, construct: Construct, ends: bool) -> dict[str, float]:
    """A construct's coefficients in the order of columns."""
    if construct not in part.constructs:
        return {}
    place = part.constructs.index(construct)
    found: dict[str, float] = {}
    for name in _ORDER:
        if name not in part.values:
            continue
        found[name] = float(part.values[name][place])
        if ends:
            found[f"{name}_lower"] = float(part.lower[name][place])
            found[f"{name}_upper"] = float(part.upper[name][place])
    return found


def _row(
    found: Estimation,
    group: int,
    construct: Construct,
    numbers: dict[str, float],
    tau: TauEquivalence,
) -> dict[str, float]:
    sample = found.samples.groups[group]
    row: dict[str, float] = {"n_items": len(construct.items), "n": sample.n_observations}
    if not numbers:
        return row
    covariance = _covariance(found, group, construct)
    row["mean_correlation"] = np.nan
    row |= numbers
    row |= {"glb": np.nan, "sem_sum": np.nan}
    if covariance is not None:
        unbiased = isinstance(sample, CompleteMoments) and sample.is_unbiased
        bessel = 1.0 if unbiased else sample.size / (sample.size - 1.0)
        spread = float(np.sqrt(bessel * covariance.sum()))
        row["mean_correlation"] = float(mean_correlation(covariance))
        row["glb"] = greatest_lower_bound(covariance)
        row["sem_sum"] = spread * float(np.sqrt(max(1.0 - numbers["omega"], 0.0)))
    if found.samples.cluster_labels:
        row |= _by_level(found, group, construct)
    row |= {
        "tau_chisq": tau.statistic,
        "tau_df": tau.degrees_of_freedom,
        "tau_p_value": tau.p_value,
    }
    return row


def _covariance(found: Estimation, group: int, construct: Construct) -> Array | None:
    """Of a construct's items; None where no row answered all of them."""
    try:
        return item_covariance(found.samples.groups[group], construct)
    except NotAvailableError:
        return None


def _by_level(found: Estimation, group: int, construct: Construct) -> dict[str, float]:
    try:
        return cluster_coefficients(found.samples.groups[group], construct)._asdict()
    except NotAvailableError:
        return ClusterCoefficients()._asdict()


def _reasons(
    part: GroupCoefficients, construct: Construct, tau: TauEquivalence, row: dict[str, float]
) -> Iterator[tuple[str, str]]:
    """Why numbers of a construct are missing, by column."""
    if construct.problem:
        yield "all", construct.problem
        return
    for (name, coefficient), text in part.reasons.items():
        if name == construct.name:
            yield coefficient, text
    for name in row:
        if name.endswith("_lower") and np.isnan(row[name]) and not np.isnan(row[name[:-6]]):
            yield name, "these data or options give no standard error of it"
    if np.isnan(row["glb"]):
        yield "glb", "the items' covariance matrix is not known, or not positive definite"
    if np.isnan(row["sem_sum"]):
        yield "sem_sum", "there is no omega or no variance of the sum"
    for name in ClusterCoefficients._fields:
        if name in row and np.isnan(row[name]):
            yield name, "clusters differ in the sum less than chance would have it, or are too few"
    if tau.reason:
        yield "tau_p_value", tau.reason


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """One table; without the level of groups where there is one group without a label."""
    reasons = {key: text for table in tables for key, text in table.attrs["reasons"].items()}
    notes = [note for table in tables for note in table.attrs["notes"]]
    for table in tables:
        table.attrs = {}
    joined = pd.concat(tables)
    labels = list(dict.fromkeys(joined.index.get_level_values("group")))
    joined = joined.loc[labels] if len(tables) > 1 else joined
    if labels == [""]:
        joined = joined.droplevel("group")
    joined = joined.astype({"n_items": int, "n": int})
    joined.attrs.update(reasons=reasons, notes=notes)
    return joined

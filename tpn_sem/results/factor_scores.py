"""Factor scores, their standard errors and reliability, and plausible values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..arguments import read_seed
from ..data import Rows, new_rows
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..language import random_slopes
from ..numerics import Array
from ..specification import INDICATOR_METHODS
from .level_factor_scores import level_factor_scores, score_names
from .linear_scores import Scores, bartlett_scores, regression_scores
from .modal_factor_scores import modal_draws, modal_scores
from .product_factor_scores import (
    check_scores,
    has_latent_products,
    product_draws,
    product_scores,
    scored_names,
)
from .response_factor_scores import is_full_information, response_scores

METHODS = {
    "regression": regression_scores,
    "Bartlett": bartlett_scores,
    "EBM": modal_scores,
    "EAP": response_scores,
}
_ORDINAL = ("EBM", "EAP")

_MOST_DRAWS = 1_000_000


def factor_scores(
    estimation: Estimation,
    method: str | None = None,
    data: pd.DataFrame | None = None,
    standard_errors: bool = False,
) -> pd.DataFrame:
    """A row per row of the data that has an answer, with its label; see `Fit.factor_scores`."""
    _refuse_items_of_levels(estimation)
    method = _chosen(estimation, method)
    frames = []
    if estimation.specification.has_levels:
        _check_levels(method, data, standard_errors)
        for group, sample in enumerate(estimation.samples.groups):
            values = level_factor_scores(estimation, group)
            own = score_names(estimation.specification.patterns[group])
            frame = pd.DataFrame(values, columns=own, index=sample.rows.places)
            frames.append(_labelled(estimation, group, frame))
        return _joined(estimation, frames, None)
    for group, rows in enumerate(_rows(estimation, data)):
        by_products = has_latent_products(estimation) and not estimation.specification.categories
        find = product_scores if by_products else METHODS[method]
        scores = find(estimation, group, rows.values)
        own = scored_names(estimation, group)
        frame = pd.DataFrame(scores.values, columns=own, index=rows.places)
        if standard_errors:
            frame = frame.join(_certainty(estimation, group, method, scores, own, rows))
        frames.append(_labelled(estimation, group, frame))
    return _joined(estimation, frames, data)


def plausible_values(
    estimation: Estimation, n_draws: int, data: pd.DataFrame | None, seed: int | None
) -> pd.DataFrame:
    """Draws from the factors' distribution given a row's answers; see `Fit.factor_scores`."""
    _chosen(estimation, None)
    if estimation.specification.has_levels:
        raise NotAvailableError("plausible values are not available for a model of two levels.")
    if (
        isinstance(n_draws, bool)
        or not isinstance(n_draws, (int, np.integer))
        or not 1 <= n_draws <= _MOST_DRAWS
    ):
        raise OptionError(
            f"n_draws={n_draws!r}: give how many plausible values to draw, from 1 to {_MOST_DRAWS}."
        )
    generator = np.random.default_rng(read_seed(seed))
    frames = []
    for group, rows in enumerate(_rows(estimation, data)):
        own = scored_names(estimation, group)
        draws = _draws(estimation, group, rows.values, n_draws, generator)
        for number, values in enumerate(draws):
            frame = pd.DataFrame(values, columns=own, index=rows.places)
            frame.insert(0, "draw", number)
            frames.append(_labelled(estimation, group, frame))
    return _joined(estimation, frames, data)


def _refuse_items_of_levels(estimation: Estimation) -> None:
    if estimation.specification.has_levels and estimation.specification.categories:
        raise NotAvailableError(
            "factor scores are not available for ordinal items of two levels: take scores of a "
            "model without ordered=, or of one without level: blocks."
        )


def _check_levels(method: str, data: object, standard_errors: bool) -> None:
    """What factor scores of two levels cannot have yet."""
    asked = {
        f"method={method!r}": method != "regression",
        "data=": data is not None,
        "standard_errors=": standard_errors,
    }
    if name := next((name for name, is_asked in asked.items() if is_asked), ""):
        raise NotAvailableError(
            f"{name} is not available for a model of two levels, whose factor scores are "
            "regression scores of the rows that were fitted. Leave it out."
        )


def _chosen(estimation: Estimation, method: str | None) -> str:
    ordinal = bool(estimation.specification.categories)
    by_rows = "EAP" if is_full_information(estimation) else "EBM"
    method = choose("method", method or (by_rows if ordinal else "regression"), tuple(METHODS))
    if ordinal != (method in _ORDINAL):
        kind, other = ("ordinal", "'EBM'") if ordinal else ("continuous", "'regression'")
        raise NotAvailableError(f"{method!r} is not for {kind} items: take {other}.")
    roles = estimation.specification.roles
    if not (roles.latent or random_slopes(roles.observed)):
        raise NotAvailableError("the model has no latent variables to score.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to score with.")
    if has_latent_products(estimation) and not ordinal:
        check_scores(method)
    return method


def _rows(estimation: Estimation, data: pd.DataFrame | None) -> Iterator[Rows]:
    """Each group's rows that have an answer."""
    samples = estimation.samples
    if data is None:
        if not all(sample.has_rows for sample in samples.groups):
            raise NotAvailableError(
                "factor scores need rows of data, not sample moments: give them as data=."
            )
        groups = tuple(sample.rows for sample in samples.groups)
    else:
        if estimation.specification.options.products in INDICATOR_METHODS:
            raise NotAvailableError(
                "data= would need products of items centred as those of the fit: score the fit's "
                "own rows, or fit with products='lms'."
            )
        groups = new_rows(samples, estimation.specification, data)
    for rows in groups:
        yield rows.take(np.flatnonzero(~np.isnan(rows.values).all(axis=1)))


def _certainty(
    estimation: Estimation,
    group: int,
    method: str,
    scores: Scores,
    names: list[str],
    rows: Rows,
) -> pd.DataFrame:
    """Standard errors of the scores, and their reliability: what they share with the factors."""
    implied = estimation.implied[group]
    errors = np.diagonal(scores.spread, axis1=1, axis2=2)
    latent = estimation.specification.patterns[group].latent
    kept = [implied.n_observed + latent.index(name) for name in names]
    variances = np.diag(implied.all_covariance)[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "Bartlett":
            shared = variances / (variances + errors)
        else:
            shared = 1.0 - errors / variances
    columns = {f"{name}_se": error for name, error in zip(names, np.sqrt(errors).T, strict=True)}
    columns |= {f"{name}_reliability": share for name, share in zip(names, shared.T, strict=True)}
    return pd.DataFrame(columns, index=rows.places)


def _draws(
    estimation: Estimation, group: int, rows: Array, n_draws: int, generator: np.random.Generator
) -> Array:
    """Plausible values, shape (n_draws, n, f)."""
    if estimation.specification.categories:
        return modal_draws(estimation, group, rows, n_draws, generator)
    if has_latent_products(estimation):
        return product_draws(estimation, group, rows, n_draws, generator)
    scores = regression_scores(estimation, group, rows)
    values, vectors = np.linalg.eigh(scores.spread)
    roots = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    noise = generator.standard_normal((n_draws, *scores.values.shape))
    return np.asarray(scores.values + np.einsum("nfg,dng->dnf", roots, noise))


def _score_order(estimation: Estimation) -> list[str]:
    """All factors, and random slopes, in the order of the model."""
    specification = estimation.specification
    if not specification.has_levels:
        hidden = specification.roles.products
        return [name for name in specification.roles.latent if name not in hidden]
    names = [name for pattern in specification.patterns for name in score_names(pattern)]
    return list(dict.fromkeys(names))


def _labelled(estimation: Estimation, group: int, frame: pd.DataFrame) -> pd.DataFrame:
    label = estimation.samples.groups[group].label
    if label or len(estimation.samples.groups) > 1:
        frame.insert(0, "group", label)
    return frame


def _joined(
    estimation: Estimation, frames: list[pd.DataFrame], data: pd.DataFrame | None
) -> pd.DataFrame:
    """All groups in the order of the data's rows, with its labels."""
    table = pd.concat(frames)
    table = table.iloc[np.argsort(table.index, kind="stable")]
    first = [name for name in ("group", "draw") if name in table]
    order = _score_order(estimation)
    rest = [name for name in table if name not in {*first, *order}]
    index = estimation.samples.index if data is None else data.index
    table = table[[*first, *order, *rest]]
    if index is not None:
        table.index = index[table.index]
    return table

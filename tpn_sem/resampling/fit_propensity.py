"""How well models fit data that have nothing to do with them: their propensity to fit."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..data import SampleMoments
from ..drawing import Shown, Table
from ..errors import DataError, NotAvailableError, OptionError, TpnSemError, TpnSemWarning
from ..fit import Fit, read_fit
from ..model import Model
from ..numerics import Array, correlation
from ..redraws import Batch, joined_batches, replicate
from ..specification import PATH, fill
from .random_correlations import random_correlations

_ROWS, _SIZE = 1000, 8  # of the moments; of a chunk
_ITERATIONS = 99  # no other starts are tried: what has no minimum there fits badly
_INDICES = ("srmr", "cfi", "npar")
_SAME = 1e-6  # of SRMR: less is rounding


@dataclass(frozen=True, eq=False, repr=False)
class FitPropensity(Shown):
    """What models make of random correlation matrices.

    Attributes
    ----------
    table : DataFrame
        A row per model, what fits least first: npar, median and mean SRMR, lower and upper decile,
        close (share with an SRMR below .08), cfi (median), failed (share not converged).
    pairs : DataFrame
        A row per pair: first, second, delta (Cliff's: how often the first fits better less how
        often the second does, by the same matrices), better (share of matrices on which the first
        fits better).
    values : DataFrame
        SRMR of every matrix (rows) and model (columns); NaN where a fit did not converge.
    notes : tuple of str
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    values: pd.DataFrame
    notes: tuple[str, ...]

    def _views(self) -> list[str | Table]:
        return [Table(self.table, "Fit to random correlations"), *self.notes]


@checked
def fit_propensity(
    models: Mapping[str, str | Model],
    n: int = 200,
    *,
    like: Fit | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> FitPropensity:
    """Fit models to random correlation matrices.

    A model that fits anything is not confirmed by fitting. Two with the same number of parameters
    may differ in this.

    Parameters
    ----------
    models : mapping of str to str or Model
        Of the same observed variables.
    n : int
        Matrices.
    like : Fit, optional
        Of a measurement model whose factors covary freely. Then the correlations of its *factors*
        are random, and the items measure them as there: the matrices are what any theory of these
        factors could meet, and models differ by what they say of the factors. If not given, the
        correlations of the observed variables are random.
    seed, workers, progress
        As for `tpn_sem.bootstrap`.

    Returns
    -------
    FitPropensity

    Raises
    ------
    OptionError, DataError
        For models of different variables, and a `like` that is no measurement model.
    NotAvailableError
        Where no model could be fitted to any matrix.

    Notes
    -----
    Preacher (2006); Falk & Muthukrishna (2020). Correlations are drawn evenly from all positive
    definite matrices by the onion method (Lewandowski, Kurowicka & Joe, 2009).
    """
    check_range("n", n, 2, 1_000_000)
    if not models:
        raise OptionError("models= is empty: give a dict from names to model texts.")
    named = {
        str(name): one if isinstance(one, Model) else Model(one) for name, one in models.items()
    }
    variables = _variables(named)
    draws = _Observed(tuple(variables)) if like is None else _latent(like, variables)
    done = replicate(
        partial(_fitted, named, draws),
        n,
        size=_SIZE,
        seed=read_seed(seed),
        workers=workers,
        progress=progress,
        title="matrices",
    )
    batch = joined_batches(done.parts)
    done.warn("matrices")
    values = batch.values.reshape(len(batch.values), len(named), len(_INDICES))
    if not np.isfinite(values).any():
        reason = Counter(batch.problems).most_common(1)[0][0]
        raise NotAvailableError(f"no model could be fitted to any matrix: {reason}")
    return _result(named, values, like is not None)


def _variables(models: Mapping[str, Model]) -> list[str]:
    """The observed variables, which must be the same.

    Raises
    ------
    DataError
    """
    tables = {name: model.parameter_table() for name, model in models.items()}
    found: dict[str, list[str]] = {}
    for name, table in tables.items():
        latent = set(table.loc[table["op"] == "=~", "lhs"])
        names = dict.fromkeys([*table["lhs"], *table["rhs"]])
        found[name] = [one for one in names if one and one not in latent]
    (first, own), *others = found.items()
    for name, other in others:
        if lost := set(own) ^ set(other):
            raise DataError(
                f"{first} and {name} have different observed variables "
                f"({', '.join(sorted(lost)[:6])}): they cannot be fitted to the same matrices."
            )
    return own


@dataclass(frozen=True)
class _Observed:
    """Random correlations of observed variables."""

    names: tuple[str, ...]

    def __call__(self, generator: np.random.Generator, count: int) -> Array:
        return random_correlations(generator, len(self.names), count)


@dataclass(frozen=True, eq=False)
class _Latent:
    """Random correlations of factors, and items that measure them."""

    names: tuple[str, ...]
    loadings: Array
    residuals: Array

    def __call__(self, generator: np.random.Generator, count: int) -> Array:
        factors = random_correlations(generator, self.loadings.shape[1], count)
        return self.loadings @ factors @ self.loadings.T + self.residuals


def _latent(like: Fit, variables: list[str]) -> _Latent:
    """Standardised loadings and residual covariances of a measurement model.

    Raises
    ------
    OptionError
        Where it has several groups, other variables, or paths among its factors.
    """
    estimation = read_fit(like, "fit_propensity(like=)")
    patterns = estimation.specification.patterns
    if len(patterns) > 1 or not estimation.admissible:
        why = "has several groups" if len(patterns) > 1 else "has no proper solution"
        raise OptionError(f"like= {why}: give a fit of one measurement model in one group.")
    pattern, implied = patterns[0], estimation.implied[0]
    if set(pattern.observed) != set(variables):
        lost = sorted(set(pattern.observed) ^ set(variables))
        raise OptionError(
            f"like= has other observed variables than the models: {', '.join(lost[:6])}."
        )
    p = len(pattern.observed)
    others = (pattern.kind == PATH) & ((pattern.row >= p) | (pattern.column < p))
    if others.any():
        raise OptionError(
            "like= has paths into its factors or among its items: give the measurement model, in "
            "which the factors covary."
        )
    paths, covariances, _ = fill(pattern, implied.values)
    scale = np.sqrt(np.diag(implied.covariance))
    spread = np.sqrt(np.diag(covariances)[p:])
    loadings = paths[:p, p:] * spread / scale[:, None]
    residuals = covariances[:p, :p] / np.outer(scale, scale)
    order = [pattern.observed.index(name) for name in variables]
    return _Latent(tuple(variables), loadings[order], residuals[np.ix_(order, order)])


def _fitted(
    models: Mapping[str, Model],
    draws: _Observed | _Latent,
    generator: np.random.Generator,
    count: int,
) -> Batch:
    """Indices of all models on some matrices, shape (count, models * indices)."""
    rows, problems = [], []
    for matrix in draws(generator, count):
        frame = pd.DataFrame(correlation(matrix), draws.names, draws.names)
        moments = SampleMoments(frame, None, _ROWS)
        row = []
        for model in models.values():
            found = _indices(model, moments)
            if isinstance(found, str):
                problems.append(found)
                found = np.full(len(_INDICES), np.nan)
            row.append(found)
        rows.append(np.concatenate(row))
    return Batch(np.array(rows), tuple(problems))


def _indices(model: Model, moments: SampleMoments) -> Array | str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            fit = model.fit(moments, se="none", max_iterations=_ITERATIONS)
        except TpnSemError as error:
            return str(error)
        if not fit.converged:
            return "it did not converge"
        return np.asarray(fit.measures.reindex(_INDICES), dtype=float)


def _result(models: Mapping[str, Model], values: Array, latent: bool) -> FitPropensity:
    names = list(models)
    srmr = pd.DataFrame(values[:, :, 0], columns=names)
    low, middle, high = (srmr.quantile(share) for share in (0.1, 0.5, 0.9))
    table = pd.DataFrame(
        {
            "npar": pd.array(np.nanmedian(values[:, :, 2], axis=0), dtype="Int64"),
            "median": middle.to_numpy(),
            "mean": srmr.mean().to_numpy(),
            "lower": low.to_numpy(),
            "upper": high.to_numpy(),
            "close": (srmr < 0.08).sum().to_numpy() / srmr.notna().sum().to_numpy(),
            "cfi": np.nanmedian(values[:, :, 1], axis=0),
            "failed": srmr.isna().mean().to_numpy(),
        },
        pd.Index(names, name="model"),
    )
    rows = [
        {"first": one, "second": other, **_compared(srmr[one], srmr[other])}
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    ]
    pairs = pd.DataFrame(rows, columns=["first", "second", "delta", "better"])
    of = "factors, measured as in like=" if latent else "observed variables"
    notes = [f"{len(srmr)} matrices of random correlations of {of}."]
    if table["failed"].any():
        notes.append("Where a fit did not converge it is left out: such matrices fit badly.")
    ordered = table.sort_values("median", ascending=False, kind="stable")
    return FitPropensity(ordered, pairs, srmr, tuple(notes))


def _compared(one: pd.Series, other: pd.Series) -> dict[str, float]:
    """Cliff's (1993) delta over all pairs of matrices, and how often by the same one."""
    both = one.notna() & other.notna()
    first, second = one[both].to_numpy(), other[both].to_numpy()
    gaps = second[None, :] - first[:, None]
    delta = (gaps > _SAME).mean() - (gaps < -_SAME).mean()
    return {"delta": float(delta), "better": float((second - first > _SAME).mean())}

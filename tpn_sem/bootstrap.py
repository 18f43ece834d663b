"""Refits to resampled rows or clusters, many at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .constrained import minimise_constrained
from .discrepancy import DiagonallyWeightedLeastSquares, WeightedLeastSquares
from .distributions import normal_distribution, normal_quantile
from .errors import ConvergenceWarning, NotAvailableError, OptionError, choose
from .estimation import Estimation
from .fit import Fit
from .linalg import Array
from .missing import find_patterns
from .objective import Objective
from .optimise import Solution, minimise
from .sample import Sample, Samples

KINDS = ("case", "cluster", "bollen_stine")
_STACK = 16  # replicates that are refitted together
_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Refits to resampled data.

    Attributes
    ----------
    replicates : DataFrame
        A row per replicate, a column per free and defined parameter; NaN where a refit did not
        converge.
    chi_square : array
        Of each replicate; NaN where it did not converge.
    estimates : Series
        Of the data themselves.
    statistic : float
        Chi-square of the data themselves.
    kind : str
    """

    replicates: pd.DataFrame
    chi_square: Array
    estimates: pd.Series
    statistic: float
    kind: str

    @property
    def n_failed(self) -> int:
        """Number of replicates that did not converge; they are left out of everything below."""
        return int(np.isnan(self.chi_square).sum())

    @property
    def table(self) -> pd.DataFrame:
        """Estimate, bootstrap se, bias, and percentile and bias-corrected 95 % intervals.

        Efron & Tibshirani (1993).
        """
        good = self.replicates[~np.isnan(self.chi_square)]
        tail = (1.0 - _LEVEL) / 2.0
        below = np.clip((good < self.estimates).mean(), 0.5 / len(good), 1.0 - 0.5 / len(good))
        shift = 2.0 * np.array([normal_quantile(share) for share in below])
        rows = {
            "estimate": self.estimates,
            "se": good.std(),
            "bias": good.mean() - self.estimates,
            "ci_lower": good.quantile(tail),
            "ci_upper": good.quantile(1.0 - tail),
        }
        for name, level in (("bc_lower", tail), ("bc_upper", 1.0 - tail)):
            levels = [normal_distribution(z + normal_quantile(level)) for z in shift]
            rows[name] = pd.Series(
                [good[c].quantile(q) for c, q in zip(good, levels, strict=True)], index=good.columns
            )
        return pd.DataFrame(rows)

    @property
    def p_value(self) -> float:
        """Share of replicates whose chi-square is as large as the data's. Bollen & Stine (1992).

        Raises
        ------
        NotAvailableError
            Where the data were not made to fit the model first (kind="bollen_stine").
        """
        if self.kind != "bollen_stine":
            raise NotAvailableError("a test of fit needs bootstrap(fit, kind='bollen_stine').")
        values = self.chi_square[~np.isnan(self.chi_square)]
        return float((1 + (values >= self.statistic).sum()) / (1 + len(values)))

    def __repr__(self) -> str:
        return self.table.to_string(float_format="{:.3f}".format)

    def _repr_html_(self) -> str:
        return str(self.table.to_html(float_format="{:.3f}".format))


def bootstrap(
    fit: Fit, n: int = 1000, *, seed: int | None = None, kind: str | None = None
) -> Bootstrap:
    """Refit the model to resampled data.

    Parameters
    ----------
    fit : Fit
        Of rows of data, converged.
    n : int
        Number of replicates.
    seed : int, optional
        The same seed gives the same numbers.
    kind : {"case", "cluster", "bollen_stine"}, optional
        What is drawn with replacement within each group: rows; whole clusters, the default for
        fits with clusters; or rows of data that were changed to fit the model exactly, for a test
        of fit (Bollen & Stine, 1992; complete data only). Sampling weights go with their rows.

    Returns
    -------
    Bootstrap

    Warns
    -----
    ConvergenceWarning
        Where refits did not converge; they are left out and counted.
    """
    found = fit.estimation
    chosen = kind or ("cluster" if found.samples.cluster_labels else "case")
    _check(found, n, choose("kind", chosen, KINDS))
    source = _fitting(found) if chosen == "bollen_stine" else found.samples
    generator = np.random.default_rng(seed)
    parts = [
        _refit(found, stack)
        for stack in _stacks(found, source, n, generator, by_cluster=chosen == "cluster")
    ]
    parameters = np.concatenate([part for part, _ in parts])
    chi_square = np.concatenate([part for _, part in parts])
    failed = int(np.isnan(chi_square).sum())
    if failed:
        warnings.warn(
            f"{failed} of {n} replicates did not converge and are left out.",
            ConvergenceWarning,
            stacklevel=2,
        )
    names = [*found.names, *found.specification.restrictions.definitions]
    replicates = pd.DataFrame(_with_defined(found, parameters), columns=names)
    own = pd.Series(_with_defined(found, found.parameters[None])[0], index=names)
    return Bootstrap(replicates, chi_square, own, found.chi_square, chosen)


def _check(found: Estimation, n: int, kind: str) -> None:
    if not found.samples.has_rows:
        raise NotAvailableError("a bootstrap needs rows of data, not sample moments.")
    if not found.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to start from.")
    if isinstance(n, bool) or not isinstance(n, int) or n < 2:
        raise OptionError(f"n is a whole number above 1, not {n!r}.")
    if isinstance(found.discrepancy, WeightedLeastSquares | DiagonallyWeightedLeastSquares):
        raise NotAvailableError("WLS and DWLS fits are not bootstrapped; take ML or ULS.")
    if kind == "cluster" and not found.samples.cluster_labels:
        raise NotAvailableError("kind='cluster' needs a fit with cluster=.")
    if kind == "bollen_stine" and found.specification.options.missing != "listwise":
        raise NotAvailableError("the Bollen-Stine bootstrap needs complete data.")
    if found.specification.options.missing in ("two_stage", "robust_two_stage"):
        raise NotAvailableError("two-stage fits are not bootstrapped; use missing='fiml'.")


def _fitting(found: Estimation) -> Samples:
    """The samples with rows changed so that the model fits them exactly."""
    groups = []
    for sample, implied in zip(found.samples.groups, found.implied, strict=True):
        assert sample.rows is not None
        observed = np.linalg.cholesky(sample.covariance)
        wanted = np.linalg.cholesky(implied.covariance)
        mean = sample.centre if sample.mean is None else implied.mean
        turned = (sample.rows - sample.centre) @ np.linalg.solve(observed.T, wanted.T)
        groups.append(replace(sample, rows=mean + turned, _memory={}))
    return replace(found.samples, groups=tuple(groups))


def _stacks(
    found: Estimation,
    source: Samples,
    n: int,
    generator: np.random.Generator,
    by_cluster: bool,
) -> Iterator[Samples]:
    """Resampled data, several replicates at a time where the model can be fitted in stacks."""
    smooth = found.specification.restrictions.is_smooth
    stacked = smooth and found.specification.options.missing == "listwise"
    size = _STACK if stacked and source.groups[0].n_variables <= 60 else 1
    for start in range(0, n, size):
        count = min(size, n - start)
        groups = [
            _resample(sample, _counts(sample, count, generator, by_cluster), stacked)
            for sample in source.groups
        ]
        yield Samples(tuple(groups), source.names)


def _counts(
    sample: Sample, replicates: int, generator: np.random.Generator, by_cluster: bool
) -> Array:
    """How often each row is drawn, shape (replicates, n)."""
    assert sample.rows is not None
    n = len(sample.rows)
    if not by_cluster:
        share = np.full(n, 1.0 / n) if sample.repeats is None else sample.repeats
        share = share / share.sum()
        total = n if sample.repeats is None else int(sample.repeats.sum())
        return generator.multinomial(total, share, size=replicates).astype(float)
    assert sample.clusters is not None
    _, place = np.unique(sample.clusters, return_inverse=True)
    clusters = int(place.max()) + 1
    drawn = generator.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=replicates)
    counts = drawn[:, place.reshape(-1)].astype(float)
    return counts if sample.repeats is None else counts * sample.repeats


def _resample(sample: Sample, counts: Array, stacked: bool) -> Sample:
    """A sample of weighted rows; a stack of replicates, or one."""
    assert sample.rows is not None
    weights = counts if sample.weights is None else counts * sample.weights
    size = round(float(counts.sum(1).mean()))
    if not stacked and sample.patterns is not None:
        drawn = weights[0] > 0.0
        patterns = find_patterns(sample.rows[drawn], weights[0][drawn])
        return Sample(sample.label, size, sample.covariance, sample.mean, patterns=patterns)
    share = weights / weights.sum(1, keepdims=True)
    mean = share @ sample.rows
    second = (share[:, None, :] * sample.rows.T) @ sample.rows
    covariance = second - mean[:, :, None] * mean[:, None, :]
    if sample.is_unbiased:
        covariance = covariance * (size / (size - 1))
    used: Array | None = mean if sample.mean is not None else None
    if not stacked:
        covariance, used = covariance[0], None if used is None else used[0]
    return Sample(sample.label, size, covariance, used, is_unbiased=sample.is_unbiased)


def _refit(found: Estimation, samples: Samples) -> tuple[Array, Array]:
    """Parameters, shape (replicates, n_free), and chi-squares; NaN where it did not converge."""
    objective = Objective(found.specification, samples, found.discrepancy)
    count = samples.groups[0].covariance.shape[0] if samples.groups[0].covariance.ndim > 2 else 1
    start = np.tile(found.parameters, (count, 1))
    if found.specification.restrictions.is_smooth:
        solution = minimise(objective, start, found.specification.options.max_iterations)
    else:
        solution = minimise_constrained(objective, start[0], 500)
        solution = Solution(
            solution.parameters[None],
            np.atleast_1d(solution.value),
            np.atleast_1d(solution.converged),
            solution.iterations,
        )
    good = solution.converged
    parameters = np.where(good[:, None], solution.parameters, np.nan)
    chi_square = 2.0 * found.multiplier * solution.value
    return parameters, np.where(good, chi_square, np.nan)


def _with_defined(found: Estimation, parameters: Array) -> Array:
    """Free parameters followed by the defined ones, shape (replicates, all)."""
    if not found.specification.restrictions.definitions:
        return parameters
    rows = []
    for row in parameters:
        defined, _ = found.specification.restrictions.defined(row)
        rows.append(np.concatenate([row, defined]))
    return np.array(rows)

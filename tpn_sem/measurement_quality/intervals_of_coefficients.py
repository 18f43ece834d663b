"""Intervals of coefficients of reliability, and what users ask for."""

from __future__ import annotations

import numpy as np

from ..arguments import check_level, read_seed
from ..errors import OptionError, choose
from ..estimation import Estimation
from ..numerics import Array, normal_quantile, student_quantile

INTERVALS = ("delta", "bootstrap")
DRAWS = 1000
_FEWEST_DRAWS, _MOST_DRAWS = 20, 1_000_000


def read_draws(n_draws: int) -> int:
    """How many data sets to draw.

    Raises
    ------
    OptionError
    """
    if not _FEWEST_DRAWS <= n_draws <= _MOST_DRAWS:
        raise OptionError(
            f"n_draws={n_draws!r}: give a number of bootstrap draws from {_FEWEST_DRAWS} to "
            f"{_MOST_DRAWS}."
        )
    return int(n_draws)


def read_interval(interval: str | None, n_draws: int | None, seed: int | None, level: float) -> int:
    """The number of draws of a bootstrap, 0 without one.

    Raises
    ------
    OptionError
        For options that would have no effect together.
    """
    check_level(level)
    if interval is not None:
        choose("interval", interval, INTERVALS)
    read_seed(seed)
    if interval == "bootstrap":
        return DRAWS if n_draws is None else read_draws(n_draws)
    for name, value in (("n_draws", n_draws), ("seed", seed)):
        if value is not None:
            raise OptionError(f"{name}= is of the bootstrap: give interval='bootstrap' too.")
    return 0


def quantile_of(estimation: Estimation, level: float) -> float:
    """The quantile for an interval: of Student's t where the fit has clusters, else normal."""
    tail = 0.5 + level / 2.0
    if not estimation.samples.cluster_labels:
        return normal_quantile(tail)
    return float(student_quantile(tail, np.array(float(estimation.cluster_degrees_of_freedom))))


def shrinking_interval(values: Array, errors: Array, quantile: float) -> tuple[Array, Array]:
    """Interval of coefficients c below 1, from the interval of log(1 - c).

    Bonett (2002) for alpha: 1 - c has a skewed distribution whose spread is proportional to it.

    Parameters
    ----------
    values, errors : array, shape (c,)
    quantile : float
    """
    rest = 1.0 - values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.exp(quantile * errors / rest)
        ends = 1.0 - rest * factor, 1.0 - rest / factor
    known = (rest > 0.0) & np.isfinite(errors)
    return tuple(np.where(known, end, np.nan) for end in ends)  # type: ignore[return-value]


def percentile_interval(draws: Array, level: float) -> tuple[Array, Array]:
    """Quantiles of bootstrap draws, shape (r, ...) to (...); NaN where half of them are missing."""
    tails = [0.5 - level / 2.0, 0.5 + level / 2.0]
    known = np.isfinite(draws).mean(axis=0) >= 0.5
    safe = np.where(known, draws, 0.0)
    lower, upper = np.nanquantile(safe, tails, axis=0)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)

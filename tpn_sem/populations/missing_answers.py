"""Answers taken out of drawn data, completely at random or depending on another variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import read_share
from ..errors import OptionError
from ..numerics import Array


@dataclass(frozen=True)
class Gaps:
    """Shares of answers to take out.

    Attributes
    ----------
    shares : float, or mapping of variable to float
    on : str or None
        The variable that the odds depend on: e times as high by a standard deviation.
    """

    shares: float | Mapping[str, float]
    on: str | None = None


def take_out(frame: pd.DataFrame, gaps: Gaps, generator: np.random.Generator) -> None:
    """Take answers out of the frame, in place.

    Raises
    ------
    OptionError
        For shares that are none, and variables that are not there.
    """
    if gaps.on is not None and gaps.on not in frame.columns:
        raise OptionError(f"missing_on={gaps.on!r} is no variable of the model.")
    if isinstance(gaps.shares, Mapping):
        shares = dict(gaps.shares)
    else:
        shares = {name: gaps.shares for name in frame.columns if name != gaps.on}
    for name, share in shares.items():
        if name not in frame.columns or name == gaps.on:
            raise OptionError(
                f"missing= names {name!r}, which is "
                + ("what missing_on= names" if name == gaps.on else "no variable of the model.")
            )
        read_share("missing", share)
    if not any(shares.values()):
        return
    cause = np.zeros(len(frame)) if gaps.on is None else _standard(frame[gaps.on].to_numpy())
    for name, share in shares.items():
        if share > 0.0:
            gone = generator.random(len(frame)) < _probabilities(cause, share)
            frame[name] = frame[name].astype(float).mask(gone)


def _standard(values: Array) -> Array:
    deviation = values.std()
    return np.asarray((values - values.mean()) / (deviation if deviation > 0.0 else 1.0))


def _probabilities(cause: Array, share: float) -> Array:
    """Logistic in the cause, with the share as their mean."""
    from scipy.optimize import brentq
    from scipy.special import expit

    def gap(intercept: float) -> float:
        return float(expit(intercept + cause).mean() - share)

    centre = np.log(share / (1.0 - share))
    reach = np.abs(cause).max() + 1.0
    return np.asarray(expit(brentq(gap, centre - reach, centre + reach) + cause))

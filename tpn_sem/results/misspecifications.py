"""Modification indices judged with their power: misspecified, not misspecified, or cannot tell.

Saris, Satorra & van der Veld (2009): a modification index mixes the size of a misspecification with
the power to see it. For a parameter, the change that would matter (delta) has the non-centrality
(delta / EPC)^2 MI, and with it a power.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import chndtr

from ..arguments import check_level, read_number
from ..errors import OptionError, choose
from ..estimation import Estimation
from ..numerics import chi_square_quantile
from .modification_indices import modification_indices

LARGE = {"=~": 0.4, "~": 0.1, "~~": 0.1, "~1": 0.1, "|": 0.1, "~*~": 0.1}
"""What counts as a misspecification if nothing else is said, in standardised units."""

MISSPECIFIED, SOUND, UNKNOWN = "misspecified", "not misspecified", "cannot tell"


def misspecifications(
    estimation: Estimation,
    delta: float | Mapping[str, float] | None,
    standardized: bool,
    alpha: float,
    high_power: float,
) -> pd.DataFrame:
    """The table of `Fit.misspecifications`."""
    check_level(1.0 - alpha)
    if not 0.0 < high_power < 1.0:
        raise OptionError(f"high_power={high_power!r}: give a probability, as 0.75.")
    table = modification_indices(estimation)
    sizes = read_delta(delta)
    change = table["sepc_all" if standardized else "epc"].to_numpy(float)
    wanted = table["op"].map(sizes).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ncp = table["mi"].to_numpy(float) * (wanted / change) ** 2
    critical = chi_square_quantile(1.0 - alpha, 1.0)
    power = 1.0 - chndtr(critical, 1.0, ncp)
    significant = table["mi"].to_numpy(float) > critical
    return table.assign(
        delta=wanted,
        ncp=ncp,
        power=power,
        decision=_decisions(significant, power >= high_power, np.abs(change) >= wanted),
    )


def _decisions(significant: np.ndarray, powerful: np.ndarray, large: np.ndarray) -> list[str]:
    """By significance, power and, where both are had, the size of the expected change."""
    return [
        (MISSPECIFIED if is_large or not has_power else SOUND)
        if is_significant
        else (SOUND if has_power else UNKNOWN)
        for is_significant, has_power, is_large in zip(significant, powerful, large, strict=True)
    ]


def read_delta(given: float | Mapping[str, float] | None) -> dict[str, float]:
    """What counts as a misspecification, by operator.

    Raises
    ------
    OptionError
        For an unknown operator, and numbers that are not above zero.
    """
    if given is None:
        return dict(LARGE)
    if not isinstance(given, Mapping):
        return dict.fromkeys(LARGE, _positive(given))
    return LARGE | {choose("delta", name, LARGE): _positive(size) for name, size in given.items()}


def _positive(size: object) -> float:
    number = read_number("delta", size)
    if number <= 0.0:
        raise OptionError(f"delta={size!r}: give a number above 0.")
    return number

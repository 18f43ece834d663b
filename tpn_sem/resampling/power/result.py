"""The result of a power analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import checked
from ...drawing import Shown, Table
from ...errors import NotAvailableError, OptionError
from ...numerics import Array, normal_distribution, normal_quantile
from .analytic import Noncentral


@dataclass(frozen=True, eq=False, repr=False)
class Power(Shown):
    """How often a test rejects.

    Attributes
    ----------
    table : DataFrame
        A row per design: n, clusters (where there are any) and power. By formula also df and
        noncentrality. By simulation ci_lower and ci_upper (95%, Wilson), n_used and n_failed
        replicates, and of a parameter its mean estimate, true value (what the model finds in the
        population), relative_bias, coverage of the 95% intervals and se_ratio (mean standard
        error over the deviation of the estimates).
    alpha : float
    method : {"analytic", "simulation"}
    problems : Series
        How many replicates failed, by reason.
    """

    table: pd.DataFrame
    alpha: float
    method: str
    problems: pd.Series
    _noncentral: Noncentral | None = None

    @checked
    def needed(self, power: float = 0.80) -> pd.Series:
        """Rows, and clusters where there are any, that the power asked for takes.

        By formula exact; by simulation from a probit regression of the power on the root of n,
        which needs two designs or more, best with powers around that asked for.

        Returns
        -------
        Series
            n; clusters where the designs have any, in the ratio of the designs.
        """
        if not self.alpha < power < 1.0:
            raise OptionError(f"power={power!r}: give a number between alpha and 1.")
        if self._noncentral is not None:
            return pd.Series({"n": self._noncentral.rows_needed(power, self.alpha)})
        return _interpolated(self.table, power)

    def _views(self) -> list[Table]:
        return [Table(self.table)]


def simulated_row(values: Array, alpha: float, true: float | None) -> dict[str, float]:
    """What simulated tests say of one design."""
    good = values[~np.isnan(values[:, 0])]
    if len(good) == 0:
        raise NotAvailableError("no data set could be fitted: see whether the design is too small.")
    rejected = int((good[:, 0] < alpha).sum())
    lower, upper = _wilson(rejected, len(good))
    row = {
        "power": rejected / len(good),
        "ci_lower": lower,
        "ci_upper": upper,
        "n_used": len(good),
        "n_failed": len(values) - len(good),
    }
    if true is None:
        return row
    _, estimate, se, low, high = good.T
    spread = estimate.std(ddof=1) if len(good) > 1 else np.nan
    return row | {
        "estimate": float(estimate.mean()),
        "true": true,
        "relative_bias": float(estimate.mean() / true - 1.0) if true else np.nan,
        "coverage": float(((low <= true) & (true <= high)).mean()) if true == true else np.nan,
        "se_ratio": float(se.mean() / spread),
    }


def _wilson(count: int, n: int) -> tuple[float, float]:
    """95% interval of a share. Wilson (1927)."""
    z = normal_quantile(0.975)
    share, weight = count / n, z**2 / n
    centre = (share + weight / 2.0) / (1.0 + weight)
    half = z * np.sqrt(share * (1.0 - share) / n + weight / (4.0 * n)) / (1.0 + weight)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _interpolated(table: pd.DataFrame, power: float) -> pd.Series:
    """From a probit regression of the power on the root of n, by weighted least squares."""
    if table["n"].nunique() < 2:
        raise NotAvailableError("a number of rows needs two designs or more: give n= as a list.")
    used = table["n_used"]
    share = ((table["power"] * used + 0.5) / (used + 1.0)).to_numpy()
    probit = np.array([normal_quantile(value) for value in share])
    density = np.exp(-0.5 * probit**2) / np.sqrt(2.0 * np.pi)
    weight = np.sqrt(used * density**2 / (share * (1.0 - share)))
    columns = np.column_stack([np.ones(len(table)), np.sqrt(table["n"])])
    found, *_ = np.linalg.lstsq(columns * weight.to_numpy()[:, None], probit * weight, rcond=None)
    if found[1] <= 0.0:
        raise NotAvailableError("the power does not rise with n: simulate more, or larger designs.")
    root = (normal_quantile(power) - found[0]) / found[1]
    n = int(np.ceil(max(root, 0.0) ** 2))
    answer: dict[str, float] = {"n": n}
    if "clusters" in table:
        answer["clusters"] = int(np.ceil(n * (table["clusters"] / table["n"]).mean()))
    answer["power"] = normal_distribution(found[0] + found[1] * np.sqrt(n))
    return pd.Series(answer)

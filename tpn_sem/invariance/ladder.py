"""The ladder of measurement invariance: the same model with more and more held equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..compare import compare_estimations
from ..errors import OptionError, choose
from ..fit import Fit, overview
from ..frame import Data
from ..model import Model
from ..options import as_names

STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
_SHOWN = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "mfi", "aic", "bic")


@dataclass(frozen=True, eq=False)
class InvarianceLadder:
    """The steps of a ladder, each fitted and tested against the one before.

    Attributes
    ----------
    fits : dict of str to Fit
        By step: configural, metric, scalar, strict.
    table : DataFrame
        A row per step: chisq, df, pvalue (of `Fit.test`, corrected as the estimator and clusters
        ask for), cfi, rmsea, srmr, mfi, aic, bic; chisq_diff, df_diff and p_diff against the step
        before; delta_cfi, delta_rmsea, delta_srmr.
    """

    fits: dict[str, Fit]
    table: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(float_format="{:.3f}".format)

    def _repr_html_(self) -> str:
        return str(self.table.to_html(float_format="{:.3f}".format))


def invariance(
    model: Model | str,
    data: Data,
    *,
    group: str | None = None,
    steps: tuple[str, ...] = (),
    method: str | None = None,
    **options: Any,
) -> InvarianceLadder:
    """Fit the ladder of measurement invariance for continuous items.

    Parameters
    ----------
    model : Model or str
    data : DataFrame
    group : str, optional
        The group column; None where the data are sample moments, one a group.
    steps : tuple of str
        Some of "configural", "metric", "scalar", "strict"; all if not given.
    method : str, optional
        How differences are tested, as in `tpn_sem.compare`; by default as goes with the fits'
        tests, and "satorra_2000" with clusters.
    **options
        As for `Model.fit`, but for `group_equal`.

    Returns
    -------
    InvarianceLadder

    Notes
    -----
    Meredith (1993). Without ``cluster=`` the difference tests take rows as independent: where the
    group is a property of clusters (schools), they reject too often.
    """
    if "group_equal" in options:
        raise OptionError("group_equal is set by the steps of the ladder; use steps= instead.")
    steps = as_names("steps", steps)
    chosen = [choose("steps", step, STEPS) for step in steps] if steps else list(STEPS)
    fitted = model if isinstance(model, Model) else Model(model)
    fits = {
        step: fitted.fit(data, group=group, group_equal=STEPS[step], **options) for step in chosen
    }
    return InvarianceLadder(fits, _table(fits, method))


def _table(fits: dict[str, Fit], method: str | None) -> pd.DataFrame:
    table = pd.DataFrame({step: overview(fit, _SHOWN) for step, fit in fits.items()}).T
    if len(fits) > 1:
        found = {step: fit.estimation for step, fit in fits.items()}
        compared = compare_estimations(found, method, are_nested=True)
        table["chisq_diff"] = compared["chisq_diff"]
        table["df_diff"] = compared["df_diff"]
        table["p_diff"] = compared["p_value"]
        for name in ("cfi", "rmsea", "srmr"):
            table[f"delta_{name}"] = table[name].diff()
    table.index.name = "step"
    return table

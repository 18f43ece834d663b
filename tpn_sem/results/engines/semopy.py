"""semopy as a second engine: one group, maximum likelihood, covariances.

Checked with semopy 2.3.11. Its AIC, BIC and log-likelihood are on another scale than lavaan's and
are not compared; its models with means, free marker loadings, loadings fixed beside a marker and
equality constraints give wrong or unstable answers, so that they are refused by name.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from ...errors import NotAvailableError
from ...estimation import Estimation
from ...specification import Parameter
from .engine import EngineResult


class Semopy:
    """The engine behind ``fit.cross_check(engine="semopy")``."""

    name = "semopy"

    def limits(self, estimation: Estimation) -> list[str]:
        """What the model needs and semopy lacks or gets wrong."""
        specification = estimation.specification
        rows = specification.table.rows
        restrictions = specification.restrictions
        checks = {
            "several groups": specification.table.n_groups > 1,
            "two levels": specification.has_levels,
            "a mean structure": specification.means,
            "composites (<~)": bool(specification.roles.composites),
            "a correlation structure (correlation=)": bool(specification.options.correlation),
            "products of variables": any(":" in name for name in specification.roles.all),
            "equality or other constraints": len(restrictions.linear) > 0
            or not restrictions.is_smooth,
            "an estimator other than ML": estimation.discrepancy.name != "ML",
            "likelihood='wishart'": estimation.samples.options.likelihood != "normal",
            "a factor whose first loading is not fixed at 1 (std_lv, NA*)": _free_marker(
                estimation
            ),
            "a loading fixed beside the marker": _fixed_beside_marker(rows),
            "exogenous variables that are not fixed to the sample (fixed_x=False)": bool(
                specification.roles.exogenous
            )
            and not any(row.exogenous for row in rows),
        }
        return [name for name, needed in checks.items() if needed]

    def fit(self, estimation: Estimation) -> EngineResult:
        """Fit the same model to the same covariance matrix through semopy."""
        semopy = _import()
        sample = estimation.samples.groups[0]
        names = list(estimation.specification.observed)
        covariance = pd.DataFrame(sample.covariance, index=names, columns=names)
        model = semopy.Model(_syntax(estimation))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(cov=covariance, n_samples=sample.n_observations)
            table = model.inspect()
            objective = float(model.last_result.fun)
        n = sample.n_observations
        free = len(model.param_vals)
        return EngineResult(
            version("semopy"),
            _estimates(table),
            n * objective,
            estimation.specification.n_moments - free,
        )


def _import() -> Any:
    try:
        import semopy
    except ImportError as error:
        raise NotAvailableError(
            "semopy is not installed; install it with pip install 'tpn_sem[crosscheck]'."
        ) from error
    return semopy


def _markers(rows: tuple[Parameter, ...]) -> dict[str, Parameter]:
    markers: dict[str, Parameter] = {}
    for row in rows:
        if row.operator == "=~":
            markers.setdefault(row.lhs, row)
    return markers


def _free_marker(estimation: Estimation) -> bool:
    return any(row.fixed != 1.0 for row in _markers(estimation.specification.table.rows).values())


def _fixed_beside_marker(rows: tuple[Parameter, ...]) -> bool:
    markers = set(map(id, _markers(rows).values()))
    return any(row.operator == "=~" and not row.is_free and id(row) not in markers for row in rows)


def _syntax(estimation: Estimation) -> str:
    """The parameter table in semopy's language; every row is written out."""
    lines = []
    for row in estimation.specification.table.rows:
        if row.exogenous:
            continue
        value = "" if row.is_free else f"{row.fixed!r}*"
        lines.append(f"{row.lhs} {row.operator} {value}{row.rhs}")
    return "\n".join(lines)


def _estimates(table: pd.DataFrame) -> pd.DataFrame:
    """Semopy prints loadings as regressions of items on factors."""
    numbers = table.replace("-", np.nan)
    return pd.DataFrame(
        {
            "lhs": numbers["lval"],
            "op": numbers["op"],
            "rhs": numbers["rval"],
            "estimate": pd.to_numeric(numbers["Estimate"]),
            "se": pd.to_numeric(numbers["Std. Err"]),
        }
    )

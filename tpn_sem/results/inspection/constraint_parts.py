"""All that restricts the parameters of a fit, at the estimates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...estimation import Estimation


def constraint_parts(estimation: Estimation) -> dict[str, Any]:
    """Equalities and inequalities by lavaan's names for their parts.

    ``ceq.jac``, ``ceq.rhs``, ``ceq.resid`` and ``ceq.rank``: derivatives, totals and what is left
    of equalities, and how many are independent. ``cin.jac``, ``cin.slack`` and ``cin.active``: of
    inequalities, with how far they are from holding with equality. ``k`` and ``k0``: a basis of
    what equalities leave free, and an origin where all are linear.
    """
    restrictions, names = estimation.specification.restrictions, estimation.names
    at = estimation.parameters
    curved, slopes = restrictions.evaluate(restrictions.equalities, at)
    slack, directions = restrictions.evaluate(restrictions.inequalities, at)
    jacobian = np.vstack([restrictions.linear, slopes])
    residuals = np.concatenate([restrictions.linear @ at - restrictions.totals, curved])
    active = np.isin(np.arange(len(slack)), estimation.solution.active)
    return {
        "ceq.jac": pd.DataFrame(jacobian, columns=names),
        "ceq.rhs": np.concatenate([restrictions.totals, np.zeros(len(curved))]),
        "ceq.resid": residuals,
        "ceq.rank": int(np.linalg.matrix_rank(jacobian)) if len(jacobian) else 0,
        "cin.jac": pd.DataFrame(directions, columns=names),
        "cin.slack": slack,
        "cin.active": active,
        "k": pd.DataFrame(restrictions.reduction.basis, names),
        "k0": None if len(curved) else pd.Series(restrictions.reduction.origin, names),
    }

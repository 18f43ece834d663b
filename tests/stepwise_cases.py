"""What the tests of stepwise estimates share: lavaan's tables beside ours."""

from __future__ import annotations

from typing import Any

import numpy as np

from tpn_sem.estimation import Estimation


def beside(found: Estimation, estimates: dict[str, list[Any]]) -> tuple[np.ndarray, ...]:
    """Our and lavaan's estimates and errors of the free parameters, shape (k,) each."""
    columns = (estimates[name] for name in ("lhs", "op", "rhs", "group", "est", "se"))
    known = {
        (group, _key(lhs, op, rhs)): (value, error)
        for lhs, op, rhs, group, value, error in zip(*columns, strict=True)
    }
    rows = found.specification.table.free_rows
    theirs = [known[row.group + 1, _key(row.lhs, row.operator, row.rhs)] for row in rows]
    values, errors = np.array(theirs, dtype=float).T
    return found.parameters, np.sqrt(np.diag(found.covariance)), values, errors


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    first, second = sorted((lhs, rhs)) if op == "~~" else (lhs, rhs)
    return first, op, second

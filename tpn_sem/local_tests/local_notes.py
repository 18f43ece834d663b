"""What must be known before tests of local fit are used."""

from __future__ import annotations

from ..equations import WEAK
from ..estimation import Estimation
from .local_verdicts import LocalTables
from .residual_sampling import rests_on_normality
from .vanishing_tetrads import MOST

_FEW = 50  # clusters below which what rests on them is said to be few
_NAMES = {"holm": "Holm", "fdr": "Benjamini and Hochberg"}


def local_notes(
    estimation: Estimation, tables: LocalTables, adjustment: str, admissible: bool
) -> list[str]:
    """The sentences, in order of weight."""
    notes = []
    if not admissible:
        notes.append(
            "The solution is improper or in doubt (see fit.notes): tests take it as it is, and may "
            "find misfit where the model is only too weakly identified."
        )
    clusters = len(estimation.samples.cluster_labels)
    if clusters and clusters < _FEW:
        notes.append(
            f"{clusters} clusters are few: single tests take Student's t with clusters less "
            "groups, joint ones F, and they are approximate."
        )
    if not estimation.samples.has_rows:
        notes.append("There are no rows, only moments: all tests rest on normality.")
    elif rests_on_normality(estimation):
        notes.append("All tests rest on normality, as the fit's standard errors do; MLR does not.")
    notes.append(_multiple(tables, adjustment))
    if estimation.specification.restrictions.equalities:
        notes.append(
            "Non-linear constraints were left out in finding instruments, tetrads and claims: what "
            "holds only because of them is not tested."
        )
    if not any(pattern.latent for pattern in estimation.specification.patterns):
        notes.append(
            "The model has no factors, so that there is no verdict in words: see the tables."
        )
    return notes + _of_equations(tables) + _of_tetrads(tables)


def _multiple(tables: LocalTables, adjustment: str) -> str:
    counts = [
        int(table["p_value"].notna().sum()) if not table.empty else 0
        for table in (tables.residuals, tables.equations, tables.independence, tables.vanishing)
    ]
    what = "{} residuals, {} equations, {} claims and {} tetrads".format(*counts)
    if adjustment == "none":
        return f"P-values are not adjusted for {what}: one test in twenty objects by chance."
    return f"P-values are adjusted ({_NAMES[adjustment]}) within each table: {what}."


def _of_equations(tables: LocalTables) -> list[str]:
    rows = tables.equations
    weak = rows[rows["first_stage_f"].astype(float) < WEAK]["variable"]
    if weak.empty:
        return []
    return [
        f"Weak instruments (first-stage F below {WEAK:g}): {', '.join(dict.fromkeys(weak))}. Tests "
        "of these equations say little."
    ]


def _of_tetrads(tables: LocalTables) -> list[str]:
    if len(tables.vanishing) < MOST:
        return []
    return [f"More than {MOST} tetrads vanish in a group: only some of them, evenly, are tested."]

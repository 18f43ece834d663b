"""The study's joint display: the main variant beside interviews, where these were given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import OptionError, TpnSemError, nearest
from ..fit import Fit
from ..mixed_methods import Interviews, JointDisplay, joint_display, read_verdicts
from .comparison import Comparison


def check_joint(interviews: Interviews | None, verdicts: Any) -> None:
    """Refuse verdicts that cannot be read, before anything is fitted.

    Raises
    ------
    TpnSemError
    """
    if interviews is not None:
        read_verdicts(verdicts, interviews.codebook)
    elif verdicts is not None:
        raise OptionError("verdicts= is about a joint display: give interviews= too.")


def joint_step(
    fit: Fit | None,
    columns: Iterable[object],
    fits: Iterable[Fit],
    comparison: Comparison | None,
    interviews: Interviews | None,
    verdicts: Any,
) -> tuple[JointDisplay | None, list[str]]:
    """The display, and notes; paths that other variants have are told, not refused.

    Parameters
    ----------
    fit : Fit or None
        Of the main variant.
    columns : iterable
        Of the data.
    fits : iterable of Fit
        Of all variants: a link to a variable that neither these nor the data have is told of.
    """
    if interviews is None:
        return None, []
    if fit is None:
        return None, ["No joint display: the main variant could not be fitted."]
    differences = None if comparison is None else comparison.differences
    try:
        found = joint_display(
            fit, interviews, by_group=differences, verdicts=verdicts, lacking="tell"
        )
    except TpnSemError as error:
        return None, [f"No joint display: {error}"]
    notes = [*found.notes[:1]] if found.synthetic else []
    return found, notes + _unknown_variables(columns, fits, interviews)


def _unknown_variables(
    columns: Iterable[object], fits: Iterable[Fit], interviews: Interviews
) -> list[str]:
    known = {str(column) for column in columns} | {
        name
        for fit in fits
        for pattern in fit.estimation.specification.patterns
        for name in pattern.names
    }
    linked = dict.fromkeys(
        name for link in interviews.links for name in (link.path.predictor, link.path.outcome)
    )
    return [
        f"Links of the interviews name {name!r}, which neither the data nor a fitted variant has"
        f"{nearest(name, sorted(known)) or '.'}"
        for name in linked
        if name not in known
    ]

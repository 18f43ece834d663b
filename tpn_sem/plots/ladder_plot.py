"""Fit along the steps of a ladder of measurement invariance."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import checked
from ..drawing import p_phrase
from ..errors import NotAvailableError, choose
from ..groups.invariance import InvarianceLadder
from ..numerics import Array
from .canvas import FAINT, canvas, colour, grid, legend, marker
from .plot import Plot

_WORDS = {
    "cfi": "CFI",
    "rmsea": "RMSEA",
    "srmr": "SRMR",
    "mfi": "McDonald's index",
    "aic": "AIC",
    "bic": "BIC",
}
_INKS = {"start": "#6f6f6f", "holds": colour(0), "fails": colour(1), "beyond": "#6f6f6f"}


@checked
def invariance_ladder(ladder: InvarianceLadder, measure: str = "cfi", *, ax: Any = None) -> Plot:
    """A measure of fit at each step, with the verdict and the p-value of the step's test.

    Parameters
    ----------
    ladder : InvarianceLadder
    measure : {"cfi", "rmsea", "srmr", "mfi", "aic", "bic"}
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: a row per step; the measure, p_diff, decision.

    Raises
    ------
    NotAvailableError
        Where no step has the measure.
    """
    choose("measure", measure, _WORDS)
    table = ladder.table[[measure, "p_diff", "decision"]]
    values = table[measure].to_numpy(dtype=float)
    if not np.isfinite(values).any():
        raise NotAvailableError(f"invariance_ladder: no step of the ladder has a {measure}.")
    steps = [str(step).replace("partial ", "partial\n") for step in table.index]
    with canvas(ax, max(420.0, 130.0 * len(table)), 330.0) as axes:
        places = np.arange(len(table))
        axes.plot(places, values, color=FAINT, linewidth=1.2, zorder=1)
        for number, decision in enumerate(dict.fromkeys(table["decision"])):
            own = (table["decision"] == decision).to_numpy()
            ink = _INKS.get(decision, colour(4))
            axes.plot(
                places[own],
                values[own],
                marker(number),
                color=ink,
                markersize=8,
                label=decision,
                zorder=2,
            )
        for place, p in enumerate(table["p_diff"]):
            if np.isfinite(p) and np.isfinite(values[place]):
                text = p_phrase(float(p))
                x, y, side, up = _free_side(values, place)
                axes.annotate(
                    text,
                    (place, values[place]),
                    (x, y),
                    textcoords="offset points",
                    ha=side,
                    va=up,
                    fontsize=8.5,
                )
        axes.set_xticks(places, labels=steps)
        axes.set_xlim(-0.5, len(table) - 0.5)
        axes.margins(y=0.2)
        axes.set_xlabel("Step; p of its test against the last step that holds")
        axes.set_ylabel(_WORDS[measure])
        grid(axes, "y")
        legend(axes, "Verdict")
    verdicts = ", ".join(f"{step} {what}" for step, what in table["decision"].items())
    return Plot(axes, table, "Measurement invariance", f"{_WORDS[measure]} by step: {verdicts}.")


def _free_side(values: Array, place: int) -> tuple[float, float, str, str]:
    """Where a point has room beside the line through it: a shift in points, and what begins there.

    Above a peak, below a valley; right of a line that falls, left of one that rises.
    """
    before = values[place] - values[place - 1] if place else 0.0
    after = values[place + 1] - values[place] if place + 1 < len(values) else 0.0
    came, goes = np.sign(np.nan_to_num([before, after]))
    if came - goes < 0.0:
        return 0.0, -7.0, "center", "top"
    if came + goes == 0.0:
        return 0.0, 7.0, "center", "bottom"
    return (5.0, 4.0, "left", "bottom") if came + goes < 0.0 else (-5.0, 4.0, "right", "bottom")

"""What a product means: simple slopes, and where they are significant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import NotAvailableError, OptionError, choose
from ..product_effects import Interaction
from .canvas import FAINT, canvas, colour, dash, grid, legend
from .plot import Plot

_REACH, _STEPS = 2.0, 41


@checked
def simple_slopes(
    found: Interaction,
    at: Sequence[float] = (-1.0, 0.0, 1.0),
    *,
    group: str | None = None,
    ax: Any = None,
) -> Plot:
    """The expected outcome along the predictor at values of the moderator, with 95% bands.

    Parameters
    ----------
    found : Interaction
    at : sequence of float
        Standard deviations of the moderator from its mean, from -2 to 2.
    group : str, optional
        Needed where there are several.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: predictor and moderator, as they are and in deviations, estimate, ci_lower,
        ci_upper.

    Raises
    ------
    NotAvailableError
        Where there is no surface, as of a square.
    """
    places = [round(float(value), 1) for value in at]
    if not places or any(abs(value) > _REACH for value in places) or len(places) > 7:
        raise OptionError("at= are one to seven numbers from -2 to 2: deviations from the mean.")
    surface = found.surface(_REACH, _STEPS)
    chosen = _group(surface, group)
    predictor, moderator = found.predictor, found.moderator
    own = surface[surface["group"] == chosen]
    if f"{moderator}_sd" not in own or predictor == moderator:
        raise NotAvailableError("simple_slopes needs a product of two variables, not a square.")
    parts = [own[np.isclose(own[f"{moderator}_sd"], value)] for value in places]
    table = pd.concat(parts, ignore_index=True)
    with canvas(ax, 560.0, 390.0) as axes:
        for number, (value, part) in enumerate(zip(places, parts, strict=True)):
            words = f"{moderator} {_deviation(value)}"
            axes.fill_between(
                part[predictor],
                part["ci_lower"],
                part["ci_upper"],
                lw=0,
                color=colour(number),
                alpha=0.14,
            )
            axes.plot(
                part[predictor],
                part["estimate"],
                dash(number),
                color=colour(number),
                lw=2.0,
                label=words,
            )
        axes.set_xlabel(predictor)
        axes.set_ylabel(f"Expected {found.outcome}, 95% bands")
        axes.margins(x=0.0)
        grid(axes, "both")
        legend(axes)
        if chosen:
            _title(axes, chosen, ax)
    said = f"{found.outcome} along {predictor} at {len(places)} values of {moderator}."
    return Plot(axes, table, "Simple slopes", said)


@checked
def johnson_neyman(found: Interaction, *, group: str | None = None, ax: Any = None) -> Plot:
    """The slope along the moderator with its 95% band; shaded where it is significant.

    Johnson & Neyman (1936); Bauer & Curran (2005).

    Parameters
    ----------
    found : Interaction
    group : str, optional
        Needed where there are several.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: at (deviations of the moderator), value, estimate, ci_lower, ci_upper.
    """
    reach = np.linspace(-3.0, 3.0, 121)
    slopes = found.simple_slopes([float(value) for value in reach])
    chosen = _group(slopes, group)
    own = slopes[slopes["group"] == chosen].reset_index(drop=True)
    regions = found.regions[found.regions["group"] == chosen]
    with canvas(ax, 560.0, 360.0) as axes:
        shaded = False
        for _, region in regions[regions["effect"] != "not significant"].iterrows():
            low, high = np.clip([region["from_sd"], region["to_sd"]], reach[0], reach[-1])
            if high > low:
                axes.axvspan(
                    low,
                    high,
                    color=colour(2),
                    alpha=0.13,
                    lw=0,
                    label=None if shaded else "significant at 5%",
                )
                shaded = True
        axes.axhline(0.0, color=FAINT, linewidth=1.0)
        axes.fill_between(
            own["at"],
            own["ci_lower"],
            own["ci_upper"],
            color=colour(0),
            alpha=0.2,
            lw=0,
            label="95% band",
        )
        axes.plot(own["at"], own["estimate"], color=colour(0), lw=2.0, label="slope")
        axes.set_xlabel(f"{found.moderator}, standard deviations from its mean")
        axes.set_ylabel(f"Slope of {found.outcome} on {found.predictor}")
        axes.margins(x=0.0)
        grid(axes, "both")
        legend(axes)
        if chosen:
            _title(axes, chosen, ax)
    said = (
        f"The slope of {found.outcome} on {found.predictor} along {found.moderator}, with its 95% "
        "band and regions of significance (Johnson-Neyman)."
    )
    shown = own[["at", "value", "estimate", "ci_lower", "ci_upper"]]
    return Plot(axes, shown, "Regions of significance", said)


def _deviation(value: float) -> str:
    if value == 0.0:
        return "at its mean"
    return f"{abs(value):g} SD {'above' if value > 0 else 'below'}"


def _title(axes: Any, text: str, given: Any) -> None:
    """The group, below what new axes have above them."""
    axes.annotate(text, (0.01, 0.98), xycoords="axes fraction", va="top", fontweight="bold")


def _group(table: pd.DataFrame, group: str | None) -> str:
    labels = [str(label) for label in dict.fromkeys(table["group"])]
    if group is not None:
        return choose("group", group, [label for label in labels if label])
    if len(labels) > 1:
        raise OptionError(f"the plot shows one group: give group=, one of {', '.join(labels)}.")
    return labels[0]

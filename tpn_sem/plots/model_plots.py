"""Models chosen among, and designs: selection frequencies, power, cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..drawing import format_below_one, words_of_column
from ..errors import DataError, NotAvailableError, OptionError, choose
from ..model_choice import ComparedModels
from ..resampling import Cutoffs
from ..resampling.power import Power
from .canvas import FAINT, canvas, colour, dash, grid, legend, marker, rows, rows_height
from .plot import Plot


@checked
def selection_frequencies(compared: ComparedModels, *, ax: Any = None) -> Plot:
    """How often each model would be the best one in new samples, by AIC and BIC.

    Parameters
    ----------
    compared : ComparedModels
        Of ``ts.compare``.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: model, criterion, share.

    Raises
    ------
    NotAvailableError
        Where the models do not say what each row contributes.
    """
    found = compared.selection
    if found.empty:
        raise NotAvailableError(
            "selection_frequencies: what each row contributes to these models is not known."
        )
    names = [str(name) for name in found.index]
    with canvas(ax, 560.0, 96.0 + rows_height(names, 34.0)) as axes:
        for place, criterion in enumerate(("aic", "bic")):
            y = np.arange(len(names)) + (place - 0.5) * 0.36
            share = 100.0 * found[criterion].to_numpy(dtype=float)
            axes.barh(y, share, 0.34, color=colour(place), label=criterion.upper())
            for at, value in zip(y, share, strict=True):
                axes.annotate(
                    f"{value:.0f}",
                    (value, at),
                    (4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                )
        rows(axes, names)
        axes.set_xlim(0.0, 108.0)
        axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel("Share of resamples in which the model is chosen, %")
        grid(axes, "x")
        legend(axes)
    table = found[["aic", "bic"]].rename_axis("model").reset_index()
    table = table.melt("model", var_name="criterion", value_name="share")
    best = names[int(np.argmax(found["bic"].to_numpy(dtype=float)))]
    said = f"How often each of {len(names)} models is chosen in resamples; by BIC mostly {best}."
    return Plot(axes, table, "Selection frequencies", said)


@checked
def power_curve(found: Power | Mapping[str, Power], *, target: float = 0.8, ax: Any = None) -> Plot:
    """Power along the number of rows, a curve for each design.

    Parameters
    ----------
    found : Power, or mapping of str to Power
        With two sizes or more; several by their names.
    target : float
        Where a line is drawn.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: design, n, power.

    Raises
    ------
    DataError
        Where there are less than two sizes.
    """
    check_range("target", target, 0.01, 0.999)
    designs = {"": found} if isinstance(found, Power) else dict(found)
    if not 1 <= len(designs) <= 7:
        raise OptionError("power_curve shows one to seven designs.")
    frames = [_sizes(design, name) for name, design in designs.items()]
    table = pd.concat(frames, ignore_index=True)
    with canvas(ax, 540.0, 360.0) as axes:
        for place, (name, own) in enumerate(table.groupby("design", sort=False)):
            axes.plot(
                own["n"],
                100.0 * own["power"],
                dash(place),
                marker=marker(place),
                ms=5,
                color=colour(place),
                lw=1.8,
                label=str(name) or None,
            )
        axes.axhline(100.0 * target, color=FAINT, linewidth=1.0, linestyle=":")
        axes.annotate(
            f"{100 * target:g}%",
            (0.0, 100.0 * target),
            (4, 3),
            ha="left",
            fontsize=8.5,
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color=FAINT,
        )
        axes.set_ylim(0.0, 103.0)
        axes.set_xlim(left=0.0)
        axes.set_xlabel("Rows")
        axes.set_ylabel("Power, %")
        grid(axes, "both")
        legend(axes)
    low, high = 100.0 * table["power"].min(), 100.0 * table["power"].max()
    least, most = table["n"].min(), table["n"].max()
    said = f"Power from {low:.0f} to {high:.0f}%, at {least:g} to {most:g} rows."
    return Plot(axes, table, "Power", said)


def _sizes(design: Power, name: str) -> pd.DataFrame:
    own = design.table
    if "n" not in own or own["n"].nunique() < 2:
        raise DataError("power_curve needs two numbers of rows or more, as n=[100, 200, 400].")
    own = own[["n", "power"]].astype(float).sort_values("n")
    return own.assign(design=name)[["design", "n", "power"]]


@checked
def cutoffs(found: Cutoffs, index: str = "rmsea", *, ax: Any = None) -> Plot:
    """A fit index over data of a right model and of wrong ones, with bounds and the value observed.

    Parameters
    ----------
    found : Cutoffs
    index : {"cfi", "tli", "rmsea", "srmr"}
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: misfit, value, a row per data set.

    Raises
    ------
    NotAvailableError
        Where no data set gave a value.
    """
    known = list(dict.fromkeys(found.replicates.columns.get_level_values(-1)))
    choose("index", index, known)
    drawn = found.replicates.xs(index, axis=1, level=-1)
    table = drawn.melt(var_name="misfit", value_name="value").dropna().reset_index(drop=True)
    if table.empty:
        raise NotAvailableError("cutoffs: no data set gave a value to plot.")
    worst = {str(label): own["value"] for label, own in table.groupby("misfit", sort=False)}
    names = ["no misfit" if label == "none" else f"misfit {label}" for label in worst]
    with canvas(ax, 580.0, 120.0 + 64.0 * len(worst)) as axes:
        for place, values in enumerate(worst.values()):
            _strip(axes, values.to_numpy(dtype=float), place)
        observed = float(found.table["observed"].xs(index, level=0).iloc[0])
        if np.isfinite(observed):
            axes.axvline(
                observed, color="black", lw=1.6, label=f"observed, {format_below_one(observed)}"
            )
        bounds = found.table["bound"].xs(index, level=0)
        at = [(list(worst).index(str(m)), float(b)) for m, b in bounds.items() if str(m) in worst]
        for number, (row, bound) in enumerate(at):
            axes.plot(
                [bound, bound],
                [row - 0.4, row + 0.4],
                color=colour(1),
                lw=2.4,
                label=None if number else "bound",
            )
        rows(axes, names)
        axes.set_xlabel(words_of_column(index))
        grid(axes, "x")
        legend(axes)
    said = f"{words_of_column(index)} in simulated data with {', '.join(names)}"
    said += f"; observed {format_below_one(observed)}." if np.isfinite(observed) else "."
    return Plot(axes, table, "Cut-offs", said)


def _strip(axes: Any, values: Any, row: int) -> None:
    """Values as a filled histogram that stands on its row."""
    if np.ptp(values) > 0.0:
        counts, edges = np.histogram(values, bins=int(np.clip(len(values) / 8, 8, 40)))
        heights = 0.78 * counts / counts.max()
        axes.bar(
            edges[:-1],
            -heights,
            np.diff(edges),
            row + 0.4,
            align="edge",
            color=colour(0),
            alpha=0.7,
            lw=0,
        )
    else:
        axes.plot(values[:1], [row], "o", color=colour(0))

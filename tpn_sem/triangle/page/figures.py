"""Plots of the study. matplotlib is loaded when a plot is drawn."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd

from ...drawing import Drawing
from ...errors import NotAvailableError
from ...model_choice import EXCLUDED

_TICKS = (0, 2, 5, 10, 30, 100, 300, 1000)
_METADATA = ("Date", "Creator", "Format", "Type")
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#8a8a8a"


def interval_plot(table: pd.DataFrame, label: str, value: str, xlabel: str) -> Drawing:
    """Estimates as dots with 95 % intervals, a row each."""
    figure, axes = _figure(6.4, 0.6 + 0.36 * len(table))
    places = np.arange(len(table))[::-1]
    centre = table[value].to_numpy(dtype=float)
    low, high = table["ci_lower"].to_numpy(dtype=float), table["ci_upper"].to_numpy(dtype=float)
    axes.hlines(places, low, high, color=_BLUE, lw=2)
    axes.plot(centre, places, "o", color=_BLUE)
    axes.axvline(0.0, color=_GREY, lw=0.8)
    axes.set_yticks(places, list(table[label]))
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlabel(xlabel)
    said = [f"{name} {own:.2f}" for name, own in zip(table[label], centre, strict=True)]
    return _drawing(figure, f"Estimates with 95 % intervals: {', '.join(said)}.")


def contest_plot(table: pd.DataFrame) -> Drawing:
    """BIC of each variant above the smallest, on a logarithmic scale from 1, by verdict."""
    shown = table.dropna(subset=["delta_bic"])
    marked = table[table["state"].isin(["improper", "not converged"])]
    names = [*shown.index, *marked.index]
    figure, axes = _figure(6.4, 0.9 + 0.27 * len(names))
    places = np.arange(len(names))[::-1]
    for place, state in zip(places[len(shown) :], marked["state"], strict=True):
        axes.text(1.05, place, f"{state}: not judged", va="center", color=_ORANGE, fontsize=9)
    gaps = 1.0 + shown["delta_bic"].to_numpy(dtype=float)
    excluded = (shown["verdict"] == EXCLUDED).to_numpy()
    axes.hlines(places[: len(shown)], 1.0, gaps, color=_GREY, lw=1)
    for which, filled, label in ((~excluded, _BLUE, "not excluded"), (excluded, "white", EXCLUDED)):
        own = places[: len(shown)][which]
        axes.plot(gaps[which], own, "o", color=_BLUE, markerfacecolor=filled, label=label)
    axes.set_xscale("log")
    kept = [tick for tick in _TICKS if 1.0 + tick <= max(gaps.max(), 3.0) * 1.5]
    axes.set_xticks([1.0 + tick for tick in kept], [str(tick) for tick in kept])
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlabel("BIC above the smallest (logarithmic scale)")
    said = [f"{name} {own - 1.0:.1f}" for name, own in zip(shown.index, gaps, strict=True)]
    return _drawing(figure, f"BIC above the smallest: {', '.join(said)}.")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NotAvailableError(
            "matplotlib is not installed; install it with pip install 'tpn_sem[report]'."
        ) from error
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _drawing(figure: Any, description: str) -> Drawing:
    """The figure without a date, so that the same numbers give the same file."""
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tpn_sem"}):
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(_METADATA))
    text = buffer.getvalue()
    return Drawing(text[text.index("<svg") :], description)

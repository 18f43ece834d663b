"""Plots of the study, as SVG text. matplotlib is loaded when a plot is drawn."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd

from ...errors import NotAvailableError

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#8a8a8a"


def scree_plot(eigenvalues: pd.DataFrame) -> str:
    """Eigenvalues beside those of permuted data."""
    figure, axes = _figure(6.4, 3.2)
    places = np.asarray(eigenvalues.index)
    axes.plot(places, eigenvalues["eigenvalue"], "o-", color=_BLUE, label="survey")
    axes.plot(
        places, eigenvalues["reference"], "s--", color=_ORANGE, ms=4, label="95 % of permuted data"
    )
    axes.set_xlabel("component")
    axes.set_ylabel("eigenvalue")
    axes.set_xticks(places)
    axes.legend(frameon=False)
    return _svg(figure)


def interval_plot(table: pd.DataFrame, label: str, value: str, xlabel: str) -> str:
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
    return _svg(figure)


def contest_plot(table: pd.DataFrame) -> str:
    """How much worse than the best each variant is by BIC, on a logarithmic scale from 1."""
    shown = table.dropna(subset=["delta_bic"])
    figure, axes = _figure(6.4, 0.6 + 0.27 * len(shown))
    places = np.arange(len(shown))[::-1]
    axes.hlines(places, 1.0, 1.0 + shown["delta_bic"], color=_GREY, lw=1)
    axes.plot(1.0 + shown["delta_bic"], places, "o", color=_BLUE)
    axes.set_xscale("log")
    ticks = [0, 2, 5, 10, 30, 100, 300, 1000]
    largest = float(shown["delta_bic"].max())
    kept = [tick for tick in ticks if tick <= max(largest, 2.0) * 1.5]
    axes.set_xticks([1.0 + tick for tick in kept], [str(tick) for tick in kept])
    axes.minorticks_off()
    axes.axvline(3.0, color=_ORANGE, lw=0.8, ls="--")
    axes.set_yticks(places, list(shown.index))
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel("BIC above the best variant (dashed: 2, below which it cannot tell)")
    return _svg(figure)


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


def _svg(figure: Any) -> str:
    """The figure without a date, so that the same numbers give the same file."""
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tpn_sem"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]

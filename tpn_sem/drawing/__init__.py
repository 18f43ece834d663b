"""Drawings as SVG: path diagrams, item curves, heat maps, bars, patterns of missing answers.

Import from here: `Drawing`, and the functions that draw.
"""

from .arrows import ESTIMATE_SIZE
from .drawing import Drawing
from .item_curve_plot import draw_item_curves
from .missing_pattern_plot import draw_patterns
from .ordinal_plots import draw_bars, draw_heat_map
from .path_diagram import PathDiagram, draw_path_diagram
from .placement import place
from .plan import Box, Link, node_size, text_width

__all__ = [
    "Box",
    "Drawing",
    "ESTIMATE_SIZE",
    "Link",
    "PathDiagram",
    "draw_bars",
    "draw_heat_map",
    "draw_item_curves",
    "draw_path_diagram",
    "draw_patterns",
    "node_size",
    "place",
    "text_width",
]

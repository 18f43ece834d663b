"""How things look: drawings as SVG, views of tables in notebooks, formats of numbers.

Import from here: `Drawing`, `View`, the functions that draw, and those that format.
"""

from .arrows import ESTIMATE_SIZE
from .drawing import Drawing
from .item_curve_plot import draw_item_curves
from .missing_pattern_plot import draw_patterns
from .number_formats import decimals, format_estimate, format_p, p_phrase
from .ordinal_plots import draw_bars, draw_heat_map
from .path_diagram import PathDiagram, draw_path_diagram
from .placement import place
from .plan import Box, Link, node_size, text_width
from .views import Shown, View

__all__ = [
    "Shown",
    "View",
    "decimals",
    "format_estimate",
    "format_p",
    "p_phrase",
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

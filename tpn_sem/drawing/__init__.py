"""How things look: drawings as SVG, views of tables in notebooks, formats of numbers.

Import from here: `Drawing`, `Table`, the functions that draw, and those that format.
"""

from .curve_panels import CurvePanel, draw_curve_panels
from .dark_colours import DRAWING, embedded, on_screens
from .drawing import Drawing, drawn_at_widths
from .item_curve_plot import answer_scale, draw_item_curves
from .legible import legible
from .likert_bars import draw_likert_bars
from .listing import listing
from .matplotlib_figures import INCH, as_given, check_axes, figure_bytes, new_figure
from .matplotlib_figures import settings as figure_settings
from .missing_pattern_plot import draw_patterns
from .number_formats import (
    decimals,
    format_below_one,
    format_estimate,
    format_p,
    format_signed,
    p_phrase,
    with_minus,
    without_zero,
)
from .ordinal_plots import draw_bars, draw_heat_map
from .path_diagrams import (
    ESTIMATE_SIZE,
    DiagramOptions,
    Layout,
    Link,
    PathDiagram,
    draw_path_diagram,
    node_size,
    place,
)
from .picture_paths import picture_path
from .scenes import Box, SceneDrawing, said_width, text_width, wrapped_label
from .scree_drawing import draw_scree
from .specification_curve_plot import (
    SortedCurve,
    choice_words,
    draw_specification_curves,
    level_words,
)
from .svg_parts import (
    AXIS,
    GRID,
    INK,
    round_ticks,
    svg_page,
    svg_text,
    upward_text,
    value_axis,
)
from .tables import (
    EXPLAINED,
    Table,
    explained_in,
    said_in_words,
    screen_width,
    without_errors_of_fixed,
    words_of,
    words_of_column,
    wrapped,
    write_value,
)
from .views import Shown

__all__ = [
    "EXPLAINED",
    "DRAWING",
    "on_screens",
    "INCH",
    "as_given",
    "check_axes",
    "figure_bytes",
    "figure_settings",
    "legible",
    "new_figure",
    "picture_path",
    "Shown",
    "Table",
    "decimals",
    "format_below_one",
    "format_estimate",
    "format_p",
    "format_signed",
    "without_zero",
    "with_minus",
    "p_phrase",
    "Box",
    "CurvePanel",
    "DiagramOptions",
    "Drawing",
    "ESTIMATE_SIZE",
    "AXIS",
    "GRID",
    "INK",
    "Layout",
    "Link",
    "PathDiagram",
    "SceneDrawing",
    "SortedCurve",
    "drawn_at_widths",
    "answer_scale",
    "choice_words",
    "level_words",
    "draw_bars",
    "embedded",
    "draw_curve_panels",
    "draw_heat_map",
    "draw_item_curves",
    "draw_likert_bars",
    "draw_path_diagram",
    "draw_patterns",
    "draw_scree",
    "draw_specification_curves",
    "listing",
    "node_size",
    "place",
    "round_ticks",
    "svg_page",
    "svg_text",
    "said_width",
    "screen_width",
    "text_width",
    "explained_in",
    "said_in_words",
    "without_errors_of_fixed",
    "words_of",
    "words_of_column",
    "wrapped",
    "wrapped_label",
    "write_value",
    "upward_text",
    "value_axis",
]

"""Path diagrams: which parameters are drawn, where variables stand, and how arrows run.

Import from here: `PathDiagram`, `draw_path_diagram`, `DiagramOptions`, and what tests look at.
"""

from .arrows import ESTIMATE_SIZE
from .diagram_options import DiagramOptions
from .path_diagram import PathDiagram, draw_path_diagram
from .placement import Layout, place
from .plan import Link, node_size

__all__ = [
    "ESTIMATE_SIZE",
    "DiagramOptions",
    "Layout",
    "Link",
    "PathDiagram",
    "draw_path_diagram",
    "node_size",
    "place",
]

"""Quadrature over normal factors: where nodes lie, what they cost, derivatives through the root.

Import from here: `Grid`, `Nodes`, `grid_for`, `nodes_of`, `check_cost`, `root_slope`.
"""

from .normal_root import root_slope
from .quadrature_grid import Grid, Nodes, check_cost, grid_around, grid_for, nodes_of
from .search_over_nodes import search_over_nodes

__all__ = [
    "Grid",
    "Nodes",
    "check_cost",
    "grid_around",
    "grid_for",
    "nodes_of",
    "root_slope",
    "search_over_nodes",
]

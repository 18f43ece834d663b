"""A parameter table as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameter_table import ParameterTable

if TYPE_CHECKING:
    import networkx as nx

_KINDS = {"=~": "loading", "<~": "weight", "~": "regression", "~~": "covariance"}


def model_graph(table: ParameterTable, group: int = 0) -> nx.DiGraph:
    """Variables as nodes, paths and covariances (in both directions) as edges.

    Parameters fixed at zero are no edges; a variable's own variance is a node's attribute.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for name in table.roles.all:
        graph.add_node(name, latent=name in table.roles.latent)
    for row in table.rows:
        if row.group != group or row.operator == "~1" or row.fixed == 0.0:
            continue
        kind = _KINDS[row.operator]
        if row.operator == "=~":
            graph.add_edge(row.lhs, row.rhs, kind=kind, label=row.label)
        elif row.operator in ("~", "<~"):
            graph.add_edge(row.rhs, row.lhs, kind=kind, label=row.label)
        elif row.lhs != row.rhs:
            graph.add_edge(row.lhs, row.rhs, kind=kind, label=row.label)
            graph.add_edge(row.rhs, row.lhs, kind=kind, label=row.label)
    return graph

"""Equivalent models, proved from their graphs.

Two rules, applied to the relations among latent variables where everything else is the same:

- *Saturated block.* Where every two of a set of variables are joined by exactly one free edge,
  directed or bidirected, and the directed ones form no circle, the set can have any covariance
  matrix. Models that differ only inside such a block, into which nothing outside points, are
  equivalent (Lee & Hershberger, 1990, the replacing rule; Brito & Pearl, 2002).
- *Three indicators.* A factor that nothing points at, whose only business is to explain three
  variables, restricts their covariances by inequalities only: they are as good as saturated.
- *Same skeleton.* Directed acyclic graphs with the same adjacencies and the same unshielded
  colliders are equivalent (Verma & Pearl, 1990).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from ...specification import Parameter, ParameterTable, key

if TYPE_CHECKING:
    import networkx as nx

Edge = tuple[str, str, str]  # ("a", "->", "b") or ("a", "<->", "b") with a < b


@dataclass(frozen=True)
class Structure:
    """The relations among latent variables, and all the rest of a model.

    Attributes
    ----------
    edges : frozenset of Edge
    rest : frozenset
        Everything that must be the same for the rules to apply: loadings of observed variables,
        residual covariances, fixed values and labels.
    plain : bool
        Whether all edges and variances of latent variables are free, but for what gives a factor
        its scale, and none is held equal to another.
    """

    edges: frozenset[Edge]
    rest: frozenset[object]
    plain: bool


def prove_equivalence(first: ParameterTable, second: ParameterTable) -> str | None:
    """The rule by which two models of one group are equivalent; None where no rule applies.

    None does not mean that they are not equivalent: see `nesting.nesting` for the numerical test.
    Lines such as ``a == b`` are no part of a table: ask only about models without them.
    """
    if max(first.n_groups, second.n_groups) > 1:
        return None
    one, two = _structure(first), _structure(second)
    if not (one.plain and two.plain) or one.rest != two.rest:
        return None
    replaced = [_replace_trios(structure.edges) for structure in (one, two)]
    used_trio = any(new != old.edges for new, old in zip(replaced, (one, two), strict=True))
    if _differ_in_saturated_block(*replaced):
        rule = "saturated block (Lee & Hershberger, 1990)"
        return f"three indicators and {rule}" if used_trio else rule
    if _same_skeleton(one.edges, two.edges):
        return "same skeleton and colliders (Verma & Pearl, 1990)"
    return None


def _structure(table: ParameterTable) -> Structure:
    latent = set(table.roles.latent)
    edges: set[Edge] = set()
    rest: set[object] = set()
    plain = True
    count = Counter(row.label for row in table.rows if row.label)
    shared = {label for label, times in count.items() if times > 1}
    scaled = Counter(row.lhs for row in table.rows if row.operator == "=~" and row.free < 0)
    for row in table.rows:
        if row.lhs in latent and row.operator == "~1" and row.fixed == 0.0:
            continue  # it restricts no mean: the observed variables' intercepts are in `rest`
        if row.lhs in latent and row.is_variance:
            plain &= _is_plain_variance(row, scaled) and row.label not in shared
        elif not (row.lhs in latent and row.rhs in latent):
            label = row.label if row.label in shared else ""
            rest.add((row.key, row.fixed if row.free < 0 else None, label))
        elif row.operator != "~~" or row.fixed != 0.0:
            plain &= _is_plain(row, scaled) and row.label not in shared
            edges.add(_edge(row))
    return Structure(frozenset(edges), frozenset(rest), plain)


def _is_plain(row: Parameter, scaled: Counter[str]) -> bool:
    """Free, or the one loading that gives a factor its scale."""
    marker = row.operator == "=~" and row.fixed == 1.0 and scaled[row.lhs] == 1
    return row.free >= 0 or marker


def _is_plain_variance(row: Parameter, scaled: Counter[str]) -> bool:
    """Free, or fixed above zero to give a scale to a factor whose loadings are all free."""
    return row.free >= 0 or (row.fixed > 0.0 and not scaled[row.lhs])


def _edge(row: Parameter) -> Edge:
    if row.operator == "=~":
        return row.lhs, "->", row.rhs
    if row.operator == "~":
        return row.rhs, "->", row.lhs
    lhs, _, rhs = key(row.lhs, "~~", row.rhs)
    return lhs, "<->", rhs


def _touching(edges: frozenset[Edge], node: str) -> set[Edge]:
    return {edge for edge in edges if node in (edge[0], edge[2])}


def _replace_trios(edges: frozenset[Edge]) -> frozenset[Edge]:
    """A factor with three children and nothing else becomes three covariances among them."""
    nodes = {name for edge in edges for name in (edge[0], edge[2])}
    for node in sorted(nodes):
        own = _touching(edges, node)
        children = sorted(edge[2] for edge in own if edge[0] == node and edge[1] == "->")
        pointed_at = any(
            edge[1] == "->" and edge[2] in children and edge[0] != node for edge in edges
        )
        if len(own) == len(children) == 3 and not pointed_at:
            return (edges - own) | {(a, "<->", b) for a, b in combinations(children, 2)}
    return edges


def _differ_in_saturated_block(first: frozenset[Edge], second: frozenset[Edge]) -> bool:
    differing = first ^ second
    block = {name for edge in differing for name in (edge[0], edge[2])}
    while block:
        if all(_is_saturated(edges, block) for edges in (first, second)):
            return True
        entering = {e[0] for e in first | second if e[2] in block} - block
        if not entering:
            return False
        block |= entering
    return True


def _is_saturated(edges: frozenset[Edge], block: set[str]) -> bool:
    """Complete, acyclic and free of double edges inside; nothing points in from outside."""
    import networkx as nx

    inside = [edge for edge in edges if edge[0] in block and edge[2] in block]
    pairs = [frozenset((edge[0], edge[2])) for edge in inside]
    complete = len(pairs) == len(set(pairs)) == len(block) * (len(block) - 1) // 2
    entering = any(
        (edge[2] in block and edge[0] not in block)
        or (edge[1] == "<->" and (edge[0] in block) != (edge[2] in block))
        for edge in edges
    )
    return complete and not entering and nx.is_directed_acyclic_graph(_directed(inside))


def _directed(edges: list[Edge]) -> nx.DiGraph:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edges_from((a, b) for a, kind, b in edges if kind == "->")
    return graph


def _same_skeleton(first: frozenset[Edge], second: frozenset[Edge]) -> bool:
    import networkx as nx

    if any(edge[1] != "->" for edge in first | second):
        return False
    graphs = [_directed(list(edges)) for edges in (first, second)]
    if not all(nx.is_directed_acyclic_graph(graph) for graph in graphs):
        return False
    skeletons = [{frozenset(edge) for edge in graph.edges} for graph in graphs]
    return skeletons[0] == skeletons[1] and _colliders(graphs[0]) == _colliders(graphs[1])


def _colliders(graph: nx.DiGraph) -> set[tuple[str, str, str]]:
    return {
        (a, node, b)
        for node in graph
        for a, b in combinations(sorted(graph.predecessors(node)), 2)
        if not (graph.has_edge(a, b) or graph.has_edge(b, a))
    }

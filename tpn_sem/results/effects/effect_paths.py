"""Which effects a model has: pairs of variables, and the paths that lead from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ...errors import OptionError
from ...specification import PATH, Pattern, Specification

_MOST_PATHS = 2000  # between all pairs of one group
DIRECT, INDIRECT, ALL_INDIRECT, TOTAL = "direct", "indirect", "total indirect", "total"
Edges = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Effect:
    """One effect in one group.

    Attributes
    ----------
    group : int
    predictor, outcome : str
    kind : {"direct", "indirect", "total indirect", "total"}
    through : str
        The variables between, "" where there are none, or it sums up several paths.
    cells : tuple of int
        Of the paths whose product it is; empty where it is a sum.
    places : tuple of int
        Of predictor and outcome among all variables.
    """

    group: int
    predictor: str
    outcome: str
    kind: str
    through: str
    cells: tuple[int, ...]
    places: tuple[int, int]


def edges_of(specification: Specification, group: int) -> Edges:
    """Structural paths of a group: predictor to outcome to the path's cell.

    Regressions, and loadings of factors on factors; paths that are fixed at zero are none.
    """
    pattern = specification.patterns[group]
    edges: Edges = {}
    for place, (kind, row, column) in enumerate(
        zip(pattern.kind.tolist(), pattern.row.tolist(), pattern.column.tolist(), strict=True)
    ):
        if kind != PATH or _is_zero(pattern, place) or _is_loading(specification, pattern, place):
            continue
        edges.setdefault(pattern.names[column], {})[pattern.names[row]] = place
    return edges


def _is_zero(pattern: Pattern, place: int) -> bool:
    return bool(pattern.free[place] < 0 and pattern.fixed[place] == 0.0)


def _is_loading(specification: Specification, pattern: Pattern, place: int) -> bool:
    """Whether a path is an observed item's on its factor, or a weight in its composite."""
    row = specification.table.rows[pattern.table_rows[place]]
    return row.operator == "<~" or (row.operator == "=~" and row.rhs not in pattern.latent)


def all_effects(specification: Specification, group: int) -> list[Effect]:
    """All effects of a group, pair by pair in the order of the model's variables.

    Raises
    ------
    OptionError
        Where there are too many paths to list.
    """
    edges = edges_of(specification, group)
    names = specification.patterns[group].names
    order = {name: place for place, name in enumerate(names)}
    found: list[Effect] = []
    for predictor in sorted(edges, key=order.__getitem__):
        by_outcome: dict[str, list[tuple[str, ...]]] = {}
        for walk in _walks(edges, (predictor,)):
            by_outcome.setdefault(walk[-1], []).append(walk)
        for outcome in sorted(by_outcome, key=order.__getitem__):
            places = (order[predictor], order[outcome])
            found += _of_pair(group, by_outcome[outcome], edges, places)
        if len(found) > _MOST_PATHS:
            raise OptionError(
                f"the model has more than {_MOST_PATHS} effects: they are too many to list. Define "
                "those that matter in the model text, as indirect := a*b."
            )
    return found


def _walks(edges: Edges, start: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Paths that come to no variable twice, from the last of some variables on."""
    for follower in edges.get(start[-1], {}):
        if follower not in start:
            yield (*start, follower)
            yield from _walks(edges, (*start, follower))


def _of_pair(
    group: int, walks: list[tuple[str, ...]], edges: Edges, places: tuple[int, int]
) -> list[Effect]:
    """Direct, then indirect effects by path, their sum, and the total effect."""
    predictor, outcome = walks[0][0], walks[0][-1]

    def effect(kind: str, walk: tuple[str, ...] = ()) -> Effect:
        cells = tuple(edges[one][other] for one, other in pairwise(walk))
        return Effect(group, predictor, outcome, kind, " → ".join(walk[1:-1]), cells, places)

    direct = [effect(DIRECT, walk) for walk in walks if len(walk) == 2]
    indirect = [effect(INDIRECT, walk) for walk in sorted(walks, key=len) if len(walk) > 2]
    sums = [effect(ALL_INDIRECT)] if indirect else []
    return [*direct, *indirect, *sums, effect(TOTAL)]


def has_loop(edges: Edges) -> bool:
    """Whether some path leads back to where it began."""
    return any(
        start in edges.get(walk[-1], {}) for start in edges for walk in _walks(edges, (start,))
    )

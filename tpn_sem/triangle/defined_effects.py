"""What labels and defined parameters of a model say, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from ..drawing import words_of
from ..fit import Fit

_MOST = 5  # paths of one product


def names_in_words(fit: Fit | None) -> dict[str, str]:
    """What a reader calls each path and defined parameter, by its label and by its name.

    ``a`` and ``KSSE~NPC`` are "NPC → KSSE"; ``indirect_KS := a*b`` is "indirect effect of NPC on
    KS through KSSE". What is neither keeps its name.
    """
    if fit is None:
        return {}
    table = fit.estimates
    found, steps = {}, {}
    for row in table[table["op"] == "~"].itertuples():
        found[f"{row.lhs}~{row.rhs}"] = f"{row.rhs} → {row.lhs}"
        if row.label:
            found[row.label] = f"{row.rhs} → {row.lhs}"
            steps[row.label] = (row.rhs, row.lhs)
    for row in table[table["op"] == ":="].itertuples():
        found[row.lhs] = defined_in_words(row.lhs, row.rhs, steps)
    return found


def defined_in_words(name: str, expression: str, steps: Mapping[str, tuple[str, str]]) -> str:
    """A sum of products of paths as the effect that it is; else its name.

    Parameters
    ----------
    name, expression : str
        As ``total_KS`` and ``c + a*b``.
    steps : mapping of label to (predictor, outcome)
    """
    chains = []
    for product in expression.replace(" ", "").split("+"):
        labels = product.split("*")
        if len(labels) > _MOST or not all(label in steps for label in labels):
            return name
        chain = _chain([steps[label] for label in labels])
        if chain is None:
            return name
        chains.append(chain)
    if len({(chain[0], chain[-1]) for chain in chains}) > 1:
        return name
    return _said(chains)


def _chain(steps: Sequence[tuple[str, str]]) -> list[str] | None:
    """The variables that paths lead through, where each begins at the end of another."""
    for ordered in permutations(steps):
        if all(one[1] == two[0] for one, two in pairwise(ordered)):
            return [ordered[0][0], *(step[1] for step in ordered)]
    return None


def _said(chains: Sequence[Sequence[str]]) -> str:
    direct = any(len(chain) == 2 for chain in chains)
    through = [", ".join(chain[1:-1]) for chain in chains if len(chain) > 2]
    kind = "direct" if not through else "total" if direct else "indirect"
    row = {"kind": kind, "from": chains[0][0], "to": chains[0][-1]}
    return words_of({**row, "through": " and ".join(through) if kind == "indirect" else ""})

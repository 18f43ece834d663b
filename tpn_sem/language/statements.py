"""What a model text says: relations, definitions and constraints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import nan
from typing import NamedTuple

from ..errors import ModelError, ModelSyntaxError
from .expressions import Expression

BETWEEN = " (between)"  # mark of variables between clusters; see `levels`
PHANTOM = "=~0"  # operator of a latent variable that nothing measures, ``f =~ 0``
FREE = nan  # a fixed value of NA: the parameter is free whatever the defaults say


@dataclass(frozen=True)
class Modifiers:
    """What stands before a ``*``: each field has one entry, or one entry a group, or none.

    ``fixed`` holds numbers, and `FREE` for ``NA``; an empty label means no label.
    """

    fixed: tuple[float, ...] = ()
    label: tuple[str, ...] = ()
    start: tuple[float, ...] = ()
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()
    equal: tuple[str, ...] = ()
    efa: tuple[str, ...] = ()
    rv: tuple[str, ...] = ()

    def merged(self, other: Modifiers) -> Modifiers:
        """Both together; where both speak, the later one holds."""
        changes = {
            field.name: getattr(other, field.name)
            for field in fields(other)
            if getattr(other, field.name)
        }
        return replace(self, **changes)


@dataclass(frozen=True)
class Block:
    """A ``group:`` or ``level:`` block that a relation stands in."""

    kind: str
    label: str


class Product(str):
    """The name of a product of variables, as ``NPC:KSSE``; `parts` are their names."""

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Product:
        """Join two or more names."""
        made = super().__new__(cls, ":".join(parts))
        made.parts = parts
        return made

    def __getnewargs__(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.parts


class Relation(NamedTuple):
    """One parameter statement: ``lhs operator rhs``; an intercept has the operator ``~1``."""

    lhs: str
    operator: str
    rhs: str
    modifiers: Modifiers
    position: int
    block: Block | None = None

    def __str__(self) -> str:
        return f"{self.lhs} {self.operator} {self.rhs}".rstrip()


@dataclass(frozen=True)
class Definition:
    """A defined parameter, ``name := expression``."""

    name: str
    expression: Expression
    position: int
    text: str


@dataclass(frozen=True)
class Constraint:
    """``left == right``, ``left < right`` or ``left > right``."""

    left: Expression
    operator: str
    right: Expression
    position: int
    text: tuple[str, str]


class Instruments(NamedTuple):
    """Instruments of one equation, ``lhs |~ z1 + z2``; where it stands, and each of them."""

    lhs: str
    names: tuple[str, ...]
    position: int
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Statements:
    """All that a model text says, in its order; one object for each text."""

    text: str
    relations: tuple[Relation, ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]
    instruments: tuple[Instruments, ...] = ()

    @cached_property
    def has_levels(self) -> bool:
        """Whether the model has a level within clusters and one between them."""
        return any(relation.lhs.endswith(BETWEEN) for relation in self.relations)

    @cached_property
    def has_products(self) -> bool:
        """Whether anything is regressed on a product of variables."""
        return any(isinstance(relation.rhs, Product) for relation in self.relations)

    def error(self, problem: str, position: int, length: int = 1, advice: str = "") -> ModelError:
        """A `ModelError` that points at a place of the text."""
        return ModelError(str(ModelSyntaxError(problem, self.text, position, length, advice)))

    def of_group(self, label: str, place: int) -> Statements:
        """What is said of one group, by its label or its number from 1: its block, and the rest."""
        names = (label, str(place + 1))
        kept = tuple(
            relation
            for relation in self.relations
            if relation.block is None
            or relation.block.kind != "group"
            or relation.block.label in names
        )
        return self if len(kept) == len(self.relations) else replace(self, relations=kept)

    def blocks(self, kind: str) -> list[str]:
        """Labels of the blocks of one kind, in order of appearance."""
        found = (relation.block for relation in self.relations)
        return unique(block.label for block in found if block and block.kind == kind)


def unique(words: Iterable[str]) -> list[str]:
    """The distinct words in order of first appearance."""
    return list(dict.fromkeys(words))

"""lavaan's model language: text to statements that know their place in the text."""

from .parser import parse
from .statements import Block, Constraint, Definition, Modifiers, Relation, Statements

__all__ = ["Block", "Constraint", "Definition", "Modifiers", "Relation", "Statements", "parse"]

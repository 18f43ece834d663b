"""lavaan's model language: text to statements that know their place in the text.

Import from here: `parse`, the statements, expressions, and what writes a text anew.
"""

from .expressions import (
    FUNCTIONS,
    SEVERAL_ARGUMENTS,
    Call,
    Dual,
    Expression,
    Name,
    Number,
    evaluate,
    is_linear,
    names,
    show,
)
from .parser import parse
from .rewriting import freed, grouped, write_relation, write_restrictions, write_vector
from .statements import Block, Constraint, Definition, Modifiers, Relation, Statements, unique
from .tokens import OPERATORS

__all__ = [
    "Block",
    "Call",
    "Constraint",
    "Definition",
    "Dual",
    "Expression",
    "FUNCTIONS",
    "Modifiers",
    "Name",
    "Number",
    "OPERATORS",
    "Relation",
    "SEVERAL_ARGUMENTS",
    "Statements",
    "evaluate",
    "freed",
    "grouped",
    "is_linear",
    "names",
    "parse",
    "show",
    "unique",
    "write_relation",
    "write_restrictions",
    "write_vector",
]

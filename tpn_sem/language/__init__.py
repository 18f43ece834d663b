"""lavaan's model language: text to statements that know their place in the text.

Import from here: `parse`, the statements, expressions, and what writes a text anew.
"""

from .expressions import (
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
from .functions import FUNCTIONS, SEVERAL_ARGUMENTS
from .levels import at_level, carried, carrier_of, has_levels, level_of, plain_name
from .mplus_input import read_mplus
from .parser import parse
from .random_slopes import random_slopes
from .rewriting import (
    freed,
    grouped,
    quoted,
    without_variables,
    write_relation,
    write_restrictions,
    write_vector,
)
from .statements import (
    BETWEEN,
    PHANTOM,
    Block,
    Constraint,
    Definition,
    Modifiers,
    Product,
    Relation,
    Statements,
    unique,
)
from .tokens import OPERATORS, is_plain_name

__all__ = [
    "BETWEEN",
    "carried",
    "carrier_of",
    "random_slopes",
    "plain_name",
    "level_of",
    "has_levels",
    "at_level",
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
    "PHANTOM",
    "Product",
    "Relation",
    "SEVERAL_ARGUMENTS",
    "Statements",
    "evaluate",
    "freed",
    "grouped",
    "is_linear",
    "is_plain_name",
    "names",
    "parse",
    "read_mplus",
    "quoted",
    "show",
    "unique",
    "without_variables",
    "write_relation",
    "write_restrictions",
    "write_vector",
]

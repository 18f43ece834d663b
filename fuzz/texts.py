"""Model texts: written by a grammar, then damaged."""

from __future__ import annotations

import random
from collections.abc import Callable

import tpn_sem as ts

NAMES = [*(f"x{place}" for place in range(1, 10)), "f", "g", "h", "visual", "sex", "ageyr", "школа"]
LABELS = ["a", "b", "c1", "d.2", "NA", "start", "e"]
OPERATORS = ["=~", "~", "~~", "~*~", "|", "<~", ":=", "==", "<", ">"]
NUMBERS = ["0", "1", "-1", ".5", "2e-3", "1e999", "1/0", "1/3", "sqrt(2)", "NA", "-0", "1e-320"]
PIECES = [
    *OPERATORS,
    *NUMBERS,
    *NAMES,
    *LABELS,
    "+",
    "*",
    "?",
    "(",
    ")",
    ",",
    ":",
    ";",
    "\n",
    "\n\n",
    " ",
    "#",
    "!",
    "c(1, NA)",
    "c(a, b)",
    "start(1)",
    "label('z')",
    "equal('f=~x2')",
    "efa('a')",
    "rv('s')",
    "prior('n')",
    "group: 1",
    "level: 2",
    "~1",
    "0",
    "\t",
    "\r\n",
    "\u00a0",
    "\ufeff",
    "'",
    '"',
    "<-",
    "log(",
    "exp(a)",
    "^",
    "**",
    "x1:x2",
    "f:g",
    ".",
    "..",
    "\x00",
    "\u200b",
    "é",
    "💥",
]
_STARTS = [
    "f =~ x1 + x2 + x3",
    "visual =~ x1 + a*x2 + b*x3\na == b",
    "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ c1*f + sex\nind := c1^2",
    "f =~ NA*x1 + x2 + x3\nf ~~ 1*f\nx1 ~ 1\nf ~ 0*1",
    "x1 ~ x2 + x3\nx2 ~~ x3",
    "group: 1\nf =~ x1 + x2 + x4\ngroup: 2\nf =~ x1 + x2 + x3 + x4",
    "i =~ 1*x1 + 1*x2 + 1*x3\ns =~ 0*x1 + 1*x2 + 2*x3",
]


def written(generator: random.Random) -> str:
    """A model text that mostly makes sense."""
    lines = []
    for _ in range(generator.randint(1, 5)):
        operator = generator.choice(OPERATORS)
        left = generator.choice(NAMES)
        if operator in (":=", "==", "<", ">"):
            lines.append(f"{generator.choice(LABELS)} {operator} {expression(generator, 3)}")
            continue
        terms = [term(generator, operator) for _ in range(generator.randint(1, 4))]
        lines.append(f"{left} {operator} {' + '.join(terms)}")
    return generator.choice(["\n", ";", "\n\n", " ; \n"]).join(lines)


def term(generator: random.Random, operator: str) -> str:
    """One term with modifiers."""
    name = (
        f"t{generator.randint(1, 4)}" if operator == "|" else generator.choice([*NAMES, "1", "0"])
    )
    for _ in range(generator.choice([0, 0, 0, 1, 2])):
        modifier = generator.choice(
            [*LABELS, *NUMBERS, "c(1,2)", "c(a, a)", "start(.5)", "lower(0)", "upper(a)", "'q'"]
        )
        name = f"{modifier}{generator.choice('**?')}{name}"
    return name


def expression(generator: random.Random, depth: int) -> str:
    """An expression of labels."""
    if depth == 0 or generator.random() < 0.3:
        return generator.choice([*LABELS, *NUMBERS])
    inner = expression(generator, depth - 1)
    if generator.random() < 0.3:
        function = generator.choice(["log", "sqrt", "exp", "min", "mean", "pnorm", "abs", "nope"])
        return f"{function}({inner})"
    return f"({inner} {generator.choice('+-*/^')} {expression(generator, depth - 1)})"


def damaged(generator: random.Random, text: str) -> str:
    """The text after a few cuts, copies, swaps and insertions."""
    for _ in range(generator.choice([0, 1, 1, 2, 3, 6])):
        place = generator.randint(0, len(text))
        end = min(len(text), place + generator.randint(1, 8))
        what = generator.randint(0, 4)
        if what == 0:
            text = text[:place] + text[end:]
        elif what == 1:
            text = text[:place] + generator.choice(PIECES) + text[place:]
        elif what == 2:
            text = text[:place] + text[place:end] * generator.randint(2, 4) + text[end:]
        elif what == 3:
            text = text[:place] + generator.choice(PIECES) + text[end:]
        else:
            text = text[end:] + text[:place]
    return text


def a_text(generator: random.Random) -> str:
    """A text to attack with."""
    start = generator.choice(_STARTS) if generator.random() < 0.5 else written(generator)
    return damaged(generator, start)


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    return {"text": a_text(generator), "defaults": generator.choice(ts_defaults())}, run


def ts_defaults() -> list[str]:
    """What `Model` takes as defaults."""
    return ["sem", "cfa", "growth", "none"]


def run(text: str, defaults: str) -> object:
    """Read a text, show it, and build its parameter table."""
    model = ts.Model(text, defaults)
    assert ts.Model(model.text, defaults) == model
    str(model), repr(model)
    return model.parameter_table()

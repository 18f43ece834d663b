"""A place in the tokens of one statement, and the grammar of expressions."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, pi
from typing import TypeVar

from ..errors import ModelSyntaxError, nearest
from .expressions import Call, Expression, Name, Number
from .functions import (
    AS_NUMBER,
    COMPARISONS,
    FUNCTIONS,
    REFUSED_FUNCTIONS,
    SEVERAL_ARGUMENTS,
)
from .tokens import Token

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4, "**": 4}
_UNARY = 3

_DEEPEST = 100
_LONGEST_CHAIN = 200  # of operators that do not join into one sum or product

Item = TypeVar("Item")


def _joined(operator: str, left: Expression, right: Expression) -> Call:
    """Both together; sums and products of many terms are flat, so that they nest no deeper."""
    inner = left.function if isinstance(left, Call) and len(left.arguments) > 1 else ""
    if operator in ("+", "-") and inner in ("+", "-"):
        assert isinstance(left, Call)
        first, *others = left.arguments
        if inner == "-":
            others = [Call("-", (other,)) for other in others]
        last = Call("-", (right,)) if operator == "-" else right
        return Call("+", (first, *others, last))
    if operator == inner == "*":
        assert isinstance(left, Call)
        return Call("*", (*left.arguments, right))
    return Call(operator, (left, right))


class Cursor:
    """Reads the tokens of one statement from left to right."""

    def __init__(self, text: str, tokens: list[Token]):
        self.text = text
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token to be read next; after the last one, an "end" token."""
        if self.index < len(self.tokens):
            return self.tokens[self.index]
        last = self.tokens[-1]
        return Token("end", "", last.position + len(last.text))

    @property
    def done(self) -> bool:
        """Whether all tokens have been read."""
        return self.index >= len(self.tokens)

    def take(self) -> Token:
        """Read one token."""
        token = self.token
        self.index += 1
        return token

    def sees(self, text: str) -> bool:
        """Whether the next token is this symbol."""
        return self.token.kind == "symbol" and self.token.text == text

    def accept(self, text: str) -> bool:
        """Read the symbol if it comes next."""
        if self.sees(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str, advice: str = "") -> Token:
        """Read the symbol, which must come next."""
        if not self.sees(text):
            raise self.error(f"expected {text!r}", advice=advice)
        return self.take()

    def error(self, problem: str, token: Token | None = None, advice: str = "") -> ModelSyntaxError:
        """An error that points at a token, by default the next one."""
        token = token or self.token
        return ModelSyntaxError(problem, self.text, token.position, len(token.text), advice)

    def arguments(self, read: Callable[[], Item]) -> list[Item]:
        """What stands between brackets, separated by commas."""
        self.expect("(")
        found = [read()]
        while self.accept(","):
            found.append(read())
        self.expect(")", "close the bracket")
        return found

    def expression(self, strength: int = 0) -> Expression:
        """Read an expression whose operators bind tighter than `strength`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error("the expression is nested too deeply", advice="split it")
        found = self._expression(strength)
        self.depth -= 1
        return found

    def _expression(self, strength: int) -> Expression:
        left = self._operand()
        nested = 0
        while nested < _LONGEST_CHAIN:
            operator = self.token.text if self.token.kind == "symbol" else ""
            power = _STRENGTH.get(operator, 0)
            if power <= strength:
                return left
            self.take()
            right_strength = _UNARY - 1 if operator in ("^", "**") else power
            right = self.expression(right_strength)
            left = _joined("^" if operator == "**" else operator, left, right)
            nested += len(left.arguments) == 2
        raise self.error("the expression is too long", advice="split it")

    def _operand(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            if not isfinite(float(token.text)):
                raise self.error("the number is too large", token)
            return Number(float(token.text))
        if token.kind == "name" and self.sees("("):
            return self._call(token)
        if token.kind == "name" and token.is_quoted:
            raise self.error("expected a label, which has no backticks", token)
        if token.kind == "name":
            return Number(pi) if token.text == "pi" else Name(token.text, token.position)
        if token.text == "(":
            inner = self.expression()
            compares = self.token.kind == "symbol" and self.token.text in COMPARISONS
            self.expect(")", AS_NUMBER if compares else "close the bracket")
            return inner
        if token.text == "-":
            return Call("-", (self.expression(_UNARY),))
        if token.text == "+":
            return self.expression(_UNARY)
        raise self.error("expected a number, a label or a function", token)

    def _call(self, token: Token) -> Expression:
        several = token.text in SEVERAL_ARGUMENTS
        if token.text == "ifelse":
            return self._choice(token)
        if token.text == "c":
            advice = (
                "a parameter is one number: define each alone; sum(), mean() and max() take c()"
            )
            raise self.error("c() makes a vector", token, advice)
        if token.text not in FUNCTIONS and not several:
            known = [*FUNCTIONS, *SEVERAL_ARGUMENTS, "ifelse"]
            advice = REFUSED_FUNCTIONS.get(token.text) or nearest(
                token.text, known, cutoff=0.6
            ).removeprefix("; ")
            advice = advice or f"known: {', '.join(known)}"
            raise self.error(f"unknown function {token.text!r}", token, advice)
        if several:
            nested = self.arguments(self._elements)
            return Call(token.text, tuple(one for found in nested for one in found))
        arguments = self.arguments(self.expression)
        if len(arguments) != 1:
            raise self.error(f"{token.text}() takes one argument", token)
        return Call(token.text, tuple(arguments))

    def _elements(self) -> list[Expression]:
        """One argument of a function of several, or all that ``c()`` joins."""
        here = self.tokens[self.index : self.index + 2]
        if [token.text for token in here] != ["c", "("]:
            return [self.expression()]
        self.take()
        return [one for found in self.arguments(self._elements) for one in found]

    def _choice(self, token: Token) -> Expression:
        """``ifelse(a > b, a, b)``: the first where the condition holds, else the second."""
        arguments = self.arguments(self._condition)
        if len(arguments) != 3:
            raise self.error("ifelse() takes a condition and two expressions", token)
        return Call("ifelse", tuple(arguments))

    def _condition(self) -> Expression:
        """An expression, or a comparison of two."""
        left = self.expression()
        operator = self.token
        if operator.kind == "symbol" and operator.text in COMPARISONS:
            self.take()
            return Call(operator.text, (left, self.expression()))
        return left

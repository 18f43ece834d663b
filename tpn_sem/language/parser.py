"""Model text to statements: lavaan's model language (Rosseel, 2012, sec. 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isfinite, pi

from ..errors import ModelError, ModelSyntaxError, NotEstimatedError, nearest
from .cursor import Cursor
from .expressions import Call, Expression, evaluate, names
from .functions import AS_NUMBER, COMPARISONS, FUNCTIONS
from .levels import is_marked, level_number, relation_at
from .random_slopes import with_random_slopes
from .statements import (
    FREE,
    PHANTOM,
    Block,
    Constraint,
    Definition,
    Instruments,
    Modifiers,
    Product,
    Relation,
    Statements,
)
from .tokens import OPERATORS, Token, is_plain_name, tokenize

_JOINING = ("+", "*", "/", "^", ",", ")", "?")  # a line that starts so continues the one before
_AFTER_A_TERM = frozenset(("+", *OPERATORS))
_NO_MODIFIERS = Modifiers()
_NUMERIC_CALLS = ("start", "lower", "upper")
_TEXT_CALLS = ("label", "equal", "efa", "rv")
_REFUSED_CALLS = ("prior",)
_RESERVED = ("TRUE", "FALSE", "NULL", "NaN", "Inf", "if", "else", "for", "function", "while")
_MISSING = ("NA_real_", "NA_integer_", "NA_character_")
_CASTS = ("as.numeric", "as.double", "as.integer")  # of R, and say nothing here
_REFUSED_OPERATORS = {
    ":~": (
        "parameters that follow the data of each row (:~) are not estimated in a text",
        "ts.moderated() lets parameters of a factor model depend on columns",
    ),
}
_WHERE = "put them under 'level: 1' or 'level: 2'"
_CALLS = (*_NUMERIC_CALLS, *_TEXT_CALLS, *_REFUSED_CALLS, *_CASTS, "c", "rep")


def parse(text: str, given: bool = False) -> Statements:
    """Read a model text.

    Parameters
    ----------
    text : str
        Statements in lavaan's model language, separated by line ends or ``;``.
    given : bool
        Whether a user wrote it, who tells levels by their blocks and not by marks of names.

    Raises
    ------
    ModelSyntaxError
        With line, column, the text and a suggestion.
    """
    if not isinstance(text, str):
        raise ModelError(f"the model must be a text, not {type(text).__name__}")
    found = _read(text)
    if given and "`" in text:
        _check_marks(text)
    return found


def _check_marks(text: str) -> None:
    """Refuse names that end as those of variables between clusters do here."""
    for token in tokenize(text):
        if token.is_quoted and is_marked(token.text):
            raise ModelSyntaxError(
                f"the name {token.text!r} has the mark of variables between clusters, or of slopes",
                text,
                token.position,
                len(token.text) + 2,
                "rename the column, or write a 'level: 2' block",
            )


@lru_cache(maxsize=256)
def _read(text: str) -> Statements:
    relations: list[Relation] = []
    definitions: list[Definition] = []
    constraints: list[Constraint] = []
    instruments: list[Instruments] = []
    places = _Places()
    for tokens in _split(tokenize(text)):
        cursor = Cursor(text, tokens)
        header = _block(cursor)
        if header is not None:
            places.enter(cursor, header)
            continue
        operator = _main_operator(cursor)
        if operator.text in _REFUSED_OPERATORS:
            problem, advice = _REFUSED_OPERATORS[operator.text]
            raise NotEstimatedError(str(cursor.error(problem, operator, advice)))
        if operator.text == ":=":
            definitions.append(_definition(cursor))
        elif operator.text in ("==", "<", ">"):
            constraints.append(_constraint(cursor, operator))
        elif operator.text == "|~":
            instruments.append(_instruments(cursor, operator, places.group))
        else:
            found = _relations(cursor, operator, places.group)
            relations.extend(places.at_level(cursor, found))
    places.check()
    relations = with_random_slopes(text, relations)
    if not (relations or definitions or constraints):
        raise ModelError("the model is empty: write at least one statement, as 'f =~ x1 + x2 + x3'")
    return Statements(
        text, tuple(relations), tuple(definitions), tuple(constraints), tuple(instruments)
    )


@dataclass
class _Places:
    """The ``group:`` and ``level:`` block that statements stand in, as the text goes on."""

    group: Block | None = None
    level: int = 0  # none
    labels: list[str] = field(default_factory=list)
    entered: set[tuple[str, int]] = field(default_factory=set)

    def enter(self, cursor: Cursor, header: Block) -> None:
        """Enter a block; one of a level stands in the block of its group, if there is any."""
        if header.kind == "group":
            self.group, self.level = header, 0
            return
        number = level_number(header.label, self.labels)
        if number is None:
            raise cursor.error(
                f"{header.label!r} is a third level",
                cursor.tokens[2],
                "there are two: 'level: 1' within clusters and 'level: 2' between them",
            )
        self.level = number
        self.labels += [] if header.label in self.labels else [header.label]
        self.entered.add((self._group_label, number))

    def at_level(self, cursor: Cursor, relations: list[Relation]) -> list[Relation]:
        """Statements with the names that variables have at their level."""
        if self.labels and not self.level:
            raise cursor.error(
                "this statement is in no level: block",
                cursor.tokens[0],
                "every group has its own level: blocks, after group:",
            )
        if self.level and (self._group_label, 0) in self.entered:
            raise cursor.error(
                "statements stand before the first level: block", cursor.tokens[0], _WHERE
            )
        self.entered.add((self._group_label, self.level))
        return [relation_at(one, self.level) for one in relations]

    def check(self) -> None:
        """Refuse a model in which a level is missing.

        Raises
        ------
        ModelError
        """
        for label, level in self.entered:
            if level and (label, 3 - level) not in self.entered:
                where = f" in group {label!r}" if label else ""
                raise ModelError(
                    f"the model has 'level: {level}'{where} and no 'level: {3 - level}': write "
                    "both blocks, with 'y ~~ y' where a level has no model of its own."
                )

    @property
    def _group_label(self) -> str:
        return self.group.label if self.group else ""


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Tokens statement by statement; a line that ends or starts with an operator goes on."""
    statements: list[list[Token]] = [[]]
    depth = 0
    for token, follower in zip(tokens[:-1], _followers(tokens), strict=True):
        if token.kind != "newline":
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "symbol" else 0
            statements[-1].append(token)
            continue
        if token.text == ";" or not (depth > 0 or _goes_on(statements[-1], follower)):
            statements.append([])
            depth = 0
    return [statement for statement in statements if statement]


def _followers(tokens: list[Token]) -> list[Token]:
    """The next token after each, but the last, that is no line end."""
    found: list[Token] = []
    follower = tokens[-1]
    for place in range(len(tokens) - 2, -1, -1):
        found.append(follower)
        if tokens[place].kind != "newline":
            follower = tokens[place]
    return found[::-1]


def _goes_on(statement: list[Token], follower: Token) -> bool:
    if not statement:
        return False
    last = statement[-1]
    is_header = len(statement) == 2 and last.text == ":"
    hanging = last.kind == "symbol" and last.text != ")" and not is_header
    return hanging or (follower.kind == "symbol" and follower.text in (*_JOINING, *OPERATORS))


def _block(cursor: Cursor) -> Block | None:
    tokens = cursor.tokens
    if len(tokens) < 2 or tokens[1].text != ":" or tokens[0].text.lower() not in ("group", "level"):
        return None
    if len(tokens) < 3:
        raise cursor.error("a block needs a name or a number", tokens[0], "as 'group: rural'")
    label = cursor.text[tokens[2].position : tokens[-1].end]
    return Block(tokens[0].text.lower(), label.strip("\"'`"))


def _main_operator(cursor: Cursor) -> Token:
    found = [token for token in cursor.tokens if token.kind == "symbol" and token.text in OPERATORS]
    if len(found) > 1:
        found = [token for token in _outside_brackets(cursor) if token in found]
    if not found:
        raise cursor.error(
            "no operator in this statement",
            cursor.tokens[0],
            f"a statement has one of {' '.join(OPERATORS)}; a line goes on when it ends with '+'",
        )
    if len(found) > 1:
        advice = "start a new line or put ';' between"
        if found[0].text == ":=" and found[1].text in COMPARISONS:
            advice = AS_NUMBER
        raise cursor.error("a second operator in one statement", found[1], advice)
    return found[0]


def _outside_brackets(cursor: Cursor) -> Iterator[Token]:
    """The symbols of a statement that no bracket encloses."""
    depth = 0
    for token in cursor.tokens:
        if token.kind == "symbol":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth <= 0:
                yield token


def _definition(cursor: Cursor) -> Definition:
    name = cursor.take()
    if name.kind != "name":
        raise cursor.error("a defined parameter needs a name", name, "as 'indirect := a*b'")
    _check_label(cursor, name)
    cursor.expect(":=")
    expression, text = _whole_expression(cursor)
    return Definition(name.text, expression, name.position, text)


def _constraint(cursor: Cursor, operator: Token) -> Constraint:
    place = cursor.tokens.index(operator)
    if place == 0:
        raise cursor.error("nothing stands left of the operator", operator)
    left, left_text = _whole_expression(Cursor(cursor.text, cursor.tokens[:place]))
    cursor.index = place + 1
    right, right_text = _whole_expression(cursor)
    return Constraint(left, operator.text, right, operator.position, (left_text, right_text))


def _instruments(cursor: Cursor, operator: Token, block: Block | None) -> Instruments:
    """The instruments of one equation."""
    if block is not None:
        advice = "write them before the first 'group:'; they hold in all groups"
        raise cursor.error("instruments stand in a group: block", operator, advice)
    found = _relations(cursor, operator, None)
    for one in found:
        if one.modifiers is not _NO_MODIFIERS:
            raise cursor.error("instruments have no modifiers", operator, "leave them out")
        if one.lhs != found[0].lhs:
            raise cursor.error(
                "instruments of two equations in one statement", operator, "write a line for each"
            )
    names = tuple(one.rhs for one in found)
    at = {token.text: token.position for token in cursor.tokens if token.kind == "name"}
    places = tuple(at.get(name, operator.position) for name in names)
    return Instruments(found[0].lhs, names, found[0].position, places)


def _whole_expression(cursor: Cursor) -> tuple[Expression, str]:
    start = cursor.token.position
    expression = cursor.expression()
    if not cursor.done:
        raise cursor.error("the expression should end here", advice="is an operator missing?")
    last = cursor.tokens[-1]
    return expression, cursor.text[start : last.end]


def _relations(cursor: Cursor, operator: Token, block: Block | None) -> list[Relation]:
    lefts = _left_side(cursor, operator)
    cursor.expect(operator.text)
    found: list[list[Relation]] = [[] for _ in lefts]
    while True:
        modifiers, word = _term(cursor)
        for own, (name, efa) in zip(found, lefts, strict=True):
            own.append(_relation(cursor, name, efa, operator, modifiers, word, block))
        if not (cursor.done or cursor.sees("+")):
            advice = "join terms with '+'" if cursor.token.kind in ("name", "number") else ""
            raise cursor.error(f"unexpected {cursor.token.text!r}", advice=advice)
        while cursor.accept("+"):  # one too many, as before a line end, says nothing
            pass
        if cursor.done:
            return [relation for own in found for relation in own]


def _left_side(cursor: Cursor, operator: Token) -> list[tuple[Token, tuple[str, ...]]]:
    """Names left of the operator, each with the rotation block that it belongs to."""
    lefts: list[tuple[Token, tuple[str, ...]]] = []
    cursor.accept("+")  # a formula may begin with one
    while not cursor.sees(operator.text):
        modifiers, word = _term(cursor)
        if word.kind != "name":
            raise cursor.error("expected a name left of the operator", word)
        if modifiers is not _NO_MODIFIERS and modifiers != Modifiers(efa=modifiers.efa):
            raise cursor.error(
                "only efa() can stand left of the operator", word, "put modifiers on the right"
            )
        if any(word.text == other.text for other, _ in lefts):
            advice = "name each variable once"
            raise cursor.error(f"{word.text!r} stands twice left of the operator", word, advice)
        lefts.append((word, modifiers.efa))
        if not cursor.accept("+"):
            break
    if not lefts or not cursor.sees(operator.text):
        raise cursor.error("expected a name left of the operator")
    return lefts


def _relation(
    cursor: Cursor,
    name: Token,
    efa: tuple[str, ...],
    operator: Token,
    modifiers: Modifiers,
    word: Token,
    block: Block | None,
) -> Relation:
    if word.kind == "number":
        if operator.text == "=~" and word.text == "0" and modifiers is _NO_MODIFIERS:
            return Relation(name.text, PHANTOM, "", modifiers, name.position, block)
        if operator.text != "~" or word.text not in ("0", "1"):
            raise cursor.error("expected a variable name", word)
        if word.text == "0":
            modifiers = modifiers.merged(Modifiers(fixed=(0.0,)))
        return Relation(name.text, "~1", "", modifiers, name.position, block)
    if efa:
        modifiers = modifiers.merged(Modifiers(efa=efa))
    return Relation(name.text, operator.text, word.text, modifiers, name.position, block)


def _term(cursor: Cursor) -> tuple[Modifiers, Token]:
    """Modifiers and the variable (or the ``1`` of an intercept) that they stand before."""
    if _is_bare(cursor):
        return _NO_MODIFIERS, cursor.take()
    modifiers = _NO_MODIFIERS
    while True:
        first = cursor.token
        found = _modifier(cursor)
        if cursor.accept("?"):
            modifiers = modifiers.merged(_as_start(cursor, found, first))
        elif cursor.accept("*"):
            modifiers = modifiers.merged(_multiplied(modifiers, found))
        else:
            return modifiers, _variable(cursor, first)


def _is_bare(cursor: Cursor) -> bool:
    """Whether the next term is a name alone, as most are."""
    two = cursor.tokens[cursor.index : cursor.index + 2]
    if not two or two[0].kind != "name":
        return False
    return len(two) == 1 or two[1].text in _AFTER_A_TERM


def _multiplied(before: Modifiers, found: Modifiers) -> Modifiers:
    """Two numbers in a row are a product: ``2*3*x``."""
    if len(before.fixed) == len(found.fixed) == 1:
        return replace(found, fixed=(before.fixed[0] * found.fixed[0],))
    return found


def _variable(cursor: Cursor, first: Token) -> Token:
    """The token just read as a modifier is the variable itself."""
    if first.kind == "end":
        raise cursor.error("expected a variable name", first, "the statement ends too early")
    if first.kind not in ("name", "number") or cursor.tokens[cursor.index - 1] is not first:
        raise cursor.error("expected a variable name", first, "a modifier is followed by '*'")
    parts = [first.text]
    while cursor.accept(":"):
        other = cursor.take()
        if other.kind != "name":
            raise cursor.error("expected a variable name after ':'", other)
        parts.append(other.text)
    return first._replace(text=Product(*parts)) if len(parts) > 1 else first


def _check_label(cursor: Cursor, token: Token) -> None:
    if not is_plain_name(token.text):
        advice = "labels are made of letters, digits, '_' and '.', with a letter first"
        raise cursor.error(f"{token.text!r} is no label", token, advice)


def _as_start(cursor: Cursor, found: Modifiers, token: Token) -> Modifiers:
    if not found.fixed or any(value != value for value in found.fixed):
        raise cursor.error("a start value before '?' must be a number", token)
    return Modifiers(start=found.fixed)


def _modifier(cursor: Cursor) -> Modifiers:
    token = cursor.token
    if token.kind == "string":
        cursor.take()
        return Modifiers(label=(token.text[1:-1],))
    is_call = (
        token.kind == "name"
        and cursor.index + 1 < len(cursor.tokens)
        and cursor.tokens[cursor.index + 1].text == "("
    )
    if is_call and token.text in _CALLS:
        cursor.take()
        return _call(cursor, token)
    if [one.text for one in cursor.tokens[cursor.index : cursor.index + 3]][::2] == ["(", ")"]:
        return _in_brackets(cursor)
    if token.kind == "name" and not is_call:
        cursor.take()
        return _word(cursor, token) if cursor.sees("*") else Modifiers(label=(token.text,))
    if token.kind == "end":
        return Modifiers()
    if is_call and token.text not in FUNCTIONS and nearest(token.text, _CALLS):
        advice = nearest(token.text, _CALLS).removeprefix("; ")
        raise cursor.error(f"unknown modifier {token.text!r}", token, advice)
    return Modifiers(fixed=(_number(cursor),))


def _word(cursor: Cursor, token: Token) -> Modifiers:
    """A label, ``NA`` or ``pi`` before a variable."""
    _check_label(cursor, token)
    if token.text in (*_RESERVED, *_MISSING):
        advice = "write NA" if token.text in _MISSING else "choose another label"
        raise cursor.error(f"{token.text!r} is a reserved word of R, and no label", token, advice)
    if token.text in ("NA", "pi"):
        return Modifiers(fixed=(FREE if token.text == "NA" else pi,))
    return Modifiers(label=(token.text,))


def _in_brackets(cursor: Cursor) -> Modifiers:
    """A label or a number alone in brackets, which change nothing."""
    cursor.take()
    found = _modifier(cursor)
    cursor.take()
    return found


def _call(cursor: Cursor, token: Token) -> Modifiers:
    if token.text in _REFUSED_CALLS:
        cursor.arguments(lambda: _value(cursor))
        raise NotEstimatedError(str(cursor.error(f"{token.text}() is not estimated", token)))
    if token.text == "c":
        return _by_group(cursor.arguments(lambda: _value(cursor)))
    if token.text == "rep":
        return _by_group(_repeated(cursor, token))
    if token.text in _CASTS:
        return Modifiers(fixed=(_cast(cursor, token),))
    values = cursor.arguments(lambda: _values(cursor))[0]
    if token.text in _NUMERIC_CALLS:
        if not all(isinstance(value, float) for value in values):
            raise cursor.error(f"{token.text}() takes numbers", token)
    elif not all(isinstance(value, str) for value in values):
        raise cursor.error(f'{token.text}() takes a text, as {token.text}("a")', token)
    return Modifiers(**{token.text: tuple(values)})  # type: ignore[arg-type]


def _values(cursor: Cursor) -> list[float | str]:
    if cursor.token.text == "c":
        cursor.take()
        return cursor.arguments(lambda: _value(cursor))
    return [_value(cursor)]


def _value(cursor: Cursor) -> float | str:
    token = cursor.token
    if token.kind == "string":
        cursor.take()
        return token.text[1:-1]
    if token.kind == "name" and token.text == "NA":
        cursor.take()
        return FREE
    following = cursor.tokens[cursor.index + 1 : cursor.index + 2]
    if token.text in _CASTS and following and following[0].text == "(":
        return _cast(cursor, cursor.take())
    if token.kind == "name" and not (following and following[0].text == "("):
        _check_label(cursor, token)
        return cursor.take().text
    return _number(cursor, strength=0)


def _cast(cursor: Cursor, token: Token) -> float:
    """``as.numeric(0.5)``, ``as.numeric(NA)``: the number, or free."""
    values = cursor.arguments(lambda: _value(cursor))
    if values == ["NA"]:
        return FREE
    if len(values) != 1 or not isinstance(values[0], float):
        raise cursor.error(f"{token.text}() takes one number or NA here", token)
    return values[0]


def _repeated(cursor: Cursor, token: Token) -> list[float | str]:
    """``rep(1, 2)``: the same for each group."""
    values = cursor.arguments(lambda: _value(cursor))
    if len(values) != 2 or values[1] not in range(1, 1001):
        raise cursor.error("rep() takes what is repeated, and how often", token)
    return values[:1] * int(values[1])


def _by_group(values: list[float | str]) -> Modifiers:
    """``c(a, b)`` names, ``c(1, NA)`` fixes; a mixture does both, group by group."""
    labels = tuple(value if isinstance(value, str) else "" for value in values)
    fixed = tuple(value if isinstance(value, float) else FREE for value in values)
    only_labels = all(isinstance(value, str) for value in values)
    return Modifiers(
        fixed=() if only_labels else fixed,
        label=labels if any(labels) else (),
    )


def _number(cursor: Cursor, strength: int = 2) -> float:
    """A constant such as ``-0.5``, ``1/3`` or ``sqrt(2)``; before a variable a ``*`` ends it."""
    token, start = cursor.token, cursor.index
    expression = cursor.expression(strength)
    if strength == 0 and names(expression):  # of a variable: its '*' is not part of the number
        cursor.index, cursor.depth = start, 0
        expression = cursor.expression(strength=2)
    while cursor.accept("/"):
        expression = Call("/", (expression, cursor.expression(strength=2)))
    if names(expression):
        raise cursor.error("a modifier must be a number, a label or a call", token)
    try:
        value = evaluate(expression, {}, 0).value
    except ModelError as error:
        raise cursor.error(str(error).partition(";")[0], token) from None
    if not isfinite(value):
        raise cursor.error("a modifier must be a finite number", token)
    return value

"""Statements of an Mplus MODEL section to those of lavaan's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import ModelError

_TOKEN = re.compile(
    r"""(?P<label>\([^()]*\))
      | (?P<number>[@*](?:-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)?)
      | (?P<name>[A-Za-z_][\w.]*(?:\$\d+)?(?:-[A-Za-z_][\w.]*(?:\$\d+)?)?)
      | (?P<mark>[\[\]{}|])
      | (?P<space>[\s,]+)
    """,
    re.VERBOSE,
)
_PAIRED = ("PON", "PWITH")
_OPERATORS = {"BY": "=~", "ON": "~", "WITH": "~~"}


class Line(NamedTuple):
    """A line, or a statement, and the number of the line that it begins in."""

    number: int
    text: str

    def error(self, problem: str) -> ModelError:
        """What is wrong in the line."""
        return ModelError(f"Mplus input, line {self.number}: {problem}.\n    {self.text}")


class _Term(NamedTuple):
    """A variable with what stands behind it."""

    name: str
    number: str = ""  # "*", "*0.5", "@1" or nothing
    label: str = ""


@dataclass
class MplusModel:
    """The statements read so far.

    Attributes
    ----------
    known : list of str
        Names of the data, in their order.
    statements : list of (group, level, text)
    levels : set of str
        Levels that were named: within, between.
    constraints : list of str
    """

    known: list[str] = field(default_factory=list)
    statements: list[tuple[str, str, str]] = field(default_factory=list)
    levels: set[str] = field(default_factory=set)
    constraints: list[str] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    _alone: list[tuple[Line, str]] = field(default_factory=list)  # names without a word
    _made: set[str] = field(default_factory=set)  # what stands left of BY or |
    _products: dict[str, Line] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse names that are no variables, as misspelt words leave them, and idle products.

        Raises
        ------
        ModelError
        """
        known = {name.lower() for name in self.known} | self._made
        for statement, name in self._alone:
            if self.known and name.lower() not in known:
                raise statement.error(
                    f"{name!r} is neither in NAMES nor made by BY or |: is a word as BY, ON or "
                    "WITH misspelt?"
                )
        said = " ".join(text for _, _, text in self.statements)
        for name, statement in self._products.items():
            product = re.escape(self._seen[name])
            if not re.search(rf"(?<![\w.:]){product}(?![\w.:])", said):
                raise statement.error(f"the product {name!r} is defined and has no effect")

    def read(self, lines: list[Line], group: str) -> None:
        """Read a MODEL section, that of all groups or of one.

        Raises
        ------
        ModelError
        """
        level = ""
        for statement in by_semicolon(lines):
            text = statement.text
            while found := re.match(r"\s*%(\w+)%\s*", text):
                level = found[1].lower()
                if level not in ("within", "between"):
                    raise statement.error(f"%{found[1]}% has no counterpart here")
                self.levels.add(level)
                text = text[found.end() :]
            if text.strip():
                for said in self._said(Line(statement.number, text)):
                    self.statements.append((group, level, said))

    def read_constraints(self, lines: list[Line]) -> None:
        """Read MODEL CONSTRAINT: NEW parameters, and equations in labels."""
        new: set[str] = set()
        for statement in by_semicolon(lines):
            text = statement.text.strip()
            if found := re.match(r"NEW\s*\((.*)\)$", text, re.IGNORECASE):
                new |= {one.split("*")[0].lower() for one in found[1].replace(",", " ").split()}
                continue
            if re.match(r"(DO|PLOT|LOOP)\b", text, re.IGNORECASE):
                raise statement.error("loops and plots have no counterpart here")
            found = re.match(r"([^=<>]+)\s*(=|<|>)\s*([^=<>]+)$", text)
            if found is None:
                raise statement.error("expected an equation, as ab = a*b")
            left, operator, right = (part.strip() for part in found.groups())
            right = right.replace("**", "^")
            is_new = operator == "=" and left.lower() in new
            sign = ":=" if is_new else {"=": "=="}.get(operator, operator)
            self.constraints.append(f"{left.replace('**', '^')} {sign} {right}")

    def text(self, labels: dict[str, str]) -> str:
        """The model in lavaan's language; `labels` gives codes for Mplus' names of groups."""
        shared = [one for one in self.statements if not one[0]]
        groups = list(dict.fromkeys(group for group, _, _ in self.statements if group))
        groups = list(labels) if groups and labels else groups
        if not groups:
            return "\n".join([*_in_levels(shared), *self.constraints])
        lines: list[str] = []
        for group in groups:
            own = [one for one in self.statements if one[0].lower() == group.lower()]
            lines.append(f"group: {labels.get(group.lower(), group)}")
            lines += _in_levels([*shared, *own])
        return "\n".join([*lines, *self.constraints])

    @property
    def freed(self) -> list[str]:
        """What groups of their own sections say, which no longer is equal to the others'."""
        own = [said for group, _, said in self.statements if group]
        bare = [re.sub(r"[^\s+~]+\*", "", said).split(" + ")[0] for said in own]
        return list(dict.fromkeys(bare))

    def names(self, line: Line) -> list[str]:
        """A list of names, with ``x1-x5`` written out."""
        found: list[str] = []
        for word in line.text.replace(",", " ").split():
            found += self._range(line, word) if "-" in word else [self._spelt(word)]
        return found

    def _said(self, statement: Line) -> Iterator[str]:
        """What one statement says, in lavaan's language."""
        text = statement.text.strip()
        if "|" in text:
            yield from self._with_bar(statement)
            return
        if text[0] in "[{":
            yield from self._moments(statement)
            return
        found = re.split(
            r"\b(BY|ON|WITH|PON|PWITH|IND|VIA|XWITH|AT)\b", text, maxsplit=1, flags=re.I
        )
        if len(found) == 1:
            for term in self._terms(statement, text):
                self._alone.append((statement, term.name))
                yield _written(term.name, "~~", term)
            return
        left, word, right = found[0], found[1].upper(), found[2]
        sides = [term.name for term in self._terms(statement, left)]
        terms = self._terms(statement, right)
        if not (sides and terms):
            raise statement.error(f"{word} has variables on both sides")
        if word == "BY":
            self._made |= {name.lower() for name in sides}
        if word in _PAIRED:
            if len(sides) != len(terms):
                raise statement.error(f"{word} pairs as many variables as stand on its left")
            for name, term in zip(sides, terms, strict=True):
                yield _written(name, _OPERATORS[word[1:]], term)
            return
        if word not in _OPERATORS:
            raise statement.error(f"{word} has no counterpart here")
        for name in sides:
            for term in terms:
                yield _written(name, _OPERATORS[word], term)

    def _with_bar(self, statement: Line) -> Iterator[str]:
        """Growth factors, random slopes and products: what stands left of ``|`` is new."""
        left, _, right = statement.text.partition("|")
        names = [self._spelt(word) for word in left.split()]
        self._made |= {name.lower() for name in names}
        if found := re.search(r"\bXWITH\b", right, re.IGNORECASE):
            first, second = right[: found.start()].split(), right[found.end() :].split()
            if len(names) != len(first) or len(first) != 1 or len(second) != 1:
                raise statement.error("XWITH multiplies one factor by another")
            self._seen[names[0].lower()] = f"{self._spelt(first[0])}:{self._spelt(second[0])}"
            self._products[names[0].lower()] = statement
            return
        if found := re.search(r"\bON\b", right, re.IGNORECASE):
            outcomes, causes = right[: found.start()].split(), right[found.end() :].split()
            if len(names) != len(causes) or len(outcomes) != 1:
                raise statement.error("a random slope is of one outcome on one covariate")
            for name, cause in zip(names, causes, strict=True):
                yield f'{self._spelt(outcomes[0])} ~ rv("{name}")*{self._spelt(cause)}'
            return
        terms = self._terms(statement, right)
        times = [term.number.lstrip("@") for term in terms]
        if not all(term.number.startswith("@") for term in terms) or len(names) > 3:
            raise statement.error("growth factors need times, as i s | y1@0 y2@1")
        for power, name in enumerate(names):
            loadings = [
                f"{float(time or 0) ** power:g}*{term.name}"
                for time, term in zip(times, terms, strict=True)
            ]
            yield f"{name} =~ {' + '.join(loadings)}"
            yield f"{name} ~ NA*1"
        for term in terms:
            yield f"{term.name} ~ 0*1"

    def _moments(self, statement: Line) -> Iterator[str]:
        """``[x1]`` means, ``[u1$1]`` thresholds, ``{u1}`` scales; labels may stand outside."""
        for found in re.finditer(r"([\[{])([^\]}]*)[\]}]\s*(\([^()]*\))?", statement.text):
            terms = self._terms(statement, f"{found[2]} {found[3] or ''}")
            for term in terms:
                name, _, cut = term.name.partition("$")
                if found[1] == "{":
                    yield _written(name, "~*~", term)
                elif cut:
                    yield _written(name, "|", term._replace(name=f"t{cut}"))
                else:
                    yield _written(name, "~", term._replace(name="1"))

    def _terms(self, statement: Line, text: str) -> list[_Term]:
        """Variables with their numbers and labels."""
        found: list[_Term] = []
        open_since = 0  # terms since the last label
        place = 0
        for token in _TOKEN.finditer(text):
            if token.start() != place:
                break
            place = token.end()
            word = token.group()
            if token.lastgroup == "name":
                names = self._range(statement, word) if "-" in word else [self._spelt(word)]
                found += [_Term(name) for name in names]
                last = len(names)
            elif token.lastgroup == "number":
                for k in range(len(found) - last, len(found)):
                    found[k] = found[k]._replace(number=word)
            elif token.lastgroup == "label":
                labels = self._labels(statement, word[1:-1], len(found) - open_since)
                for k, label in zip(range(open_since, len(found)), labels, strict=True):
                    found[k] = found[k]._replace(label=label)
                open_since = len(found)
        if place != len(text):
            raise statement.error(f"{text[place:].strip()[:20]!r} cannot be read")
        return found

    def _labels(self, statement: Line, text: str, count: int) -> list[str]:
        """Labels of the parameters since the label before: one for all, or one for each."""
        if text.strip().startswith("*"):
            raise statement.error("exploratory factors (*1) are written efa('a')*f =~ ... here")
        words: list[str] = []
        for word in text.replace(",", " ").split():
            words += self._range(statement, word) if "-" in word else [word]
        named = [f"equal{word}" if word.isdigit() else word for word in words]
        if len(named) == 1:
            return named * count
        if len(named) != count:
            raise statement.error(f"{len(named)} labels stand behind {count} parameters")
        return named

    def _spelt(self, word: str) -> str:
        """A name as it was written first, since Mplus does not tell capitals."""
        bare, dollar, cut = word.partition("$")
        lookup = {name.lower(): name for name in self.known}
        known = self._seen.setdefault(bare.lower(), lookup.get(bare.lower(), bare))
        return f"{known}{dollar}{cut}"

    def _range(self, line: Line, word: str) -> list[str]:
        """``x1-x5`` written out, by the order of the data or by the numbers at the ends."""
        first, last = word.split("-")
        cut = ""
        if "$" in last:
            first, last, cut = first.partition("$")[0], *last.partition("$")[::2]
            cut = f"${cut}"
        lower = [name.lower() for name in self.known]
        if first.lower() in lower and last.lower() in lower:
            begin, end = lower.index(first.lower()), lower.index(last.lower())
            if begin <= end:
                return [f"{name}{cut}" for name in self.known[begin : end + 1]]
        ends = [re.fullmatch(r"(.*?)(\d+)", side) for side in (first, last)]
        if None in ends or ends[0][1].lower() != ends[1][1].lower():  # type: ignore[index]
            raise line.error(f"{word!r} is no range of names that is known")
        stem, begin, end = ends[0][1], int(ends[0][2]), int(ends[1][2])  # type: ignore[index]
        return [f"{self._spelt(f'{stem}{k}')}{cut}" for k in range(begin, end + 1)]


def _written(name: str, operator: str, term: _Term) -> str:
    """One parameter in lavaan's language."""
    modifiers = []
    if term.number.startswith("@"):
        modifiers.append(term.number[1:])
    elif term.number:
        modifiers.append("NA")
        modifiers += [f"start({term.number[1:]})"] if term.number[1:] else []
    if term.label:
        modifiers.append(term.label)
    terms = [f"{one}*{term.name}" for one in modifiers] or [term.name]
    return f"{name} {operator} {' + '.join(terms)}"


def by_semicolon(lines: list[Line]) -> Iterator[Line]:
    """Statements, which semicolons end, each with the number of the line that it begins in."""
    words: list[str] = []
    first = 0
    for line in lines:
        for place, part in enumerate(line.text.split(";")):
            if place and words:
                yield Line(first, " ".join(words))
                words = []
            if part.strip():
                first = first if words else line.number
                words.append(part.strip())
    if words:
        yield Line(first, " ".join(words))


def _in_levels(statements: list[tuple[str, str, str]]) -> list[str]:
    """Statements under the heads of their levels."""
    if not any(level for _, level, _ in statements):
        return [said for _, _, said in statements]
    lines: list[str] = []
    for number, level in enumerate(("within", "between"), 1):
        lines.append(f"level: {number}")
        lines += [said for _, where, said in statements if where == level]
    return lines

"""Instruments that a user names, in the call or in the model text, and errors that point there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..arguments import as_names
from ..errors import OptionError, TpnSemError
from ..language import Statements


@dataclass(frozen=True, eq=False)
class GivenInstruments:
    """Instruments of one equation.

    Attributes
    ----------
    variable : str
        What the equation is called.
    names : tuple of str
    places : tuple of int
        Where the variable and each name stand in the text; empty where the call has them.
    statements : Statements or None
        Of the text; None where the call has them.
    """

    variable: str
    names: tuple[str, ...]
    places: tuple[int, ...] = ()
    statements: Statements | None = None

    def error(self, problem: str, advice: str, name: str | None = None) -> TpnSemError:
        """An error that points at the variable, or at one of its instruments.

        An `OptionError` of instruments=, and of the text a `ModelError` with its place.

        Parameters
        ----------
        problem : str
            Without a point at its end.
        advice : str
        name : str, optional
            The instrument.
        """
        if self.statements is None:
            end = "" if problem.endswith("?") else "."
            return OptionError(f"instruments= of {self.variable!r}: {problem}{end} {advice}")
        word = self.variable if name is None else name
        place = self.places[0 if name is None else 1 + self.names.index(name)]
        return self.statements.error(problem, place, len(word), advice)


def given_instruments(
    statements: Statements, named: Mapping[str, Sequence[str] | str]
) -> dict[str, GivenInstruments]:
    """Instruments by equation, of the text and of the call.

    Raises
    ------
    OptionError
        For names that are none.
    ModelError
        Where the text and the call have those of one equation.
    """
    found = {
        name: GivenInstruments(name, as_names("instruments", value))
        for name, value in named.items()
    }
    for line in statements.instruments:
        before = found.get(line.lhs)
        own = GivenInstruments(line.lhs, line.names, (line.position, *line.places), statements)
        if before is None:
            found[line.lhs] = own
        elif before.statements is None:
            raise own.error(
                f"instruments of {line.lhs!r} stand in instruments=, too", "Give them once."
            )
        else:
            names, places = before.names + own.names, before.places + own.places[1:]
            found[line.lhs] = GivenInstruments(line.lhs, names, places, statements)
    return found

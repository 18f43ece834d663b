"""The result of a check: findings, indices of rows, repairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import checked
from ...drawing import Shown, Table
from ...errors import OptionError, nearest
from ...fresh_property import fresh_property
from ..reading import file_rows
from .finding import SEVERITIES, Finding, Repair, counted

_ROWS_SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class SurveyCheck(Shown):
    """What was found in a survey.

    Attributes
    ----------
    found : tuple of Finding
        What is worst comes first.
    n_rows, n_items : int
    constructs : dict of str to tuple of str
        The items that were looked at: the instrument's, or guessed by their names.
    guessed : bool
        Whether they were guessed.
    """

    found: tuple[Finding, ...]
    n_rows: int
    n_items: int
    constructs: dict[str, tuple[str, ...]]
    guessed: bool
    _data: pd.DataFrame
    _responses: pd.DataFrame

    @fresh_property
    def findings(self) -> pd.DataFrame:
        """A row per finding, numbered from 1.

        Columns severity ("error", "warning", "note"), kind, column, n_rows, rows (labels of the
        index, as a list), file_rows (where these stand in the file, from 1, if it was read by
        `read_survey`), what, what_to_do, repair (what `apply` would do; empty where nothing).
        """
        rows = [
            {
                "severity": one.severity,
                "kind": one.kind,
                "column": one.column,
                "n_rows": len(one.rows),
                "rows": self._data.index[one.rows].tolist(),
                "file_rows": self._rows_of(one),
                "what": one.what,
                "what_to_do": one.what_to_do,
                "repair": "" if one.repair is None else one.repair.log(len(one.repair.rows)),
            }
            for one in self.found
        ]
        columns = [
            "severity",
            "kind",
            "column",
            "n_rows",
            "rows",
            "file_rows",
            "what",
            "what_to_do",
            "repair",
        ]
        table = pd.DataFrame(rows, columns=columns)
        table.index = pd.RangeIndex(1, len(table) + 1, name="finding")
        return table

    @fresh_property
    def responses(self) -> pd.DataFrame:
        """Indices of careless answers, a row per respondent; none of them is a proof.

        Columns answered, longstring (Johnson, 2005), irv (Dunn et al., 2018), even_odd (Jackson,
        1976; Johnson, 2005), mahalanobis and mahalanobis_p (Curran, 2016), guttman_errors (Emons,
        2008; Zijlstra et al., 2011), indications.
        """
        return self._responses

    @property
    def names(self) -> list[str]:
        """All columns of the data."""
        return [str(name) for name in self._data.columns]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that make numbers wrong."""
        return tuple(one for one in self.found if one.severity == "error")

    @checked
    def apply(self, *repairs: int | str) -> pd.DataFrame:
        """The data with the repairs that you accept, each logged in ``attrs["repairs"]``.

        Parameters
        ----------
        *repairs : int or str
            Numbers of findings, kinds of findings ("stray code"), or "all": those of errors and
            warnings. Rows that notes are about, as careless answers, are left out only by name.

        Returns
        -------
        DataFrame
            A changed copy; the data themselves stay as they are.

        Raises
        ------
        OptionError
            For a finding that is not there, or has no repair.
        """
        if not repairs:
            raise OptionError("apply which repairs? Give numbers or kinds of findings, or 'all'.")
        chosen: dict[int, Repair] = {}
        for asked in repairs:
            chosen |= self._asked(asked)
        frame = self._data
        for _, repair in sorted(chosen.items()):
            if not repair.leaves_out:
                frame = repair.write(frame)
        kept = np.ones(len(frame), dtype=bool)
        log = []
        for _, repair in sorted(chosen.items()):
            count = int(kept[repair.rows].sum()) if repair.leaves_out else len(repair.rows)
            if repair.leaves_out:
                kept[repair.rows] = False
            if count:  # a row is left out once, whatever else was found in it
                log.append(repair.log(count))
        frame = frame.copy() if kept.all() else frame[kept]
        frame.attrs = {
            **self._data.attrs,
            "repairs": [*self._data.attrs.get("repairs", []), *log],
        }
        return frame

    def _asked(self, asked: int | str) -> dict[int, Repair]:
        """Repairs that a number or a kind names, by the place of their finding."""
        if isinstance(asked, str):
            wanted = [
                place
                for place, one in enumerate(self.found)
                if asked == one.kind or (asked == "all" and one.severity != "note")
            ]
            if not wanted and asked != "all":
                kinds = list(dict.fromkeys(one.kind for one in self.found))
                there = f"; there are {', '.join(kinds)}" if kinds else ": nothing was found"
                advice = nearest(asked, kinds) or there
                raise OptionError(f"no finding is of the kind {asked!r}{advice}.")
        else:
            wanted = [int(asked) - 1]
            if not 0 <= wanted[0] < len(self.found):
                there = f"there are 1 to {len(self.found)}" if self.found else "nothing was found"
                raise OptionError(f"there is no finding {asked}; {there}.")
        found = {
            place: repair for place in wanted if (repair := self.found[place].repair) is not None
        }
        if not found and asked != "all":
            raise OptionError(
                f"finding {asked!r} has no repair: {self.found[wanted[0]].what_to_do}"
            )
        return found

    # What a person reads -------------------------------------------------------------------------

    @property
    def verdict(self) -> str:
        """One sentence: how much was found, and how bad."""
        counts = [sum(one.severity == kind for one in self.found) for kind in SEVERITIES]
        told = [counted(count, kind) for count, kind in zip(counts, SEVERITIES, strict=True)]
        return f"{counted(self.n_rows, 'row')}, {counted(self.n_items, 'item')}: {', '.join(told)}."

    def _text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterable[str]:
        yield self.verdict
        if self.guessed:
            yield f"Items were guessed: {self._listing()}."
        for place, one in enumerate(self.found):
            where = f" {one.column}:" if one.column else ""
            yield f"{place + 1:3d} {one.severity}: {one.kind}:{where} {one.what}{self._where(one)}"
            yield f"      {one.what_to_do}"

    def _listing(self) -> str:
        return "; ".join(
            f"{name or 'others'} {', '.join(map(_shortened, own[:3]))}{', ...' * (len(own) > 3)}"
            for name, own in self.constructs.items()
        )

    def _where(self, one: Finding) -> str:
        if not 0 < len(one.rows) <= _ROWS_SHOWN:
            return ""
        rows = ", ".join(map(str, self._rows_of(one)))
        what = "row" if len(one.rows) == 1 else "rows"
        return f" [{what} {rows}{' of the file' if 'reading' in self._data.attrs else ''}]"

    def _rows_of(self, one: Finding) -> list[object]:
        """Rows as a person looks for them: those of the file, or labels of the index."""
        return file_rows(self._data.index[one.rows].tolist(), self._data.attrs)

    def _views(self) -> Iterable[str | Table]:
        yield self.verdict
        if self.guessed:
            yield f"Items were guessed: {self._listing()}."
        rows = [
            (one.severity, one.kind, one.column, one.what + self._where(one), one.what_to_do)
            for one in self.found
        ]
        columns = ["severity", "kind", "column", "what", "what to do"]
        index = pd.RangeIndex(1, len(rows) + 1)
        yield Table(pd.DataFrame(rows, columns=columns, index=index), "Findings")


def _shortened(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:37]}..."

"""The joint display: estimates of a survey beside themes of interviews, judged by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..drawing import Shown, Table
from ..errors import OptionError
from ..fit import Fit
from ..groups.differences import GroupDifferences
from ..languages import speaking
from ..writing import csv_text, write_whole
from .display_entries import Entry, judged, make_entries, ordered
from .display_html import display_html, display_page
from .display_paths import Interval, PathDifferences, differences_of, paths_of
from .display_table import (
    difference_table,
    difference_texts,
    entry_table,
    interval_text,
    silent_table,
    verdict_form,
    verdict_word,
)
from .display_verdicts import NOT_JUDGED, read_verdicts
from .interviews import DRAWS, SEED, Interviews
from .theme_links import PathName

SYNTHETIC_NOTE = (
    "The interviews are synthetic: interviewees, codes and quotations are invented, and none is of "
    "any study."
)


@dataclass(frozen=True, eq=False, repr=False)
class JointDisplay(Shown):
    """Paths and themes side by side; made by `joint_display`.

    Attributes
    ----------
    table : DataFrame
        A row per path and theme that are linked, and per path or theme that is not: path; estimate,
        se, ci_lower, ci_upper, p_value (standardised); difference, difference_ci_lower, ... (by
        group, where given; with several other groups their names follow); theme, link_note;
        interviewees (in words), n, of, and both by location; quotation, interviewee, school,
        location; silent (why a strand says nothing; "" where both speak); verdict, verdict_note,
        who. Numbers are missing where `silent` says why, or the path is fixed or not compared.
    silent : DataFrame
        Silent cells: silent ("interviews": the path has no theme that anybody speaks of;
        "survey": the theme has no path), path, theme, why.
    agreement : DataFrame
        Of two coders, as from `Interviews.agreement`.
    differences : DataFrame
        A row per path and other group; empty without `by_group`.
    verdict_form : DataFrame
        Pairs of path and theme with the verdicts so far: write it to a file, fill it in, and give
        it as ``verdicts=``.
    synthetic : bool
    rows : {"paths", "themes"}
    notes : tuple of str
        What must be known before reading it.
    """

    table: pd.DataFrame
    silent: pd.DataFrame
    agreement: pd.DataFrame
    differences: pd.DataFrame
    verdict_form: pd.DataFrame
    synthetic: bool
    rows: str
    notes: tuple[str, ...]
    _entries: tuple[Entry, ...] = field(repr=False)
    _by_group: PathDifferences | None = field(repr=False)

    @property
    def title(self) -> str:
        """Its heading, which says where the interviews are synthetic."""
        return f"Joint display{', of synthetic interviews' if self.synthetic else ''}"

    @checked
    def html(self) -> str:
        """The display as a piece of HTML, with its style, without title and notes."""
        return display_html(self._entries, self.rows, self._by_group)

    @checked
    def to_csv(self, path: str | Path) -> None:
        """Write `table`; no text is a formula to a spreadsheet program.

        Raises
        ------
        OptionError
            Where it cannot be written.
        """
        write_whole(path, csv_text(self.table, index=False))

    @checked
    def save(self, path: str | Path) -> None:
        """Write it, as the ending of the path says: .html or .csv.

        Raises
        ------
        OptionError
            For another ending, and where it cannot be written.
        """
        kind = Path(path).suffix.lower()
        if kind == ".csv":
            self.to_csv(path)
        elif kind in (".html", ".htm"):
            write_whole(path, display_page(self.title, self.notes, self._pieces()))
        else:
            raise OptionError(f"{str(path)!r}: a joint display is saved as .html or .csv.")

    def _pieces(self) -> list[str]:
        if not len(self.agreement):
            return [self.html()]
        agreement = Table(self.agreement, "Agreement of the coders").to_html()
        return [self.html(), f'<div style="overflow-x:auto">{agreement}</div>']

    @checked
    def to_html(self, *, language: str | None = None) -> str:
        """The display as notebooks show it: notes, then each path beside its themes."""
        with speaking(language or self._language, self._names):
            notes = Table(pd.DataFrame({"notes": self.notes}), self.title, index=False)
            shown = notes.to_html(language=language)
            return "\n".join([shown, *self._pieces()])

    def _text(self) -> str:
        return "\n".join([self.title, *(f"! {note}" for note in self.notes), "", *self._blocks()])

    def _blocks(self) -> Iterable[str]:
        for entry in self._entries:
            yield "\n".join(_lines(entry, self._by_group))

    def _views(self) -> list[str | Table]:
        return [*self.notes, Table(self.table, self.title, index=False)]


def _lines(entry: Entry, differences: PathDifferences | None) -> list[str]:
    """An entry as text: survey, interviews, verdict."""
    survey = f"{entry.path}  {interval_text(entry.estimate)}" if entry.path else entry.silent
    lines = [survey]
    if entry.path and differences is not None:
        lines += [f"  {text}" for text in difference_texts(entry, differences)]
    if entry.theme is not None:
        lines.append(f"  {entry.theme.theme}: {entry.theme.count}")
        lines += [f"  ({entry.link_note})"] if entry.link_note else []
        lines += [
            f"  “{one.text}” — {one.interviewee}, school {one.school}, {one.location}"
            for one in entry.theme.quotations
        ]
    elif entry.silent:
        lines.append(f"  {entry.silent}")
    who = f" ({entry.verdict.who})" if entry.verdict and entry.verdict.who else ""
    return [*lines, f"  verdict: {verdict_word(entry)}{who}"]


@checked
def joint_display(
    fit: Fit,
    interviews: Interviews,
    *,
    by_group: Fit | GroupDifferences | None = None,
    verdicts: str | Path | pd.DataFrame | Mapping[str, Any] | None = None,
    rows: Literal["paths", "themes"] = "paths",
    lacking: Literal["refuse", "tell"] = "refuse",
    draws: int = DRAWS,
    seed: int = SEED,
) -> JointDisplay:
    """Estimates of a survey beside themes of interviews (Guetterman, Fetters & Creswell, 2015).

    A path without a theme, and a theme without a path, are silent, and shown so. Whether the
    strands confirm each other, one expands the other, or they are in discord, a person says:
    nothing here computes it, and what nobody judged is "not judged yet".

    Parameters
    ----------
    fit : Fit
        Of one group; its standardised paths are shown.
    interviews : Interviews
    by_group : Fit of several groups, or GroupDifferences, optional
        Of the same model: the difference of each standardised path by location.
    verdicts : path, DataFrame or dict, optional
        A row per verdict: ``path`` and/or ``theme``, ``verdict`` ("confirm", "expand", "discord",
        "silent"), ``note``, ``who``. Or a dict from path or theme to a verdict, to (verdict, note,
        who), or to a dict of these. One about a path is about all of its themes, and the reverse.
    rows : {"paths", "themes"}
        What the rows are ordered by.
    lacking : {"refuse", "tell"}
        Whether a link to a path that the model lacks is an error, or its theme is shown as silent
        with the path named.
    draws, seed : int
        Of the interval of alpha, where two coded; see `Interviews.agreement`.

    Returns
    -------
    JointDisplay

    Raises
    ------
    DataError
        For links and verdicts that do not fit the model or each other.
    OptionError
        For a fit of several groups, and for `by_group` of another model.
    NotAvailableError
        Where nothing converged, or the model has no paths.
    """
    check_range("draws", draws, 100, 1_000_000)
    read_seed(seed)
    paths = paths_of(fit)
    differences = differences_of(by_group, paths)
    entries = make_entries(paths, interviews, lacking)
    entries = judged(entries, read_verdicts(verdicts, interviews.codebook))
    entries = ordered(entries, rows, paths, interviews.themes)
    locations = list(interviews.themes[0].by_location)
    return JointDisplay(
        table=entry_table(entries, differences, locations),
        silent=silent_table(entries),
        agreement=interviews.agreement(draws=draws, seed=seed),
        differences=difference_table(differences),
        verdict_form=verdict_form(entries),
        synthetic=interviews.synthetic,
        rows=rows,
        notes=tuple(_notes(fit, interviews, entries, differences, locations, paths)),
        _entries=tuple(entries),
        _by_group=differences,
    )


def _notes(
    fit: Fit,
    interviews: Interviews,
    entries: Sequence[Entry],
    differences: PathDifferences | None,
    locations: Sequence[str],
    paths: Mapping[PathName, Interval],
) -> Iterable[str]:
    if interviews.synthetic:
        yield SYNTHETIC_NOTE
    if not fit.admissible:
        yield "The solution of the model is improper: its estimates are not to be interpreted."
    yield from interviews.notes
    if not interviews.links:
        yield "No links were given: no theme stands beside a path."
    yield from _difference_notes(differences, locations, paths)
    if any(entry.theme and entry.theme.quotations for entry in entries):
        yield "Of each theme the quotations chosen to be shown stand here, or else the first."
    yield from _verdict_notes(entries)


def _difference_notes(
    differences: PathDifferences | None,
    locations: Sequence[str],
    paths: Mapping[PathName, Interval],
) -> Iterable[str]:
    if differences is None:
        return
    yield "Differences by group are of paths standardised in each group."
    yield from differences.notes
    compared = {path for _, path in differences.values}
    missing = [str(path) for path in paths if path not in compared]
    if missing:
        yield f"Not compared by group: {', '.join(missing)}."
    strange = [name for name in locations if name not in differences.labels]
    if strange:
        yield (
            f"Locations of the interviews ({', '.join(strange)}) are not among the groups of the "
            f"fit ({', '.join(differences.labels)})."
        )


def _verdict_notes(entries: Sequence[Entry]) -> Iterable[str]:
    speaking = [entry for entry in entries if not entry.silent]
    given = [entry for entry in speaking if entry.verdict is not None]
    if not speaking:
        yield "Every cell is silent: there is nothing to judge."
    elif len(given) < len(speaking):
        yield (
            f"{len(speaking) - len(given)} of {len(speaking)} pairs of path and theme are "
            f"{NOT_JUDGED}: verdicts are entered by a person (verdicts=), never computed."
        )
    unsigned = [entry for entry in entries if entry.verdict is not None and not entry.verdict.who]
    if unsigned:
        yield f"Verdicts that do not say who gave them: {len(unsigned)}."

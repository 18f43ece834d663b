"""Report: sections in order, and the documents that are written of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...arguments import checked
from ...errors import OptionError, choose
from ...languages import LANGUAGES, speaking
from ...writing import write_whole
from .report_json import json_of
from .report_latex import latex_document
from .report_layout import Layout, laid_out
from .report_page import page_of_report
from .report_parts import Figure, Section
from .report_word import save_report_word

FORMATS = {"html": ".html", "json": ".json", "docx": ".docx", "latex": ".tex"}
"""Ending of each format's file."""


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """Sections in order, under a title and what must be known before reading.

    Parameters
    ----------
    title : str
    sections : sequence of Section
        They are numbered in this order.
    notes : sequence of str
        Warnings that stand before everything, and that no option leaves out.
    made_by : str
        The program and its version.
    language : {"en", "ru", "kk"}
        English, Russian or Kazakh; sentences that a catalogue lacks stay English.
    names : sequence of str
        Names of your own, as of constructs, items and groups: they stay as they are.

    Raises
    ------
    OptionError
        Where two sections have one key, and for a language that has no catalogue.
    """

    title: str
    sections: Sequence[Section]
    notes: Sequence[str] = ()
    made_by: str = ""
    language: str = "en"
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        choose("language", self.language, LANGUAGES)
        keys = self.keys
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise OptionError(f"two sections have the key {twice!r}: give one another key.")

    @property
    def keys(self) -> list[str]:
        """Keys of the sections, in order."""
        return [section.key for section in self.sections]

    @property
    def figures(self) -> dict[str, Figure]:
        """All figures by the name of their file."""
        parts = [part for section in self.sections for part in section.walk()]
        return {part.name: part for part in parts if isinstance(part, Figure)}

    def __repr__(self) -> str:
        return f"Report({self.title!r}: {', '.join(self.keys)})"

    def _repr_html_(self) -> str:
        return self.to_html()

    @checked
    def to_html(self) -> str:
        """One page that holds everything, without scripts and without anything from outside."""
        with speaking(self.language, self.names):
            return page_of_report(self._layout())

    @checked
    def to_json(self) -> str:
        """The same content as JSON; docs/report.md has its schema."""
        with speaking(self.language, self.names):
            return json_of(self._layout())

    @checked
    def to_latex(self, figures: str = "figures") -> str:
        """A document of LaTeX, for pdflatex (Latin letters) or xelatex (any).

        Parameters
        ----------
        figures : str
            The folder in which LaTeX looks for figures, as PDF or PNG.
        """
        with speaking(self.language, self.names):
            return latex_document(self._layout(), figures)

    @checked
    def to_docx(self, path: str | Path) -> None:
        """Write a document of Word that can be edited: headings, tables and figures.

        Raises
        ------
        NotAvailableError
            Without python-docx.
        OptionError
            Where it cannot be written.
        """
        with speaking(self.language, self.names):
            save_report_word(self._layout(), path)

    @checked
    def save(self, path: str | Path) -> None:
        """Write it, as the ending of the path says: .html, .json, .docx or .tex.

        Raises
        ------
        OptionError
            For another ending, and where it cannot be written.
        NotAvailableError
            Without python-docx, for .docx.
        """
        kind = Path(path).suffix.lower()
        if kind == ".docx":
            self.to_docx(path)
        elif kind == ".html":
            write_whole(path, self.to_html())
        elif kind == ".json":
            write_whole(path, self.to_json())
        elif kind == ".tex":
            write_whole(path, self.to_latex())
        else:
            endings = ", ".join(FORMATS.values())
            raise OptionError(f"{str(path)!r}: a report is saved as one of {endings}.")

    def _layout(self) -> Layout:
        return laid_out(self.title, self.notes, self.made_by, self.sections)

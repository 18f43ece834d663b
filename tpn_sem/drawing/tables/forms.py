"""What every result and every table can be written as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...arguments import checked
from ...languages import speaking
from .html_parts import html_of
from .latex_parts import latex_of
from .markdown_parts import markdown_of
from .word_parts import save_word
from .workbooks import save_workbook
from .written_table import Written


class Forms:
    """Sentences and tables as pieces of pages and as documents."""

    @property
    def _language(self) -> str:
        """What is spoken where nobody asks for another language."""
        return "en"

    @property
    def _names(self) -> Iterable[str]:
        """Names of a user's own, which no language changes."""
        return ()

    def _parts(self) -> Sequence[str | Written]:
        """What is written, in order."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.to_html()

    @checked
    def to_html(self, *, language: str | None = None) -> str:
        """A piece of HTML with its styles in it, as notebooks show it.

        Parameters
        ----------
        language : {"en", "ru", "kk"}, optional
            Of headings, titles, parameters in words and the decimal mark; what its catalogue lacks
            stays English. The other forms have it, too.
        """
        with speaking(language or self._language, self._names):
            return html_of(self._parts())

    @checked
    def to_latex(self, *, language: str | None = None) -> str:
        """LaTeX with booktabs, in which nothing of the content is a command."""
        with speaking(language or self._language, self._names):
            return latex_of(self._parts())

    @checked
    def to_markdown(self, *, language: str | None = None) -> str:
        """Markdown, in which nothing of the content is a mark or HTML."""
        with speaking(language or self._language, self._names):
            return markdown_of(self._parts())

    @checked
    def to_docx(self, path: str | Path, *, language: str | None = None) -> None:
        """Write a document of Word.

        Raises
        ------
        NotAvailableError
            Without python-docx.
        OptionError
            Where it cannot be written.
        """
        with speaking(language or self._language, self._names):
            save_word(self._parts(), path)

    @checked
    def to_excel(self, path: str | Path, *, language: str | None = None) -> None:
        """Write a workbook of Excel, a sheet for each table: numbers as numbers, no text a formula.

        Raises
        ------
        NotAvailableError
            Without openpyxl.
        OptionError
            Where it cannot be written.
        """
        with speaking(language or self._language, self._names):
            save_workbook(self._parts(), path)

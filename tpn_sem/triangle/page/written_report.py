"""The study as a folder: its report in the formats asked for, tables as CSV, figures as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..._version import __version__
from ...arguments import as_names, checked
from ...articles import cite
from ...drawing.documents import FORMATS, picture
from ...errors import choose
from ...writing import csv_text, make_folder, write_whole, written_whole
from ..study import Study
from .sections import SectionFunction
from .study_provenance import cited_fit, provenance_text
from .study_report import study_report
from .study_tables import study_tables


@checked
def write_report(
    study: Study,
    folder: str | Path,
    version: str = __version__,
    *,
    formats: str | Sequence[str] = ("html",),
    sections: Iterable[SectionFunction | str] | None = None,
    without: str | Sequence[str] = (),
    language: str = "en",
) -> list[Path]:
    """Write the study's report, tables and figures.

    Parameters
    ----------
    study : Study
    folder : path
        Made if it does not exist; files in it are overwritten.
    version : str
        Of this library, printed under the title.
    formats : any of "html", "json", "docx", "latex"
        Of the report.
    sections, without, language
        As in `study_report`.

    Returns
    -------
    list of Path
        The files written: report.html, report.json, report.docx, report.tex as asked for;
        figures/*.svg (for LaTeX also as PDF, if matplotlib is installed), tables/*.csv;
        provenance.json (versions, options, data and decisions of the variant that is reported)
        and references.bib, unless nothing converged.

    Raises
    ------
    OptionError
        For unknown formats and sections, and where nothing can be written.
    NotAvailableError
        Without python-docx, for "docx".
    """
    wanted = [choose("formats", one, FORMATS) for one in as_names("formats", formats)]
    report = study_report(
        study, sections=sections, without=without, version=version, language=language
    )
    target = make_folder(folder, "folder")
    for name in ("tables", "figures"):
        make_folder(target / name, "folder")
    written = []
    for kind in dict.fromkeys(wanted):
        written.append(target / f"report{FORMATS[kind]}")
        report.save(written[-1])
    for name, figure in report.figures.items():
        written.append(target / "figures" / f"{name}.svg")
        write_whole(written[-1], figure.drawing.svg)
        if "latex" in wanted and (image := picture(figure.drawing, ".pdf")) is not None:
            written.append(target / "figures" / f"{name}.pdf")
            with written_whole(written[-1]) as file:
                file.write(image)
    if (known := provenance_text(study)) is not None:
        written.append(target / "provenance.json")
        write_whole(written[-1], known)
    if (fit := cited_fit(study)) is not None:
        written.append(target / "references.bib")
        cite(fit).to_bibtex(written[-1])
    for name, (table, index) in study_tables(study).items():
        written.append(target / "tables" / f"{name}.csv")
        write_whole(written[-1], csv_text(table, index))
    return written

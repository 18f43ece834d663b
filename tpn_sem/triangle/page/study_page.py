"""The study as a folder: a page, its tables as CSV and its figures as SVG."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...errors import NotAvailableError, TpnSemError
from ...fit import overview
from ...results.engines import CrossCheck
from ...writing import csv_text, make_folder, write_whole
from ..study import REFERENCE, Study
from .comparison_section import (
    comparison_figures,
    comparison_html,
    comparison_tables,
    comparison_words,
)
from .figures import contest_plot, interval_plot, scree_plot
from .html_tables import html_table

_VARIANT_COLUMNS = [
    "rank",
    "df",
    "chisq",
    "pvalue",
    "cfi",
    "rmsea",
    "srmr",
    "bic",
    "delta_bic",
    "claim",
]
_INTERVAL = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]


def write_report(study: Study, folder: str | Path, version: str) -> list[Path]:
    """Write the study's page, tables and figures.

    Parameters
    ----------
    study : Study
    folder : path
        Made if it does not exist; files in it are overwritten.
    version : str
        Of this library, printed on the page.

    Returns
    -------
    list of Path
        The files written: report.html, tables/*.csv, figures/*.svg.
    """
    target = make_folder(folder, "folder")
    for name in ("tables", "figures"):
        make_folder(target / name, "folder")
    figures = _figures(study)
    written = [target / "report.html"]
    write_whole(written[0], _page(study, figures, version))
    for name, svg in figures.items():
        written.append(target / "figures" / f"{name}.svg")
        write_whole(written[-1], svg)
    for name, (table, index) in study_tables(study).items():
        written.append(target / "tables" / f"{name}.csv")
        write_whole(written[-1], csv_text(table, index))
    return written


def study_tables(study: Study) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables by name, and whether their index is part of them."""
    tables = {
        "respondents": (study.respondents, True),
        "eigenvalues": (study.exploration.eigenvalues, True),
        "exploratory_loadings": (study.exploration.loadings, True),
        "variants": (study.table, True),
        "equivalences": (study.contest.equivalences, False),
        "nestings": (study.contest.nestings, False),
        "paths": (study.paths, False),
        "indirect_effects": (study.indirect, False),
        "r_squared": (study.r_squared, False),
    }
    reference = study.contest.fits.get(REFERENCE)
    if reference is not None:
        tables["measurement_estimates"] = (reference.estimates, False)
        tables["measurement_standardized"] = (reference.standardized(), False)
    if study.main is not None:
        tables["structural_estimates"] = (study.main.estimates, False)
        tables["structural_standardized"] = (study.main.standardized(), False)
    tables |= comparison_tables(study.comparison)
    if study.cross_check is not None and study.cross_check.possible:
        tables["cross_check"] = (study.cross_check.table, False)
    return {name: item for name, item in tables.items() if len(item[0])}


def _figures(study: Study) -> dict[str, str]:
    """SVG by name; without matplotlib only the path diagrams."""
    figures = comparison_figures(study.comparison)
    if study.main is not None and study.main.converged:
        figures["path_diagram"] = str(study.main.path_diagram())
    try:
        figures["scree"] = scree_plot(study.exploration.eigenvalues)
        if study.table["delta_bic"].notna().any():
            figures["contest"] = contest_plot(study.table)
        if len(study.paths):
            figures["paths"] = interval_plot(
                study.paths, "parameter", "estimate", "standardised path with 95 % interval"
            )
    except NotAvailableError:
        pass
    return figures


def _page(study: Study, figures: dict[str, str], version: str) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tpn_sem.triangle.page", "."),
        undefined=StrictUndefined,
        autoescape=True,
    )
    page = environment.get_template("study_page.html.j2")
    from markupsafe import Markup

    drawn = {name: Markup(figures[key]) if key in figures else "" for name, key in _DRAWN.items()}
    return str(
        page.render(
            study=study,
            version=version,
            figures=drawn,
            tables={name: Markup(text) for name, text in _html_tables(study).items()},
            measurement_fit=_measurement_fit(study),
            remarks=study.contest.remarks,
            main_reason=study.contest.refused.get(study.main_variant, "it did not converge"),
            models=_models(study),
            compared=comparison_words(study.comparison),
            groups={k: Markup(v) for k, v in comparison_html(study.comparison).items()},
        )
    )


_DRAWN = {
    **{name: name for name in ("scree", "contest", "paths")},
    "diagram": "path_diagram",
    "curves": "item_curves",
}


def _html_tables(study: Study) -> dict[str, str]:
    contest = study.contest
    nested = contest.nestings[contest.nestings["general"] == REFERENCE]
    cross_check = study.cross_check
    exploratory = study.exploration.loadings
    return {
        "respondents": html_table(study.respondents),
        "exploratory": html_table(exploratory.round(2)) if len(exploratory) else "",
        "loadings": _loadings(study),
        "variants": html_table(contest.table[_VARIANT_COLUMNS]),
        "equivalences": _rows_or_nothing(contest.equivalences),
        "nested": _rows_or_nothing(nested.drop(columns="general")),
        "paths": html_table(study.paths, index=False),
        "indirect": _rows_or_nothing(study.indirect),
        "r_squared": html_table(study.r_squared, index=False),
        "cross_check": (
            _both_engines(cross_check) if cross_check is not None and cross_check.possible else ""
        ),
    }


def _rows_or_nothing(table: pd.DataFrame) -> str:
    return html_table(table, index=False) if len(table) else ""


def _both_engines(cross_check: CrossCheck) -> str:
    """A row per engine."""
    fits = cross_check.fit.rename(columns={"other": cross_check.engine}).T
    return html_table(fits.rename_axis("engine"))


def _loadings(study: Study) -> str:
    reference = study.contest.fits.get(REFERENCE)
    if reference is None or not reference.converged:
        return ""
    table = reference.standardized()
    rows = table[table["op"] == "=~"].rename(columns={"lhs": "factor", "rhs": "item"})
    return html_table(rows[["factor", "item", *_INTERVAL]], index=False)


def _measurement_fit(study: Study) -> str:
    reference = study.contest.fits.get(REFERENCE)
    if reference is None:
        return ""
    m = overview(reference, list(reference.measures.index))
    return (
        f"χ²({m['df']:.0f}) = {m['chisq']:.2f}, p = {m['pvalue']:.3f}; CFI {m['cfi']:.3f}, "
        f"TLI {m['tli']:.3f}, RMSEA {m['rmsea']:.3f} "
        f"[{m['rmsea_ci_lower']:.3f}, {m['rmsea_ci_upper']:.3f}], SRMR {m['srmr']:.3f}; "
        f"n = {reference.n_observations}."
    )


def _models(study: Study) -> list[tuple[str, str, str]]:
    """Name, text and sentence of each variant that can be written for the instrument."""
    found = []
    for name, variant in study.contest.variants.items():
        try:
            found.append((name, str(variant.model(study.instrument)), variant.sentence))
        except TpnSemError:  # the table says why it is refused
            continue
    return found

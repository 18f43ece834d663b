"""The study as a folder: a page, its tables as CSV and its figures as SVG."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from ...drawing import p_phrase
from ...errors import NotAvailableError, TpnSemError
from ...fit import Fit, overview
from ...results.engines import CrossCheck
from ...survey import codebook
from ...writing import csv_text, make_folder, write_whole
from ..constructs import CONSTRUCTS
from ..study import Study
from .answers_section import (
    codebook_html,
    description_html,
    description_tables,
    finding_rows,
    little_sentence,
)
from .choice_section import choice_html, choice_tables, choice_words
from .comparison_section import (
    comparison_figures,
    comparison_html,
    comparison_tables,
    comparison_words,
)
from .conclusions_section import conclusions_html, conclusions_tables, explained_words, stated_words
from .figures import contest_plot, interval_plot
from .html_tables import html_table, rows_or_nothing
from .joint_section import joint_html, joint_tables
from .scrutiny_section import scrutiny_figures, scrutiny_html, scrutiny_tables

_VARIANT_COLUMNS = [
    *("state", "verdict", "p_set", "df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "bic", "claim")
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
        "findings": (study.check.findings, True),
        "responses": (study.check.responses, True),
        "codebook": (codebook(study.instrument).table, False),
        "respondents": (study.respondents, True),
        **description_tables(study.description),
        "eigenvalues": (study.exploration.eigenvalues, True),
        "exploratory_loadings": (study.exploration.loadings, True),
        **_exploratory_tables(study),
        "variants": (study.table, True),
        "closeness": (study.closeness, True),
        "equivalences": (study.contest.equivalences, False),
        **choice_tables(study.contest),
        **conclusions_tables(study.conclusions),
        "paths": (study.paths, False),
        "indirect_effects": (study.indirect, False),
        "r_squared": (study.r_squared, False),
    }
    reference = study.contest.fits.get(study.reference)
    if reference is not None:
        tables["measurement_estimates"] = (reference.estimates, False)
        tables["measurement_standardized"] = (reference.standardized(), False)
    if study.main is not None:
        tables["structural_estimates"] = (study.main.estimates, False)
        tables["structural_standardized"] = (study.main.standardized(), False)
    if study.quality is not None:
        tables["reliability"] = (study.quality.reliability, True)
        tables["item_analysis"] = (study.quality.items, True)
        tables["validity"] = (study.quality.validity.verdicts, False)
        tables["htmt"] = (study.quality.validity.htmt, True)
        tables["fornell_larcker"] = (study.quality.validity.fornell_larcker, True)
    tables |= scrutiny_tables(study.scrutiny) | comparison_tables(study.comparison)
    tables |= joint_tables(study.joint_display)
    if study.cross_check is not None and study.cross_check.possible:
        tables["cross_check"] = (study.cross_check.table, False)
    return {name: item for name, item in tables.items() if len(item[0])}


def _exploratory_tables(study: Study) -> dict[str, tuple[pd.DataFrame, bool]]:
    """What the rules say, and the estimates of the exploratory factors."""
    found: dict[str, tuple[pd.DataFrame, bool]] = {}
    if study.exploration.counted is not None:
        found["number_of_factors"] = (study.exploration.counted.table, True)
    if study.exploration.factors is not None:
        found["exploratory_estimates"] = (study.exploration.factors.estimates, False)
    return found


def _figures(study: Study) -> dict[str, str]:
    """SVG by name; without matplotlib only the path diagrams."""
    figures = comparison_figures(study.comparison) | scrutiny_figures(study.scrutiny)
    if study.exploration.counted is not None:
        figures["scree"] = str(study.exploration.counted.plot())
    if len(study.description.shares):
        figures["answers"] = str(study.description.plot_shares())
    if study.main is not None and study.main.converged:
        figures["path_diagram"] = str(study.main.path_diagram())
    try:
        if study.table["delta_bic"].notna().any():
            figures["contest"] = contest_plot(study.table)
        if len(study.paths):
            label = f"standardised path with 95 % interval{_mark(study)}"
            figures["paths"] = interval_plot(study.paths, "parameter", "estimate", label)
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
            measurement_scaled=_is_scaled(study),
            n_sound=study.contest.n_sound,
            **choice_words(study.contest, study.main_variant),
            no_second_opinion=_no_second_opinion(study),
            no_measurement=_no_measurement(study),
            improper=_is_improper(study.main),
            remarks=study.contest.remarks,
            constructs=_constructs(study),
            is_triangle=set(CONSTRUCTS) <= set(study.instrument.items),
            title=_title(study),
            measurement_improper=_is_improper(study.contest.fits.get(study.reference)),
            reading=[line.strip() for line in study.reading],
            repairs=study.repairs,
            quality=[] if study.quality is None else study.quality.sentences,
            findings=finding_rows(study.check),
            little=little_sentence(study.description),
            main_reason=study.contest.refused.get(study.main_variant, "it did not converge"),
            models=_models(study),
            scrutiny=study.scrutiny,
            closer={k: Markup(v) for k, v in scrutiny_html(study.scrutiny).items()},
            joint={k: Markup(v) for k, v in joint_html(study.joint_display).items()},
            said=_marked_up(conclusions_html(study.conclusions)),
            explained_words=explained_words(study.r_squared),
            stated=stated_words(study.conclusions.stated),
            compared=comparison_words(study.comparison),
            groups={k: Markup(v) for k, v in comparison_html(study.comparison).items()},
        )
    )


def _marked_up(found: dict[str, Any]) -> dict[str, Any]:
    """Tables as the template takes them, and lists of titled ones."""
    from markupsafe import Markup

    return {
        name: Markup(one) if isinstance(one, str) else [(title, Markup(t)) for title, t in one]
        for name, one in found.items()
    }


_DRAWN = {
    **{name: name for name in ("scree", "contest", "paths", "answers")},
    "diagram": "path_diagram",
    "curves": "item_curves",
    **{name: name for name in ("residuals", "information", "influence")},
}


def _html_tables(study: Study) -> dict[str, str]:
    contest = study.contest
    cross_check = study.cross_check
    exploratory = study.exploration.loadings
    return {
        "respondents": html_table(study.respondents),
        **description_html(study.description),
        "codebook": codebook_html(study.instrument),
        "number_of_factors": (
            ""
            if study.exploration.counted is None
            else html_table(study.exploration.counted.table[["n_factors", "why"]])
        ),
        "exploratory": html_table(exploratory.round(2)) if len(exploratory) else "",
        "loadings": _loadings(study),
        "closeness": "" if (found := study.closeness).empty else html_table(found),
        **_quality_tables(study),
        "variants": html_table(contest.table[_VARIANT_COLUMNS]),
        "equivalences": rows_or_nothing(contest.equivalences),
        **choice_html(contest),
        "paths": html_table(study.paths, index=False),
        "indirect": rows_or_nothing(study.indirect),
        "r_squared": html_table(study.r_squared, index=False),
        "cross_check": (
            _both_engines(cross_check) if cross_check is not None and cross_check.possible else ""
        ),
    }


_RELIABILITY = [
    *("alpha", "alpha_lower", "alpha_upper", "omega", "omega_lower", "omega_upper"),
    *("composite", "maximal", "ave", "ave_lower", "ave_upper"),
]


def _quality_tables(study: Study) -> dict[str, str]:
    """Reliability and validity as the page shows them; the rest stands in the CSV."""
    names = ("reliability", "htmt", "fornell_larcker")
    if study.quality is None:
        return dict.fromkeys(names, "")
    found = study.quality
    shown = (found.reliability[_RELIABILITY], found.validity.htmt, found.validity.fornell_larcker)
    return {name: html_table(table) for name, table in zip(names, shown, strict=True)}


def _mark(study: Study) -> str:
    """What is put to a figure of the main variant where its solution is improper."""
    return "" if study.main is None or study.main.admissible else " (IMPROPER SOLUTION)"


def _is_improper(fit: Fit | None) -> bool:
    return fit is not None and fit.converged and not fit.admissible


def _title(study: Study) -> str:
    """The triangle's name where it is the triangle."""
    if set(CONSTRUCTS) <= set(study.instrument.items):
        return "The triangle of learning factors"
    return f"A study of {', '.join(study.instrument.items)}"


def _constructs(study: Study) -> list[str]:
    """Constructs with their full names, as "need for professional connectedness (NPC)"."""
    known = {name: construct.title for name, construct in CONSTRUCTS.items()}
    titles = {
        name: study.instrument.titles.get(name, known.get(name, name))
        for name in study.instrument.items
    }
    return [title if title == name else f"{title} ({name})" for name, title in titles.items()]


def _both_engines(cross_check: CrossCheck) -> str:
    """A row per engine."""
    fits = cross_check.fit.rename(columns={"other": cross_check.engine}).T
    return html_table(fits.rename_axis("engine"))


def _loadings(study: Study) -> str:
    reference = study.contest.fits.get(study.reference)
    if reference is None or not reference.converged:
        return ""
    table = reference.standardized()
    rows = table[table["op"] == "=~"].rename(columns={"lhs": "factor", "rhs": "item"})
    return html_table(rows[["factor", "item", *_INTERVAL]], index=False)


def _measurement_fit(study: Study) -> str:
    reference = study.contest.fits.get(study.reference)
    if reference is None:
        return ""
    m = overview(reference, list(reference.measures.index))
    if m["df"] == 0:
        return (
            f"The model has no degrees of freedom: it fits whatever the answers, and nothing is "
            f"tested; n = {reference.n_observations}."
        )
    return (
        f"χ²({m['df']:.0f}) = {m['chisq']:.2f}, {p_phrase(m['pvalue'])}; CFI {m['cfi']:.3f}, "
        f"TLI {m['tli']:.3f}, RMSEA {m['rmsea']:.3f} "
        f"[{m['rmsea_ci_lower']:.3f}, {m['rmsea_ci_upper']:.3f}], SRMR {m['srmr']:.3f}; "
        f"n = {reference.n_observations}."
    )


def _no_measurement(study: Study) -> str:
    """Why there is no measurement model."""
    name = study.reference
    if name not in study.contest.variants:
        return f"{name} is not among the variants: the measurement is not looked at by itself."
    return f"The model of {name} could not be fitted."


def _no_second_opinion(study: Study) -> str:
    """Why no other engine was asked, or none answered."""
    if study.reference not in study.contest.fits:
        return "There is no measurement model to fit by another engine."
    if find_spec("semopy") is None:
        return "semopy is not installed; install tpn_sem[crosscheck] to fit the measurement by it."
    return "The measurement model of complete rows did not converge, so that it was not compared."


def _is_scaled(study: Study) -> bool:
    reference = study.contest.fits.get(study.reference)
    return reference is not None and reference.evidence.scaled is not None


def _models(study: Study) -> list[tuple[str, str, str]]:
    """Name, text and sentence of each variant that can be written for the instrument."""
    found = []
    for name, variant in study.contest.variants.items():
        try:
            found.append((name, str(variant.model(study.instrument)), variant.sentence))
        except TpnSemError:  # the table says why it is refused
            continue
    return found

"""Robustness: what the finding hangs on, and what could explain it away."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

import pandas as pd

from ....drawing.documents import Bullets, Figure, Heading, ReportPart, Section
from ...defined_effects import names_in_words
from ...scrutiny import Scrutiny
from ...study import Study
from ..shown_tables import EDGE, table
from ..study_words import test_words

_CONFOUNDED = [
    *("path", "estimate", "ci_lower", "ci_upper", "correlation", "correlation_limit"),
    *("e_value", "e_value_limit"),
]
_MODELS = [
    *("chisq", "df", "p_value", "cfi", "rmsea", "srmr", "bic", "chisq_diff", "df_diff", "p_diff"),
    *("edge", "state"),
]


def robustness(study: Study) -> Section:
    """Unmeasured causes, single schools, careless answers, one questionnaire, another program."""
    words = names_in_words(study.main)
    parts = _confounding(study)
    if study.scrutiny is not None:
        parts += [
            *_deletion(study.scrutiny, words),
            *_one_questionnaire(study.scrutiny, words),
            *_odd_answers(study.scrutiny, words),
        ]
    return Section("robustness", "Robustness", [*parts, *_second_opinion(study)])


def _confounding(study: Study) -> list[ReportPart]:
    found = study.conclusions.confounding
    if found.empty:
        return []
    return [
        Heading("Could an unmeasured common cause explain the paths?"),
        table(
            found.assign(path=found["from"] + " → " + found["to"]),
            "What a common cause would have to be",
            "The correlation of what is left of predictor and outcome at which a path would be "
            "zero (a phantom variable; Harring, McNeish & Hancock, 2017), and at which its "
            "interval would hold zero; E-values (VanderWeele & Ding, 2017): the risk ratio that a "
            "common cause would need with both. Paths are standardised, intervals of 95%.",
            columns=_CONFOUNDED,
            index=False,
        ),
    ]


def _deletion(found: Scrutiny, words: Mapping[str, str]) -> list[ReportPart]:
    if not found.deletion:
        return []
    unit = "teacher" if found.influence is None or found.influence.unit == "row" else "school"
    parts: list[ReportPart] = [
        Heading(f"Does one {unit} carry it?"),
        Bullets(said_in_words(found.deletion, words)),
    ]
    if found.influence is not None:
        columns = ["estimate", "p_value", "lowest", "highest", "p_lowest", "p_highest"]
        caption = f"Cook's distance of each {unit}."
        parts += [
            Figure(found.influence.plot(), caption, "influence"),
            table(
                renamed(found.influence.paths[columns], words),
                f"Estimates with one {unit} left out",
                f"Each with all rows, and its lowest and highest with one {unit} left out (not "
                "standardised).",
            ),
        ]
    return parts


def _one_questionnaire(found: Scrutiny, words: Mapping[str, str]) -> list[ReportPart]:
    if not found.one_questionnaire:
        return []
    parts: list[ReportPart] = [
        Heading("How much could be one questionnaire?"),
        Bullets(said_in_words(found.one_questionnaire, words)),
    ]
    if found.method is not None:
        models = found.method.models
        said = test_words(found.method.fit(str(models.index[0])))
        parts += [
            table(
                renamed(by_model(found.method.paths), words),
                "Standardised paths under a common method",
                "A column for each model.",
            ),
            table(
                models,
                "Models of a common method",
                "What is improper or did not converge has no vote.",
                said,
                EDGE if (models["edge"] != "").any() else "",
                columns=_MODELS,
            ),
        ]
    return parts


def _odd_answers(found: Scrutiny, words: Mapping[str, str]) -> list[ReportPart]:
    if not found.odd_answers:
        return []
    parts: list[ReportPart] = [
        Heading("Do careless answers carry it?"),
        Bullets(said_in_words(found.odd_answers, words)),
    ]
    if found.careless is not None and len(found.careless.flags):
        flags = found.careless.flags[["flagged", "left_out", "share", "reason"]]
        note = (
            "Rows that a check calls odd, by kind. No flag proves carelessness: this is a "
            "sensitivity, not a repair."
        )
        parts.append(table(flags, "Rows that a check calls odd", note))
    return parts


def _second_opinion(study: Study) -> list[ReportPart]:
    heading = Heading("A second opinion")
    found = study.cross_check
    if found is None:
        return [heading, no_second_opinion(study)]
    if not found.possible:
        return [heading, f"semopy cannot fit the model: {'; '.join(found.missing)}."]
    engines = found.fit.rename(columns={"other": found.engine}).T.rename_axis("engine")
    return [
        heading,
        f"Through semopy {found.version} the largest difference of an estimate of the model of "
        f"{study.reference} is {found.largest_difference:.2g} standard errors.",
        table(engines, "The measurement model by two programs", "Complete rows, ML."),
    ]


def no_second_opinion(study: Study) -> str:
    """Why no other engine was asked, or none answered."""
    if study.reference not in study.contest.fits:
        return "There is no measurement model to fit by another engine."
    if find_spec("semopy") is None:
        return "semopy is not installed; install tpn_sem[crosscheck] to fit the measurement by it."
    return "The measurement model of complete rows did not converge, so that it was not compared."


# Words ---------------------------------------------------------------------------


def by_model(paths: pd.DataFrame) -> pd.DataFrame:
    """Standardised paths, a column for each model."""
    wide = paths["standardized"].unstack("model")
    wide = wide[list(dict.fromkeys(paths.index.get_level_values("model")))]
    groups = wide.index.get_level_values("group") if "group" in wide.index.names else []
    return wide.droplevel("group") if not any(groups) and "group" in wide.index.names else wide


def renamed(shown: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Rows by what a reader calls them."""
    return shown.rename(index=dict(words))


def said_in_words(sentences: list[str], words: Mapping[str, str]) -> list[str]:
    """Sentences in which defined effects are called as in the tables."""
    defined = {name: text for name, text in words.items() if "effect of" in text}
    found = []
    for sentence in sentences:
        for name, text in defined.items():
            if len(name) > 2:  # a label of one letter may be a word
                sentence = sentence.replace(name, text)
        found.append(sentence)
    return found

"""Where the report meets the reporting standards for structural equation models.

Appelbaum, M., Cooper, H., Kline, R. B., Mayo-Wilson, E., Nezu, A. M., & Rao, S. M. (2018). Journal
article reporting standards for quantitative research in psychology. American Psychologist, 73,
3-25: the table for studies using structural equation modelling. The items are in our words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ....drawing.documents import References, Section
from ...context_step import NAME
from ...study import Study
from ..contrast_words import effect_words
from ..shown_tables import table
from .context_section import HEADING as CONTEXT_HEADING

_AUTHORS = "not met here: for whoever writes the paper"


@dataclass(frozen=True)
class Standard:
    """One line of the checklist.

    Attributes
    ----------
    part : str
        Of a paper.
    asked : str
        What is to be reported.
    section : str
        Key of the section that does; "" where none does.
    how : callable
        From a study to how it is met, or why it is not.
    """

    part: str
    asked: str
    section: str
    how: Callable[[Study], str]


def standards(study: Study) -> Section:
    """The checklist, each line with the section that meets it."""
    rows = [
        {"part": one.part, "to be reported": one.asked, "how": one.how(study)} for one in STANDARDS
    ]
    shown = table(
        pd.DataFrame(rows),
        "Reporting standards for structural equation models (JARS–SEM)",
        "After Appelbaum et al. (2018), in our words.",
        index=False,
        headings={"to be reported": "To be reported", "how": "How, or why not"},
    )
    keys = [one.section for one in STANDARDS]
    return Section("standards", "Reporting standards", [References(shown, keys)])


def _said(text: str) -> Callable[[Study], str]:
    return lambda study: text


def _if(there: Callable[[Study], object], met: str, unmet: str) -> Callable[[Study], str]:
    return lambda study: met if there(study) else f"not met: {unmet}"


def _sample_size(study: Study) -> str:
    n = int(study.respondents.loc["total", "used"])
    return f"n = {n}; not met: no rule for the size was given, and no power was computed"


def _source(study: Study) -> str:
    if study.synthetic:
        return "that the answers are synthetic"
    if study.reading:
        return "how the file was read"
    return "not met: the data came without word of their source"


def _respecified(study: Study) -> str:
    said = []
    if study.ladder is not None and study.ladder.freed:
        freed = ", ".join(map(effect_words, study.ladder.freed))
        said.append(f"equalities that the ladder gave up, by its rule: {freed}")
    context = study.conclusions.context
    if context is not None and context.added:
        said.append(
            f"paths added to the variant {NAME}, as the ladder found them: "
            f"{'; '.join(context.added)}; both models stand under “{CONTEXT_HEADING}”"
        )
    if not said:
        return "no model was changed after seeing the answers"
    return f"{'; '.join(said)}; nothing else was changed after seeing the answers"


def _identified(study: Study) -> str:
    refused = len(study.contest.refused)
    left = f"; {refused} refused, with the reason under “Variants”" if refused else ""
    return f"how scales are set; every model is checked before it is fitted{left}"


STANDARDS = (
    Standard("Title", "the mechanism that the main model is about", "", _said(_AUTHORS)),
    Standard(
        "Abstract",
        "two global indices of fit or more, what local fit says, and whether the model that is "
        "interpreted is the one first specified",
        "",
        _said(f"{_AUTHORS}; the numbers stand under “Measurement” and “Local fit”"),
    ),
    Standard(
        "Introduction",
        "why the main model, and why its arrows point as they do",
        "question",
        _if(
            lambda study: any(one.sentence for one in study.contest.variants.values()),
            "each variant with its claim and the words that it stands for; the theory is for "
            "whoever writes the paper",
            "the variants quote no source; the theory is for whoever writes the paper",
        ),
    ),
    Standard(
        "Introduction",
        "rival and equivalent models that were considered, and what was expected before",
        "question",
        _if(
            lambda study: study.conclusions.stated is not None,
            "variants, and hypotheses with their date and digest",
            "variants are named, but no hypotheses were written down before",
        ),
    ),
    Standard(
        "Method",
        "whether models were to be confirmed, compared or found, and whether changes were planned",
        "decisions",
        _said("variants fixed before fitting are compared; exceptions are searched by a rule"),
    ),
    Standard(
        "Method",
        "where the answers come from: collected, of others, or simulated",
        "sample",
        _source,
    ),
    Standard("Method", "size of the sample, and how it was decided", "sample", _sample_size),
    Standard(
        "Method",
        "the variables: items, scales, their wording and reliability in this sample",
        "instrument",
        _said("items, scales, their reliability; wording where the instrument has it"),
    ),
    Standard(
        "Method",
        "program and version, estimator and why, errors, options left at their defaults",
        "decisions",
        _said("each decision, and whether it was asked for; the version stands under the title"),
    ),
    Standard(
        "Method",
        "how each model is specified, so that it can be fitted again",
        "models",
        _said("the text of every model"),
    ),
    Standard(
        "Method", "that the models are identified, and how scales are set", "decisions", _identified
    ),
    Standard(
        "Results",
        "missing answers: how many, where, why, and how they were dealt with",
        "sample",
        _said("counts, Little's test; the method stands under “Decisions”"),
    ),
    Standard(
        "Results",
        "distributions, outliers, and whether the estimator's assumptions hold",
        "instrument",
        _said("skewness and kurtosis of items; errors and tests do not assume normal answers"),
    ),
    Standard(
        "Results",
        "moments from which the analysis can be repeated",
        "instrument",
        _said("means and deviations; correlations of items in tables/answers_correlations.csv"),
    ),
    Standard(
        "Results",
        "global fit: test with its degrees of freedom, and several indices",
        "measurement",
        _said("one named test, CFI, TLI, RMSEA with its interval, SRMR"),
    ),
    Standard(
        "Results",
        "local fit: residuals, and where the model fails",
        "local_fit",
        _if(
            lambda study: study.scrutiny is not None and study.scrutiny.local_fit is not None,
            "residual correlations with tests, tetrads, independence",
            "it was not looked at",
        ),
    ),
    Standard(
        "Results",
        "comparison of models: which test, for nested and for other ones; equivalent models",
        "variants",
        _said("difference tests, Vuong's tests, classes of equivalent variants with proofs"),
    ),
    Standard("Results", "changes of the model, and their reasons", "groups", _respecified),
    Standard(
        "Results",
        "reliability and validity of the constructs",
        "reliability",
        _if(lambda study: study.quality is not None, "with intervals", "they could not be had"),
    ),
    Standard(
        "Results",
        "loadings, variances and covariances, also unstandardised, with standard errors",
        "measurement",
        _said("standardised, and all parameters unstandardised in a fold"),
    ),
    Standard(
        "Results",
        "paths with standard errors, also unstandardised; indirect effects with their test",
        "structure",
        _said("standardised, and all parameters unstandardised in a fold"),
    ),
    Standard("Results", "explained variance of each outcome", "structure", _said("with intervals")),
    Standard(
        "Results",
        "interactions: how they were specified and estimated",
        "moderation",
        _if(
            lambda study: any("moderation" in name for name in study.contest.fits),
            "products of items, with their paths",
            "no variant has one",
        ),
    ),
    Standard(
        "Results",
        "groups: whether the measures are the same in them",
        "groups",
        _if(
            lambda study: study.comparison is not None,
            "the ladder, its exceptions and what they matter",
            "no groups were given",
        ),
    ),
    Standard(
        "Discussion",
        "equivalent models that explain the answers as well, and why one is preferred",
        "variants",
        _said("the classes; the preference is for whoever writes the paper"),
    ),
    Standard(
        "Discussion",
        "what allows or forbids to speak of causes; unmeasured causes",
        "robustness",
        _if(
            lambda study: len(study.conclusions.confounding),
            "how strong a common cause would have to be",
            "there are no paths, or no proper solution",
        ),
    ),
    Standard("Discussion", "limits of design, measures and models", "limits", _said("listed")),
)
"""The lines of the checklist."""

"""What the study asks, and of whom."""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import Fold, Heading, ReportPart, Section
from ....stated_hypotheses import Hypotheses
from ...study import Study
from ..shown_tables import table
from ..study_words import construct_titles, is_triangle

_SOURCE = (
    "The framework is that of A. Sharimova, Understanding informal learning in virtual "
    "professional communities of teachers in Kazakhstan (PhD thesis, University of Cambridge, "
    "2020). No number here is a result of that thesis."
)


def question(study: Study) -> Section:
    """Constructs, the framework, the rival models, and what was written down before."""
    titles = construct_titles(study)
    measured = [title if title == name else f"{title} ({name})" for name, title in titles.items()]
    parts: list[ReportPart] = [f"Measured: {', '.join(measured)}."]
    if is_triangle(study):
        parts += [
            "How do the need for professional connectedness and knowledge sharing self-efficacy "
            "act on knowledge sharing and receiving, and which readings of that framework can the "
            "answers exclude?",
            _SOURCE,
        ]
    parts += [_variants(study)]
    stated = study.conclusions.stated
    if stated is not None:
        parts += [Heading("Hypotheses written down before"), stated_words(stated)]
        parts += [table(_statements(stated), "Hypotheses, as they were written down", index=False)]
    return Section("question", "Question", parts)


def _variants(study: Study) -> ReportPart:
    rows = [
        {"variant": name, "claim": one.claim, "sentence": f"“{one.sentence}”" * bool(one.sentence)}
        for name, one in study.contest.variants.items()
    ]
    frame = pd.DataFrame(rows).set_index("variant")
    words = {"sentence": "Words of the abstract"}
    count = f"{len(rows)} variant{'s' * (len(rows) > 1)} of the model"
    return Fold(f"{count}, and what each claims", [table(frame, count, headings=words)])


def _statements(stated: Hypotheses) -> pd.DataFrame:
    """The hypotheses as they were written, before any answer."""
    rows = [{"name": one.name, "hypothesis": one.text} for one in stated.hypotheses]
    return pd.DataFrame(rows)


def stated_words(stated: Hypotheses) -> str:
    """When they were written, and the digest that shows whether they were changed."""
    when = f"Written down on {stated.written}" if stated.written else "Without a date"
    return f"{when}; SHA-256 {stated.digest[:16]}…"

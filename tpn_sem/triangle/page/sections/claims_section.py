"""What may be said: claims of the abstract and hypotheses, judged."""

from __future__ import annotations

from ....drawing.documents import Heading, ReportPart, Section
from ...product_words import product_words
from ...study import Study
from ..shown_tables import table
from .question_section import stated_words

_CLAIMS = [
    *("says", "model", "quantity", "estimate", "ci_lower", "ci_upper", "p_support", "verdict"),
    "remark",
]
_RULE = (
    "A claim is supported where its opposite is rejected (one-sided at .025, p-values adjusted for "
    "all claims by Holm), and contradicted where it is rejected itself. A path is not supported "
    "while a variant denies it that the answers cannot exclude. Quantities are standardised."
)


def _quantity(text: str, study: Study) -> str:
    """A quantity whose product is called as under “Moderation”."""
    words = (product_words(one, study.instrument) or one for one in text.split(" "))
    return " ".join(words)


def claims(study: Study) -> Section | None:
    """Claims by sentence, hypotheses apart from them; None where there are none."""
    found = study.conclusions
    if not len(found.claims) and not len(found.hypotheses):
        return None
    parts: list[ReportPart] = []
    if len(found.hypotheses) and found.stated is not None:
        parts += [
            Heading("Hypotheses that were written down before"),
            f"{stated_words(found.stated)} Judged by {study.main_variant}, apart from what is "
            "explored below; p-values are adjusted for their number (Holm).",
            table(found.hypotheses, "Hypotheses"),
        ]
    if len(found.claims):
        parts += [Heading("The abstract, claim by claim"), _RULE]
        for sentence, own in found.claims.groupby("sentence", sort=False):
            said = own.assign(quantity=[_quantity(one, study) for one in own["quantity"]])
            parts.append(table(said, f"“{sentence}”", columns=_CLAIMS, index=False))
    return Section("claims", "What may be said", parts)

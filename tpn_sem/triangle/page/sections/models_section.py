"""The texts of all models."""

from __future__ import annotations

from ....drawing.documents import Code, Fold, ReportPart, Section
from ....errors import TpnSemError
from ...context_step import NAME
from ...study import Study


def models(study: Study) -> Section:
    """Each variant as it was fitted to this instrument."""
    folds: list[ReportPart] = []
    for name, variant in study.contest.variants.items():
        try:
            text = str(variant.model(study.instrument))
        except TpnSemError:  # the table of variants says why it is refused
            continue
        sentence = f": “{variant.sentence}”" if variant.sentence else ""
        folds.append(Fold(f"{name}{sentence}", [Code(text)]))
        context = study.conclusions.context
        if name == NAME and context is not None and context.allowed:
            folds.append(Fold(f"{context.name}: {'; '.join(context.added)}", [Code(context.text)]))
    return Section("models", "The models as they were fitted", folds)

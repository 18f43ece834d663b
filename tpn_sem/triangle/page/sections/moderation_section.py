"""Does one factor act more where another is greater?"""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import Bullets, ReportPart, Section
from ....fit import Fit
from ...fit_words import test_phrase
from ...products import product_words
from ...study import Study
from ..contrast_words import begun
from ..shown_tables import table
from ..study_words import errors_words, is_improper

_NUMBERS = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]


def moderation(study: Study) -> Section | None:
    """Paths of products in every variant that has one; None without such a variant."""
    fits = {name: fit for name, fit in study.contest.fits.items() if _products(study, fit)}
    if not fits:
        return None
    known = {name: fit for name, fit in fits.items() if fit.converged}
    improper = [name for name, fit in known.items() if is_improper(fit)]
    rows = [row for name, fit in known.items() for row in _rows(study, name, fit)]
    parts: list[ReportPart] = [
        "A product of two factors, measured by products of their items, says whether one acts "
        "more where the other is greater."
    ]
    if rows:
        first = next(iter(known.values()))
        parts.append(
            table(
                pd.DataFrame(rows),
                "Paths of products",
                "Standardised.",
                errors_words(first),
                f"Improper solutions, not to be interpreted: {', '.join(improper)}."
                * bool(improper),
                index=False,
            )
        )
        tests = [f"{begun(name)}: {test_phrase(fit.test())}." for name, fit in known.items()]
        parts.append(Bullets(tests))
    lost = [f"{begun(name)} did not converge." for name in fits if name not in known]
    return Section("moderation", "Moderation", [*parts, *lost])


def _products(study: Study, fit: Fit) -> dict[str, str]:
    """Names of the product factors of a fit, in words."""
    latent = fit.estimation.specification.roles.latent
    named = {name: product_words(name, study.instrument) for name in latent}
    return {name: words for name, words in named.items() if words is not None}


def _rows(study: Study, variant: str, fit: Fit) -> list[dict[str, object]]:
    words, every = _products(study, fit), fit.standardized()
    own = every[(every["op"] == "~") & every["rhs"].isin(words)]
    return [
        {"variant": variant, "path": f"{words[row['rhs']]} → {row['lhs']}"}
        | {name: row[name] for name in _NUMBERS}
        for row in own.to_dict("records")
    ]

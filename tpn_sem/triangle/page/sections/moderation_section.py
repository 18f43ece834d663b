"""Does one factor act more where another is greater?"""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import Bullets, ReportPart, Section
from ....fit import Fit
from ...fit_words import test_phrase
from ...product_words import part_words, product_words
from ...study import Study
from ..contrast_words import begun
from ..shown_tables import table
from ..study_words import errors_words, is_improper

_PLACES = {-1.0: "1 SD below its mean", 0.0: "at its mean", 1.0: "1 SD above its mean"}
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
        "A product of two factors says whether one acts more where the other is greater. Products "
        "of matched items measure it: that has a test of fit, and errors corrected for few "
        "schools. The likelihood of rows needs no choice of items, but its errors are right with "
        "many schools."
    ]
    if rows:
        first = next(iter(known.values()))
        parts.append(
            table(
                pd.DataFrame(rows),
                "Paths of products of items",
                "Standardised.",
                errors_words(first),
                f"Improper solutions, not to be interpreted: {', '.join(improper)}."
                * bool(improper),
                index=False,
            )
        )
        tests = [f"{begun(name)}: {test_phrase(fit.test())}." for name, fit in known.items()]
        parts.append(Bullets(tests))
    parts += _by_likelihood(study)
    lost = [f"{begun(name)} did not converge." for name in fits if name not in known]
    return Section("moderation", "Moderation", [*parts, *lost])


def _by_likelihood(study: Study) -> list[ReportPart]:
    """The same paths by the likelihood of rows, and what follows for the slopes of efficacy."""
    found = study.moderation
    if found is None:
        return []
    parts: list[ReportPart] = []
    if found.interactions:
        paths = found.paths
        paths["path"] = [
            f"{product_words(one, study.instrument)} → {outcome}"
            for one, outcome in zip(paths["product"], paths["outcome"], strict=True)
        ]
        columns = {"r_squared_change": "share of variance added"}
        shown = paths[["variant", "path", *_NUMBERS, "r_squared_change"]].rename(columns=columns)
        parts.append(
            table(
                shown,
                "Paths of products by the likelihood of rows",
                "Standardised. Latent moderated structural equations (Klein & Moosbrugger, 2000), "
                "with errors corrected for schools.",
                index=False,
            )
        )
        slopes = found.slopes.assign(
            moderator=[part_words(one, study.instrument) for one in found.slopes["moderator"]],
            where=[_PLACES.get(at, f"{at:g} SD") for at in found.slopes["at"]],
        )
        parts.append(
            table(
                slopes[["variant", "outcome", "moderator", "where", *_NUMBERS]],
                "Slopes of efficacy where the moderator is low, average and high",
                "In the units of the first items. By the likelihood of rows.",
                index=False,
            )
        )
    lost = [
        f"{begun(name)}, by the likelihood of rows: {why}" for name, why in found.refused.items()
    ]
    return [*parts, *([Bullets(lost)] if lost else [])]


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

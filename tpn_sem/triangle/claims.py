"""The abstract, claim by claim: which model says it, and whether the answers do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import TpnSemError
from ..fit import Fit
from ..language import quoted
from ..numerics import adjusted_p_values
from ..stated_hypotheses import CONTRADICTED, NOT_ASKED, SUPPORTED, UNTOLD, hypotheses
from ..survey import Instrument
from . import abstract
from .constructs import CONSTRUCTS
from .contest import REFERENCE, Contest
from .context_step import NAME as CONTEXT_NAME
from .context_step import ContextStep

_ALPHA = 0.025  # one-sided, as the 95% interval has it
CONNECTEDNESS = "SPC"  # the name of a fifth construct: the sense of professional connectedness
NUMBERS = ("estimate", "se", "ci_lower", "ci_upper", "p_support", "p_against")


@dataclass(frozen=True)
class Claim:
    """One claim of the abstract.

    Attributes
    ----------
    sentence : str
        Its words.
    says : str
        What is asked, in plain words.
    model : str
        The variant by which it is asked; "" where none does.
    hypothesis : str
        As `stated_hypotheses` reads it; "" where it is not asked.
    remark : str
        What stands in for what, or why it is not asked.
    """

    sentence: str
    says: str
    model: str
    hypothesis: str
    remark: str = ""


def claims_of(instrument: Instrument, main: str) -> list[Claim]:
    """The claims, and how this instrument can ask them."""
    return [
        *_associations(),
        *_paths(main),
        *_part_of(instrument),
        *_explained(main),
        *_contexts(instrument),
        *_sources(instrument, main),
        *_face_to_face(instrument),
        Claim(
            abstract.TYPES,
            "communities are of different types",
            "",
            "",
            "a second grouping: by the column of types, small ones of which are joined",
        ),
    ]


def _associations() -> Iterator[Claim]:
    for source in ("NPC", "KSSE"):
        for outcome in ("KS", "KR"):
            says = f"{source} and {outcome} are positively associated"
            yield Claim(abstract.BOTH, says, REFERENCE, f"{source} ~~ {outcome} > 0")


def _paths(main: str) -> Iterator[Claim]:
    for source, other in (("NPC", "KSSE"), ("KSSE", "NPC")):
        for outcome in ("KS", "KR"):
            says = f"{source} is positively associated with {outcome} beside {other}"
            yield Claim(abstract.BOTH, says, main, f"{outcome} ~ {source} > 0")


def _part_of(instrument: Instrument) -> Iterator[Claim]:
    more = [name for name in instrument.items if name not in CONSTRUCTS]
    remark = "the instrument has no construct of professional identity or commitment for learning"
    if more:
        remark = f"the instrument has {', '.join(more)} beside the four: fit a variant of your own"
    says = "the need is part of professional identity and commitment for learning"
    yield Claim(abstract.BOTH, says, "", "", remark)


def _explained(main: str) -> Iterator[Claim]:
    for outcome in ("KS", "KR"):
        says = f"need and efficacy explain a part of {outcome}"
        yield Claim(abstract.PARTIAL, says, main, f"R2 {outcome} in [0.02, 0.98]")


def _contexts(instrument: Instrument) -> Iterator[Claim]:
    roles = {
        "rural": "teachers of rural schools have more need",
        "mentoring": "those who need mentoring have more need",
        "change": "educational change goes with more need",
    }
    for role, says in roles.items():
        yield _of_column(instrument, abstract.CONTEXT, role, says, "NPC")


def _sources(instrument: Instrument, main: str) -> Iterator[Claim]:
    says = "professional comparison goes with more efficacy"
    yield _of_column(instrument, abstract.SOURCES, "comparison", says, "KSSE")
    says = "a sense of professional connectedness goes with more efficacy"
    if CONNECTEDNESS in instrument.items:
        hypothesis = f"KSSE ~~ {CONNECTEDNESS} > 0"
        yield Claim(abstract.SOURCES, says, "all constructs", hypothesis)
        return
    yield Claim(
        abstract.SOURCES,
        says,
        "",
        "",
        "the sense of connectedness is not measured: the need for it, NPC → KSSE, is another thing "
        f"and only stands in for it; name a fifth construct {CONNECTEDNESS} in the instrument",
    )


def _face_to_face(instrument: Instrument) -> Iterator[Claim]:
    for outcome in ("KS", "KR"):
        says = f"face-to-face collaboration goes with more {outcome}"
        yield _of_column(instrument, abstract.FACE_TO_FACE, "face_to_face", says, outcome)
    remark = "" if "face_to_face" in instrument.context else "the instrument has no such column"
    for outcome in ("KS", "KR"):
        says = f"efficacy acts more on {outcome} where teachers also meet face to face"
        column = quoted(instrument.context.get("face_to_face", "face_to_face"))
        hypothesis = "" if remark else f"{outcome} ~ {column}:KSSE > 0"
        model = "" if remark else "face-to-face moderation"
        yield Claim(abstract.FACE_TO_FACE, says, model, hypothesis, remark)


def _of_column(instrument: Instrument, sentence: str, role: str, says: str, outcome: str) -> Claim:
    column = instrument.context.get(role)
    if column is None:
        return Claim(sentence, says, "", "", f"the instrument has no column for {role!r}")
    return Claim(sentence, says, CONTEXT_NAME, f"{outcome} ~ {quoted(column)} > 0")


def claim_table(
    instrument: Instrument,
    contest: Contest,
    main: str,
    context: ContextStep | None,
) -> pd.DataFrame:
    """A row per claim: sentence, says, model, quantity, numbers, verdict, remark.

    A direction is supported where its opposite is rejected, p-values adjusted for all claims that
    are asked (Holm); a path is supported only if no variant that the answers cannot exclude denies
    it. Empty where the instrument has not the study's constructs.
    """
    if not set(CONSTRUCTS) <= set(instrument.items):
        return pd.DataFrame()
    claims = claims_of(instrument, main)
    fits = dict(contest.fits) | ({} if context is None else {CONTEXT_NAME: context.fit})
    rows = [_row(claim, fits) for claim in claims]
    columns = ["sentence", "says", "model", "quantity", *NUMBERS, "verdict", "remark"]
    table = pd.DataFrame(rows, columns=columns)
    if context is not None:
        table["model"] = table["model"].replace(CONTEXT_NAME, context.name)
    for name in ("p_support", "p_against"):
        table[name] = adjusted_p_values(table[name].to_numpy(float), "holm")
    table["verdict"] = [_verdict(row, _ALPHA) for row in table.itertuples()]
    return _with_rivals(table, claims, contest)


def _row(claim: Claim, fits: Mapping[str, Fit]) -> dict[str, object]:
    row: dict[str, object] = {
        "sentence": claim.sentence,
        "says": claim.says,
        "model": claim.model,
        "quantity": "",
        "remark": claim.remark,
        **dict.fromkeys(NUMBERS, np.nan),
    }
    if not claim.hypothesis:
        return row
    fit = fits.get(claim.model)
    if fit is None:
        return {**row, "remark": f"{claim.model} is not among the variants that were fitted"}
    if not fit.admissible:
        return {**row, "remark": f"{claim.model} has no proper solution"}
    try:
        found = hypotheses(claim.hypothesis).judge(fit, adjustment="none").iloc[0]
    except TpnSemError as error:
        return {**row, "remark": str(error)}
    numbers = {name: float(found[name]) for name in NUMBERS}
    remark = "; ".join(filter(None, [claim.remark, str(found["reason"])]))
    return {**row, "quantity": found["quantity"], **numbers, "remark": remark}


def _verdict(row: object, alpha: float) -> str:
    support, against = row.p_support, row.p_against  # type: ignore[attr-defined]
    if np.isnan(support):
        return NOT_ASKED
    if support < alpha:
        return SUPPORTED
    return CONTRADICTED if against < alpha else UNTOLD


def _with_rivals(table: pd.DataFrame, claims: Sequence[Claim], contest: Contest) -> pd.DataFrame:
    """Supported paths that a variant in the set denies cannot be told."""
    for place, claim in enumerate(claims):
        if " ~ " not in claim.hypothesis or claim.model not in contest.members:
            continue
        path = claim.hypothesis.split(">")[0].strip()
        deniers = [name for name in contest.members if _denies(contest.fits[name], path)]
        if deniers and table.loc[place, "verdict"] == SUPPORTED:
            table.loc[place, "verdict"] = UNTOLD
            table.loc[place, "remark"] = (
                f"{', '.join(deniers)}, which the answers cannot exclude, has no such path"
            )
    return table


def _denies(fit: Fit, path: str) -> bool:
    """Whether a model has the outcome explained, but not by this path nor the other way round."""
    outcome, predictor = (one.strip() for one in path.split("~"))
    table = fit.estimates
    if not set(CONSTRUCTS) <= {*table["lhs"], *table["rhs"]}:
        return False
    regressed = table[table["op"] == "~"]
    pairs = set(zip(regressed["lhs"], regressed["rhs"], strict=True))
    covaries = table[table["op"] == "~~"]
    pairs |= set(zip(covaries["lhs"], covaries["rhs"], strict=True))
    return not {(outcome, predictor), (predictor, outcome)} & pairs

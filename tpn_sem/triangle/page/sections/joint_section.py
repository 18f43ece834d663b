"""Interviews beside the main variant."""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import Heading, Note, ReportPart, Section
from ....mixed_methods import JointDisplay
from ...study import Study
from ..shown_tables import table

_AGREEMENT = [
    *("n", "agreement", "kappa", "kappa_lower", "kappa_upper"),
    *("alpha", "alpha_lower", "alpha_upper", "reason"),
]
_NUMBERS = ["estimate", "ci_lower", "ci_upper", "p_value"]
_DISPLAY = (
    "Paths are standardised, intervals of 95%; themes of the interviews (Guetterman, Fetters & "
    "Creswell, 2015). A person judges whether they confirm each other, one expands the other, or "
    "they are in discord; “silent”: one of them says nothing."
)


def joint(study: Study) -> Section | None:
    """The joint display and the agreement of coders; None without interviews."""
    found = study.joint_display
    if found is None:
        return None
    parts: list[ReportPart] = [Note(note) for note in found.notes]
    parts.append(table(joint_rows(found), "Paths and themes", _DISPLAY, index=False))
    if len(found.agreement):
        parts += [
            Heading("Do two coders agree?"),
            table(
                found.agreement,
                "Agreement of the coders",
                "Interviews that both coded. κ (Cohen) with a large-sample 95% interval, "
                "interviewees as units; α (Krippendorff, nominal) with that of interviewees drawn "
                "anew.",
                columns=_AGREEMENT,
            ),
        ]
    return Section("joint_display", found.title, parts)


def joint_rows(found: JointDisplay) -> pd.DataFrame:
    """A row per path and theme: what the survey says, what interviewees say, the verdict."""
    every = found.table
    silent = [f"silent: {why}" if why else "" for why in every["silent"]]
    shown = every[["path", *_NUMBERS]].copy()
    for name in [name for name in every if str(name).startswith("difference")]:
        if not any(part in str(name) for part in ("ci_", "p_value")):
            shown[str(name)] = every[name]
    shown["theme"] = [
        " — ".join(filter(None, pair)) for pair in zip(every["theme"], silent, strict=True)
    ]
    shown["interviewees"] = every["interviewees"]
    shown["quotation"] = [
        f"“{text}” ({who}, {place})" if text else ""
        for text, who, place in zip(
            every["quotation"], every["interviewee"], every["location"], strict=True
        )
    ]
    shown["verdict"] = [
        f"{verdict} ({who})" if who else verdict
        for verdict, who in zip(every["verdict"], every["who"], strict=True)
    ]
    return shown

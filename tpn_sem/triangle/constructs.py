"""The constructs of the study."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    """A construct and the name of the latent variable that stands for it."""

    name: str
    title: str


NPC = Construct("NPC", "need for professional connectedness")
KSSE = Construct("KSSE", "knowledge sharing self-efficacy")
KS = Construct("KS", "knowledge sharing")
KR = Construct("KR", "knowledge receiving")

CONSTRUCTS: dict[str, Construct] = {item.name: item for item in (NPC, KSSE, KS, KR)}

# Contextual factors that the study names, by the role that a column can play.
CONTEXT: dict[str, str] = {
    "rural": "professional isolation of teachers in rural schools",
    "mentoring": "the need for mentoring support",
    "change": "the context of educational change",
    "comparison": "professional comparison",
    "face_to_face": "face-to-face collaboration within and beyond schools",
}

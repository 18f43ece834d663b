"""Codes, links and quotations of the synthetic interviews: all invented for this library."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "(synthetic)"
"""Stands at the end of every quotation."""


@dataclass(frozen=True)
class SyntheticCode:
    """A code, how often it is given, and words for it.

    Attributes
    ----------
    code, theme, description : str
    rural, urban : float
        The share of rural, and of urban, interviewees to whom it is given.
    quotations : tuple of str
    """

    code: str
    theme: str
    description: str
    rural: float
    urban: float
    quotations: tuple[str, ...]


_KINDS, _KNOWLEDGE = "kinds of knowledge", "public and personal knowledge"
_TOGETHER = "face-to-face collaboration"

CODES: tuple[SyntheticCode, ...] = (
    SyntheticCode(
        "isolation",
        "professional isolation",
        "few or no colleagues of one's subject nearby",
        0.60,
        0.15,
        (
            "I am the only one here who teaches my subject",
            "The next colleague to ask is an hour away",
            "At our school nobody else would read such a lesson plan",
        ),
    ),
    SyntheticCode(
        "mentoring",
        "need for mentoring support",
        "wishes for guidance by somebody with more experience",
        0.45,
        0.35,
        (
            "In my first year I wanted somebody to look over my shoulder",
            "I would like a mentor, even a distant one",
            "An experienced teacher's advice saves me a month of trying",
        ),
    ),
    SyntheticCode(
        "change",
        "context of educational change",
        "new programmes and ways of assessment",
        0.40,
        0.40,
        (
            "The programme changed, and we all had to learn it anew",
            "With every reform there are more questions than handouts",
            "New assessment came, and then I joined the group",
        ),
    ),
    SyntheticCode(
        "comparison",
        "professional comparison",
        "sees own work beside that of others",
        0.35,
        0.45,
        (
            "I saw what others post, and mine is not worse",
            "Comparing my lessons with theirs, I know where I stand",
            "Beside such work I noticed what I still have to learn",
        ),
    ),
    SyntheticCode(
        "connected",
        "sense of professional connectedness",
        "feels part of a professional group",
        0.30,
        0.35,
        (
            "There I feel that I am one of many",
            "They know me by name, though we never met",
            "When they answer, I dare to write more",
        ),
    ),
    SyntheticCode(
        "together_within",
        _TOGETHER,
        "works with colleagues of the same school",
        0.25,
        0.45,
        (
            "First we talk in the staff room, then I post it",
            "We open the group together, three of us at one screen",
            "A colleague next door showed me how to take part",
        ),
    ),
    SyntheticCode(
        "together_beyond",
        _TOGETHER,
        "meets colleagues of other schools",
        0.20,
        0.30,
        (
            "After we met at a seminar it was easy to write to them",
            "I answer those whom I once met in person",
            "Our district meets twice a year, and the chat lives on that",
        ),
    ),
    SyntheticCode(
        "confidence",
        "confidence to share",
        "believes that own knowledge is of use to others",
        0.35,
        0.50,
        (
            "I know this topic well, so I put my slides there",
            "I share what has worked in my own classes",
            "At first I was afraid to post; now I am not",
        ),
    ),
    SyntheticCode(
        "seeking",
        "looking for knowledge",
        "turns to a community to obtain knowledge",
        0.55,
        0.45,
        (
            "When I need something, I look there before anywhere else",
            "I read every evening, though I seldom write",
            "I go there to find out how others do it",
        ),
    ),
    SyntheticCode(
        "news",
        _KINDS,
        "news",
        0.30,
        0.30,
        ("There I hear first what has been decided", "Deadlines and events, that is what I get"),
    ),
    SyntheticCode(
        "information",
        _KINDS,
        "information",
        0.35,
        0.30,
        ("Rules and instructions are explained there", "I find out which documents are needed"),
    ),
    SyntheticCode(
        "opinion",
        _KINDS,
        "opinion",
        0.20,
        0.30,
        ("I read what others think of the textbook", "Opinions differ, and that is useful"),
    ),
    SyntheticCode(
        "experience",
        _KINDS,
        "experience",
        0.30,
        0.35,
        ("Somebody tells how a lesson went wrong", "They tell what they did with such a class"),
    ),
    SyntheticCode(
        "resources",
        _KINDS,
        "resources",
        0.45,
        0.45,
        ("I download worksheets and change them", "Ready tests and slides, that is my daily bread"),
    ),
    SyntheticCode(
        "public",
        _KNOWLEDGE,
        "public knowledge: what can be read anywhere",
        0.25,
        0.25,
        ("Much of it stands in the official documents, too", "They repost what the ministry wrote"),
    ),
    SyntheticCode(
        "personal",
        _KNOWLEDGE,
        "personal knowledge: what somebody knows from doing it",
        0.25,
        0.30,
        (
            "Such tricks stand in no book",
            "It is worth more when it comes from somebody's own class",
        ),
    ),
    SyntheticCode(
        "kind_of_community",
        "types of virtual communities",
        "tells communities of several types apart",
        0.25,
        0.35,
        (
            "The messenger group is quick, the platform is thorough",
            "In the course group we are few",
        ),
    ),
)

LINKS: tuple[tuple[str, str, str], ...] = (
    ("professional isolation", "rural -> NPC", ""),
    ("need for mentoring support", "mentoring -> NPC", ""),
    ("context of educational change", "change -> NPC", ""),
    ("professional comparison", "comparison -> KSSE", ""),
    (
        "sense of professional connectedness",
        "NPC -> KSSE",
        "a stand-in: the survey measures the need for connectedness, not the sense of it",
    ),
    (_TOGETHER, "f2f -> KS", ""),
    (_TOGETHER, "f2f -> KR", ""),
    ("confidence to share", "KSSE -> KS", ""),
    ("looking for knowledge", "NPC -> KR", ""),
)
"""Theme, path, note. NPC -> KS and KSSE -> KR have no theme; three themes have no path."""

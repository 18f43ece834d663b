"""What a reader decided on its way, to be told to who reads the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SHOWN = 5


@dataclass
class Decisions:
    """Collects notes while a file is read.

    Attributes
    ----------
    notes : list of str
        One sentence a decision, in the order in which they were made.
    doubts : list of str
        Those of them that need a look: they become warnings.
    """

    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def say(self, note: str) -> None:
        """Keep a decision."""
        self.notes.append(note)

    def doubt(self, note: str) -> None:
        """Keep a decision that may be wrong."""
        self.notes.append(note)
        self.doubts.append(note)


def listed(items: Sequence[object], shown: int = _SHOWN) -> str:
    """The first few of several, and how many more there are."""
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return ", ".join(map(str, items[:shown])) + more


def quoted(items: Iterable[object], shown: int = _SHOWN) -> str:
    """The first few of several, in quotation marks."""
    return listed([repr(str(item)) for item in items], shown)


def counted(number: int, word: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"

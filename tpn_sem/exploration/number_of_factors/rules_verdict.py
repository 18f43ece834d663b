"""Whether rules agree, in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

RULE_WORDS = {
    "parallel": "parallel analysis",
    "parallel_mean": "parallel analysis, means",
    "parallel_reduced": "parallel analysis, reduced matrix",
    "parallel_reduced_mean": "parallel analysis, reduced matrix, means",
    "empirical_kaiser": "empirical Kaiser criterion",
    "hull": "hull by CFI",
    "hull_caf": "hull by CAF",
    "map": "minimum average partial",
    "map_fourth": "minimum average partial, fourth power",
    "vss": "very simple structure",
    "vss_2": "very simple structure, complexity 2",
    "chi_square": "test of exact fit",
    "rmsea": "RMSEA",
    "bic": "BIC",
    "kaiser": "Kaiser criterion",
}


def rule_words(rule: object) -> str:
    """A rule as papers call it."""
    return RULE_WORDS.get(str(rule), str(rule).replace("_", " "))


def suggestions(said: Mapping[str, int]) -> tuple[int, ...]:
    """Numbers that rules say, those of most rules first, then the smaller."""
    votes = Counter(said.values())
    return tuple(sorted(votes, key=lambda number: (-votes[number], number)))


def verdict(said: Mapping[str, int]) -> str:
    """What the counted rules say, and what to do where they disagree.

    Parameters
    ----------
    said : mapping of str to int
        The answer of each counted rule that has one.
    """
    numbers = suggestions(said)
    if not numbers:
        return "No rule that is counted has an answer: see the table for the reasons."
    parts = []
    for number in numbers:
        names = [rule_words(name) for name, own in said.items() if own == number]
        parts.append(f"{factors(number)} by {', '.join(names)}")
    nothing = " Perhaps these items have nothing in common: see Bartlett's test."
    advice = nothing if numbers[0] == 0 else ""
    if len(said) == 1:
        return f"One rule says {parts[0]}.{advice}"
    if len(numbers) == 1:
        return f"The rules agree: {parts[0]}.{advice}"
    listing = ", ".join(factors(number) for number in sorted(numbers) if number > 0)
    look = (
        f" Look at each ({listing}), and take the one whose factors can be named and found again."
    )
    return f"The rules disagree: {'; '.join(parts)}.{advice or look}"


def factors(number: int) -> str:
    """A number of factors in words."""
    return "no factor" if number == 0 else f"{number} factor{'s' if number > 1 else ''}"

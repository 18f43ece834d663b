"""Names in the synthetic survey of teachers: factors, contextual scores, items."""

from __future__ import annotations

FACTORS = ("NPC", "KSSE", "KS", "KR")
"""Need for professional connectedness, knowledge sharing self-efficacy, sharing, receiving."""

CONTEXT = ("mentoring", "change", "comparison", "f2f")
"""Contextual scores of a teacher, standard normal and independent of one another."""

PRODUCT = "NPC x KSSE"
"""Name of the product of the two factors, centred at its mean."""

ITEMS_PER_FACTOR = 5

ITEMS = tuple(f"{factor.lower()}{j}" for factor in FACTORS for j in range(1, ITEMS_PER_FACTOR + 1))
"""The twenty items in the order of the questionnaire: npc1 ... npc5, ksse1 ..., ks1 ..., kr1 ..."""

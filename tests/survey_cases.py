"""Names and loadings of the survey's items."""

from __future__ import annotations


def items_of(factor: str) -> list[str]:
    return [f"{factor.lower()}{j}" for j in range(1, 6)]

"""Every row of docs/reports.md has a check here, and every check a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reports_of_data_cases  # noqa: F401  (registers its checks)
import reports_of_fits_cases  # noqa: F401
from reports_cases import CHECKS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reports.md"


def rows() -> list[list[str]]:
    lines = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    cells = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in lines]
    return [row for row in cells if row[0] not in ("report", "---")]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_what_was_reported_is_right_here(name: str) -> None:
    CHECKS[name]()


def test_the_page_has_a_row_for_every_check() -> None:
    named = [row[0] for row in rows()]
    assert sorted(named) == sorted(CHECKS)
    assert len(named) >= 60

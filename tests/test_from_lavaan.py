"""docs/from_lavaan.md: every line that says "here" runs; what is refused is refused by its name."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import tpn_sem as ts

PAGE = (Path(__file__).parents[1] / "docs" / "from_lavaan.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (?P<name>.+?) \| (?P<status>here|refused by name) \| `(?P<code>.+)` \|$", re.M
)
STATUSES = ("here", "partly", "refused by name", "not planned")
TABLES = (
    "Functions",
    "Arguments",
    "Options",
    "Operators and modifiers",
    "Words of lavInspect",
    "Fit measures",
)


def rows(status: str) -> list[Any]:
    found = []
    for row in ROW.finditer(PAGE):
        if row["status"] == status:
            name, code = (row[part].replace("\\|", "|") for part in ("name", "code"))
            found.append(pytest.param(name, code, id=name.strip("`")))
    return found


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
            exec(block, found)
    return found


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("name", "code"), rows("here"))
def test_what_is_here_runs(name: str, code: str, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert eval(code.replace("\\n", "\n") if '"""' in code else code, names) is not None


@pytest.mark.parametrize(("name", "code"), rows("refused by name"))
def test_what_is_refused_is_refused_by_its_name(
    name: str, code: str, names: dict[str, Any]
) -> None:
    warnings.simplefilter("ignore")  # until the test ends
    with pytest.raises(ts.TpnSemError) as caught:
        eval(code, names)
    said = str(caught.value)
    option = re.search(r", (\w+)=[^=]*\)$", code)
    word = re.search(r'inspect\("([^"]+)"\)', code)
    known = option[1] if option else word[1] if word else ""
    assert known in said
    assert "did you mean" not in said or word


def test_every_line_has_a_status() -> None:
    for title in TABLES:
        table = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
        lines = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
        assert len(lines) > 5
        for line in lines[1:]:
            assert any(f" | {status} | " in line for status in STATUSES), line


def test_all_fit_measures_and_most_options_are_here() -> None:
    def share(title: str) -> float:
        table = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
        known = [status for status in STATUSES for _ in range(table.count(f" | {status} | "))]
        return known.count("here") / len(known)

    assert share("Fit measures") == 1.0
    assert share("Operators and modifiers") > 0.8
    assert share("Arguments") > 0.7

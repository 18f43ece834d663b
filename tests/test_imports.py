"""What an import costs, which way imports run, and that everything public says what it is."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

PACKAGE = Path(__file__).parents[1] / "tpn_sem"
FILES = {
    ".".join(("tpn_sem", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
HEAVY = (
    "semopy",
    "factor_analyzer",
    "sklearn",
    "matplotlib",
    "networkx",
    "jinja2",
    "scipy.optimize",
    "scipy.stats",
    "joblib",
    "openpyxl",
    "docx",
    "pyarrow.parquet",
    "pyreadstat",
    "tqdm",
    "tpn_sem.survey",
)


@pytest.mark.parametrize(
    "does",
    ["import tpn_sem", "import tpn_sem as ts; ts.Model('f =~ a + b + c')"],
    ids=["import", "model"],
)
def test_an_import_loads_nothing_heavy(does: str) -> None:
    code = f"import sys; {does}; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    loaded = found.stdout.split()
    assert "tpn_sem.fit" in loaded
    assert [name for name in HEAVY if name in loaded] == []


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def imported(name: str, tree: ast.AST) -> set[str]:
    """The package's modules that a module imports, anywhere in it, but not for types only."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    package = name.split(".") if FILES[name].name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return (found & set(FILES)) - {name}


def room(name: str) -> str:
    """The top room, or top file, that a module belongs to."""
    return name.split(".")[1] if "." in name else ""


def planned() -> list[tuple[str, set[str]]]:
    """The rooms that docs/design.md lists, lowest first, with the rooms inside."""
    page = (PACKAGE.parent / "docs" / "design.md").read_text(encoding="utf-8")
    table = page.split("| room | who lives there | rooms inside |")[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return [
        (row[0].strip("`"), set(re.findall(r"`(\w+)`", row[2] if len(row) > 2 else "")))
        for row in rows
    ]


def test_the_layout_is_the_one_that_the_design_page_prints() -> None:
    inside = {
        path.name: {inner.name for inner in path.iterdir() if (inner / "__init__.py").exists()}
        for path in PACKAGE.iterdir()
        if (path / "__init__.py").exists()
    }
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "_version"}
    assert dict(planned()) == inside | {name: set() for name in files}


def test_imports_only_descend() -> None:
    floor = {name: place for place, (name, _) in enumerate(planned())}
    upwards = [
        (name, other)
        for name in FILES
        for other in imported(name, tree_of(name))
        if room(name) in floor and room(other) in floor and floor[room(other)] > floor[room(name)]
    ]
    assert upwards == []


@pytest.mark.slow
def test_rooms_are_entered_through_their_doors() -> None:
    """What is imported of another room stands in its ``__all__``; only top files have no door."""
    deep = []
    for name, path in FILES.items():
        own = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        for node in ast.walk(tree_of(name)):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            above = own[: len(own) - node.level + 1]
            base = ".".join([*above, *([node.module] if node.module else [])])
            parent = base.rpartition(".")[0]
            if base == "tpn_sem" or (parent == "tpn_sem" and FILES[base].name != "__init__.py"):
                continue
            if f"{'.'.join(own)}.".startswith(f"{parent}.") and FILES[base].name != "__init__.py":
                continue
            listed = getattr(importlib.import_module(base), "__all__", ())
            is_own = ".".join(own) == base
            deep += [
                (name, base, alias.name)
                for alias in node.names
                if not is_own and (FILES[base].name != "__init__.py" or alias.name not in listed)
            ]
    assert deep == []


def test_no_file_name_stands_in_two_rooms() -> None:
    names = Counter(path.name for path in FILES.values())
    del names["__init__.py"], names["__main__.py"]
    assert [name for name, count in names.items() if count > 1] == []


def test_every_room_says_what_lives_there_and_what_to_import() -> None:
    for name, path in FILES.items():
        if path.name == "__init__.py" and name not in ("tpn_sem", "tpn_sem.triangle"):
            text = ast.get_docstring(tree_of(name)) or ""
            assert "Import from here:" in text or "its room" in text, name


def test_relative_imports_are_resolved() -> None:
    tree = ast.parse("def f():\n    from ..errors import DataError\n    from . import study")
    assert imported("tpn_sem.triangle.comparison", tree) == {
        "tpn_sem.errors",
        "tpn_sem.triangle",
        "tpn_sem.triangle.study",
    }


def test_imports_run_in_no_circle() -> None:
    """A package is loaded before what is in it, but does not stand above what it contains."""
    graph = nx.DiGraph()
    for name in FILES:
        for other in imported(name, tree_of(name)):
            parent_of_it = name.startswith(f"{other}.")
            if not parent_of_it:
                graph.add_edge(name, other)
    assert graph.number_of_edges() > 150
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.sampled(5)
@pytest.mark.parametrize("inside", sorted({room(name) for name in FILES}))
def test_everything_public_has_a_docstring(inside: str) -> None:
    """A test for each room: one for each file would be 900."""
    bare = []
    for name in [name for name in FILES if room(name) == inside]:
        tree = tree_of(name)
        assert ast.get_docstring(tree), name
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            members = node.body if isinstance(node, ast.ClassDef) else []
            public = [
                member
                for member in members
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_")
            ]
            bare += [(name, item.name) for item in (node, *public) if not ast.get_docstring(item)]
    assert bare == []

"""What an import costs, which way imports run, and that everything public says what it is."""

from __future__ import annotations

import ast
import subprocess
import sys
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
    "tqdm",
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


def test_relative_imports_are_resolved() -> None:
    tree = ast.parse("def f():\n    from ..errors import DataError\n    from . import study")
    assert imported("tpn_sem.triangle.contest", tree) == {
        "tpn_sem.errors",
        "tpn_sem.triangle",
        "tpn_sem.triangle.study",
    }


def test_imports_run_in_no_circle() -> None:
    """A package is loaded before what is in it, but does not stand above what it contains."""
    graph = nx.DiGraph()
    for name, path in FILES.items():
        for other in imported(name, ast.parse(path.read_text(encoding="utf-8"))):
            parent_of_it = name.startswith(f"{other}.")
            if not parent_of_it:
                graph.add_edge(name, other)
    assert graph.number_of_edges() > 150
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.parametrize("name", FILES)
def test_everything_public_has_a_docstring(name: str) -> None:
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), name
    bare = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        members = node.body if isinstance(node, ast.ClassDef) else []
        public = [
            member
            for member in members
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_")
        ]
        bare += [item.name for item in (node, *public) if not ast.get_docstring(item)]
    assert bare == []

"""What a stranger reads is true: code runs, prints what the page says, and names what exists.

A python block that begins with ``# raises X`` must raise exactly that error, and one that begins
with ``# warns X`` must warn so; no other block may do either. A text block that follows a python
block is what it prints, or the message. Blocks of a page share their names.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from compare import CASES, KINDS
from page_blocks import BLOCK, MARK, compare_text, run

import tpn_sem as ts
from tpn_sem import datasets, errors
from tpn_sem.language import FUNCTIONS, OPERATORS, SEVERAL_ARGUMENTS
from tpn_sem.specification import ESTIMATORS, OPTION_NAMES, PARAMETER_SETS, FitOptions
from tpn_sem.triangle import VARIANTS, Study

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "gallery").glob("*.md")),
]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# Pages whose blocks run for long, as they run the study or search ladders many times.
SLOW = tuple(
    f"docs/{name}.md"
    for name in (
        "triangle",
        "common_method",
        "cross_validation",
        "extending",
        "full_information_ordinal",
        "influence",
        "invariance",
        "model_choice",
        "ordinal",
        "performance",
        "report",
        "resampling",
        "specification_curve",
        "two_levels",
    )
)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in NAMES]
)
def test_python_blocks_run_and_print_what_the_page_shows(name: str) -> None:
    names: dict[str, object] = {"__name__": "page"}
    with pd.option_context("display.width", 80):
        for block in BLOCK.finditer(read(name)):
            found = run(block["code"], names)
            compare_text(block["shown"] or "", found)


@pytest.mark.parametrize(
    "change", [("fit = 1", "fit = 2"), ("3.141", "3.143"), ("3.141", "3.141 # more")]
)
def test_the_comparison_can_fail(change: tuple[str, str]) -> None:
    with pytest.raises(AssertionError):
        compare_text(*change)


def test_a_wrong_error_and_an_unmarked_warning_are_noticed() -> None:
    with pytest.raises(AssertionError):
        run("# raises DataError\nimport tpn_sem as ts\nts.Model('f')\n", {})
    with pytest.raises(AssertionError):
        run("import warnings, tpn_sem\nwarnings.warn('x', tpn_sem.TpnSemWarning)\n", {})


# Names of files, commands and pages --------------------------------------------------------------

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"(?<![\w/.-])((?:docs|examples|tests|benchmarks|tpn_sem)/[\w./*-]*[\w/])")
COMMAND = re.compile(r"(?:`|^    )make (\w+)", re.M)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    lost = [link for link in LINK.findall(read(name)) if not ((ROOT / name).parent / link).exists()]
    assert not lost


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_named_exist(name: str) -> None:
    paths = set(PATH.findall(read(name)))
    lost = [path for path in paths if not (list(ROOT.glob(path)) or (ROOT / path).exists())]
    assert not lost


@pytest.mark.parametrize("name", NAMES)
def test_make_knows_the_commands(name: str) -> None:
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.M))
    assert set(COMMAND.findall(read(name))) <= targets


def test_every_page_is_linked_from_the_first_one() -> None:
    pages = {name.removeprefix("docs/") for name in NAMES if name.startswith("docs/")}
    linked = set(LINK.findall(read("docs/index.md")))
    gallery = {f"gallery/{name}" for name in LINK.findall(read("docs/gallery/README.md"))}
    assert pages - {"index.md"} <= linked | gallery
    assert "docs/index.md" in LINK.findall(read("README.md"))


def test_every_page_has_its_place_in_the_site() -> None:
    placed = re.findall(r"^ +- (?:\w+: )?([\w/]+\.md)$", read("mkdocs.yml"), re.M)
    assert sorted(placed) == sorted(
        name.removeprefix("docs/") for name in NAMES if name.startswith("docs/")
    )


def test_everything_public_is_listed() -> None:
    listed = set(re.findall(r"^\| `ts\.(\w+)` \|", read("docs/api.md"), re.M))
    modules = {"datasets", "plots", "triangle"}
    others = {"__version__", "TpnSemError", "TpnSemWarning"}
    assert listed == set(ts.__all__) - modules - others


def test_the_readme_fits_a_screen() -> None:
    assert len(read("README.md").splitlines()) <= 80


def test_pages_show_the_files_of_the_doors() -> None:
    page = read("docs/extending.md")
    files = sorted((ROOT / "examples" / "extending").glob("*.py"))
    assert len(files) == 7
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert f"`examples/extending/{file.name}`:\n\n```python\n{text}```\n" in page


# Nothing is left out -----------------------------------------------------------------------------


def words(name: str) -> set[str]:
    """All that stands in backticks on a page, in pieces, and the rows of its tables."""
    return set(re.findall(r"[\w.]+", " ".join(re.findall(r"`([^`\n]+)`", read(name)))))


def test_every_option_has_its_line() -> None:
    known = {name for names in OPTION_NAMES.values() for name in names} - {"defaults"}
    elsewhere = {"rotation", "rotation_args", "constraints", "bootstrap"} | {
        *("replicate_weights", "replicate_type", "replicate_scales", "fay")
    }
    assert known | elsewhere == set(FitOptions.__annotations__)
    assert set(FitOptions.__annotations__) <= words("docs/options.md")
    assert set(ESTIMATORS) <= words("docs/options.md")
    assert set(PARAMETER_SETS) <= words("docs/options.md")


def test_every_error_and_warning_has_its_section() -> None:
    kinds = {
        name
        for name, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, (ts.TpnSemError, ts.TpnSemWarning))
        and item not in (ts.TpnSemError, ts.TpnSemWarning)
    }
    page = read("docs/errors.md")
    assert set(re.findall(r"^### (\w+)$", page, re.M)) == kinds
    assert {name for _, name in MARK.findall(page)} == kinds


def test_every_part_of_a_fit_and_every_measure_is_named() -> None:
    page = words("docs/results.md")
    fit = ts.cfa("visual =~ x1 + x2 + x3", datasets.holzinger_swineford_1939())
    public = {name for name in dir(ts.Fit) if not name.startswith("_")} | {"estimation"}
    assert {f"fit.{name}" for name in public} <= page
    nomean = {name for name in fit.measures.index if name.endswith("_nomean")}
    assert set(fit.measures.index) - nomean <= page


def test_every_operator_and_function_is_named() -> None:
    page = read("docs/language.md").replace("\\|", "|")
    assert all(operator in page for operator in OPERATORS)
    assert {*FUNCTIONS, *SEVERAL_ARGUMENTS} <= set(re.findall(r"\w+", page))


def test_the_table_of_variants_is_that_of_the_study(whole_study: Study) -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| (\d+|–) \| ([^|]+) \| [^|]+ \|$", read("docs/triangle.md"), re.M
    )
    assert [(name, claim) for name, _, claim in rows] == [
        (variant.name, variant.claim) for variant in VARIANTS.values()
    ]
    table = whole_study.table["df"]
    for name, df, _ in rows:
        assert df == ("–" if pd.isna(table[name]) else f"{table[name]:.0f}"), name


def test_the_table_of_agreement_has_every_kind() -> None:
    page = read("docs/agreement.md")
    assert all(re.search(rf"^{kind} +\d", page, re.M) for kind in KINDS)
    assert f"{len(CASES)} models" in page
    assert f"{len(CASES)} models" in read("README.md")


# Examples ----------------------------------------------------------------------------------------

SAYS = {
    "first_fit.py": "chi-square(24) = 85.306",
    "two_schools.py": "Not equal: x3 ~ 1, x7 ~ 1.",
    "own_survey.py": "KSSE =~ ksse1 + ksse2 + ksse3 + ksse4 + ksse5",
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path, marks=pytest.mark.slow if path.name == "own_survey.py" else (), id=path.name
        )
        for path in EXAMPLES
    ],
)
def test_examples_run(path: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::UserWarning"}
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[path.name] in done.stdout
    assert not list(tmp_path.iterdir())

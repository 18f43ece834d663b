"""Documents as LaTeX and LibreOffice set them; tests are skipped where these are not installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)".*?>(.*?)</word>')
_PAGE = re.compile(r'<page width="([\d.]+)"')
_WIDER = re.compile(r"Overfull \\hbox \(([\d.]+)pt too wide\)")
_ARTICLE = r"""\documentclass{{article}}
\usepackage{{array,booktabs,iftex}}
\iftutex\usepackage{{fontspec}}\setmainfont{{{font}}}\fi
\begin{{document}}
{piece}
\end{{document}}
"""
_FONTS = ("CMU Serif", "DejaVu Serif")
_PATIENCE = 180  # seconds


@dataclass
class Paper:
    """A document that was set.

    Attributes
    ----------
    file : Path
        Its PDF.
    log : str
        What LaTeX said.
    """

    file: Path
    log: str = ""

    @property
    def faults(self) -> list[str]:
        """Errors, and letters that the font lacks."""
        return re.findall(r"^(?:! .*|.*Missing character.*|.*Undefined.*)$", self.log, re.M)

    @property
    def beyond(self) -> list[float]:
        """By how many points lines are too long, if by more than is seen."""
        return [size for size in map(float, _WIDER.findall(self.log)) if size > 1.0]

    def words(self) -> str:
        """What is read on all pages."""
        return " ".join(_told_by("pdftotext", "-layout", str(self.file), "-").split())

    def outside(self) -> list[str]:
        """Words that are cut by the edge of a page."""
        width, found = 0.0, []
        for line in _told_by("pdftotext", "-bbox", str(self.file), "-").splitlines():
            if page := _PAGE.search(line):
                width = float(page.group(1))
            if (word := _WORD.search(line)) and not 0.0 <= float(word[1]) <= float(word[2]) < width:
                found.append(word[3])
        return found


def set_by(engine: str, text: str, folder: Path) -> Paper:
    """A document of LaTeX, set by pdflatex, xelatex or lualatex."""
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    (folder / "paper.tex").write_text(text, "utf-8")
    command = [engine, "-interaction=nonstopmode", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_PATIENCE, check=False)
    log = done.stdout.decode("utf-8", "replace").replace("! I can't find file `pzdr'.", "")
    return Paper(folder / "paper.pdf", log.replace("! Emergency stop.\n<*> ...:=ljfour", ""))


def article(piece: str) -> str:
    """A document that holds what `to_latex` gives."""
    return _ARTICLE.format(piece=piece, font=_font())


def converted(path: Path) -> Paper:
    """A document of Word, as LibreOffice prints it."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    home = f"-env:UserInstallation=file://{path.parent / 'home'}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent)]
    subprocess.run([*command, str(path)], capture_output=True, timeout=_PATIENCE, check=True)
    return Paper(path.with_suffix(".pdf"))


def _font() -> str:
    if shutil.which("fc-list") is None:
        pytest.skip("fontconfig is not installed")
    known = _told_by("fc-list", ":", "family")
    found = next((font for font in _FONTS if font in known), None)
    if found is None:
        pytest.skip(f"none of the fonts {', '.join(_FONTS)} is installed")
    return found


def _told_by(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=True)
    return done.stdout.decode("utf-8", "replace")

"""Letters that LaTeX would take as commands."""

from __future__ import annotations

import re

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "χ²": r"$\chi^2$",
    "χ": r"$\chi$",
    "²": r"$^2$",
    "Δ": r"$\Delta$",
    "α": r"$\alpha$",
    "ω": r"$\omega$",
    "κ": r"$\kappa$",
    "→": r"$\rightarrow$",
    "↔": r"$\leftrightarrow$",
    "←": r"$\leftarrow$",
    "⟂": r"$\perp$",
    "⊥": r"$\perp$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≈": r"$\approx$",
    "≠": r"$\neq$",
    "√": r"$\surd$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "Σ": r"$\Sigma$",
    "ρ": r"$\rho$",
    "η": r"$\eta$",
    "θ": r"$\theta$",
    "τ": r"$\tau$",
    "Γ": r"$\Gamma$",
    "\N{NO-BREAK SPACE}": "~",
    "β": r"$\beta$",
    "λ": r"$\lambda$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    "\N{MINUS SIGN}": "$-$",
    "\N{EN DASH}": "--",
}

_FOUND = re.compile("|".join(map(re.escape, _ESCAPED)))
_JOINED = re.compile("-(?=-)|'(?=')|,(?=,)|<(?=<)|>(?=>)")
_APART = r"{\kern0pt}"
"""Between letters that LaTeX would make one of; LuaLaTeX does so over braces."""


def escaped(text: str) -> str:
    """A text that LaTeX sets as it stands."""
    apart = _JOINED.sub(lambda found: f"{found.group()}\0", text)
    return _FOUND.sub(lambda found: _ESCAPED[found.group()], apart).replace("\0", _APART)

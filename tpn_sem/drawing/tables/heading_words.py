"""Headings of columns in words."""

from __future__ import annotations

import re

from ...languages import said
from .column_kinds import clean

_WORDS = {
    "estimate": "Estimate",
    "se": "SE",
    "z": "z",
    "t": "t",
    "n": "n",
    "p_value": "p",
    "pvalue": "p",
    "p": "p",
    "p_diff": "p of difference",
    "p_adjusted": "p, adjusted",
    "p_set": "p, adjusted",
    "ci_lower": "CI lower",
    "ci_upper": "CI upper",
    "std": "Standardised",
    "std_estimate": "Standardised",
    "chisq": "χ²",
    "chi_square": "χ²",
    "chisq_diff": "Δχ²",
    "df": "df",
    "df_diff": "Δdf",
    "delta_cfi": "ΔCFI",
    "delta_rmsea": "ΔRMSEA",
    "delta_srmr": "ΔSRMR",
    "delta_mfi": "ΔMc",
    "delta_bic": "ΔBIC",
    "mi": "Modification index",
    "epc": "Expected change",
    "sepc_lv": "Expected change (latent standardised)",
    "sepc_all": "Expected change (standardised)",
    "mfi": "Mc",
    "npar": "Free parameters",
    "n_factors": "Factors",
    "icc": "ICC",
    "ave": "AVE",
    "chisq_change": "Change of χ²",
    "dmacs": "Effect size",
    "p_lowest": "p at the lowest",
    "p_highest": "p at the highest",
    "r_squared": "R²",
    "sd": "SD",
    "m": "M",
}
_CAPITALS = {"cfi", "tli", "rmsea", "srmr", "aic", "bic", "bic2", "ave", "htmt", "fmi", "cvi", "ci"}
_SYMBOLS = {"p": "p", "z": "z", "n": "n", "df": "df", "chisq": "χ²", "se": "SE", "sd": "SD"}
_ITALIC = re.compile(r"(?<![\w.])(p|z|t|n|N|df|SE|SD|M|F|r)(?![\w'’.])(?=\s*[=<>≤≥(,]|$)")


def words_of_column(name: object) -> str:
    """A heading: the known words, else the name with spaces."""
    if isinstance(name, tuple):
        return ", ".join(filter(None, map(words_of_column, name)))
    return said(_in_english(str(name)))


def _in_english(text: str) -> str:
    if text in _WORDS:
        return _WORDS[text]
    if text in _CAPITALS:
        return text.upper()
    if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", text):
        first, *others = map(_part, text.split("_"))
        return " ".join([first if first in _SYMBOLS.values() else _capital(first), *others])
    return clean(_capital(text) if re.fullmatch(r"[a-z]{3,}", text) else text)


def _part(word: str) -> str:
    return word.upper() if word in _CAPITALS else _SYMBOLS.get(word, word)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def italic_parts(text: str) -> list[tuple[str, bool]]:
    """A note in parts, and whether each is the symbol of a statistic, which is set in italics."""
    parts, last = [], 0
    for found in _ITALIC.finditer(text):
        parts += [(text[last : found.start()], False), (found.group(), True)]
        last = found.end()
    return [part for part in [*parts, (text[last:], False)] if part[0]]


def is_statistic(heading: str) -> bool:
    """Whether a heading is the symbol of a statistic."""
    return heading in ("p", "z", "t", "n", "N", "df", "SE", "SD", "M", "F", "r")

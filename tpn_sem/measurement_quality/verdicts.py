"""Convergent and discriminant validity in words, each with the rule that it follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ..drawing import format_estimate
from .discriminant_tests import CLASSES, NO_PROBLEM
from .number_words import hundredths, interval_words

LEAST_AVE = 0.5
GOOD_COMPOSITE = 0.7
MOST_HTMT = 0.85
_ROENNKOE = (
    "R\N{LATIN SMALL LETTER O WITH DIAERESIS}nkk\N{LATIN SMALL LETTER O WITH DIAERESIS} & Cho, 2022"
)


class Verdict(NamedTuple):
    """What one rule says of a construct, or of two.

    Attributes
    ----------
    group, construct_1, construct_2 : str
        `construct_2` is "" for convergent validity.
    rule : str
    supported : bool or None
        None where the rule cannot be applied.
    verdict : str
        A sentence.
    """

    group: str
    construct_1: str
    construct_2: str
    rule: str
    supported: bool | None
    verdict: str


def convergent(group: str, construct: str, row: pd.Series) -> Verdict:
    """AVE of .50 or more. Fornell & Larcker (1981)."""
    where = _named(group, construct)
    ave, composite = float(row["ave"]), float(row["composite"])
    if np.isnan(ave):
        said = f"{where}: convergent validity cannot be judged: {row['reason']}."
        return Verdict(group, construct, "", "ave", None, said)
    supported = ave >= LEAST_AVE
    tail, compared = ("", "is .50 or more") if supported else ("not ", "is below .50")
    joining = "and" if supported == (composite >= GOOD_COMPOSITE) else "though"
    weakest = (
        f"{row['weakest_item']} with a loading of {format_estimate(float(row['weakest_loading']))}"
    )
    said = (
        f"{where}: convergent validity {tail}supported: AVE {hundredths(ave)} {compared} "
        f"(Fornell & Larcker, 1981), {joining} composite reliability is {hundredths(composite)}; "
        f"the weakest item is {weakest}."
    )
    return Verdict(group, construct, "", "ave", bool(supported), said)


def fornell_larcker(pair: pd.Series, aves: tuple[float, float]) -> Verdict:
    """Both AVE above the squared correlation. Fornell & Larcker (1981)."""
    where, squared = _pair(pair), float(pair["correlation"]) ** 2
    if np.isnan(squared) or np.isnan(aves).any():
        said = f"{where}: Fornell & Larcker's (1981) rule cannot be applied: there is no AVE."
        return _verdict(pair, "fornell_larcker", None, said)
    supported = min(aves) > squared
    compared = "above" if supported else "not above"
    said = (
        f"{where}: {_distinct(supported)}: the smaller AVE, {hundredths(min(aves))}, is {compared} "
        f"their squared correlation, {hundredths(squared)} (Fornell & Larcker, 1981)."
    )
    return _verdict(pair, "fornell_larcker", supported, said)


def ratio(pair: pd.Series, name: str) -> list[Verdict]:
    """HTMT below .85 (Henseler et al., 2015), and its interval below 1."""
    value, lower, upper = (float(pair[key]) for key in (name, f"{name}_lower", f"{name}_upper"))
    where, label = _pair(pair), name.upper()
    paper = "Roemer et al., 2021" if name == "htmt2" else "Henseler et al., 2015"
    if np.isnan(value):
        said = f"{where}: no {label}: they share items, or some were never answered together."
        return [_verdict(pair, name, None, said)]
    supported = value < MOST_HTMT
    compared = "is below" if supported else "is not below"
    said = f"{label} {hundredths(value)} {compared} .85 ({paper})"
    found = [_verdict(pair, name, supported, f"{where}: {_distinct(supported)}: {said}.")]
    if not np.isnan(upper):
        below = upper < 1.0
        said = "lies below 1" if below else "does not lie below 1"
        words = interval_words(lower, upper)
        text = f"{where}: {_distinct(below)}: the interval of {label}, {words}, {said} ({paper})."
        found.append(_verdict(pair, f"{name}_interval", below, text))
    return found


def by_interval(pair: pd.Series) -> Verdict:
    """The interval of the correlation against .80, .90 and 1: CI_CFA(sys)."""
    where, name = _pair(pair), str(pair["ci_class"])
    if not name:
        said = f"{where}: there is no interval of their correlation to judge by."
        return _verdict(pair, "ci_cfa", None, said)
    words = interval_words(float(pair["ci_lower"]), float(pair["ci_upper"]))
    said = f"the interval of their correlation, {words}, {_reach(name, pair)}: {name} ({_ROENNKOE})"
    supported = name == NO_PROBLEM
    return _verdict(pair, "ci_cfa", supported, f"{where}: {_distinct(supported)}: {said}.")


def by_test(pair: pd.Series, rule: str) -> Verdict:
    """The model with the correlation fixed, by chi-square or CFI."""
    where, name = _pair(pair), str(pair[f"{rule}_class"])
    what = {"chisq": "chi-square", "cfi": "CFI"}[rule]
    if not name:
        said = f"{where}: models with their correlation fixed could not be compared by {what}."
        return _verdict(pair, rule, None, said)
    supported = name == NO_PROBLEM
    cutoff = {text: value for value, text in CLASSES.items()}.get(name, 0.8)
    said = f"by {what} their correlation is {'' if supported else 'not '}below {_cut(cutoff)}"
    text = f"{where}: {_distinct(supported)}: {said}: {name} ({_ROENNKOE})."
    return _verdict(pair, rule, supported, text)


def _reach(name: str, pair: pd.Series) -> str:
    """Where the interval lies."""
    sign = "" if float(pair["correlation"]) >= 0.0 else "\N{MINUS SIGN}"
    if name == NO_PROBLEM:
        return f"lies {'above' if sign else 'below'} {sign}.80"
    cutoff = next(value for value, text in CLASSES.items() if text == name)
    return f"reaches {sign}{_cut(cutoff)}"


def _cut(value: float) -> str:
    return "1" if value == 1.0 else hundredths(value)


def _verdict(pair: pd.Series, rule: str, supported: bool | None, said: str) -> Verdict:
    group, one, other = (str(pair[key]) for key in ("group", "construct_1", "construct_2"))
    return Verdict(group, one, other, rule, None if supported is None else bool(supported), said)


def _distinct(supported: bool) -> str:
    return "distinct" if supported else "not clearly distinct"


def _named(group: str, construct: str) -> str:
    return f"{construct} in {group}" if group else construct


def _pair(pair: pd.Series) -> str:
    return _named(str(pair["group"]), f"{pair['construct_1']} and {pair['construct_2']}")

"""A fit as a person reads it."""

from __future__ import annotations

import numpy as np
import pandas as pd

_SECTIONS = (
    ("=~", "Latent variables"),
    ("~", "Regressions"),
    ("~~", "Covariances"),
    ("~1", "Intercepts"),
    ("variance", "Variances"),
    (":=", "Defined parameters"),
)
_INDICES = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")


def summary_text(
    head: dict[str, str],
    notes: tuple[str, ...],
    measures: pd.Series,
    estimates: pd.DataFrame,
    standardized: pd.DataFrame,
) -> str:
    """The summary: what was done, what must be known, fit, and estimates by kind.

    Parameters
    ----------
    head : dict
        Lines of the head, name to value.
    notes : tuple of str
        Warnings, printed before any number.
    measures : Series
        Fit measures.
    estimates, standardized : DataFrame
        Of the same rows.
    """
    lines = [f"{name:<28}{value}" for name, value in head.items()]
    lines += ["", *(f"! {note}" for note in notes)] if notes else []
    lines += ["", *_fit_lines(measures)]
    table = estimates.assign(std=standardized["estimate"], section=_section(estimates))
    for group in dict.fromkeys(estimates["group"]):
        part = table[(table["group"] == group) & (table["op"] != ":=")]
        if group:
            lines += ["", f"Group {group}"]
        lines += _section_lines(part)
    lines += _section_lines(table[table["op"] == ":="])
    return "\n".join(lines)


def _section(estimates: pd.DataFrame) -> pd.Series:
    own = (estimates["op"] == "~~") & (estimates["lhs"] == estimates["rhs"])
    return estimates["op"].where(~own, "variance")


def _fit_lines(measures: pd.Series) -> list[str]:
    df = int(measures["df"])
    if np.isnan(measures["chisq"]):
        return ["No fit measures: the fit did not converge."]
    p_value = measures["pvalue"]
    tail = "saturated: nothing to test"
    if not np.isnan(p_value):
        tail = "p < .001" if p_value < 0.001 else f"p = {format_p(p_value)}"
    lines = [f"{'Test of exact fit':<28}chi-square({df}) = {measures['chisq']:.3f}, {tail}"]
    cfi, tli, rmsea, lower, upper, srmr = (measures[name] for name in _INDICES)
    lines.append(
        f"{'Fit indices':<28}CFI {cfi:.3f}  TLI {tli:.3f}  "
        f"RMSEA {rmsea:.3f} [{lower:.3f}, {upper:.3f}]  SRMR {srmr:.3f}"
    )
    if not np.isnan(measures["aic"]):
        lines.append(
            f"{'Information criteria':<28}AIC {measures['aic']:.2f}  BIC {measures['bic']:.2f}"
        )
    return lines


def format_p(p_value: float) -> str:
    """A p-value with three digits."""
    return "< .001" if p_value < 0.001 else f"{p_value:.3f}".lstrip("0")


def _section_lines(table: pd.DataFrame) -> list[str]:
    lines: list[str] = []
    for section, title in _SECTIONS:
        part = table[table["section"] == section]
        if len(part) == 0:
            continue
        lines += [
            "",
            f"{title + ':':<34}{'estimate':>9} {'se':>8} {'z':>8} {'p':>7} {'std.all':>8}",
        ]
        lines += [_row_line(row) for row in part.itertuples()]
    return lines


def _row_line(row) -> str:  # type: ignore[no-untyped-def]
    names = {
        "=~": f"{row.lhs} =~ {row.rhs}",
        "~": f"{row.lhs} ~ {row.rhs}",
        "~~": f"{row.lhs} ~~ {row.rhs}" if row.lhs != row.rhs else row.lhs,
        "~1": row.lhs,
        ":=": row.lhs,
    }
    name = names[row.op]
    if row.label and row.op != ":=":
        name += f" ({row.label})"
    tested = f"{row.se:8.3f} {row.z:8.3f} {format_p(row.p_value):>7}"
    if np.isnan(row.z):
        tested = f"{'':8} {'':8} {'':>7}"
    return f"  {name:<32}{row.estimate:9.3f} {tested} {row.std:8.3f}"

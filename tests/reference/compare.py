"""Differences between this library and the frozen lavaan values, case by case.

`agreement.py` prints them all; the tests call `differences`.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError
from tpn_sem.fit import Fit

HERE = Path(__file__).parent
# Where each version's values stand.
VERSIONS = {"0.6-14": HERE, "0.7-2": HERE / "lavaan-0.7-2"}
OLD, NEW = VERSIONS
# A residual whose variance is zero but for rounding has no standardised value.
_ROUNDING_ONLY = 1e4
CASES = {case["name"]: case for case in json.loads((HERE / "cases.json").read_text())}
ROBUST = {case["name"]: case for case in json.loads((HERE / "robust_cases.json").read_text())}
ORDINAL = {case["name"]: case for case in json.loads((HERE / "ordinal_cases.json").read_text())}
ALL = {**CASES, **ROBUST, **ORDINAL}


@dataclass(frozen=True)
class Difference:
    """One number that both give: what it is, ours, lavaan's."""

    what: str
    ours: float
    theirs: float

    @property
    def absolute(self) -> float:
        """Absolute difference; infinite where only one of the two exists."""
        if math.isnan(self.ours) and math.isnan(self.theirs):
            return 0.0
        gap = abs(self.ours - self.theirs)
        return math.inf if math.isnan(gap) else gap

    def relative(self, floor: float) -> float:
        """Difference over lavaan's value, or over `floor` where that is larger."""
        size = floor if math.isnan(self.theirs) else max(abs(self.theirs), floor)
        return self.absolute / size


def _path(name: str, version: str) -> Path:
    folder = "ordinal" if name in ORDINAL else "robust" if name in ROBUST else "lavaan"
    return VERSIONS[version] / folder / f"{name}.json"


def has_reference(name: str, version: str) -> bool:
    """Whether a version of lavaan's values for a case are frozen."""
    return _path(name, version).exists()


@lru_cache(maxsize=8)
def reference(name: str, version: str = OLD) -> dict:
    """lavaan's values for a case, from one of its versions."""
    return json.loads(_path(name, version).read_text())


def refit(name: str) -> Fit:
    """Our fit of a case."""
    case = ALL[name]
    options = dict(case.get("options") or {})
    if "thresholds" in options.get("group_equal", ()):  # lavaan 0.6-14 holds intercepts equal, too
        options["group_equal"] = list(dict.fromkeys([*options["group_equal"], "intercepts"]))
    delta = options.get("ordered") is True and options.get("parameterization") != "theta"
    if delta and "group_equal" in options:  # equal residuals are without effect, an error here
        options["group_equal"] = [one for one in options["group_equal"] if one != "residuals"]
    defaults = {"lavaan": "none"}.get(case["function"], case["function"])
    data = _moments(reference(name)) if case.get("moments") else _frame(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        text = case.get("model") or reference(name)["model"]
        return ts.Model(text, defaults=defaults).fit(data, **options)


def _frame(case: dict) -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / f"{case['data']}.csv")


def _moments(values: dict) -> object:
    sample = values["sample"]
    found = [
        ts.SampleMoments(
            np.array(group["cov"], dtype=float),
            None if not values["implied"][0]["mean"] else np.array(group["mean"], dtype=float),
            int(group["n"]),
            names=sample["variables"],
        )
        for group in sample["groups"]
    ]
    return found[0] if len(found) == 1 else found


def differences(name: str, fit: Fit, what: str, version: str = OLD) -> list[Difference]:
    """All numbers of one kind that both we and that version of lavaan give."""
    return list({**_KINDS, **_ROBUST_KINDS, **_ORDINAL_KINDS}[what](fit, reference(name, version)))


def _number(value: object) -> float:
    return float("nan") if value is None or value == "NA" else float(value)  # type: ignore[arg-type]


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (rhs, op, lhs) if op == "~~" and rhs < lhs else (lhs, op, rhs)


def _rows(table: pd.DataFrame, records: Iterable[dict], fit: Fit) -> Iterator[tuple]:
    """Rows of both tables that stand for the same parameter."""
    places = {"": 1, **{label: i + 1 for i, label in enumerate(fit.group_labels)}}
    ours = {
        (
            *_key(r.lhs, r.op, r.rhs if r.op != ":=" else ""),
            0 if r.op == ":=" else places[r.group],
        ): r
        for r in table.itertuples()
    }
    for record in records:
        if record["op"] in ("==", "<", ">"):
            continue
        rhs = "" if record["op"] == ":=" else record["rhs"]
        group = 0 if record["op"] == ":=" else max(int(record.get("group") or 1), 1)
        place = (*_key(record["lhs"], record["op"], rhs), group)
        if place not in ours:
            raise AssertionError(f"lavaan has a parameter that we lack: {place}")
        yield " ".join(map(str, place)), ours[place], record


def _estimates(fit: Fit, values: dict) -> Iterator[Difference]:
    for name, ours, theirs in _rows(fit.estimates, values["estimates"], fit):
        yield Difference(name, ours.estimate, _number(theirs["est"]))


def _errors(fit: Fit, values: dict) -> Iterator[Difference]:
    for name, ours, theirs in _rows(fit.estimates, values["estimates"], fit):
        yield Difference(name, ours.se, _number(theirs["se"]))


def _standardized(kind: str, column: str, other: str):  # type: ignore[no-untyped-def]
    def compute(fit: Fit, values: dict) -> Iterator[Difference]:
        table = fit.standardized(kind)
        records = values["standardized"]
        records = records[kind] if isinstance(records, dict) else records
        for name, ours, theirs in _rows(table, records, fit):
            yield Difference(name, getattr(ours, column), _number(theirs[other]))

    return compute


def _our_name(name: str, ours: pd.Series, values: dict) -> str:
    """Our name of a measure: lavaan 0.7 gave the name of LISREL's GFI to another index."""
    old = not values["lavaan_version"].startswith("0.7")
    if old and name in ("gfi", "agfi") and f"{name}_lisrel" in ours:
        return f"{name}_lisrel"
    if name in ("gfi_lisrel", "agfi_lisrel") and name not in ours:
        return name.removesuffix("_lisrel")
    return name


def _measures(fit: Fit, values: dict) -> Iterator[Difference]:
    ours = fit.measures
    for name, value in values["measures"].items():
        found = ours.get(_our_name(name, ours, values), float("nan"))
        yield Difference(name, float(found), _number(value))


def _chi_square(fit: Fit, values: dict) -> Iterator[Difference]:
    for name in ("chisq", "df"):
        yield Difference(name, float(fit.measures[name]), _number(values["measures"][name]))


def _tests(fit: Fit, values: dict) -> Iterator[Difference]:
    for record in values["tests"]:
        try:
            test = fit.test(record["test"])
            found = (test.statistic, test.degrees_of_freedom, test.p_value)
        except NotAvailableError:
            found = (math.nan, math.nan, math.nan)
        for name, ours in zip(("stat", "df", "pvalue"), found, strict=True):
            title = f"{record['test'].replace('.', '_')} {name}"
            yield Difference(title, ours, _number(record[name]))


def _implied(fit: Fit, values: dict) -> Iterator[Difference]:
    for place, group in enumerate(values["implied"]):
        table = fit.implied.loc[fit.group_labels[place]] if fit.group_labels else fit.implied
        if "cov" not in group:  # conditional on covariates
            continue
        names = group["variables"]
        for i, row in enumerate(group["cov"]):
            for j, value in enumerate(row):
                ours = float(table.loc[names[i], names[j]])
                yield Difference(f"{names[i]}~~{names[j]}", ours, _number(value))


def _by_either_name(part: pd.Series, name: str) -> float:
    """A covariance's value, whichever variable comes first."""
    turned = "~~".join(reversed(name.split("~~")))
    return float(part[name] if name in part else part[turned])


def _statistics(fit: Fit, values: dict) -> Iterator[Difference]:
    """Thresholds, polychoric correlations and the like, by lavaan's names."""
    for place, group in enumerate(values["statistics"]):
        ours = fit.statistics
        part = ours.loc[fit.group_labels[place]] if fit.group_labels else ours
        for name, value in zip(group["names"], group["observed"], strict=True):
            sign = -1.0 if name.endswith("~1") else 1.0  # lavaan keeps minus the mean
            yield Difference(name, sign * _by_either_name(part, name), _number(value))


def _r_squared(fit: Fit, values: dict) -> Iterator[Difference]:
    for place, group in enumerate(values["r_squared"]):
        for name, value in dict(group).items():
            index = (fit.group_labels[place], name) if fit.group_labels else name
            yield Difference(name, float(fit.r_squared[index]), _number(value))


def _residuals(kind: str, other: str):  # type: ignore[no-untyped-def]
    def compute(fit: Fit, values: dict) -> Iterator[Difference]:
        table = fit.residuals(kind)
        for place, group in enumerate(values["residuals"][other]):
            if "cov" not in group:
                continue
            part = table.loc[fit.group_labels[place]] if fit.group_labels else table
            names = group["variables"]
            matrix = part.loc[names, names].to_numpy()
            for i, row in enumerate(group["cov"]):
                for j, value in enumerate(row):
                    if kind == "standardized" and abs(_number(value)) > _ROUNDING_ONLY:
                        continue
                    yield Difference(f"{names[i]}~~{names[j]}", float(matrix[i, j]), _number(value))
            for i, value in enumerate(group["mean"] or []):
                yield Difference(f"{names[i]}~1", float(part.loc[names[i], "~1"]), _number(value))

    return compute


def _explains_exogenous(fit: Fit, record: dict) -> bool:
    """Whether a record would explain a predictor that nothing explains: we do not offer those."""
    exogenous = fit.estimation.specification.roles.exogenous
    return record["op"] in ("~", "~~", "~1") and record["lhs"] in exogenous


def _modification(column: str, other: str):  # type: ignore[no-untyped-def]
    def compute(fit: Fit, values: dict) -> Iterator[Difference]:
        table = fit.modification_indices()
        labels = ["", *fit.group_labels] if fit.group_labels else [None, ""]
        ours = {(*_key(r.lhs, r.op, r.rhs), r.group): r for r in table.itertuples()}
        for record in values.get("modification_indices") or []:
            place = (
                *_key(record["lhs"], record["op"], record["rhs"]),
                labels[int(record["group"])],
            )
            if _explains_exogenous(fit, record):
                continue
            if column == "sepc_all" and record["op"] == "~~" and record["lhs"] == record["rhs"]:
                continue  # lavaan gives the fixed value with a sign; see docs/agreement.md
            value = getattr(ours[place], column) if place in ours else float("nan")
            yield Difference(str(place), value, _number(record[other]))

    return compute


def _scores(method: str):  # type: ignore[no-untyped-def]
    def compute(fit: Fit, values: dict) -> Iterator[Difference]:
        scores = values.get("factor_scores") or {}
        groups = scores if isinstance(scores, list) else scores.get(method)
        if not groups or (method == "EBM") != isinstance(scores, list):
            return
        table = fit.factor_scores(method)
        for place, group in enumerate(groups):
            part = table[table["group"] == fit.group_labels[place]] if fit.group_labels else table
            for column, name in enumerate(group["names"]):
                for row, value in enumerate(group["values"]):
                    ours = float(part[name].iloc[row])
                    yield Difference(f"{name}[{row}]", ours, _number(value[column]))

    return compute


_KINDS = {
    "estimates": _estimates,
    "standard errors": _errors,
    "chi-square": _chi_square,
    "fit measures": _measures,
    **{f"standardized {k}": _standardized(k, "estimate", "est.std") for k in ("all", "lv", "nox")},
    **{f"standardized {k} se": _standardized(k, "se", "se") for k in ("all", "lv", "nox")},
    "r squared": _r_squared,
    "residuals raw": _residuals("raw", "raw"),
    "residuals correlation": _residuals("correlation", "cor_bollen"),
    "residuals correlation_bentler": _residuals("correlation_bentler", "cor_bentler"),
    "residuals normalized": _residuals("normalized", "normalized"),
    "residuals standardized": _residuals("standardized", "standardized"),
    "modification indices": _modification("mi", "mi"),
    "expected changes": _modification("epc", "epc"),
    "standardized changes": _modification("sepc_all", "sepc.all"),
    "scores regression": _scores("regression"),
    "scores Bartlett": _scores("Bartlett"),
}
KINDS = tuple(_KINDS)
_ROBUST_KINDS = {"tests": _tests, "implied covariances": _implied}
_ORDINAL_KINDS = {"statistics": _statistics, "scores EBM": _scores("EBM")}
ROBUST_KINDS = (
    "estimates",
    "standard errors",
    "standardized all",
    "standardized all se",
    "fit measures",
    *_ROBUST_KINDS,
)
ORDINAL_KINDS = (
    *ROBUST_KINDS,
    *_ORDINAL_KINDS,
    "r squared",
    "residuals raw",
    "modification indices",
    "expected changes",
)


def kinds_of(name: str) -> tuple[str, ...]:
    return ORDINAL_KINDS if name in ORDINAL else ROBUST_KINDS if name in ROBUST else KINDS

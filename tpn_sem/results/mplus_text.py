"""A fit's model as an Mplus input, and as a text of lavaan's with the call that fits it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..language import plain_name
from ..specification import (
    Parameter,
    refuse_composites,
    refuse_correlation,
)

_LONGEST = 8  # characters of a name in Mplus
_WIDTH = 80  # of a line in Mplus
_WORDS = {"=~": "BY", "~": "ON", "~~": "WITH"}
_SAME = ("ML", "MLR", "MLM", "MLMV", "MLF", "GLS", "WLS", "WLSM", "WLSMV", "ULS", "ULSMV")


def mplus_text(estimation: Estimation, file: str) -> str:
    """See `Fit.to_mplus`."""
    specification = estimation.specification
    if specification.roles.products or specification.table.blocks:
        what = "exploratory blocks" if specification.table.blocks else "products"
        raise NotAvailableError(f"models with {what} are not written as Mplus input.")
    refuse_composites(specification.roles, "Mplus input")
    refuse_correlation(specification.options, "Mplus input")
    names = _short_names(specification.roles.all)
    lines = [f"! {short} stands for {name}" for name, short in names.items() if short != name]
    if estimation.samples.options.group is not None:
        codes = _codes(estimation.samples.labels)
        lines += [
            f"! group {code} stands for {label}" for label, code in codes.items() if code != label
        ]
    lines += [f"! {name} of the fit has no counterpart" for name in _left_out(estimation)]
    lines += ["TITLE: written by tpn_sem;", f"DATA: FILE = {file};", "VARIABLE:"]
    lines += [f"  {line}" for line in _variable_lines(estimation, names)]
    lines += ["ANALYSIS:", *(f"  {line}" for line in _analysis_lines(estimation))]
    for group, label in enumerate(estimation.samples.labels):
        rows = _rows_of(estimation, group)
        if group == 0:
            lines += ["MODEL:", *_model_lines(rows, names, specification.has_levels)]
        if len(estimation.samples.labels) > 1:
            head = f"MODEL {_short(label)}:"
            lines += [head, *_model_lines(rows, names, specification.has_levels)]
    lines += _constraint_lines(estimation)
    return "\n".join([*_wrapped(lines), "OUTPUT: STDYX;"])


def _left_out(estimation: Estimation) -> Iterator[str]:
    """Options that change numbers and that Mplus has not."""
    data, how = estimation.samples.options, estimation.options
    for asked, name in (
        (how.h1_information != "structured", "h1_information="),
        (how.h1_information_meat is not None, "h1_information_meat="),
        (how.omega_information is not None, "omega_information="),
        (how.omega_h1_information is not None, "omega_h1_information="),
        (how.observed_information != "hessian", "observed_information="),
        (how.se_delta_second_order, "se_delta_second_order="),
        (data.gamma_unbiased, "gamma_unbiased="),
        (data.gamma_n_minus_one, "gamma_n_minus_one="),
        (data.zero_add is not None, "zero_add="),
        (data.zero_keep_margins is not None, "zero_keep_margins="),
        (data.likelihood == "wishart" and how.estimator in ("ML", "MLR"), "likelihood='wishart'"),
        (data.ridge > 0.0, "ridge="),
        (data.std_ov, "std_ov="),
        (estimation.specification.options.bounds != "none", "bounds="),
    ):
        if asked:
            yield name


def _short_names(names: Iterable[str]) -> dict[str, str]:
    """Names as Mplus can have them, each its own."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(map(plain_name, names)):
        short = _short(name)
        number = 1
        while short.lower() in (one.lower() for one in found.values()):
            number += 1
            short = f"{_short(name)[: _LONGEST - len(str(number))]}{number}"
        found[name] = short
    return found


def _short(name: str) -> str:
    word = re.sub(r"\W", "_", name)[:_LONGEST]
    return word if re.match(r"[A-Za-z]", word) else f"v{word}"[:_LONGEST]


def _variable_lines(estimation: Estimation, names: dict[str, str]) -> Iterator[str]:
    data, specification = estimation.samples.options, estimation.specification
    columns = list(dict.fromkeys(names[plain_name(name)] for name in specification.observed))
    extra = [
        str(one) for one in (data.group, data.cluster, data.sampling_weights) if one is not None
    ]
    yield f"NAMES = {' '.join([*columns, *map(_short, extra)])};"
    yield f"USEVARIABLES = {' '.join(columns)};"
    if specification.categories:
        items = [names[plain_name(name)] for name, _ in specification.categories]
        yield f"CATEGORICAL = {' '.join(items)};"
    if data.group is not None:
        codes = _codes(estimation.samples.labels)
        pairs = " ".join(f"{code} = {_short(label)}" for label, code in codes.items())
        yield f"GROUPING = {_short(str(data.group))} ({pairs});"
    if data.cluster is not None:
        yield f"CLUSTER = {_short(str(data.cluster))};"
    if data.sampling_weights is not None:
        yield f"WEIGHT = {_short(str(data.sampling_weights))};"
    yield "MISSING = ALL (-999);"


def _codes(labels: Iterable[str]) -> dict[str, str]:
    """A whole number for each group, its own label where all are such."""
    known = list(labels)
    if all(re.fullmatch(r"-?\d+", label) for label in known):
        return {label: label for label in known}
    return {label: str(place) for place, label in enumerate(known, 1)}


def _analysis_lines(estimation: Estimation) -> Iterator[str]:
    data, specification = estimation.samples.options, estimation.specification
    if data.cluster is not None:
        yield "TYPE = TWOLEVEL;" if specification.has_levels else "TYPE = COMPLEX;"
    name = estimation.options.estimator
    if not (isinstance(name, str) and name in _SAME):
        raise NotAvailableError(f"estimator={name!r:.40} has no name in Mplus.")
    yield f"ESTIMATOR = {name};"
    if specification.categories:
        yield f"PARAMETERIZATION = {specification.table.parameterization.upper()};"
    elif not specification.means:
        yield "MODEL = NOMEANSTRUCTURE;"
    if data.missing == "listwise" and not specification.categories:
        yield "! DATA: LISTWISE = ON; leaves rows with missing answers out, as was done here"


def _rows_of(estimation: Estimation, group: int) -> list[Parameter]:
    """Parameters of a group that Mplus has.

    Of ordinal items residual variances follow from scales ("delta") or these from residual
    variances ("theta"), and there are no intercepts.

    Raises
    ------
    NotAvailableError
        Where such an intercept is free.
    """
    specification = estimation.specification
    items = {name for name, _ in specification.categories}
    without = "~*~" if specification.options.parameterization == "theta" else "~~"
    found = []
    for row in specification.table.rows:
        if row.group != group or row.exogenous:
            continue
        of_item = row.lhs in items and row.rhs in (row.lhs, "")
        if of_item and row.operator == "~1" and row.is_free:
            raise NotAvailableError(
                f"Mplus has no intercepts of ordinal items, and that of {row.lhs!r} is free: hold "
                "intercepts equal over groups, too."
            )
        if not (of_item and row.operator in ("~1", without)):
            found.append(row)
    return found


def _model_lines(rows: list[Parameter], names: dict[str, str], levels: bool) -> Iterator[str]:
    for level in (1, 2) if levels else (0,):
        if level:
            yield f"  %{'WITHIN' if level == 1 else 'BETWEEN'}%"
        for row in rows:
            if (not level or row.level == level) and (line := _statement(row, names)):
                yield f"  {line}"


def _statement(row: Parameter, names: dict[str, str]) -> str:
    """One parameter, free or fixed, with its label; empty where Mplus has none."""
    sides = [names.get(side, side) for side in row.sides]
    number = "*" if row.is_free else f"@{row.fixed:.10g}"
    label = f" ({_short(row.label.strip('.'))})" if row.label else ""
    if row.operator == "~1":
        return f"[{sides[0]}{number}]{label};"
    if row.operator == "|":
        return f"[{sides[0]}${row.rhs[1:]}{number}]{label};"
    if row.operator == "~*~":
        return f"{{{sides[0]}{number}}}{label};"
    if row.is_variance:
        return f"{sides[0]}{number}{label};"
    return f"{sides[0]} {_WORDS[row.operator]} {sides[1]}{number}{label};"


def _constraint_lines(estimation: Estimation) -> list[str]:
    statements = estimation.specification.statements
    if not (statements.definitions or statements.constraints):
        return []
    new = [_short(one.name) for one in statements.definitions]
    lines = ["MODEL CONSTRAINT:", *([f"  NEW({' '.join(new)});"] if new else [])]
    lines += [
        f"  {_short(one.name)} = {one.text.replace('^', '**')};" for one in statements.definitions
    ]
    for one in statements.constraints:
        left, right = (side.replace("^", "**") for side in one.text)
        lines.append(f"  {left} {'=' if one.operator == '==' else one.operator} {right};")
    return lines


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Lines that Mplus reads whole: it stops after a number of characters."""
    for line in lines:
        while len(line) > _WIDTH and " " in line.strip()[:_WIDTH]:
            cut = line.rfind(" ", 4, _WIDTH)
            if cut < 0:
                break
            yield line[:cut]
            line = f"    {line[cut + 1 :]}"
        yield line

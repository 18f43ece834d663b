"""A question as a user asks it: read, checked, and its substantive model fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ..arguments import as_names
from ..data import Data
from ..errors import DataError, NotAvailableError, OptionError, choose
from ..estimation import estimate
from ..fit import Fit, read_fit
from ..language import Statements, grouped, parse
from ..model import Model
from ..specification import Options, read_options, refuse_correlation
from ..survey import Instrument
from .method_question import MethodQuestion


def read_question(
    model: Fit | Model | str,
    data: Data | None,
    marker: str | Sequence[str] | None,
    negative: Sequence[str] | Instrument | None,
    options: Mapping[str, Any],
) -> MethodQuestion:
    """Fit the substantive model and check what was said of its items.

    Raises
    ------
    OptionError, DataError, NotAvailableError
        Saying what was wrong, where, and what to do.
    """
    statements, chosen = _model_of(model, data, options)
    markers, statements = _read_marker(marker, statements)
    if isinstance(model, Fit) and data is not None:
        _check_rows(model, data, markers)
    is_whole = isinstance(model, Fit) and statements.text == model.model_text
    if isinstance(model, Fit) and is_whole:
        baseline = model.estimation
    elif data is None:
        raise DataError("the marker is taken out of the fit's model: give data=, its rows.")
    else:
        baseline = estimate(statements, chosen, data)
    found = MethodQuestion(baseline, statements.text, chosen, data, markers)
    _check_model(found)
    _check_markers(found)
    return replace(found, negative=_read_negative(negative, found.items))


def _model_of(
    model: Fit | Model | str, data: Data | None, options: Mapping[str, Any]
) -> tuple[Statements, Options]:
    if isinstance(model, Fit):
        if options:
            raise OptionError(
                f"{next(iter(options))}= would have no effect beside a fit: give the model's text."
            )
        found = read_fit(model, "common_method")
        refuse_correlation(found.specification.options, "common_method")
        chosen = Options(found.samples.options, found.specification.options, found.options)
        return found.specification.statements, chosen
    if data is None:
        raise DataError("common_method of a model needs data= as well; of a fit it does not.")
    own = model if isinstance(model, Model) else Model(model)
    return own.statements, read_options(own.defaults, options)


def _read_marker(
    marker: str | Sequence[str] | None, statements: Statements
) -> tuple[tuple[str, ...], Statements]:
    """Items of the marker, and the model without it where it is one of the model's factors."""
    names = as_names("marker", marker)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise OptionError(f"marker= names {twice[0]!r} twice.")
    factors = {one.lhs for one in statements.relations if one.operator == "=~"}
    if not (len(names) == 1 and names[0] in factors):
        return names, statements
    [name] = names
    own = [one for one in statements.relations if name in (one.lhs, one.rhs)]
    joined = [one for one in own if one.operator == "~"]
    blocks = any(one.block for one in statements.relations)
    if joined or blocks or statements.constraints or statements.definitions:
        raise OptionError(
            f"marker={name!r} is a factor that cannot be taken out of this model (paths, blocks or "
            "constraints): leave it out of the text and give its items, as marker=['m1', 'm2']."
        )
    items = tuple(one.rhs for one in own if one.operator == "=~" and one.lhs == name)
    gone = {name, *items}
    kept = tuple(one for one in statements.relations if not gone & {one.lhs, one.rhs})
    if not kept:
        raise OptionError(f"marker={name!r} is the model's only factor: nothing is left.")
    return items, parse(grouped(replace(statements, relations=kept), 1))


def _check_rows(fit: Fit, data: Data, markers: Sequence[str]) -> None:
    """Data beside a fit are there for the marker, and are the rows that were fitted."""
    if not markers:
        raise OptionError("data= would have no effect beside a fit without marker=: leave it out.")
    index = fit.estimation.samples.index
    if not isinstance(data, pd.DataFrame) or index is None or not index.equals(data.index):
        raise OptionError(
            "data= are not the rows that were fitted (their index is another one): give these, or "
            "the model's text in place of the fit."
        )


def _check_model(question: MethodQuestion) -> None:
    found = question.baseline
    if not found.converged:
        raise NotAvailableError(
            "common_method: the substantive model did not converge, so that there is nothing to "
            "compare. See the notes of its fit."
        )
    if found.options.se == "none":
        raise OptionError("se='none' leaves nothing to judge paths by: leave it out.")
    if found.specification.restrictions.rotations:
        raise NotAvailableError(
            "common_method: an exploratory block and a method factor cannot be told apart: take "
            "confirmatory factors."
        )
    if not question.items:
        raise NotAvailableError(
            "common_method: no factor of the model has observed items, so that there is no method "
            "to be told from what they measure."
        )
    if found.specification.options.effect_coding:
        raise OptionError("effect_coding= would also scale the method factor: take std_lv=True.")


def _check_markers(question: MethodQuestion) -> None:
    inside = [name for name in question.marker if name in question.baseline.specification.roles.all]
    if inside:
        raise OptionError(
            f"marker={inside[0]!r} is also a variable of the substantive model: a marker has "
            "nothing to do with what is studied. Take it out of one of the two."
        )
    if question.marker and question.data is None:
        raise DataError("marker= names variables that the fit has not: give data=, its rows.")
    if question.marker and not isinstance(question.data, pd.DataFrame):
        raise DataError("marker= needs rows: data= is to be a DataFrame.")
    if isinstance(question.data, pd.DataFrame):
        for name in question.marker:
            choose("marker", name, [str(column) for column in question.data.columns])
            if not pd.api.types.is_numeric_dtype(question.data[name]):
                raise DataError(f"marker={name!r} is a column without numbers: code its answers.")


def _read_negative(
    negative: Sequence[str] | Instrument | None, items: Sequence[str]
) -> frozenset[str]:
    """Items that were turned, by name or as an instrument says."""
    if isinstance(negative, Instrument):
        return frozenset(negative.reversed) & frozenset(items)
    return frozenset(choose("negative", name, items) for name in as_names("negative", negative))

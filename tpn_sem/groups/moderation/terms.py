"""Which parameters of a factor model are moderated, and by what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...arguments import as_names
from ...errors import (
    IdentificationError,
    ModelError,
    NotEstimatedError,
    OptionError,
    choose,
    nearest,
)
from ...language import parse
from ...specification import (
    PARAMETER_SETS,
    ParameterTable,
    Specification,
    key,
    parameter_set,
)

IMPACT = ("means", "lv_variances")
SETS = tuple(name for name in PARAMETER_SETS if name not in ("thresholds", "composite_weights"))
Asked = Mapping[str, Sequence[str] | str] | Sequence[str] | str | None
Terms = tuple[tuple[int, int], ...]  # place in the parameter table, place of the moderator


def read_terms(moderated: Asked, moderators: tuple[str, ...], table: ParameterTable) -> Terms:
    """Which parameters are moderated by which moderators, in the order of the table.

    Parameters
    ----------
    moderated : mapping, sequence of str or None
        As `moderated` takes it.
    moderators : tuple of str
    table : ParameterTable

    Raises
    ------
    OptionError
        For unknown sets, parameters and moderators, and for moderators of nothing.
    IdentificationError
        Where a factor has no anchor.
    """
    found: set[tuple[int, int]] = set()
    for name, texts in _asked(moderated, moderators).items():
        places = {place for text in texts for place in _places(text, table)}
        found |= {(place, moderators.index(name)) for place in places}
    terms = tuple(sorted(found))
    _check_anchors(terms, moderators, table)
    return terms


def _asked(moderated: Asked, moderators: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The texts that say what each moderator moderates."""
    if moderated is None:
        return dict.fromkeys(moderators, IMPACT)
    if not isinstance(moderated, Mapping):
        asked = dict.fromkeys(moderators, as_names("moderated", moderated))
    else:
        for name in moderated:
            if name not in moderators:
                advice = nearest(name, moderators) or "."
                raise OptionError(f"moderated= names {name!r}, which is no moderator{advice}")
        asked = {name: as_names("moderated", moderated.get(name)) for name in moderators}
    for name, texts in asked.items():
        if not texts:
            raise OptionError(
                f"moderator {name!r} moderates nothing: say what in moderated=, or leave it out."
            )
    return asked


def _places(text: str, table: ParameterTable) -> list[int]:
    """Places in the table of the parameters that a text names."""
    if re.fullmatch(r"\s*\w+\s*", text):
        name = choose("moderated", text.strip(), SETS)
        places = [
            place
            for place, row in enumerate(table.rows)
            if parameter_set(row, table.roles) == name and (row.free >= 0 or name in IMPACT)
        ]
        if not places:
            raise OptionError(f"moderated= names {name!r}, of which the model has none.")
        return places
    relations = parse(text).relations
    if not relations:
        raise OptionError(
            f"moderated= takes sets of parameters ({', '.join(SETS)}) and single ones, as "
            f"'f =~ x1' or 'x1 ~ 1', not {text!r}."
        )
    wanted = [(str(item), key(item.lhs, item.operator, item.rhs)) for item in relations]
    places_of = {row.key: place for place, row in enumerate(table.rows)}
    for name, one in wanted:
        if one not in places_of:
            known = [f"{row.lhs} {row.operator} {row.rhs}".rstrip() for row in table.rows]
            raise OptionError(
                f"moderated= names {name!r}, which is no parameter of the model"
                f"{nearest(name, known) or '.'}"
            )
    return [places_of[one] for _, one in wanted]


def _check_anchors(terms: Terms, moderators: tuple[str, ...], table: ParameterTable) -> None:
    """A factor whose mean or variance is moderated needs an item that is not."""
    asked = {(table.rows[place].key, moderators[number]) for place, number in terms}
    for factor, items in table.roles.indicators.items():
        intercepts = [key(item, "~1", "") for item in items]
        loadings = [key(factor, "=~", item) for item in items]
        impacts = (
            ("mean", key(factor, "~1", ""), "intercepts", intercepts),
            ("variance", key(factor, "~~", factor), "loadings", loadings),
        )
        for what, impact, parts, keys in impacts:
            for name in moderators:
                if (impact, name) in asked and all((one, name) in asked for one in keys):
                    raise IdentificationError(
                        f"factor {factor!r} has no anchor: {name!r} moderates its {what} and the "
                        f"{parts} of all its items. Leave at least one item unmoderated, or do "
                        f"not moderate the {what} of the factor."
                    )


def check_model(specification: Specification) -> None:
    """Refuse what is no factor model with standardised factors.

    Raises
    ------
    ModelError, NotEstimatedError
    """
    roles, restrictions = specification.roles, specification.restrictions
    if not roles.latent:
        raise ModelError("the model has no factor: define one, as 'f =~ x1 + x2 + x3'.")
    if roles.exogenous:
        raise ModelError(
            f"{roles.exogenous[0]!r} is an observed predictor: leave it out of the model and name "
            "it in moderators=, so that it can explain factor means."
        )
    if roles.measured_factors:
        raise NotEstimatedError(
            f"{roles.measured_factors[0]!r} is a factor and an indicator: factors of factors are "
            "not moderated yet. Model the first-order factors, which may covary."
        )
    if not restrictions.is_smooth:
        raise NotEstimatedError(
            "inequalities, bounds and non-linear equalities are not imposed on moderated models; "
            "leave them out. Labels and linear '==' can be kept."
        )
    for row in specification.table.rows:
        if row.operator == "=~" and row.free < 0 and row.fixed != 0.0:
            raise ModelError(
                f"the text fixes the loading {row.lhs} =~ {row.rhs} at {row.fixed:g}: leave the "
                "number out. Factors have variance 1 where the moderators are zero."
            )
        standard = {"means": 0.0, "lv_variances": 1.0}.get(parameter_set(row, roles))
        if standard is not None and not (row.free < 0 and row.fixed == standard):
            text = f"{row.lhs} {row.operator} {row.rhs}".rstrip()
            raise ModelError(
                f"{text!r} must be {standard:g} where the moderators are zero, which identifies "
                "the factor: leave it out of the model text. All loadings are free."
            )

"""Model: an immutable model text that can be shown, added to and fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

import pandas as pd

from .arguments import as_names, check_range, checked
from .data import Data
from .errors import ModelError, OptionError, choose
from .estimation import Estimation, estimate
from .fit import Fit
from .language import Statements, parse, read_mplus
from .redraws import bootstrapped, replicated, take_bootstrap, take_replicate_weights
from .results import model_table, with_levels
from .specification import (
    DEFAULTS,
    OPTION_NAMES,
    FitOptions,
    Options,
    edited_table_text,
    model_graph,
    parameter_frame,
    read_options,
    shows_options,
    specify,
    with_products,
)

if TYPE_CHECKING:
    import networkx as nx


Text: TypeAlias = str | Sequence[str] | pd.DataFrame


class Model:
    """A structural equation model in lavaan's model language.

    Parameters
    ----------
    text : str, list of str, or DataFrame
        Statements, one a line or separated by ``;``; several texts are joined. Or a parameter
        table, as `parameter_table` and `Fit.parameter_table` give it and pandas can edit it: a row
        a parameter, columns lhs, op, rhs and, where wanted, group, level, label, free, fixed,
        start, lower, upper.
    defaults : {"sem", "cfa", "growth", "none"}, optional
        Which parameters are added without being written, as lavaan's functions of these names do.
        If not given, "sem" for texts and "none" for tables, which have all their rows.

    Raises
    ------
    ModelSyntaxError
        With line, column, the text and a suggestion.
    ModelError
        Where a row of a table makes no sense.

    Examples
    --------
    >>> measurement = Model("NPC =~ npc1 + npc2 + npc3; KSSE =~ ksse1 + ksse2 + ksse3")
    >>> print(measurement + Model("KSSE ~ NPC"))
    NPC =~ npc1 + npc2 + npc3; KSSE =~ ksse1 + ksse2 + ksse3
    KSSE ~ NPC
    """

    __slots__ = ("_defaults", "_own_options", "_statements")

    _statements: Statements
    _defaults: str
    _own_options: dict[str, Any]

    @checked
    def __init__(self, text: str | Sequence[str] | pd.DataFrame, defaults: str | None = None):
        written = _written(text)
        if defaults is None:
            defaults = "none" if isinstance(text, pd.DataFrame) else "sem"
        object.__setattr__(self, "_statements", parse(written, given=True))
        object.__setattr__(self, "_defaults", choose("defaults", defaults, DEFAULTS))
        object.__setattr__(self, "_own_options", {})

    @classmethod
    @checked
    def from_mplus(cls, text: str) -> Model:
        """Read an Mplus input: VARIABLE, ANALYSIS and MODEL as far as they map.

        What its options and Mplus' defaults set (the estimator, ordinal items, groups, full
        information) goes along as `options` of the model, which those of `fit` overrule.

        Parameters
        ----------
        text : str
            A whole input, or the statements of its MODEL section.

        Returns
        -------
        Model

        Raises
        ------
        ModelError
            Naming the line that has no counterpart here.
        """
        found = read_mplus(text)
        model = cls(found.text)
        model._own_options.update(found.options)
        return model

    @property
    def options(self) -> dict[str, Any]:
        """Options that go along with the model: of `with_options`, or of another program's input.

        Those of `fit` overrule them.
        """
        return dict(self._own_options)

    @shows_options
    @checked
    def with_options(self, **options: Unpack[FitOptions]) -> Model:
        """The model with options that go along with it, where `fit` says nothing else.

        Parameters
        ----------
        **options
            As for `fit`.

        Returns
        -------
        Model

        Raises
        ------
        OptionError
            For options that no fit knows.
        """
        found = Model(self.text, self.defaults)
        found._own_options.update({**self._own_options, **options})
        drawn = set(FitOptions.__annotations__) - {*chain(*OPTION_NAMES.values()), "rotation_args"}
        own = {name: one for name, one in options.items() if name not in drawn}
        if take_bootstrap(dict(options)) is not None:
            own = {name: one for name, one in own.items() if name not in ("se", "test")}
        self._options(own)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Model cannot be changed; make a new one, or add two with '+'.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Model cannot be changed.")

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (self.text, self.defaults, self._own_options)

    @property
    def text(self) -> str:
        """The model text."""
        return self._statements.text

    @property
    def defaults(self) -> str:
        """Which parameters are added without being written."""
        return self._defaults

    @property
    def statements(self) -> Statements:
        """What the text says, statement by statement."""
        return self._statements

    def __add__(self, other: Model | str) -> Model:
        if not isinstance(other, (Model, str)):
            return NotImplemented
        text = other if isinstance(other, str) else other.text
        if isinstance(other, Model) and other.defaults != self.defaults:
            raise ModelError(
                f"models with defaults {self.defaults!r} and {other.defaults!r} cannot be added."
            )
        return _made_again(
            f"{self.text.rstrip()}\n{text.strip()}", self.defaults, self._own_options
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        mine = (self.text, self.defaults, self._own_options)
        return mine == (other.text, other.defaults, other._own_options)

    def __hash__(self) -> int:
        return hash((self.text, self.defaults))

    def __str__(self) -> str:
        lines = [line.strip() for line in self.text.strip().splitlines()]
        return "\n".join(line for line in lines if line)

    def __repr__(self) -> str:
        suffix = "" if self.defaults == "sem" else f", defaults={self.defaults!r}"
        options = f"  # options: {self._own_options}" if self._own_options else ""
        return f'Model("""\n{self}\n"""{suffix}){options}'

    def _repr_html_(self) -> str:
        """What the text says, for notebooks."""
        return model_table(self._statements).to_html()

    @shows_options
    @checked
    def parameter_table(self, groups: int = 1, **options: Unpack[FitOptions]) -> pd.DataFrame:
        """The parameters of the model with all defaults, before any data.

        Parameters
        ----------
        groups : int
            Number of groups.
        **options
            As for `fit`.

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group (from 1), label, free (place among the free parameters
            from 1, 0 where fixed), fixed (value, NaN where free or taken from the sample),
            start, exogenous, written; with level: blocks also level. Definitions and constraints
            go along in ``attrs``. Edited in pandas it is a model again: ``Model(table)``.
        """
        check_range("groups", groups, 1, 1000)
        labels = tuple(str(place + 1) for place in range(groups)) if groups > 1 else ("",)
        given: dict[str, Any] = {"cluster": "clusters"} if self._statements.has_levels else {}
        given |= options
        model = self._constrained(given)
        statements, read = with_products(model._statements, model._options(given))
        specification = specify(statements, read.model, labels, True, levels=True)
        return with_levels(parameter_frame(specification.table, statements))

    @property
    def graph(self) -> nx.DiGraph:
        """The model as a graph: a node a variable, an edge a path or a covariance.

        Nodes have the attribute ``latent``; edges ``kind`` ("loading", "regression" or
        "covariance", the last in both directions) and ``label``.
        """
        statements, read = with_products(self._statements, read_options(self.defaults, {}))
        specification = specify(statements, read.model, ("",), has_means=True, levels=True)
        return model_graph(specification.table)

    def _constrained(self, options: dict[str, Any]) -> Model:
        """The model with the lines of ``constraints=``, which is taken out of the options.

        Raises
        ------
        OptionError
        """
        lines = options.pop("constraints", None)
        if lines is None or (isinstance(lines, str | list | tuple | dict) and not lines):
            return self
        added = parse(_written(as_names("constraints", lines)))
        if added.relations:
            raise OptionError(
                f"constraints= has lines with '==', '<', '>' and ':='; {added.relations[0]} "
                "belongs into the model text."
            )
        return self + added.text

    def _options(self, given: Mapping[str, Any]) -> Options:
        """Options that go with this model.

        Raises
        ------
        OptionError, NotEstimatedError
        """
        return read_options(self.defaults, given, self._statements.has_levels)

    @shows_options
    @checked
    def fit(self, data: Data, **options: Unpack[FitOptions]) -> Fit:
        """Fit the model to data.

        Parameters
        ----------
        data : DataFrame, or what converts to one; SampleMoments, or a list or dict of them
        **options
            lavaan's names with ``_`` for ``.``; the signature lists them, docs/options.md says what
            each means.

        Returns
        -------
        Fit

        Raises
        ------
        TpnSemError
            Saying what was wrong, where, and what to do.

        Warns
        -----
        TpnSemWarning
            For dropped rows, failed convergence and solutions that are not admissible.
        """
        given = {**self._own_options, **options}
        model = self._constrained(given)
        asked, weights = take_bootstrap(given), take_replicate_weights(given)
        read = model._options(given)
        found = estimate(model._statements, read, data)
        if asked is not None:
            return Fit(bootstrapped(found, asked))
        if weights is not None:
            return Fit(replicated(found, weights, partial(model._reweighted, read, data, found)))
        return Fit(found)

    def _reweighted(
        self, options: Options, data: Data, found: Estimation, column: str
    ) -> Estimation:
        """The same fit with other sampling weights, begun where it ended."""
        starts = tuple((str(place), float(one)) for place, one in enumerate(found.parameters, 1))
        changed = options.changed(
            sampling_weights=column, se="none", test=("standard",), start=starts, rstarts=0
        )
        return estimate(self._statements, changed, data)


@shows_options
@checked
def sem(model: Text | Model, data: Data, **options: Unpack[FitOptions]) -> Fit:
    """Fit a structural equation model: ``Model(model).fit(data, **options)``."""
    return _model(model, "sem").fit(data, **options)


@shows_options
@checked
def cfa(model: Text | Model, data: Data, **options: Unpack[FitOptions]) -> Fit:
    """Fit a confirmatory factor model; the same defaults as `sem`."""
    return _model(model, "cfa").fit(data, **options)


@shows_options
@checked
def growth(model: Text | Model, data: Data, **options: Unpack[FitOptions]) -> Fit:
    """Fit a growth curve model: latent means free, intercepts of the indicators zero."""
    return _model(model, "growth").fit(data, **options)


def _model(model: Text | Model, defaults: str) -> Model:
    if isinstance(model, pd.DataFrame):
        return Model(model)
    if isinstance(model, Model):
        return Model(model.text, defaults).with_options(**model.options)
    return Model(model, defaults)


def _made_again(text: str, defaults: str, options: dict[str, Any]) -> Model:
    """A model of a text that goes with options."""
    model = Model(text, defaults)
    model._own_options.update(options)
    return model


def _written(text: Text) -> str:
    """One text of what a user calls a model."""
    if isinstance(text, pd.DataFrame):
        return edited_table_text(text)
    return text if isinstance(text, str) else "\n".join(text)

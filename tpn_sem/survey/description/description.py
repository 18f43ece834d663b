"""What is known of a survey before any model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...arguments import checked, explained
from ...drawing import Drawing, Shown, Table, draw_likert_bars
from ...errors import NotAvailableError, OptionError, attempted
from ...exploration import MissingData, missing_data
from ...fresh_property import fresh_property
from ...moments import likelihood_correlations
from ...moments.ordinal import polychoric_correlations
from ...numerics import Mask
from .answer_labels import answer_labels, labelled
from .item_correlations import Correlate, pearson, with_gaps
from .little_test import LittleTest, little_test
from .scale_scores import scale_correlation_table, scale_table
from .survey_answers import SurveyAnswers

Kind = Literal["pearson", "polychoric", "fiml"]
_METHODS: dict[str, Correlate] = {
    "pearson": pearson,
    "polychoric": polychoric_correlations,
    "fiml": likelihood_correlations,
}


@dataclass(frozen=True, eq=False, repr=False)
class Description(Shown):
    """A survey described: items, scales, respondents, missing answers.

    With groups, tables are stacked, the first level of the index is ``group``. What takes time is
    computed when it is first asked for. A number that does not exist is NaN, and `notes`, or the
    table's ``attrs["reasons"]``, say why.

    Attributes
    ----------
    items : DataFrame
        A row per item: n (answers used), missing, skipped (by design), mean, sd (divisor n - 1),
        skewness and kurtosis (adjusted Fisher-Pearson G1 and excess G2, as SPSS and SAS have them;
        Joanes & Gill, 1998), min, max, floor and ceiling (shares of the lowest and highest answer
        that anyone of any group gave to the item). With schools: icc (by analysis of variance),
        average_size of schools, design_effect.
    shares : DataFrame
        Share of each answer (columns) among those given, a row per item with at most 20 different
        answers.
    respondents : DataFrame
        A row per group and school: rows, any_answer, complete (all items answered, but for those
        skipped by design), no_answer, share_answered (of the answers not skipped by design). The
        last row, "total", is of all rows.
    notes : tuple of str
        What was left out, and why numbers are missing.
    """

    items: pd.DataFrame
    shares: pd.DataFrame
    respondents: pd.DataFrame
    notes: tuple[str, ...]
    _answers: SurveyAnswers = field(repr=False)
    _used: Mask = field(repr=False)
    _kind: Kind = field(repr=False)
    _titles: dict[str, str] = field(repr=False)
    _skipped: object = field(repr=False)
    _group: str | None = field(repr=False)
    _known: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @checked
    def correlations(self, kind: Kind | None = None) -> pd.DataFrame:
        """Correlations of the items, p x p.

        Parameters
        ----------
        kind : {"pearson", "polychoric", "fiml"}, optional
            Pearson's; polychoric ones in two steps (Olsson, 1979); those of the normal
            maximum-likelihood moments, for which every row with an answer counts, also where
            missing="listwise". By default polychoric ones with ordered=True, those of maximum
            likelihood with missing="fiml", else Pearson's. Pairs use the rows that have both.

        Raises
        ------
        NotAvailableError, DataError
            Where they do not exist: items that are perfectly associated, never answered together,
            or, polychoric ones, have more than 20 different answers.
        """
        chosen = kind or self._kind
        if chosen not in self._known:
            with explained("correlations"):
                self._known[chosen] = self._correlations(chosen)
        return self._known[chosen].copy()

    def _correlations(self, kind: str) -> pd.DataFrame:
        answers, tables, reasons = self._answers, {}, {}
        names = list(answers.names)
        for label, rows in answers.by_group(None if kind == "fiml" else self._used):
            found, reason = with_gaps(_METHODS[kind], answers.values[rows], answers.names)
            tables[label] = pd.DataFrame(found, index=names, columns=names)
            if reason:
                reasons[label] = reason
        stacked = answers.stacked(tables)
        stacked.attrs["reasons"] = reasons
        return stacked

    @fresh_property
    def scales(self) -> pd.DataFrame:
        """Mean scores of constructs, of the rows that answered all items of one.

        A row per construct: n_items, n, mean, sd, alpha (Cronbach, 1951), alpha_lower and
        alpha_upper (95% interval of Feldt, 1965), mean_correlation (of the items).

        Raises
        ------
        NotAvailableError
            Where items were given without constructs.
        """
        self._need_constructs()
        return scale_table(self._answers, self._used)

    @fresh_property
    def scale_correlations(self) -> pd.DataFrame:
        """Correlations of the constructs' mean scores; alpha on the diagonal.

        Pearson's, of the rows that have both scores, or by maximum likelihood with missing="fiml".

        Raises
        ------
        NotAvailableError
            Where items were given without constructs.
        """
        scales = self.scales
        method = _METHODS["fiml" if self._kind == "fiml" else "pearson"]
        return scale_correlation_table(self._answers, self._used, method, scales)

    def _need_constructs(self) -> None:
        if not self._answers.constructs:
            raise NotAvailableError(
                "scales need constructs: give items= as a dict, {'construct': ['item', ...], ...}."
            )

    @property
    def answer_labels(self) -> dict[float, str]:
        """What the answers are called, where the data's ``attrs["value_labels"]`` say so alike.

        As `read_survey` keeps them of SPSS and Stata. Empty where items differ, or were reversed.
        """
        return answer_labels(self._answers.frame.attrs, self._answers.names)

    @fresh_property
    def missing(self) -> MissingData:
        """Missing answers by item, by pair and by pattern."""
        answers = self._answers
        return missing_data(answers.frame, answers.names, group=self._group, skipped=self._skipped)

    @fresh_property
    def little(self) -> LittleTest:
        """Little's (1988) test that answers are missing completely at random.

        All groups are pooled; rows without any answer are left out; items are taken as normal.
        """
        return little_test(self._answers.values, self._answers.skipped, self._answers.names)

    @checked
    def plot_shares(self, centred: bool = False) -> Drawing:
        """A bar an item (and group), split by the shares of its answers.

        Parameters
        ----------
        centred : bool
            Whether the middles of the scales stand below each other, rather than their starts.

        Raises
        ------
        NotAvailableError
            Where no item has at most 20 different answers.
        """
        if self.shares.empty:
            raise NotAvailableError("no item has at most 20 different answers: no shares to draw.")
        named = {answer: labelled(answer, self.answer_labels) for answer in self.shares.columns}
        return draw_likert_bars(self.shares.rename(columns=named), self._titles, centred)

    @checked
    def plot_missing(self, most: int = 30) -> Drawing:
        """The most frequent patterns of missing answers as a chart, a row each."""
        return self.missing.plot(most)

    @checked
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name, for CSV files or a page.

        Where correlations do not exist, they are left out and ``tables()["notes"]`` says why.
        """
        found = {"items": self.items, "shares": self.shares, "respondents": self.respondents}
        missing = self.missing
        found |= {"missing": missing.variables, "coverage": missing.coverage}
        found["patterns"] = missing.patterns
        notes = list(self.notes)
        wanted: dict[str, Callable[[], Any]] = {"correlations": self.correlations}
        if self._answers.constructs:
            found["scales"] = self.scales
            wanted["scale_correlations"] = partial(getattr, self, "scale_correlations")
        for name, task in wanted.items():
            table = attempted(task)
            if isinstance(table, str):
                notes.append(f"{name}: {table}")
            else:
                found[name] = table
        for name, table in found.items():
            told = table.attrs.get("reasons", {}).items()
            notes += [f"{name}{f' of {key}' if key else ''}: {reason}." for key, reason in told]
        found["little"] = _little_table(self.little)
        return found | {"notes": pd.DataFrame({"note": notes}, dtype=object)}

    def _views(self) -> Iterable[str | Table]:
        answers = self._answers
        size = f"{len(answers.values)} rows, {len(answers.names)} items"
        if answers.labels != ("",):
            size += f", {len(answers.labels)} groups"
        if answers.schools is not None:
            size += f", {len(answers.school_labels)} schools"
        left = int((~self._used).sum())
        yield f"{size}{f'; {left} incomplete rows left out' if left else ''}."
        yield Table(self.items, "Items")
        if answers.constructs:
            yield Table(self.scales, "Scales")
        if len(self.shares) and self.answer_labels:
            called = {answer: labelled(answer, self.answer_labels) for answer in self.shares}
            yield Table(self.shares, "Shares of answers", headings=called)
        yield from self.notes


def _little_table(test: LittleTest) -> pd.DataFrame:
    """The test, and that without rows that skip, a row each."""
    rows = {"all rows": test, "without rows that skip": test.without_skipped}
    facts = ("statistic", "degrees_of_freedom", "p_value", "n_patterns", "n_rows", "reason", "note")
    table = pd.DataFrame(
        {label: [getattr(one, fact) for fact in facts] for label, one in rows.items() if one},
        index=list(facts),
    ).T
    return table.infer_objects()


def default_kind(ordered: bool, missing: str) -> Kind:
    """Which correlations the options ask for.

    Raises
    ------
    OptionError
        Where they contradict each other.
    """
    if ordered and missing == "fiml":
        raise OptionError(
            "missing='fiml' takes answers as normal, ordered=True as ordinal: take one of them."
        )
    if ordered:
        return "polychoric"
    return "fiml" if missing == "fiml" else "pearson"


def rows_used(answers: SurveyAnswers, missing: str) -> Mask:
    """The rows that statistics are of: all, or with "listwise" those that have every answer."""
    if missing != "listwise":
        return np.ones(len(answers.values), dtype=bool)
    return np.asarray(~np.isnan(answers.values).any(axis=1))

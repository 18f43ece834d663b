"""Do a few rows or one school carry the finding? What each unit does to a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..casewise import RowUnits, row_units
from ..drawing import Drawing, Shown, Table
from ..errors import OptionError, choose
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..fresh_property import fresh_property
from ..numerics import Indices
from .chosen_paths import ChosenPaths, chosen_paths
from .deletion_tables import (
    UNIT_COLUMNS,
    exact_fit_table,
    exact_table,
    path_table,
    unit_index,
    unit_table,
)
from .exact_deletion import require_deletable
from .index_plot import draw_index_plot
from .influence_numbers import InfluenceNumbers, approximated, with_refits
from .influence_words import dropped_notes, influence_sentences

_FEW = 50  # units that are all refitted unless something else is said
_DEFAULT = 10
_PLOTTED = ("cook", "displacement", "mahalanobis", "chisq_change")


@dataclass(frozen=True, eq=False, repr=False)
class Influence(Shown):
    """What leaving out each row or cluster does.

    Numbers of units that were refitted are exact; those of the others are one step from the
    estimates.

    Attributes
    ----------
    alpha : float
        Below which a path's p-value is called significant.
    sentences : tuple of str
        Which verdicts hang on one unit, and which unit moves most.
    notes : tuple of str
        What must be known before any of it is used.
    """

    alpha: float
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    _estimation: Estimation
    _of: RowUnits
    _chosen: ChosenPaths
    _found: InfluenceNumbers

    @property
    def unit(self) -> str:
        """What was left out, one by one: "row", or the name of the clusters' column."""
        return self._of.word

    @fresh_property
    def units(self) -> pd.DataFrame:
        """A row per unit.

        Columns group, rows, cook (generalised Cook's distance over all parameters, in the metric
        of their information: Pek & MacCallum, 2011), displacement (of the likelihood of all rows:
        Cook, 1986), mahalanobis (squared, the mean over the unit's rows), chisq_change (without
        the unit, less with it), outlying (whether cook, for each of its rows, stands apart from
        the others'), refitted, reason (why it cannot be left out; then it has no numbers), and for
        each path its DFTHETAS: (estimate - estimate without the unit) / standard error without it.
        So a positive one says that the unit pulls the path up. A path that is labelled as one of
        the other columns is called "path cook" here, in `most` and in `plot`. Rows are called as in
        the data's index, or by position ("at position 16") where its labels repeat.
        """
        return unit_table(self._estimation, self._of, self._chosen, self._found)

    @fresh_property
    def paths(self) -> pd.DataFrame:
        """A row per path.

        Columns estimate, se, p_value of all rows; lowest and highest estimate, without which
        units, and whether these were refitted (lowest_exact, highest_exact); p_lowest, p_highest;
        significant; n_turning and turning, the units without which the verdict would be another,
        and n_turning_exact, how many of them were refitted: of the others one step says so.
        """
        return path_table(self._estimation, self._of, self._chosen, self._found, self.alpha)

    @fresh_property
    def estimates(self) -> pd.DataFrame:
        """Each path's estimate without each unit: a row per unit, a column per path."""
        return self._wide(self._found.values)

    @fresh_property
    def p_values(self) -> pd.DataFrame:
        """Each path's p-value without each unit: a row per unit, a column per path."""
        return self._wide(self._found.p_values)

    @fresh_property
    def exact(self) -> pd.DataFrame:
        """A row per refitted unit and path.

        Columns estimate, without (the unit), change, se_without, p_value, p_without.
        """
        return exact_table(self._estimation, self._of, self._chosen, self._found)

    @fresh_property
    def exact_fits(self) -> pd.DataFrame:
        """How the model fits all rows (the first row), and those without each refitted unit.

        Columns rows, chisq (n times the minimum), df, statistic and p_value (of `Fit.test`), cfi,
        rmsea, srmr, admissible.
        """
        return exact_fit_table(self._estimation, self._of, self._found)

    @checked
    def most(self, n: int = 5, by: str = "cook") -> pd.DataFrame:
        """The rows of `units` that are largest in size, of those that have the number.

        Parameters
        ----------
        n : int
        by : str
            "cook", "displacement", "mahalanobis", "chisq_change", or a path as in `units`.
        """
        check_range("n", n, 1, len(self._of))
        table = self.units
        sizes = table[self._column(by)].abs().to_numpy(dtype=float)
        order = np.argsort(-sizes, kind="stable")  # NaN last
        return table.iloc[order[: min(n, int(np.isfinite(sizes).sum()))]]

    @checked
    def plot(self, by: str = "cook") -> Drawing:
        """An index plot; outlying units are in orange, the five largest are named.

        Parameters
        ----------
        by : str
            As in `most`.
        """
        table, column = self.units, self._column(by)
        said = {"cook": "Cook's distance", "chisq_change": "change in chi-square"}.get(by, by)
        if by not in _PLOTTED:
            said = f"DFTHETAS of {by}"
        description = f"{said} of each {self._of.word}."
        return draw_index_plot(
            table[column].to_numpy(dtype=float),
            list(table.index),
            table["outlying"].to_numpy(dtype=bool),
            (self._of.word, said),
            description,
        )

    def _column(self, by: str) -> str:
        return choose("by", by, (*_PLOTTED, *self._chosen.columns(UNIT_COLUMNS)))

    def _wide(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values.copy(), unit_index(self._of), list(self._chosen.names))

    def _text(self) -> str:
        return "\n".join([*self.notes, *self.sentences])

    def _views(self) -> list[str | Table]:
        return [
            *self.notes,
            *self.sentences,
            Table(self.paths.drop(columns="turning"), "Paths"),
            Table(self.most(min(5, len(self._of))), "Most influential"),
        ]


@checked
def influence(
    fit: Fit,
    *,
    units: str | pd.Series = "auto",
    exact: int | bool | None = None,
    parameters: Sequence[str] | None = None,
    alpha: float = 0.05,
) -> Influence:
    """What each row, or each cluster, does to estimates, fit and verdicts.

    Leaving out a unit is approximated for all units at once by one step from the estimates, and
    done exactly, by refits, for some or all. Refitted are the units with the largest Cook's
    distances, and for each path the one without which its p-value comes nearest to another verdict.

    Parameters
    ----------
    fit : Fit
        To rows of data; with missing answers, ordinal items, groups, clusters as they are.
    units : {"auto", "rows", "clusters"} or Series
        What is left out at a time: clusters where the fit has them, else rows. Or a column of the
        data, as ``data["school"]``, which the fit need not know.
    exact : int or bool, optional
        How many units to refit: all (True), none (False), or so many. If not given, all of up to 50
        units, else 10.
    parameters : sequence of str, optional
        Names of paths, as in ``fit.coef``, or of defined parameters. All regressions and defined
        parameters if not given; loadings where the model has neither.
    alpha : float
        Of the verdicts.

    Returns
    -------
    Influence

    Raises
    ------
    NotAvailableError
        For fits that did not converge, have no rows or no standard errors.
    OptionError
        For unknown paths (naming the nearest), clusters that the fit has not, and more refits than
        there are units.
    """
    found = read_fit(fit, "influence")
    require_deletable(found)
    check_range("alpha", alpha, 1e-6, 0.5)
    of, chosen = row_units(found, units), chosen_paths(found, parameters)
    count = _number(exact, len(of))
    numbers = approximated(found, of, chosen)
    if count:
        numbers = with_refits(found, of, chosen, numbers, _nearest(numbers, count, chosen))
    tables = path_table(found, of, chosen, numbers, alpha)
    return Influence(
        alpha,
        influence_sentences(found, of, tables, chosen, numbers, alpha),
        (*dropped_notes(found, of), *_refit_notes(of, numbers)),
        found,
        of,
        chosen,
        numbers,
    )


def _number(exact: int | bool | None, count: int) -> int:
    """How many units to refit."""
    if exact is None:
        return count if count <= _FEW else min(_DEFAULT, count)
    if isinstance(exact, bool):
        return count if exact else 0
    if not 0 <= exact <= count:
        raise OptionError(
            f"exact={exact}: there are {count} units to leave out; give 0 to {count}."
        )
    return int(exact)


def _nearest(numbers: InfluenceNumbers, count: int, chosen: ChosenPaths) -> Indices:
    """Units to refit: the most influential, and those nearest to another verdict."""
    able = np.array([not reason for reason in numbers.reasons])
    cook = np.where(able & np.isfinite(numbers.cook), numbers.cook, -1.0)
    picked = set(np.argsort(-cook, kind="stable")[:count].tolist())
    for place in range(len(chosen.names)):
        own = np.where(able, numbers.p_values[:, place], np.nan)
        if np.isfinite(own).any():
            picked |= {int(np.nanargmin(own)), int(np.nanargmax(own))}
    return np.array(sorted(unit for unit in picked if able[unit]), dtype=np.intp)


def _refit_notes(units: RowUnits, numbers: InfluenceNumbers) -> list[str]:
    """Refits that are no proper solutions."""
    improper = [units.name(unit) for unit, one in numbers.refits.items() if not Fit(one).admissible]
    if not improper:
        return []
    return [f"{len(improper)} refits are improper solutions ({', '.join(improper[:5])})."]

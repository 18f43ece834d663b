"""Alignment: factor means and variances of groups whose items are not all invariant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...arguments import checked, read_seed
from ...drawing import Shown, Table, decimals
from ...errors import OptionError, choose, nearest, warn_user
from ...fit import Fit, read_fit
from ...specification import refuse_correlation
from ..invariance import InvarianceLadder
from .aligned import METHODS, Aligned, align
from .alignment_tables import SIDES, factor_table, item_table, parameter_table
from .configural import configural
from .notes import description, problems, trust


@dataclass(frozen=True, eq=False, repr=False)
class Alignment(Shown):
    """Groups in one metric, in which as few loadings and locations as possible differ.

    Attributes
    ----------
    factors : DataFrame
        A row per factor and group: factor, group, mean, mean_se, mean_lower, mean_upper, variance,
        variance_se, variance_lower, variance_upper. Intervals are of 95%; that of a variance is
        symmetric in its logarithm. What the method fixes has no error (0).
    parameters : DataFrame
        A row per item parameter and group: lhs, op, rhs, group, estimate, se, invariant (whether
        the group is in the largest set that shares the parameter).
    items : DataFrame
        A row per item parameter: lhs, op, rhs, average (over its invariant groups, or all where
        there are none), n_invariant, contribution (to the simplicity function), r_squared.
    method : {"fixed", "free"}
    reference : str or None
        The group whose factors have mean 0 and variance 1; None with method "free".
    simplicity : float
        The minimum of the total simplicity function.
    starts : Series
        How many starts were asked for, and how many reached the lowest minimum of the part of the
        function that is about loadings, and of that about intercepts and thresholds.
    notes : tuple of str
        All that must be known before the numbers are used.
    """

    factors: pd.DataFrame
    parameters: pd.DataFrame
    items: pd.DataFrame
    method: str
    reference: str | None
    simplicity: float
    starts: pd.Series
    notes: tuple[str, ...]

    @property
    def fit_contributions(self) -> pd.Series:
        """What each item parameter adds to the simplicity function, largest first."""
        return self._by_name("contribution").sort_values(ascending=False)

    @property
    def r_squared(self) -> pd.Series:
        """Share of each configural parameter's variance that factor means and variances explain.

        1 where the parameter is invariant, 0 or less where alignment explains nothing of how it
        differs; NaN where it does not differ. Asparouhov & Muthen (2014, eq. 13-14).
        """
        return self._by_name("r_squared")

    @property
    def share_noninvariant(self) -> float:
        """Share of item parameters, over all groups, that are outside their invariant sets."""
        return float(1.0 - self.parameters["invariant"].mean())

    @cached_property
    def _names(self) -> pd.Index:
        return pd.Index(self.items[SIDES].sum(axis=1))

    def _by_name(self, column: str) -> pd.Series:
        return pd.Series(self.items[column].to_numpy(), index=self._names, name=column)

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        marks = np.where(self.parameters["invariant"], " ", "*")
        shown = self.parameters["estimate"].map(decimals()) + marks
        groups = list(dict.fromkeys(self.parameters["group"]))
        wide = pd.DataFrame(shown.to_numpy().reshape(-1, len(groups)), self._names, groups)
        numbers = self.items.drop(columns=[*SIDES, "average"]).set_axis(self._names)
        return {
            "Factors": self.factors.set_index("factor"),
            "Item parameters (* outside the invariant groups)": wide.join(numbers),
        }

    def _views(self) -> list[str | Table]:
        tables = [Table(table.rename_axis(None), title) for title, table in self._tables.items()]
        return [*self.notes, *tables]


@checked
def alignment(
    fit: Fit | InvarianceLadder,
    *,
    method: str = "fixed",
    reference: str | None = None,
    power: float = 0.5,
    epsilon: float = 0.01,
    starts: int = 30,
    seed: int | None = None,
) -> Alignment:
    """Align the factors of groups: compare means and variances under approximate invariance.

    A sensitivity analysis beside partial invariance, for which nobody has to choose the items that
    differ.

    Parameters
    ----------
    fit : Fit
        Configural: a measurement model of several groups in which loadings and intercepts or
        thresholds are free in each, but for what identifies them, however it does. Of continuous
        items, ordinal ones, or both; items may load on several factors.
    method : {"fixed", "free"}
        "fixed": the reference group's factors have mean 0 and variance 1. "free": all means are
        free, and the product of a factor's variances over groups is 1; it needs many groups and
        items that differ, and it is poorly identified where loadings are invariant.
    reference : str, optional
        Label of the reference group; the first if not given. Only with "fixed".
    power, epsilon : float
        Of f(d) = (d^2 + epsilon)^(power / 2). Defaults as in Asparouhov & Muthen (2014), f(d) =
        sqrt(sqrt(d^2 + .01)). Robitzsch (2023) finds less bias with an epsilon of .001.
    starts : int
        Number of starts: one from a smooth function, the others random.
    seed : int, optional
        Of the random starts; the same seed gives the same numbers.

    Returns
    -------
    Alignment

    Raises
    ------
    NotAvailableError
        Where the fit is not a converged configural one of several groups, or where the simplicity
        function does not determine means or variances.
    OptionError
        Where an option cannot be.

    Warns
    -----
    ConvergenceWarning
        Where only one start reached the lowest minimum.
    IdentificationWarning
        Where the method "free" is poorly identified.

    Notes
    -----
    With configural loadings l, intercepts n and factors of mean 0 and variance 1 in each group, a
    factor of mean a and variance v has loadings l / sqrt(v) and intercepts n - l a / sqrt(v).
    The simplicity function is the sum over these parameters and over pairs of groups of sqrt(N N')
    f(d), d being how much the pair differs; it is lowest where a few differences are large and the
    others nearly zero. Asparouhov & Muthen (2014), Structural Equation Modeling, 21, 495-508;
    Muthen & Asparouhov (2014), Frontiers in Psychology, 5, 978.

    Variances are found with a product of 1 over groups, also with "fixed", and then divided by
    that of the reference group: if its variance were held at 1 meanwhile, all other loadings could
    agree at zero. Ratios of variances thus do not depend on the reference group.

    The function depends on the units of continuous items, and epsilon is meant for variances near
    one. Thresholds take the place of the intercepts of ordinal items, t + l a / sqrt(v), of latent
    responses whose residual variance is 1 (the probit or "theta" metric; fits in "delta" are
    converted): a loading that divides by the response's own deviation would differ between groups
    as soon as the factor's variance does.

    Standard errors are those of the delta method, from ``fit.vcov`` by the implicit function
    theorem; they take the aligned minimum as a smooth function of the estimates, which it is where
    these are precise beside the differences that epsilon smooths.
    """
    if isinstance(fit, InvarianceLadder):
        fit = fit.step("configural")
    found = read_fit(fit, "alignment")
    refuse_correlation(found.specification.options, "alignment")
    choose("method", method, METHODS)
    _check_numbers(power, epsilon, starts)
    place = _reference(reference, method, found.samples.labels)
    generator = np.random.default_rng(read_seed(seed))
    aligned = align(
        configural(found),
        method,
        place,
        power=power,
        epsilon=epsilon,
        starts=starts,
        generator=generator,
    )
    remarks = problems(aligned, starts)
    for kind, note in remarks:
        warn_user(note, kind)
    return _result(aligned, starts, [note for _, note in remarks])


def _check_numbers(power: float, epsilon: float, starts: int) -> None:
    if isinstance(starts, bool) or not isinstance(starts, int | np.integer) or starts < 1:
        raise OptionError(f"starts is a whole number from 1 on, not {starts!r}.")
    for name, value, most in (("power", power, 2.0), ("epsilon", epsilon, np.inf)):
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not 0.0 < value <= most or not np.isfinite(value):
            limit = " and at most 2" if name == "power" else ""
            raise OptionError(f"{name} is a number above 0{limit}, not {value!r}.")


def _reference(reference: str | None, method: str, labels: tuple[str, ...]) -> int:
    """Place of the reference group."""
    if reference is None:
        return 0
    if method == "free":
        raise OptionError("method='free' has no reference group: leave reference out.")
    if reference not in labels:
        advice = nearest(str(reference), labels) or "."
        listing = ", ".join(repr(label) for label in labels)
        raise OptionError(f"reference={reference!r} is no group{advice} The groups are {listing}.")
    return labels.index(reference)


def _result(aligned: Aligned, starts: int, remarks: list[str]) -> Alignment:
    parameters = parameter_table(aligned)
    outside = 1.0 - parameters["invariant"].mean()
    fixed = aligned.method == "fixed"
    reference = aligned.start.groups[aligned.reference] if fixed else None
    total = aligned.deviations.value + aligned.shifts.value
    return Alignment(
        factor_table(aligned),
        parameters,
        item_table(aligned, parameters),
        aligned.method,
        reference,
        total,
        pd.Series(
            {
                "asked": starts,
                "reached_loadings": aligned.deviations.n_reached,
                "reached_locations": aligned.shifts.n_reached,
            }
        ),
        (description(aligned, reference, total, starts), *remarks, *trust(outside)),
    )

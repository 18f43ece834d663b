"""A product of a fit, interpreted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_range, checked, read_number
from ..drawing import Drawing, Shown, Table, decimals, p_phrase
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..fit import Fit
from .interaction_plots import draw_regions, draw_slopes, draw_surface
from .outcome_equation import OutcomeEquation, outcome_equation, product_terms
from .product_coefficients import coefficient_table, contrast_table
from .product_tests import likelihood_ratio
from .simple_slope_tables import region_table, slope_table, surface_table

_KINDS = ("slopes", "regions", "surface")


@dataclass(frozen=True, eq=False, repr=False)
class Interaction(Shown):
    """How one product acts on one outcome.

    Attributes
    ----------
    product, outcome, predictor, moderator : str
    coefficients : DataFrame
        A row per group: estimate, se, z, p_value, ci_lower, ci_upper of the product's coefficient;
        std with std_se, std_ci_lower and std_ci_upper, in standard deviations of the factors and
        of the outcome (Wen, Marsh & Hau, 2010); r_squared_change, the share of the outcome's
        variance that the product adds.
    slopes : DataFrame
        Simple slopes where the moderator is one standard deviation below its mean, at it, above.
    regions : DataFrame
        Where along the moderator the slope is significant (Johnson & Neyman, 1936).
    contrasts : DataFrame
        With several groups: each later group's coefficient less the first's, as it is and
        standardised, with errors.
    likelihood_ratio : dict
        chisq, df, p_value of the test against no product in any group, and reason, where there is
        no such test.
    notes : tuple of str
    """

    product: str
    outcome: str
    predictor: str
    moderator: str
    coefficients: pd.DataFrame
    slopes: pd.DataFrame
    regions: pd.DataFrame
    contrasts: pd.DataFrame
    likelihood_ratio: dict[str, float | str]
    notes: tuple[str, ...]
    _estimation: Estimation
    _equations: tuple[OutcomeEquation, ...]

    @checked
    def simple_slopes(
        self, at: Sequence[float] = (-1.0, 0.0, 1.0), others: Mapping[str, float] | None = None
    ) -> pd.DataFrame:
        """Slopes on the predictor where the moderator has other values.

        Parameters
        ----------
        at : sequence of float
            In standard deviations of the moderator from its mean, which are taken as given.
        others : dict of str to float, optional
            Where other causes are, as the third factor of a product of three, likewise; at their
            means if not given.

        Raises
        ------
        OptionError
        """
        values, given = _deviations(at), self._others(others)
        return slope_table(
            self._estimation, self._equations, self.predictor, self.moderator, values, given
        )

    @checked
    def surface(
        self, reach: float = 2.0, steps: int = 9, others: Mapping[str, float] | None = None
    ) -> pd.DataFrame:
        """The expected outcome over a grid of predictor and moderator.

        Parameters
        ----------
        reach : float
            Of the grid on both sides of the means, in standard deviations.
        steps : int
            Values of each.
        others : dict of str to float, optional
            Where other causes are, as in `simple_slopes`.

        Returns
        -------
        DataFrame
            A row per group and point: predictor and moderator, as they are and in standard
            deviations, estimate, se, ci_lower, ci_upper (of the expectation, pointwise).
        """
        check_range("reach", reach, 0.1, 6.0)
        check_range("steps", steps, 2, 200)
        names, given = (self.predictor, self.moderator), self._others(others)
        return surface_table(self._estimation, self._equations, *names, reach, steps, given)

    def _others(self, others: Mapping[str, float] | None) -> dict[str, float]:
        """Where other causes of the outcome are."""
        known = [
            name
            for name in self._equations[0].centres
            if name not in (self.predictor, self.moderator)
        ]
        found = {}
        for name, value in (others or {}).items():
            choose("others", name, known)
            found[name] = read_number(f"others[{name!r}]", value)
        return found

    @checked
    def plot(self, kind: str = "slopes") -> Drawing:
        """A drawing with 95% bands, a panel for each group.

        Parameters
        ----------
        kind : {"slopes", "regions", "surface"}
            The outcome along the predictor for three values of the moderator; the slope along the
            moderator with its regions of significance; the outcome over both.
        """
        choose("kind", kind, _KINDS)
        every = self._estimation.samples.labels
        labels = [every[equation.group] for equation in self._equations]
        if kind == "surface":
            return draw_surface(self.surface(2.0, 21), self.predictor, self.moderator, labels)
        if kind == "regions":
            at = np.linspace(-3.0, 3.0, 121)
            table = self.simple_slopes(at.tolist())
            return draw_regions(table, self.regions, self.predictor, self.moderator, labels)
        return draw_slopes(self.surface(2.0, 41), self.predictor, self.moderator, labels)

    def _views(self) -> list[str | Table]:
        test = self.likelihood_ratio
        said = f"{self.product} on {self.outcome}: {self.moderator} moderates {self.predictor}."
        if test["reason"]:
            said += f" No likelihood-ratio test: {test['reason']}."
        else:
            chisq = decimals()(float(test["chisq"]))
            said += (
                f" Against no product: chi-square({test['df']:.0f}) = {chisq}, "
                f"{p_phrase(float(test['p_value']))}."
            )
        hidden = ["outcome", "predictor", "moderator"]
        views: list[str | Table] = [said, *self.notes]
        views.append(Table(_shown(self.coefficients), "Coefficient", index=False))
        slopes = _shown(self.slopes.drop(columns=hidden))
        views.append(Table(slopes, f"Slope on {self.predictor}", index=False))
        views.append(
            Table(_shown(self.regions.drop(columns=hidden)), "Regions of significance", index=False)
        )
        if len(self.contrasts):
            views.append(Table(self.contrasts, "Contrasts of groups", index=False))
        return views


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return table if table["group"].any() else table.drop(columns="group")


def _deviations(at: Sequence[float]) -> list[float]:
    values = [float(value) for value in at]
    if not values or not np.isfinite(values).all():
        raise OptionError("at= are numbers: standard deviations of the moderator from its mean.")
    return values


@checked
def interaction(
    fit: Fit,
    product: str | None = None,
    *,
    outcome: str | None = None,
    moderator: str | None = None,
) -> Interaction:
    """Interpret a product of a fit: slopes, regions, surface, tests, explained variance.

    Parameters
    ----------
    fit : Fit
        Of a model with a product, such as ``Y ~ X + Z + X:Z``, by whatever method.
    product : str, optional
        As ``"X:Z"``; may be left out where there is one.
    outcome : str, optional
        What it acts on; may be left out where that is one.
    moderator : str, optional
        The factor of the product that the other's slope is shown along; the last one if not given.

    Raises
    ------
    OptionError
        Where it is not clear which product is meant.
    NotAvailableError
        Where the fit has no product, or did not converge.
    """
    found = fit.estimation
    name, target = _find(found, product, outcome)
    if not found.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to interpret.")
    parts = list(dict.fromkeys(name.split(":")))
    second = parts[-1] if moderator is None else choose("moderator", moderator, parts)
    first = next((part for part in parts if part != second), second)
    equations = tuple(
        outcome_equation(found, group, target)
        for group, pattern in enumerate(found.specification.patterns)
        if target in pattern.names and name in pattern.names
    )
    statistic, df, p_value, reason = likelihood_ratio(found, name, target)
    return Interaction(
        name,
        target,
        first,
        second,
        coefficient_table(found, equations, name, target),
        slope_table(found, equations, first, second, (-1.0, 0.0, 1.0), {}),
        region_table(found, equations, first, second),
        contrast_table(found, equations, name),
        {"chisq": statistic, "df": df, "p_value": p_value, "reason": reason},
        tuple(_notes(found, name, equations)),
        found,
        equations,
    )


def _find(estimation: Estimation, product: str | None, outcome: str | None) -> tuple[str, str]:
    """The product and the outcome that are meant."""
    known = product_terms(estimation)
    if not known:
        raise NotAvailableError(
            "the fit has no product: write one into the model, as 'Y ~ X + Z + X:Z'."
        )
    wanted = known
    if product is not None:
        own = sorted(product.split(":"))
        wanted = [one for one in wanted if sorted(one[0].split(":")) == own]
        if not wanted:
            choose("product", product, dict.fromkeys(name for name, _ in known))
    if outcome is not None:
        choose("outcome", outcome, dict.fromkeys(target for _, target in wanted))
        wanted = [one for one in wanted if one[1] == outcome]
    if len(wanted) > 1:
        listing = ", ".join(f"{name} on {target}" for name, target in wanted)
        raise OptionError(f"the fit has several products ({listing}): give product= and outcome=.")
    return wanted[0]


def _notes(estimation: Estimation, name: str, equations: Sequence[OutcomeEquation]) -> list[str]:
    """What must be known before slopes are read."""
    notes = []
    members = {term.members for equation in equations for term in equation.terms}
    alone = {one[0] for one in members if len(one) == 1}
    missing = [part for part in dict.fromkeys(name.split(":")) if part not in alone]
    if missing:
        notes.append(
            f"{' and '.join(missing)} stands in the product, but not among the causes by itself: "
            "the product then takes up its main effect, and depends on where zero lies."
        )
    if len(estimation.samples.labels) > 1 and not _holds_loadings(estimation):
        notes.append(
            "loadings differ between groups, so that the coefficient as it is has other units in "
            "each: compare the standardised one, or hold loadings equal (group_equal='loadings')."
        )
    return notes


def _holds_loadings(estimation: Estimation) -> bool:
    return "loadings" in estimation.specification.options.group_equal

"""What the fits to several imputations say together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
import pandas as pd

from ..arguments import check_level, checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..fit import Fit
from ..model_fit import baseline, uncorrected_evidence
from ..model_fit.indices import SHIPPED, Scaled, assess
from ..model_fit.tests import FitTest, run_test
from ..numerics import Array, student_quantile, student_two_sided
from ..results import (
    NamedRows,
    estimated_values,
    estimates_table,
    statements_of,
    with_levels,
)
from ..specification import SCALED_TESTS
from .pooled_likelihoods import at_pooled, at_pooled_moments, pooled_samples
from .pooled_tests import METHODS, PooledTest, barnard_rubin, pool_d2, pool_d3, pool_d4, rubin


@dataclass(frozen=True, eq=False, repr=False)
class ImputedFit(Shown):
    """Fits of one model to several imputations, pooled.

    Made by `fit_imputed`.

    Attributes
    ----------
    fits : list of Fit
        One of each imputation that converged.
    n_imputations : int
        How many were given.
    notes : tuple of str
        What must be known: imputations left out, notes that all fits share.
    """

    fits: list[Fit]
    n_imputations: int
    notes: tuple[str, ...]
    _refit_stacked: Callable[[], Fit]

    @property
    def _estimations(self) -> list[Estimation]:
        return [fit.estimation for fit in self.fits]

    @property
    def _first(self) -> Estimation:
        return self.fits[0].estimation

    @cached_property
    def _pooled(self) -> tuple[Array, Array, Array]:
        """Pooled free parameters, their covariance matrix and relative increases."""
        estimates = np.array([one.parameters for one in self._estimations])
        return rubin(estimates, np.array([one.covariance for one in self._estimations]))

    @property
    def coef(self) -> pd.Series:
        """Pooled free parameters, named as those of a `Fit`."""
        return pd.Series(self._pooled[0], index=self._first.names, name="estimate")

    @property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the pooled free parameters: within and between imputations."""
        return pd.DataFrame(self._pooled[1], self._first.names, self._first.names)

    @property
    def estimates(self) -> pd.DataFrame:
        """Pooled estimates with 95% intervals, see `estimates_at`."""
        return self.estimates_at(0.95)

    @checked
    def estimates_at(self, level: float) -> pd.DataFrame:
        """A row per parameter, fixed and defined ones included, pooled by Rubin's (1987) rules.

        Parameters
        ----------
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group, label, free, estimate, se, t, df (Barnard & Rubin, 1999),
            p_value, ci_lower, ci_upper; riv, the relative increase of variance by what is missing;
            fmi, the fraction of the variance that it makes, riv / (1 + riv).
        """
        check_level(level)
        first = estimates_table(self._first)
        found = [estimated_values(one) for one in self._estimations]
        within = [
            slopes @ one.covariance @ slopes.T
            for (_, slopes), one in zip(found, self._estimations, strict=True)
        ]
        values, total, increase = rubin(np.array([one[0] for one in found]), np.array(within))
        errors = np.sqrt(np.maximum(np.diag(total), 0.0))
        varies = first["se"].to_numpy() > 0.0
        df = barnard_rubin(increase, len(self.fits), self._complete)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(varies, values / errors, nan)
        margin = np.where(varies, student_quantile(0.5 + 0.5 * level, df) * errors, 0.0)
        names = ["lhs", "op", "rhs", "group", "label", "free"]
        table = first[names].assign(
            estimate=values,
            se=np.where(varies, errors, 0.0),
            t=ratio,
            df=np.where(varies, df, nan),
            p_value=student_two_sided(ratio, df),
            ci_lower=values - margin,
            ci_upper=values + margin,
            riv=np.where(varies, increase, nan),
            fmi=np.where(varies, increase / (1.0 + increase), nan),
        )
        return NamedRows.of(with_levels(table) if self._first.specification.has_levels else table)

    @property
    def _complete(self) -> float:
        """Degrees of freedom that complete data would have: rows, or clusters, less parameters."""
        clusters = len(self._first.samples.cluster_labels)
        if clusters:
            return float(self._first.cluster_degrees_of_freedom)
        return float(max(self._first.n_observations - self._first.n_parameters, 1))

    @checked
    def test(self, method: str | None = None, *, asymptotic: bool = False) -> PooledTest:
        """The test of fit, pooled.

        Parameters
        ----------
        method : {"D4", "D3", "D2"}, optional
            "D4" stacks the imputations (Chan & Meng, 2022); "D3" takes likelihoods at pooled
            estimates (Meng & Rubin, 1992); "D2" pools chi-squares (Li et al., 1991), which alone is
            available without a likelihood, and is less exact. "D4" where there is a likelihood of
            complete or incomplete rows, else "D2".
        asymptotic : bool
            Whether to refer the statistic to a chi-square, as for many imputations, and not to an
            F. With a corrected test (MLR, WLSMV, ...) it always is: divided by the harmonic mean
            of the scaling factors.

        Returns
        -------
        PooledTest

        Raises
        ------
        NotAvailableError
            Where the model has no degrees of freedom, or the method needs a likelihood.
        """
        own = [one.chi_square for one in self._estimations]
        df = float(self._first.degrees_of_freedom)
        if not df:
            raise NotAvailableError(
                "the model has no degrees of freedom: there is nothing to test."
            )
        found = self._of_statistics(
            self._method(method), own, df, self._at_pooled, self._stacked_chi_square
        )
        corrected = self._corrected(self._estimations)
        if corrected:
            return found.asymptotic(*corrected)
        return found.asymptotic() if asymptotic else found

    @checked
    def compare(self, other: ImputedFit, method: str | None = None) -> PooledTest:
        """Likelihood-ratio test against a fit of a nested model to the same imputations.

        Parameters
        ----------
        other : ImputedFit
            With more degrees of freedom, or fewer.
        method : {"D4", "D3", "D2"}, optional
            As of `test`.

        Raises
        ------
        OptionError
            Where the fits have the same degrees of freedom, or differ in their imputations.
        NotAvailableError
            Where tests are corrected, or the method needs a likelihood.
        """
        full, restricted = sorted(
            (self, other), key=lambda one: one.fits[0].estimation.degrees_of_freedom
        )
        df = float(restricted._first.degrees_of_freedom - full._first.degrees_of_freedom)
        if df == 0.0 or len(full.fits) != len(restricted.fits):
            what = "degrees of freedom" if df == 0.0 else "imputations that converged"
            raise OptionError(f"the fits have {'the same' if df == 0.0 else 'other'} {what}.")
        if self._corrected(self._estimations):
            raise NotAvailableError(
                "differences of corrected tests are not pooled: compare fits with estimator='ML'."
            )
        own = [
            one.chi_square - two.chi_square
            for one, two in zip(restricted._estimations, full._estimations, strict=True)
        ]
        return self._of_statistics(
            self._method(method),
            own,
            df,
            lambda: restricted._at_pooled() - full._at_pooled(),
            lambda: restricted._stacked_chi_square() - full._stacked_chi_square(),
        )

    @property
    def measures(self) -> pd.Series:
        """Fit measures of the pooled statistics, as `Fit.measures` names them.

        Chi-squares of model and baseline are pooled (D3 of a likelihood, else D2); residuals are
        those of mean moments at pooled estimates. What cannot be pooled is NaN with its reason.
        """
        first = self._first
        pooled_implied = first.objective.imply(self._pooled[0])
        test = self.test("D3" if self._has_likelihood else "D2", asymptotic=True)
        base = self._baseline()
        evidence = replace(
            uncorrected_evidence(first),
            chi_square=test.chi_square * test.scaling_factor,
            baseline_chi_square=base.chi_square,
            implied=pooled_implied,
            samples=pooled_samples(self._estimations),
            minimum=0.5 * test.chi_square * test.scaling_factor / first.multiplier,
            reweighted_chi_square="it is not pooled over imputations",
            scaled=self._scaled(test, base),
        )
        if self._has_likelihood:
            model, unrestricted = self._likelihoods()
            evidence = replace(
                evidence, log_likelihood=model, unrestricted_log_likelihood=unrestricted
            )
        return assess(evidence, SHIPPED)

    def _baseline(self) -> PooledTest:
        """The test of the baseline model, pooled in the same way."""
        bases = [baseline(one) for one in self._estimations]
        own = [one.chi_square for one in bases]
        df = float(bases[0].degrees_of_freedom)
        method = "D3" if self._has_likelihood else "D2"
        parameters = np.mean([one.parameters for one in bases], axis=0)

        def pooled() -> float:
            moments = np.array(at_pooled_moments(bases))
            return float((np.array(at_pooled(bases, parameters)) - moments).mean())

        return self._of_statistics(method, own, df, pooled, lambda: nan).asymptotic()

    def _scaled(self, test: PooledTest, base: PooledTest) -> Scaled | None:
        names = [name for name in self._first.options.test if name in SCALED_TESTS]
        if not names:
            return None
        factor = self._corrected([baseline(one) for one in self._estimations])
        corrected = base.asymptotic(*(factor or (1.0, 0.0)))
        return Scaled(_fit_test(names[0], test), _fit_test(names[0], corrected))

    def _likelihoods(self) -> tuple[float, float]:
        """Mean log-likelihoods at the pooled estimates and at the pooled unrestricted moments."""
        best = [
            uncorrected_evidence(one).unrestricted_log_likelihood or nan
            for one in self._estimations
        ]
        model = np.array(best) - 0.5 * np.array(at_pooled(self._estimations, self._pooled[0]))
        unrestricted = np.array(best) - 0.5 * np.array(at_pooled_moments(self._estimations))
        return float(model.mean()), float(unrestricted.mean())

    @property
    def _has_likelihood(self) -> bool:
        found = self._first
        return found.discrepancy.is_likelihood and not (
            found.specification.categories
            or found.specification.has_levels
            or found.specification.roles.products
        )

    def _method(self, method: str | None) -> str:
        if method is None:
            return "D4" if self._has_likelihood else "D2"
        choose("method", method, METHODS)
        if method != "D2" and not self._has_likelihood:
            raise NotAvailableError(f"{method} needs a likelihood of rows: take 'D2'.")
        return method

    def _of_statistics(
        self,
        method: str,
        own: list[float],
        df: float,
        pooled: Callable[[], float],
        stacked: Callable[[], float],
    ) -> PooledTest:
        if method == "D2":
            return pool_d2(own, df)
        if method == "D3":
            return pool_d3(float(np.mean(own)), pooled(), df, len(own))
        return pool_d4(float(np.mean(own)), stacked() / len(own), df, len(own))

    def _at_pooled(self) -> float:
        """Mean likelihood-ratio statistic at the pooled estimates."""
        model = np.array(at_pooled(self._estimations, self._pooled[0]))
        return float((model - np.array(at_pooled_moments(self._estimations))).mean())

    def _stacked_chi_square(self) -> float:
        return self._refit_stacked().estimation.chi_square

    def _corrected(self, estimations: list[Estimation]) -> tuple[float, float] | None:
        """Harmonic mean of the scaling factors, and mean shift, of the corrected test."""
        names = [name for name in self._first.options.test if name in SCALED_TESTS]
        if not names:
            return None
        tests = [run_test(one, names[0]) for one in estimations]
        return (
            1.0 / float(np.mean([1.0 / one.scaling_factor for one in tests])),
            float(np.mean([one.shift for one in tests])),
        )

    def _views(self) -> list[str | Table]:
        shown: list[str | Table] = [f"! {note}" for note in self.notes]
        shown.insert(0, f"{len(self.fits)} imputations, {self._first.n_observations} observations")
        if self._first.degrees_of_freedom:
            shown.append(f"Test of fit, {self.test()}")
        names = ["estimate", "se", "t", "df", "p_value", "ci_lower", "ci_upper", "fmi"]
        table = self.estimates
        shown.append(Table(pd.DataFrame(table[names]).set_axis(statements_of(table), axis=0)))
        return shown


def _fit_test(name: str, test: PooledTest) -> FitTest:
    """A pooled chi-square as indices read it."""
    df = test.degrees_of_freedom
    return FitTest(name, test.statistic, df, test.p_value, test.scaling_factor)

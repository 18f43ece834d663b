"""Fit: what a user holds. Its methods are short and call down."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from .arguments import checked
from .drawing import PathDiagram, draw_path_diagram
from .errors import AdmissibilityWarning, IdentificationWarning, OptionError
from .estimation import Estimation
from .fresh_property import fresh_property
from .model_fit import evidence
from .model_fit.comparison import compare_estimations
from .model_fit.indices import SHIPPED, Evidence, FitIndex, assess
from .model_fit.tests import FitTest, TestStatistic, reported_test, run_test
from .results import (
    ClusterReport,
    HypothesisTest,
    OrdinalReport,
    cluster_report,
    described,
    estimates_table,
    factor_scores,
    modification_indices,
    ordinal_report,
    plausible_values,
    r_squared,
    residual_tables,
    sample_statistics,
    score_test_constraints,
    standardized_table,
    summary_text,
    wald_test,
)
from .results.engines import CrossCheck, Engine, cross_check


class Fit:
    """A fitted model.

    Made by `Model.fit`; not constructed directly.

    Attributes
    ----------
    estimation : Estimation
        The evidence that everything here is computed from.
    """

    @checked
    def __init__(self, estimation: Estimation):
        self.estimation = estimation

    # What was done -------------------------------------------------------------------------------

    @property
    def converged(self) -> bool:
        """Whether a minimum was reached; without one there are no standard errors."""
        return self.estimation.converged

    @property
    def admissible(self) -> bool:
        """Whether it converged to a proper solution about which nothing had to be warned."""
        improper = (AdmissibilityWarning, IdentificationWarning)
        kinds = [kind for kind, _ in self.estimation.remarks]
        return self.converged and not any(kind in improper for kind in kinds)

    @property
    def notes(self) -> tuple[str, ...]:
        """All that must be known before the numbers are used; what matters is warned of, too."""
        return self.estimation.notes

    @property
    def n_observations(self) -> int:
        """Number of observations used, over all groups."""
        return self.estimation.n_observations

    @property
    def n_dropped(self) -> int:
        """Number of rows left out because an answer was missing."""
        return self.estimation.samples.n_dropped

    @property
    def group_labels(self) -> list[str]:
        """Labels of the groups in the order of the data; empty where there is one group."""
        labels = self.estimation.samples.labels
        return list(labels) if len(labels) > 1 or labels[0] else []

    @property
    def model_text(self) -> str:
        """The model as it was written."""
        return self.estimation.specification.statements.text

    # Estimates -----------------------------------------------------------------------------------

    @fresh_property
    def estimates(self) -> pd.DataFrame:
        """A row per parameter, fixed and defined ones included.

        Columns lhs, op, rhs, group (label, "" where there is one group), label, free, estimate,
        se (0 where fixed, NaN where not available), z, p_value (two-sided), ci_lower, ci_upper
        (95 %).
        """
        return estimates_table(self.estimation)

    @checked
    def standardized(self, kind: str = "all") -> pd.DataFrame:
        """Standardised estimates with delta-method standard errors; columns as `estimates`.

        NaN where a variable's variance is not positive.

        Parameters
        ----------
        kind : {"all", "lv", "nox"}
            Standardise all variables; latent ones only; all but exogenous observed ones.
        """
        return standardized_table(self.estimation, kind)

    @fresh_property
    def coef(self) -> pd.Series:
        """Free parameters, named by label, else as ``f=~x1``; later groups end in ``.g2``."""
        return pd.Series(self.estimation.parameters, index=self.estimation.names, name="estimate")

    @fresh_property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates."""
        names = self.estimation.names
        return pd.DataFrame(self.estimation.covariance, index=names, columns=names)

    @fresh_property
    def r_squared(self) -> pd.Series:
        """Explained share of variance of each dependent variable (by group and variable)."""
        return r_squared(self.estimation)

    @fresh_property
    def statistics(self) -> pd.Series:
        """Sample statistics of ordinal items (by group): thresholds, then polychoric correlations.

        Named as in model text: ``x1|t1``, ``x1~1`` and ``x1~~x1`` of continuous variables,
        ``x1~z`` given exogenous variables, ``x1~~x2``.
        """
        return sample_statistics(self.estimation)

    @fresh_property
    def ordinal(self) -> OrdinalReport:
        """Shares of answers and tables of pairs of ordinal items, beside the model's."""
        return ordinal_report(self.estimation)

    # Fit -----------------------------------------------------------------------------------------

    @cached_property
    def evidence(self) -> Evidence:
        """What fit indices are computed from."""
        return evidence(self.estimation)

    @fresh_property
    def measures(self) -> pd.Series:
        """All fit measures, named as lavaan names them with ``_`` for ``.``.

        Where a measure does not exist it is NaN and ``measures.attrs["reasons"]`` says why.
        """
        return self.assess(*SHIPPED)

    @checked
    def test(self, test: str | TestStatistic | None = None) -> FitTest:
        """A test of fit by name, or any function of where the optimiser ended.

        Parameters
        ----------
        test : None, {"standard", "satorra_bentler", "mean_var_adjusted", "scaled_shifted", \
"yuan_bentler", "yuan_bentler_mplus", "browne_residual_nt", "browne_residual_adf", \
"browne_residual_nt_model", "browne_residual_adf_model", "peba", "pols", "bartlett", "swain"} \
or callable
            By default the one to believe: with clusters "peba", or "satorra_bentler" where degrees
            of freedom are many beside them; else the corrected test that goes with the estimator,
            else the standard one.
        """
        chosen = reported_test(self.estimation) if test is None else test
        return run_test(self.estimation, chosen)

    @checked
    def assess(self, *indices: FitIndex) -> pd.Series:
        """The values of further fit indices, as `measures`."""
        if not all(callable(index) for index in indices):
            raise OptionError("assess takes functions; shipped indices are in fit.measures['cfi'].")
        values = assess(self.evidence, indices)
        if self.converged:
            return values
        known = values.index.isin(("npar", "df", "ntotal"))
        reasons = dict.fromkeys(values.index[~known], "the fit did not converge")
        values[~known] = float("nan")
        values.attrs["reasons"] = reasons
        return values

    @checked
    def residuals(self, kind: str = "raw") -> pd.DataFrame:
        """Observed less implied moments, p x p; a last column ``~1`` has the means.

        Parameters
        ----------
        kind : {"raw", "correlation", "correlation_bentler", "normalized", "standardized"}
            Raw; of correlation matrices; over the sample's deviations (Bentler, 1995); over the
            standard error of the sample moment; over that of the residual (Joreskog & Sorbom).

        Returns
        -------
        DataFrame
            With several groups, stacked under a first index level ``group``.
        """
        return _stack(residual_tables(self.estimation, kind))

    @fresh_property
    def implied(self) -> pd.DataFrame:
        """Implied covariances, p x p, and means in a last column ``~1``, stacked by group."""
        frames = {}
        for label, pattern, moments in zip(
            self.estimation.samples.labels,
            self.estimation.specification.patterns,
            self.estimation.implied,
            strict=True,
        ):
            names = list(pattern.observed)
            frames[label] = pd.DataFrame(moments.covariance, index=names, columns=names)
            if self.estimation.specification.means:
                frames[label]["~1"] = moments.mean
        return _stack(frames)

    @checked
    def modification_indices(self) -> pd.DataFrame:
        """Score tests of parameters that could be freed, largest first.

        Columns lhs, op, rhs, group, mi (chi-square with one degree of freedom), epc (expected
        change), sepc_lv and sepc_all (standardised), p_value (not corrected for their number).
        """
        return modification_indices(self.estimation)

    @checked
    def score_tests(self) -> pd.DataFrame:
        """Score tests of dropping each equality constraint, and all of them."""
        return score_test_constraints(self.estimation)

    @checked
    def wald_test(self, hypothesis: str) -> HypothesisTest:
        """Wald test of ``==`` lines about labelled or defined parameters, jointly."""
        return wald_test(self.estimation, hypothesis)

    @fresh_property
    def clusters(self) -> ClusterReport:
        """What the estimates owe to how many clusters, and standard errors for few of them."""
        return cluster_report(self.estimation)

    @checked
    def compare(self, *others: Fit) -> pd.DataFrame:
        """Show the fit and others side by side; see `tpn_sem.compare`."""
        return compare(self, *others)

    @checked
    def factor_scores(
        self,
        method: str | None = None,
        *,
        data: pd.DataFrame | None = None,
        standard_errors: bool = False,
        n_draws: int | None = None,
        seed: int | None = None,
    ) -> pd.DataFrame:
        """Factor scores of every row that was used and has an answer, a column a factor.

        The index is that of the data, so that ``data.join(fit.factor_scores())`` puts each score
        beside its row; rows that were left out have none. A missing answer tells nothing and the
        others are used; Bartlett's scores need an answer for every factor and are NaN without.

        Parameters
        ----------
        method : {"regression", "Bartlett", "EBM"}, optional
            The default is regression, and of ordinal items the posterior mode (EBM).
        data : DataFrame, optional
            Other rows to score, with the columns of the model and of the group.
        standard_errors : bool
            Add columns ``f_se``, by which the scores miss the factors, and ``f_reliability``, the
            squared correlation of scores and factors for such a pattern of answers.
        n_draws : int, optional
            Give plausible values instead: so many draws for each row from the distribution of the
            factors given its answers, stacked, with a column ``draw``. Parameters are taken as
            estimated. Mislevy (1991).
        seed : int, optional
            Of the draws.

        Raises
        ------
        OptionError
            For options that would have no effect together.
        NotAvailableError
            Where there are no rows, or no such scores for these items.
        """
        if not isinstance(standard_errors, bool):
            raise OptionError(f"standard_errors is True or False, not {standard_errors!r}.")
        if n_draws is None:
            if seed is not None:
                raise OptionError("seed= is for plausible values: give n_draws= too.")
            return factor_scores(self.estimation, method, data, standard_errors)
        if method is not None or standard_errors:
            raise OptionError(
                "n_draws= gives plausible values, which have no method and no standard errors: "
                "leave method= and standard_errors= out."
            )
        return plausible_values(self.estimation, n_draws, data, seed)

    @checked
    def cross_check(self, engine: str | Engine = "semopy") -> CrossCheck:
        """The same model through another engine, side by side; says what it cannot do."""
        return cross_check(self.estimation, self.estimates, self.evidence, engine)

    # What a person reads -------------------------------------------------------------------------

    @checked
    def summary(self) -> str:
        """What was fitted, what must be known, how it fits, and the estimates."""
        test = self.test() if self.converged and self.estimation.is_identified else None
        return summary_text(
            self._head(), self.notes, self.measures, test, self.estimates, self.standardized()
        )

    @checked
    def path_diagram(self, standardized: bool = True) -> PathDiagram:
        """The model as a drawing with its estimates; a notebook shows it, ``save`` writes it."""
        table = self.standardized() if standardized else self.estimates
        note = "Standardised estimates." if standardized else "Unstandardised estimates."
        if not self.converged:
            note = "THE FIT DID NOT CONVERGE: these numbers are no estimates."
        return draw_path_diagram(table, self.estimation.specification.roles, self.r_squared, note)

    def _head(self) -> dict[str, str]:
        found = self.estimation
        state = "converged" if self.converged else "DID NOT CONVERGE"
        groups = ", ".join(
            f"{g.label} {g.n_observations}" for g in found.samples.groups if self.group_labels
        )
        head = {
            "tpn_sem": f"{found.discrepancy.name}, {state} after "
            f"{found.solution.iterations} iterations",
            "Observations": f"{found.n_observations}" + (f" ({groups})" if groups else ""),
            "Free parameters": f"{found.n_parameters}",
        }
        head |= described(found)
        if self.n_dropped:
            head["Rows dropped"] = f"{self.n_dropped}"
        if found.samples.synthetic:
            head["Data"] = "synthetic: no number here describes real people"
        return head

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.summary())}</pre>"


@checked
def compare(*fits: Fit, method: str | None = None, **named: Fit) -> pd.DataFrame:
    """Models side by side, each tested against the next less restricted one.

    Parameters
    ----------
    *fits, **named : Fit
        Named ones keep their names; the others are called ``model 1``, ``model 2``, ...
    method : {"standard", "satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"}, optional
        How chi-square differences are tested; by default as goes with the fits' tests.

    Returns
    -------
    DataFrame
        A row per model, fewest degrees of freedom first: df, aic, bic, chisq, chisq_diff,
        df_diff, p_value, relation; method where chi-squares are corrected. The difference is
        tested only where one model is nested in the other, which Bentler & Satorra's (2010)
        procedure decides.

    Raises
    ------
    DataError
        Where the fits are of different data.
    """
    for item in [*fits, *named.values()]:
        if not isinstance(item, Fit):
            raise OptionError(
                f"compare takes fits, one after the other, not {type(item).__name__}; fit the "
                "models first, and write compare(*fits) for a list."
            )
    everything: dict[str, Any] = {f"model {i + 1}": fit for i, fit in enumerate(fits)}
    everything.update(named)
    return compare_estimations({name: fit.estimation for name, fit in everything.items()}, method)


def read_fit(fit: object, caller: str) -> Estimation:
    """The estimation of what a user calls a fit.

    Raises
    ------
    OptionError
        Where it is none.
    """
    if not isinstance(fit, Fit):
        raise OptionError(f"{caller} takes a fit, not {type(fit).__name__}: fit the model first.")
    return fit.estimation


def overview(fit: Fit, names: Sequence[str]) -> dict[str, float]:
    """Measures by name, with chi-square and p-value of the test to believe (`Fit.test`)."""
    values = dict(fit.measures[list(names)])
    if fit.converged:
        test = fit.test()
        values |= {"chisq": test.statistic, "pvalue": test.p_value}
    return values


def _stack(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One table; several groups under a first index level."""
    if len(frames) == 1:
        return next(iter(frames.values()))
    return pd.concat(frames, names=["group"])

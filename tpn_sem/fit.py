"""Fit: what a user holds. Its methods are short and call down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from .arguments import check_level, check_range, checked, read_seed
from .drawing import DiagramOptions, PathDiagram, Shown, Table
from .errors import NotAvailableError, OptionError, choose
from .estimation import Estimation
from .fresh_property import fresh_property
from .language import carried
from .languages import said
from .model_choice import ComparedModels, ModelChoice, compared_models, has_unit_evidence
from .model_fit import equivalence_of_fit, evidence, fit_by_level, uncorrected_evidence
from .model_fit.comparison import compare_estimations
from .model_fit.indices import SHIPPED, Evidence, FitIndex, assess
from .model_fit.tests import FitTest, TestStatistic, reported_test, run_test, standard_test
from .results import (
    ClusterReport,
    FamiliarNames,
    HypothesisTest,
    NamedRows,
    OrdinalReport,
    Provenance,
    RotationReport,
    block_reports,
    cluster_report,
    described,
    effects_with_levels,
    esem_within_cfa,
    estimates_table,
    factor_scores,
    fit_views,
    fitted_diagram,
    fitted_table,
    lavaan_text,
    level_shares,
    matrix_by_level,
    misspecifications,
    modification_indices,
    mplus_text,
    ordinal_report,
    plausible_values,
    provenance,
    r_squared,
    residual_tables,
    row_likelihood_table,
    sample_statistics,
    score_test_constraints,
    series_by_level,
    standardized_table,
    summary_text,
    transformed,
    wald_test,
    with_levels,
)
from .results.effects import effects_of
from .results.engines import CrossCheck, Engine, cross_check
from .results.inspection import inspect

_DRAWS = 1000  # of units, for frequencies of selection


class Fit(Shown, FamiliarNames):
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
        return self.estimation.admissible

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
    def provenance(self) -> Provenance:
        """Versions, options, data and their hash, rows dropped and why: for a paper's appendix."""
        return provenance(self.estimation)

    @property
    def model_text(self) -> str:
        """The model as it was written."""
        return self.estimation.specification.statements.text

    # Estimates -----------------------------------------------------------------------------------

    @property
    def estimates(self) -> pd.DataFrame:
        """A row per parameter, fixed and defined ones included, by number or by what it says.

        ``fit.estimates.loc["f =~ x2"]`` is a row, ``.iloc[3]`` the fourth; in groups
        ``"f =~ x2 [rural]"``.

        Columns lhs, op, rhs, group (label, "" where there is one group), label, free, estimate,
        se (0 where fixed, NaN where not available), z, p_value (two-sided), ci_lower, ci_upper
        (95%; `conf_int` has others).
        """
        return NamedRows.of(self._estimates)

    @fresh_property
    def _estimates(self) -> pd.DataFrame:
        return self._shown(estimates_table(self.estimation))

    @checked
    def standardized(self, kind: str = "all", *, level: float = 0.95) -> pd.DataFrame:
        """Standardised estimates with delta-method standard errors; columns as `estimates`.

        NaN where a variable's variance is not positive.

        Parameters
        ----------
        kind : {"all", "lv", "nox"}
            Standardise all variables; latent ones only; all but exogenous observed ones.
        level : float
            Of the intervals.
        """
        check_level(level)
        return NamedRows.of(self._shown(standardized_table(self.estimation, kind, level)))

    @checked
    def parameter_table(self) -> pd.DataFrame:
        """The model with its estimates as a table that can be edited and made a `Model` again.

        Columns as `Model.parameter_table`, then estimate and se.
        """
        return fitted_table(self.estimation)

    @property
    def rotations(self) -> dict[str, RotationReport]:
        """How exploratory blocks were rotated, and the minima that were found, by block.

        Where groups turn apart, by block and group: ``"b [rural]"``. Empty without such blocks.
        """
        return block_reports(self.estimation)

    @checked
    def effects(
        self,
        *,
        interval: str = "delta",
        n: int | None = None,
        seed: int | None = None,
        replicates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """All direct, indirect and total effects among the variables that regressions relate.

        No definition in the model text is needed. Each indirect effect stands by its path and in
        the sum of all; each also standardised. Each of a later group less that of the first has a
        row, too, under the group "later - first".

        Parameters
        ----------
        interval : {"delta", "monte_carlo", "bootstrap"}
            Errors and intervals: symmetric ones of the delta method (Sobel, 1982); percentiles of
            draws from the normal distribution of the estimates (MacKinnon et al., 2004), which
            follow the skew of products; percentiles of refits.
        n, seed : int, optional
            Of the draws; 20,000 and 0.
        replicates : DataFrame, optional
            Of ``tpn_sem.bootstrap(fit)``: rows, or schools, resampled.

        Returns
        -------
        DataFrame
            Columns group, from, to, through (the variables between), kind ("direct", "indirect" by
            one path, "total indirect", "total"), estimate, se, z, p_value, ci_lower, ci_upper
            (95%), and the same of the standardised effect with "std_" before. What must be known
            is in ``attrs["notes"]``.

        Raises
        ------
        NotAvailableError
            Where nothing converged, or the model has no regressions.
        OptionError

        Notes
        -----
        In a loop total effects are sums over all rounds (Bollen, 1989, ch. 8), with a note that
        says whether these converge.
        """
        self._refuse_slopes("effects are those of the slopes' means and vary between clusters")
        return effects_with_levels(effects_of(self.estimation, interval, n, seed, replicates))

    @checked
    def esem_within_cfa(self) -> str:
        """The model with exploratory blocks as a text without: same fit, same estimates.

        Fit it as ``ts.Model(text, "none")``. Factors keep variances of one; of each
        factor's anchor item the loadings on the other factors are fixed at their rotated estimates,
        all else starts there. So it can be extended by what rotation forbids. Marsh et al. (2013);
        Morin & Asparouhov (2018).

        Raises
        ------
        NotAvailableError
            Where the model has no exploratory block, or nothing converged.
        """
        return esem_within_cfa(self.estimation)

    @fresh_property
    def r_squared(self) -> pd.Series:
        """Explained share of variance of each dependent variable (by group and variable)."""
        return series_by_level(r_squared(self.estimation))

    @fresh_property
    def statistics(self) -> pd.Series:
        """Sample statistics of ordinal items (by group): thresholds, then polychoric correlations.

        Named as in model text: ``x1|t1``, ``x1~1`` and ``x1~~x1`` of continuous variables,
        ``x1~z`` given exogenous variables, ``x1~~x2``. Those between clusters end in ``.l2``; all
        of an item's are in units of its latent response's deviation within clusters.
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

    @fresh_property
    def fit_by_level(self) -> pd.DataFrame:
        """How well each level fits where the other one is saturated (Ryu & West, 2009).

        Rows within and between: chisq, df, pvalue, cfi, tli, rmsea with its 90% interval, srmr.
        One test of both levels hardly sees a wrong model between clusters.
        """
        return fit_by_level(self.estimation)

    @checked
    def intraclass(self, level: float = 0.95) -> pd.DataFrame:
        """Variances within and between clusters, and intraclass correlations with intervals.

        Parameters
        ----------
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            Rows variables of both levels: within, between, icc, se, ci_lower, ci_upper,
            design_effect. Of each variable alone, whatever the model; of latent responses of
            ordinal items, given predictors if there are any.

        Raises
        ------
        NotAvailableError
            Without levels, or where slopes are random.
        """
        check_level(level)
        return level_shares(self.estimation, level)

    @checked
    def equivalence(
        self, *, rmsea: float = 0.05, cfi: float = 0.95, alpha: float = 0.05
    ) -> pd.DataFrame:
        """Whether the fit is close enough: a test, and the size of misfit that data vouch for.

        A model that is not rejected may be badly wrong, since few rows reject nothing. Here misfit
        as large as a margin is the null hypothesis. Yuan, Chan, Marcoulides & Bentler (2016).

        Parameters
        ----------
        rmsea, cfi : float
            Margins: of misfit that would matter.
        alpha : float
            Of the test.

        Returns
        -------
        DataFrame
            Rows rmsea and cfi: value; t_size, the worst value that cannot be rejected; margin;
            p_value of misfit as large as the margin (that of cfi doubled, since half of alpha is
            spent on the baseline); verdict ("close enough", "can't tell").

        Raises
        ------
        NotAvailableError
            Where nothing converged, or the model has no degrees of freedom.
        """
        check_range("rmsea", rmsea, 0.001, 1.0)
        check_range("cfi", cfi, 0.0, 0.999)
        check_range("alpha", alpha, 0.0001, 0.5)
        if not self.converged or not self.estimation.degrees_of_freedom:
            why = "did not converge" if not self.converged else "has no degrees of freedom"
            raise NotAvailableError(f"the fit {why}: there is no misfit to test.")
        if not self.estimation.has_unrestricted:
            raise NotAvailableError(f"{self.estimation.untested}.")
        return equivalence_of_fit(self.evidence, rmsea, cfi, alpha)

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
        tables = residual_tables(self.estimation, kind)
        return _stack({label: matrix_by_level(one) for label, one in tables.items()})

    @fresh_property
    def implied(self) -> pd.DataFrame:
        """Implied covariances, p x p, and means in a last column ``~1``, stacked by group."""
        frames = {}
        self._refuse_slopes("implied moments differ from row to row with the covariates")
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
        return _stack({label: matrix_by_level(one) for label, one in frames.items()})

    @checked
    def modification_indices(self) -> pd.DataFrame:
        """Score tests of parameters that could be freed, largest first.

        Columns lhs, op, rhs, group, mi (chi-square with one degree of freedom), epc (expected
        change), sepc_lv and sepc_all (standardised), p_value (not corrected for their number).
        """
        return self._shown(modification_indices(self.estimation))

    @checked
    def misspecifications(
        self,
        delta: float | Mapping[str, float] | None = None,
        *,
        standardized: bool = True,
        alpha: float = 0.05,
        high_power: float = 0.75,
    ) -> pd.DataFrame:
        """Modification indices judged with their power (Saris, Satorra & van der Veld, 2009).

        Parameters
        ----------
        delta : float, or mapping of operator to float, optional
            What would count as a misspecification. If not given, .4 of a loading and .1 of a
            covariance, a path or a mean.
        standardized : bool
            Whether `delta` is in standardised units; in the units of the data otherwise.
        alpha : float
            Of the test of each parameter.
        high_power : float
            From where on a test is called powerful.

        Returns
        -------
        DataFrame
            As `modification_indices`, with delta; ncp and power of a change of that size; and
            decision: "misspecified" (significant without power, or significant and as large as
            delta), "not misspecified" (powerful and not significant, or smaller than delta), or
            "cannot tell" (neither significant nor powerful).
        """
        found = misspecifications(self.estimation, delta, standardized, alpha, high_power)
        return self._shown(found)

    @checked
    def score_tests(self) -> pd.DataFrame:
        """Score tests of dropping each equality constraint, and all of them."""
        return score_test_constraints(self.estimation)

    @checked
    def wald_test(self, hypothesis: str) -> HypothesisTest:
        """Wald test of ``==`` lines about parameters, jointly.

        Parameters
        ----------
        hypothesis : str
            Lines such as ``a == b`` in labels, in defined parameters, or in parameters as
            `estimates` and `coef` name them: ``f =~ x2 == f =~ x3``, ``f=~x2.g2 == 1``.
        """
        return wald_test(self.estimation, hypothesis)

    @checked
    def transformed(self, *expressions: str, level: float = 0.95) -> pd.DataFrame:
        """Functions of parameters with errors by the delta method, without a ``:=`` in the model.

        Parameters
        ----------
        *expressions : str
            As ``"a*b"``, ``"f =~ x2 - f =~ x3"``, ``"log(a)"``: labels, defined parameters, and
            parameters as `estimates` and `coef` name them.
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            A row an expression: estimate, se, z, p_value, ci_lower, ci_upper; their covariance
            matrix in ``attrs["vcov"]``.

        Raises
        ------
        ModelError, NotAvailableError
        """
        check_level(level)
        return transformed(self.estimation, expressions, level)

    @fresh_property
    def clusters(self) -> ClusterReport:
        """What the estimates owe to how many clusters, and standard errors for few of them."""
        return cluster_report(self.estimation)

    @checked
    def compare(self, *others: Fit) -> ComparedModels:
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
        method : {"regression", "Bartlett", "EBM", "EAP"}, optional
            The default is regression, and of ordinal items the posterior mode (EBM), or its mean
            (EAP) where these were fitted by full information.
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
    def to_lavaan(self) -> str:
        """The model with all its defaults as lavaan's text, under the call that fits it there.

        Raises
        ------
        NotAvailableError
            For models of two levels.
        """
        return lavaan_text(self.estimation)

    @checked
    def to_mplus(self, file: str = "data.dat") -> str:
        """The model with all its defaults as an Mplus input.

        Names are cut to the eight characters that Mplus reads, with a line for each that was.

        Parameters
        ----------
        file : str
            Name of the file of data, which is not written: blank-separated columns in the order of
            NAMES, -999 for a missing answer.

        Raises
        ------
        NotAvailableError
            For exploratory blocks, products, and estimators that Mplus does not have.
        """
        return mplus_text(self.estimation, file)

    @checked
    def inspect(self, what: str) -> Any:
        """A part of the fit by lavaan's word for it, labelled; several groups give a dict.

        Parameters
        ----------
        what : str
            As ``lavInspect``'s: "est", "free", "se", "std"; "lambda", "theta", "psi", "beta", "nu",
            "alpha"; "sampstat", "implied", "resid", "cov.lv", "cor.lv", "mean.lv", "cov.ov",
            "cov.all", "th"; "data", "patterns", "coverage", "nobs", "case.idx"; "information",
            "gradient", "hessian", "vcov", "vcov.def", "delta", "gamma"; "options", "test", ...
            docs/from_lavaan.md lists all. Dots may be underscores.

        Returns
        -------
        DataFrame, Series, dict or number

        Raises
        ------
        OptionError
            For an unknown word; names the nearest.
        NotAvailableError
            Where the fit has no such part.
        """
        return inspect(self.estimation, what)

    @checked
    def log_likelihoods(self) -> pd.Series:
        """Log-likelihood of each row that was used, under the normal distribution of the model.

        They add up to ``measures["logl"]``. With fixed exogenous variables they are conditional on
        these.

        Raises
        ------
        NotAvailableError
            For least squares, ordinal items, two levels and moments without rows.
        """
        return row_likelihood_table(self.estimation)

    @property
    def latent_covariances(self) -> pd.DataFrame:
        """Covariance matrix of the latent variables, stacked by group."""
        return self._latent("cov.lv")

    @property
    def latent_correlations(self) -> pd.DataFrame:
        """Correlation matrix of the latent variables, stacked by group."""
        return self._latent("cor.lv")

    def _latent(self, what: str) -> pd.DataFrame:
        found = inspect(self.estimation, what)
        frames = found if isinstance(found, dict) else {"": found}
        return _stack({label: matrix_by_level(one) for label, one in frames.items()})

    @checked
    def cross_check(self, engine: str | Engine = "semopy") -> CrossCheck:
        """The same model through another engine, side by side; says what it cannot do."""
        return cross_check(self.estimation, self.estimates, self.evidence, engine)

    # What a person reads -------------------------------------------------------------------------

    @checked
    def summary(
        self,
        *,
        fit_measures: bool = True,
        standardized: bool = True,
        ci: bool = False,
        rsquare: bool = False,
        modification: bool = False,
        level: float = 0.95,
    ) -> str:
        """What was fitted, what must be known, how it fits, and the estimates.

        Parameters
        ----------
        fit_measures, standardized : bool
            Whether to print tests and fit indices; the standardised estimates.
        ci : bool
            Whether to print intervals.
        rsquare, modification : bool
            Whether to print explained shares of variance; the ten largest modification indices.
        level : float
            Of the intervals.
        """
        check_level(level)
        if level != 0.95 and not ci:
            raise OptionError("level= is of intervals, which ci=True prints.")
        test = self._believed()
        further: dict[str, pd.DataFrame | pd.Series] = {}
        if rsquare:
            further["R squared"] = self.r_squared.round(3)
        if modification:
            columns = ["lhs", "op", "rhs", "group", "mi", "epc", "sepc_all"]
            largest = self.modification_indices().head(10)
            shown = [name for name in columns if name in largest and any(largest[name] != "")]
            further["Modification indices"] = largest[shown].round(3)
        return summary_text(
            self._head(),
            self.notes,
            self.measures if fit_measures else None,
            test,
            standard_test(self.estimation),
            estimates_table(self.estimation, level),
            standardized_table(self.estimation, "all") if standardized else None,
            ci,
            further,
        )

    @checked
    def path_diagram(
        self,
        standardized: bool = True,
        *,
        layout: str | Mapping[str, Sequence[float]] = "layers",
        difference: Sequence[str] | None = None,
        structure_only: bool = False,
        residuals: bool = False,
        intercepts: bool = False,
        labels: Mapping[str, str] | None = None,
    ) -> PathDiagram:
        """The model as a drawing with its estimates; a notebook shows it, ``save`` writes it.

        Groups stand side by side, and levels: each its panel, with every variable in the same
        place. ``draw_on`` draws it on axes of matplotlib.

        Parameters
        ----------
        standardized : bool
        layout : {"layers", "column", "tree", "circle", "spring"} or mapping of str to pair of float
            From the left to the right, one below the other with items on the right (which narrow
            screens show of layers that do not fit), or from the top to the bottom, as variables
            depend on each other; factors on a circle, or where springs would hold them; or the
            place of each variable, in any unit, y upwards. Items without a place stand outside of
            theirs.
        difference : pair of str, optional
            Two groups: instead of each, the estimates of the first less those of the second, with
            95% intervals, coloured by sign.
        structure_only : bool
            Leave out indicators and their loadings.
        residuals, intercepts : bool
            Draw variances of residuals (and of what nothing explains) as loops; write intercepts
            and means into the shapes.
        labels : mapping of str to str, optional
            What stands in shapes instead of names; broken into lines where it is long.

        Raises
        ------
        OptionError
        NotAvailableError
            Where a difference is asked for and there is one group.
        """
        pair = None if difference is None else tuple(difference)
        if pair is not None and (isinstance(difference, str) or len(pair) != 2):
            raise OptionError(
                f"difference={difference!r} takes two groups, as ('urban', 'rural'): the "
                "estimates of the first less those of the second."
            )
        options = DiagramOptions(layout, structure_only, residuals, intercepts, labels or {})
        return fitted_diagram(self.estimation, standardized, pair, options)

    def _head(self) -> dict[str, str]:
        found = self.estimation
        state = "converged" if self.converged else "DID NOT CONVERGE"
        state = state if found.options.do_fit else "NOT FITTED"
        after = said(f"{state} after {{n}} iterations").format(n=found.solution.iterations)
        groups = ", ".join(
            f"{g.label} {g.n_observations}" for g in found.samples.groups if self.group_labels
        )
        head = {
            "tpn_sem": f"{found.discrepancy.name}, {after}",
            "Observations": f"{found.n_observations}" + (f" ({groups})" if groups else ""),
            "Free parameters": f"{found.n_parameters}",
        }
        head |= described(found)
        if self.n_dropped:
            head["Rows dropped"] = f"{self.n_dropped}"
        if found.samples.synthetic:
            head["Data"] = "synthetic: no number here describes real people"
        return head

    def _refuse_slopes(self, why: str) -> None:
        """Refuse what has no one number where slopes are random.

        Raises
        ------
        NotAvailableError
        """
        if any(map(carried, self.estimation.specification.observed)):
            raise NotAvailableError(f"where slopes are random, {why}.")

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table of parameters with the level beside plain names, where there are levels."""
        return with_levels(table) if self.estimation.specification.has_levels else table

    def _believed(self) -> FitTest | None:
        """The test of fit to believe, where there is one."""
        return self.test() if self.converged and self.estimation.is_identified else None

    def _text(self) -> str:
        return self.summary()

    @property
    def _names(self) -> frozenset[str]:
        return self.estimation.specification.names

    def _views(self) -> Iterable[str | Table]:
        estimates = self._shown(estimates_table(self.estimation))
        standardized = self._shown(standardized_table(self.estimation, "all"))
        test = self._believed()
        return fit_views(self._head(), self.notes, self.measures, test, estimates, standardized)


@checked
def compare(
    *fits: Fit | Sequence[Fit],
    method: str | None = None,
    reference: str | None = None,
    level: float = 0.95,
    power: float = 0.80,
    draws: int | None = None,
    seed: int | None = None,
    **named: Fit,
) -> ComparedModels:
    """Models side by side, and which of them the data cannot exclude.

    Parameters
    ----------
    *fits, **named : Fit
        Named ones keep their names; the others, also a list of them, are called ``model 1``,
        ``model 2``, ...
    method : {"standard", "satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000", \
"satorra_2000_weighted"}, optional
        How chi-square differences are tested; by default as goes with the fits' tests. The weighted
        form of Satorra's (2000) depends neither on units nor on markers, lavaan's on units.
    reference : str, optional
        The model whose class the others are judged against; the one in which most are nested if
        not given.
    level : float
        Probability with which the confidence set holds the true class, where one is true.
    power : float
        For which numbers of observations are told that would tell a model from the reference.
    draws, seed : int, optional
        Of rows, or clusters, for the frequencies of selection, which only fits by a likelihood of
        rows have; 1000 and 0 if not given.

    Returns
    -------
    ComparedModels
        A DataFrame with a row per model, fewest degrees of freedom first: df, aic, bic, chisq,
        chisq_diff, df_diff, p_value, relation; method where chi-squares are corrected. The
        difference to the model above is tested only where one is nested in the other, which
        Bentler & Satorra's (2010) procedure decides. Its attributes, computed when asked for:
        classes, confidence_set, verdicts, nested_pairs, other_pairs, criteria, weights, selection,
        sentences.

    Raises
    ------
    DataError
        Where the fits are of different data.
    """
    check_level(level)
    check_range("power", power, 0.05, 0.9999)
    listed = [one for item in fits for one in (item if isinstance(item, list | tuple) else [item])]
    for item in [*listed, *named.values()]:
        if not isinstance(item, Fit):
            raise OptionError(
                f"compare takes fits, one after the other or in a list, not {type(item).__name__}; "
                "fit the models first."
            )
    everything: dict[str, Any] = {f"model {i + 1}": fit for i, fit in enumerate(listed)}
    if twice := sorted(set(everything) & set(named)):
        raise OptionError(f"two fits are called {twice[0]!r}: name the others, too.")
    everything.update(named)
    if reference is not None:
        choose("reference", reference, everything)
    estimations = {name: fit.estimation for name, fit in everything.items()}
    table = compare_estimations(estimations, method)
    many = _draws(estimations, draws, seed)
    choice = ModelChoice(estimations, level, reference, method, power, many, read_seed(seed) or 0)
    return compared_models(table, choice)


def _draws(models: Mapping[str, Estimation], draws: int | None, seed: int | None) -> int:
    """How often units are drawn; refused where nothing is.

    Raises
    ------
    OptionError
    """
    if (draws is not None or seed is not None) and not has_unit_evidence(models):
        raise OptionError(
            "draws= and seed= are of frequencies of selection, which need rows and a likelihood of "
            "theirs (ML, also with missing='fiml'): leave them out here."
        )
    many = _DRAWS if draws is None else draws
    check_range("draws", many, 1, 10_000_000)
    return many


def read_fit(fit: object, caller: str, levels: bool = False) -> Estimation:
    """The estimation of what a user calls a fit.

    Parameters
    ----------
    fit : object
    caller : str
        What the user called.
    levels : bool
        Whether the caller knows models of two levels.

    Raises
    ------
    OptionError
        Where it is none.
    NotAvailableError
        Where it is one of two levels, and the caller knows one only.
    """
    if not isinstance(fit, Fit):
        raise OptionError(f"{caller} takes a fit, not {type(fit).__name__}: fit the model first.")
    if not levels:
        refuse_levels(fit.estimation.specification.has_levels, caller)
    return fit.estimation


def overview(fit: Fit, names: Sequence[str]) -> dict[str, float]:
    """Measures by name, with chi-square and p-value of the test to believe (`Fit.test`)."""
    corrected = any(name.endswith(("_scaled", "_robust")) for name in names)
    if corrected or not fit.converged:
        values = dict(fit.measures[list(names)])
    else:
        values = dict(assess(uncorrected_evidence(fit.estimation))[list(names)])
    if fit.converged:
        test = fit.test()
        values |= {"chisq": test.statistic, "pvalue": test.p_value}
    return values


def _stack(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One table; several groups under a first index level."""
    if len(frames) == 1:
        return next(iter(frames.values()))
    return pd.concat(frames, names=["group"])


def refuse_levels(has_levels: bool, caller: str) -> None:
    """Refuse a model of two levels where the caller knows one only.

    Raises
    ------
    NotAvailableError
    """
    if has_levels:
        raise NotAvailableError(
            f"{caller} knows models of one level, and this one has level: blocks. Fit the model "
            "without them: with cluster= errors and tests allow for clusters."
        )

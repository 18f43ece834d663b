"""A model fitted to robust moments, beside the same fitted to the answers as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..casewise import repeated_note, row_labels
from ..data import Data
from ..drawing import Shown, Table
from ..errors import NotAvailableError, OptionError
from ..estimation import Estimation, solve
from ..estimation.discrepancy import MaximumLikelihood
from ..fit import Fit, refuse_levels
from ..fresh_property import fresh_property
from ..model import Model
from ..specification import FitOptions, shows_options
from .chosen_paths import ChosenPaths, chosen_paths
from .compared_paths import compared_paths, verdict_sentences
from .robust_sample import RobustSample, robust_sample
from .solvable_moments import require_rows

_OWN = {
    "estimator": "maximum likelihood of robust moments is what it is",
    "missing": "rows count with the answers that they have",
    "se": "standard errors are those of the estimating equations",
    "test": "ask `.robust.test('satorra_bentler')`, or another one",
    "information": "expected information goes with two stages",
    "observed_information": "expected information goes with two stages",
    "h1_information": "expected information goes with two stages",
    "h1_information_meat": "expected information goes with two stages",
    "omega_information": "expected information goes with two stages",
    "omega_h1_information": "expected information goes with two stages",
    "se_delta_second_order": "standard errors are those of the estimating equations",
    "gamma_unbiased": "robust moments have a spread of their own",
    "gamma_n_minus_one": "robust moments have a spread of their own",
    "ordered": "weights are by distances between numbers",
    "fixed_x": "predictors have robust moments, too",
    "conditional_x": "predictors have robust moments, too",
    "mean_structure": "robust means are estimated",
    "sampling_weights": "rows have weights of their own here",
    "frequency_weights": "rows have weights of their own here",
    "likelihood": "covariances have the divisor n",
}


@dataclass(frozen=True, eq=False, repr=False)
class RobustTwoStage(Shown):
    """A model fitted to robust means and covariances, and as usual.

    Attributes
    ----------
    robust : Fit
        To the robust moments. Log-likelihoods and what is made of them (AIC, BIC) are not to be
        compared with those of other fits.
    classical : Fit
        The same two stages with weights of one, that is to ordinary moments (of rows with gaps:
        those of maximum likelihood), with the same kind of standard errors. So what differs from
        `robust` comes from the weights of rows. It is not `sem` with estimator="MLR".
    tuning : float
        Share of normal rows that would count less.
    alpha : float
    sentences : tuple of str
    notes : tuple of str
        How rows are called, where labels of the data's index repeat.
    """

    robust: Fit
    classical: Fit
    tuning: float
    alpha: float
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    _chosen: ChosenPaths

    @fresh_property
    def paths(self) -> pd.DataFrame:
        """A row per path: estimate, se, p_value of both, change, change_in_se, verdict_changes.

        The columns of the robust fit end in ``_robust``; ``change_in_se`` is in standard errors of
        the classical fit.
        """
        return compared_paths(
            self.classical.estimation, self.robust.estimation, self._chosen, "robust", self.alpha
        )

    @fresh_property
    def weights(self) -> pd.DataFrame:
        """A row per row of the fit, as in the data's index (by position where that repeats).

        Columns group, answers, distance (Mahalanobis, from the robust mean), bound (from where on a
        row counts less), weight (1, or bound over distance).
        """
        return _weight_table(self.robust.estimation)

    def _text(self) -> str:
        return "\n".join([*self.notes, *self.sentences])

    def _views(self) -> list[str | Table]:
        return [*self.notes, *self.sentences, Table(self.paths, "Paths, as usual and robust")]


@shows_options
@checked
def robust_two_stage(
    text: str | Model,
    data: Data,
    *,
    tuning: float = 0.05,
    parameters: Sequence[str] | None = None,
    alpha: float = 0.05,
    **options: Unpack[FitOptions],
) -> RobustTwoStage:
    """Fit a model to means and covariances in which far rows count less.

    Two-stage robust structural equation modelling (Yuan & Bentler, 1998, 2000; Yuan & Zhang, 2012):
    Huber-type M-estimates of means and covariances first, by expected answers where some are
    missing, then the model by maximum likelihood, with a sandwich of the M-estimates for standard
    errors and tests. Beside it stands the same with weights of one. Groups have moments of their
    own; with clusters, rows of one count together in the sandwich.

    Parameters
    ----------
    text : str or Model
    data : DataFrame
    tuning : float
        Share of rows that would count less if all were normal, from 0 (maximum likelihood) to .5.
    parameters : sequence of str, optional
        Paths that are compared; as for `influence`.
    alpha : float
        Of the verdicts.
    **options
        As for `sem`: group, cluster, std_lv, constraints and so on. What two stages decide
        themselves (estimator, missing, se, test, ordered, fixed_x, weights) is refused.

    Returns
    -------
    RobustTwoStage

    Raises
    ------
    OptionError
        For options that would have no effect.
    DataError
        Where robust moments cannot be estimated.
    NotAvailableError
        Where one of the fits does not converge.
    """
    check_range("tuning", tuning, 0.0, 0.5)
    check_range("alpha", alpha, 1e-6, 0.5)
    _refuse_own(dict(options))
    model = text if isinstance(text, Model) else Model(text)
    refuse_levels(model.statements.has_levels, "robust_two_stage")
    _refuse_few_rows(model, data, options.get("group"))
    usual = model.fit(
        data,
        **{  # type: ignore[arg-type]
            **options,
            "estimator": "MLR",
            "missing": "fiml",
            "fixed_x": False,
            "mean_structure": True,
        },
    )
    if not usual.estimation.samples.has_rows:
        raise NotAvailableError("robust moments need rows of data, not sample moments.")
    robust = Fit(_second_stage(usual.estimation, tuning))
    classical = Fit(_second_stage(usual.estimation, 0.0)) if tuning else robust
    for name, fit in (("as usual", classical), ("to robust moments", robust)):
        if not fit.converged:
            raise NotAvailableError(f"the fit {name} did not converge: nothing to compare.")
    chosen = chosen_paths(classical.estimation, parameters)
    return RobustTwoStage(
        robust,
        classical,
        tuning,
        alpha,
        _sentences(classical, robust, chosen, tuning, alpha),
        tuple(repeated_note(usual.estimation.samples)),
        chosen,
    )


def _refuse_own(options: dict[str, object]) -> None:
    for name in options:
        if name in _OWN:
            raise OptionError(f"robust_two_stage: {name}= would have no effect: {_OWN[name]}.")


def _refuse_few_rows(model: Model, data: Data, group: object) -> None:
    """Refuse too few rows before anything is fitted to them, which can take minutes."""
    if not isinstance(data, pd.DataFrame) or not data.columns.is_unique:
        return
    table = model.parameter_table()
    named = {*table["lhs"], *table["rhs"]}
    own = data[[name for name in data.columns if name in named]]
    if own.shape[1] == 0 or not all(map(pd.api.types.is_numeric_dtype, own.dtypes)):
        return  # what a fit says of such columns is said there
    values = own.to_numpy(dtype=float, na_value=np.nan)
    answered = ~np.isnan(values).all(axis=1)
    if group is None or group not in data.columns:
        require_rows(values[answered])
        return
    codes, labels = pd.factorize(data[group])
    for code, label in enumerate(labels):
        require_rows(values[answered & (codes == code)], f" in group {str(label)!r}")


def _second_stage(usual: Estimation, tuning: float) -> Estimation:
    """The same specification fitted to the robust moments of its rows; ordinary ones if 0."""
    samples = usual.samples
    groups = tuple(robust_sample(sample, tuning) for sample in samples.groups)
    samples = replace(samples, groups=groups, options=replace(samples.options, missing="listwise"))
    options = replace(
        usual.options,
        se="robust_sem",
        test=("satorra_bentler",),
        information="expected",
    )
    return solve(usual.specification, samples, MaximumLikelihood(), options)


def _weight_table(estimation: Estimation) -> pd.DataFrame:
    parts = []
    for sample in estimation.samples.groups:
        assert isinstance(sample, RobustSample)
        found, index = sample.moments, estimation.samples.index
        places = sample.rows.places
        parts.append(
            pd.DataFrame(
                {
                    "group": sample.label,
                    "answers": (~np.isnan(found.values)).sum(axis=1),
                    "distance": np.sqrt(found.squares),
                    "bound": found.weights.bounds,
                    "weight": found.weights.first(found.squares),
                },
                index=row_labels(index, places),
            )
        )
    return pd.concat(parts)


def _sentences(
    classical: Fit, robust: Fit, chosen: ChosenPaths, tuning: float, alpha: float
) -> tuple[str, ...]:
    weights = _weight_table(robust.estimation)
    count, n = int((weights["weight"] < 1.0).sum()), len(weights)
    lightest = weights.index[int(weights["weight"].to_numpy().argmin())]
    head = (
        f"{count} of {n} rows ({100.0 * count / n:.1f}%) count less, where {100.0 * tuning:g}% "
        "would of normal ones"
    )
    if count:
        head += f"; least counts row {lightest}, with a weight of {weights['weight'].min():.2f}"
    table = compared_paths(classical.estimation, robust.estimation, chosen, "robust", alpha)
    said = verdict_sentences(table, chosen, "robust", "with robust moments", alpha)
    return (f"{head}.", *said)

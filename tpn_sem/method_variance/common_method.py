"""How much of a path is common method: models side by side, and one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..data import Data
from ..fit import Fit
from ..model import Model
from ..specification import FitOptions, shows_options
from ..survey import Instrument
from .common_method_result import CommonMethod
from .item_variance_shares import item_shares, mean_shares
from .marker_steps import CFA, MarkerSteps, correlation_table, marker_steps
from .method_fitting import FittedMethod, fitted_method, model_table
from .method_models import BASELINE, method_models
from .method_path_tables import chosen_paths, path_table
from .method_question import MethodQuestion
from .method_reliability import reliability_parts
from .method_rows import scale_correlations
from .method_verdicts import left_out, path_sentences, verdict_table
from .method_words import method_notes, share_sentences
from .read_method_question import read_question
from .single_factor_share import eigenvalue_shares


@shows_options
@checked
def common_method(
    model: Fit | Model | str,
    data: Data | None = None,
    *,
    marker: str | Sequence[str] | None = None,
    negative: Sequence[str] | Instrument | None = None,
    paths: Sequence[str] | None = None,
    starts: int = 6,
    n_draws: int = 500,
    seed: int = 0,
    alpha: float = 0.05,
    **options: Unpack[FitOptions],
) -> CommonMethod:
    """Set a substantive model beside models in which a method acts on its items.

    Models: a single factor (Harman); a method factor that is uncorrelated with all others, with
    equal and with free loadings (Podsakoff et al., 2003); a random intercept, where items were
    turned (Maydeu-Olivares & Coffman, 2006); a bifactor model; and, with a marker, the steps of
    Williams, Hartman & Cavazotte (2010) and the substantive model under the marker's factor. Beside
    them, correlations of scales less a marker's or the smallest one (Lindell & Whitney, 2001).

    Parameters
    ----------
    model : Fit, Model or str
        The substantive model: a fit, or a model that is fitted with `**options`.
    data : DataFrame, or what converts to one; SampleMoments; optional
        Of a model. Beside a fit, rows are needed only for marker items that the fit lacks.
    marker : str or sequence of str, optional
        Items that have nothing to do with the constructs, or the factor of the model that they
        measure, which is taken out of it. One item serves for partial correlations only.
    negative : sequence of str or Instrument, optional
        Items whose answers were turned before they were fitted.
    paths : sequence of str, optional
        As ``"KS ~ NPC"`` or ``"NPC ~~ KSSE"``. By default all regressions, or else all correlations
        of factors.
    starts : int
        Largest number of searches of a model with free method loadings: a small loading,
        the first axis of what the substantive model leaves, two other constants, random ones.
        Fewer are made where two end in the same minimum.
    n_draws : int
        Resampled data sets for intervals of partial correlations.
    seed : int
        Of random starts and of resampling.
    alpha : float
        Of the verdicts.
    **options
        As for `sem`, where no fit is given: missing, ordered, estimator, cluster, group, ...

    Returns
    -------
    CommonMethod

    Raises
    ------
    OptionError, DataError
        Saying what was wrong, where, and what to do.
    NotAvailableError
        Where the substantive model did not converge, or has nothing that method could feign.

    Notes
    -----
    Models without a proper solution are named, and have no vote. No model of one questionnaire can
    prove that method is absent.
    """
    check_range("starts", starts, 1, 100)
    check_range("n_draws", n_draws, 1, 100_000)
    check_range("alpha", alpha, 1e-6, 0.5)
    own_seed = read_seed(seed) or 0
    question = read_question(model, data, marker, negative, options)
    chosen = chosen_paths(question.baseline, paths)
    fitted = [fitted_method(question, one) for one in method_models(question, starts, own_seed)]
    marked = marker_steps(question, starts, own_seed)
    partial, no_partial = scale_correlations(question, n_draws, own_seed)
    tables = _tables(question, fitted, marked, chosen, alpha)
    tables["partial"] = partial
    sentences = (*path_sentences(tables["paths"], alpha), *share_sentences(tables, marked))
    notes = (
        *method_notes(question, tables, marked, no_partial),
        *left_out([*fitted, *marked.paths]),
    )
    return CommonMethod(sentences, notes, dict(_fits(question, fitted, marked)), alpha, tables)


def _tables(
    question: MethodQuestion,
    fitted: Sequence[FittedMethod],
    marked: MarkerSteps,
    paths: Sequence[str],
    alpha: float,
) -> dict[str, pd.DataFrame]:
    everything = [*fitted, *marked.paths]
    voting = {one.model.name: one.proper for one in everything if one.model.has_paths}
    proper = {name: found for name, found in voting.items() if found is not None}
    table = path_table({BASELINE: question.baseline, **proper}, paths)
    shares = item_shares(
        {
            one.model.name: (one.proper, one.model.factor)
            for one in everything
            if one.proper is not None and one.model.factor
        },
        question.items,
    )
    return {
        "paths": table,
        "verdicts": verdict_table(table, alpha),
        "models": model_table(question.baseline, everything),
        "items": shares,
        "shares": mean_shares(shares),
        "reliability": _reliability(question, everything),
        "single_factor": eigenvalue_shares(question),
        **_marker_tables(question, marked),
    }


def _reliability(question: MethodQuestion, fitted: Sequence[FittedMethod]) -> pd.DataFrame:
    if not question.is_first_order:
        return pd.DataFrame()
    parts = {
        one.model.name: reliability_parts(
            question.baseline, one.proper, question.factors, one.model.factor
        )
        for one in fitted
        if one.proper is not None and one.model.factor
    }
    return pd.concat(parts, names=["model"]) if parts else pd.DataFrame()


def _marker_tables(question: MethodQuestion, marked: MarkerSteps) -> dict[str, pd.DataFrame]:
    if CFA not in marked.steps:
        names = ("marker_steps", "marker_tests", "marker_correlations")
        return {name: pd.DataFrame() for name in names}
    return {
        "marker_steps": marked.table,
        "marker_tests": marked.tests,
        "marker_correlations": correlation_table(question, marked),
    }


def _fits(
    question: MethodQuestion, fitted: Sequence[FittedMethod], marked: MarkerSteps
) -> Iterator[tuple[str, Fit]]:
    yield BASELINE, Fit(question.baseline)
    for name, one in [
        *((one.model.name, one) for one in [*fitted, *marked.paths]),
        *marked.steps.items(),
    ]:
        if one.found is not None:
            yield name, Fit(one.found)

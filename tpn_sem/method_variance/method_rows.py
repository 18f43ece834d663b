"""The answers behind a question, group by group, for what is computed from sums of answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..numerics import Array
from .method_question import MethodQuestion
from .scale_partial_correlations import partial_correlations


def scale_correlations(
    question: MethodQuestion, n_draws: int, seed: int
) -> tuple[pd.DataFrame, str]:
    """Partial correlations of the scales in each group, and why there are none, or ""."""
    tables, problem = {}, ""
    for label, rows, weights in _answers(question):
        table, reason = partial_correlations(
            rows, question.factors, question.marker, n_draws, seed, weights
        )
        if reason:
            problem = reason
        else:
            tables[label] = table
    if not tables:
        return pd.DataFrame(), problem or "there are no rows, only moments"
    return pd.concat(tables, names=["group"]), problem


def _answers(question: MethodQuestion) -> Iterator[tuple[str, pd.DataFrame, Array | None]]:
    """Rows of each group, a column an item, and their sampling weights; none of moments.

    A row stands in it as often as its frequency weight says.
    """
    samples = question.baseline.samples
    for sample in samples.groups:
        if not sample.has_rows:
            continue
        rows = pd.DataFrame(sample.rows.values, columns=list(sample.names))
        if question.marker:
            if samples.index is None or not isinstance(question.data, pd.DataFrame):
                continue
            outside = question.data.iloc[sample.rows.places][list(question.marker)]
            rows = pd.concat([rows, outside.reset_index(drop=True)], axis=1)
        if sample.rows.repeats is not None:
            times = np.asarray(sample.rows.repeats).astype(np.intp)
            rows = rows.loc[rows.index.repeat(times)].reset_index(drop=True)
        yield sample.label, rows, sample.rows.weights

"""Information criteria of models, weights from them, and how stable the choice is.

Teachers of one school are no independent evidence: beside the criteria by rows stand those by
clusters, whose information is what clusters tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..model_fit import log_likelihoods
from ..numerics import Array
from .unit_evidence import UnitEvidence

CRITERIA = ("aic", "bic", "bic_units", "takeuchi")
_BLOCK = 500


def criteria_table(
    models: Mapping[str, Estimation], evidence: Mapping[str, UnitEvidence], general: str
) -> pd.DataFrame:
    """Criteria of models (smaller is better): a row per model, a column per criterion.

    aic, bic : of rows (Akaike, 1973; Schwarz, 1978).
    bic_units : the likelihood over its design effect in the most general model, and the logarithm
        of the number of units (Lumley & Scott, 2015).
    takeuchi : with the effective number of parameters, which clusters raise (Takeuchi, 1976;
        Gao & Song, 2010).
    """
    effect = design_effect(models[general], evidence[general])
    rows = {}
    for name, model in models.items():
        found = log_likelihoods(model)
        likelihood = np.nan if found is None else found[0]
        own, q = evidence[name], model.n_parameters
        units = len(own.log_likelihoods)
        rows[name] = (
            -2.0 * likelihood + 2.0 * q,
            -2.0 * likelihood + q * np.log(model.n_observations),
            -2.0 * likelihood / effect + q * np.log(units),
            -2.0 * likelihood + 2.0 * own.effective_parameters,
        )
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), name="model"), list(CRITERIA))


def design_effect(model: Estimation, evidence: UnitEvidence) -> float:
    """Mean of the generalised design effects; 1 where rows are independent (Rao & Scott, 1984)."""
    return max(1.0, evidence.effective_parameters / model.n_parameters)


def weights_of(criteria: pd.DataFrame) -> pd.DataFrame:
    """Weights exp(-difference / 2), which sum to one in each column; Wagenmakers & Farrell (2004).

    Of the Bayesian criteria they are approximate posterior probabilities, models being equally
    likely before.
    """
    raw = np.exp(-0.5 * (criteria - criteria.min()))
    return raw / raw.sum()


def selection_frequencies(
    models: Mapping[str, Estimation],
    evidence: Mapping[str, UnitEvidence],
    n: int,
    seed: int,
) -> pd.DataFrame:
    """How often each model is the best of all when units are drawn again. Preacher & Merkle (2012).

    A row per model: aic and bic, shares of n draws; rank_lower and rank_upper, between which its
    place by bic lies in 90% of them. Maximised likelihoods of a draw are those at the estimates
    and half the square of the drawn score over the information, a Newton step's gain.
    """
    names = list(models)
    counts = [model.n_parameters for model in models.values()]
    penalties = np.array(counts, dtype=float)
    size = next(iter(models.values())).n_observations
    likelihoods = _drawn_likelihoods([evidence[name] for name in names], n, seed)
    table: dict[str, Array] = {}
    for name, price in (("aic", 2.0), ("bic", float(np.log(size)))):
        values = -2.0 * likelihoods + price * penalties
        best = values.argmin(axis=1)
        table[name] = np.bincount(best, minlength=len(names)) / n
    places = values.argsort(axis=1).argsort(axis=1) + 1
    table["rank_lower"], table["rank_upper"] = np.quantile(
        places, (0.05, 0.95), axis=0, method="inverted_cdf"
    )
    return pd.DataFrame(table, pd.Index(names, name="model"))


def _drawn_likelihoods(evidence: Sequence[UnitEvidence], n: int, seed: int) -> Array:
    """Maximised log-likelihoods of models in draws of units, shape (n, models)."""
    # The same draws whatever the order of units and models, and the units of the data.
    order = np.argsort(np.ptp([one.log_likelihoods for one in evidence], axis=0), kind="stable")
    units = len(order)
    generator = np.random.default_rng(seed)
    found = np.zeros((n, len(evidence)))
    for start in range(0, n, _BLOCK):
        size = min(_BLOCK, n - start)
        drawn = generator.multinomial(units, np.full(units, 1.0 / units), size)
        times = np.empty_like(drawn)
        times[:, order] = drawn
        for place, one in enumerate(evidence):
            gain = 0.5 * ((times @ one.whitened) ** 2).sum(axis=1)
            found[start : start + size, place] = times @ one.log_likelihoods + gain
    return found

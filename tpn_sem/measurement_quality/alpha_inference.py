"""Alpha of a construct's items in a fit, and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..data import CompleteMoments, OrdinalStatistics, Sample
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..numerics import Array
from .classical_coefficients import alpha
from .drawn_covariances import drawn_answers, drawn_covariances, units_of, weight_stacks
from .measured_constructs import Construct
from .sampling_of_moments import (
    answers_sample,
    known_covariance,
    moment_sampling,
    sampling_of,
)


def of_constructs(function_of: Sequence[Construct], covariances: Array) -> Array:
    """Alpha of each construct, (..., p, p) to (..., c)."""
    blocks = [covariances[..., one.columns[:, None], one.columns] for one in function_of]
    return np.stack([alpha(block) for block in blocks], axis=-1)


def answered(sample: Sample, construct: Construct) -> Sample:
    """The sample whose covariances alpha and statistics of items are of.

    The fit's own; of ordinal items the rows that answered all of them, as numbers.
    """
    if isinstance(sample, OrdinalStatistics):
        return answers_sample(sample, construct.columns)
    return sample


def item_covariance(sample: Sample, construct: Construct) -> Array:
    """Covariances of a construct's items, shape (k, k): see `answered`."""
    found = answered(sample, construct)
    if found is not sample:
        return found.covariance
    whole = known_covariance(sample)
    return np.asarray(whole[np.ix_(construct.columns, construct.columns)])


def alphas(
    estimation: Estimation, group: int, constructs: Sequence[Construct]
) -> dict[str, tuple[Array, Array]]:
    """Values and standard errors of ``alpha``, and of ordinal items ``alpha_latent``, (c,) each.

    alpha_latent is that of polychoric correlations (Zumbo, Gadermann & Zeisser, 2007): of latent
    responses that nobody sums, and no reliability of the answers' sum (Chalmers, 2018).
    """
    sample = estimation.samples.groups[group]
    own = moment_sampling(estimation, group).infer(partial(of_constructs, constructs))
    if not isinstance(sample, OrdinalStatistics):
        return {"alpha": own}
    pairs = []
    for construct in constructs:
        try:
            answers = answers_sample(sample, construct.columns)
        except NotAvailableError:
            pairs.append((np.full(1, np.nan), np.full(1, np.nan)))
            continue
        pairs.append(sampling_of(estimation, answers).infer(lambda one: alpha(one)[..., None]))
    values, errors = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return {"alpha": (values, errors), "alpha_latent": own}


def drawn_alphas(
    estimation: Estimation,
    constructs: Sequence[Sequence[Construct]],
    n_draws: int,
    seed: int | None,
) -> list[dict[str, Array]]:
    """The same in resampled rows or clusters, a dict a group, shape (r, c) each."""
    drawn = drawn_covariances(estimation, n_draws, seed)
    found = [
        {"alpha": of_constructs(own, covariances)}
        for own, covariances in zip(constructs, drawn.groups, strict=True)
    ]
    if not estimation.specification.categories:
        return found
    stacks = list(weight_stacks(estimation, units_of(estimation), n_draws, seed))
    for group, (own, part) in enumerate(zip(constructs, found, strict=True)):
        part["alpha_latent"] = part["alpha"]
        weights = [stack[group] for stack in stacks]
        columns = [alpha(_drawn(estimation.samples.groups[group], one, weights)) for one in own]
        part["alpha"] = np.stack(columns, axis=-1)
    return found


def _drawn(sample: Sample, construct: Construct, weights: list[Array]) -> Array:
    answers = answered(sample, construct)
    if not isinstance(answers, CompleteMoments):
        return np.asarray(answers.covariance[None])
    return drawn_answers(sample, answers, weights)

"""Sets of groups with an invariant parameter, and R² of alignment."""

from __future__ import annotations

import numpy as np

from ...numerics import Array, Mask, two_sided

_PAIR, _MEMBER = 0.01, 0.001  # p-values above which groups are joined, and above which one belongs
_NOTHING = 1e-12  # a variance below it, relative to the largest, is none


def invariant_groups(values: Array, covariance: Array) -> Mask:
    """The largest set of groups that share a parameter, shape (G,).

    Groups whose difference has p > .01 are connected, and the largest connected set begins. Groups
    then leave it, or join it, as their difference from its average has p below or above .001,
    until it stays; where it goes round in a circle, the groups that are never out of it remain.
    Asparouhov & Muthen (2014). A group alone is no set.

    Parameters
    ----------
    values : array, shape (G,)
    covariance : array, shape (G, G)
    """
    members = _largest_connected(_pairwise(values, covariance) > _PAIR)
    seen: list[bytes] = []
    passed: list[Mask] = []
    while members.any() and members.tobytes() not in seen:
        seen.append(members.tobytes())
        passed.append(members)
        members = _against_average(values, covariance, members) > _MEMBER
    if members.any():
        members = np.all(passed[seen.index(members.tobytes()) :], axis=0)
    return members & (members.sum() > 1)


def _pairwise(values: Array, covariance: Array) -> Array:
    """Two-sided p-values of the differences between groups, shape (G, G)."""
    variance = np.diagonal(covariance)
    spread = variance[:, None] + variance - 2.0 * covariance
    return _p_values(values[:, None] - values, spread, float(variance.max()))


def _against_average(values: Array, covariance: Array, members: Mask) -> Array:
    """Two-sided p-values of each group's difference from the average of some, shape (G,)."""
    contrast = np.eye(len(values)) - members / members.sum()
    spread = np.einsum("gi,ij,gj->g", contrast, covariance, contrast)
    return _p_values(contrast @ values, spread, float(np.diagonal(covariance).max()))


def _p_values(differences: Array, spread: Array, largest: float) -> Array:
    """Wald tests; what is certain differs, or it does not."""
    certain = spread <= _NOTHING * largest
    same = np.where(np.abs(differences) <= np.sqrt(_NOTHING * max(largest, 1e-30)), 1.0, 0.0)
    tested = two_sided(differences / np.sqrt(np.where(certain, 1.0, spread)))
    return np.where(certain, same, tested)


def _largest_connected(joined: Mask) -> Mask:
    """The largest set of groups that are joined, directly or through others, shape (G,)."""
    best = np.zeros(len(joined), dtype=bool)
    for group in range(len(joined)):
        reached = np.arange(len(joined)) == group
        while True:
            wider = reached | joined[reached].any(axis=0)
            if (wider == reached).all():
                break
            reached = wider
        if reached.sum() > best.sum():
            best = reached
    return best


def explained_share(configural: Array, predicted: Array) -> Array:
    """Share of a configural parameter's variance over groups that alignment explains, shape (P,).

    1 - var(configural - predicted) / var(configural), where `predicted`, shape (G, P), is what the
    group's factor mean and variance make of the parameter's average; 1 where all of the
    differences come from these. NaN where the configural parameter does not differ at all.
    Asparouhov & Muthen (2014, eq. 13-14).
    """
    variance = np.var(configural, axis=0)
    none = variance <= 1e-20 * np.maximum((configural**2).mean(axis=0), 1e-300)
    share = 1.0 - np.var(configural - predicted, axis=0) / np.where(none, 1.0, variance)
    return np.where(none, np.nan, share)

"""Control variables of the synthetic survey: who the teachers are. They cause no factor."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from .random_streams import Array, Streams

AGE_MEAN, AGE_SD = 41.0, 10.0
"""Of the normal distribution of ages in years, before it is cut at 22 and 65."""

FEMALE_SHARE = 0.76

KAZAKH_SHARE = {"urban": 0.55, "rural": 0.80}
"""Share of teachers who teach in Kazakh, by location; the others teach in Russian."""

SUBJECT_SHARES: Mapping[str, float] = MappingProxyType(
    {
        "languages": 0.30,
        "mathematics and computing": 0.18,
        "natural sciences": 0.17,
        "primary": 0.17,
        "social sciences": 0.10,
        "arts and sport": 0.08,
    }
)

QUALIFICATIONS = ("no category", "second", "first", "highest")
"""From the lowest to the highest."""

COMMUNITY_SHARES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "urban": {
            "messenger group": 0.42,
            "subject network": 0.32,
            "course alumni": 0.18,
            "open platform": 0.08,
        },
        "rural": {
            "messenger group": 0.58,
            "subject network": 0.24,
            "course alumni": 0.14,
            "open platform": 0.04,
        },
    }
)
"""Shares of the types of community, by location, among teachers who belong to one."""

NO_COMMUNITY = "none"
"""`community_type` of a teacher who belongs to no community, and so skips KS and KR."""


def background(rural: NDArray[np.int64], streams: Streams) -> pd.DataFrame:
    """Gender, age, experience, qualification, subject and language: shape (n_teachers, 6).

    Parameters
    ----------
    rural : array of int, shape (n_teachers,)
        1 for a teacher of a rural school, 0 for one of an urban school.
    streams : Streams
    """
    draws = streams.uniform("background", rural.size, 6)
    age = np.clip(np.floor(AGE_MEAN + AGE_SD * ndtri(draws[:, 0])), 22, 65).astype(np.int64)
    experience = _experience(age, draws[:, 1])
    kazakh = np.where(rural == 1, KAZAKH_SHARE["rural"], KAZAKH_SHARE["urban"])
    return pd.DataFrame(
        {
            "gender": np.where(draws[:, 2] < FEMALE_SHARE, "female", "male"),
            "age": age,
            "experience": experience,
            "qualification": _qualification(experience, draws[:, 3]),
            "subject": _pick(SUBJECT_SHARES, draws[:, 4]),
            "language": np.where(draws[:, 5] < kazakh, "Kazakh", "Russian"),
        }
    )


def community_type(
    rural: NDArray[np.int64],
    sharing: Array,
    no_community_rate: float,
    correlation: float,
    streams: Streams,
) -> NDArray[np.str_]:
    """Type of the community that a teacher takes part in most, shape (n_teachers,).

    Parameters
    ----------
    rural : array of int, shape (n_teachers,)
    sharing : array, shape (n_teachers,)
        The factor KS.
    no_community_rate : float
        Expected share of teachers who belong to none.
    correlation : float
        Of the propensity to belong to a community with the factor KS.
    streams : Streams
    """
    draws = streams.uniform("community", rural.size, 2)
    types = np.where(
        rural == 1,
        _pick(COMMUNITY_SHARES["rural"], draws[:, 0]),
        _pick(COMMUNITY_SHARES["urban"], draws[:, 0]),
    )
    own = np.sqrt(1 - correlation**2) * ndtri(draws[:, 1])
    propensity = correlation * sharing + own
    return np.where(propensity < ndtri(no_community_rate), NO_COMMUNITY, types)


def _experience(age: NDArray[np.int64], draws: Array) -> NDArray[np.int64]:
    """Years of teaching: most began at 22, some later or with breaks."""
    return np.floor((age - 22) * (1 - 0.6 * draws**3)).astype(np.int64)


def _qualification(experience: NDArray[np.int64], draws: Array) -> NDArray[np.str_]:
    """The category rises with experience: cuts of a latent score at -1.2, -0.3 and 0.8."""
    score = (experience - 15) / 10 + 0.8 * ndtri(draws)
    return np.asarray(QUALIFICATIONS)[np.searchsorted([-1.2, -0.3, 0.8], score)]


def _pick(shares: Mapping[str, float], draws: Array) -> NDArray[np.str_]:
    """One of the names for each draw, with the probabilities given."""
    # The last bound is left out: the sum of shares may be a rounding error below 1.
    bounds = np.cumsum(list(shares.values()))[:-1]
    return np.asarray(list(shares))[np.searchsorted(bounds, draws)]

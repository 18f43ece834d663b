"""Which answers of the synthetic survey are not there, and why."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .background import AGE_MEAN, AGE_SD, NO_COMMUNITY
from .names import FACTORS, ITEMS, ITEMS_PER_FACTOR
from .random_streams import Array, Streams
from .teacher_population import TeacherPopulation

Mask = NDArray[np.bool_]


def absent_answers(
    population: TeacherPopulation,
    amount: float,
    age: NDArray[np.int64],
    centred_rural: Array,
    community: NDArray[np.str_],
    streams: Streams,
) -> Mask:
    """True where an answer is not there, shape (n_teachers, 20), for one of three reasons.

    A single answer is missing at random, given age and location; the last page is left out;
    or sharing and receiving are skipped by design, by those who belong to no community.

    Parameters
    ----------
    population : TeacherPopulation
    amount : float
        Multiplies the rates of the first two; `community` has the third already.
    age : array of int, shape (n_teachers,)
        In years.
    centred_rural : array, shape (n_teachers,)
        1 or 0, less the share of rural teachers in the population.
    community : array of str, shape (n_teachers,)
    streams : Streams
    """
    return (
        _single(population, amount, age, centred_rural, streams)
        | _last_page(amount * population.last_page_rate, age.size, streams)
        | _by_design(community)
    )


def _single(
    population: TeacherPopulation,
    amount: float,
    age: NDArray[np.int64],
    centred_rural: Array,
    streams: Streams,
) -> Mask:
    standard_age = np.clip((age - AGE_MEAN) / AGE_SD, -2, 2)
    factor = (
        1
        + population.item_missing_on_age * standard_age
        + population.item_missing_on_rural * centred_rural
    )
    rate = amount * population.item_missing_rate * np.maximum(factor, 0)
    draws = streams.uniform("item nonresponse", age.size, len(ITEMS))
    return np.asarray(draws < rate[:, None], dtype=np.bool_)


def _last_page(rate: float, n_teachers: int, streams: Streams) -> Mask:
    leaves_out = streams.uniform("last page", n_teachers) < rate
    return np.outer(leaves_out, _items_of("KR"))


def _by_design(community: NDArray[np.str_]) -> Mask:
    return np.outer(community == NO_COMMUNITY, _items_of("KS") | _items_of("KR"))


def _items_of(factor: str) -> Mask:
    return np.repeat([name == factor for name in FACTORS], ITEMS_PER_FACTOR)

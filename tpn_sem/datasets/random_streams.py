"""Random numbers of the synthetic survey: one stream for each purpose, the same on any platform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..errors import OptionError

Array = NDArray[np.float64]

_PURPOSES = (
    "context",
    "schools",
    "teachers",
    "acquiescence",
    "residuals",
    "background",
    "community",
    "item nonresponse",
    "last page",
)


class Streams:
    """Independent streams that start from one seed.

    Each purpose has its own stream, so that a knob changes what it is about and nothing else:
    the same seed gives the same teachers with and without missing answers.
    """

    def __init__(self, seed: int) -> None:
        if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
            raise OptionError(f"seed must be a whole number, 0 or larger; got {seed!r}")
        self._generators = {
            purpose: np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), i])))
            for i, purpose in enumerate(_PURPOSES)
        }

    def uniform(self, purpose: str, *shape: int) -> Array:
        """Uniform numbers strictly between 0 and 1."""
        # `random` never gives 1 but can give 0, whose normal quantile is infinite.
        return np.maximum(self._generators[purpose].random(shape), 2.0**-54)

    def normal(self, purpose: str, *shape: int) -> Array:
        """Standard normal numbers, by inversion: one uniform number for each."""
        return np.asarray(ndtri(self.uniform(purpose, *shape)), dtype=np.float64)

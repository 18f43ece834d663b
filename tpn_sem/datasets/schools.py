"""The schools of the synthetic survey: how many, how large, where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_range
from ..errors import OptionError

RURAL_SIZES = (7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 15, 16, 17, 18, 19)
"""Teachers who answered in each of the 15 rural schools: 196 together."""

URBAN_SIZES = (11, 12, 14, 15, 16, 16, 17, 18, 18, 19, 20, 21, 22, 25)
"""Teachers who answered in each of the 14 urban schools: 244 together."""

N_SCHOOLS = len(RURAL_SIZES) + len(URBAN_SIZES)


@dataclass(frozen=True)
class SchoolDesign:
    """Schools, rural ones first.

    Attributes
    ----------
    sizes : array of int, shape (n_schools,)
        Teachers in each school.
    rural : array of int, shape (n_schools,)
        1 for a rural school, 0 for an urban one.
    rural_teacher_share : float
        Share of rural teachers before sizes are scaled and rounded: a property of the
        population, so that the size of a sample doesn't change what is true.
    """

    sizes: NDArray[np.int64]
    rural: NDArray[np.int64]
    rural_teacher_share: float

    @property
    def school(self) -> NDArray[np.int64]:
        """Position of each teacher's school, shape (n_teachers,)."""
        return np.repeat(np.arange(self.sizes.size), self.sizes)


def school_design(
    size: float = 1.0, schools: int = N_SCHOOLS, rural_share: float | None = None
) -> SchoolDesign:
    """Schools as documented, or as many and as large as asked.

    Another number of schools keeps the documented distribution of sizes: the documented sizes
    of a location, in order, are read as a curve and taken at equal steps from its start to its
    end. With 15 rural and 14 urban schools that gives the documented sizes themselves.

    Parameters
    ----------
    size : float
        Multiplies the number of teachers in each school, 0.2 to 1000.
    schools : int
        Number of schools, 2 to 10 000.
    rural_share : float, optional
        Share of the schools that are rural, 0 to 1; rounded to whole schools. As documented,
        15 of 29, if not given.

    Raises
    ------
    OptionError
        If an option is out of range.
    """
    check_range("size", size, 0.2, 1000)
    check_range("schools", schools, 2, 10_000)
    if schools != int(schools):
        raise OptionError(f"schools must be a whole number; got {schools!r}")
    share = len(RURAL_SIZES) / N_SCHOOLS if rural_share is None else rural_share
    check_range("rural_share", share, 0, 1)
    n_rural = int(np.floor(share * schools + 0.5))
    documented_rural = _resample(RURAL_SIZES, n_rural)
    documented_urban = _resample(URBAN_SIZES, int(schools) - n_rural)
    documented = np.concatenate([documented_rural, documented_urban])
    return SchoolDesign(
        sizes=_round_half_up(size * documented),
        rural=np.repeat([1, 0], [documented_rural.size, documented_urban.size]),
        rural_teacher_share=float(documented_rural.sum() / documented.sum()),
    )


def _resample(sizes: tuple[int, ...], n: int) -> NDArray[np.float64]:
    """Documented sizes at n equal steps along their ordered curve; the middle one if n is 1."""
    steps = np.linspace(0, len(sizes) - 1, n) if n != 1 else np.array([(len(sizes) - 1) / 2])
    return np.asarray(np.interp(steps, np.arange(len(sizes)), sizes), dtype=np.float64)


def _round_half_up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    # np.round would send 12.5 to 12 and 13.5 to 14; sizes should grow evenly. The small addition
    # keeps an exact half from falling either way by the last bit of the interpolation.
    return np.floor(values + 0.5 + 1e-9).astype(np.int64)

"""What a rotation makes small: a function of the loadings, with its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ..errors import OptionError
from ..numerics import Array


class Criterion(ABC):
    """A criterion of simplicity of loadings, to be minimised over rotations.

    Subclass it, and pass an object as ``rotation=``. The shipped ones also have names.

    Attributes
    ----------
    name : str
    is_oblique : bool
        Whether factors may correlate where the user does not say.
    can_be_oblique, can_be_orthogonal : bool
        Whether the criterion has a minimum worth the name in either case.
    kaiser : bool
        Whether items are weighted to communality one before, where the user does not say.
    leading : int
        How many first columns have a part of their own, and stay first.
    """

    name: ClassVar[str] = "criterion"
    is_oblique: ClassVar[bool] = True
    can_be_oblique: ClassVar[bool] = True
    can_be_orthogonal: ClassVar[bool] = True

    @property
    def kaiser(self) -> bool:
        """Whether items are weighted to communality one before, where the user does not say."""
        return False

    @property
    def leading(self) -> int:
        """How many first columns have a part of their own, and stay first."""
        return 0

    @property
    def words(self) -> str:
        """The criterion with its parameters, for reports."""
        return self.name

    def check(self, n_items: int, n_factors: int) -> None:  # noqa: B027
        """Refuse loadings that the criterion is not made for.

        Raises
        ------
        OptionError
        """

    @abstractmethod
    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Values, shape (...), and gradients, shape (..., p, m), at loadings of that shape."""


def read_parameter(name: str, value: object, low: float, high: float) -> float:
    """A parameter of a criterion as a number.

    Raises
    ------
    OptionError
        Where it is none, or outside [low, high].
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise OptionError(f"{name} is a number from {low:g} to {high:g}, not {value!r}.")
    return float(value)  # type: ignore[arg-type]

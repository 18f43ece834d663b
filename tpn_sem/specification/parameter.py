"""One parameter of a model: a row of the parameter table."""

from __future__ import annotations

from math import isnan, nan
from typing import NamedTuple

from ..language import BETWEEN, level_of, plain_name

Key = tuple[str, str, str]


class Parameter(NamedTuple):
    """One row of the parameter table.

    Attributes
    ----------
    lhs, operator, rhs : str
        As in the model text; an intercept has the operator ``~1`` and an empty `rhs`.
    group : int
        Place of the group, from 0.
    fixed : float
        The value of a fixed parameter; NaN where it is free, or taken from the sample.
    free : int
        Place among the free parameters, from 0; -1 where fixed.
    start, lower, upper : float
        What the user asked for; NaN, -inf and inf where nothing was.
    exogenous : bool
        Whether it is a moment of exogenous variables that is taken from the sample.
    written : bool
        Whether the model text has it, as opposed to the defaults.
    follows : bool
        Whether it follows from other parameters: the variance and mean of a composite, residual
        variances in a correlation structure.
    """

    lhs: str
    operator: str
    rhs: str
    group: int = 0
    label: str = ""
    fixed: float = nan
    free: int = -1
    start: float = nan
    lower: float = float("-inf")
    upper: float = float("inf")
    exogenous: bool = False
    written: bool = False
    follows: bool = False

    @property
    def key(self) -> Key:
        """What identifies the parameter within its group; covariances have no direction."""
        return key(self.lhs, self.operator, self.rhs)

    @property
    def is_variance(self) -> bool:
        """Whether it is a (residual) variance."""
        return self.operator == "~~" and self.lhs == self.rhs

    @property
    def level(self) -> int:
        """1 within clusters, or where there are no levels; 2 between clusters."""
        return level_of(self.lhs)

    @property
    def sides(self) -> tuple[str, str]:
        """Both sides by the plain names of their variables, which the level goes with."""
        return plain_name(self.lhs), plain_name(self.rhs)

    @property
    def name(self) -> str:
        """As lavaan names a coefficient without label: ``f=~x1``, ``x1~1``, ``f=~x1.l2``."""
        return self.name_in(0)

    def name_in(self, group: int) -> str:
        """The same with the mark of a group after the first, as ``f=~x1.g2``."""
        text = f"{self.lhs}{self.operator}{self.rhs}"
        mark = f".g{group + 1}" if group else ""
        return f"{text.replace(BETWEEN, '')}{mark}.l2" if BETWEEN in text else f"{text}{mark}"

    @property
    def spellings(self) -> tuple[str, ...]:
        """Names under which it is found, the more special ones last.

        Those of all groups, its label, and those of its own group; covariances both ways round.
        """
        turned = self._replace(lhs=self.rhs, rhs=self.lhs) if self.operator == "~~" else self
        own = (self.name_in(self.group), turned.name_in(self.group))
        found = dict.fromkeys((turned.name, self.name, self.label, *own))
        return tuple(one for one in found if one)

    @property
    def is_free(self) -> bool:
        """Whether it is estimated."""
        return isnan(self.fixed) and not (self.exogenous or self.follows)


def key(lhs: str, operator: str, rhs: str) -> Key:
    """Identity of a parameter within its group; the sides of a covariance are ordered."""
    if operator == "~~" and rhs < lhs:
        return rhs, operator, lhs
    return lhs, operator, rhs


def squeezed(name: str) -> str:
    """A parameter's name without blanks, which say nothing: ``f=~x2`` for ``f =~ x2``."""
    return "".join(name.split())

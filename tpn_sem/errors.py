"""Every error and warning the library raises. Each says what was wrong, where, and what to do."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

_OWN = __name__.partition(".")[0]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class TpnSemError(Exception):
    """Root of all errors that a user can cause."""


class ModelSyntaxError(TpnSemError):
    """The model text cannot be read; the message shows the line, the column and the text.

    Attributes
    ----------
    line, column : int
        Place of the first offending character, counted from 1.
    """

    def __init__(self, problem: str, text: str, position: int, length: int = 1, advice: str = ""):
        before = text[:position]
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        source = text.splitlines()[self.line - 1] if text.splitlines() else ""
        pointer = " " * (self.column - 1) + "^" * max(1, length)
        message = f"line {self.line}, column {self.column}: {problem}\n    {source}\n    {pointer}"
        super().__init__(f"{message}  {advice}".rstrip())


class ModelError(TpnSemError):
    """The model can be read but makes no sense, or contradicts itself."""


class NotEstimatedError(TpnSemError):
    """The model or the options ask for something that the library does not estimate yet."""


class OptionError(TpnSemError):
    """An option is unknown, or its value is not one of those it can take."""


class DataError(TpnSemError):
    """The data cannot serve the model: a column is missing, constant, not numeric, ..."""


class IdentificationError(TpnSemError):
    """The model is not identified: parameters cannot be told apart, whatever the data."""


class StartValueError(TpnSemError):
    """The start values imply a covariance matrix that is not positive definite."""


class NotAvailableError(TpnSemError):
    """The quantity asked for does not exist for this fit; the message says why."""


class TpnSemWarning(UserWarning):
    """Root of all warnings; each is repeated on the fit and in its summary."""


class ConvergenceWarning(TpnSemWarning):
    """The optimiser did not reach a minimum; estimates are not to be used."""


class AdmissibilityWarning(TpnSemWarning):
    """The estimates are outside the space of proper solutions (a negative variance, ...)."""


class IdentificationWarning(TpnSemWarning):
    """The information matrix is singular at the estimates."""


class DataWarning(TpnSemWarning):
    """Rows were dropped, or the data are too few or badly scaled for the model."""


class ComparisonWarning(TpnSemWarning):
    """Models are compared that do not differ as they should for a test between them."""


def attempted(
    task: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result | str:
    """What a task gives, or why it failed, whatever it raised.

    For one of many: a replicate that fails is kept out and named, and the others are not lost.
    Only what stops the whole (memory, the user) is raised.
    """
    try:
        return task(*args, **kwargs)
    except TpnSemError as error:
        return str(error).splitlines()[0]
    except MemoryError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]


def of_users(
    option: str,
    task: Callable[Arguments, Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """What a user's own function gives.

    Raises
    ------
    OptionError
        Naming the option that gave the function, where that fails.
    """
    try:
        return task(*args, **kwargs)
    except (TpnSemError, MemoryError):
        raise
    except Exception as error:
        raise OptionError(f"{option}= raised {type(error).__name__}: {error}") from error


def warn_user(note: str, kind: type[Warning]) -> None:
    """Issue a warning that points at the user's line, however deep inside it arose."""
    depth, frame = 1, sys._getframe(0)
    while frame is not None and _is_inside(frame.f_globals.get("__name__", "")):
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    warnings.warn(note, kind, stacklevel=depth)


def _is_inside(module: str) -> bool:
    """Whether a frame is the library's, or of what it calls itself back through."""
    return module.partition(".")[0] in (_OWN, "contextlib", "functools")


def nearest(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """``"; did you mean 'x'?"`` for the known name nearest to `name`, or an empty string.

    Parameters
    ----------
    name : str
    known : iterable of str
    cutoff : float
        How alike names must be, from 0 to 1.
    """
    words = list(known)
    same = [word for word in words if str(word).lower() == str(name).lower()]
    match = same or difflib.get_close_matches(str(name), words, n=1, cutoff=cutoff)
    return f"; did you mean {match[0]!r}?" if match else ""


def choose(option: str, value: object, known: Iterable[str]) -> str:
    """The value itself if it is one of the known ones; otherwise an `OptionError`."""
    names = list(known)
    if isinstance(value, str) and value in names:
        return value
    listing = ", ".join(repr(name) for name in names)
    advice = (nearest(value, names) if isinstance(value, str) else "") or "."
    raise OptionError(f"{option}={value!r} is not known{advice} It can be {listing}.")

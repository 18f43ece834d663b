"""Public functions whose arguments are checked by the types that they declare."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from types import SimpleNamespace
from typing import Any, TypeVar, Unpack, get_origin, get_type_hints

import numpy as np

from ..errors import NotAvailableError, OptionError, nearest
from .kinds import Kind, kind_of

Checked = TypeVar("Checked", bound=Callable[..., Any])
_SHOWN = 60  # characters of a value in a message


def checked(function: Checked) -> Checked:
    """Check what a public function, or the making of a class, is called with.

    Names, number and types of arguments, as its signature declares them, so that a slip is an
    `OptionError` that says what the argument can be, and not an error from deep inside. Ranges
    are the function's own.
    """
    if inspect.isclass(function):
        setattr(function, "__init__", checked(function.__init__))  # noqa: B010
        return function
    reader = _Reader(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        reader.check(args, kwargs)
        with explained(reader.name):
            return function(*args, **kwargs)

    return call  # type: ignore[return-value]


@contextmanager
def explained(name: str) -> Iterator[None]:
    """A singular matrix that nobody expected, in the words of this library."""
    try:
        yield
    except np.linalg.LinAlgError as error:
        raise NotAvailableError(
            f"{name}: a matrix that has to be inverted is singular ({error}). These data are too "
            "few, or some variables depend on each other: look at the notes of the fit."
        ) from error


class _Reader:
    """The signature of a function, and the kinds of its arguments, found when first needed."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function

    @cached_property
    def name(self) -> str:
        """What the function is called, after its class if it has one."""
        return self.function.__qualname__.removesuffix(".__init__")

    @cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @cached_property
    def kinds(self) -> dict[str, tuple[Kind, bool]]:
        """Each argument's kind, and whether it stands for several."""
        found = {}
        for name, parameter in self.signature.parameters.items():
            annotation = self._annotation(parameter.annotation)
            if annotation is inspect.Parameter.empty or get_origin(annotation) is Unpack:
                continue
            several = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            found[name] = kind_of(annotation), several
        return found

    def _annotation(self, annotation: Any) -> Any:
        if not isinstance(annotation, str):
            return annotation
        names = vars(sys.modules[self.function.__module__])
        one = SimpleNamespace(__annotations__={"it": annotation})
        try:
            return get_type_hints(one, globalns=names)["it"]
        except (NameError, TypeError):  # known to type checkers only
            return Any

    def check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Refuse arguments that are not what the signature declares."""
        try:
            given = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise OptionError(self._unbound(str(error), args, kwargs)) from None
        for name, value in given.items():
            if name not in self.kinds:
                continue
            kind, several = self.kinds[name]
            values = value.values() if isinstance(value, dict) and several else value
            for one in values if several else (value,):
                if not kind.holds(one):
                    said = f"{name}= is {kind.phrase}, not {_shown(one)}"
                    raise OptionError(f"{self.called(args)}: {said}{_advice(kind)}")

    def called(self, args: tuple[Any, ...]) -> str:
        """The name with the class that users know, where a base class has the method."""
        owner, _, method = self.name.rpartition(".")
        if not owner or not args or method == "":
            return self.name
        known = isinstance(args[0], vars(sys.modules[self.function.__module__]).get(owner, ()))
        return f"{type(args[0]).__name__}.{method}" if known else self.name

    def _unbound(self, problem: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        name = self.called(args)
        parameters = self.signature.parameters
        known = [one for one in parameters if one != "self"]
        takes_options = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        unknown = [one for one in kwargs if one not in known and not takes_options]
        if unknown:
            return f"{name} has no argument {unknown[0]!r}{nearest(unknown[0], known) or '.'}"
        listed = ", ".join(known) or "none"
        moments = " Moments are data, too: ts.SampleMoments(covariance, n_observations=n)."
        more = moments if problem.endswith("'data'") else ""
        return f"{name}: {problem}; its arguments are {listed}.{more}"


def _advice(kind: Kind) -> str:
    return ": fit a model first." if "a Fit" in kind.words else "."


def _shown(value: object) -> str:
    """A value in a message: itself if it is short, else what it is."""
    text = repr(value) if isinstance(value, str | int | float | list | tuple | dict | None) else ""
    if text and len(text) <= _SHOWN:
        return text
    return f"{type(value).__name__} {text[:_SHOWN]}..." if text else type(value).__name__

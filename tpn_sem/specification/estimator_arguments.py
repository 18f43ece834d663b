"""Options that are dicts: of one estimator, of its rounds, and of unrestricted moments by EM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

import numpy as np

from ..arguments import read_whole
from ..errors import OptionError, choose

Arguments = tuple[tuple[str, Any], ...]
_NUMBERS = (int, float, np.integer, np.floating)


def _share(option: str, value: object) -> float:
    if not isinstance(value, _NUMBERS) or isinstance(value, bool) or not 0.0 <= value <= 1.0:
        raise OptionError(f"{option} is a number from 0 to 1, not {value!r:.60}.")
    return float(value)


def _gamma(option: str, value: object) -> str:
    return str(choose(option, value, ("model", "sample")))


def _count(option: str, value: object) -> int:
    count = read_whole(option, value)
    if count < 1:
        raise OptionError(f"{option} is a whole number above 0, not {value!r}.")
    return count


def _size(option: str, value: object) -> float:
    if not isinstance(value, _NUMBERS) or isinstance(value, bool) or not 0.0 < value < inf:
        raise OptionError(f"{option} is a number above 0, not {value!r:.60}.")
    return float(value)


_Reader = Callable[[str, Any], Any]
_OF_ESTIMATORS: dict[str, dict[str, _Reader]] = {
    "DLS": {"dls_a": _share, "dls_gamma_nt": _gamma},
}
_OF_ROUNDS: dict[str, _Reader] = {"max_iter": _count, "tol_x": _size}
_OF_MOMENTS: dict[str, _Reader] = {"max_iter": _count, "tol": _size}
_REFUSED = {
    "dls_f_times_n_minus1": "chi-square is n times the minimum",
    "tol_g": "rounds end by tol_x, the change of the estimates",
    **dict.fromkeys(("acceleration", "fused"), "Newton's steps end what EM begins"),
    **dict.fromkeys(("min_variance", "non_pd_tol"), "singular moments are refused"),
    **dict.fromkeys(("warn", "non_pd_action"), "what went wrong is always said"),
}


def with_listed_estimator(given: Mapping[str, Any]) -> dict[str, Any]:
    """An estimator that is a dict with its arguments, lavaan's ``list()``, as two options.

    Raises
    ------
    OptionError
        For a dict without ``"estimator"``, or with arguments besides.
    """
    listed = given.get("estimator")
    if not isinstance(listed, Mapping):
        return dict(given)
    own = dict(listed)
    name = own.pop("estimator", None)
    if not isinstance(name, str) or given.get("estimator_args") is not None:
        raise OptionError(
            "estimator= is a name, as estimator='DLS', with estimator_args={'dls_a': 0.5}; or both "
            f"in one dict, as {{'estimator': 'DLS', 'dls_a': 0.5}}, not {listed!r:.60}."
        )
    return {**given, "estimator": name, "estimator_args": own}


def read_arguments(values: dict[str, Any], by_em: bool) -> None:
    """Check `estimator_args`, `gn_args` and `em_h1_args`, and put them in order.

    Parameters
    ----------
    values : dict
        All options.
    by_em : bool
        Whether unrestricted moments are sought by EM.

    Raises
    ------
    OptionError
        For an argument that the estimator has not.
    """
    estimator = values.get("estimator", "ML")
    known = _OF_ESTIMATORS.get(estimator, {}) if isinstance(estimator, str) else {}
    for name, readers, needed, example in (
        ("estimator_args", known, "estimator='DLS'", {"dls_a": 0.5}),
        ("gn_args", _OF_ROUNDS if known else {}, "estimator='DLS'", {"max_iter": 500}),
        (
            "em_h1_args",
            _OF_MOMENTS if by_em else {},
            "one level with missing='fiml'",
            {"max_iter": 500},
        ),
    ):
        given = values.pop(name, None)
        if given is None or given == {}:
            continue
        if not isinstance(given, Mapping):
            raise OptionError(f"{name}= is a dict, as {example!r}, not {given!r:.60}.")
        if not readers:
            raise OptionError(f"{name}= is for {needed}: give that too, or leave it out.")
        values[name] = _read(name, given, readers)
    if "gn_args" in values and ("dls_gamma_nt", "sample") in values.get("estimator_args", ()):
        raise OptionError(
            "gn_args= is about weights that follow the estimates: leave it out with "
            "dls_gamma_nt='sample'."
        )


def _read(option: str, given: Mapping[str, Any], readers: Mapping[str, _Reader]) -> Arguments:
    plain = {_bare(name): name for name in readers}
    refused = {_bare(name): why for name, why in _REFUSED.items()}
    found: dict[str, Any] = {}
    for written, value in given.items():
        bare = _bare(str(written))
        if bare in refused:
            raise OptionError(f"{option}= has no {written!r} here: {refused[bare]}; leave it out.")
        name = plain.get(bare) or choose(f"a name in {option}", str(written), tuple(readers))
        found[name] = readers[name](f"{option}[{name!r}]", value)
    return tuple(found.items())


def _bare(name: str) -> str:
    """Letters only: lavaan's ``dls.GammaNT`` is ``dls_gamma_nt``."""
    return name.replace(".", "").replace("_", "").lower()

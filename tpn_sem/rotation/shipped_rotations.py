"""Rotations by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import numpy as np

from ..errors import OptionError, choose, nearest
from .criterion import Criterion
from .entropy_criteria import Infomax, MinimumEntropy
from .geomin import BiGeomin, BiQuartimin, Geomin
from .quartic_criteria import Bentler, CrawfordFerguson, Oblimin, Orthomax
from .target_criteria import Simplimax, Target
from .two_step_rotations import Promax, SchmidLeiman, TwoSteps

AnyRotation = Criterion | TwoSteps


def _fixed(make: Callable[..., AnyRotation], value: float | str) -> Callable[[], AnyRotation]:
    return lambda: make(value)


SHIPPED: dict[str, Callable[..., AnyRotation]] = {
    "geomin": Geomin,
    "oblimin": Oblimin,
    "quartimin": _fixed(Oblimin, 0.0),
    "promax": Promax,
    "varimax": _fixed(Orthomax, 1.0),
    "quartimax": _fixed(Orthomax, 0.0),
    "orthomax": Orthomax,
    "crawford_ferguson": CrawfordFerguson,
    "cf_quartimax": _fixed(CrawfordFerguson, "quartimax"),
    "cf_varimax": _fixed(CrawfordFerguson, "varimax"),
    "cf_equamax": _fixed(CrawfordFerguson, "equamax"),
    "cf_parsimax": _fixed(CrawfordFerguson, "parsimax"),
    "cf_facparsim": _fixed(CrawfordFerguson, "facparsim"),
    "infomax": Infomax,
    "entropy": MinimumEntropy,
    "simplimax": Simplimax,
    "bentler": Bentler,
    "target": Target,
    "bigeomin": BiGeomin,
    "biquartimin": BiQuartimin,
    "schmid_leiman": SchmidLeiman,
}
_SYNONYMS = {
    "bifactor": "biquartimin",
    "cf": "crawford_ferguson",
    "pst": "target",
    "schmid-leiman": "schmid_leiman",
}


def read_rotation(rotation: object, given: Mapping[str, Any] | None = None) -> AnyRotation | None:
    """A rotation by name or as an object; None for "none".

    Parameters
    ----------
    rotation : str, Criterion or TwoSteps
    given : mapping, optional
        Parameters of a rotation that is named, as ``{"epsilon": 0.01}``.

    Raises
    ------
    OptionError
        For a name or a parameter that is not known.
    """
    parameters = _by_our_names(given or {})
    if isinstance(rotation, Criterion | TwoSteps):
        if parameters:
            raise OptionError(
                "rotation_args= is for a rotation that is named; an object has its own parameters."
            )
        return rotation
    name = _name(rotation)
    make = None if name == "none" else SHIPPED[name]
    known = [] if make is None else list(signature(make).parameters)
    for word in parameters:
        if word not in known:
            listing = f"it has {', '.join(known)}." if known else "it has none."
            advice = nearest(word, known) or "."
            raise OptionError(f"rotation={name!r} has no parameter {word!r}{advice} {listing}")
    if name == "target" and not parameters:
        raise OptionError(
            "rotation='target' needs rotation_args={'target': table}, items x factors, with NaN "
            "where nothing is expected."
        )
    return None if make is None else make(**parameters)


_PARAMETERS = {
    "geomin_epsilon": "epsilon",
    "orthomax_gamma": "gamma",
    "oblimin_gamma": "gamma",
    "cf_gamma": "kappa",
    "promax_kappa": "power",
}


def _by_our_names(given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters that have lavaan's names, as ``geomin_epsilon``, by ours; a mask as gaps."""
    plain = {str(name).replace(".", "_"): value for name, value in given.items()}
    found = {_PARAMETERS.get(name, name): value for name, value in plain.items()}
    mask = found.pop("target_mask", None)
    if mask is not None and "target" in found:
        try:
            target, chosen = (np.array(one, dtype=float) for one in (found["target"], mask))
            found["target"] = np.where(chosen == 1.0, target, np.nan)
        except (TypeError, ValueError):
            raise OptionError(
                "target_mask= is a table of the target's shape: 1 where a loading is expected, "
                "else 0. A target with NaN where nothing is expected does without."
            ) from None
    return found


def _name(rotation: object) -> str:
    plain = rotation.lower().replace("-", "_") if isinstance(rotation, str) else rotation
    if isinstance(rotation, str) and rotation not in SHIPPED:
        rotation = _SYNONYMS.get(str(plain), plain)
    return choose("rotation", rotation, ("none", *SHIPPED))

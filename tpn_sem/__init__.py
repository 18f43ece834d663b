"""Structural equation modelling for survey research, with numbers that agree with lavaan's."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .data import SampleMoments
from .errors import TpnSemError, TpnSemWarning
from .exploration import MissingData, missing_data
from .fit import Fit, compare
from .groups import GroupInference, group_inference
from .groups.invariance import InvarianceLadder, PartialSearch, invariance
from .model import Model, cfa, growth, sem
from .resampling import Bootstrap, Cutoffs, Permutation, bootstrap, cutoffs, permutation, simulate
from .resampling.power import Power, power

if TYPE_CHECKING:
    from . import datasets, triangle
    from .groups.alignment import Alignment, alignment
    from .groups.approximate import ApproximateInvariance, approximate_invariance
    from .groups.differences import GroupDifferences, group_differences
    from .groups.effect_sizes import EffectSizes, effect_sizes
    from .groups.moderation import ModeratedFit, moderated

_LOADED_WHEN_USED = {
    "datasets": "",
    "triangle": "",
    "Alignment": "groups.alignment",
    "alignment": "groups.alignment",
    "ApproximateInvariance": "groups.approximate",
    "approximate_invariance": "groups.approximate",
    "EffectSizes": "groups.effect_sizes",
    "effect_sizes": "groups.effect_sizes",
    "GroupDifferences": "groups.differences",
    "group_differences": "groups.differences",
    "ModeratedFit": "groups.moderation",
    "moderated": "groups.moderation",
}

__all__ = [
    "Alignment",
    "ApproximateInvariance",
    "Bootstrap",
    "Cutoffs",
    "EffectSizes",
    "Fit",
    "GroupDifferences",
    "GroupInference",
    "InvarianceLadder",
    "MissingData",
    "Model",
    "ModeratedFit",
    "PartialSearch",
    "Permutation",
    "Power",
    "SampleMoments",
    "TpnSemError",
    "TpnSemWarning",
    "__version__",
    "alignment",
    "approximate_invariance",
    "bootstrap",
    "cfa",
    "compare",
    "cutoffs",
    "datasets",
    "effect_sizes",
    "group_differences",
    "group_inference",
    "growth",
    "invariance",
    "missing_data",
    "moderated",
    "permutation",
    "power",
    "sem",
    "simulate",
    "triangle",
]


def __getattr__(name: str) -> Any:
    home = _LOADED_WHEN_USED.get(name)
    if home:
        return getattr(import_module(f".{home}", __name__), name)
    if home is not None:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Structural equation modelling for survey research, with numbers that agree with lavaan's."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .bootstrap import Bootstrap, bootstrap
from .cutoffs import Cutoffs, cutoffs
from .errors import TpnSemError, TpnSemWarning
from .fit import Fit, compare
from .group_inference import GroupInference, group_inference
from .invariance import (
    Alignment,
    ApproximateInvariance,
    EffectSizes,
    GroupDifferences,
    InvarianceLadder,
    PartialSearch,
    alignment,
    approximate_invariance,
    effect_sizes,
    group_differences,
    invariance,
)
from .missing_data import MissingData, missing_data
from .model import Model, cfa, growth, sem
from .moderated import ModeratedFit, moderated
from .moments import SampleMoments
from .permutation import Permutation, permutation
from .power import Power, power
from .simulate import simulate

if TYPE_CHECKING:
    from . import datasets, triangle

_LOADED_WHEN_USED = ("datasets", "triangle")

__all__ = [
    "Bootstrap",
    "Cutoffs",
    "Fit",
    "Alignment",
    "ApproximateInvariance",
    "EffectSizes",
    "GroupDifferences",
    "GroupInference",
    "PartialSearch",
    "InvarianceLadder",
    "MissingData",
    "Model",
    "ModeratedFit",
    "Permutation",
    "Power",
    "SampleMoments",
    "TpnSemError",
    "TpnSemWarning",
    "__version__",
    "bootstrap",
    "cfa",
    "compare",
    "cutoffs",
    "datasets",
    "alignment",
    "approximate_invariance",
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
    if name in _LOADED_WHEN_USED:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

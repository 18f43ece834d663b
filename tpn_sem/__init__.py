"""Structural equation modelling for survey research, with numbers that agree with lavaan's."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .bootstrap import Bootstrap, bootstrap
from .cutoffs import Cutoffs, cutoffs
from .errors import TpnSemError, TpnSemWarning
from .fit import Fit, compare
from .group_inference import GroupInference, group_inference
from .invariance import InvarianceLadder, PartialSearch, invariance
from .missing_data import MissingData, missing_data
from .model import Model, cfa, growth, sem
from .moments import SampleMoments
from .permutation import Permutation, permutation
from .power import Power, power
from .simulate import simulate

if TYPE_CHECKING:
    from . import datasets, triangle
    from .invariance.alignment import Alignment, alignment
    from .invariance.approximate import ApproximateInvariance, approximate_invariance
    from .invariance.differences import GroupDifferences, group_differences
    from .invariance.effect_sizes import EffectSizes, effect_sizes
    from .moderation import ModeratedFit, moderated

_LOADED_WHEN_USED = {
    "datasets": "",
    "triangle": "",
    "Alignment": "invariance.alignment",
    "alignment": "invariance.alignment",
    "ApproximateInvariance": "invariance.approximate",
    "approximate_invariance": "invariance.approximate",
    "EffectSizes": "invariance.effect_sizes",
    "effect_sizes": "invariance.effect_sizes",
    "GroupDifferences": "invariance.differences",
    "group_differences": "invariance.differences",
    "ModeratedFit": "moderation",
    "moderated": "moderation",
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

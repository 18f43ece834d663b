"""Option values as users write them: lavaan's dots, other cases of letters, other names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..arguments import as_names
from ..errors import NotEstimatedError
from .estimators import ESTIMATORS

_WORD_OPTIONS = (
    "missing",
    "se",
    "standard_test",
    "scaled_test",
    "baseline_type",
    "information",
    "observed_information",
    "h1_information",
    "h1_information_meat",
    "optim_gradient",
    "omega_information",
    "omega_h1_information",
    "likelihood",
    "parameterization",
    "sampling_weights_normalization",
    "bounds",
)
_LISTS_OF_WORDS = ("test", "group_equal", "effect_coding")
_SYNONYMS: dict[str, dict[str, str]] = {
    "missing": {"ml": "fiml", "direct": "fiml", "ml_x": "fiml_x", "direct_x": "fiml_x"},
    "se": {
        "robust_mlr": "robust_huber_white",
        "robust_mlm": "robust_sem",
        "boot": "bootstrap",
        "robust_cluster": "robust_huber_white",
    },
    "test": {
        "satorra_bentler_scaled": "satorra_bentler",
        "sb": "satorra_bentler",
        "yb": "yuan_bentler",
        "mvadjusted": "mean_var_adjusted",
        "chisq": "standard",
        "boot": "bollen_stine",
        "bootstrap": "bollen_stine",
    },
    "observed_information": {"observed": "hessian"},
}
_OTHER_ESTIMATORS = {
    "IV": "take ts.two_stage_least_squares(model, data), which also tests the instruments",
    "NTRLS": "take 'GLS', of which it is an iterated form",
    "JS": "take ts.two_stage_least_squares(model, data), which needs no iteration either",
    "JSA": "take ts.two_stage_least_squares(model, data), which needs no iteration either",
    "MGM": "take 'ML'",
    "FABIN2": "take ts.two_stage_least_squares(model, data), which needs no iteration either",
    "FABIN3": "take ts.two_stage_least_squares(model, data), which needs no iteration either",
    "RLS": "take 'GLS', of which it is an iterated form",
    "CATML": "take 'WLSMV'",
    "REML": "take 'ML'",
    "RBM": "take 'ML', with ts.bootstrap(fit) for small samples",
    "FML": "take 'ML' with ordered= for few factors, or 'WLSMV'",
    "MML": "take 'ML' with ordered= for few factors, or 'WLSMV'",
    "SAM": "take ts.structural_after_measurement(model, data)",
}


def with_known_words(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same options in the library's words; ``"default"`` and None are left out.

    Raises
    ------
    NotEstimatedError
        For an estimator of lavaan's that is not one here.
    """
    values = {name: value for name, value in given.items() if value is not None}
    for name in _WORD_OPTIONS:
        if isinstance(values.get(name), str):
            values[name] = _known_word(name, values[name])
    for name in _LISTS_OF_WORDS:
        if name in values and not isinstance(values[name], bool):
            values[name] = tuple(_known_word(name, one) for one in as_names(name, values[name]))
    if isinstance(values.get("estimator"), str):
        values["estimator"] = _known_estimator(values["estimator"])
    words = (*_WORD_OPTIONS, "estimator", "start")
    return {
        k: v
        for k, v in values.items()
        if not (k in words and isinstance(v, str) and v == "default")
    }


def _known_word(name: str, written: str) -> str:
    word = written.lower().replace(".", "_").replace("-", "_")
    return _SYNONYMS.get(name, {}).get(word, word)


def _known_estimator(written: str) -> str:
    upper = written.upper()
    if upper in _OTHER_ESTIMATORS:
        raise NotEstimatedError(
            f"estimator={written!r} is not estimated: {_OTHER_ESTIMATORS[upper]}."
        )
    return upper if upper in ESTIMATORS else written

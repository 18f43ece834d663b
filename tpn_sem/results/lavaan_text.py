"""A fit as lavaan's text, under the call that fits it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..language import plain_name
from ..specification import ESTIMATORS, EstimationOptions, read_options, table_text

_GIVEN = ("missing", "ordered", "cluster", "sampling_weights", "group")
_SAID = (
    *("likelihood", "ridge", "std_ov", "gamma_n_minus_one", "gamma_unbiased", "gamma_wls_mplus"),
    *("zero_add", "zero_keep_margins", "se", "test", "standard_test", "scaled_test"),
    *("information", "observed_information", "h1_information", "h1_information_meat"),
    *("omega_information", "omega_h1_information", "se_delta_second_order"),
    *("baseline_type", "baseline_fixed_x_free_cov", "baseline_conditional_x_free_slopes"),
    *("information_expected_mplus", "gamma_vcov_mplus", "gls_v11_mplus", "rmsea_scaled_mplus"),
)


def lavaan_text(estimation: Estimation) -> str:
    """See `Fit.to_lavaan`."""
    specification = estimation.specification
    if specification.has_levels:
        raise NotAvailableError("models of two levels are not written as lavaan's text.")
    text = table_text(specification.table, specification.statements)
    return f"# {lavaan_call(estimation)}\n{text}"


def lavaan_call(estimation: Estimation) -> str:
    """The call that fits the model with lavaan."""
    call = ", ".join(f"{name} = {value}" for name, value in _call(estimation) if value is not None)
    return f"lavaan(model, data{', ' if call else ''}{call})"


def _call(estimation: Estimation) -> Iterator[tuple[str, str | None]]:
    """Arguments of lavaan's call, as R writes them."""
    data, options = estimation.samples.options, estimation.specification.options
    yield "estimator", _estimator(estimation.options)
    ordered = [plain_name(name) for name, _ in estimation.specification.categories]
    yield "ordered", f"c({', '.join(map(_quoted, ordered))})" if ordered else None
    yield "parameterization", '"theta"' if ordered and options.parameterization == "theta" else None
    for name in ("group", "cluster", "sampling_weights"):
        column = getattr(data, name)
        yield name.replace("_", "."), _quoted(column) if column is not None else None
    missing = {"fiml": "ml", "listwise": None}.get(data.missing, data.missing.replace("_", "."))
    yield "missing", _quoted(missing) if missing else None
    yield "meanstructure", "TRUE" if estimation.specification.means and not ordered else None
    yield "group.label", _words(estimation.samples.labels) if data.group_label else None
    yield "effect.coding", _words(options.effect_coding) if options.effect_coding else None
    fixed = options.switch("fixed_x", True)
    yield "correlation", _truth(options.correlation)
    if ordered and estimation.specification.roles.exogenous:
        yield "conditional.x", None if options.switch("conditional_x", True) else "FALSE"
    elif estimation.specification.roles.exogenous:
        yield "fixed.x", None if fixed else "FALSE"
    yield from _not_by_default(estimation)


def _not_by_default(estimation: Estimation) -> Iterator[tuple[str, str]]:
    """Options that are not as the estimator and the data have them by default."""
    data, how = estimation.samples.options, estimation.options
    asked = {name: getattr(data, name) for name in _GIVEN if getattr(data, name)}
    if isinstance(how.estimator, str):
        asked["estimator"] = how.estimator
    plain = read_options("sem", asked)
    for own, default in ((data, plain.data), (how, plain.estimation)):
        for name in _SAID:
            value = getattr(own, name, None)
            if value is None or value == getattr(default, name):
                continue
            if name == "ridge":
                yield from (("ridge", "TRUE"), ("ridge.constant", _as_r(value)))
            else:
                yield name.replace("_", "."), _as_r(value)


def _as_r(value: object) -> str:
    """A value as R writes it, words with dots."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, tuple):
        words = [_as_r(one) for one in value]
        return words[0] if len(words) == 1 else f"c({', '.join(words)})"
    return _quoted(value.replace("_", ".")) if isinstance(value, str) else str(value)


def _words(names: Iterable[object]) -> str:
    return f"c({', '.join(map(_quoted, names))})"


def _estimator(how: EstimationOptions) -> str | None:
    name = how.estimator
    if not isinstance(name, str) or name not in ESTIMATORS:
        return None
    if not how.estimator_args:
        return _quoted(name)
    arguments = {"dls_a": "dls.a", "dls_gamma_nt": "dls.GammaNT"}
    own = [
        f"{arguments[key]} = {_quoted(value) if isinstance(value, str) else value}"
        for key, value in how.estimator_args
    ]
    return f"list(estimator = {_quoted(name)}, {', '.join(own)})"


def _truth(value: bool | tuple[str, ...]) -> str | None:
    """A switch, or the names that it is on for; None where it is off."""
    names = value if isinstance(value, tuple) else ()
    return f"c({', '.join(map(_quoted, names))})" if names else "TRUE" if value else None


def _quoted(word: object) -> str:
    return f'"{word}"'

"""How products of variables are estimated: the method, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import OptionError, choose
from ..language import Statements
from .baseline_options import refuse_baseline
from .estimators import ESTIMATORS
from .mplus_formulas import refuse_formulas
from .options import Options
from .product_indicators import with_product_indicators
from .product_terms import has_products, with_observed_products, with_one_spelling
from .search_options import refuse_search
from .statistic_options import refuse_statistics

LIKELIHOOD_METHODS = ("lms", "qml")
INDICATOR_METHODS = ("double_mean_centred", "residual_centred")
PRODUCT_METHODS = (*LIKELIHOOD_METHODS, *INDICATOR_METHODS, "two_step")
DEFAULT_METHOD = "lms"
_PRODUCTS = "a likelihood of products"
_PAIRS = ("all", "matched")
_MOST_NODES = 1000
_ESTIMATORS = ("ML", "MLR", "MLF")
_ERRORS = ("standard", "none", "first_order", "robust_huber_white")


def check_product_options(values: Mapping[str, Any]) -> None:
    """Refuse options of products that do not go together, whatever the model.

    Raises
    ------
    OptionError
    """
    method = values.get("products")
    if method in LIKELIHOOD_METHODS and values.get("information") == "expected":
        raise OptionError(
            f"information='expected' is not available with products={method!r}, whose errors come "
            "from observed information: leave it out."
        )
    if isinstance(method, str):
        choose("products", method, PRODUCT_METHODS)
    if "product_pairs" in values:
        if isinstance(values["product_pairs"], str):
            choose("product_pairs", values["product_pairs"], _PAIRS)
        if method not in INDICATOR_METHODS:
            raise OptionError(
                "product_pairs= says which items are multiplied: give products="
                "'double_mean_centred' or 'residual_centred' too, or leave it out."
            )
    nodes = values.get("nodes")
    if nodes is not None:
        if isinstance(nodes, bool) or not isinstance(nodes, int) or not 2 <= nodes <= _MOST_NODES:
            raise OptionError(f"nodes= is a whole number from 2 to {_MOST_NODES}, not {nodes!r}.")
        if method not in (None, "lms"):
            raise OptionError(f"nodes= is without effect on products={method!r}: leave it out.")


def read_products(statements: Statements, options: Options) -> Options:
    """The options with the method for the products of a model, and what it needs.

    Raises
    ------
    OptionError
        For a method without a product, and for what the method cannot do.
    """
    if not has_products(statements):
        by_nodes = options.estimation.link is not None
        by_nodes = by_nodes or (statements.has_levels and bool(options.data.ordered))
        for name, value in (
            ("products", options.model.products),
            ("nodes", None if by_nodes else options.data.nodes),
        ):
            if value is not None:
                raise OptionError(
                    f"{name}= is without effect: the model has no product, such as 'Y ~ X + Z + "
                    "X:Z'. Leave it out."
                )
        return options
    method = options.model.products or DEFAULT_METHOD
    if options.data.ordered:
        refuse_statistics(options)
        refuse_baseline(options)
        refuse_formulas(options)
        refuse_search(options, _PRODUCTS)
        _check_ordinal(method, options)
        return options.changed(products=method)
    if method in INDICATOR_METHODS:
        _check_units(method, options)
        return options.changed(products=method)
    refuse_statistics(options)
    refuse_baseline(options)
    refuse_formulas(options)
    refuse_search(options, _PRODUCTS)
    if method == "two_step":
        _check_two_steps(options)
        se = "none" if options.estimation.se == "none" else "robust_huber_white"
        return options.changed(products=method, mean_structure=True, se=se, test=())
    if options.estimation.estimator == "ML" and options.estimation.se == "robust_sem":
        options = options.changed(se="robust_huber_white")  # what "robust" means for rows
    _check_likelihood(method, options)
    return options.changed(
        products=method, mean_structure=True, information=_information(options), test=()
    )


def _check_ordinal(method: str, options: Options) -> None:
    """Products of factors behind ordinal items need the likelihood of rows of answers."""
    if method != "lms":
        raise OptionError(
            f"products={method!r} is not defined for ordinal items (ordered=): a product of "
            "categories is no category. Take 'lms' with estimator='ML', or leave ordered= out; "
            "with estimator='MLR' products='double_mean_centred' does not rest on normal items."
        )
    if options.estimation.link is None:
        raise OptionError(
            "products of factors that ordinal items measure (ordered=) need the likelihood of "
            f"whole rows: give estimator='ML', not {options.estimation.estimator!r:.40}."
        )
    if options.model.parameterization != "theta":
        raise OptionError(
            "parameterization='delta' is not available with products: a latent response that "
            "products affect has no variance to hold at one. Leave it out."
        )


def with_products(statements: Statements, options: Options) -> tuple[Statements, Options]:
    """Statements as they are fitted, and the options that products need, before any data.

    Raises
    ------
    ModelError, OptionError
    """
    statements, _ = with_observed_products(with_one_spelling(statements))
    options = read_products(statements, options)
    if options.model.products in INDICATOR_METHODS:
        statements, _ = with_product_indicators(statements, options.model.product_pairs or "all")
    return statements, options


def _check_units(method: str, options: Options) -> None:
    """A product factor has the units of its factors' product only by its marker."""
    if options.model.std_lv or options.model.effect_coding:
        name = "std_lv" if options.model.std_lv else "effect_coding"
        raise OptionError(
            f"{name}= gives the factor of products={method!r} units that are not those of its "
            "factors multiplied, so that slopes would mean nothing. Leave it out, or take 'lms'."
        )


def _check_two_steps(options: Options) -> None:
    """What two steps cannot do."""
    name, se = options.estimation.estimator, options.estimation.se
    if name not in ("ML", "MLR"):
        raise OptionError(
            "products='two_step' has maximum likelihood in its first step: estimator= is 'ML' or "
            f"'MLR', not {name!r:.40}."
        )
    if se not in ("standard", "robust_sem", "robust_huber_white", "none"):
        raise OptionError(
            "products='two_step' has errors of its own, from rows or clusters: leave "
            f"se={se!r} out."
        )
    if options.data.missing != "listwise":
        raise OptionError(
            "products='two_step' needs complete rows: leave missing= out, or take products='lms'."
        )
    implied = {"standard", ESTIMATORS["MLR"].test}
    tests = [test for test in options.estimation.test if test not in implied]
    if tests:
        raise OptionError(
            f"test={tests[0]!r} is not available with products='two_step', which minimises "
            "nothing: leave it out."
        )
    if options.model.mean_structure is False:
        raise OptionError("products='two_step' needs means: leave mean_structure out.")


def _information(options: Options) -> str:
    wanted = options.estimation.information
    return "observed" if wanted == "expected" else wanted


def _check_likelihood(method: str, options: Options) -> None:
    """What a likelihood of rows with products cannot do."""
    indicators = "take products='double_mean_centred', which can, or leave it out."
    name = options.estimation.estimator
    if name not in _ESTIMATORS:
        raise OptionError(
            f"products={method!r} is a likelihood of its own: estimator= is 'ML', 'MLR' (robust "
            f"errors) or 'MLF', not {name!r:.40}; {indicators}"
        )
    if options.estimation.se not in _ERRORS:
        raise OptionError(
            f"se={options.estimation.se!r} is not available with products={method!r}: it can be "
            f"{', '.join(map(repr, _ERRORS))}; {indicators}"
        )
    implied = {"standard", ESTIMATORS[name].test}
    if options.data.cluster or options.data.sampling_weights:
        implied.add(ESTIMATORS["MLR"].test)
    tests = [test for test in options.estimation.test if test not in implied]
    if tests:
        raise OptionError(
            f"test={tests[0]!r} is not available with products={method!r}: there is no "
            f"unrestricted model of rows to test against; {indicators}"
        )
    if options.estimation.observed_information != "hessian":
        raise OptionError(
            f"observed_information={options.estimation.observed_information!r} is not available "
            f"with products={method!r}: leave it out."
        )
    if options.model.mean_structure is False:
        raise OptionError(
            f"products={method!r} needs means in the model, since a product shifts them: leave "
            "mean_structure out."
        )
    if options.data.missing not in ("listwise", "fiml", "fiml_x"):
        raise OptionError(
            f"missing={options.data.missing!r} is not available with products={method!r}: take "
            "'fiml'."
        )
    if options.data.divides_by_n_less_1:
        raise OptionError(
            f"likelihood='wishart' is without effect on products={method!r}: leave it out."
        )
    if method == "qml" and options.data.nodes is not None:
        raise OptionError("nodes= is without effect on products='qml': leave it out.")

"""What cannot be a product, or cannot be had of one: each refused by name, with what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from product_cases import MODEL, rows_with_product

import tpn_sem as ts

PLAIN = MODEL.replace(" + X:Z", "")
NAMES = [f"{letter}{place}" for letter in "xzy" for place in (1, 2, 3)]


def data() -> pd.DataFrame:
    frame = rows_with_product(120, 1)
    return frame.assign(
        sex=np.arange(len(frame)) % 2, age=np.round(np.linspace(20.0, 60.0, len(frame)))
    )


def moments() -> ts.SampleMoments:
    frame = data()[NAMES]
    return ts.SampleMoments(frame.cov(), n_observations=len(frame))


TEXTS = {
    "unknown factor": (MODEL.replace("X:Z", "X:Q"), "'Q' of the product X:Q is neither a factor"),
    "measured": (f"{MODEL}\nX:Z =~ x1", "the product X:Z has no indicators of its own"),
    "an indicator": (f"{MODEL}\nW =~ X:Z", "the product X:Z has no indicators of its own"),
    "covariance": (f"{MODEL}\nX:Z ~~ X", "the product X:Z has no covariances of its own"),
    "explained": (f"{MODEL}\nX:Z ~ X", "the product X:Z is not explained"),
    "intercept": (f"{MODEL}\nX:Z ~ 1", "the product X:Z is not explained"),
    "own outcome": (MODEL.replace("X:Z", "X:Y"), "'Y' cannot be explained by a product with"),
    "loop": (f"{MODEL}\nX ~ Y", "X:Z stands in a loop: 'X' depends on 'Y'"),
    "bent factor": (f"{MODEL}\nage ~ Y + X + Y:X", "depends on a product itself"),
    "two values": (MODEL.replace("X:Z", "sex:sex"), "its square says nothing"),
    "two observed": (MODEL.replace("X:Z", "X:age:sex"), "all but one of the variables in X:age"),
    "rotated": (
        'efa("b")*X + efa("b")*Z =~ x1 + x2 + x3 + z1 + z2 + z3\n'
        "Y =~ y1 + y2 + y3\nY ~ X + Z + X:Z",
        "products and exploratory blocks",
    ),
    "no error": (MODEL.replace("x1 + x2 + x3", "x1"), "measured without error"),
}


@pytest.mark.parametrize("unit", [1e-6, 0.3, 1.0, 7.0, 1e6])
def test_no_error_is_found_in_any_unit(unit: float) -> None:
    """Zero but for rounding, which units and processors change."""
    text, message = TEXTS["no error"]
    frame = data()
    with pytest.raises(ts.TpnSemError, match=message):
        quietly(ts.sem, text, frame.assign(x1=frame["x1"] * unit))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_refused(name: str) -> None:
    text, message = TEXTS[name]
    with pytest.raises(ts.TpnSemError) as found:
        quietly(ts.sem, text, data())
    assert message in str(found.value)


OPTIONS = {
    "no product": (PLAIN, {"products": "lms"}, "products= is without effect"),
    "no nodes": (PLAIN, {"nodes": 9}, "nodes= is without effect"),
    "pairs of nothing": (MODEL, {"product_pairs": "all"}, "product_pairs= says which items"),
    "pairs": (
        MODEL,
        {"products": "residual_centred", "product_pairs": "al"},
        "did you mean 'all'",
    ),
    "misspelt": (MODEL, {"products": "lsm"}, "did you mean 'lms'"),
    "two steps by GLS": (MODEL, {"products": "two_step", "estimator": "GLS"}, "estimator= is 'ML'"),
    "two steps, gaps": (MODEL, {"products": "two_step", "missing": "fiml"}, "needs complete rows"),
    "two steps, label": (
        MODEL.replace("Y ~ X + Z", "Y ~ a*X + a*Z"),
        {"products": "two_step"},
        "holds no constraints",
    ),
    "two steps, units": (MODEL, {"products": "two_step", "std_lv": True}, "needs marker items"),
    "two steps, column": (f"{MODEL} + age", {"products": "two_step"}, "'age' is no item"),
    "two steps, weights": (
        MODEL,
        {"products": "two_step", "frequency_weights": "age"},
        "leave weights out",
    ),
    "two steps, errors": (MODEL, {"products": "two_step", "se": "first_order"}, "of its own"),
    "two steps, test": (MODEL, {"products": "two_step", "test": "swain"}, "minimises nothing"),
    "nodes": (MODEL, {"nodes": 1}, "nodes= is a whole number from 2"),
    "nodes of qml": (MODEL, {"products": "qml", "nodes": 9}, "without effect on products='qml'"),
    "estimator": (MODEL, {"estimator": "GLS"}, "is a likelihood of its own: estimator= is"),
    "ordered": (MODEL, {"ordered": ["x1"]}, "give estimator='ML'"),
    "ordered columns": (
        MODEL,
        {"ordered": ["x1"], "products": "double_mean_centred"},
        "is not defined for ordinal items",
    ),
    "errors": (MODEL, {"se": "cluster_cr2", "cluster": "sex"}, "se='cluster_cr2' is not"),
    "means": (MODEL, {"mean_structure": False}, "needs means in the model"),
    "gaps": (MODEL, {"missing": "two_stage", "se": "standard"}, "is not available with products"),
    "divisor": (MODEL, {"likelihood": "wishart"}, "likelihood='wishart' is without effect"),
    "test": (MODEL, {"test": "satorra_bentler"}, "test='satorra_bentler' is not available"),
    "expected": (MODEL, {"products": "lms", "information": "expected"}, "information='expected'"),
    "h1": (
        MODEL,
        {"information": "observed", "observed_information": "h1"},
        "observed_information='h1' is not",
    ),
    "three": (f"{MODEL} + X:Z:age", {"products": "qml"}, "defined for products of two"),
    "one pair": (
        MODEL.replace("x1 + x2 + x3", "x1"),
        {"products": "double_mean_centred", "product_pairs": "matched"},
        "",
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_refused(name: str) -> None:
    text, options, message = OPTIONS[name]
    if not message:  # a single item goes with each of the others
        assert quietly(ts.sem, text, data(), **options).converged
        return
    with pytest.raises(ts.TpnSemError) as found:
        quietly(ts.sem, text, data(), **options)
    assert message in str(found.value)


def test_moments_are_refused() -> None:
    with pytest.raises(ts.TpnSemError, match="a model with products needs rows"):
        ts.sem(MODEL, moments())


def test_integrals_that_no_machine_does_are_refused_with_their_cost() -> None:
    frame = pd.concat([data()] * 10, ignore_index=True)
    text = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nW =~ y1 + y2\nage ~ X + Z + W + X:X + Z:Z + W:W"
    with pytest.raises(
        ts.TpnSemError, match=r"nodes without corners, for each of 1200 rows.*minutes"
    ):
        quietly(ts.sem, text, frame)


def test_a_column_with_the_name_of_a_product_of_items_is_refused() -> None:
    frame = data().assign(**{"x1:z1": 0.0})
    with pytest.raises(ts.TpnSemError, match="the data have a column 'x1:z1'"):
        quietly(ts.sem, MODEL, frame, products="double_mean_centred")


def test_too_few_nodes_are_said() -> None:
    fit = quietly(ts.sem, MODEL, data(), nodes=5)
    assert not fit.admissible
    assert any("too few nodes: 5 for each factor" in note for note in fit.notes)
    assert not [note for note in quietly(ts.sem, MODEL, data()).notes if "nodes" in note]


def test_populations_with_products_are_not_drawn_as_if_there_were_none() -> None:
    text = "X =~ 1*x1 + 1*x2\nZ =~ 1*z1 + 1*z2\ny ~ 0.3*X + 0.3*Z + 0.4*X:Z"
    with pytest.raises(ts.TpnSemError, match="rows of a model with latent products are not drawn"):
        ts.simulate(text, n=50, seed=1)


def test_what_two_steps_and_product_columns_cannot_have_is_refused_at_once() -> None:
    data = rows_with_product(120, 3)
    steps = quietly(ts.sem, MODEL, data, products="two_step")
    with pytest.raises(ts.TpnSemError, match="minimises no function"):
        ts.bootstrap(steps, 1000, seed=1)
    for given in ({"std_lv": True}, {"effect_coding": True}):
        with pytest.raises(ts.TpnSemError, match="units"):
            ts.sem(MODEL, data, products="double_mean_centred", **given)

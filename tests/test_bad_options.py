"""Unknown options and wrong values of options name the nearest."""

from __future__ import annotations

import pytest
from bad_input_cases import HOLZINGER, ONE, refused

import tpn_sem as ts
from tpn_sem.errors import (
    ModelError,
    NotEstimatedError,
    OptionError,
    StartValueError,
)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("std.lv", "std_lv"),
        ("fixed.x", "fixed_x"),
        ("group.equal", "group_equal"),
        ("group.partial", "group_partial"),
        ("meanstructure", "mean_structure"),
        ("stdlv", "std_lv"),
        ("gruop", "group"),
        ("estimater", "estimator"),
        ("auto.cov.y", "auto_cov_y"),
        ("sampling.weights", "sampling_weights"),
    ],
)
def test_unknown_options_name_the_nearest(name: str, nearest: str) -> None:
    refused(OptionError, f"unknown option {name!r}; did you mean {nearest!r}?", **{name: True})


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("estimator", "maximum"),
        ("estimator", 3),
        ("estimator", ["ML"]),
        ("likelihood", "norm"),
        ("information", "exp"),
        ("observed_information", "h2"),
        ("h1_information", "h2"),
        ("gamma_unbiased", "yes"),
        ("gamma_n_minus_one", "yes"),
        ("missing", "lisstwise"),
        ("se", "standart"),
        ("test", "standart"),
        ("bounds", "wider"),
        ("effect_coding", "loading"),
        ("group_equal", "loading"),
        ("group_equal", ["loadings", "resid"]),
        ("group_equal", 3),
        ("group_partial", 3),
        ("group_partial", ["f=~x9"]),
        ("group_label", 3),
        ("group_label", ["Pasteur", "Nowhere"]),
        ("start", 3),
        ("start", {"f=~x2": "a"}),
        ("max_iterations", "many"),
        ("max_iterations", [3]),
        ("max_iterations", -3),
        ("max_iterations", 2.5),
        *(
            (name, "yes")
            for name in (
                *("mean_structure", "std_lv", "orthogonal", "fixed_x", "auto_var", "auto_cov_y"),
                *("auto_cov_lv_x", "auto_fix_first", "auto_fix_single", "int_ov_free"),
                *("int_lv_free",),
            )
        ),
    ],
)
def test_wrong_values_of_options(name: str, value: object) -> None:
    refused(OptionError, name, group="school", **{name: value})


def test_wrong_values_name_the_nearest_and_all_others() -> None:
    says = "group_equal='loading' is not known; did you mean 'loadings'? It can be 'loadings', '"
    refused(OptionError, says, group="school", group_equal="loading")


def test_partial_freedom_for_an_unknown_parameter() -> None:
    refused(
        OptionError,
        "group_partial names parameters that the model does not have: f =~ x9",
        group="school",
        group_equal="loadings",
        group_partial="f =~ x9",
    )


def test_start_values_for_an_unknown_parameter() -> None:
    refused(ModelError, "start= names 'x1~~x9'", start={"x1~~x9": 1.0})


def test_start_values_that_cannot_be() -> None:
    refused(StartValueError, "the ones given are for x1~~x1", start={"x1~~x1": -5.0})


def test_group_labels_choose_the_order_of_the_groups() -> None:
    fit = ts.Model(ONE).fit(HOLZINGER, group="school", group_label=["Grant-White", "Pasteur"])
    assert fit.group_labels == ["Grant-White", "Pasteur"]


@pytest.mark.parametrize("options", [{"se": "bootstrap"}, {"test": "bollen_stine"}], ids=str)
def test_what_draws_replicates_of_one_fit_is_refused_elsewhere(options: dict) -> None:
    with pytest.raises(NotEstimatedError, match="draws replicates of one fit"):
        ts.invariance(ONE, HOLZINGER, group="school", **options)


@pytest.mark.parametrize(
    "options",
    [
        {"missing": "pairwise"},
        {"conditional_x": True},
        {"parameterization": "theta"},
        {"group": "school", "group_equal": ["thresholds"]},
    ],
    ids=str,
)
def test_options_that_go_with_ordinal_items(options: dict) -> None:
    refused(OptionError, "ordinal items", **options)


@pytest.mark.parametrize(
    "options", [{"ordered": False}, {"ordered": []}, {"missing": "listwise"}, {"se": "standard"}]
)
def test_options_that_ask_for_nothing_are_accepted(options: dict) -> None:
    assert ts.Model(ONE).fit(HOLZINGER, **options).converged


def test_unknown_defaults() -> None:
    with pytest.raises(OptionError, match="defaults='semm' is not known; did you mean 'sem'"):
        ts.Model(ONE, defaults="semm")


def test_defaults_belong_to_the_model() -> None:
    refused(OptionError, "unknown option 'defaults'", defaults="growth")

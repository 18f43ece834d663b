"""Bad input is a clear error or a loud warning, never a bare number."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    IdentificationError,
    ModelError,
    ModelSyntaxError,
    NotEstimatedError,
    OptionError,
    StartValueError,
)

ONE = "f =~ x1 + x2 + x3"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
HOLZINGER = reference_data("HolzingerSwineford1939")
NAMES = ["x1", "x2", "x3"]
COVARIANCE = np.array([[2.0, 0.9, 0.8], [0.9, 2.5, 0.7], [0.8, 0.7, 3.0]])


def refused(
    kind: type[Exception], says: str, model: str = ONE, data: object = None, **options: object
) -> None:
    """The fit fails with an error of exactly this class, which says this."""
    with pytest.raises(ts.TpnSemError) as caught:
        ts.Model(model).fit(HOLZINGER if data is None else data, **options)
    assert type(caught.value) is kind
    assert says in str(caught.value)


def warned(
    kind: type[Warning], says: str, model: str = ONE, data: object = None, **options: object
) -> ts.Fit:
    """The fit warns; notes and summary say the same."""
    with pytest.warns(kind, match=re.escape(says)):
        fit = ts.Model(model).fit(HOLZINGER if data is None else data, **options)
    assert any(says in note for note in fit.notes)
    assert says in fit.summary()
    return fit


def assert_same_estimates(first: ts.Fit, second: ts.Fit) -> None:
    pd.testing.assert_frame_equal(first.estimates, second.estimates, rtol=1e-8)


def with_column(name: str, values: object) -> pd.DataFrame:
    return HOLZINGER.assign(**{name: values})


# Data --------------------------------------------------------------------------------------------

X2 = HOLZINGER["x2"]
BAD_DATA: dict[str, tuple[pd.DataFrame, str]] = {
    "missing column": (HOLZINGER.rename(columns={"x2": "y2x"}), "column 'x2' is not in the data"),
    "nearest": (HOLZINGER.rename(columns={"x2": "X2_"}), "did you mean"),
    "text": (with_column("x2", X2.astype(str) + " cm"), "column 'x2' does not hold numbers"),
    "digits as text": (with_column("x2", X2.astype(str)), "column 'x2' does not hold numbers"),
    "categories": (with_column("x2", pd.cut(X2, 4)), "column 'x2' does not hold numbers"),
    "numeric categories": (
        with_column("x2", pd.Categorical(X2.round())),
        "column 'x2' does not hold numbers",
    ),
    "dates": (
        with_column("x2", pd.date_range("2020-01-01", periods=301)),
        "column 'x2' does not hold numbers",
    ),
    "complex": (with_column("x2", X2 + 1j), "column 'x2' does not hold numbers"),
    "constant": (with_column("x2", 3), "column 'x2' is constant"),
    "constant after rounding": (with_column("x2", 123456.7), "column 'x2' is constant"),
    "the same twice": (with_column("x2", HOLZINGER["x1"]), "columns 'x1' and 'x2' say the same"),
    "negated": (with_column("x2", 5 - 2 * HOLZINGER["x1"]), "columns 'x1' and 'x2' say the same"),
    "linear dependence": (
        with_column("x3", HOLZINGER["x1"] + X2),
        "'x1', 'x2', 'x3' depend on each other linearly",
    ),
    "infinite": (with_column("x2", X2.where(HOLZINGER.index != 3, np.inf)), "column 'x2' has inf"),
    "minus infinite": (
        with_column("x2", X2.where(HOLZINGER.index != 3, -np.inf)),
        "column 'x2' has infinite values",
    ),
    "as few rows as columns": (HOLZINGER.head(3), "3 complete rows for 3 variables"),
    "one row": (HOLZINGER.head(1), "a covariance matrix needs more"),
    "a column twice": (
        pd.concat([HOLZINGER, HOLZINGER[["x2"]]], axis=1),
        "column 'x2' appears 2 times",
    ),
    "no rows": (HOLZINGER.head(0), "the data frame is empty"),
    "nothing": (pd.DataFrame(), "the data frame is empty"),
    "no complete rows": (with_column("x2", np.nan), "0 complete rows"),
}


@pytest.mark.parametrize(("data", "says"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data(data: pd.DataFrame, says: str) -> None:
    refused(DataError, says, data=data)


def test_a_misspelt_column_is_given_its_nearest() -> None:
    refused(DataError, "column 'x33' is not in the data; did you mean 'x3'?", "f =~ x1 + x2 + x33")


def test_fewer_rows_than_columns() -> None:
    refused(DataError, "7 complete rows for 9 variables", THREE, HOLZINGER.head(7))


@pytest.mark.parametrize(
    "data", [None, 3, "x", HOLZINGER.to_numpy(), {"x1": [1]}, [1], [], [HOLZINGER], HOLZINGER["x1"]]
)
def test_wrong_type_of_data(data: object) -> None:
    with pytest.raises(DataError, match=rf"data must be a DataFrame .* not {type(data).__name__}"):
        ts.Model(ONE).fit(data)


def test_columns_that_the_model_does_not_use_may_be_anything() -> None:
    data = HOLZINGER.assign(x9=np.inf, x8="text", x7=1)
    assert_same_estimates(ts.Model(ONE).fit(data), ts.Model(ONE).fit(HOLZINGER))


def group_with(rows: list[int], label: object) -> pd.DataFrame:
    data = HOLZINGER.copy()
    data.loc[rows, "school"] = label
    return data


@pytest.mark.parametrize(
    ("data", "group", "says"),
    [
        (HOLZINGER, "scool", "group column 'scool' is not in the data; did you mean 'school'?"),
        (HOLZINGER, 3, "group column 3 is not in the data"),
        (group_with([0], "Lone"), "school", "1 complete rows in group 'Lone'"),
        (group_with([0, 1], "Few"), "school", "2 complete rows in group 'Few'"),
        (group_with([0, 1], np.nan), "school", "group column 'school' has 2 missing entries"),
        (HOLZINGER, "id", "group column 'id' has 301 groups"),
        (pd.concat([HOLZINGER, HOLZINGER[["school"]]], axis=1), "school", "appears 2 times"),
        (
            with_column("x2", X2.where(HOLZINGER["school"] == "Pasteur")),
            "school",
            "0 complete rows in group 'Grant-White'",
        ),
        (
            with_column("x2", X2.where(HOLZINGER["school"] == "Pasteur", 1)),
            "school",
            "column 'x2' is constant in group 'Grant-White'",
        ),
    ],
)
def test_bad_groups(data: pd.DataFrame, group: object, says: str) -> None:
    refused(DataError, says, data=data, group=group)


def test_dropped_rows_are_counted_aloud() -> None:
    data = with_column("x2", X2.where(HOLZINGER.index > 4))
    fit = warned(DataWarning, "5 of 301 rows were dropped", data=data)
    assert (fit.n_observations, fit.n_dropped) == (296, 5)
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER.iloc[5:]))


def test_nullable_columns() -> None:
    whole = X2.round().astype("Int64").where(HOLZINGER.index > 4)
    truth = (HOLZINGER["x3"] > 2).astype("boolean").where(HOLZINGER.index != 9)
    fit = warned(
        DataWarning,
        "6 of 301 rows were dropped because an answer is missing (most often: x2 5, x3 1)",
        data=HOLZINGER.assign(x2=whole, x3=truth),
    )
    plain = HOLZINGER.assign(x2=X2.round(), x3=(HOLZINGER["x3"] > 2) * 1.0)
    complete = plain[(plain.index > 4) & (plain.index != 9)]
    assert_same_estimates(fit, ts.Model(ONE).fit(complete))


def test_very_unequal_scales_are_said_aloud() -> None:
    fit = warned(
        DataWarning, "the variance of 'x1' is", data=with_column("x1", 1e4 * HOLZINGER["x1"])
    )
    assert fit.converged


class Foreign:
    """A table that is no pandas DataFrame but speaks an interchange protocol."""

    def __init__(self, frame: pd.DataFrame):
        self.frame = frame

    def __dataframe__(self, **options: object) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.frame.__dataframe__(**options)


class Arrow(Foreign):
    """As polars: both protocols."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@pytest.mark.skipif(
    not hasattr(pd.DataFrame, "__dataframe__"), reason="pandas has no interchange protocol"
)
@pytest.mark.parametrize("kind", [Foreign, Arrow])
def test_other_data_frames(kind: type[Foreign]) -> None:
    data = kind(HOLZINGER[["x1", "x2", "x3"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = ts.Model(ONE).fit(data)
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER))


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_arrow_tables() -> None:
    import pyarrow

    fit = ts.Model(ONE).fit(pyarrow.Table.from_pandas(HOLZINGER[NAMES]))
    assert_same_estimates(fit, ts.Model(ONE).fit(HOLZINGER))


# Models ------------------------------------------------------------------------------------------

BAD_MODELS: dict[str, tuple[type[Exception], str, str]] = {
    "empty": (ModelError, "  \n", "the model is empty"),
    "unknown operator": (ModelSyntaxError, "f =- x1", "did you mean '=~'?"),
    "factor without indicators": (ModelSyntaxError, "f =~", "expected a variable name"),
    "factor without indicators, then more": (
        ModelSyntaxError,
        "f =~\ng =~ x1 + x2 + x3",
        "a second operator in one statement",
    ),
    "latent variable that is a column": (ModelError, "x9 =~ x1 + x2 + x3", "x9"),
    "explains itself": (ModelError, f"{ONE}\nx1 ~ x1", "'x1' cannot explain itself"),
    "label like a number": (ModelSyntaxError, "f =~ x1 + 1a*x2 + x3", "'1a' is neither a number"),
    "label with two values": (
        ModelError,
        "f =~ x1 + a*x2 + 0.5*x2 + a*x3 + 0.7*x3",
        "label 'a' stands for 0.5 and for 0.7",
    ),
    "label and definition": (ModelError, f"{ONE}\nf =~ a*x2\na := 2", "'a' is a parameter's label"),
    "defined twice": (
        ModelError,
        f"{ONE}\nf =~ a*x2\nd := a\nd := 2*a",
        "line 4, column 1: 'd' is defined already",
    ),
    "contradiction": (ModelError, f"{ONE}\nf =~ a*x2\na == 1\na == 2", "a == 1; a == 2"),
    "contradiction of numbers": (ModelError, f"{ONE}\n1 == 2", "contradict each other: no par"),
    "contradiction with a fixed value": (
        ModelError,
        "f =~ x1 + a*x2 + 0.5*x2 + x3\na == 2",
        "contradict each other",
    ),
    "nothing satisfies": (ModelError, f"{ONE}\nf =~ a*x2\na > 2\na < 1", "satisfy the constraints"),
    "nothing satisfies a square": (
        ModelError,
        f"{ONE}\nf =~ a*x2\na^2 == -1",
        "satisfy the constraints",
    ),
    "crossed bounds": (
        ModelError,
        "f =~ x1 + lower(2)*upper(1)*x2 + x3",
        "satisfy the constraints",
    ),
    "unknown label in a constraint": (
        ModelError,
        f"{ONE}\nf =~ alpha*x2\nalpa == 1",
        "no parameter has the label 'alpa'\n    alpa == 1\n    ^^^^  did you mean 'alpha'?",
    ),
    "unknown label in a definition": (
        ModelError,
        f"{ONE}\nf =~ alpha*x2\nd := 2*alpa",
        "line 3, column 8: no parameter has the label 'alpa'",
    ),
    "circular definitions": (
        ModelError,
        f"{ONE}\nd := e\ne := d",
        "'e' is used before it is defined",
    ),
    "forward definition": (
        ModelError,
        f"{ONE}\nf =~ a*x2\nd := e\ne := a",
        "define it in an earlier line",
    ),
    "defined by itself": (ModelError, f"{ONE}\nd := d + 1", "'d' is used before it is defined"),
    "undefined value": (
        ModelError,
        f"{ONE}\nf =~ a*x2\nlog(a - 5) == 1",
        "'log' has no value at",
    ),
    "nothing to estimate": (ModelError, "x1 ~~ 1*x1", "the model has no free parameter"),
    "equal() to nothing": (
        ModelError,
        'f =~ x1 + equal("f=~x9")*x2 + x3',
        "equal() names 'f=~x9'",
    ),
    "c() without groups": (ModelError, "f =~ x1 + c(a, b)*x2 + x3", "c() has 2 entries"),
    "two factors' worth of indicators missing": (
        IdentificationError,
        "f =~ x1 + x2",
        "These cannot be told apart: f=~x2, x1~~x1, x2~~x2, f~~f.",
    ),
    "no scale": (
        IdentificationError,
        "f =~ NA*x1 + x2 + x3",
        "cannot be told apart: f=~x1, f=~x2, f=~x3, f~~f.",
    ),
    "two factors, all crossing": (
        IdentificationError,
        "f =~ x1 + x2 + x3 + x4 + x5\ng =~ x1 + x2 + x3 + x4 + x5",
        "f=~x2, f=~x3, f=~x4, f=~x5, g=~x2, g=~x3, g=~x4, g=~x5",
    ),
    "free exchange": (
        IdentificationError,
        "x1 ~ x2\nx2 ~ x1",
        "cannot be told apart: x1~x2, x2~x1, x1~~x1, x2~~x2.",
    ),
    "free exchange with a common cause": (
        IdentificationError,
        "x1 ~ x2 + x3\nx2 ~ x1 + x3\nx1 ~~ x2",
        "x1~x2, x1~x3, x2~x1, x2~x3",
    ),
    "start values too large": (
        StartValueError,
        f"{THREE}\nx1 ~~ start(50)*x4",
        "the ones given are for x1~~x4",
    ),
    "fixed values impossible": (
        StartValueError,
        f"{THREE}\nx1 ~~ -50*x1",
        "no start values were found",
    ),
}


@pytest.mark.parametrize(("kind", "model", "says"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_bad_models(kind: type[Exception], model: str, says: str) -> None:
    refused(kind, says, model)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("f =~ x1 + c(a, b, d)*x2 + x3", "c() has 3 entries, but there are 2 groups"),
        ("f =~ x1 + start(c(1, 2, 3))*x2 + x3", "3 entries, but there are 2 groups"),
        (f"group: Pasteur\n{ONE}", "1 group: blocks, but there are 2 groups"),
        (f"group: Pasteur\n{ONE}\ngroup: Grant\n{ONE}", "Grant"),
        (f"group: A\n{ONE}\ngroup: B\n{ONE}", "A"),
    ],
)
def test_models_of_other_groups(model: str, says: str) -> None:
    refused(ModelError, says, model, group="school")


def test_an_unidentified_group_is_named() -> None:
    model = "f =~ x1 + c(a, b)*x2 + c(NA, NA)*x3\nf ~~ c(1, 1)*f\nf =~ c(1, NA)*x1 + c(1, NA)*x2"
    refused(IdentificationError, ".g2", model + "\nf ~~ c(1, NA)*f", group="school")


# Solutions that are no solutions -----------------------------------------------------------------


def test_no_convergence() -> None:
    fit = warned(ConvergenceWarning, "the optimiser did not converge", THREE, max_iterations=1)
    assert not fit.converged
    assert not fit.admissible
    free = fit.estimates["free"]
    assert fit.estimates.loc[free, ["se", "z", "p_value", "ci_lower"]].isna().all(axis=None)
    loading = fit.estimates["op"] == "=~"
    assert fit.standardized().loc[loading, "se"].isna().all()
    assert fit.vcov.isna().all(axis=None)
    assert fit.measures[["chisq", "pvalue", "cfi", "rmsea", "srmr", "aic"]].isna().all()
    assert "DID NOT CONVERGE" in fit.summary()
    assert "saturated" not in fit.summary()


def moments(covariance: list[list[float]], n: int = 200) -> ts.SampleMoments:
    names = [f"x{place + 1}" for place in range(len(covariance))]
    return ts.SampleMoments(np.array(covariance), None, n, names=names)


HEYWOOD = moments([[1, 0.8, 0.7], [0.8, 1, 0.4], [0.7, 0.4, 1]])


def test_negative_variance() -> None:
    fit = warned(AdmissibilityWarning, "negative variance estimates: x1~~x1", data=HEYWOOD)
    assert fit.converged
    assert not fit.admissible
    assert np.isnan(fit.r_squared["x1"])


def test_a_variance_kept_from_being_negative() -> None:
    says = "1 inequality constraint(s) hold with equality"
    fit = warned(AdmissibilityWarning, says, data=HEYWOOD, bounds="pos_var")
    assert fit.coef["x1~~x1"] == pytest.approx(0.0, abs=1e-8)


def test_latent_correlation_above_one() -> None:
    data = moments([[1, 0.5, 0.6, 0.6], [0.5, 1, 0.6, 0.6], [0.6, 0.6, 1, 0.5], [0.6, 0.6, 0.5, 1]])
    fit = warned(
        AdmissibilityWarning,
        "the covariance matrix of the latent variables is not positive definite",
        "f =~ x1 + x2\ng =~ x3 + x4",
        data,
    )
    assert not fit.admissible
    found = fit.standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    assert found["f", "~~", "g"] > 1.0


def test_a_proper_solution_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = ts.Model(THREE).fit(HOLZINGER)
    assert fit.notes == ()
    assert fit.admissible
    assert "!" not in fit.summary()


# Options -----------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("estimator", "ml"),
        ("estimator", 3),
        ("estimator", ["ML"]),
        ("likelihood", "norm"),
        ("information", "exp"),
        ("observed_information", "h2"),
        ("missing", "lisstwise"),
        ("se", "standart"),
        ("test", "standart"),
        ("bounds", "wide"),
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
    says = (
        "group_equal='loading' is not known; did you mean 'loadings'? It can be 'loadings', 'inter"
    )
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


@pytest.mark.parametrize(
    "options",
    [
        {"rotation": "geomin"},
        {"rotation_args": {"geomin_epsilon": 0.01}},
        {"se": "bootstrap"},
        {"test": "bollen_stine"},
    ],
    ids=str,
)
def test_options_that_are_not_estimated_yet(options: dict) -> None:
    name = next(reversed(options))
    refused(NotEstimatedError, name, **options)


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


# Sample moments ----------------------------------------------------------------------------------

ASYMMETRIC = COVARIANCE + np.array([[0, 0.1, 0], [0, 0, 0], [0, 0, 0]])
FRAME = pd.DataFrame(COVARIANCE, NAMES, NAMES)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ts.SampleMoments(ASYMMETRIC, None, 100, names=NAMES), "not symmetric"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100, names=NAMES[:2]), "has shape (3, 3)"),
        (lambda: ts.SampleMoments(np.ones(3), None, 100, names=NAMES), "has shape (3,)"),
        (lambda: ts.SampleMoments(FRAME.iloc[:2], None, 100), "is not square"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100), "name the variables"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 100, names=["a", "a", "b"]), "same name"),
        (lambda: ts.SampleMoments(COVARIANCE * np.nan, None, 100, names=NAMES), "missing or inf"),
        (lambda: ts.SampleMoments(-COVARIANCE, None, 100, names=NAMES), "negative variance"),
        (lambda: ts.SampleMoments("text", None, 100, names=NAMES), "covariance"),
        (lambda: ts.SampleMoments(FRAME.astype(str) + "!", None, 100), "covariance"),
        (lambda: ts.SampleMoments(FRAME.set_axis(["a", "b", "d"], axis=0), None, 100), "'a'"),
        (lambda: ts.SampleMoments(COVARIANCE, None, names=NAMES), "n_observations=0"),
        (lambda: ts.SampleMoments(COVARIANCE, None, 99.5, names=NAMES), "n_observations=99.5"),
        (lambda: ts.SampleMoments(COVARIANCE, [1, 2], 100, names=NAMES), "means of shape (2,)"),
        (lambda: ts.SampleMoments(COVARIANCE, [1, 2, np.nan], 100, names=NAMES), "mean"),
        (lambda: ts.SampleMoments(COVARIANCE, ["a", "b", "d"], 100, names=NAMES), "mean"),
        (lambda: ts.SampleMoments(FRAME, pd.Series([1.0], ["x1"]), 100), "lack 'x2', 'x3'"),
    ],
)
def test_bad_sample_moments(make: Callable[[], object], says: str) -> None:
    with pytest.raises(DataError, match=re.escape(says)):
        make()


def test_rows_of_the_covariance_matrix_may_stand_in_any_order() -> None:
    turned = ts.SampleMoments(FRAME.loc[["x3", "x1", "x2"]], None, 100)
    assert_same_numbers(turned.covariance, FRAME)


PLAIN = ts.SampleMoments(FRAME, None, 100)
WITH_MEANS = ts.SampleMoments(FRAME, [1.0, 2.0, 3.0], 100)


def test_moments_lack_a_variable() -> None:
    refused(DataError, "variable 'x4' is not in the data", "f =~ x1 + x2 + x4", PLAIN)


@pytest.mark.parametrize(
    ("model", "options"),
    [(f"{ONE}\nx1 ~ 1", {}), (ONE, {"mean_structure": True}), (ONE, {"group_equal": "intercepts"})],
)
def test_moments_lack_means(model: str, options: dict) -> None:
    data = [PLAIN, PLAIN] if "group_equal" in options else PLAIN
    refused(OptionError, "the sample moments have no means", model, data, **options)


def test_moments_of_some_groups_lack_means() -> None:
    refused(DataError, "means", ONE, [WITH_MEANS, PLAIN])


def test_moments_of_too_few_rows() -> None:
    few = ts.SampleMoments(FRAME, None, 3)
    refused(DataError, "3", ONE, few)


def test_moments_have_no_group_column() -> None:
    refused(OptionError, "group= names a column", ONE, PLAIN, group="school")


def test_moments_that_are_not_positive_definite() -> None:
    singular = moments([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]])
    refused(DataError, "not positive definite", ONE, singular)


def test_moments_of_other_variables_do_not_merge() -> None:
    other = ts.SampleMoments(FRAME.rename(index={"x1": "y"}, columns={"x1": "y"}), [1, 2, 3], 100)
    with pytest.raises(DataError, match="different variables"):
        WITH_MEANS.merge(other)
    with pytest.raises(DataError, match="give the means"):
        WITH_MEANS.merge(PLAIN)


def test_a_definition_without_a_value_leaves_the_rest_alone() -> None:
    with pytest.warns(AdmissibilityWarning, match="without a value at the estimates: d"):
        fit = ts.Model(f"{ONE}\nf =~ a*x2\nd := log(a - 5)").fit(HOLZINGER)
    table = fit.estimates
    assert table.loc[table["op"] == ":=", "estimate"].isna().all()
    plain = ts.Model(ONE).fit(HOLZINGER).estimates["estimate"].to_numpy()
    assert np.allclose(table.loc[table["op"] != ":=", "estimate"], plain)


def test_a_covariance_matrix_is_not_taken_for_rows() -> None:
    refused(DataError, "give a covariance matrix as SampleMoments", ONE, HOLZINGER[NAMES].cov())


def test_scores_stand_beside_their_rows() -> None:
    data = HOLZINGER[[*NAMES, "school"]].sample(frac=1, random_state=1)
    data.index = [f"pupil {place}" for place in range(len(data))]
    data.loc["pupil 7", "x1"] = np.nan
    with pytest.warns(DataWarning):
        fit = ts.Model(ONE).fit(data, group="school")
    joined = data.join(fit.factor_scores())
    assert joined["f"].isna().sum() == 1
    assert (joined["group"] == joined["school"]).sum() == len(data) - 1
    within = joined.groupby("school")[["f", "x1"]].corr().xs("x1", level=1)["f"]
    assert (within > 0.5).all()


# Groups and clusters -----------------------------------------------------------------------------


def test_one_cluster_in_a_group_is_too_few() -> None:
    teachers = ts.datasets.teachers(missing=0)
    few = teachers[teachers["school"].isin(["S01", "S20", "S21"])]
    refused(
        DataError,
        "there is 1 cluster in group 'rural'",
        "NPC =~ npc1 + npc2 + npc3",
        few,
        group="location",
        cluster="school",
    )


def test_groups_may_be_dates() -> None:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(HOLZINGER["sex"], unit="D")
    fit = ts.cfa(ONE, HOLZINGER.assign(day=days), group="day")
    assert sorted(fit.group_labels) == ["2020-01-02 00:00:00", "2020-01-03 00:00:00"]
    assert fit.n_observations == len(HOLZINGER)


def test_categories_are_joined_among_the_rows_that_are_used() -> None:
    teachers = ts.datasets.teachers()
    model = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5\nKR =~ kr1 + kr2 + kr3 + kr4 + kr5"
    options = {"group": "location", "ordered": True, "empty_categories": "collapse"}
    fit = quietly(ts.cfa, model, teachers, **options)
    assert fit.converged
    joined = [note for note in fit.notes if "was joined with its neighbour" in note]
    assert any("'npc5'" in note for note in joined)

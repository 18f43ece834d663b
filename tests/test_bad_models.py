"""Models that cannot be fitted, and solutions that are none, are said to be so."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from bad_input_cases import HOLZINGER, ONE, THREE, moments, refused, warned

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    IdentificationError,
    ModelError,
    ModelSyntaxError,
    StartValueError,
)

# Models -------------------------------------------------------------------------------------------


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


# A point that meets the constraints is sought for long before there is said to be none.
LONG = ("nothing satisfies", "crossed bounds")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("kind", "model", "says"),
    [
        pytest.param(*case, id=name, marks=[pytest.mark.slow] if name in LONG else [])
        for name, case in BAD_MODELS.items()
    ],
)
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


# Solutions that are no solutions ------------------------------------------------------------------


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


# Sample moments -----------------------------------------------------------------------------------


def test_a_definition_without_a_value_leaves_the_rest_alone() -> None:
    with pytest.warns(AdmissibilityWarning, match="without a value at the estimates: d"):
        fit = ts.Model(f"{ONE}\nf =~ a*x2\nd := log(a - 5)").fit(HOLZINGER)
    table = fit.estimates
    assert table.loc[table["op"] == ":=", "estimate"].isna().all()
    plain = ts.Model(ONE).fit(HOLZINGER).estimates["estimate"].to_numpy()
    assert np.allclose(table.loc[table["op"] != ":=", "estimate"], plain)

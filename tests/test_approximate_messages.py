"""What approximate invariance says, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from approximate_cases import PUPILS, SIDES, SPEED, moments, pupils, rows

import tpn_sem as ts
from tpn_sem.errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    ModelError,
    NotEstimatedError,
    OptionError,
)
from tpn_sem.estimation.discrepancy import UnweightedLeastSquares
from tpn_sem.groups.approximate import (
    approximate_invariance,
)

# What is said -------------------------------------------------------------------------------------


def test_sensitivity_refits() -> None:
    table = pupils().sensitivity([0.001, 0.05])
    assert table.index.tolist() == [0.001, 0.05]
    for variance in table.index:
        again = pupils(variance=variance).factors.set_index(["factor", "group"])["mean"]
        np.testing.assert_allclose(
            table.loc[variance, list(again.index)], again, rtol=1e-9, atol=1e-10
        )


def test_tables_and_notes_are_shown() -> None:
    found = pupils()
    assert found.flagged == ("x7 ~ 1", "x3 ~ 1")
    for text in (repr(found), found._repr_html_()):
        assert "prior of variance 0.01, in units of the items" in text
        assert "metric of group" in text
        assert "shrunk towards zero" in text
        assert "Flagged: x7 ~ 1, x3 ~ 1. These are candidates for a second step" in text
        assert "Grant-White" in text
    assert found.converged
    assert list(found.parameters.columns) == [
        *SIDES, "estimate", "deviation", "posterior_sd", "z", "flagged",
    ]  # fmt: skip
    assert len(found.parameters) == 2 * 18
    sums = found.parameters.groupby(["lhs", "op", "rhs"])["deviation"].sum()
    np.testing.assert_allclose(sums, 0.0, atol=1e-12)
    first = found.factors[found.factors["group"] == "Pasteur"]
    numbers = first[["mean", "mean_sd", "variance", "variance_sd"]]
    np.testing.assert_allclose(numbers, [[0, 0, 1, 0]] * len(first), atol=1e-12)


def test_no_standard_deviations_without_convergence() -> None:
    with pytest.warns(ConvergenceWarning, match="raise max_iterations") as seen:
        found = pupils(max_iterations=1)
    assert len([one for one in seen if issubclass(one.category, ts.TpnSemWarning)]) == 1
    assert not found.converged
    assert found.parameters[["posterior_sd", "z"]].isna().all(axis=None)
    assert found.factors.loc[found.factors["group"] != "Pasteur", "mean_sd"].isna().all()
    assert found.flagged == ()
    assert not any(note.startswith(("Flagged", "No parameter")) for note in found.notes)
    assert any("did not converge" in note for note in found.notes)
    with pytest.warns(ConvergenceWarning):
        assert found.sensitivity([0.01]).isna().all(axis=None)


def test_what_the_data_lack_is_said_once() -> None:
    with pytest.warns(DataWarning) as seen:
        found = approximate_invariance(SPEED, rows("fiml"), group="school")
    assert len(seen) == 1
    assert str(seen[0].message) in found.notes


def test_improper_solutions_are_warned_of() -> None:
    negative = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.7], [0.9, 0.7, 1.0]])
    data = {"one": moments(np.zeros(3), negative, 200), "two": moments(np.ones(3), negative, 200)}
    with pytest.warns(AdmissibilityWarning, match=r"y1~~y1, y1~~y1\.g2"):
        found = approximate_invariance("f =~ y1 + y2 + y3", data)
    assert any("negative variance" in note for note in found.notes)
    assert found.factors["variance_sd"].notna().all()


# What is refused ----------------------------------------------------------------------------------


REFUSED: dict[str, tuple[type[Exception], dict[str, object], str]] = {
    "no variance": (OptionError, {"variance": 0.0}, "a number above 0, not 0.0"),
    "negative": (OptionError, {"variance": -0.01}, "a number above 0"),
    "infinite": (OptionError, {"variance": np.inf}, "a number above 0"),
    "word": (OptionError, {"variance": "small"}, "variance= is a number, not 'small'"),
    "flag": (OptionError, {"variance": True}, "variance= is a number, not True"),
    "tiny": (OptionError, {"variance": 1e-12}, "fit the model with group_equal="),
    "unknown set": (OptionError, {"sets": ("loading",)}, "did you mean 'loadings'"),
    "no set": (OptionError, {"sets": ()}, "sets= is empty"),
    "sets of numbers": (OptionError, {"sets": 0.5}, "sets= is a text or a list of texts"),
    "ordinal": (NotEstimatedError, {"ordered": True}, "take alignment"),
    "clusters": (NotEstimatedError, {"cluster": "ageyr"}, "cluster= is not estimated here"),
    "weights": (NotEstimatedError, {"sampling_weights": "ageyr"}, "sampling_weights= is not"),
    "robust": (NotEstimatedError, {"estimator": "MLR"}, "estimator='MLR'.*take estimator='ML'"),
    "squares": (NotEstimatedError, {"estimator": "GLS"}, "needs a likelihood"),
    "object": (NotEstimatedError, {"estimator": UnweightedLeastSquares()}, "needs a likelihood"),
    "two stages": (NotEstimatedError, {"missing": "two_stage"}, "missing='two_stage'"),
    "unbiased": (OptionError, {"likelihood": "wishart"}, "take 'normal'"),
    "equal sets": (OptionError, {"group_equal": "residuals"}, "leave group_equal= out.*labels"),
    "effect coding": (OptionError, {"effect_coding": True}, "leave effect_coding= out"),
    "marker": (OptionError, {"std_lv": False}, "leave std_lv= out: factors have mean 0"),
    "errors": (OptionError, {"se": "robust"}, "leave se= out"),
    "test": (OptionError, {"test": "satorra_bentler"}, "leave test= out: .* no chi-square"),
    "information": (OptionError, {"information": "expected"}, "leave information= out"),
    "observed": (OptionError, {"observed_information": "h1"}, "leave observed_information= out"),
    "unknown": (OptionError, {"vairance": 0.1}, "unknown option 'vairance'"),
    "exceptions": (OptionError, {"group_partial": "speed =~ x1"}, "the model does not have"),
    "one group": (DataError, {"group": None}, "there is one group.*group="),
    "many groups": (DataError, {"group": "many"}, "more than 20"),
    "no means": (OptionError, {"mean_structure": False}, "leave mean_structure out"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_had_is_refused(case: str) -> None:
    kind, options, message = REFUSED[case]
    data = PUPILS.assign(many=np.arange(len(PUPILS)) % 30)
    with pytest.raises(kind, match=message):
        approximate_invariance(SPEED, data, **{"group": "school"} | options)


NOTHING = {
    "no factor": ("x1 ~~ x2", "the model has no =~"),
    "all fixed": (
        "speed =~ 1*x7 + 1*x8 + 1*x9\nx7 + x8 + x9 ~ 0*1",
        "no loading or intercept that could deviate",
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_models_in_which_nothing_could_deviate(case: str) -> None:
    text, message = NOTHING[case]
    with pytest.raises(ModelError, match=message):
        approximate_invariance(text, PUPILS, group="school")


def test_a_marker_is_no_unit_beside_unit_variances() -> None:
    with pytest.raises(OptionError, match="fixes the loading speed =~ x7: leave the number out"):
        approximate_invariance("speed =~ 1*x7 + x8 + x9", PUPILS, group="school")


def test_models_that_are_not_identified_even_if_exact() -> None:
    with pytest.raises(ts.TpnSemError, match="not identified"):
        approximate_invariance("f =~ x1 + x2", PUPILS, group="school", sets=("intercepts",))


@pytest.mark.parametrize("variances", [[], [0.01, 0.0]])
def test_sensitivity_to_what_is_no_variance(variances: list[float]) -> None:
    with pytest.raises(OptionError, match="prior"):
        pupils().sensitivity(variances)

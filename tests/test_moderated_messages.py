"""What moderated models say aloud, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from moderated_cases import IMPACT, ONE, TWO, impact, openmx_case, pupils, stuck

import tpn_sem as ts
from tpn_sem import errors
from tpn_sem.groups.moderation import ModeratedEstimation, ModeratedFit, moderated
from tpn_sem.groups.moderation import casewise_likelihood as moderated_likelihood

# What is said aloud -------------------------------------------------------------------------------


def test_what_did_not_converge_has_no_errors() -> None:
    with pytest.warns(errors.ConvergenceWarning, match="did not converge in 1 iterations"):
        moderated(ONE, pupils(), moderators="years", max_iterations=1)
    assert not stuck().converged
    assert "did not converge" in stuck().notes[0]
    table = stuck().estimates
    assert table["se"].isna().sum() == stuck().npar
    assert table[["z", "p_value"]].isna().all(axis=None)
    with pytest.raises(errors.NotAvailableError, match="did not converge"):
        stuck().likelihood_ratio(impact())


def test_a_moderator_too_far_from_zero_is_given_up_soon() -> None:
    data = pupils().assign(born=1939 - pupils()["ageyr"])
    with pytest.warns(errors.TpnSemWarning) as caught:
        fit = moderated(TWO, data, moderators="born")
    kinds = [one.category for one in caught]
    assert kinds == [errors.DataWarning, errors.ConvergenceWarning]
    assert fit.estimation.solution.iterations < 100
    data["born"] -= 1926
    assert moderated(TWO, data, moderators="born").converged


@pytest.mark.parametrize("broken", ["cholesky", "_HALVINGS"])
def test_an_optimiser_without_a_step_stops(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = 0 if broken == "_HALVINGS" else lambda matrix: None
    monkeypatch.setattr(moderated_likelihood, broken, value)
    with pytest.warns(errors.ConvergenceWarning, match="did not converge in 1 iterations"):
        assert not moderated(ONE, pupils(), moderators="years").converged


def test_impossible_parameters_have_no_likelihood() -> None:
    for name, value in (("x1~~x1", -9.0), ("visual~~speed", 1.5), ("visual=~x1", 1e200)):
        found = openmx_case("correlation").estimation
        rows = [found.specification.table.rows[k].name for k in found.design.pattern.table_rows]
        point = found.parameters.copy()
        point[np.flatnonzero(found.design.base[rows.index(name)])] = value
        assert found.likelihood.value(point) == np.inf


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({"years": pupils()["years"] + 13}, {}, "'years' has mean 13.* centre it, as years - 13"),
        ({}, {"cluster": "ten"}, "10 clusters for 14 parameters: .* rank 9 at most"),
        ({}, {"cluster": "forty"}, "^40 clusters are few"),
        ({"x4": pupils()["x4"].mask(pupils()["x4"] > 5)}, {}, "rows were dropped because an"),
    ],
    ids=["far", "fewer clusters than parameters", "few clusters", "listwise"],
)
def test_what_must_be_known_of_the_data(change: dict, options: dict, says: str) -> None:
    numbers = np.arange(301)
    data = pupils().assign(ten=numbers % 10, forty=numbers % 40, **change)
    with pytest.warns(errors.DataWarning, match=says) as caught:
        fit = moderated(ONE, data, moderators="years", **options)
    assert len(fit.notes) == len(caught) == 1


@pytest.mark.parametrize(("count", "few"), [(35, True), (49, True), (50, False)])
def test_fewer_than_fifty_clusters_are_few(count: int, few: bool) -> None:
    data = pupils().assign(c=np.arange(301) % count)
    fit = quietly(moderated, ONE, data, moderators="years", cluster="c")
    assert any(note.startswith(f"{count} clusters are few") for note in fit.notes) is few


def test_a_lopsided_dummy_is_not_far_from_zero() -> None:
    data = pupils().assign(most=(np.arange(301) % 12 > 0).astype(int))
    assert data["most"].mean() / data["most"].std() > 3
    assert moderated(ONE, data, moderators="most", moderated="means").notes == ()


def exact_rows(covariance: np.ndarray, names: str, seed: int) -> pd.DataFrame:
    """Rows with exactly that covariance matrix, and a moderator."""
    noise = np.random.default_rng(seed).standard_normal((200, len(covariance)))
    noise -= noise.mean(axis=0)
    whitened = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise / 200)).T
    rows = whitened @ np.linalg.cholesky(covariance).T
    return pd.DataFrame(rows, columns=list(names)).assign(z=np.arange(200) % 2)


def test_improper_solutions_are_called_so() -> None:
    heywood = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    with pytest.warns(errors.AdmissibilityWarning, match="negative variance estimates: a~~a"):
        fit = moderated(
            "f =~ a + b + c", exact_rows(heywood, "abc", 1), moderators="z", moderated="means"
        )
    assert fit.converged
    alike = np.full((6, 6), 0.55)
    alike[:3, :3] = alike[3:, 3:] = 0.5
    np.fill_diagonal(alike, 1.0)
    data = exact_rows(alike, "abcdef", 2)
    with pytest.warns(errors.AdmissibilityWarning, match="not positive definite for 200 of 200"):
        moderated("f =~ a + b + c\ng =~ d + e + f2", data.rename(columns={"f": "f2"}),
                  moderators="z", moderated="means")  # fmt: skip


def test_a_singular_information_is_called_so() -> None:
    found = replace(impact().estimation)
    found.__dict__["is_identified"] = False
    assert [kind for kind, _ in found.remarks] == [errors.IdentificationWarning]
    assert np.isnan(found.covariance).all()


# What cannot be -----------------------------------------------------------------------------------


TWICE = pd.concat([pupils(), pupils()[["years"]]], axis=1)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"moderators": "year"}, errors.DataError, "'year' is not in the data; did you mean 'yea"),
        ({"moderators": "one"}, errors.DataError, "'one' is constant"),
        ({"moderators": ["years", "double"]}, errors.DataError, "'years', 'double' depend"),
        ({"moderators": "school"}, errors.DataError, "'school' does not hold numbers"),
        ({"moderators": "gone"}, errors.DataError, "every row lacks a moderator"),
        ({"data": TWICE}, errors.DataError, "moderator 'years' appears 2 times"),
        ({"moderators": "x4"}, errors.OptionError, "'x4' is a variable of the model"),
        ({"moderators": "verbal"}, errors.OptionError, "'verbal' is a variable of the model"),
        ({"moderators": []}, errors.OptionError, "moderators= is empty"),
        ({"moderators": ["male", "male"]}, errors.OptionError, "names 'male' twice"),
        ({"moderators": 3.5}, errors.OptionError, "moderators= is a text or a list of texts"),
        ({"moderated": "loading"}, errors.OptionError, "did you mean 'loadings'"),
        ({"moderated": "lv_covariances"}, errors.OptionError, "of which the model has none"),
        ({"moderated": ["verbal =~ x9"]}, errors.OptionError, "'verbal =~ x9', which is no par"),
        ({"moderated": ["x9 ~ 1"]}, errors.OptionError, "no parameter of the model; did you mean"),
        ({"moderated": ["a == b"]}, errors.OptionError, "takes sets of parameters"),
        ({"moderated": ["verbal =- x4"]}, errors.ModelSyntaxError, "unknown operator"),
        ({"moderated": []}, errors.OptionError, "'years' moderates nothing"),
        (
            {"moderators": ["years", "male"], "moderated": {"years": ["means"]}},
            errors.OptionError,
            "'male' moderates nothing",
        ),
        ({"moderated": {"yers": IMPACT}}, errors.OptionError, "'yers', which is no moderator; did"),
        (
            {"moderated": ["means", "intercepts"]},
            errors.IdentificationError,
            "'verbal' has no anchor: 'years' moderates its mean and the intercepts of all",
        ),
        (
            {"moderated": ["lv_variances", "verbal =~ x4 + x5 + x6 + x1"]},
            errors.IdentificationError,
            "'verbal' has no anchor: 'years' moderates its variance and the loadings of all",
        ),
        (
            {
                "model": "f =~ x1 + x2 + x3 + x4\ng =~ x4 + x5 + x6 + x7",
                "moderated": ["means", *(f"x{k} ~ 1" for k in (1, 2, 3, 5, 6, 7))],
            },
            errors.IdentificationError,
            "moderated model is not identified: .*f~1 by years, g~1 by years",
        ),
        (
            {"model": ONE + "; x4 ~~ 0*x4", "moderated": ["x4 ~~ x4"]},
            errors.IdentificationError,
            "cannot be told apart: x4~~x4 by years",
        ),
        ({"model": "verbal =~ x4 + x5"}, errors.IdentificationError, "the model is not identified"),
        ({"group": "school", "ordered": ()}, errors.OptionError, "code 'school' as 0 and 1"),
        ({"ordered": True}, errors.NotEstimatedError, "numerical integration over the factors"),
        ({"estimator": "WLS"}, errors.OptionError, "does not take estimator=. Its options"),
        ({"mising": "fiml"}, errors.OptionError, "mising=; did you mean 'missing'"),
        ({"missing": "two_stage"}, errors.OptionError, "missing='two_stage' is not known"),
        ({"start": {"x99": 1.0}}, errors.ModelError, "start= names 'x99'"),
        ({"cluster": "rom"}, errors.DataError, "cluster column 'rom' is not in"),
        ({"model": "x1 ~~ x2"}, errors.ModelError, "has no factor"),
        ({"model": ONE + "; verbal ~ x9"}, errors.ModelError, "'x9' is an observed predictor"),
        (
            {"model": TWO + "\ng =~ visual + speed + x4"},
            errors.NotEstimatedError,
            "'visual' is a factor and an indicator",
        ),
        ({"model": ONE + "; x4 ~~ v*x4; v > 0"}, errors.NotEstimatedError, "inequalities"),
        ({"model": ONE + "; verbal ~~ verbal"}, errors.ModelError, "'verbal ~~ verbal' must be 1"),
        ({"model": "verbal =~ x4 + x5 + x6; verbal ~ 1"}, errors.ModelError, "must be 0 where"),
        (
            {"model": "verbal =~ 1*x4 + x5 + x6"},
            errors.ModelError,
            "fixes the loading verbal =~ x4",
        ),
    ],
)
def test_what_cannot_be(options: dict, kind: type[Exception], says: str) -> None:
    data = pupils().assign(one=1.0, double=2 * pupils()["years"] + 1, gone=np.nan)
    with pytest.raises(kind, match=says):
        quietly(moderated, **{"model": ONE, "data": data, "moderators": "years", **options})


def test_moderation_needs_rows() -> None:
    moments = ts.SampleMoments(np.eye(3), np.zeros(3), 100, names=["a", "b", "c"])
    with pytest.raises(errors.DataError, match="give a DataFrame, not sample moments"):
        moderated("f =~ a + b + c", moments, moderators="z")


def test_what_a_fit_cannot_be_asked() -> None:
    with pytest.raises(errors.OptionError, match=r"'year' is no moderator.*did you mean 'years'"):
        impact().at(year=1)
    with pytest.raises(
        errors.OptionError, match=r"no moderator .*; the moderators are 'years', 'm"
    ):
        impact().at(qqq=1)
    for value in (np.nan, "old"):
        with pytest.raises(errors.OptionError, match=r"is (not )?a number"):
            impact().at(years=value)
    with pytest.raises(errors.OptionError, match="other= is a ModeratedFit"):
        impact().likelihood_ratio("items")


def half() -> ModeratedFit:
    return moderated(ONE, pupils().iloc[:200], moderators="years")


def others() -> ModeratedFit:
    return moderated("verbal =~ x4 + x5 + x6", pupils(), moderators="years")


def reversed_scale() -> ModeratedFit:
    return moderated(ONE, pupils().assign(years=-pupils()["years"]), moderators="years")


def only(*sets: str) -> ModeratedFit:
    return moderated(ONE, pupils(), moderators=["male"], moderated=list(sets))


def bent() -> ModeratedFit:
    return moderated(ONE + "; x4 ~~ x5", pupils(), moderators="years", moderated="means")


def labelled() -> ModeratedFit:
    text = "verbal =~ a*x4 + a*x5 + x6 + x1"
    return moderated(text, pupils(), moderators=["years", "male"])


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        (impact, half, "other items, rows or clusters"),
        (impact, others, "other items, rows or clusters"),
        (
            impact,
            lambda: quietly(moderated, ONE, pupils(), moderators="years", cluster="room"),
            "other items",
        ),
        (impact, impact, "same number of parameters"),
        (impact, lambda: only("residuals"), "the same number of parameters"),
        (impact, lambda: only("means", "x4 ~ 1"), "only the smaller one moderates x4 ~1 by m"),
        (impact, bent, "baseline models differ"),
        (labelled, lambda: only("means"), "baseline models differ"),
        (impact, reversed_scale, "moderator 'years' has other values"),
    ],
)
def test_what_cannot_be_compared(
    one: Callable[[], ModeratedFit], two: Callable[[], ModeratedFit], says: str
) -> None:
    with pytest.raises(errors.OptionError, match=says):
        one().likelihood_ratio(two())


def test_a_negative_scaling_factor_is_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (
        quietly(moderated, ONE, pupils(), moderators="years", moderated=sets, cluster="room")
        for sets in ("means", IMPACT)
    )
    assert one.likelihood_ratio(two).statistic > 0.0
    scaling = property(lambda found: 1.0 / found.design.size**2)
    monkeypatch.setattr(ModeratedEstimation, "scaling", scaling)
    with pytest.raises(errors.NotAvailableError, match="scaling factor of the difference is neg"):
        one.likelihood_ratio(two)

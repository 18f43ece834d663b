"""Convergent and discriminant validity: semTools' numbers, verdicts, and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import ConvergenceWarning, NotAvailableError, OptionError
from tpn_sem.measurement_quality import Validity, reliability, validity
from tpn_sem.measurement_quality.discriminant_tests import class_by_tests, interval_class
from tpn_sem.measurement_quality.htmt import heterotrait_ratios
from tpn_sem.redraws import RowDraws

WITNESS = json.loads((REFERENCE / "measurement_quality.json").read_text(encoding="utf-8"))
PUPILS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ANSWERS = "A =~ q1 + q2 + q3 + q4 + q5\nB =~ q6 + q7 + q8 + q9 + q10"
FOUR = "\n".join(
    f"{name} =~ {' + '.join(f'y{5 * place + k}' for k in range(1, 6))}"
    for place, name in enumerate("ABCD")
)


def fitted(text: str, data: str, **options: Any) -> ts.Fit:
    return quietly(ts.cfa, text, reference_data(data), **options)


@cache
def pupils() -> Validity:
    return validity(fitted(PUPILS, "HolzingerSwineford1939"), seed=1)


@cache
def ordinal() -> ts.Fit:
    return fitted(ANSWERS, "ordinal_five", ordered=[f"q{k}" for k in range(1, 11)])


@cache
def near(correlation: float) -> Validity:
    """Two constructs of 400 rows with this correlation in the sample."""
    loadings = np.kron(np.eye(2), np.array([[0.8], [0.75], [0.7], [0.7]]))
    factors = np.array([[1.0, correlation], [correlation, 1.0]])
    covariance = loadings @ factors @ loadings.T
    np.fill_diagonal(covariance, 1.0)
    names = [f"{stem}{k}" for stem in "ab" for k in range(4)]
    frame = pd.DataFrame(covariance, index=names, columns=names)
    text = "A =~ a0 + a1 + a2 + a3\nB =~ b0 + b1 + b2 + b3"
    return validity(quietly(ts.cfa, text, ts.SampleMoments(frame, n_observations=400)))


def assert_square(found: pd.DataFrame, witness: dict[str, Any], tolerance: float) -> None:
    names = witness["names"]
    np.testing.assert_allclose(found.loc[names, names], witness["values"], atol=tolerance)


# Witnesses ---------------------------------------------------------------------------------------


def test_ratios_are_those_of_semtools() -> None:
    assert_square(pupils().htmt, WITNESS["pupils"]["htmt"], 1e-10)
    assert_square(pupils().htmt2, WITNESS["pupils"]["htmt2"], 1e-10)
    four = validity(fitted(FOUR, "simulated_four_factors"), interval="delta", cutoffs=())
    assert_square(four.htmt, WITNESS["four"]["htmt"], 1e-10)


def test_ratios_of_ordinal_and_incomplete_items_are_those_of_semtools() -> None:
    found = validity(ordinal(), cutoffs=())
    assert_square(found.htmt, WITNESS["ordinal"]["htmt"], 1e-4)
    assert_square(found.htmt2, WITNESS["ordinal"]["htmt2"], 1e-4)
    gaps = validity(fitted(PUPILS, "hs_missing", missing="fiml"), cutoffs=())
    assert_square(gaps.htmt, WITNESS["incomplete"]["htmt"], 1e-4)


@pytest.mark.parametrize("place", range(4))
def test_models_with_a_correlation_fixed_are_those_of_semtools(place: int) -> None:
    witness, tests = WITNESS["pupils"]["tests"][place], pupils().tests
    rows = tests[tests["cutoff"] == witness["cutoff"]]
    np.testing.assert_allclose(rows["chisq_diff"], witness["chisq_diff"], rtol=1e-5)
    np.testing.assert_allclose(rows["p_value"], witness["p"], rtol=1e-3)
    correlations = pupils().correlations
    np.testing.assert_allclose(correlations["correlation"], witness["estimate"], atol=2e-5)
    np.testing.assert_allclose(correlations["ci_lower"], witness["lower"], atol=2e-5)
    np.testing.assert_allclose(correlations["ci_upper"], witness["upper"], atol=2e-5)


def test_the_average_variance_extracted_is_that_of_semtools() -> None:
    wanted = pd.Series(WITNESS["pupils"]["ave"])
    np.testing.assert_allclose(pupils().ave["ave"][wanted.index], wanted, atol=2e-6)
    table = reliability(fitted(PUPILS, "HolzingerSwineford1939"), interval="delta")
    for column in ("ave", "ave_lower", "ave_upper", "composite"):
        np.testing.assert_allclose(pupils().ave[column].astype(float), table[column], rtol=1e-12)
    root = np.sqrt(pupils().ave["ave"].astype(float))
    np.testing.assert_allclose(np.diag(pupils().fornell_larcker), root)


def test_the_cfi_drop_is_that_of_two_fits() -> None:
    data = reference_data("HolzingerSwineford1939")
    free = ts.cfa(PUPILS, data, std_lv=True)
    fixed = ts.cfa(PUPILS + "\nvisual ~~ 0.8*speed", data, std_lv=True)
    tests = pupils().tests.set_index(["construct_1", "construct_2", "cutoff"])
    found = tests.loc[("visual", "speed", 0.8), "cfi_drop"]
    assert found == pytest.approx(free.measures["cfi"] - fixed.measures["cfi"], abs=1e-8)


def test_corrected_tests_go_with_the_estimator() -> None:
    data = reference_data("HolzingerSwineford1939")
    fit = ts.cfa(PUPILS, data, estimator="MLR")
    fits = [
        quietly(ts.cfa, text, data, std_lv=True, estimator="MLR")
        for text in (PUPILS, PUPILS + "\nvisual ~~ 0.9*speed")
    ]
    tests = validity(fit, cutoffs=[0.9], seed=1).tests
    wanted = ts.compare(*fits).iloc[-1]["chisq_diff"]
    assert tests.iloc[1]["chisq_diff"] == pytest.approx(wanted, rel=1e-5)


# Ratios and intervals ----------------------------------------------------------------------------


def test_a_ratio_by_hand() -> None:
    correlations = np.array(
        [
            [1.0, 0.6, 0.3, -0.2],
            [0.6, 1.0, 0.4, 0.3],
            [0.3, 0.4, 1.0, 0.5],
            [-0.2, 0.3, 0.5, 1.0],
        ]
    )
    members = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    scale = np.diag([1.0, 3.0, 0.2, 5.0])
    found = heterotrait_ratios(scale @ correlations @ scale, members)
    assert found[0, 1] == pytest.approx(0.3 / np.sqrt(0.6 * 0.5))
    assert np.isnan(found[1, 2])  # they share an item
    assert found[0, 2] == pytest.approx(0.25 / np.sqrt(0.6))  # a single item
    geometric = heterotrait_ratios(scale @ correlations @ scale, members, True)
    mean = (0.3 * 0.2 * 0.4 * 0.3) ** 0.25
    assert geometric[0, 1] == pytest.approx(mean / np.sqrt(0.6 * 0.5))


def test_htmt2_of_congeneric_items_is_their_correlation() -> None:
    pair = near(0.85).htmt_intervals.iloc[0]
    assert pair["htmt2"] == pytest.approx(0.85, abs=1e-9)
    assert pair["htmt"] == pytest.approx(0.85, abs=0.01)
    assert near(0.85).correlations.iloc[0]["correlation"] == pytest.approx(0.85, abs=1e-6)


def test_bootstrap_and_delta_intervals_are_near_each_other() -> None:
    fit = fitted(FOUR, "simulated_four_factors")
    drawn = validity(fit, seed=3, cutoffs=()).htmt_intervals
    again = validity(fit, interval="bootstrap", seed=3, cutoffs=()).htmt_intervals
    pd.testing.assert_frame_equal(drawn, again)
    delta = validity(fit, interval="delta", cutoffs=()).htmt_intervals
    for column in ("htmt_lower", "htmt_upper"):
        np.testing.assert_allclose(drawn[column], delta[column], atol=0.04)


def test_clusters_are_drawn_whole() -> None:
    data = ts.datasets.teachers().dropna(subset=["npc1", "npc2", "npc3", "ksse1", "ksse2", "ksse3"])
    text = "NPC =~ npc1 + npc2 + npc3\nKSSE =~ ksse1 + ksse2 + ksse3"
    fit = quietly(ts.cfa, text, data, cluster="school", estimator="MLR")
    drawn = validity(fit, seed=3, cutoffs=()).htmt_intervals.iloc[0]
    delta = validity(fit, interval="delta", cutoffs=()).htmt_intervals.iloc[0]
    width, other = (one["htmt_upper"] - one["htmt_lower"] for one in (drawn, delta))
    assert width == pytest.approx(other, rel=0.25)


def test_ordinal_answers_are_resampled_on_request() -> None:
    pair = quietly(validity, ordinal(), n_draws=25, seed=2, cutoffs=()).htmt_intervals.iloc[0]
    assert pair["htmt_lower"] < pair["htmt"] < pair["htmt_upper"]


def test_a_thousand_draws_take_less_than_a_second() -> None:
    fit = fitted(FOUR, "simulated_four_factors")
    validity(fit, n_draws=1000, seed=1, cutoffs=())
    start = time.process_time()
    validity(fit, n_draws=1000, seed=2, cutoffs=())
    assert time.process_time() - start < 1.0


# Verdicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "upper", "estimate", "name"),
    [
        (0.4, 0.79, 0.6, "no problem"),
        (0.6, 0.8, 0.7, "marginal problem"),
        (0.7, 0.9, 0.8, "moderate problem"),
        (0.9, 1.0, 0.95, "severe problem"),
        (-0.95, -0.6, -0.8, "moderate problem"),
        (np.nan, np.nan, 0.5, ""),
    ],
)
def test_classes_by_interval(lower: float, upper: float, estimate: float, name: str) -> None:
    assert interval_class(lower, upper, estimate) == name


@pytest.mark.parametrize(
    ("below", "name"),
    [
        ([False, False, False], "severe problem"),
        ([True, False, False], "moderate problem"),
        ([True, True, False], "marginal problem"),
        ([True, True, True], "no problem"),
        ([True, None, True], ""),
    ],
)
def test_classes_by_test(below: list[bool | None], name: str) -> None:
    frame = pd.DataFrame({"cutoff": [1.0, 0.9, 0.8], "below": below}, dtype=object)
    assert class_by_tests(frame, "below") == name


@pytest.mark.parametrize(
    ("correlation", "name"),
    [
        (0.6, "no problem"),
        (0.78, "marginal problem"),
        (0.88, "moderate problem"),
        (0.985, "severe problem"),
    ],
)
def test_rules_agree_where_the_matter_is_clear(correlation: float, name: str) -> None:
    row, tests = near(correlation).correlations.iloc[0], near(correlation).tests
    assert list(tests["below_by_interval"]) == [
        row["ci_upper"] < cutoff for cutoff in (1.0, 0.9, 0.85, 0.8)
    ]
    assert row["ci_class"] == name
    assert row["chisq_class"] == name


def test_verdicts_name_rule_and_numbers() -> None:
    said = pupils().verdicts.set_index(["construct_1", "construct_2", "rule"])["verdict"]
    assert said["visual", "", "ave"] == (
        "visual: convergent validity not supported: AVE .37 is below .50 (Fornell & Larcker, "
        "1981), and composite reliability is .63; the weakest item is x2 with a loading of 0.42."
    )
    assert said["visual", "textual", "ci_cfa"].startswith(
        "visual and textual: distinct: the interval of their correlation, [.33, .58], lies below "
        ".80: no problem ("
    )
    for sentence in said:
        assert repr(pupils())
        assert sentence.endswith(".")
    assert ">HTMT</caption>" in pupils()._repr_html_()
    close = near(0.985)
    against = close.verdicts[close.verdicts["supported"].eq(False)]
    assert {"fornell_larcker", "htmt", "htmt2", "ci_cfa", "chisq", "cfi"} <= set(against["rule"])
    for sentence in against["verdict"]:
        assert sentence in " ".join(repr(close).split())


def test_negative_correlations_are_told_apart_by_their_size() -> None:
    data = reference_data("simulated_four_factors")
    flipped = data.assign(**{f"y{k}": -data[f"y{k}"] for k in range(1, 6)})
    one, two = (validity(ts.cfa(FOUR, frame), seed=1) for frame in (data, flipped))
    assert two.correlations.iloc[0]["correlation"] == pytest.approx(
        -one.correlations.iloc[0]["correlation"], abs=1e-6
    )
    np.testing.assert_allclose(one.tests["chisq_diff"], two.tests["chisq_diff"], rtol=1e-5)
    assert list(one.correlations["ci_class"]) == list(two.correlations["ci_class"])
    assert any("above \N{MINUS SIGN}.80" in text for text in two.verdicts["verdict"])


def test_groups_are_judged_each_for_itself() -> None:
    data = reference_data("HolzingerSwineford1939")
    fit = ts.cfa(PUPILS, data, group="school")
    found = validity(fit, seed=1)
    assert found.htmt.index.names == ["group", "construct"]
    alone = validity(ts.cfa(PUPILS, data[data["school"] == "Pasteur"]), seed=1)
    np.testing.assert_allclose(found.htmt.loc["Pasteur"], alone.htmt, rtol=1e-10)
    mine = found.tests[found.tests["group"] == "Pasteur"]
    np.testing.assert_allclose(mine["chisq_diff"], alone.tests["chisq_diff"], rtol=1e-5)
    assert found.ave.loc[("Grant-White", "speed"), "ave"] > 0.5
    assert any("speed in Grant-White" in text for text in found.verdicts["verdict"])


def test_structural_models_are_judged_by_their_measurement() -> None:
    data = reference_data("HolzingerSwineford1939")
    paths = ts.sem(PUPILS + "\nspeed ~ visual + textual\nvisual ~ ageyr", data)
    free = validity(ts.cfa(PUPILS, data), seed=1).tests
    found = validity(paths, seed=1).tests
    wanted = free.set_index(["construct_1", "construct_2", "cutoff"])["chisq_diff"]
    own = found.set_index(["construct_1", "construct_2", "cutoff"])["chisq_diff"]
    np.testing.assert_allclose(own[wanted.index], wanted, rtol=1e-5)


def test_general_factors_are_not_compared_with_their_parts() -> None:
    fit = fitted(FOUR + "\nG =~ A + B + C + D", "simulated_four_factors")
    found = validity(fit, seed=1, cutoffs=())
    assert set(found.htmt.columns) == set("ABCD")
    assert "G" not in set(found.correlations["construct_1"])
    text = (
        "G =~ "
        + " + ".join(f"y{k}" for k in range(1, 11))
        + "\n"
        + "\n".join(FOUR.splitlines()[:2])
    )
    beside = fitted(text, "simulated_four_factors", orthogonal=True, std_lv=True)
    ratios = validity(beside, seed=1).htmt
    assert ratios.loc["G", ["A", "B"]].isna().all()


def test_single_items_and_reversed_items_are_noted() -> None:
    data = reference_data("HolzingerSwineford1939").assign(x5=lambda d: -d["x5"])
    found = validity(ts.cfa("textual =~ x4 + x5 + x6\none =~ x1", data), seed=1)
    assert any("single item" in note for note in found.notes)
    assert any("x5 and the other items" in note for note in found.notes)
    assert np.isnan(found.ave.loc["one", "ave"])
    rules = found.verdicts.set_index(["construct_1", "rule"])
    assert rules.loc[("one", "ave"), "supported"] is None
    assert "cannot be judged" in rules.loc[("one", "ave"), "verdict"]


def test_without_tests_there_are_no_classes_by_tests() -> None:
    found = validity(fitted(PUPILS, "HolzingerSwineford1939"), seed=1, cutoffs=())
    assert len(found.tests) == 0
    assert set(found.correlations["chisq_class"]) == {""}
    said = found.verdicts[found.verdicts["rule"] == "chisq"]
    assert list(said["supported"]) == [None] * 3


REFUSED: list[tuple[Callable[[ts.Fit], object], type[Exception], str]] = [
    (lambda fit: validity(fit, cutoffs=[1.2]), OptionError, "up to 1"),
    (lambda fit: validity(fit, interval="bca"), OptionError, "not known"),
    (lambda fit: validity(fit, interval="delta", seed=3), OptionError, "bootstrap"),
    (lambda fit: validity(fit, n_draws=3), OptionError, "from 20"),
    (lambda fit: validity(fit, seed=-1), OptionError, "seed"),
    (lambda fit: validity(PUPILS), OptionError, "fit a model first"),  # type: ignore[arg-type]
    (
        lambda fit: validity(fitted(PUPILS, "HolzingerSwineford1939", max_iterations=1)),
        NotAvailableError,
        "did not converge",
    ),
]


@pytest.mark.parametrize(("call", "error", "said"), REFUSED)
def test_what_cannot_be_is_refused(
    call: Callable[[ts.Fit], object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        call(fitted(PUPILS, "HolzingerSwineford1939"))


def test_items_given_predictors_have_no_correlations_of_their_own() -> None:
    data = reference_data("ordinal_five")
    options: dict[str, Any] = {"ordered": [f"q{k}" for k in range(1, 11)]}
    given = quietly(ts.sem, ANSWERS + "\nA ~ x", data, **options)
    with pytest.raises(NotAvailableError, match="conditional_x=False"):
        validity(given)
    assert "conditional_x=False" in reliability(given).attrs["reasons"]["A: all"]
    free = quietly(ts.sem, ANSWERS + "\nA ~ x", data, conditional_x=False, **options)
    assert validity(free, cutoffs=()).htmt.loc["A", "B"] > 0.0


def test_items_that_were_never_answered_together_have_no_ratio() -> None:
    data = reference_data("HolzingerSwineford1939").copy()
    data.loc[::2, "x1"], data.loc[1::2, "x2"] = np.nan, np.nan
    fit = quietly(ts.cfa, PUPILS, data, missing="fiml")
    found = validity(fit, cutoffs=())
    assert found.htmt.loc["visual", ["textual", "speed"]].isna().all()
    assert found.htmt.loc["textual", "speed"] > 0.0
    assert found.ave.loc["visual", "ave"] > 0.0
    assert "never answered together" in " ".join(found.verdicts["verdict"])
    table = reliability(fit, interval="delta")
    assert np.isnan(table.loc["visual", "alpha"])
    assert table.loc["visual", "omega_lower"] < table.loc["visual", "omega"]
    assert table.loc["speed", "alpha"] > 0.0
    assert "never answered together" in table.attrs["reasons"]["visual: alpha"]


def test_a_negative_correction_is_replaced() -> None:
    data = reference_data("hs_clustered")
    fit = ts.cfa(PUPILS, data, sampling_weights="weight", estimator="MLR")
    tests = validity(fit, seed=1).tests
    assert tests["p_value"].notna().all()
    assert (tests["reason"] == "").all()


def test_moments_cannot_be_resampled_but_have_intervals() -> None:
    pair = near(0.6).htmt_intervals.iloc[0]
    assert pair["htmt_lower"] < pair["htmt"] < pair["htmt_upper"]
    frame = pd.DataFrame(np.eye(6) * 0.5 + 0.5, index=list("abcdef"), columns=list("abcdef"))
    moments = ts.SampleMoments(frame, n_observations=200)
    with pytest.raises(NotAvailableError, match="rows of data"):
        validity(quietly(ts.cfa, "one =~ a + b + c\ntwo =~ d + e + f", moments), n_draws=50)


def test_draws_that_cannot_be_used_are_counted_and_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fit = fitted(PUPILS, "hs_missing", missing="fiml")
    real = RowDraws.weighted

    def some(self: RowDraws, weights: list[np.ndarray]) -> Iterator[Any]:
        for place, drawn in enumerate(real(self, weights)):
            yield "an unlucky draw" if place < 5 else drawn

    monkeypatch.setattr(RowDraws, "weighted", some)
    with pytest.warns(ConvergenceWarning, match="5 of 20 draws.*an unlucky draw"):
        found = validity(fit, n_draws=20, seed=1, cutoffs=())
    assert found.htmt_intervals["htmt_lower"].notna().all()
    monkeypatch.setattr(RowDraws, "weighted", lambda self, weights: iter(["an unlucky draw"] * 20))
    with pytest.raises(NotAvailableError, match="none of the bootstrap's draws"):
        validity(fit, n_draws=20, seed=1, cutoffs=())

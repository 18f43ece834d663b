"""Common method: weights in what is computed from sums of answers, and tests at the border."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from scipy.stats import chi2

from tpn_sem.method_variance import CommonMethod, common_method
from tpn_sem.method_variance.marker_steps import marker_steps
from tpn_sem.method_variance.method_fitting import fitted_method, model_table
from tpn_sem.method_variance.method_models import method_models
from tpn_sem.method_variance.method_rows import scale_correlations
from tpn_sem.method_variance.method_words import method_notes
from tpn_sem.method_variance.read_method_question import read_question
from tpn_sem.method_variance.scale_partial_correlations import partial_correlations
from tpn_sem.method_variance.single_factor_share import eigenvalue_shares
from tpn_sem.model_choice import nested_test

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
EQUAL = "common method, equal"


def pupils() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with weights from 0 to 3, and the same rows written out."""
    rows = reference_data("HolzingerSwineford1939")
    rows["w"] = np.random.default_rng(1).integers(0, 4, len(rows))
    return rows, rows.loc[rows.index.repeat(rows["w"])].reset_index(drop=True)


def asked(data: pd.DataFrame, **options: object) -> CommonMethod:
    return quietly(common_method, MODEL, data, starts=1, n_draws=5, **options)


class Parts:
    """What is computed of a question without the models that take long."""

    def __init__(
        self, data: pd.DataFrame, marker: list[str] | None = None, **options: object
    ) -> None:
        question = quietly(read_question, MODEL, data, marker, None, options)
        equal, free, intercept, *_ = method_models(question, 1, 0)
        fitted = [fitted_method(question, one) for one in (equal, intercept)]
        table = model_table(question.baseline, fitted)
        self.baseline, self.equal = question.baseline, fitted[0].found
        self.models = table.reindex([*table.index, free.name])
        self.partial, _ = scale_correlations(question, 5, 0)
        self.single_factor = eigenvalue_shares(question)
        marked = marker_steps(replace(question, marker=()), 1, 0)
        tables = {name: vars(self)[name] for name in ("models", "partial", "single_factor")}
        tables["marker_tests"] = pd.DataFrame()
        self.notes = list(method_notes(question, tables, marked, ""))


@pytest.mark.parametrize("marker", [None, ["x7", "x8", "x9"]])
def test_frequency_weights_are_rows_written_out(marker: list[str] | None) -> None:
    rows, written_out = pupils()
    found, wanted = Parts(rows, marker, frequency_weights="w"), Parts(written_out, marker)
    pd.testing.assert_frame_equal(found.partial, wanted.partial, rtol=1e-9, atol=1e-12)
    pd.testing.assert_frame_equal(found.single_factor, wanted.single_factor, rtol=1e-9)
    assert found.partial["df"].to_numpy()[0] == rows["w"].sum() - 3


@pytest.mark.slow
def test_the_whole_answer_has_the_same_numbers() -> None:
    rows, written_out = pupils()
    found, wanted = asked(rows, frequency_weights="w"), asked(written_out)
    pd.testing.assert_frame_equal(found.partial, wanted.partial, rtol=1e-9, atol=1e-12)
    pd.testing.assert_frame_equal(found.single_factor, wanted.single_factor, rtol=1e-9)
    weighted = asked(rows, sampling_weights="w")
    assert any("take the weights as given" in note for note in weighted.notes)


def test_sampling_weights_weight_correlations_and_not_n() -> None:
    rows, written_out = pupils()
    found, wanted = Parts(rows, sampling_weights="w"), Parts(written_out)
    for name in ("correlation", "r_marker", "adjusted", "disattenuated"):
        assert found.partial[name].to_numpy() == pytest.approx(wanted.partial[name].to_numpy())
    assert found.partial["df"].to_numpy()[0] == (rows["w"] > 0).sum() - 3
    assert found.single_factor["share"].iloc[0] == pytest.approx(
        wanted.single_factor["share"].iloc[0]
    )
    assert any("take the weights as given" in note for note in found.notes)
    assert not any("take the weights as given" in note for note in wanted.notes)


def test_weights_are_resampled_with_their_rows() -> None:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(rng.normal(size=(400, 3)) + rng.normal(size=(400, 1)), columns=list("pqr"))
    weights = np.where(np.arange(400) < 200, 1.0, 1e-9)
    scales = {name.upper(): [name] for name in rows}
    found, _ = partial_correlations(rows, scales, ("r",), 200, 1, weights)
    half, _ = partial_correlations(rows[:200], scales, ("r",), 200, 1)
    for name in ("correlation", "boot_lower", "boot_upper"):
        assert found[name].to_numpy() == pytest.approx(half[name].to_numpy(), abs=0.06)


# At the border -----------------------------------------------------------------------------------


def styled(n: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1.0, 0.3], [0.3, 1.0]]).T
    causes = np.repeat(factors, 3, axis=1) * np.tile([1.0, 0.7, 0.5], 2)
    values = causes + 0.4 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 6))
    return pd.DataFrame(values, columns=[f"x{k}" for k in range(1, 7)]).assign(
        g=np.array(["a", "b"])[np.arange(n) % 2]
    )


def border_note(found: Parts) -> str:
    [note] = [one for one in found.notes if EQUAL in one and "at the border" in one]
    return note


def test_groups_have_a_variance_each() -> None:
    """Two independent variances: half the tail of one, a quarter of that of two."""
    found = Parts(styled(), group="g", estimator="ML")
    row = found.models.loc[EQUAL]
    assert row["df_diff"] == 2.0
    wanted = chi2.sf(row["chisq_diff"], 1) / 2 + chi2.sf(row["chisq_diff"], 2) / 4
    assert row["p_diff"] == pytest.approx(wanted)
    assert "by the mixture of chi-squares that holds there" in border_note(found)


def test_a_variance_is_tested_as_where_variants_are_compared() -> None:
    """One difference of one pair of models has one p-value."""
    found = Parts(styled(), estimator="MLR")
    row = found.models.loc[EQUAL]
    tested = nested_test(found.baseline, found.equal)
    assert (row["p_diff"], row["edge"]) == (tested.p_value, "edge")
    assert row["p_diff"] == pytest.approx(chi2.sf(row["chisq_diff"], 1) / 2)

"""How strong an unmeasured common cause would have to be; its witness is a refit with it."""

from __future__ import annotations

import numpy as np
import pytest
from triangle_cases import INSTRUMENT, survey

import tpn_sem as ts
from tpn_sem.sensitivity.unmeasured_confounding import e_value

MEASURE = "\n".join(INSTRUMENT.measure(name) for name in ("NPC", "KSSE", "KS"))


def fitted(structure: str) -> ts.Fit:
    return ts.sem(f"{MEASURE}\n{structure}", survey())


@pytest.mark.parametrize("predictor", ["KSSE", "NPC"])
def test_with_that_covariance_the_path_is_zero_and_the_fit_the_same(predictor: str) -> None:
    fit = fitted("KSSE ~ NPC\nKS ~ NPC + KSSE")
    table = ts.unmeasured_confounding(fit).set_index(["from", "to"])
    rho = table.loc[(predictor, "KS"), "correlation"]
    own = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    v, psi = own[predictor, "~~", predictor], own["KS", "~~", "KS"]
    b = own["KS", "~", predictor]
    assert rho == pytest.approx(b * v / np.sqrt(v * (psi + b**2 * v)), rel=1e-6)
    again = fitted(f"KSSE ~ NPC\nKS ~ NPC + KSSE\n{predictor} ~~ {b * v:.12f}*KS")
    paths = again.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    assert paths["KS", "~", predictor] == pytest.approx(0.0, abs=1e-5)
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-7)
    covariance = again.standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    assert covariance[predictor, "~~", "KS"] == pytest.approx(rho, rel=1e-5)


def test_causes_that_covary() -> None:
    """Of two correlated causes only what the other leaves is shared with the outcome."""
    fit = fitted("KS ~ NPC + KSSE")
    table = ts.unmeasured_confounding(fit).set_index("from")
    standard = fit.standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    left = 1.0 - standard["NPC", "~~", "KSSE"] ** 2
    t = standard["KS", "~", "KSSE"] * np.sqrt(left / standard["KS", "~~", "KS"])
    assert table.loc["KSSE", "correlation"] == pytest.approx(t / np.sqrt(1 + t**2), rel=1e-6)
    assert table.loc["KSSE", "common"] == pytest.approx(np.sqrt(t / np.sqrt(1 + t**2)), rel=1e-6)


def test_e_values_of_published_examples() -> None:
    """A risk ratio of 3.9 has an E-value of 7.3 (VanderWeele & Ding, 2017)."""
    assert e_value(np.log(3.9) / 0.91) == pytest.approx(7.26, abs=0.01)
    assert e_value(0.0) == 1.0


def test_an_interval_that_holds_zero_needs_nothing() -> None:
    data = survey().assign(noise=np.random.default_rng(4).normal(size=len(survey())))
    row = ts.unmeasured_confounding(ts.sem("KS =~ ks1 + ks2 + ks3\nKS ~ noise", data)).iloc[0]
    assert row["correlation_limit"] == row["common_limit"] == 0.0
    assert row["e_value_limit"] == 1.0


def test_a_covariance_that_is_in_the_model_is_said() -> None:
    table = ts.unmeasured_confounding(fitted("KSSE ~ NPC\nKS ~ NPC + KSSE"))
    assert not table["has"].any()
    measure = "x =~ npc1 + npc2 + npc3\ny =~ ks1 + ks2 + ks3"
    fit = ts.sem(f"{measure}\nx ~ age\ny ~ x\nx ~~ y", survey())
    found = ts.unmeasured_confounding(fit).set_index(["from", "to"])["has"]
    assert found["x", "y"]
    assert not found["age", "x"]


def test_refusals() -> None:
    with pytest.raises(ts.TpnSemError, match="no regressions"):
        ts.unmeasured_confounding(ts.cfa("f =~ ks1 + ks2 + ks3 + ks4", survey()))
    with pytest.raises(ts.TpnSemError, match="unmeasured_confounding: fit= is a Fit"):
        ts.unmeasured_confounding("f =~ x")
    with pytest.raises(ts.TpnSemError, match="no standard errors"):
        ts.unmeasured_confounding(ts.sem(f"{MEASURE}\nKS ~ NPC", survey(), se="none"))


def test_a_disturbance_of_zero_leaves_nothing_to_share() -> None:
    fit = fitted("KS ~ NPC\nKS ~~ 0*KS")
    row = ts.unmeasured_confounding(fit).iloc[0]
    assert (row["correlation"], row["common"]) == (1.0, 1.0)

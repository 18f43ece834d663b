"""Differences of groups, against parameters that are defined by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import quietly, reference_data
from group_comparison_cases import PUPILS, THREE, pupils
from scipy import stats

import tpn_sem as ts
from tpn_sem.errors import (
    NotAvailableError,
)

# Differences of groups ----------------------------------------------------------------------------


MEDIATION = THREE + "\ntextual ~ visual\nspeed ~ visual + textual"


@cache
def mediated() -> ts.Fit:
    return ts.sem(
        MEDIATION,
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1", "x7 ~ 1"],
    )


def test_differences_are_those_of_defined_parameters() -> None:
    """Indirect effects and their difference, written by hand, have the same delta-method errors."""
    labelled = MEDIATION.replace("textual ~ visual", "textual ~ c(a1, a2)*visual").replace(
        "speed ~ visual + textual", "speed ~ c(c1, c2)*visual + c(b1, b2)*textual"
    )
    written = ts.sem(
        labelled + "\nindirect := a2*b2 - a1*b1\ntotal := a2*b2 + c2 - a1*b1 - c1",
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1", "x7 ~ 1"],
    ).estimates.set_index("lhs")
    paths = ts.group_differences(mediated()).paths.set_index(["effect", "kind"])
    for kind in ("indirect", "total"):
        ours = paths.loc[("visual → speed", kind)]
        for column in ("estimate", "se", "z", "p_value", "ci_lower", "ci_upper"):
            assert ours[column] == pytest.approx(written.loc[kind, column], rel=1e-5, abs=1e-9)


def test_factors_and_r_squared_are_those_of_the_fit() -> None:
    found, fit = ts.group_differences(mediated()), mediated()
    implied = fit.r_squared
    for row in found.r_squared.query("quantity == 'R²'").itertuples():
        assert row.estimate == pytest.approx(implied[(row.group, row.variable)], rel=1e-9)
    gaps = found.r_squared.query("quantity == 'difference'").set_index("variable")["estimate"]
    first, second = fit.group_labels
    assert gaps["speed"] == pytest.approx(implied[(second, "speed")] - implied[(first, "speed")])
    own = fit.estimates.query("lhs == 'visual' and op == '~1' and free").iloc[0]
    mean = found.factors.query("factor == 'visual' and quantity == 'mean' and group == @second")
    for column in ("estimate", "se", "ci_lower", "ci_upper"):
        assert mean[column].iloc[0] == pytest.approx(own[column], rel=1e-6)
    sizes = [sample.size for sample in fit.estimation.samples.groups]
    variances = fit.estimates.query("lhs == 'visual' and op == '~~' and rhs == 'visual'")[
        "estimate"
    ]
    pooled = np.average(variances, weights=sizes)
    ours = found.standardized.query("factor == 'visual' and quantity == 'mean difference'")
    assert ours["estimate"].iloc[0] == pytest.approx(own["estimate"] / np.sqrt(pooled), rel=1e-8)


def test_clusters_give_students_intervals() -> None:
    data = reference_data("hs_clustered")
    fit = quietly(
        ts.cfa,
        THREE,
        data,
        group="school",
        cluster="classroom",
        group_equal=["loadings", "intercepts"],
    )
    found = ts.group_differences(fit)
    df = fit.estimation.cluster_degrees_of_freedom
    row = found.standardized.iloc[0]
    assert row["df"] == df
    assert row["ci_upper"] == pytest.approx(row["estimate"] + stats.t.ppf(0.975, df) * row["se"])
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(row["z"]), df))
    assert "independent" in ts.group_differences(mediated()).notes[0]


def test_one_group_has_no_differences() -> None:
    with pytest.raises(NotAvailableError, match="one group"):
        ts.group_differences(ts.cfa(THREE, PUPILS))


# Models that identify themselves ------------------------------------------------------------------


def test_what_may_be_compared_depends_on_what_is_equal() -> None:
    with pytest.raises(NotAvailableError, match=r"no item of 'visual' has the same loading"):
        ts.group_differences(ts.cfa(THREE, PUPILS, group="school", std_lv=True))
    metric = ts.group_differences(pupils(partial=False))  # scalar fails
    assert set(metric.standardized["quantity"]) == {"log variance ratio"}
    assert "Means are not compared" in metric.notes[0]
    partial = ts.group_differences(pupils())
    assert "mean difference" in set(partial.standardized["quantity"])
    first = ts.group_differences(pupils(), reference="Grant-White").standardized["estimate"]
    np.testing.assert_allclose(first, -partial.standardized["estimate"], rtol=1e-9)
    assert ts.alignment(pupils(), seed=1).factors.shape[0] == 6

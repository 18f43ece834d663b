"""What must not matter to approximate invariance: order, units, metric."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from approximate_cases import (
    DEVIATIONS,
    FIXED,
    LEVELS,
    MEANS,
    PUPILS,
    SIDES,
    SIGMA,
    SIX,
    SPEED,
    SPEEDED,
    THREE,
    moments,
    population,
    rows,
)

import tpn_sem as ts
from tpn_sem.groups.approximate import (
    approximate_invariance,
    posterior_mode,
)


def test_the_order_of_later_groups_does_not_matter() -> None:
    data = population()
    one = approximate_invariance(SIX, data)
    other = approximate_invariance(SIX, {name: data[name] for name in ("g0", "g3", "g1", "g2")})
    for name, keys in (("parameters", SIDES), ("factors", ["factor", "group"])):
        first, second = (getattr(found, name).set_index(keys) for found in (one, other))
        pd.testing.assert_frame_equal(first, second.loc[first.index], rtol=1e-6, atol=1e-8)
    assert one.log_posterior == pytest.approx(other.log_posterior, rel=1e-11)


def test_the_first_group_only_sets_the_metric_where_loadings_are_equal() -> None:
    data = {f"g{place}": moments(level, SIGMA, 150) for place, level in enumerate(LEVELS)}
    moved = {name: data[name] for name in ("g2", "g0", "g1")}
    one, other = (approximate_invariance(FIXED, own, sets=("intercepts",)) for own in (data, moved))
    first, second = (found.parameters.set_index(SIDES)["deviation"] for found in (one, other))
    np.testing.assert_allclose(second.loc[first.index], first, atol=1e-9)
    first, second = (found.factors.set_index("group")["mean"] for found in (one, other))
    np.testing.assert_allclose(second.loc[first.index], first - first["g2"], atol=1e-9)
    assert one.log_posterior == pytest.approx(other.log_posterior, rel=1e-11)


def test_the_first_group_only_sets_the_metric_where_items_are_invariant() -> None:
    data = population(differ=False)
    found = approximate_invariance(SIX, {name: data[name] for name in ("g1", "g0", "g3", "g2")})
    table = found.factors.set_index("group").loc[list(data)]
    variances = np.square(DEVIATIONS) / DEVIATIONS[1] ** 2
    np.testing.assert_allclose(table["variance"], variances, atol=1e-6)
    means = (np.array(MEANS) - MEANS[1]) / DEVIATIONS[1]
    np.testing.assert_allclose(table["mean"], means, atol=1e-7)


def test_the_first_group_matters_where_loadings_differ() -> None:
    """The prior is of loadings in its metric; the note says so, and what to do."""
    data = population()
    one = approximate_invariance(SIX, data)
    other = approximate_invariance(SIX, {name: data[name] for name in ("g1", "g0", "g2", "g3")})
    first, second = (found.factors.set_index("group")["variance"] for found in (one, other))
    assert abs(first["g1"] - second["g1"] / second["g0"]) > 0.1
    assert any("another first group" in note for note in one.notes)


def test_the_units_of_items_do_not_matter() -> None:
    units = np.array([4.0, 0.5, 2.0])
    scaled = rows("listwise").assign(**(PUPILS[SPEEDED] * units + 5.0))
    one = approximate_invariance(SPEED, rows("listwise"), group="school")
    other = approximate_invariance(SPEED, scaled, group="school")
    pd.testing.assert_frame_equal(one.factors, other.factors, rtol=1e-6)
    np.testing.assert_allclose(one.parameters["z"], other.parameters["z"], rtol=1e-6)
    ratio = other.parameters["deviation"] / one.parameters["deviation"]
    np.testing.assert_allclose(ratio, np.tile(np.repeat(units, 2), 2), rtol=1e-6)


def test_scales_are_pooled_and_factors_have_one() -> None:
    text = f"{THREE}\nall =~ visual + textual + speed"
    exact = ts.cfa(text, PUPILS, group="school", std_lv=True, group_equal="loadings")
    tied = posterior_mode(exact.estimation, ("loadings",), 0.01).tied
    pooled = PUPILS.groupby("school")[[f"x{i}" for i in range(1, 10)]].transform(
        lambda column: column - column.mean()
    )
    np.testing.assert_allclose(tied.scales, [*np.sqrt((pooled**2).mean()), 1.0, 1.0, 1.0])


def test_labels_that_users_gave_stay_exact() -> None:
    text = "speed =~ c(p, q)*x7 + c(a, a)*x8 + x9 + x1\np == q"
    found = approximate_invariance(text, PUPILS, group="school")
    loadings = found.parameters[found.parameters["op"] == "=~"]
    assert loadings["rhs"].unique().tolist() == ["x9", "x1"]

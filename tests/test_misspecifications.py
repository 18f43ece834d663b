"""Modification indices with their power: lavaan's numbers, decisions, and what is refused."""

from __future__ import annotations

import pytest

import tpn_sem as ts
from tpn_sem.errors import OptionError

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
# lavaan 0.6-14: modindices(fit, power = TRUE, delta = 0.1): mi, ncp, power.
LAVAAN = {
    ("visual", "=~", "x9"): (36.411, 1.094, 0.182),
    ("x7", "~~", "x8"): (34.145, 1.187, 0.193),
    ("visual", "=~", "x7"): (18.631, 1.047, 0.176),
    ("x8", "~~", "x9"): (14.946, 0.835, 0.150),
    ("textual", "=~", "x3"): (9.151, 1.240, 0.200),
    ("x2", "~~", "x7"): (8.918, 2.671, 0.373),
    ("textual", "=~", "x1"): (8.903, 0.725, 0.136),
    ("x3", "~~", "x5"): (7.858, 4.643, 0.577),
    ("x1", "~~", "x9"): (7.335, 3.858, 0.502),
    ("x4", "~~", "x6"): (6.220, 1.128, 0.186),
}


@pytest.fixture(scope="module")
def fit() -> ts.Fit:
    return ts.cfa(MODEL, ts.datasets.holzinger_swineford_1939())


def test_power_is_lavaans(fit: ts.Fit) -> None:
    table = fit.misspecifications(0.1, standardized=False).set_index(["lhs", "op", "rhs"])
    for key, (mi, ncp, power) in LAVAAN.items():
        row = table.loc[key]
        assert row["mi"] == pytest.approx(mi, abs=6e-4)
        assert row["ncp"] == pytest.approx(ncp, abs=6e-4)
        assert row["power"] == pytest.approx(power, abs=6e-4)
        assert row["decision"] == "misspecified"


def test_decisions_follow_significance_power_and_size(fit: ts.Fit) -> None:
    table = fit.misspecifications()
    for row in table.itertuples():
        significant, powerful = row.mi > 3.841459, row.power >= 0.75
        large = abs(row.sepc_all) >= row.delta
        if significant:
            expected = "misspecified" if large or not powerful else "not misspecified"
        else:
            expected = "not misspecified" if powerful else "cannot tell"
        assert row.decision == expected
    assert set(table["decision"]) == {"misspecified", "not misspecified", "cannot tell"}
    assert set(table.loc[table["op"] == "=~", "delta"]) == {0.4}
    other = fit.misspecifications({"=~": 0.2})
    assert set(other.loc[other["op"] == "=~", "delta"]) == {0.2}
    assert set(other.loc[other["op"] == "~~", "delta"]) == {0.1}


def test_what_is_more_than_delta_has_more_power(fit: ts.Fit) -> None:
    small, large = fit.misspecifications(0.05), fit.misspecifications(0.5)
    assert (large["power"] >= small["power"]).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"delta": 0}, "above 0"),
        ({"delta": {"=!": 0.1}}, "delta='=!'"),
        ({"high_power": 1.0}, "high_power"),
        ({"alpha": 1.5}, "level"),
    ],
)
def test_wrong_options_are_refused(fit: ts.Fit, options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        fit.misspecifications(**options)

"""The instrument: items, columns and what is refused."""

from __future__ import annotations

import pytest

from tpn_sem.errors import OptionError
from tpn_sem.triangle import (
    CONSTRUCTS,
    Instrument,
)


@pytest.mark.parametrize("n_items", [2, 3, 5, 8])
def test_an_instrument_has_any_number_of_items(n_items: int) -> None:
    instrument = Instrument.numbered(n_items)
    assert len(instrument.all_items) == 4 * n_items
    assert instrument.measure("KR").endswith(f"kr{n_items}")


def test_an_instrument_has_ones_own_columns() -> None:
    items = {"NPC": ["Q1", "Q2"], "KSSE": ["Q3", "Q4"], "KS": ["Q5", "Q6"], "KR": ["Q7", "Q8"]}
    instrument = Instrument(items, {"rural": "village"})
    assert instrument.measure("KE", "KS", "KR") == "KE =~ Q5 + Q6 + Q7 + Q8"
    assert instrument.column("rural") == "village"
    items["NPC"].append("Q9")
    assert instrument.all_items == tuple(f"Q{k}" for k in range(1, 9))


GOOD = {name: [f"{name}1", f"{name}2"] for name in CONSTRUCTS}
BAD_INSTRUMENTS = {
    "unknown construct": ({**GOOD, "KSE": ["a", "b"]}, {}, "did you mean 'KSSE'"),
    "missing construct": ({k: v for k, v in GOOD.items() if k != "KR"}, {}, "no items for KR"),
    "one item": ({**GOOD, "KS": ["a"]}, {}, r"KS has 1 item\(s\)"),
    "used twice": ({**GOOD, "KS": ["NPC1", "b"]}, {}, "used twice in the instrument: NPC1"),
    "context is an item": (GOOD, {"rural": "KR2"}, "used twice in the instrument: KR2"),
    "unknown role": (GOOD, {"rurl": "x"}, "did you mean 'rural'"),
}


@pytest.mark.parametrize("name", BAD_INSTRUMENTS)
def test_a_wrong_instrument_is_refused(name: str) -> None:
    items, context, says = BAD_INSTRUMENTS[name]
    with pytest.raises(OptionError, match=says):
        Instrument(items, context)


def test_a_role_without_a_column_says_how_to_give_it() -> None:
    with pytest.raises(OptionError, match=r"context=\{'comparison': \.\.\.\}"):
        Instrument(GOOD).column("comparison")

"""Where lavaan warns of a frozen case, our fit has a note that says the same."""

from __future__ import annotations

from functools import cache

import pytest
from compare import ORDINAL, ROBUST, VERSIONS, has_reference, reference, refit

import tpn_sem as ts

# What lavaan's warning says, and what our note says.
SAID = {
    "cases were deleted": "rows were dropped",
    "ov variances are negative": "negative variance estimates",
    "does not appear to be positive definite": "the robust covariance matrix has rank",
    "using a single label per parameter": "one label for all groups",
}
# What we do not say: we refuse the model, or do not do what lavaan warns of doing.
NOT_SAID = {
    "observed.information for ALL test statistics": "MLR's information is taken as it is",
    "information will be set to": "the option has no effect; see docs/agreement.md",
}
NOT_FITTED = ("two_groups_thresholds",)
WARNINGS = [
    (name, version, text)
    for name in (*ROBUST, *ORDINAL)
    for version in VERSIONS
    if name not in NOT_FITTED and has_reference(name, version)
    for text in reference(name, version).get("warnings") or []
]


@cache
def notes_of(name: str) -> tuple[str, ...]:
    fit: ts.Fit = refit(name)
    return tuple(str(note) for note in fit.notes)


@pytest.mark.parametrize(("name", "version", "text"), WARNINGS)
def test_what_lavaan_warns_of_is_a_note(name: str, version: str, text: str) -> None:
    if any(known in text for known in NOT_SAID):
        return
    ours = [note for warning, note in SAID.items() if warning in text]
    assert ours, f"{version} says of {name}: {text}"
    assert any(ours[0] in note for note in notes_of(name)), notes_of(name)


def test_all_warnings_are_met() -> None:
    met = {known for known in (*SAID, *NOT_SAID) for *_, text in WARNINGS if known in text}
    assert met == {*SAID, *NOT_SAID}

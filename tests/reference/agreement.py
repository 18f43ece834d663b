"""Print the differences between this library and lavaan's frozen values, from each version.

    python tests/reference/agreement.py              every case
    python tests/reference/agreement.py hs_cfa       all that is known of the named cases

Differences whose cause is known (`known_differences.py`) stand in a table of their own.
"""

from __future__ import annotations

import sys

from compare import (
    ALL,
    VERSIONS,
    Difference,
    differences,
    has_reference,
    kinds_of,
    reference,
    refit,
)
from known_differences import ALL_KNOWN, Place, causes

import tpn_sem as ts
from tpn_sem.fit import Fit

_FLOOR, _NOTEWORTHY = 0.1, 1e-5
Largest = dict[tuple[str, str], tuple[float, str]]  # by kind or cause, and version


def _keep(largest: Largest, key: str, version: str, size: float, name: str) -> None:
    largest[key, version] = max(largest.get((key, version), (0.0, "-")), (size, name))


def _compare(
    name: str, kind: str, version: str, fit: Fit, known: Largest
) -> Difference | str | None:
    """The largest difference without a known cause, or why nothing could be compared."""
    if not has_reference(name, version):
        return None
    if "refused" in reference(name, version):
        return "lavaan refuses the case"
    try:
        found = differences(name, fit, kind, version)
    except Exception as error:  # shown, not hidden: this is a report
        return f"{type(error).__name__}: {error}"
    left = []
    for item in found:
        because = causes(version, Place(name, kind, item))
        left += [] if because else [item]
        for cause in because:
            _keep(known, cause.cause, version, item.relative(_FLOOR), name)
    return max(left, key=lambda item: item.relative(_FLOOR)) if left else None


def _cell(found: Difference | str | None) -> str:
    return f"{found.relative(_FLOOR):9.1e}" if isinstance(found, Difference) else f"{'-':>9}"


def _print_case(name: str, fit: Fit, always: bool, worst: Largest, known: Largest) -> None:
    for kind in kinds_of(name):
        found = {version: _compare(name, kind, version, fit, known) for version in VERSIONS}
        for version, item in found.items():
            if isinstance(item, Difference):
                _keep(worst, kind, version, item.relative(_FLOOR), name)
        notable = [item for item in found.values() if item is not None]
        if always or any(isinstance(i, str) or i.relative(_FLOOR) > _NOTEWORTHY for i in notable):
            details = "; ".join(f"{version}: {item}" for version, item in found.items() if item)
            print(f"{name:36} {kind:28} {'  '.join(map(_cell, found.values()))}  {details[:300]}")


def _print_table(title: str, keys: list[str], largest: Largest) -> None:
    width = max(map(len, keys))
    print(f"\n{title}")
    print(f"{'':{width}} " + " ".join(f"{version:>9} {'':36}" for version in VERSIONS).rstrip())
    for key in keys:
        cells = [largest.get((key, version)) for version in VERSIONS]
        line = " ".join(f"{c[0]:9.1e} {c[1]:36}" if c else f"{'-':>9} {'':36}" for c in cells)
        print(f"{key:{width}} {line}".rstrip())


def main(names: list[str]) -> None:
    """Print the largest relative difference of every kind and case from each version's values."""
    worst: Largest = {}
    known: Largest = {}
    print(f"{'case':36} {'kind':28} " + "  ".join(f"{version:>9}" for version in VERSIONS))
    for name in names or ALL:
        if ALL[name].get("only") == "estimates":
            continue
        try:
            fit = refit(name)
        except ts.TpnSemError as error:  # shown, not hidden: this is a report
            print(f"{name:36} {type(error).__name__}: {error}"[:200])
            continue
        _print_case(name, fit, bool(names), worst, known)
    scale = "relative to lavaan's value or to 0.1 where that is larger"
    _print_table(f"largest difference, {scale}", list(dict.fromkeys(k for k, _ in worst)), worst)
    causes_met = [item.cause for item in ALL_KNOWN if any(item.cause == k for k, _ in known)]
    if causes_met:
        _print_table("differences whose cause is known", causes_met, known)


if __name__ == "__main__":
    main(sys.argv[1:])

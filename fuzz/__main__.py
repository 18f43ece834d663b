"""Run the attack: ``python -m fuzz --minutes 60 --seed 1``."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pandas as pd  # noqa: E402

from . import calls, files, frames, ordinal, surveys, texts  # noqa: E402
from .judge import Finding, judged  # noqa: E402
from .shrink import shrunk  # noqa: E402

# Each attack with its share of the time, and how many cases `--counts` makes of it.
ATTACKS: dict[str, tuple[ModuleType, float, int]] = {
    "texts": (texts, 0.15, 250_000),
    "frames": (frames, 0.25, 10_000),
    "ordinal": (ordinal, 0.25, 2_774),
    "calls": (calls, 0.25, 20_000),
    "files": (files, 0.05, 1_500),
    "surveys": (surveys, 0.05, 3_000),
}
FINDINGS = Path(__file__).parent / "findings"


def main(arguments: list[str] | None = None) -> int:
    """Attack until the time or the number of cases is over; 1 where anything was found."""
    options = _parser().parse_args(arguments)
    counts: Counter[str] = Counter()
    found: dict[str, Finding] = {}
    for name in options.only or ATTACKS:
        module, share, count = ATTACKS[name]
        seconds = options.minutes * 60 * (share if not options.only else 1 / len(options.only))
        cases = count if options.counts else options.cases
        began = time.monotonic()
        counts[name] = _attack(name, module, seconds, cases, options.seed, found)
        print(f"{name}: {counts[name]} cases in {time.monotonic() - began:.0f} s", flush=True)
    print(f"{sum(counts.values())} cases, {len(found)} findings")
    return 1 if found else 0


def _attack(
    name: str,
    module: ModuleType,
    seconds: float,
    cases: int | None,
    seed: int,
    found: dict[str, Finding],
) -> int:
    end, number = time.monotonic() + seconds, 0
    while number != cases and (cases is not None or time.monotonic() < end):
        parts, run = module.case(random.Random(f"{name} {seed} {number}"))
        finding = judged(lambda run=run, parts=parts: run(**parts))  # type: ignore[misc]
        if finding is not None and finding.what not in found:
            found[finding.what] = finding
            small = shrunk(parts, run, finding.what)
            _tell(f"{name} {seed} {number}", finding, small)
        number += 1
    return number


def _tell(title: str, finding: Finding, parts: dict[str, Any]) -> None:
    """Print a finding, and keep it with its data."""
    shown = {name: part for name, part in parts.items() if not isinstance(part, pd.DataFrame)}
    print(f"\n== {title}: {finding.what}\n{shown}", flush=True)
    FINDINGS.mkdir(exist_ok=True)
    stem = title.replace(" ", "-")
    text = f"{finding.what}\n\n{shown}\n\n{finding.detail}"
    (FINDINGS / f"{stem}.txt").write_text(text, encoding="utf-8", errors="backslashreplace")
    for name, part in parts.items():
        if isinstance(part, pd.DataFrame):
            part.to_csv(FINDINGS / f"{stem}.{name}.csv", index=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--counts", action="store_true", help="as many as docs/reliability.md says")
    parser.add_argument("--cases", type=int, help="cases of each attack, in place of minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(ATTACKS))
    return parser


if __name__ == "__main__":
    sys.exit(main())

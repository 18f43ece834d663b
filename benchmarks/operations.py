"""What the main paths cost, without a clock: calls and memory, the same on every machine.

    python benchmarks/operations.py            # prints what is counted beside what is stored
    python benchmarks/operations.py --store    # stores it, after a change that is meant

`tests/test_operations.py` fails where a path costs a fifth more than is stored.

Counted are calls of functions of the library, and calls that these make to functions written in C,
as numpy's; comprehensions are left out, which newer versions of Python run without a call. The peak
of memory is what numpy and Python allocate at one time beyond what was there before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd

import tpn_sem as ts

STORED = Path(__file__).with_name("operations.json")
PACKAGE = str(Path(ts.__file__).parent)
LIMIT = 1.2
_INLINED = ("<listcomp>", "<dictcomp>", "<setcomp>")
_number = count(1)


def model_text(stem: str = "f") -> str:
    return "\n".join(
        f"{stem}{k} =~ " + " + ".join(f"y{5 * k + j}" for j in range(5)) for k in range(4)
    )


def data() -> pd.DataFrame:
    loadings = "\n".join(
        f"f{k} =~ " + " + ".join(f".7*y{5 * k + j}" for j in range(5)) for k in range(4)
    )
    correlated = "\n".join(f"f{i} ~~ .4*f{j}" for i in range(4) for j in range(i))
    frame = ts.simulate(f"{loadings}\n{correlated}", 440, seed=440)
    return frame.assign(group=np.where(np.arange(440) % 2, "one", "two"))


DATA = data()
ITEMS = list(DATA.columns[:20])
GRADES = DATA[ITEMS].apply(
    lambda column: pd.cut(column, [-9, -1.2, -0.4, 0.4, 1.2, 9], labels=False)
)
GAPS = DATA[ITEMS].mask(np.random.default_rng(440).random((440, 20)) < 0.05)


def fitted(text: str, frame: pd.DataFrame, **options: Any) -> ts.Fit:
    fit = ts.Model(text).fit(frame, **options)
    _ = fit.estimates, fit.measures
    return fit


PATHS: dict[str, Callable[[], object]] = {
    "a new model": lambda: fitted(model_text(f"new{next(_number)}f"), DATA),
    "the same again": lambda: fitted(model_text(), DATA),
    "robust (MLR)": lambda: fitted(model_text(), DATA, estimator="MLR"),
    "full information": lambda: fitted(model_text(), GAPS, missing="fiml"),
    "ordinal (WLSMV)": lambda: fitted(model_text(), GRADES, ordered=True),
    "ladder of invariance": lambda: ts.invariance(model_text(), DATA, group="group"),
    "modification indices": lambda: fitted(model_text(), DATA).modification_indices(),
    "bootstrap of 64": lambda: ts.bootstrap(fitted(model_text(), DATA), 64, seed=1),
}


def cost(path: Callable[[], object]) -> dict[str, float]:
    """Calls, and the peak of memory in kB, of a path that has been taken before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path()
        calls = counted(path)
        tracemalloc.start()
        try:
            path()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    return {"calls": calls, "peak_kb": round(peak / 1024)}


def counted(path: Callable[[], object]) -> int:
    """Calls within the library, and from it to functions written in C."""
    total = 0

    def watch(frame: FrameType, event: str, argument: object) -> None:
        nonlocal total
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            return
        if event == "c_call" or (event == "call" and code.co_name not in _INLINED):
            total += 1

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        path()
    finally:
        sys.setprofile(before)
    return total


def stored() -> dict[str, dict[str, float]]:
    return json.loads(STORED.read_text(encoding="utf-8"))["paths"]


def grown(name: str, found: dict[str, float], known: dict[str, float]) -> list[str]:
    """What has grown by more than a fifth, in words."""
    return [
        f"{name}: {measure} {known[measure]:.0f} became {found[measure]:.0f}"
        for measure in ("calls", "peak_kb")
        if found[measure] > LIMIT * known[measure]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", action="store_true", help="store what is counted")
    asked = parser.parse_args()
    found = {name: cost(path) for name, path in PATHS.items()}
    known = stored() if STORED.exists() else {}
    table = pd.DataFrame(found).T
    for measure in ("calls", "peak_kb"):
        table[f"stored_{measure}"] = [known.get(name, {}).get(measure, np.nan) for name in found]
    print(table.to_string(float_format="{:.0f}".format))
    if asked.store:
        versions = {
            "python": ".".join(map(str, sys.version_info[:2])),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        }
        text = json.dumps({"versions": versions, "paths": found}, indent=2)
        STORED.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""OpenMx's cases and the fits that the tests of moderation share."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from conftest import quietly, reference_data

from tpn_sem.groups.moderation import ModeratedFit, moderated

ONE = "verbal =~ x4 + x5 + x6 + x1"
TWO = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9"
IMPACT = ["means", "lv_variances"]
OPENMX = json.loads(
    (Path(__file__).parent / "reference" / "moderated.json").read_text(encoding="utf-8")
)["cases"]


@cache
def pupils(name: str = "HolzingerSwineford1939") -> pd.DataFrame:
    data = reference_data(name).copy()
    years = data["age"] - 13 if "age" in data else (data["ageyr"] - 13) + data["agemo"] / 12
    return data.assign(
        years=years,
        male=data["sex"] - 1,
        pasteur=(data["school"] == "Pasteur").astype(int),
        room=np.arange(len(data)) % 60,
    )


@cache
def openmx_case(name: str) -> ModeratedFit:
    case = OPENMX[name]
    missing = "fiml" if "missing" in case["data"] else "listwise"
    options = {"moderators": list(case["moderated"]), "moderated": case["moderated"]}
    return quietly(moderated, case["model"], pupils(case["data"]), missing=missing, **options)


@cache
def impact() -> ModeratedFit:
    return moderated(ONE, pupils(), moderators=["years", "male"])


@cache
def items() -> ModeratedFit:
    return openmx_case("items")


@cache
def stuck() -> ModeratedFit:
    return quietly(moderated, ONE, pupils(), moderators="years", max_iterations=1)

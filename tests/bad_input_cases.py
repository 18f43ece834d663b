"""How an error or a warning is expected, and the data that are spoilt."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import reference_data

import tpn_sem as ts

ONE = "f =~ x1 + x2 + x3"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
HOLZINGER = reference_data("HolzingerSwineford1939")
NAMES = ["x1", "x2", "x3"]


def refused(
    kind: type[Exception], says: str, model: str = ONE, data: object = None, **options: object
) -> None:
    """The fit fails with an error of exactly this class, which says this."""
    with pytest.raises(ts.TpnSemError) as caught:
        ts.Model(model).fit(HOLZINGER if data is None else data, **options)
    assert type(caught.value) is kind
    assert says in str(caught.value)


def warned(
    kind: type[Warning], says: str, model: str = ONE, data: object = None, **options: object
) -> ts.Fit:
    """The fit warns; notes and summary say the same."""
    with pytest.warns(kind, match=re.escape(says)):
        fit = ts.Model(model).fit(HOLZINGER if data is None else data, **options)
    assert any(says in note for note in fit.notes)
    assert says in " ".join(fit.summary().split())
    return fit


def moments(covariance: list[list[float]], n: int = 200) -> ts.SampleMoments:
    names = [f"x{place + 1}" for place in range(len(covariance))]
    return ts.SampleMoments(np.array(covariance), None, n, names=names)

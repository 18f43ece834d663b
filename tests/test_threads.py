"""Threads of the linear algebra change no number beyond rounding."""

from __future__ import annotations

import numpy as np
from conftest import quietly
from threadpoolctl import threadpool_limits

import tpn_sem as ts

PUPILS = ts.datasets.holzinger_swineford_1939()
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def test_two_threads_give_what_one_gives() -> None:
    grades = PUPILS.assign(**{name: PUPILS[name].round() for name in ("x1", "x2", "x3")})
    asked = (
        (PUPILS, {}),
        (PUPILS, {"estimator": "MLR"}),
        (PUPILS.assign(x1=PUPILS["x1"].where(PUPILS.index % 7 > 0)), {"missing": "fiml"}),
        (grades, {"ordered": ["x1", "x2", "x3"], "empty_categories": "collapse"}),
    )
    for data, options in asked:
        numbers = []
        for threads in (1, 2):
            with threadpool_limits(limits=threads):
                fit = quietly(ts.cfa, THREE, data, **options)
                errors = np.sqrt(np.diag(fit.vcov))
                numbers.append(np.concatenate([fit.coef, errors, [fit.measures["chisq"]]]))
        np.testing.assert_allclose(numbers[1], numbers[0], rtol=1e-9, atol=1e-9)

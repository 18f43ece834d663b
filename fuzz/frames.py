"""Data frames and options: those of a survey, damaged."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pandas as pd

import tpn_sem as ts

from .texts import a_text

PUPILS = ts.datasets.holzinger_swineford_1939()
_MODELS = [
    "f =~ x1 + x2 + x3",
    "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6",
    "f =~ x1 + x2 + x3\nf ~ sex + ageyr",
    "x1 ~ x2 + sex",
    "f =~ x1 + x2 + x3 + x4\nx1 ~~ x2",
    "f =~ x1 + a*x2 + b*x3\na > 0\nd := a*b",
]
OPTIONS: dict[str, list[object]] = {
    "estimator": ["ML", "MLR", "MLM", "GLS", "WLS", "ULS", "DWLS", "WLSMV", "MLF", "PML", "mlr", 3],
    "missing": [
        "listwise",
        "fiml",
        "fiml_x",
        "two_stage",
        "robust_two_stage",
        "pairwise",
        "ml",
        None,
    ],
    "se": [
        "standard",
        "robust",
        "none",
        "first_order",
        "cluster_cr2",
        "robust.sem",
        ["standard"],
        1,
    ],
    "test": [
        "standard",
        "satorra_bentler",
        "yuan_bentler",
        "none",
        "peba",
        ["swain", "bartlett"],
        0,
    ],
    "group": ["school", "sex", "empty", "missing", 1, "x1", ["school"]],
    "group_equal": ["loadings", ["loadings", "intercepts"], "all", ["thresholds"], 7],
    "cluster": ["agemo", "school", "x1", "nobody", 3],
    "ordered": [True, False, ["x1"], "x2", ["x1", "x2", "x3"], 1, ["nope"]],
    "std_lv": [True, False, "yes", None],
    "mean_structure": [True, False, None, 2],
    "information": ["expected", "observed", "first_order", "other"],
    "likelihood": ["normal", "wishart", "Wishart"],
    "bounds": ["none", "pos_var", "standard", 0],
    "sampling_weights": ["w", "sex", "x1"],
    "frequency_weights": ["w", "sex"],
    "start": [{"f=~x2": 0.5}, {"nope": 1.0}, {"f=~x2": np.nan}, "start", {"f=~x2": 1e300}],
    "max_iterations": [1, 500, 0, "many", 10.5],
    "parameterization": ["delta", "theta", "gamma"],
    "fixed_x": [True, False, "no"],
    "auxiliary": ["x9", ["x8", "x9"], "x1"],
    "skipped": [9, -9, {"x1": 1}, {"nope": 1}, "x1", [8, 9]],
    "effect_coding": [True, ["loadings"], "means"],
    "orthogonal": [True, False, 1],
    "conditional_x": [True, False],
}


def a_frame(generator: random.Random) -> pd.DataFrame:
    """Some rows of the pupils, with a few faults."""
    numbers = np.random.default_rng(generator.randrange(2**32))
    rows = numbers.choice(len(PUPILS), generator.choice([0, 1, 3, 8, 20, 60, 150, 301]))
    frame = (
        PUPILS.iloc[rows]
        .reset_index(drop=True)
        .assign(w=numbers.uniform(0, 2, len(rows)), empty="", missing=np.nan)
    )
    for _ in range(generator.choice([0, 0, 1, 1, 2, 4])):
        frame = _fault(generator, numbers, frame)
    return frame


def _set(frame: pd.DataFrame, column: object, values: object) -> pd.DataFrame:
    """A copy with one column changed."""
    changed = frame.copy()
    changed[column] = values
    return changed


def _fault(
    generator: random.Random, numbers: np.random.Generator, frame: pd.DataFrame
) -> pd.DataFrame:
    column = generator.choice(list(frame.columns))
    size = len(frame)
    faults: list[Callable[[], pd.DataFrame]] = [
        lambda: _set(frame, column, np.nan),
        lambda: _set(frame, column, np.where(numbers.random(size) < 0.3, np.nan, 1.0)),
        lambda: _set(frame, column, 1.0),
        lambda: _set(frame, column, np.inf),
        lambda: _set(frame, column, frame.get("x2", 0.0)),
        lambda: _set(frame, column, [f"v{place % 3}" for place in range(size)]),
        lambda: _set(frame, column, pd.Categorical(numbers.integers(0, 4, size))),
        lambda: _set(frame, column, numbers.integers(0, 3, size)),
        lambda: _set(frame, column, numbers.integers(0, 2, size).astype(bool)),
        lambda: _set(frame, column, pd.array(numbers.integers(0, 9, size), dtype="Int64")),
        lambda: _set(frame, column, pd.Timestamp("2020-01-01")),
        lambda: _set(
            frame, column, numbers.normal(size=size) * 10.0 ** numbers.integers(-300, 300)
        ),
        lambda: _set(frame, column, 1e9 + numbers.normal(size=size)),
        lambda: _set(frame, column, [1 + 2j] * size),
        lambda: _set(frame, column, [object()] * size),
        lambda: frame.drop(columns=column),
        lambda: frame.mask(numbers.random(frame.shape) < 0.2),
        lambda: pd.concat([frame, frame[[column]]], axis=1),
        lambda: frame.set_axis([*frame.columns[:-1], 7], axis=1),
        lambda: frame.set_index(column),
        lambda: frame.iloc[:0],
        lambda: frame.astype(object),
        lambda: frame.rename(columns={column: "f"}),
        lambda: pd.concat([frame, frame]),
    ]
    try:
        return generator.choice(faults)()
    except (KeyError, TypeError, ValueError, AttributeError):  # of a frame that is beyond it
        return frame


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    text = generator.choice(_MODELS) if generator.random() < 0.9 else a_text(generator)
    names = generator.sample(list(OPTIONS), generator.choice([0, 1, 1, 2, 3]))
    options = {name: generator.choice(OPTIONS[name]) for name in names}
    return {"text": text, "frame": a_frame(generator), "options": options}, run


def run(text: str, frame: pd.DataFrame, options: dict[str, object]) -> object:
    """Fit the model."""
    return ts.sem(text, frame, **options)  # type: ignore[arg-type]

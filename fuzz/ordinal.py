"""Ordinal items: few rows, rare answers, many categories, predictors, groups."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pandas as pd

import tpn_sem as ts


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    numbers = np.random.default_rng(generator.randrange(2**32))
    n, p = generator.choice([12, 30, 60, 150, 400]), generator.randint(2, 6)
    loading, shift = generator.choice([0.0, 0.4, 0.7, 0.95]), generator.choice([0.0, 1.0, 2.0])
    latent = numbers.normal(size=(n, 1)) * loading
    answers = latent + np.sqrt(1 - loading**2) * numbers.normal(size=(n, p)) + shift
    items = [f"q{place}" for place in range(p)]
    frame = pd.DataFrame(index=range(n))
    for place, item in enumerate(items):
        cuts = np.sort(numbers.uniform(-2, 2, generator.choice([1, 2, 3, 4, 6, 10])))
        frame[item] = np.digitize(answers[:, place], cuts) + generator.choice([0, 1, -3])
    frame["rural"] = (numbers.random(n) < generator.choice([0.5, 0.15, 0.03])).astype(int)
    frame["year"] = np.round(1975 + 10 * numbers.normal(size=n))
    frame["g"] = numbers.integers(0, 2, n)
    frame["s"] = numbers.integers(0, generator.choice([2, 8, 20]), n)
    if generator.random() < 0.3:
        frame[items] = frame[items].mask(numbers.random((n, p)) < 0.15)
    text = "f =~ " + " + ".join(items)
    text += generator.choice(
        ["", "\nf ~ rural", "\nf ~ year", f"\n{items[0]} ~ rural", "\nyear ~ f"]
    )
    if generator.random() < 0.15:
        text = f"{items[0]} ~ " + " + ".join([*items[1:], "rural"])
    options: dict[str, object] = {"ordered": items if generator.random() < 0.8 else items[:1]}
    choices: dict[str, list[object]] = {
        "estimator": ["WLSMV", "ULSMV", "WLS", "DWLS", "PML", "WLSM"],
        "parameterization": ["theta", "delta"],
        "group": ["g"],
        "cluster": ["s"],
        "missing": ["pairwise", "available_cases", "doubly_robust", "listwise"],
        "group_equal": [["loadings"], ["thresholds"], ["thresholds", "loadings", "intercepts"]],
        "conditional_x": [True, False],
        "std_lv": [True],
        "empty_categories": ["collapse"],
        "test": ["standard", "scaled_shifted", "peba", "pols", "browne_residual_adf"],
    }
    for name in generator.sample(list(choices), generator.choice([0, 1, 2, 3])):
        options[name] = generator.choice(choices[name])
    ask = generator.choice(["none", "none", "scores", "indices", "plots", "tests", "bootstrap"])
    return {"text": text, "frame": frame, "options": options, "ask": ask}, run


def run(text: str, frame: pd.DataFrame, options: dict[str, object], ask: str) -> object:
    """Fit, and ask something."""
    fit = ts.sem(text, frame, **options)  # type: ignore[arg-type]
    if ask == "scores":
        fit.factor_scores()
    elif ask == "indices":
        fit.modification_indices()
        fit.residuals("standardized")
        fit.standardized()
    elif ask == "plots":
        fit.path_diagram()
        fit.ordinal.heat_map()
    elif ask == "tests":
        fit.test("peba")
        fit.test("yuan_bentler")
    elif ask == "bootstrap":
        ts.bootstrap(fit, 3, seed=1)
    return fit

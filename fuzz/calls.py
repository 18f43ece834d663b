"""Calls of everything public, with arguments that mostly do not belong there."""

from __future__ import annotations

import inspect
import random
import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import tpn_sem as ts
from tpn_sem import triangle

from .frames import PUPILS

_SLOW = ("study", "group_inference", "stability", "teachers_csv_path", "save", "forward_search")
_SLOW += ("to_csv", "to_docx", "to_excel", "write_interviews_csv")  # they write files
_MADE = (ts.Model, ts.SampleMoments, ts.PartialSearch, triangle.Instrument)
GRADES = PUPILS.assign(**{f"x{i}": pd.qcut(PUPILS[f"x{i}"], 3, labels=False) for i in range(1, 10)})


_ONE, _TWO = "f =~ x1 + x2 + x3 + x4", "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f\nb := 2*1"
_GAPS = PUPILS.assign(x1=PUPILS["x1"].where(PUPILS.index % 5 > 0))
# Results to call methods of, by a name that tells how they are made.
RESULTS: dict[str, Callable[[], Any]] = {
    "ML": lambda: ts.cfa(_ONE, PUPILS),
    "groups": lambda: ts.cfa(_ONE, PUPILS, group="school", group_equal=["loadings", "intercepts"]),
    "MLR": lambda: ts.sem(_TWO, PUPILS, estimator="MLR"),
    "FIML": lambda: ts.cfa(_ONE, _GAPS, missing="fiml"),
    "clusters": lambda: ts.cfa(_ONE, PUPILS, cluster="agemo"),
    "ULS": lambda: ts.cfa(_ONE, PUPILS, estimator="ULS"),
    "WLSMV": lambda: ts.cfa(_ONE, GRADES, ordered=True),
    "PML": lambda: ts.cfa(_ONE, GRADES, ordered=True, estimator="PML"),
    "saturated": lambda: ts.cfa("f =~ x1 + x2 + x3", PUPILS),
    "path": lambda: ts.sem("x1 ~ x2 + x3", PUPILS),
    "stopped": lambda: ts.cfa(_ONE, PUPILS, max_iterations=1),
    "moments": lambda: ts.cfa(
        _ONE, ts.SampleMoments.from_data(PUPILS[[f"x{i}" for i in range(1, 5)]])
    ),
    "blocks": lambda: ts.cfa('efa("b")*f + efa("b")*g =~ x1 + x2 + x3 + x4 + x5 + x6', PUPILS),
    "composites": lambda: ts.sem("c <~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nc ~ g", PUPILS),
    "product": lambda: ts.sem("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx9 ~ f + g + f:g", PUPILS),
    "constrained": lambda: ts.cfa("f =~ x1 + a*x2 + a*x3 + x4\nx1 ~~ v*x1\nv > 0", PUPILS),
    "model": lambda: ts.Model(_TWO),
    "frame": lambda: PUPILS,
    "ladder": lambda: ts.invariance(_ONE, PUPILS, group="school"),
    "bootstrap": lambda: ts.bootstrap(made("ML"), 5, seed=1),
    "effects": lambda: made("MLR").effects(),
    "local fit": lambda: ts.local_fit(made("MLR")),
    "interaction": lambda: ts.interaction(made("product")),
    "after measurement": lambda: ts.structural_after_measurement(_TWO, PUPILS),
    "instruments": lambda: ts.two_stage_least_squares(_TWO, PUPILS, errors="delta"),
    "influence": lambda: ts.influence(made("MLR"), exact=2),
    "careless": lambda: ts.sensitivity_to_careless(
        made("WLSMV"), GRADES, ts.Instrument({"f": [f"x{i}" for i in range(1, 10)]})
    ),
    "robust": lambda: ts.robust_two_stage(_TWO, PUPILS),
    "imputed": lambda: ts.fit_imputed(
        [PUPILS, PUPILS.assign(x1=PUPILS["x1"] + PUPILS["x2"] / 9)], _ONE
    ),
    "pooled test": lambda: made("imputed").test(),
    "forward": lambda: ts.forward_search(made("ML"), start=0.95, n_starts=0, seed=1),
    "common method": lambda: ts.common_method(
        _TWO, PUPILS, marker=["x7", "x8", "x9"], starts=1, n_draws=2
    ),
    "curve": lambda: ts.specification_curve(
        _ONE.replace("x4", "x4\nx5 ~ f"),
        PUPILS,
        "f -> x5",
        permutations=3,
        leave_out_items=["x4"],
    ),
    "cross-validation": lambda: ts.cross_validate({"a": "f =~ x1 + x2 + x3"}, PUPILS, folds=2),
    "halves": lambda: ts.split_half(PUPILS, 1, items=["x4", "x5", "x6", "x7"], swap=False),
    "item response": lambda: ts.item_response(made("WLSMV")),
    "hypotheses": lambda: ts.hypotheses("f ~~ g != 0"),
    "propensity": lambda: ts.fit_propensity({"a": "f =~ x1 + x2 + x3"}, 2, seed=1),
    "table": lambda: ts.paper_table(made("MLR")),
    "differences": lambda: ts.group_differences(made("groups")),
    "sizes": lambda: ts.effect_sizes(made("groups")),
    "alignment": lambda: ts.alignment(made("ladder").fits["configural"], starts=2, seed=1),
    "gaps": lambda: ts.missing_data(_GAPS, ["x1", "x2"]),
    "moments of rows": lambda: ts.SampleMoments.from_data(PUPILS[["x1", "x2", "x3"]]),
    "search": lambda: ts.PartialSearch(),
    "cutoffs": lambda: ts.cutoffs(made("ML"), 3, misfit=0.05, seed=1),
    "permutation": lambda: ts.permutation(made("groups"), 3, seed=1),
    "power": lambda: ts.power("x1 ~ .3*x2", "x1 ~ x2", 300),
    "inference": lambda: ts.group_inference(
        ts.invariance(_ONE, PUPILS.assign(s=PUPILS["id"] % 20), group="school", cluster="s"),
        n_permutations=3,
        n_bootstrap=3,
        seed=1,
    ),
    "approximate": lambda: ts.approximate_invariance(_ONE, PUPILS, group="school"),
    "moderated": lambda: ts.moderated(_ONE, PUPILS, moderators="ageyr"),
    "instrument": lambda: triangle.Instrument.numbered(),
    "factors": lambda: ts.efa(PUPILS, 2, items=[f"x{i}" for i in range(1, 7)]),
    "numbers of factors": lambda: ts.efa(PUPILS, [1, 2], items=[f"x{i}" for i in range(1, 7)]),
    "count of factors": lambda: ts.number_of_factors(
        PUPILS, [f"x{i}" for i in range(1, 10)], n_samples=20
    ),
    "validity": lambda: ts.validity(made("MLR")),
    "codebook": lambda: ts.codebook(triangle.Instrument.numbered()),
    "interviews": lambda: ts.read_interviews(**ts.datasets.interviews()),
    "joint display": lambda: ts.joint_display(
        made("path"), ts.read_interviews(**ts.datasets.interviews()), lacking="tell"
    ),
    "check": lambda: ts.check(GRADES, ["x1", "x2", "x3", "x4"]),
    "description": lambda: ts.describe(GRADES, ["x1", "x2", "x3"]),
}


@cache
def made(name: str) -> Any:
    """The result of that name, made when first asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RESULTS[name]()


def pool() -> dict[str, object]:
    """All results, by name."""
    return {name: made(name) for name in RESULTS}


def values(generator: random.Random) -> object:
    """An argument."""
    plain: list[object] = [
        None,
        True,
        False,
        0,
        1,
        2,
        -1,
        3.5,
        float("nan"),
        float("inf"),
        1e300,
        "",
        "all",
        "x1",
        "f",
        "raw",
        "f =~ x1",
        "f=~x2 == 1",
        "nope",
        "regression",
        "school",
        (),
        [],
        ["x1", "x2"],
        {},
        {"x1": 1},
        [1, 2],
        np.arange(3),
        np.nan,
        pd.Series([1.0, 2.0]),
        Path("nowhere/at/all"),
        object(),
        b"x",
        2**70,
        lambda *args: 1.0,
        lambda *args: "text",
        lambda *args: 1 / 0,
        "\x00",
        ["x1", 3],
        range(3),
        0.5,
        5,
    ]
    return generator.choice([*plain, *pool().values()])


@lru_cache(maxsize=1)
def callables() -> list[tuple[str, str]]:
    """Public functions, by room, and methods, by the result that has them."""
    found = [
        (room.__name__, name)
        for room in (ts, triangle, ts.datasets, ts.plots)
        for name in dir(room)
        if not name.startswith("_")
        and callable(getattr(room, name))
        and name not in _SLOW
        and _is_called(getattr(room, name))
    ]
    for owner, item in pool().items():
        names = [name for name in dir(type(item)) if not name.startswith("_") and name not in _SLOW]
        if not isinstance(item, pd.DataFrame):
            found += [(owner, name) for name in names]
    return found


def _is_called(target: object) -> bool:
    """Whether users call it: functions, and the classes that they make themselves."""
    return not isinstance(target, type) or target in _MADE


def case(generator: random.Random) -> tuple[dict[str, object], Callable[..., object]]:
    """Parts of a case, and what runs it from its parts."""
    owner, name = generator.choice(callables())
    target = _method(_owner(owner), name)
    arguments: dict[str, object] = {}
    positional: list[object] = []
    if callable(target):
        try:
            known = list(inspect.signature(target).parameters.values())
        except ValueError:
            known = []
        for parameter in known:
            required = parameter.default is parameter.empty
            if parameter.kind == parameter.VAR_POSITIONAL:
                positional = [values(generator) for _ in range(generator.choice([0, 1, 2]))]
            elif parameter.kind == parameter.VAR_KEYWORD:
                continue
            elif generator.random() < (0.9 if required else 0.25):
                arguments[parameter.name] = values(generator)
        if generator.random() < 0.05:
            arguments["nonsense"] = values(generator)
        for heavy in (
            "n",
            "n_bootstrap",
            "replicates",
            "n_permutations",
            "permutations",
            "starts",
            "workers",
        ):
            if heavy in arguments or (heavy == "n" and any(one.name == "n" for one in known)):
                arguments[heavy] = generator.choice([2, 0, -1, "ten", None, 2.5])
    return {"owner": owner, "name": name, "positional": positional, "arguments": arguments}, run


def is_called(owner: str, name: str) -> bool:
    """Whether it takes arguments; properties do not."""
    return callable(_method(_owner(owner), name))


def _method(owner: object, name: str) -> object:
    """The function or method of that name; None where it is a property."""
    try:
        found = inspect.getattr_static(owner, name)
    except AttributeError:  # loaded when used
        return getattr(owner, name)
    return getattr(owner, name) if callable(getattr(found, "__func__", found)) else None


def _owner(owner: str) -> object:
    rooms = {room.__name__: room for room in (ts, triangle, ts.datasets, ts.plots)}
    return rooms.get(owner) or made(owner)


def run(owner: str, name: str, positional: list[object], arguments: dict[str, object]) -> object:
    """Call it, and show what comes."""
    target = getattr(_owner(owner), name)
    result = target(*positional, **arguments) if callable(target) else target
    if hasattr(result, "_repr_html_"):
        result._repr_html_()
    str(result)
    return result

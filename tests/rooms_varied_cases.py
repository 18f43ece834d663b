"""Models asked in every new room, what each says of them, and ways to vary what does not count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache

import numpy as np
import pandas as pd
from conftest import quietly
from pandas.api.types import is_numeric_dtype

import tpn_sem as ts

ITEMS = [f"{factor}{place}" for factor in "abc" for place in (1, 2, 3)]
MEASURED = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\n"
PATHS = f"{MEASURED}B ~ A\nC ~ A + B\n"
BLOCK = 'efa("b")*F + efa("b")*G =~ a1 + a2 + a3 + b1 + b2 + b3\nC =~ c1 + c2 + c3\nC ~ F + G\n'


@dataclass(frozen=True, eq=False)
class Case:
    """A model and data, how they are fitted, and how names are called here."""

    text: str
    data: pd.DataFrame
    options: Mapping[str, object] = field(default_factory=dict)
    known_as: Mapping[str, str] = field(default_factory=dict)

    def fit(self) -> ts.Fit:
        return quietly(ts.sem, self.text, self.data, **self.options)


@cache
def survey(n: int = 160, seed: int = 4) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    first = random.normal(size=n)
    second = 0.5 * first + random.normal(size=n)
    third = 0.3 * second + 0.2 * first + random.normal(size=n)
    factors = np.repeat(np.column_stack([first, second, third]), 3, axis=1)
    method = 0.3 * random.normal(size=(n, 1))
    noise = random.normal(size=(n, 9)) * ([0.6, 0.7, 0.8] * 3)
    frame = pd.DataFrame(0.8 * factors + method + noise, columns=ITEMS)
    frame["m1"], frame["m2"], frame["m3"] = (
        method + random.normal(size=(n, 3)) * 0.5 + random.normal(size=(n, 1))
    ).T
    labels = np.array(["north", "south"])
    frame["place"] = labels[(random.random(n) < 0.5).astype(int)]
    frame["part"] = random.integers(0, 4, n)
    return frame


def gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """A tenth of the answers is missing, none of the items altogether."""
    lost = np.random.default_rng(8).random((len(frame), len(ITEMS))) < 0.1
    return frame.assign(**{item: frame[item].mask(lost[:, k]) for k, item in enumerate(ITEMS)})


def answers(frame: pd.DataFrame, categories: int) -> pd.DataFrame:
    """The items with so many answers, 0 for the lowest."""
    shares = np.linspace(0.0, 1.0, categories + 1)[1:-1]
    made = {item: np.digitize(frame[item], frame[item].quantile(shares)) for item in ITEMS}
    return frame.assign(**{item: one.astype(float) for item, one in made.items()})


# What each room says ------------------------------------------------------------------------------

Said = dict[str, "pd.DataFrame | tuple[str, ...]"]


def shown(found: object) -> Said:
    """All tables and sentences of a result."""
    names = [one.name for one in fields(found) if not one.name.startswith("_")]  # type: ignore[arg-type]
    names += [name for name in vars(type(found)) if not name.startswith("_")]
    said = {name: getattr(found, name) for name in dict.fromkeys(names)}
    said = {
        name: one.to_frame() if isinstance(one, pd.Series) else one for name, one in said.items()
    }
    return {name: one for name, one in said.items() if isinstance(one, (pd.DataFrame, tuple))}


def local_fit(case: Case) -> Said:
    return shown(ts.local_fit(case.fit()))


def influence(case: Case) -> Said:
    return shown(quietly(ts.influence, case.fit(), exact=2))


def robust_two_stage(case: Case) -> Said:
    options = {name: one for name, one in case.options.items() if name != "missing"}
    found = quietly(ts.robust_two_stage, case.text, case.data, **options)
    return shown(found) | {"fit": found.robust.measures.to_frame("value").loc[["chisq", "srmr"]]}


def forward_search(case: Case) -> Said:
    found = quietly(ts.forward_search, case.fit(), start=0.95, n_starts=0, seed=2, envelope=1)
    said = shown(found)
    said["steps"] = said["steps"].assign(entering=[frozenset(o) for o in said["steps"]["entering"]])
    return said


def sensitivity_to_careless(case: Case) -> Said:
    return shown(quietly(ts.sensitivity_to_careless, case.fit(), case.data, items_of(case)))


def common_method(case: Case) -> Said:
    return shown(quietly(ts.common_method, case.fit(), starts=2, n_draws=5))


def common_method_of_a_marker(case: Case) -> Said:
    marker = ["m1", "m2", "m3"]
    return shown(
        quietly(ts.common_method, case.fit(), case.data, marker=marker, starts=2, n_draws=5)
    )


def cross_validate(case: Case) -> Said:
    models = {"paths": case.text, "apart": case.text + unrelated(case)}
    found = quietly(ts.cross_validate, models, case.data, folds="part", workers=1, **case.options)
    return shown(found)


def split_half(case: Case) -> Said:
    options = {name: one for name, one in case.options.items() if name not in ("std_lv", "group")}
    found = quietly(ts.split_half, case.data, 3, items=items_of(case), workers=1, seed=3, **options)
    return {n: o for n, o in shown(found).items() if n not in ("texts",)}


def effects(case: Case) -> Said:
    return {"effects": case.fit().effects()}


def item_response(case: Case) -> Said:
    return shown(ts.item_response(case.fit()))


def exploratory_block(case: Case) -> Said:
    fit = case.fit()
    measures = fit.measures[["chisq", "df", "pvalue", "cfi", "rmsea", "srmr"]].to_frame("value")
    return {"standardized": fit.standardized(), "measures": measures}


def items_of(case: Case) -> list[str]:
    return [
        case.known_as.get(item, item)
        for item in ITEMS
        if case.known_as.get(item, item) in case.data
    ]


def unrelated(case: Case) -> str:
    names = [f"`{case.known_as[f]}`" if f in case.known_as else f for f in "ABC"]
    return f"\n{names[2]} ~ 0*{names[0]}"


ROOMS: dict[str, Callable[[Case], Said]] = {
    room.__name__: room
    for room in (
        *(local_fit, influence, robust_two_stage, forward_search, sensitivity_to_careless),
        *(common_method, common_method_of_a_marker, cross_validate, split_half, effects),
        *(item_response, exploratory_block),
    )
}


# What is compared ---------------------------------------------------------------------------------

_PAIRS = (("item_1", "item_2"), ("lhs", "rhs"))


def plain(word: object, names: Mapping[str, str]) -> str:
    """A word or sentence in the first names, and what has no order in one order."""
    if isinstance(word, list | frozenset | set | tuple):
        return ", ".join(sorted(plain(one, names) for one in word))
    told = str(word)
    for first, here in names.items():
        told = told.replace(f"`{here}`", first).replace(here, first)
    parts = sorted(told.split(", "))
    return ", ".join(" ↔ ".join(sorted(part.split(" ↔ "))) for part in parts)


def keyed(table: pd.DataFrame, case: Case, skipped: frozenset[str]) -> pd.DataFrame:
    """Numbers by words, in the order of the words."""
    names, flat = case.known_as, table.copy()
    levels = [f"index {level}" for level in range(flat.index.nlevels)]
    numbered = isinstance(flat.index, pd.RangeIndex) and flat.index.name is None
    if not numbered or len(flat) == len(case.data):
        flat.index = flat.index.set_names(levels if len(levels) > 1 else levels[0])
    flat.columns = [plain(one, names) if "~" in str(one) else str(one) for one in flat.columns]
    if flat.index.names[0] is not None:
        flat = flat.reset_index()
    flat = flat.drop(columns=[name for name in flat if name in skipped])
    words = [name for name in flat if name in levels or not is_numeric_dtype(flat[name])]
    for name in words:
        flat[name] = [plain(one, names) for one in flat[name]]
    for one, other in _PAIRS:
        if one in flat and other in flat:
            symmetric = flat["op"] == "~~" if "op" in flat else True
            turned = (flat[one] > flat[other]) & symmetric
            flat.loc[turned, [one, other]] = flat.loc[turned, [other, one]].to_numpy()
    flat = flat.set_index(words) if words else flat
    return flat.sort_index()[sorted(flat.columns)].astype(float)


def assert_same(room: str, one: Case, other: Case, skipped: frozenset[str] = frozenset()) -> None:
    """A room says the same of both; `skipped` names tables, or TABLE.COLUMN."""
    first, second = ROOMS[room](one), ROOMS[room](other)
    assert first.keys() == second.keys()
    for name in first.keys() - skipped:
        left = frozenset(word.split(".")[1] for word in skipped if word.startswith(f"{name}."))
        before, after = first[name], second[name]
        if isinstance(before, tuple):
            words = [
                sorted(plain(said, case.known_as) for said in told)
                for told, case in ((before, one), (after, other))
            ]
            assert words[0] == words[1], name
        else:
            pd.testing.assert_frame_equal(
                *(keyed(before, one, left), keyed(after, other, left)),
                rtol=1e-6,
                atol=1e-7,
                obj=f"{room}, {name}",
            )

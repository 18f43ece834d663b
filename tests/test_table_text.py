"""A parameter table written as text gives the same table again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from compare import CASES, refit

import tpn_sem as ts
from tpn_sem.specification import table_text

KEYS = ["lhs", "op", "rhs", "group"]
WRITTEN = [
    name
    for name, case in CASES.items()
    if not ({"effect_coding", "start", "bounds"} & set(case.get("options", {})))
    and "group:" not in str(case["model"])
]


def rows_of(fit: ts.Fit) -> pd.DataFrame:
    """Keys, fixed values and which rows share a value, free of the names of labels."""
    rows = []
    for row in fit.estimation.specification.table.rows:
        lhs, op, rhs = row.key
        rows.append((lhs, op, rhs, row.group, row.fixed, row.start, row.lower, row.upper))
    table = pd.DataFrame(rows, columns=[*KEYS, "fixed", "start", "lower", "upper"])
    return table.sort_values(KEYS, ignore_index=True)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", WRITTEN)
def test_the_text_gives_the_table_again(name: str) -> None:
    fit = refit(name)
    specification = fit.estimation.specification
    text = table_text(specification.table, specification.statements)
    options = {"defaults": "none"}
    groups = len(fit.estimation.samples.groups)
    again = ts.Model(text, **options)
    settings = {
        "fixed_x": specification.options.fixed_x,
        "mean_structure": specification.means,
    }
    table = again.parameter_table(groups, **settings)
    assert int((table["free"] > 0).sum()) == specification.table.n_free
    mine = rows_of(fit)
    theirs = table.assign(group=table["group"] - 1)
    swapped = (theirs["op"] == "~~") & (theirs["rhs"] < theirs["lhs"])
    theirs.loc[swapped, ["lhs", "rhs"]] = theirs.loc[swapped, ["rhs", "lhs"]].to_numpy()
    theirs = theirs.sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(mine[KEYS], theirs[KEYS], check_dtype=False)
    free = theirs["free"].to_numpy() > 0
    np.testing.assert_allclose(
        mine["fixed"].to_numpy()[~free & ~theirs["exogenous"].to_numpy(bool)],
        theirs["fixed"].to_numpy()[~free & ~theirs["exogenous"].to_numpy(bool)],
    )
    np.testing.assert_allclose(mine["start"], theirs["start"])


def test_bounds_and_starts_are_kept() -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    text = "f =~ x1 + lower(0.1)*x2 + start(0.7)*x3 + upper(2)*x4\nx1 ~~ lower(0)*x1"
    fit = ts.cfa(text, pupils)
    specification = fit.estimation.specification
    written = table_text(specification.table, specification.statements)
    for part in ("lower(0.1)*x2", "start(0.7)*x3", "upper(2)*x4", "lower(0)*x1"):
        assert part in written
    again = ts.Model(written, "none").fit(pupils)
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-9)


def test_labels_of_the_library_get_names_that_users_have_not_taken() -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    fit = ts.cfa(
        "f =~ x1 + x2 + c(f.x4, other)*x3 + x4",
        pupils,
        group="school",
        group_equal="loadings",
    )
    written = ts.Model(
        table_text(fit.estimation.specification.table, fit.estimation.specification.statements),
        "none",
    )
    assert "c(f.x4_, f.x4_)*x4" in written.text
    again = written.fit(pupils, group="school")
    for measure in ("chisq", "df"):
        assert again.measures[measure] == pytest.approx(fit.measures[measure], rel=1e-9)

"""A model in a notebook: what its text says, in words."""

from __future__ import annotations

import re

import tpn_sem as ts


def cells(model: ts.Model) -> list[list[str]]:
    """Words of each row of the table."""
    rows = re.findall(r"<tr>(.*?)</tr>", model._repr_html_(), flags=re.S)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.S) for row in rows[1:]]


def test_statements_are_sentences() -> None:
    text = """
        f =~ x1 + a*x2 + 0.5*x3
        c <~ x4 + x5
        y ~ f + f:z
        y ~~ x1
        y ~~ y
        y ~ 1
        d := a^2
        a > 0
    """
    assert cells(ts.Model(text)) == [
        ["f", "is measured by", "x1, x2 (a), x3 (0.5)"],
        ["c", "is made of", "x4, x5"],
        ["y", "is explained by", "f, f × z"],
        ["y", "covaries with", "x1"],
        ["y", "has a variance", ""],
        ["y", "has an intercept", ""],
        ["d", "is", "a^2"],
        ["a", "&gt;", "0"],
    ]


def test_blocks_are_told_apart_and_names_escaped() -> None:
    levels = "level: 1\nf =~ x1 + x2\nlevel: 2\ng =~ x1 + x2"
    assert [row[0] for row in cells(ts.Model(levels))] == ["level 1", "level 2"]
    groups = "group: a\nf =~ x1 + x2\ngroup: b\nf =~ x1 + x2 + x3"
    assert [row[0] for row in cells(ts.Model(groups))] == ["group a", "group b"]
    page = ts.Model("f =~ `<script>` + x2")._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page

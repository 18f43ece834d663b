"""Hypotheses written down before fitting: read, kept, judged."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from triangle_cases import INSTRUMENT, survey

import tpn_sem as ts
from tpn_sem.triangle import VARIANTS

TEXT = """
    # the abstract's, put as paths
    sharing: KS ~ KSSE > 0
    receiving: KR ~ NPC > .10      # at least a small one
    H3: KR ~ KSSE in [-.15, .15]
    H4: KS ~ NPC = KR ~ NPC within .10
    H5: KS ~~ KR != 0
    H6: indirect NPC -> KS > 0
    H7: total NPC -> KR > 0
    H8: R2 KS > .10
    H9: KS ~ KSSE < 0
    H10: KS ~ NPC = KR ~ NPC
    H11: NPC ~ KS > 0
"""


@cache
def main_fit(**options: object) -> ts.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return VARIANTS["partial mediation"].model(INSTRUMENT).fit(survey(), **options)


@cache
def table():
    return ts.hypotheses(TEXT).judge(main_fit(), adjustment="none")


def test_estimates_are_those_of_the_standardised_solution() -> None:
    found = table()
    standard = main_fit().standardized().set_index(["lhs", "op", "rhs"])
    for name, row in (
        ("sharing", ("KS", "~", "KSSE")),
        ("receiving", ("KR", "~", "NPC")),
        ("H5", ("KS", "~~", "KR")),
    ):
        own = standard.loc[row]
        assert found.loc[name, "estimate"] == pytest.approx(own["estimate"], rel=1e-8)
        assert found.loc[name, "se"] == pytest.approx(own["se"], rel=1e-5)
    indirect = standard.loc[("indirect_KS", ":=", "a*b")]
    assert found.loc["H6", "estimate"] == pytest.approx(indirect["estimate"], rel=1e-8)
    assert found.loc["H6", "se"] == pytest.approx(indirect["se"], rel=1e-5)
    r_squared = main_fit().r_squared["KS"]
    assert found.loc["H8", "estimate"] == pytest.approx(r_squared, rel=1e-8)
    ks, kr = (standard.loc[(one, "~", "NPC"), "estimate"] for one in ("KS", "KR"))
    assert found.loc["H4", "estimate"] == pytest.approx(ks - kr, rel=1e-8)


def test_directions_are_one_sided_tests_against_the_value() -> None:
    found = table()
    for name, value in (("sharing", 0.0), ("receiving", 0.10), ("H8", 0.10)):
        row = found.loc[name]
        tail = stats.norm.sf((row["estimate"] - value) / row["se"])
        assert row["p_support"] == pytest.approx(tail, rel=1e-6, abs=1e-12)
        assert row["p_against"] == pytest.approx(1.0 - tail, rel=1e-6)
    assert found.loc["H9", "verdict"] == "contradicted"
    assert found.loc["sharing", "verdict"] == "supported"


def test_an_interval_is_two_one_sided_tests() -> None:
    row = table().loc["H3"]
    low = stats.norm.sf((row["estimate"] + 0.15) / row["se"])
    high = stats.norm.cdf((row["estimate"] - 0.15) / row["se"])
    assert row["p_support"] == pytest.approx(max(low, high), rel=1e-6)
    assert row["p_against"] == pytest.approx(min(1.0, 2.0 * min(1 - low, 1 - high)), rel=1e-6)


def test_an_equality_without_a_margin_is_never_supported() -> None:
    row = table().loc["H10"]
    assert np.isnan(row["p_support"])
    assert row["p_against"] == pytest.approx(2 * stats.norm.sf(abs(row["estimate"] / row["se"])))
    assert row["verdict"] in ("contradicted", "can't tell")


def test_what_the_model_lacks_is_not_asked() -> None:
    row = table().loc["H11"]
    assert (row["verdict"], row["reason"]) == ("not asked", "the model has no path KS → NPC")
    assert np.isnan(row["p_support"])


def test_adjustment_counts_what_is_asked() -> None:
    text = "a: KS ~ NPC > 0\nb: KR ~ KSSE > 0\nc: NPC ~ KS > 0"
    plain = ts.hypotheses(text).judge(main_fit(), adjustment="none")["p_support"]
    holm = ts.hypotheses(text).judge(main_fit())["p_support"]
    small, large = sorted(plain.dropna())
    assert sorted(holm.dropna()) == pytest.approx([2 * small, max(2 * small, large)])


def test_few_schools_have_students_distribution() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = main_fit(cluster="school", se="cluster_cr2")
    row = ts.hypotheses("KS ~ NPC > 0").judge(fit).iloc[0]
    normal = stats.norm.sf(row["estimate"] / row["se"])
    assert row["p_support"] > normal


def test_groups_and_their_differences() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.sem("f =~ npc1 + npc2 + npc3\nf ~ age", survey(), group="location")
    text = "f ~ age [rural] = f ~ age [urban] within .3\nR2 f [urban] < .5"
    found = ts.hypotheses(text).judge(fit)
    standard = fit.standardized()
    paths = standard[standard["op"] == "~"].set_index("group")["estimate"]
    assert found["estimate"].iloc[0] == pytest.approx(paths["rural"] - paths["urban"], rel=1e-7)
    with pytest.raises(ts.TpnSemError, match=r"say in which, as '... \[rural\]'"):
        ts.hypotheses("f ~ age > 0").judge(fit)
    with pytest.raises(ts.TpnSemError, match="did you mean 'urban'"):
        ts.hypotheses("f ~ age [urbn] > 0").judge(fit)


def test_names_in_backticks_as_in_models() -> None:
    data = survey().rename(columns={"age": "age of teacher"})
    fit = ts.sem("f =~ npc1 + npc2 + npc3\nf ~ `age of teacher`", data)
    row = ts.hypotheses("f ~ `age of teacher` in [-.5, .5]").judge(fit).iloc[0]
    standard = fit.standardized().set_index("op").loc["~", "estimate"]
    assert row["estimate"] == pytest.approx(standard, rel=1e-8)
    assert row["quantity"] == "age of teacher → f"


# Kept --------------------------------------------------------------------------------------------


def test_a_file_keeps_date_and_digest(tmp_path: Path) -> None:
    one = ts.hypotheses(TEXT, written="2026-09-01")
    path = one.save(tmp_path / "hypotheses.txt")
    again = ts.read_hypotheses(path)
    assert (again.written, again.digest) == ("2026-09-01", one.digest)
    assert again.hypotheses == one.hypotheses
    path.write_text(path.read_text(encoding="utf-8").replace("> .10", "> .05", 1), encoding="utf-8")
    with pytest.raises(ts.TpnSemError, match="was changed after it was written"):
        ts.read_hypotheses(path)


def test_comments_and_blanks_are_not_in_the_digest() -> None:
    one = ts.hypotheses("a: KS ~ NPC > 0", written="2026-09-01")
    other = ts.hypotheses("# said before\na:   KS ~ NPC   > 0  # yes", written="2026-09-01")
    assert one.digest == other.digest
    assert one.digest != ts.hypotheses("a: KS ~ NPC > 0", written="2026-09-02").digest


def test_an_equality_with_a_number() -> None:
    row = ts.hypotheses("KS ~ NPC = .9").judge(main_fit()).iloc[0]
    assert row["verdict"] == "contradicted"
    near = row["estimate"]
    row = ts.hypotheses(f"KS ~ NPC = {near:.4f} within .3").judge(main_fit()).iloc[0]
    assert row["verdict"] == "supported"


@pytest.mark.parametrize("change", ["\n", "# sha256: none\n"])
def test_a_head_that_was_moved_is_noticed(change: str, tmp_path: Path) -> None:
    path = ts.hypotheses(TEXT, written="2026-09-01").save(tmp_path / "hypotheses.txt")
    path.write_text(change + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ts.TpnSemError, match="its first line is not the one"):
        ts.read_hypotheses(path)


def test_a_head_alone_has_no_hypothesis(tmp_path: Path) -> None:
    path = ts.hypotheses(TEXT, written="2026-09-01").save(tmp_path / "hypotheses.txt")
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    with pytest.raises(ts.TpnSemError, match="there is none"):
        ts.read_hypotheses(path)


@pytest.mark.parametrize("written", ["20260901", "2026-W36-2", "1 September", ""])
def test_dates_have_one_form(written: str) -> None:
    with pytest.raises(ts.TpnSemError, match="give a date, as '2026-09-01'"):
        ts.hypotheses("KS ~ NPC > 0", written=written)


# Refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is none in the text"),
        ("KS ~ KSSE", "line 1: 'KS ~ KSSE' is no hypothesis"),
        ("a: KS ~ NPC > 0\na: KR ~ NPC > 0", "line 2: there are two called 'a'"),
        ("KS ~ NPC in [.1, -.1]", "ends before it begins"),
        ("KS ~ NPC = KS ~ NPC", "both sides are the same"),
        ("KS ~ NPC = KR ~ NPC within 0", "a margin is above zero"),
        ("KS + NPC > 0", "'KS \\+ NPC' is no quantity"),
        ("KS ~ NPC >= 0", "no quantity|no hypothesis"),
    ],
)
def test_texts_that_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        ts.hypotheses(text)


def test_other_slips(tmp_path: Path) -> None:
    fit = main_fit()
    with pytest.raises(ts.TpnSemError, match="no variable 'KSE'; did you mean 'KSSE'"):
        ts.hypotheses("KS ~ KSE > 0").judge(fit)
    with pytest.raises(ts.TpnSemError, match="give a date"):
        ts.hypotheses("KS ~ NPC > 0", written="yesterday")
    with pytest.raises(ts.TpnSemError, match="have no date"):
        ts.hypotheses("KS ~ NPC > 0").save(tmp_path / "x")
    with pytest.raises(ts.TpnSemError, match="there is no file 'nowhere'"):
        ts.read_hypotheses(tmp_path / "nowhere")
    with pytest.raises(ts.TpnSemError, match="adjustment"):
        ts.hypotheses("KS ~ NPC > 0").judge(fit, adjustment="bonferoni")
    with pytest.raises(ts.TpnSemError, match=r"Hypotheses.judge: fit= is a Fit"):
        ts.hypotheses("KS ~ NPC > 0").judge("fit")
    with pytest.raises(ts.TpnSemError, match="has no standard errors"):
        ts.hypotheses("KS ~ NPC > 0").judge(main_fit(se="none"))
    with pytest.raises(ts.TpnSemError, match="one variable with itself"):
        ts.hypotheses("KS ~~ KS > 0").judge(fit)
    with pytest.raises(ts.TpnSemError, match="has one group, and 'a' is none"):
        ts.hypotheses("KS ~ NPC [a] > 0").judge(fit)


def test_paths_of_products_are_quantities() -> None:
    found = ts.hypotheses("KS ~ NPC:KSSE > 0\nKR ~ `a b` : KSSE < 0.1")
    assert [one.term.predictor for one in found.hypotheses] == ["NPC:KSSE", "a b:KSSE"]

"""Descriptions of surveys against psych, lavaan, a published test, and what can be done by hand.

tests/reference/describe.R made the values, with psych 2.2.9 and lavaan 0.6-14.
"""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, reference_data

import tpn_sem as ts
from tpn_sem.drawing.likert_bars import draw_likert_bars
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.moments import incomplete_normal
from tpn_sem.survey.description import Description, describe

KNOWN = json.loads((REFERENCE / "describe.json").read_text())
PSYCH = {"n": "n", "mean": "mean", "sd": "sd", "skew": "skewness", "kurtosis": "kurtosis"}
BIG_FIVE = {"A": [f"A{k}" for k in range(1, 6)], "C": [f"C{k}" for k in range(1, 6)]}
TEN = [*BIG_FIVE["A"], *BIG_FIVE["C"]]
GAP = np.nan


def answers(**options: object) -> Description:
    return describe(reference_data("bfi_missing"), BIG_FIVE, **options)


def small(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


# Witnesses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["pupils", "answers"])
def test_items_agree_with_psych(data: str) -> None:
    file = {"pupils": "HolzingerSwineford1939", "answers": "bfi_missing"}[data]
    known = pd.DataFrame.from_dict(KNOWN[data]["items"], orient="index")
    found = describe(reference_data(file), list(known.index)).items
    for word, own in PSYCH.items():
        np.testing.assert_allclose(found[own], known[word], rtol=1e-11)
    np.testing.assert_array_equal(found[["min", "max"]], known[["min", "max"]])


def test_scales_agree_with_psych() -> None:
    pupils = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"]}
    table = describe(ts.datasets.holzinger_swineford_1939(), pupils).scales
    for construct in pupils:
        for word, value in KNOWN["pupils"][construct].items():
            assert table.loc[construct, word] == pytest.approx(value, rel=1e-11), word
    for word, value in KNOWN["answers"]["C"].items():  # its items are not turned: below zero
        assert answers().scales.loc["C", word] == pytest.approx(value, rel=1e-10), word


@pytest.mark.parametrize(
    ("options", "kind", "known", "tolerance"),
    [
        ({}, None, "pearson", 1e-13),
        ({"missing": "listwise"}, None, "listwise", 1e-13),
        ({"missing": "fiml"}, None, "fiml", 1e-12),
        ({}, "fiml", "lavcor_fiml", 2e-6),
        ({"ordered": True}, None, "polychoric", 5e-8),
        ({}, "polychoric", "polychoric", 5e-8),
    ],
)
def test_correlations_agree_with_lavaan(
    options: dict[str, object], kind: str | None, known: str, tolerance: float
) -> None:
    found = answers(**options).correlations(kind)
    np.testing.assert_allclose(found, KNOWN["answers"][known], atol=tolerance)
    assert list(found.columns) == TEN


def test_little_is_the_published_value() -> None:
    found = describe(reference_data("airquality")).little
    assert (found.degrees_of_freedom, found.n_patterns, found.n_rows) == (14, 4, 153)
    assert found.statistic == pytest.approx(35.1, abs=0.05)  # naniar's documentation
    assert found.p_value == pytest.approx(0.00142, abs=5e-6)
    assert found.statistic == pytest.approx(KNOWN["air"]["little"]["statistic"], rel=1e-11)


def test_little_agrees_where_patterns_are_many() -> None:
    found, known = answers().little, KNOWN["answers"]["little"]
    assert (found.degrees_of_freedom, found.n_patterns) == (known["df"], known["patterns"])
    assert found.statistic == pytest.approx(known["statistic"], rel=1e-11)
    assert found.p_value == pytest.approx(known["p"], rel=1e-10)


def test_em_by_rows_agrees_with_that_by_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = reference_data("bfi_missing")[TEN].to_numpy(dtype=float)
    rows = rows[~np.isnan(rows).all(axis=1)]
    one = incomplete_normal.unrestricted_moments(rows, tuple(TEN))
    monkeypatch.setattr(incomplete_normal, "_MOST_MOMENTS", 0)
    monkeypatch.setattr(incomplete_normal, "_MOST_NUMBERS", 100)
    other = incomplete_normal.unrestricted_moments(rows, tuple(TEN))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-8)


@pytest.mark.slow
def test_little_rejects_as_often_as_it_says() -> None:
    """Answers missing completely at random: 5% of the tests reject at .05."""
    stream, rejected = np.random.default_rng(7), 0
    for _ in range(200):
        rows = stream.normal(size=(200, 3)) @ np.array([[1, 0.5, 0.3], [0, 1, 0.4], [0, 0, 1]])
        rows[stream.random(rows.shape) < 0.15] = np.nan
        rejected += describe(pd.DataFrame(rows, columns=list("abc"))).little.p_value < 0.05
    assert 2 <= rejected <= 20


# By hand -----------------------------------------------------------------------------------------


def test_counts_floor_and_ceiling_by_group() -> None:
    data = small(a=[1, 1, 2, -9, GAP, 5], b=[3, 4, 4, 3, GAP, 3], g=list("xxxyyy"))
    found = describe(data, ["a", "b"], group="g", skipped={"a": -9})
    row = found.items.loc["x", "a"]
    assert (row["n"], row["missing"], row["skipped"]) == (3, 0, 0)
    assert (row["floor"], row["ceiling"]) == (pytest.approx(2 / 3), 0.0)  # group y has the 5
    row = found.items.loc["y", "a"]
    assert (row["n"], row["missing"], row["skipped"]) == (1, 1, 1)
    assert np.isnan(row["sd"])
    assert any(note.startswith("a in group 'y': too few") for note in found.notes)
    assert found.shares.loc["x", "a"].to_dict() == {
        1: pytest.approx(2 / 3),
        2: pytest.approx(1 / 3),
        3: 0.0,
        4: 0.0,
        5: 0.0,
    }
    assert found.items.index.names == ["group", "item"]


def test_skewness_and_kurtosis_of_four_answers() -> None:
    """Of 0, 0, 0, 4: g1 = 2 / sqrt(3), g2 = -2 / 3, hence G1 = 2 and G2 = 4."""
    row = describe(small(a=[0, 0, 0, 4])).items.loc["a"]
    assert row["skewness"] == pytest.approx(2.0)
    assert row["kurtosis"] == pytest.approx(4.0)


def test_intraclass_correlation_of_three_schools() -> None:
    """Means 2, 4, 6 of two: mean squares 8 between, 2 within, so that the ICC is 6 / 10."""
    data = small(a=[1, 3, 3, 5, 5, 7, 100], b=[1] * 7, s=["p", "p", "q", "q", "r", "r", None])
    found = describe(data, school="s")
    assert found.items.loc["a", ["icc", "average_size", "design_effect"]].tolist() == [0.6, 2, 1.6]
    assert np.isnan(found.items.loc["b", "icc"])
    assert any("1 rows without a school" in note for note in found.notes)
    assert any(note.startswith("b: no intraclass correlation") for note in found.notes)
    assert found.respondents.loc["(missing)", "rows"] == 1


def test_respondents_by_school_and_group() -> None:
    data = small(
        a=[1, GAP, 3, -9],
        b=[1, GAP, GAP, 2],
        g=["x", "x", "y", "y"],
        s=["p", "p", "q", "q"],
    )
    found = describe(data, ["a", "b"], group="g", school="s", skipped=-9).respondents
    assert found.index.tolist() == [("x", "p"), ("y", "q"), ("total", "")]
    assert found.loc[("x", "p")].tolist() == [2, 1, 1, 1, 0.5]
    assert found.loc[("y", "q")].tolist() == [2, 2, 1, 0, pytest.approx(2 / 3)]
    assert found.loc[("total", "")].tolist() == [4, 3, 2, 1, pytest.approx(4 / 7)]
    for options, rows in (({}, ["total"]), ({"group": "g"}, ["x", "y", "total"])):
        own = describe(data, ["a", "b"], **options).respondents
        assert own.index.tolist() == rows


def test_groups_are_described_as_if_alone() -> None:
    data = ts.datasets.teachers()
    items = {"npc": ["npc1", "npc2"], "ks": ["ks1", "ks2", "ks3"]}
    both = describe(data, items, group="location", school="school")
    for label, part in data.groupby("location"):
        alone = describe(part, items, school="school")
        words = [word for word in alone.items if word not in ("floor", "ceiling")]
        pd.testing.assert_frame_equal(both.items.loc[label, words], alone.items[words])
        pd.testing.assert_frame_equal(both.scales.loc[label], alone.scales)
        for kind in ("pearson", "polychoric", "fiml"):
            own = both.correlations(kind).loc[label]
            pd.testing.assert_frame_equal(own, alone.correlations(kind))


def test_listwise_uses_the_rows_that_have_everything() -> None:
    found = answers(missing="listwise")
    complete = reference_data("bfi_missing")[TEN].dropna()
    np.testing.assert_allclose(found.items["mean"], complete.mean())
    assert set(found.items["n"]) == {len(complete)}
    assert (found.items["missing"] == answers().items["missing"]).all()
    assert found.scales.loc["A", "n"] == len(complete)
    assert "incomplete rows left out" in repr(found)


def test_a_group_without_complete_rows() -> None:
    data = small(a=[1, 2, 3, 1, 2], b=[2, 2, 1, GAP, GAP], g=list("xxxyy"), s=list("ppqqp"))
    found = describe(data, {"f": ["a", "b"]}, group="g", school="s", missing="listwise")
    assert found.items.loc["y", "n"].tolist() == [0, 0]
    assert "a, b in group 'y': no answer at all, hence no statistics." in found.notes
    assert set(found.correlations().attrs["reasons"]) == {"y"}
    assert found.tables()["scales"].loc[("y", "f"), "n"] == 0


def test_scale_correlations_are_those_of_mean_scores() -> None:
    data = reference_data("bfi_missing")
    scores = pd.DataFrame({c: data[own].mean(axis=1, skipna=False) for c, own in BIG_FIVE.items()})
    found = answers()
    assert found.scale_correlations.loc["A", "C"] == pytest.approx(scores.corr().loc["A", "C"])
    np.testing.assert_allclose(np.diag(found.scale_correlations), found.scales["alpha"])
    by_likelihood = answers(missing="fiml").scale_correlations.loc["A", "C"]
    known = describe(scores, missing="fiml").correlations().loc["A", "C"]
    assert by_likelihood == pytest.approx(known, abs=1e-10)
    assert by_likelihood != pytest.approx(scores.corr().loc["A", "C"], abs=1e-5)


def test_skipped_answers_are_missing_to_little_and_are_left_out_apart() -> None:
    data = reference_data("bfi_missing")[TEN].copy()
    data.loc[:99, ["C4", "C5"]] = -9
    found = describe(data, skipped=-9).little
    other = describe(data.iloc[100:]).little
    assert found.without_skipped is not None
    assert found.without_skipped.statistic == pytest.approx(other.statistic)
    assert found.n_rows > found.without_skipped.n_rows
    assert "Without rows that skip" in repr(found)
    assert describe(data.iloc[100:], skipped=-9).little.without_skipped is None
    assert found.statistic == pytest.approx(describe(data.replace(-9, GAP)).little.statistic)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"a": [1, 2, 3], "b": [2, 1, 3]}, "no answer is missing"),
        ({"a": [1, 1, GAP]}, "no item varies"),
        ({"a": [GAP, GAP]}, "no row has an answer"),
        ({"a": [1, 2, 3, GAP, GAP, GAP], "b": [GAP, GAP, GAP, 3, 2, 1]}, "both a and b"),
        ({"a": [1, 2, 3, 4, GAP], "b": [1, 2, 3, 4, 5]}, "singular"),
    ],
)
def test_where_little_does_not_exist_there_is_a_reason(
    columns: dict[str, list[object]], reason: str
) -> None:
    found = describe(small(**columns)).little
    assert reason in found.reason
    assert np.isnan(found.statistic)
    assert np.isnan(found.p_value)
    assert reason in repr(found)


# What does not exist has a reason ----------------------------------------------------------------


def test_constant_and_empty_items_are_told() -> None:
    data = small(a=[1, 2, 3, 4, 5], b=[2, 2, 2, 2, 2], c=[GAP] * 5, d=[5, 3, 4, 1, 2])
    found = describe(data, {"f": ["a", "d"], "g": ["b"], "h": ["a", "c"], "k": ["a", "b"]})
    assert found.notes == (
        "c: no answer at all, hence no statistics.",
        "b: constant, hence no skewness and kurtosis.",
    )
    assert found.items.loc["b", "sd"] == 0.0
    assert found.items.loc["c", "n"] == 0
    assert "c" not in found.shares.index
    reasons = found.scales.attrs["reasons"]
    assert set(reasons) == {"g", "h", "k"}
    assert np.isfinite(found.scales.loc["k", "alpha"])
    for kind in ("pearson", "polychoric", "fiml"):
        table = found.correlations(kind)
        assert "b, c" in table.attrs["reasons"][""]
        assert table[["b", "c"]].isna().all(axis=None)
        assert np.isfinite(table.loc["a", "d"])
    notes = found.tables()["notes"]["note"].tolist()
    assert "scales of g: a single item has no alpha." in notes


def test_one_row_is_described() -> None:
    found = describe(small(a=[1.0], b=[2.0]), {"f": ["a", "b"]})
    assert found.items["sd"].isna().all()
    assert "too few answers" in found.notes[0]
    assert found.scales.attrs["reasons"]["f"].startswith("1 rows")
    assert found.tables()["correlations"].isna().all(axis=None)


def test_pairs_that_nobody_answered_together() -> None:
    data = small(a=[1, 2, 3, GAP, GAP, GAP], b=[GAP, GAP, GAP, 3, 2, 1], c=[1, 2, 2, 3, 2, 3])
    found = describe(data)
    assert "a and b" in found.correlations().attrs["reasons"][""]
    for kind in ("fiml", "polychoric"):
        with pytest.raises((NotAvailableError, DataError), match=r"a.* and .*b"):
            found.correlations(kind)
    tables = describe(data, missing="fiml").tables()
    assert "correlations" not in tables
    assert tables["notes"]["note"].str.contains("both a and b").any()


def test_many_different_answers_have_no_shares() -> None:
    found = describe(small(a=list(range(30)), b=[k / 2 for k in range(30)]))
    assert found.shares.empty
    with pytest.raises(NotAvailableError, match="at most 20"):
        found.plot_shares()
    with pytest.raises(NotAvailableError, match="'a' has 30 different answers"):
        found.correlations("polychoric")


# Bad input ---------------------------------------------------------------------------------------

PAIR = small(a=[1, 2, 3], b=[3, 1, 2], t=["u", "v", "w"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (PAIR[["t"]], {}, DataError, "no column of numbers"),
        (PAIR, {"items": ["a", "bb"]}, DataError, "did you mean 'b'"),
        (PAIR, {"items": ["a", "t"]}, DataError, "'t' does not hold numbers"),
        (PAIR, {"items": ["a", "a"]}, OptionError, "'a' is named twice"),
        (PAIR, {"items": {"f": ["a", "a"]}}, OptionError, "of construct 'f'.*named twice"),
        (PAIR, {"items": []}, OptionError, "items= is empty"),
        (PAIR, {"items": {}}, OptionError, "an empty dict"),
        (PAIR, {"items": {"f": []}}, OptionError, "'f' has no items"),
        (PAIR, {"items": "a"}, OptionError, "items= is an Instrument"),
        (PAIR, {"items": ["a", "b"], "group": "b"}, OptionError, "group= too"),
        (PAIR, {"items": {"f": ["a", "b"]}, "school": "b"}, OptionError, "school= too"),
        (PAIR, {"group": "tt"}, DataError, "group column 'tt' is not in the data"),
        (PAIR, {"school": "tt"}, DataError, "school column 'tt' is not in the data"),
        (PAIR.assign(g=[1, GAP, 2]), {"group": "g"}, DataError, "1 missing entries"),
        (PAIR.assign(s=[GAP] * 3), {"school": "s"}, DataError, "has no entries"),
        (PAIR.assign(a=[1, np.inf, 2]), {}, DataError, "infinite"),
        (PAIR.set_axis(["a", "a", "t"], axis=1), {}, DataError, "appears 2 times"),
        (PAIR.iloc[:0], {}, DataError, "no rows"),
        (PAIR, {"missing": "all"}, OptionError, "'pairwise', 'listwise' or 'fiml'"),
        (PAIR, {"ordered": True, "missing": "fiml"}, OptionError, "take one of them"),
        (PAIR.assign(a=[1.5, 2, 3]), {"ordered": True}, DataError, "'a' has 3 different answers"),
        (PAIR, {"names": {"aa": "An item"}}, OptionError, "no item; did you mean 'a'"),
        (PAIR, {"skipped": "x"}, OptionError, "skipped="),
        (PAIR, {"skipped": {"t": 9}}, OptionError, "'t'"),
        (PAIR.assign(a=[1, 2, GAP], b=[GAP, GAP, 2]), {"missing": "listwise"}, DataError, "no row"),
        (PAIR, {"wrong": 1}, OptionError, "no argument 'wrong'"),
        (ts.SampleMoments(np.eye(2), n_observations=10, names=["a", "b"]), {}, DataError, "rows"),
    ],
)
def test_bad_input(
    data: object, options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        describe(data, **options)


def test_bad_kinds_and_missing_constructs() -> None:
    found = describe(PAIR, ["a", "b"])
    with pytest.raises(OptionError, match="kind="):
        found.correlations("spearman")
    for name in ("scales", "scale_correlations"):
        with pytest.raises(NotAvailableError, match="need constructs"):
            getattr(found, name)


# How it looks, and what is handed out -------------------------------------------------------------


def test_tables_and_views() -> None:
    found = answers(ordered=True)
    tables = found.tables()
    assert list(tables) == [
        "items",
        "shares",
        "respondents",
        "missing",
        "coverage",
        "patterns",
        "scales",
        "correlations",
        "scale_correlations",
        "little",
        "notes",
    ]
    assert all(isinstance(table, pd.DataFrame) for table in tables.values())
    assert tables["little"].loc["all rows", "degrees_of_freedom"] == 240
    assert "<table" in found._repr_html_()
    assert "10 items" in repr(found)
    assert found.little._repr_html_().count(">Little&#x27;s test") == 1
    assert found.missing.variables.loc["A1", "answered"] == found.items.loc["A1", "n"]


def test_tables_handed_out_are_copies() -> None:
    found = answers()
    for table in (found.correlations(), found.scales):
        table.iloc[0, 1] = 7
    assert found.correlations().iloc[0, 1] < 1.0
    assert found.scales.iloc[0, 1] != 7


def test_columns_of_other_kinds_and_names() -> None:
    """Numbers as names, pandas' own types, columns of flags and of durations."""
    data = pd.DataFrame({1: pd.array([1, 2, None], "Int64"), 2: [3.0, 4.0, GAP], "f": [0, 0, 1]})
    data["t"] = pd.to_timedelta([1, 2, 3], unit="D")
    found = describe(data, skipped={"1": "f"})
    assert found.items.index.tolist() == ["1", "2"]
    assert found.items["skipped"].tolist() == [1, 0]
    assert found.missing.variables["skipped"].tolist() == [1, 0]


@pytest.mark.parametrize("centred", [False, True])
def test_likert_bars(centred: bool) -> None:
    data = ts.datasets.teachers()
    long = "A question <that> goes on & on, further than there is room for it beside a bar"
    found = describe(data, ["ks1", "ks2"], group="location", names={"ks1": long})
    drawing = found.plot_shares(centred)
    tree = ElementTree.fromstring(drawing.svg)
    titles = [one.text or "" for one in tree.iter("{http://www.w3.org/2000/svg}title")]
    texts = [one.text or "" for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert long in titles
    assert not any(text == long for text in texts)
    assert any(text.startswith("A question <that>") and text.endswith("…") for text in texts)
    assert [word for word in texts if word in "12345"] == list("12345")
    share = found.shares.loc[("rural", "ks2"), 3]
    assert f"ks2, rural: 3, {share:.1%}" in titles
    width = float(tree.attrib["width"])
    for bar in tree.iter("{http://www.w3.org/2000/svg}rect"):
        if bar.attrib["width"] != "100%":
            assert float(bar.attrib["x"]) >= 0.0
            assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
    assert drawing.description == "Shares of the answers to 2 items in 2 groups."
    assert "svg" in found.plot_missing().svg


def test_bars_of_centred_scales_meet_in_the_middle() -> None:
    """Of four answers the middle is between the second and the third."""
    shares = pd.DataFrame([[0.1, 0.2, 0.3, 0.4], [0.4, 0.4, 0.1, 0.1]], ["a", "b"], [1, 2, 3, 4])
    tree = ElementTree.fromstring(draw_likert_bars(shares, centred=True).svg)
    bars = [
        one
        for one in tree.iter("{http://www.w3.org/2000/svg}rect")
        if one.find("{http://www.w3.org/2000/svg}title") is not None
    ]
    thirds = [float(bars[place].attrib["x"]) for place in (2, 6)]
    assert thirds[0] == pytest.approx(thirds[1], abs=0.11)
    assert float(bars[0].attrib["x"]) > float(bars[4].attrib["x"])


def test_a_group_without_answers_has_no_bar() -> None:
    found = describe(small(a=[1, 2, GAP], g=["x", "x", "y"]), ["a"], group="g")
    assert "no answers" in found.plot_shares().svg


# What answers are called ------------------------------------------------------------------------

LABELS = {"1": "мүлдем келіспеймін", "2": "2", "3": "neither & nor", "x": "other"}


def labelled_answers(**labels: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1, 2, 3, 3, 2], "b": [3, 2, 1, 2, 2]})
    frame.attrs["value_labels"] = {"a": LABELS, "b": LABELS, **labels}
    return frame


def test_answers_have_the_labels_of_their_file() -> None:
    found = ts.describe(labelled_answers())
    assert found.answer_labels == {1.0: LABELS["1"], 2.0: "2", 3.0: LABELS["3"]}
    assert list(found.shares.columns) == [1, 2, 3]  # code asks for answers by their codes
    assert "1 мүлдем келіспеймін" in found.to_text()
    assert "3 neither &amp; nor" in found.to_html()
    drawn = found.plot_shares().svg
    assert "1 мүлдем келіспеймін" in drawn
    assert "2 2" not in drawn


def test_labels_that_are_not_of_all_items_are_left_out() -> None:
    assert ts.describe(labelled_answers(b={"1": "never"})).answer_labels == {}
    assert ts.describe(labelled_answers()[["a"]]).answer_labels != {}
    instrument = ts.Instrument({"f": ["a", "b"]}, reversed=["b"], scale=[1, 2, 3])
    assert ts.describe(labelled_answers(), instrument).answer_labels == {}
    assert "Shares of answers" not in ts.describe(pd.DataFrame({"a": [1, 2, 2]})).to_text()

"""Plots of everything, of names that are no formulas, and of what can't be plotted."""

from __future__ import annotations

import inspect
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from matplotlib.figure import Figure
from matplotlib.text import Text
from plot_cases import GROUP, ITEMS, ODD, ODDLY, OTHER, PLAIN, answers, odd_fit, result
from shown_cases import THREE, pupils

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError, TpnSemError

EVERY = {f"{name}, plain": draw for name, draw in PLAIN.items()}
EVERY |= {f"{name}, odd": draw for name, draw in ODDLY.items()}
SVG = "{http://www.w3.org/2000/svg}"


@cache
def drawn(name: str) -> ts.plots.Plot:
    return EVERY[name](None)


def test_every_plot_is_tried() -> None:
    functions = {name for name in ts.plots.__all__ if inspect.isfunction(getattr(ts.plots, name))}
    assert set(PLAIN) == functions


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [f"{name}, plain" for name in PLAIN])
def test_a_plot_says_what_it_shows(name: str) -> None:
    plot = drawn(name)
    assert len(plot.data)
    assert plot.description.endswith(".")
    assert plot.axes.get_xlabel() or name.startswith(("correlations", "residuals"))
    assert plot.title
    assert len(repr(plot)) < 600
    root = ET.fromstring(plot.svg)
    assert root.findtext(f"{SVG}title") == plot.title
    assert root.findtext(f"{SVG}desc")
    assert root.get("role") == "img"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", EVERY)
def test_no_name_is_a_formula_and_no_word_is_cut(name: str) -> None:
    figure = drawn(name).axes.figure
    figure.draw_without_rendering()
    room = figure.bbox
    ours = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    for text in ours:
        if "$" in text.get_text() or "_" in text.get_text():
            assert not text.get_parse_math()
        box = text.get_window_extent()
        shown = text.axes is None or text.axes is drawn(name).axes
        if shown and not any(_is_hidden_tick(text, one) for one in figure.axes):
            assert box.x0 > -1.0, text.get_text()
            assert box.y0 > -1.0, text.get_text()
            assert box.x1 < room.x1 + 1.0, text.get_text()
            assert box.y1 < room.y1 + 1.0, text.get_text()
        assert text.get_fontsize() >= 8.0


def _is_hidden_tick(text: Text, ax: Any) -> bool:
    """Whether a text is a tick's label outside of the limits, which is not drawn."""
    for axis in (ax.xaxis, ax.yaxis):
        for tick in axis.get_major_ticks():
            if text in (tick.label1, tick.label2):
                low, high = sorted(axis.get_view_interval())
                return not low <= tick.get_loc() <= high
    return False


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in EVERY if name.endswith("odd")])
def test_plots_go_onto_axes_that_are_given(name: str) -> None:
    figure = Figure()
    one, other = figure.subplots(1, 2)
    plot = EVERY[name](other)
    assert plot.axes is other
    assert not one.has_data()
    assert other.has_data() or other.images
    figure.draw_without_rendering()


def test_nothing_of_the_session_changes() -> None:
    before = dict(matplotlib.rcParams)
    PLAIN["scree"](None)
    assert dict(matplotlib.rcParams) == before


def test_what_is_no_axes_is_refused() -> None:
    for wrong in ("ax", np.array([1]), Figure()):
        with pytest.raises(OptionError, match="axes of matplotlib"):
            PLAIN["scree"](wrong)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "first"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<svg")]
)
def test_a_plot_is_written(tmp_path: Path, ending: str, first: bytes) -> None:
    plot = drawn("likert, odd")
    path = plot.save(tmp_path / f"plot.{ending}", dpi=50)
    assert path.read_bytes().startswith(first)
    if ending == "svg":
        assert path.read_text(encoding="utf-8") == plot.svg


@pytest.mark.parametrize("name", ["plot.jpg", "plot", "nowhere/plot.svg"])
def test_another_place_or_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="path="):
        drawn("scree, plain").save(tmp_path / name)


def test_characters_that_no_document_holds_are_marked() -> None:
    data = pd.DataFrame({"a\x07": [1, 2, 3, 2], "b": [1, 2, 2, 3]})
    plot = ts.plots.likert(data, labels={"b": "b\x00\ud800"})
    assert ET.fromstring(plot.svg) is not None


# Numbers ------------------------------------------------------------------------------------------


def test_shares_of_answers_are_counted_by_group() -> None:
    plot = ts.plots.likert(answers(), ITEMS, group=GROUP)
    own = answers()[answers()[GROUP] == ODD][ITEMS[1]].dropna()
    rows = plot.data[(plot.data["group"] == ODD) & (plot.data["item"] == ITEMS[1])]
    assert rows.set_index("answer")["share"].to_dict() == pytest.approx(
        own.value_counts(normalize=True).reindex(range(1, 6), fill_value=0.0).to_dict()
    )
    assert set(rows["n"]) == {len(own)}
    widths = [patch.get_width() for patch in plot.axes.patches]
    assert sum(widths) == pytest.approx(100.0 * len(ITEMS) * 2)


def test_a_forest_draws_each_estimate_at_its_place() -> None:
    plot = ts.plots.forest(odd_fit(), "paths", standardized=False)
    table = odd_fit().estimates
    expected = table[table["op"] == "~"]["estimate"].sort_values().to_numpy()
    assert np.sort(plot.data["estimate"]) == pytest.approx(expected)
    points = np.concatenate(
        [line.get_xdata() for line in plot.axes.lines if len(line.get_xdata()) == 2]
    )
    assert set(np.round(expected, 9)) <= set(np.round(points, 9))
    assert [text.get_text() for text in plot.axes.get_legend().get_texts()] == [ODD, OTHER]


def test_fixed_loadings_have_open_marks_without_intervals() -> None:
    plot = ts.plots.forest(result("Fit"), standardized=False)
    marks = [line.get_fillstyle() for line in plot.axes.lines[:2]]
    assert marks == ["full", "none"]
    assert len(plot.axes.lines[1].get_xdata()) == 2


def test_residuals_are_those_of_the_group() -> None:
    plot = ts.plots.residuals(odd_fit(), group=OTHER)
    expected = odd_fit().residuals("correlation").loc[OTHER]
    assert np.allclose(plot.data, expected[list(plot.data)])
    image = plot.axes.collections[0]
    assert np.isclose(image.get_array()[3, 1], expected.iloc[3, 1])
    assert image.get_clim()[0] == -image.get_clim()[1]


def test_ticks_stand_at_the_answers() -> None:
    plot = drawn("item_distributions, odd")
    ticks = [float(tick) for tick in plot.axes.get_xticks()]
    assert ticks == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_parameters_and_indices_are_in_words() -> None:
    plot = ts.plots.bootstrap_distribution(result("Bootstrap"), "textual=~x5")
    assert plot.axes.get_xlabel() == "textual measured by x5"
    assert drawn("permutation_distribution, plain").axes.get_xlabel() == "CFI"
    drawn_values = plot.data["textual=~x5"]
    assert sorted(drawn_values) == sorted(result("Bootstrap").replicates["textual=~x5"])


def test_patterns_are_counted() -> None:
    plot = drawn("missing_patterns, odd")
    assert plot.data["count"].sum() == len(answers())
    assert plot.data["count"].is_monotonic_decreasing


def test_the_curve_is_sorted_and_item_curves_differ_where_items_do() -> None:
    assert drawn("specification_curve, odd").data["estimate"].is_monotonic_increasing
    table = drawn("item_curve, odd").data.pivot(index="factor", columns="group", values="expected")
    gaps = table[OTHER] - table[ODD]
    assert gaps.abs().min() > 0.1


# What can't be plotted ----------------------------------------------------------------------------


@cache
def unfitted() -> ts.Fit:
    return quietly(ts.Model(THREE).fit, pupils(), do_fit=False)


@pytest.mark.parametrize("draw", [ts.plots.forest, ts.plots.residuals, ts.plots.factor_scores])
def test_what_was_not_fitted_is_refused(draw: Any) -> None:
    with pytest.raises(NotAvailableError, match="did not converge, or was not fitted"):
        draw(unfitted())


def test_without_matplotlib_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = result("NumberOfFactors")
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotAvailableError, match=r"matplotlib is not installed.*tpn_sem\[report\]"):
        ts.plots.scree(found)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ts.plots.residuals(odd_fit()), "give group="),
        (lambda: ts.plots.residuals(odd_fit(), group="nowhere"), "group="),
        (lambda: ts.plots.forest(result("Fit"), "covariances"), "no covariances"),
        (lambda: ts.plots.forest(result("Fit"), "loading"), "did you mean 'loadings'"),
        (lambda: ts.plots.likert(pupils(), ["x1", "x2"]), "different answers"),
        (lambda: ts.plots.likert(pupils(), ["x1", "xx"]), "items="),
        (lambda: ts.plots.likert(pupils().iloc[:0]), "no answers"),
        (lambda: ts.plots.likert(answers(), ITEMS, labels={"sure": "a"}), "labels="),
        (lambda: ts.plots.likert(answers(), [GROUP]), "holds no numbers"),
        (lambda: ts.plots.likert(answers(), ITEMS, group=ITEMS[0] + "x"), "group="),
        (lambda: ts.plots.item_distributions(pupils(), ["x1"], group="id"), "301 groups"),
        (lambda: ts.plots.correlations(pupils(), ["x1"]), "two items"),
        (lambda: ts.plots.correlations(pupils(), ["x1", "x2"], method="x"), "method="),
        (lambda: ts.plots.item_curve(result("EffectSizes"), "y"), "item="),
        (lambda: ts.plots.invariance_ladder(result("InvarianceLadder"), "tli"), "measure="),
        (lambda: ts.plots.bootstrap_distribution(result("Bootstrap"), "zz"), "parameter="),
        (lambda: ts.plots.permutation_distribution(result("Permutation"), "zz"), "statistic="),
        (lambda: ts.plots.simple_slopes(result("Interaction"), [3.0]), "from -2 to 2"),
        (lambda: ts.plots.power_curve(result("Power")), "two numbers of rows"),
        (lambda: ts.plots.cutoffs(result("Cutoffs"), "gfi"), "index="),
        (lambda: ts.plots.scree(result("NumberOfFactors"), "all"), "eigenvalues="),
        (lambda: ts.plots.influence(result("Influence"), "dfbeta"), "by="),
        (lambda: ts.plots.factor_scores(result("Fit"), "f"), "factor="),
        (lambda: ts.plots.missing_patterns(result("MissingData"), 0), "most"),
        (lambda: ts.plots.scree(result("Fit")), "found="),
    ],
)
def test_what_cannot_be_plotted_says_why(call: Any, said: str) -> None:
    with pytest.raises((OptionError, NotAvailableError, DataError), match=said):
        call()


def test_all_of_these_are_errors_of_the_library() -> None:
    assert issubclass(DataError, TpnSemError)


# Where words stand --------------------------------------------------------------------------------

LONG = [
    "I share with my colleagues whatever I have learned in a course outside of school, as soon as "
    "there is a quiet hour",
    "My head trusts me",
    "When a colleague asks me for help with planning lessons I set aside what I am doing and help "
    "at once, and do it with pleasure",
    "In our school teachers discuss openly what does not work, and nobody is ashamed of failing",
]


def boxes(plot: ts.plots.Plot) -> list[tuple[str, Any]]:
    """Words of the axes and where they stand."""
    plot.axes.figure.draw_without_rendering()
    ticks = [*plot.axes.get_xticklabels(), *plot.axes.get_yticklabels(), *plot.axes.texts]
    return [(one.get_text(), one.get_window_extent()) for one in ticks if one.get_text()]


@pytest.mark.parametrize("kind", ["grouped bars", "bars", "correlations"])
def test_long_wordings_have_room(kind: str) -> None:
    data = answers().rename(columns=dict(zip(ITEMS, "abcd", strict=True)))
    labels = dict(zip("abcd", LONG, strict=True))
    if kind == "correlations":
        plot = ts.plots.correlations(data, list("abcd"), labels=labels)
    else:
        group = GROUP if kind == "grouped bars" else None
        plot = ts.plots.likert(data, list("abcd"), group=group, labels=labels)
    found = boxes(plot)
    words = [" ".join(text.split()) for text, _ in found]
    assert all(one in words for one in LONG)  # nothing hangs at their ends
    for place, (text, box) in enumerate(found):
        for other, taken in found[:place]:
            inside = box.padded(-1.0)
            assert not inside.overlaps(taken.padded(-1.0)), (text, other)


@pytest.mark.parametrize("measure", ["cfi", "rmsea", "bic"])
def test_the_line_of_a_ladder_keeps_clear_of_its_labels(measure: str) -> None:
    plot = ts.plots.invariance_ladder(result("InvarianceLadder"), measure)
    plot.axes.figure.draw_without_rendering()
    line = plot.axes.lines[0].get_path().interpolated(200).transformed(plot.axes.transData)
    labels = [text for text in plot.axes.texts if text.get_text().startswith("p ")]
    assert labels
    for text in labels:
        assert not text.get_window_extent().count_contains(line.vertices), text.get_text()


def test_the_curve_s_axis_has_two_titles_and_words() -> None:
    choices = {"missing": ["listwise", "fiml"], "leave_out_items": ["x1", "x4"]}
    model = f"{THREE}; speed ~ visual"
    found = quietly(ts.specification_curve, model, pupils(), "visual -> speed", **choices)
    plot = ts.plots.specification_curve(found)
    words = [text for text, _ in boxes(plot)]
    assert {"Choices", "Items left out: none", "Missing: full information (FIML)"} <= set(words)
    assert plot.axes.get_ylabel() == "Estimate, 95% interval"
    title = plot.axes.yaxis.label.get_window_extent()
    other = next(one for one in plot.axes.texts if one.get_text() == "Choices").get_window_extent()
    assert not title.overlaps(other)
    assert title.x0 == pytest.approx(other.x0, abs=3.0)
    for text in ("Missing", "full information (FIML)", "Items left out"):
        assert f">{text}<" in found.figure.svg


def test_a_drawn_curve_is_saved_in_every_form(tmp_path: Path) -> None:
    found = quietly(
        ts.specification_curve, f"{THREE}; speed ~ visual", pupils(), "visual -> speed",
        missing=["listwise", "fiml"],
    )  # fmt: skip
    for ending in ("pdf", "png"):
        assert found.figure.save(tmp_path / f"curve.{ending}").exists()

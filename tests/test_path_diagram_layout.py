"""Nothing in a path diagram lies on top of anything else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from path_diagram_cases import EVERY, by_class, drawn, numbers_of, rect_box, shape_box

from tpn_sem.drawing import (
    ESTIMATE_SIZE,
    Link,
    node_size,
    place,
    text_width,
)
from tpn_sem.language import parse
from tpn_sem.specification import find_roles


@pytest.mark.sampled(3)
@EVERY
def test_no_two_shapes_overlap(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        shapes = [shape_box(v) for v in by_class(panel, "variable")]
        assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(shapes, 2))


@pytest.mark.sampled(3)
@EVERY
def test_estimates_stand_clear_of_each_other_and_of_shapes(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        labels = [rect_box(rect) for rect in by_class(panel, "halo")]
        shapes = [shape_box(v) for v in by_class(panel, "variable")]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(labels, 2))
        assert not any(a.overlaps(b) for a, b in itertools.product(labels, shapes))


@pytest.mark.sampled(3)
@EVERY
def test_everything_is_inside_the_view(name: str) -> None:
    _, root = drawn(name)
    _, _, width, height = numbers_of(str(root.get("viewBox")))
    for panel in by_class(root, "panel"):
        moved = next(g for g in panel if g.get("transform"))
        dx, dy = numbers_of(str(moved.get("transform")))
        boxes = [rect_box(r) for r in by_class(panel, "halo")]
        boxes += [shape_box(v) for v in by_class(panel, "variable")]
        for box in boxes:
            assert box.width / 2 <= box.x + dx <= width - box.width / 2
            assert box.height / 2 <= box.y + dy <= height - box.height / 2
    for caption in by_class(root, "caption"):
        assert float(caption.get("x", 0)) + text_width(str(caption.text), ESTIMATE_SIZE) <= width
        assert float(caption.get("y", 0)) < height


@pytest.mark.sampled(3)
@EVERY
def test_no_arrow_runs_through_a_third_shape(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        shapes = {v.get("data-name"): shape_box(v) for v in by_class(panel, "variable")}
        for arrow in by_class(panel, "path"):
            ends = {arrow.get("data-lhs"), arrow.get("data-rhs")}
            d = next(p.get("d") for p in arrow if p.get("fill") == "none")
            a, b, c, e = np.array(numbers_of(str(d))).reshape(4, 2)
            t = np.linspace(0, 1, 60)[:, None]
            curve = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * e
            for name_of, box in shapes.items():
                if name_of not in ends:
                    far = np.abs(curve - [box.x, box.y]) / [box.width / 2, box.height / 2]
                    assert (np.hypot(*far.T) >= 1.0).all(), (ends, name_of)


def test_two_opposite_arrows_bend_away_from_each_other() -> None:
    _, root = drawn("non-recursive")
    arrows = {
        (a.get("data-lhs"), a.get("data-op"), a.get("data-rhs")): a for a in by_class(root, "path")
    }
    middles = []
    for key in (("y1", "~", "y2"), ("y2", "~", "y1"), ("y1", "~~", "y2")):
        points = np.array(numbers_of(str(arrows[key][1].get("d")))).reshape(4, 2)
        middles.append(points.T @ [0.125, 0.375, 0.375, 0.125])
    for one, other in itertools.combinations(middles, 2):
        assert np.hypot(*(one - other)) > 20.0


def test_layers_run_from_predictors_to_outcomes_with_items_outside() -> None:
    _, root = drawn("four factors, structural")
    at = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    assert at["NPC"].x < at["KSSE"].x < at["KS"].x
    assert at["KS"].x == pytest.approx(at["KR"].x, abs=1e-6)
    assert all(at[f"y{k}"].x < at["NPC"].x for k in range(1, 6))
    assert all(at[f"y{k}"].y < at["KSSE"].y for k in range(6, 11))
    assert all(at[f"y{k}"].x > at["KS"].x for k in range(11, 21))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("n_factors", [1, 3, 7])
@pytest.mark.parametrize("shape", ["correlated", "chain", "star", "full"])
def test_larger_models_do_not_overlap_either(n_factors: int, shape: str) -> None:
    names = [f"Factor{k}" for k in range(n_factors)]
    text = "\n".join(f"{f} =~ " + " + ".join(f"{f}_item{i}" for i in range(12)) for f in names)
    for k, name in enumerate(names[1:], 1):
        before = {"chain": [names[k - 1]], "star": [names[0]], "full": names[:k]}.get(shape, [])
        text += f"\n{name} ~ {' + '.join(before)}" if before else ""
    roles = find_roles(parse(text))
    links = [Link(f, item, "=~") for f in names for item in roles.indicators[f]]
    links += [Link(r.rhs, r.lhs, "~") for r in parse(text).relations if r.operator == "~"]
    nodes = place(roles, links, dict.fromkeys(names[1:], ("R² = 0.50",)))
    assert set(nodes) == set(roles.all)
    assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(nodes.values(), 2))


def test_a_shape_is_wide_enough_for_its_name() -> None:
    for name in ("a", "Infant.Mortality", "自我效能感知量表", "W" * 30):
        for latent in (True, False):
            assert node_size(name, latent)[0] > text_width(name, 13.0) + 10.0

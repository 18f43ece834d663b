"""A model as an object: equality, addition, copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import networkx as nx
import pytest
from conftest import assert_same_numbers
from language_cases import PLAIN, terms

import tpn_sem as ts
from tpn_sem.errors import ModelError


def test_models_are_immutable() -> None:
    model = ts.Model(PLAIN)
    for name in ("text", "defaults", "_statements", "new"):
        with pytest.raises(AttributeError):
            setattr(model, name, "x")
    with pytest.raises(AttributeError):
        del model._statements


def test_models_with_the_same_text_are_equal() -> None:
    assert ts.Model(PLAIN) == ts.Model(PLAIN)
    assert len({ts.Model(PLAIN), ts.Model(PLAIN), ts.Model(PLAIN, "growth")}) == 2
    assert ts.Model(PLAIN) != ts.Model("f =~ x1 + x2")
    assert ts.Model(PLAIN) != PLAIN


def test_a_model_prints_itself() -> None:
    model = ts.Model("\n    f =~ x1 + x2 + x3\n\n    y ~ f\n")
    assert str(model) == "f =~ x1 + x2 + x3\ny ~ f"
    assert str(model) in repr(model)
    again = eval(repr(model), {"Model": ts.Model}).parameter_table()
    assert_same_numbers(again, model.parameter_table())
    assert "defaults='growth'" in repr(ts.Model(PLAIN, "growth"))


@pytest.mark.parametrize("join", [lambda a, b: a + b, lambda a, b: a + b.text])
def test_models_add(join: Callable[[ts.Model, ts.Model], ts.Model]) -> None:
    both = join(ts.Model(PLAIN), ts.Model("y ~ f"))
    assert both == ts.Model(f"{PLAIN}\ny ~ f")
    assert terms(both.text) == ["f =~ x1", "f =~ x2", "f =~ x3", "y ~ f"]


def test_models_add_after_a_comment() -> None:
    assert terms((ts.Model(f"{PLAIN} # measured") + "y ~ f").text)[-1] == "y ~ f"


def test_models_with_other_defaults_do_not_add() -> None:
    with pytest.raises(ModelError, match="'sem' and 'growth' cannot be added"):
        ts.Model(PLAIN) + ts.Model("y ~ f", "growth")


def test_models_do_not_add_numbers() -> None:
    with pytest.raises((TypeError, ModelError)):
        ts.Model(PLAIN) + 3  # type: ignore[operator]


def test_parameter_table_columns() -> None:
    table = ts.Model(f"{PLAIN}\ny ~ f + x").parameter_table()
    assert list(table.columns) == [
        *("lhs", "op", "rhs", "group", "label", "free", "fixed", "start", "exogenous", "written")
    ]
    assert list(table[table["exogenous"]]["lhs"]) == ["x"]
    assert table["written"].sum() == 5


def test_graph() -> None:
    graph = ts.Model("f =~ x1 + x2 + x3\ny ~ b*f + x\nx1 ~~ x2\nx1 ~~ 0*x3").graph
    assert isinstance(graph, nx.DiGraph)
    assert {name for name, latent in graph.nodes(data="latent") if latent} == {"f"}
    kinds = {(a, b): kind for a, b, kind in graph.edges(data="kind")}
    assert kinds == {
        ("f", "x1"): "loading",
        ("f", "x2"): "loading",
        ("f", "x3"): "loading",
        ("f", "y"): "regression",
        ("x", "y"): "regression",
        ("x1", "x2"): "covariance",
        ("x2", "x1"): "covariance",
    }
    assert graph.edges["f", "y"]["label"] == "b"


def test_a_model_can_be_copied_and_pickled() -> None:
    model = ts.Model("f =~ x1 + x2 + x3", defaults="growth")
    assert copy.deepcopy(model) == pickle.loads(pickle.dumps(model)) == model

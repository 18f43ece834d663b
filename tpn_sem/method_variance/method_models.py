"""The models of method that are set beside a substantive one: their texts, and where they begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from ..language import quoted, write_relation
from .method_question import MethodQuestion, residual_loadings

BASELINE = "no method"
EQUAL = "common method, equal"
FREE = "common method, free"
INTERCEPT = "random intercept"
SINGLE = "single factor"
BIFACTOR = "bifactor"
MARKER_EQUAL = "marker factor, equal"
MARKER_FREE = "marker factor, free"

PHRASES = {
    EQUAL: "a common method factor with equal loadings",
    FREE: "a common method factor with free loadings",
    INTERCEPT: "a random intercept of the answering style",
    MARKER_EQUAL: "a marker's factor with equal loadings on all items",
    MARKER_FREE: "a marker's factor with free loadings on all items",
}
"""How a sentence calls the models that tell of paths."""

METHOD_LOADINGS = (0.2, 0.35, 0.1)  # standardised: where the search begins


@dataclass(frozen=True)
class MethodModel:
    """A model of method.

    Attributes
    ----------
    name : str
    texts : tuple of str
        One text a set of start values; they are the same model.
    has_paths : bool
        Whether it says anything of the paths of the substantive model.
    factor : str
        The method factor.
    refused : str
        Why it is not fitted; "" where it is.
    has_free_loadings : bool
        Whether the method factor has a free loading for each item: a minimum need not exist.
    """

    name: str
    texts: tuple[str, ...]
    has_paths: bool = True
    factor: str = ""
    refused: str = ""
    has_free_loadings: bool = False


def method_models(question: MethodQuestion, starts: int, seed: int) -> list[MethodModel]:
    """All that need no marker, in the order in which they are told."""
    name = question.free_name("Method")
    return [
        MethodModel(EQUAL, tuple(_fixed_texts(question, name, frozenset())), factor=name),
        _free(question, name, starts, seed),
        _random_intercept(question, name),
        _single_factor(question),
        _bifactor(question, starts, seed),
    ]


def orthogonal_lines(question: MethodQuestion, name: str) -> list[str]:
    """The factor has nothing to do with the latent variables; its mean is zero in all groups."""
    lines = [write_relation(name, "~~", other, ["0"]) for other in question.latent]
    if question.n_groups > 1 and question.baseline.specification.means:
        lines.append(write_relation(name, "~1", "", ["0"]))
    return lines


def starting_loadings(question: MethodQuestion, seed: int) -> Iterator[Mapping[str, float]]:
    """Sets of start values of free method loadings, in the units of the items, without end."""
    left = residual_loadings(question)
    constant = [np.full(len(question.items), loading) for loading in METHOD_LOADINGS]
    first = [constant[0], *([] if left is None else [left]), *constant[1:]]
    generator = np.random.default_rng(seed)
    scale = np.array([question.deviations[item] for item in question.items])
    for values in first:
        yield dict(zip(question.items, values * scale, strict=True))
    while True:
        values = generator.normal(0.2, 0.2, len(scale)) * scale
        yield dict(zip(question.items, values, strict=True))


def free_terms(starts: Mapping[str, float]) -> str:
    """Free loadings of items that begin at some values."""
    return " + ".join(
        f"NA*{quoted(item)} + start({float(value)!r})*{quoted(item)}"
        for item, value in starts.items()
    )


def _free(question: MethodQuestion, name: str, starts: int, seed: int) -> MethodModel:
    texts = tuple(islice(_free_texts(question, name, seed), starts))
    return MethodModel(FREE, texts, factor=name, has_free_loadings=True)


def _free_texts(question: MethodQuestion, name: str, seed: int) -> Iterator[str]:
    """A method factor whose loadings are free (Podsakoff et al., 2003)."""
    closing = [f"{name} ~~ 1*{name}", *orthogonal_lines(question, name), question.text]
    for starts in starting_loadings(question, seed):
        yield "\n".join([f"{name} =~ {free_terms(starts)}", *closing])


def _fixed_texts(question: MethodQuestion, name: str, turned: frozenset[str]) -> Iterator[str]:
    """A method factor on which all items load 1, those that were turned -1."""
    terms = [f"{-1 if item in turned else 1}*{quoted(item)}" for item in question.items]
    mean = float(np.mean([value**2 for value in question.deviations.values()]))
    closing = [*orthogonal_lines(question, name), question.text]
    for loading in METHOD_LOADINGS:
        variance = f"{name} ~~ NA*{name} + start({loading**2 * mean!r})*{name}"
        yield "\n".join([f"{name} =~ {' + '.join(terms)}", variance, *closing])


def _random_intercept(question: MethodQuestion, name: str) -> MethodModel:
    """Maydeu-Olivares & Coffman (2006): one number added to all answers as they were given."""
    if question.negative:
        return MethodModel(
            INTERCEPT, tuple(_fixed_texts(question, name, question.negative)), factor=name
        )
    reason = f"no item is said to be turned, so that it is the same model as {EQUAL!r}"
    return MethodModel(INTERCEPT, (), refused=reason)


def _single_factor(question: MethodQuestion) -> MethodModel:
    """Harman's test as a confirmatory model: one factor behind all items."""
    if question.others:
        return MethodModel(SINGLE, (), False, refused=_not_items(question))
    name = question.free_name("General")
    text = f"{name} =~ {' + '.join(map(quoted, question.items))}"
    return MethodModel(SINGLE, (text,), False)


def _bifactor(question: MethodQuestion, starts: int, seed: int) -> MethodModel:
    """A general factor and the constructs' own ones, all uncorrelated."""
    if question.others:
        return MethodModel(BIFACTOR, (), False, refused=_not_items(question))
    if not question.is_first_order:
        reason = "factors of factors leave no specific factors: write the first-order factors only"
        return MethodModel(BIFACTOR, (), False, refused=reason)
    if len(question.factors) < 2:
        reason = "one factor is its own general factor"
        return MethodModel(BIFACTOR, (), False, refused=reason)
    name = question.free_name("General")
    texts = islice(_bifactor_texts(question, name, seed), starts)
    return MethodModel(BIFACTOR, tuple(texts), False, name, has_free_loadings=True)


def _bifactor_texts(question: MethodQuestion, name: str, seed: int) -> Iterator[str]:
    lines = []
    for place, (factor, items) in enumerate(question.factors.items()):
        weight = f"equal_loading_{place}*" if len(items) == 2 else "NA*"
        terms = " + ".join(f"{weight}{quoted(item)}" for item in items)
        if len(items) == 2:
            terms = f"NA*{quoted(items[0])} + {terms}"
        lines += [f"{quoted(factor)} =~ {terms}", f"{quoted(factor)} ~~ 1*{quoted(factor)}"]
        lines.append(f"{name} ~~ 0*{quoted(factor)}")
    pairs = combinations(question.factors, 2)
    lines += [f"{quoted(one)} ~~ 0*{quoted(other)}" for one, other in pairs]
    for starts in starting_loadings(question, seed):
        general = {item: max(2.0 * value, 0.0) for item, value in starts.items()}
        opening = [f"{name} =~ {free_terms(general)}", f"{name} ~~ 1*{name}"]
        yield "\n".join([*opening, *lines])


def _not_items(question: MethodQuestion) -> str:
    return (
        f"it is a model of items only, and {', '.join(question.others[:5])} is none: ask for the "
        "measurement model alone"
    )

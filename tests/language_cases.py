"""How the tests of the language read a model."""

from __future__ import annotations

import tpn_sem as ts
from tpn_sem.language import Relation

PLAIN = "f =~ x1 + x2 + x3"


def relations(text: str) -> tuple[Relation, ...]:
    return ts.Model(text).statements.relations


def terms(text: str) -> list[str]:
    return [str(relation) for relation in relations(text)]

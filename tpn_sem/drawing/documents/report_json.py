"""A report as JSON."""

from __future__ import annotations

import json
import math
from numbers import Integral, Real
from typing import Any

from .report_layout import FigurePart, FoldPart, LaidPart, Layout, TablePart
from .report_parts import Bullets, Code, Heading, Note

SCHEMA, SCHEMA_VERSION = "tpn_sem report", 1


def json_of(report: Layout) -> str:
    """The content as JSON in UTF-8; what does not exist is null, and no number is NaN."""
    content = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "language": report.language,
        "title": report.title,
        "made_by": report.made_by,
        "notes": list(report.notes),
        "sections": [
            {
                "key": section.key,
                "number": section.number,
                "heading": section.heading,
                "parts": [_part(part) for part in section.parts],
            }
            for section in report.sections
        ],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _part(part: LaidPart) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "paragraph", "text": part}
    if isinstance(part, Heading):
        return {"type": "heading", "text": part.text}
    if isinstance(part, Note):
        return {"type": "note", "kind": part.kind, "text": part.text}
    if isinstance(part, Bullets):
        return {"type": "list", "items": list(part.items)}
    if isinstance(part, Code):
        return {"type": "code", "text": part.text}
    if isinstance(part, FoldPart):
        return {"type": "fold", "summary": part.summary, "parts": [_part(p) for p in part.parts]}
    return _figure(part) if isinstance(part, FigurePart) else _table(part)


def _figure(part: FigurePart) -> dict[str, Any]:
    return {
        "type": "figure",
        "number": part.number,
        "name": part.figure.name,
        "caption": part.figure.caption,
        "description": part.figure.drawing.description,
        "svg": part.figure.drawing.svg,
    }


def _table(part: TablePart) -> dict[str, Any]:
    table = part.table
    columns = [
        {"name": name, "heading": head, "kind": kind}
        for name, head, kind in zip(table.names, table.heads, table.kinds, strict=True)
    ]
    found: dict[str, Any] = {
        "type": "table",
        "number": part.number,
        "title": table.title,
        "columns": columns,
        "rows": [[_value(cell.value) for cell in row] for row in table.body],
        "shown": [[cell.text for cell in row] for row in table.body],
        "notes": list(table.notes),
    }
    return {**found, "sections": list(part.links)} if part.links else found


def _value(value: object) -> object:
    """A value as JSON has it."""
    if value is None or isinstance(value, str | bool):
        return value
    if type(value).__name__ == "bool_":
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return str(value)

"""Tables as text: fields between commas, semicolons, tabs or bars."""

from __future__ import annotations

from .answer_column import answer_column
from .decimal_marks import recognise_decimal
from .decisions import Decisions
from .decoding import decode
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .grid import Grid, make_grid
from .missing_words import MissingWords
from .separators import check_marks, packed_separator, recognise_separator, split_stated
from .text_records import Records, check_lengths, cut_records, find_heading
from .typed_columns import make_frame, typed


def _read(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
    check_marks(options.separator, options.decimal)
    text, encoding = decode(content, options.encoding, decisions)
    stated, body = split_stated(text)
    separator = _separator(body, stated, options, decisions)
    records = cut_records(body, separator, content.name, 1 + (body is not text))
    if separator is None:
        separator, records = _out_of_quotes(records, content, decisions)
    heading = find_heading(records.cells, options.header, content.name)
    check_lengths(records, heading, content.name)
    grid = make_grid(records.cells, heading, content.name, decisions)
    return _typed(grid, encoding, separator, options, decisions)


def _separator(
    text: str, stated: str | None, options: ReadingOptions, decisions: Decisions
) -> str | None:
    found = recognise_separator(text, max(options.header, 1))
    if options.separator is not None:
        if found is not None and options.separator not in text.split("\n", 1)[0]:
            decisions.doubt(
                f"separator={options.separator!r} was given, but the rows look as if {found!r} "
                "separates them"
            )
        return options.separator
    if stated is not None:
        decisions.say(f"separator {stated!r} stated in the first line")
        return stated
    return found


def _out_of_quotes(
    records: Records, content: FileContent, decisions: Decisions
) -> tuple[str | None, Records]:
    """Rows that stand in quotation marks as a whole, cut into their fields."""
    rows = [" ".join(record) for record in records.cells]
    separator = packed_separator(rows)
    if separator is None:
        return None, records
    decisions.say("each row stands in quotation marks as a whole; read without these")
    return separator, cut_records("\n".join(rows), separator, content.name)


def _typed(
    grid: Grid,
    encoding: str,
    separator: str | None,
    options: ReadingOptions,
    decisions: Decisions,
) -> TableRead:
    words = MissingWords(options.missing)
    columns = [
        answer_column(name, cells, words, decisions)
        for name, cells in zip(grid.headings, grid.columns, strict=True)
    ]
    mark = options.decimal or recognise_decimal(columns, separator, decisions)
    _tell_marks(separator if options.separator is None else None, options, mark, decisions)
    kinds = [typed(column, mark, grid.rows, words, decisions) for column in columns]
    frame = make_frame(kinds, decisions)
    words.tell(decisions)
    facts = {"encoding": encoding, "separator": separator, "decimal": mark}
    return TableRead(frame, facts, headings=grid.originals, rows=grid.rows)


def _tell_marks(
    separator: str | None, options: ReadingOptions, mark: str, decisions: Decisions
) -> None:
    marks = [f"separator {separator!r}"] if separator is not None else []
    marks += [f"decimal mark {mark!r}"] if options.decimal is None else []
    if marks:
        decisions.say(f"{' and '.join(marks)} recognised")


DELIMITED = FileFormat(
    name="CSV",
    suffixes=(".csv", ".tsv", ".tab", ".txt", ".dat", ".asc"),
    options=frozenset({"encoding", "separator", "decimal", "header"}),
    recognises=lambda data: True,
    read=_read,
)
"""Text; what is of no other format is taken for it."""

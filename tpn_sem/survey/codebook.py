"""The codebook of an instrument: every item with its question, scale and codes."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import OptionError
from ..fresh_property import fresh_property
from ..writing import csv_text, write_whole
from .instrument import Instrument
from .preparation import prepared

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;font-size:.9rem}th,td{text-align:left;vertical-align:top;"
    "padding:.25rem .6rem;border-bottom:1px solid #ddd}th{border-bottom:2px solid #333}"
    "@media print{tr{break-inside:avoid}}"
)


@dataclass(frozen=True, eq=False, repr=False)
class Codebook(Shown):
    """A codebook that prints, shows in notebooks, and is saved as HTML, XLSX or CSV."""

    _table: pd.DataFrame

    @fresh_property
    def table(self) -> pd.DataFrame:
        """A row per item: name, column, construct, title, wording, scale, reversed, codes, source.

        With data also n, missing, skipped and the share of each answer.
        """
        return self._table

    @checked
    def save(self, path: str | Path) -> None:
        """Write it, as the ending of the path says: .html, .xlsx or .csv.

        Raises
        ------
        OptionError
            For another ending, and where it cannot be written.
        NotAvailableError
            Where openpyxl is missing, for .xlsx.
        """
        kind = Path(path).suffix.lower()
        if kind in (".html", ".htm"):
            write_whole(path, self._page())
        elif kind == ".csv":
            write_whole(path, csv_text(self._table, index=False))
        elif kind == ".xlsx":
            self._save_workbook(path)
        else:
            raise OptionError(f"{str(path)!r}: a codebook is saved as .html, .xlsx or .csv.")

    def _save_workbook(self, path: str | Path) -> None:
        names = {name: str(name) for name in self._table.columns}
        Table(self._table, "codebook", index=False, headings=names).to_excel(path)

    def _page(self) -> str:
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>Codebook</title><style>{_STYLE}</style></head><body><h1>Codebook</h1>"
            f"{self._table_html()}</body></html>\n"
        )

    def _table_html(self) -> str:
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in self._table.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(cell))}</td>" for cell in row) + "</tr>"
            for row in self._table.itertuples(index=False, name=None)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _text(self) -> str:
        return str(Table(self._table, index=False))

    def _views(self) -> Iterable[str | Table]:
        return [Table(self._table, index=False)]


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.3g}"
    return str(value)


@checked
def codebook(instrument: Instrument, data: pd.DataFrame | None = None) -> Codebook:
    """The codebook of an instrument, with the answers that data have, if given.

    Parameters
    ----------
    instrument : Instrument
    data : DataFrame, optional
        A row per respondent, as read.

    Raises
    ------
    DataError
        Where an item is not in the data.
    """
    table = pd.DataFrame([_row(instrument, item) for item in instrument.all_items])
    if data is not None:
        table = pd.concat([table, _answers(instrument, data)], axis=1)
    kept = [name for name in table if not (table[name].astype(str) == "").all()]
    return Codebook(table[kept])


def _row(instrument: Instrument, item: str) -> dict[str, object]:
    construct = instrument.construct_of(item)
    scale = instrument.scale_of(item)
    wording = instrument.text(item)
    column = instrument.columns[item]
    return {
        "name": item,
        "column": "" if column == item else column,
        "construct": construct,
        "title": instrument.titles.get(construct, ""),
        "wording": "" if wording in (item, column) else wording,
        "scale": "" if scale is None else str(scale),
        "reversed": "yes" if item in instrument.reversed else "",
        "not applicable": _codes(instrument.not_applicable.get(item, ())),
        "skipped": _codes(instrument.skipped.get(item, ())),
        "source": instrument.sources.get(item, ""),
    }


def _codes(codes: Iterable[float]) -> str:
    return ", ".join(f"{code:g}" for code in codes)


def _answers(instrument: Instrument, data: pd.DataFrame) -> pd.DataFrame:
    """Numbers of answers, and shares of each, items turned as they are used."""
    found = prepared(data, instrument)
    rows = []
    for item in instrument.all_items:
        column = found.data[item]
        counts = column.value_counts(normalize=True)
        if pd.api.types.is_numeric_dtype(column):  # texts among numbers have no order
            counts = counts.sort_index()
        row: dict[str, object] = {
            "n": int(column.notna().sum()),
            "missing": int((column.isna() & ~found.skipped[item]).sum()),
            "skipped by design": int(found.skipped[item].sum()),
        }
        if len(counts) <= 11:
            row |= {f"share of {_label(point)}": share for point, share in counts.items()}
        rows.append(row)
    table = pd.DataFrame(rows)
    return table if table["skipped by design"].any() else table.drop(columns="skipped by design")


def _label(point: object) -> str:
    return f"{point:g}" if isinstance(point, float | int) else str(point)

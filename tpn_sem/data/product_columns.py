"""Columns that are products of items, centred twice or freed of what the items predict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import DataError
from ..numerics import Array, Mask
from ..specification import DataOptions, ItemProduct, item_product_name
from .clusters_and_weights import row_weights
from .frames import numeric_columns


def centred_product(columns: Sequence[Array], used: Mask, weights: Array | None = None) -> Array:
    """Columns less their means, multiplied, less the mean of that, shape (n,).

    Double mean centring (Lin, Wen, Marsh & Lin, 2010): the product then has mean zero whatever the
    items' covariance, so that no means need be modelled.

    Parameters
    ----------
    columns : sequence of array, shape (n,)
    used : bool array, shape (n,)
        Rows that means are taken of, where they have an answer.
    weights : array, shape (n,), optional
    """
    total: Array = np.ones(len(columns[0]))
    for column in columns:
        total = total * (column - _mean(column, used, weights))
    return np.asarray(total - _mean(total, used, weights))


def _mean(column: Array, used: Mask, weights: Array | None) -> float:
    there = used & ~np.isnan(column)
    if not there.any():
        return float("nan")
    return float(np.average(column[there], weights=None if weights is None else weights[there]))


def residual_product(
    columns: Sequence[Array], predictors: Array, used: Mask, weights: Array | None = None
) -> Array:
    """What is left of a product after a regression on predictors, shape (n,).

    Residual centring (Little, Bovaird & Widaman, 2006). Missing where a predictor is.

    Parameters
    ----------
    columns : sequence of array, shape (n,)
    predictors : array, shape (n, k)
    used : bool array, shape (n,)
        Rows that the regression uses, where they are complete.
    weights : array, shape (n,), optional
    """
    product = np.prod(columns, axis=0)
    design = np.column_stack([np.ones(len(product)), predictors])
    rows = used & ~np.isnan(product) & ~np.isnan(predictors).any(axis=1)
    root = np.ones(rows.sum()) if weights is None else np.sqrt(weights[rows])
    slopes, *_ = np.linalg.lstsq(design[rows] * root[:, None], product[rows] * root, rcond=None)
    return np.asarray(product - design @ slopes)


def with_observed_product_columns(
    frame: pd.DataFrame, products: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """The data with plain products of columns, as products of observed variables are written.

    Raises
    ------
    DataError
        For the square of a column that has two values.
    """
    added = {}
    for parts in products:
        name = item_product_name(parts)
        columns = numeric_columns(frame, parts).T
        _check_square(parts, dict(zip(parts, columns, strict=True)))
        if name not in frame.columns:
            added[name] = np.prod(columns, axis=0)
    wide = pd.concat([frame, pd.DataFrame(added, index=frame.index)], axis=1)
    wide.attrs.update(frame.attrs)
    return wide


def with_product_columns(
    frame: pd.DataFrame,
    columns: Sequence[tuple[str, tuple[ItemProduct, ...]]],
    method: str,
    observed: Sequence[str],
    options: DataOptions,
) -> pd.DataFrame:
    """The data with a column for each product of items, each group by itself.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of (product, items of each of its columns)
    method : {"double_mean_centred", "residual_centred"}
    observed : sequence of str
        All observed variables of the model, which listwise deletion looks at.
    options : DataOptions

    Raises
    ------
    DataError
        Where the data have a column of such a name, or a square of a column that has two values.
    """
    names = list(dict.fromkeys(item for _, own in columns for items in own for item in items))
    everything = numeric_columns(frame, tuple(observed))
    values = dict(zip(names, numeric_columns(frame, tuple(names)).T, strict=True))
    usable: Mask = np.ones(len(frame), dtype=bool)
    if options.missing == "listwise":
        usable = np.asarray(~np.isnan(everything).any(axis=1))
    sampling, repeats = row_weights(frame, options)
    weights = sampling if sampling is not None else repeats
    members = np.zeros(len(frame), dtype=np.intp)
    if options.group is not None:
        members = pd.factorize(frame[options.group])[0]
    added: dict[str, Array] = {}
    for product, own in columns:
        predictors = np.column_stack(
            [values[item] for item in dict.fromkeys(item for items in own for item in items)]
        )
        for items in own:
            name = item_product_name(items)
            if name in frame.columns:
                raise DataError(
                    f"the data have a column {name!r}, which is what the product of "
                    f"{' and '.join(items)} for {product} would be called: rename the column."
                )
            _check_square(items, values)
            chosen = [values[item] for item in items]
            column = np.full(len(frame), np.nan)
            for group in np.unique(members[members >= 0]):
                inside = members == group
                if method == "residual_centred":
                    found = residual_product(chosen, predictors, usable & inside, weights)
                else:
                    found = centred_product(chosen, usable & inside, weights)
                column[inside] = found[inside]
            added[name] = column
    wide = pd.concat([frame, pd.DataFrame(added, index=frame.index)], axis=1)
    wide.attrs.update(frame.attrs)
    return wide


def _check_square(items: ItemProduct, values: dict[str, Array]) -> None:
    """A square of two values is a line."""
    for item in items:
        if items.count(item) > 1 and len(np.unique(values[item][~np.isnan(values[item])])) < 3:
            raise DataError(
                f"{item!r} has two values, so that its square says nothing that it does not say: "
                "leave the product with itself out."
            )

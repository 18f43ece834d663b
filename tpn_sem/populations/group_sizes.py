"""How many rows each group has, and in which clusters they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import OptionError
from ..numerics import Array, Indices


def group_sizes(
    n: int | Sequence[int] | Mapping[str, int] | None, own: dict[str, int] | None
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Sizes and labels of the groups.

    Parameters
    ----------
    n : as asked for
        One number for several groups is shared out as `own` sizes are.
    own : dict of str to int, or None
        The groups of a fit and their sizes.
    """
    if n is None:
        if own is None:
            raise OptionError("n= is the number of rows to draw; a text does not say it.")
        return tuple(own.values()), tuple(own)
    if isinstance(n, Mapping):
        if own is not None and set(map(str, n)) != set(own):
            raise OptionError(f"n= names other groups than the fit has: {', '.join(own)}.")
        labels = tuple(own or map(str, n))
        named = {str(label): size for label, size in n.items()}
        return tuple(_size(named[label]) for label in labels), labels
    if isinstance(n, int | np.integer):
        if own is None:
            return (_size(n),), ("",)
        shares = np.array(list(own.values()), dtype=float)
        return tuple(_shared(_size(n), shares)), tuple(own)
    sizes = tuple(_size(size) for size in n)
    if own is not None and len(own) != len(sizes):
        raise OptionError(f"n= has {len(sizes)} numbers for {len(own)} groups.")
    labels = tuple(own) if own else tuple(str(place + 1) for place in range(len(sizes)))
    return sizes, labels if len(labels) > 1 else ("",)


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise OptionError(f"n is a whole number above 0, or one a group, not {value!r}.")
    return int(value)


def _shared(total: int, shares: Array) -> list[int]:
    """Whole numbers in these shares that sum to the total."""
    ends = np.round(np.cumsum(shares) / shares.sum() * total).astype(int)
    return np.diff(ends, prepend=0).tolist()


def cluster_members(
    clusters: int | Sequence[int] | Mapping[str, int | Sequence[int]] | None,
    sizes: tuple[int, ...],
    labels: tuple[str, ...],
) -> tuple[Indices | None, Indices]:
    """The cluster of each row, from 0, and what the clusters are called.

    Each cluster is in one group.
    """
    if clusters is None:
        return None, np.array([], dtype=np.intp)
    members: list[Indices] = []
    count = 0
    for size, wanted in zip(sizes, _by_group(clusters, sizes, labels), strict=True):
        if isinstance(wanted, int):
            if not 1 <= wanted <= size:
                raise OptionError(f"{wanted} clusters for {size} rows: give 1 to {size}.")
            own = _shared(size, np.ones(wanted))
        else:
            own = [_size(item) for item in wanted]
            if sum(own) != size:
                raise OptionError(f"clusters= has sizes that sum to {sum(own)}, not to n={size}.")
        members.append(count + np.repeat(np.arange(len(own)), own))
        count += len(own)
    return np.concatenate(members), np.arange(1, count + 1)


def _by_group(
    clusters: int | Sequence[int] | Mapping[str, int | Sequence[int]],
    sizes: tuple[int, ...],
    labels: tuple[str, ...],
) -> list[int | Sequence[int]]:
    if isinstance(clusters, Mapping):
        named = {str(label): value for label, value in clusters.items()}
        if set(named) != set(labels):
            raise OptionError(f"clusters= names other groups than there are: {', '.join(labels)}.")
        return [named[label] for label in labels]
    if isinstance(clusters, int | np.integer) and not isinstance(clusters, bool):
        if clusters < len(sizes):
            raise OptionError(f"clusters={clusters}: each of {len(sizes)} groups needs one.")
        return [max(1, part) for part in _shared(int(clusters), np.array(sizes, dtype=float))]
    if isinstance(clusters, bool | str) or len(sizes) > 1:
        raise OptionError("clusters= of several groups is a number, or a dict by group.")
    return [clusters]

"""Replicates in chunks: the same numbers for any number of workers; Ctrl-C keeps what is done.

Each chunk has its own stream of random numbers, so that neither the workers nor their order matter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ...errors import OptionError
from ...numerics import keep_memory

Part = TypeVar("Part")
Task = Callable[[np.random.Generator, int], Part]
Chunk = tuple[np.random.SeedSequence, int]
_SHARES = 8  # parts of the work that each worker gets, so that none waits long for the others


@dataclass(frozen=True)
class Replicates(Generic[Part]):
    """What the chunks gave, in their order.

    Attributes
    ----------
    parts : list
    n_asked, n_done : int
        Number of replicates; fewer were done where the user interrupted.
    """

    parts: list[Part]
    n_asked: int
    n_done: int

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped before the end."""
        return self.n_done < self.n_asked


def replicate(
    task: Task[Part],
    n: int,
    *,
    size: int = 1,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    title: str = "replicates",
) -> Replicates[Part]:
    """Run a task until it has made n replicates.

    Parameters
    ----------
    task : callable
        Of a random generator and the number of replicates to make. With several workers it must
        be one that can be pickled.
    n : int
    size : int
        Replicates in one call of the task.
    seed : int, optional
    workers : int, optional
        Processes; -1 for one a core. If not given, those of a surrounding
        ``joblib.parallel_config``, which may be Dask's or Ray's; without one, this process.
    progress : bool, optional
        Whether to show a bar; if not given, where a person is watching and it takes long.
    title : str
        What the bar counts.

    Raises
    ------
    OptionError
        Where `n`, `seed` or `workers` are no such numbers.
    """
    chunks = _chunks(n, size, seed)
    parts: list[Part] = []
    done = 0
    with _bar(n, progress, title) as bar:
        try:
            for share, found in _results(task, chunks, _checked_workers(workers)):
                parts += found
                count = sum(count for _, count in share)
                done += count
                bar.update(count)
        except KeyboardInterrupt:
            if not parts:
                raise
    return Replicates(parts, n, done)


def _chunks(n: int, size: int, seed: int | None) -> list[Chunk]:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise OptionError(f"the number of replicates is a whole number above 0, not {n!r}.")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer)):
        raise OptionError(f"seed={seed!r}: give a whole number, or None.")
    counts = [min(size, int(n) - start) for start in range(0, int(n), size)]
    streams = np.random.SeedSequence(None if seed is None else abs(int(seed))).spawn(len(counts))
    return list(zip(streams, counts, strict=True))


def _checked_workers(workers: int | None) -> int | None:
    if workers is None:
        return None
    if isinstance(workers, bool) or not isinstance(workers, int) or workers == 0 or workers < -1:
        raise OptionError(f"workers={workers!r}: give a number of processes, or -1 for all cores.")
    return workers


def _results(
    task: Task[Part], chunks: list[Chunk], workers: int | None
) -> Iterator[tuple[list[Chunk], list[Part]]]:
    """Shares of the chunks and what they gave, in their order."""
    from joblib import Parallel, delayed, effective_n_jobs

    active = effective_n_jobs(workers)
    if active == 1:
        with _one_thread():
            for chunk in chunks:
                yield [chunk], _work(task, [chunk])
        return
    per_share = max(1, len(chunks) // (active * _SHARES))
    shares = [chunks[at : at + per_share] for at in range(0, len(chunks), per_share)]
    parallel = Parallel(n_jobs=workers, return_as="generator")
    found = parallel(delayed(_work_alone)(task, share) for share in shares)
    yield from zip(shares, found, strict=True)


def _work(task: Task[Part], chunks: list[Chunk]) -> list[Part]:
    keep_memory()
    return [task(np.random.default_rng(stream), count) for stream, count in chunks]


def _work_alone(task: Task[Part], chunks: list[Chunk]) -> list[Part]:
    """One worker's share."""
    with _one_thread():
        return _work(task, chunks)


def _one_thread() -> Any:
    """Linear algebra keeps to one thread: the matrices are small, and cores are for workers."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def _bar(n: int, progress: bool | None, title: str) -> Any:
    """A progress bar: on a terminal or in a notebook, if nothing else is asked for."""
    from tqdm.auto import tqdm

    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    shown = watched if progress is None else progress
    delay = 2.0 if progress is None else 0.0
    return tqdm(total=n, desc=title, disable=not shown, delay=delay, mininterval=0.5, leave=False)

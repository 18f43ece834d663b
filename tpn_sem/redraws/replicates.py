"""Replicates in chunks: the same numbers for any number of workers, and what is done is kept.

Each chunk has its own stream of random numbers, so that neither the workers nor their order matter,
and a run that was broken off goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ..arguments import read_seed
from ..errors import ConvergenceWarning, NotAvailableError, OptionError, warn_user
from ..numerics import keep_memory
from .checkpoints import Checkpoint

Part = TypeVar("Part")
Task = Callable[[np.random.Generator, int], Part]
_SHARES = 8  # parts of the work that each worker gets, so that none waits long for the others
_KILLED = "a worker process was killed, perhaps for want of memory"
_INTERRUPTED = "the user interrupted"


@dataclass(frozen=True)
class Chunk:
    """Replicates that are made in one call of the task: their place, random numbers and number."""

    place: int
    stream: np.random.SeedSequence
    count: int


@dataclass(frozen=True)
class Replicates(Generic[Part]):
    """What the chunks gave, in their order.

    Attributes
    ----------
    parts : list
    n_asked, n_done : int
        Number of replicates; fewer were done where the run was broken off.
    stopped : str
        Why it was; empty where it was not.
    """

    parts: list[Part]
    n_asked: int
    n_done: int
    stopped: str = ""

    def warn(self, what: str) -> None:
        """Say that fewer were done, if so."""
        if self.stopped:
            warn_user(
                f"stopped after {self.n_done} of {self.n_asked} {what}, as {self.stopped}: these "
                "are returned.",
                ConvergenceWarning,
            )


def replicate(
    task: Task[Part],
    n: int,
    *,
    size: int = 1,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    title: str = "replicates",
    checkpoint: Checkpoint | None = None,
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
    checkpoint : Checkpoint, optional
        Where chunks of `Batch` are kept; those that are there are not made again.

    Raises
    ------
    OptionError
        Where `n`, `seed` or `workers` are no such numbers.
    NotAvailableError
        Where a worker process was killed before anything was done.
    """
    workers = _checked_workers(workers)
    chunks = _chunks(n, size, seed, checkpoint)
    found: dict[int, Any] = {}
    if checkpoint is not None:
        found = {place: part for place, part in checkpoint.read().items() if place < len(chunks)}
    waiting = [chunk for chunk in chunks if chunk.place not in found]
    stopped = ""
    with _bar(n, progress, title) as bar:
        bar.update(n - sum(chunk.count for chunk in waiting))
        try:
            for share, parts in _results(task, waiting, workers):
                found.update(zip(share, parts, strict=True))
                if checkpoint is not None:
                    checkpoint.write(share, parts)  # type: ignore[arg-type]
                bar.update(sum(chunks[place].count for place in share))
        except KeyboardInterrupt:
            if not found:
                raise
            stopped = _INTERRUPTED
        except BrokenExecutor:
            if not found:
                raise NotAvailableError(
                    f"{_KILLED}, before anything was done. Take fewer workers, or less data."
                ) from None
            stopped = _KILLED
    done = sum(chunks[place].count for place in found)
    return Replicates([found[place] for place in sorted(found)], n, done, stopped)


def _chunks(n: int, size: int, seed: int | None, checkpoint: Checkpoint | None) -> list[Chunk]:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise OptionError(f"the number of replicates is a whole number above 0, not {n!r}.")
    start = np.random.SeedSequence(read_seed(seed))
    if checkpoint is not None:
        run = {"n": n, "size": size, "seed": seed}
        start = np.random.SeedSequence(checkpoint.entropy(run, int(start.entropy)))  # type: ignore[arg-type]
    counts = [min(size, int(n) - begin) for begin in range(0, int(n), size)]
    streams = start.spawn(len(counts))
    return [Chunk(*item) for item in zip(range(len(counts)), streams, counts, strict=True)]


def _checked_workers(workers: int | None) -> int | None:
    if workers is None:
        return None
    if isinstance(workers, bool) or not isinstance(workers, int) or workers == 0 or workers < -1:
        raise OptionError(f"workers={workers!r}: give a number of processes, or -1 for all cores.")
    return workers


def _results(
    task: Task[Part], chunks: list[Chunk], workers: int | None
) -> Iterator[tuple[list[int], list[Part]]]:
    """Places of some chunks and what they gave, as they end."""
    from joblib import Parallel, delayed, effective_n_jobs

    active = effective_n_jobs(workers)
    if active == 1:
        with _one_thread():
            for chunk in chunks:
                yield _work(task, [chunk])
        return
    shares = _shares(chunks, active)
    for how in ("generator_unordered", "generator", "list"):  # as soon as the backend can
        try:
            parallel = Parallel(n_jobs=workers, return_as=how)
        except ValueError:
            continue
        yield from parallel(delayed(_work_alone)(task, share) for share in shares)
        return


def _shares(chunks: list[Chunk], active: int) -> list[list[Chunk]]:
    """Work for the workers: one chunk each at first, so that something is soon done."""
    first, rest = chunks[:active], chunks[active:]
    size = max(1, len(rest) // (active * _SHARES))
    later = [rest[begin : begin + size] for begin in range(0, len(rest), size)]
    return [[chunk] for chunk in first] + later


def _work(task: Task[Part], chunks: list[Chunk]) -> tuple[list[int], list[Part]]:
    keep_memory()
    parts = [task(np.random.default_rng(chunk.stream), chunk.count) for chunk in chunks]
    return [chunk.place for chunk in chunks], parts


def _work_alone(task: Task[Part], chunks: list[Chunk]) -> tuple[list[int], list[Part]]:
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

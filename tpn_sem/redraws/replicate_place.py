"""Which of a run's replicates a task is at."""

from __future__ import annotations

import numpy as np


def place_of(generator: np.random.Generator) -> int:
    """The place of a replicate, from 0, in a run whose replicates come one by one.

    `replicate` spawns a stream for each, and a spawned stream knows which one it is: so that a task
    that goes through a list needs no random numbers and no loop of its own.
    """
    stream = generator.bit_generator.seed_seq
    assert isinstance(stream, np.random.SeedSequence)
    return int(stream.spawn_key[-1])

"""What a number of clusters allows, in words."""

from __future__ import annotations

_FEW = 50  # clusters below which the plain sandwich is known to be too small


def cluster_note(count: int, n_parameters: int, ruled_out: str, better: str = ".") -> str | None:
    """The note on few clusters; None where there are enough of them, or none at all.

    Parameters
    ----------
    count : int
        Clusters.
    n_parameters : int
    ruled_out : str
        What must be done without where clusters are no more than parameters, to the full stop.
    better : str
        What to take instead of the plain errors of few clusters, to the full stop.
    """
    if count == 0:
        return None
    if n_parameters >= count:
        return (
            f"{count} clusters for {n_parameters} parameters: the robust covariance matrix has "
            f"rank {count - 1} at most{ruled_out}"
        )
    if count < _FEW:
        return f"{count} clusters are few: robust standard errors are too small on average{better}"
    return None

"""Data beyond memory: Parquet files of any size, in one process whose memory is watched.

    python benchmarks/large_data.py [--rows 1e6 1e7] [--threads 1] [--out results.csv]

Draws that many rows of 20 five-point items in two groups (a row group at a time, answers as bytes,
1 % of them missing in the last five items), writes them to a temporary file, and reads moments,
patterns of missing answers, and thresholds with polychoric correlations and their covariance
matrix. Each runs in a process of its own; the table has its wall and CPU time, the peak of its
resident memory beyond that of a process that imported the library, and the time of the fit.
1e8 rows need 8 GB of disk and about twenty minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

ITEMS = [f"y{k}" for k in range(20)]
MODEL = "\n".join(f"f{k} =~ " + " + ".join(ITEMS[5 * k : 5 * k + 5]) for k in range(4))
CHUNK = 500_000
KINDS: dict[str, tuple[dict, dict]] = {
    "import only": ({}, {}),
    "moments": ({}, {}),
    "patterns": ({"missing": "fiml"}, {"missing": "fiml"}),
    "ordinal": (
        {"ordered": True, "missing": "pairwise"},
        {"ordered": True, "missing": "pairwise"},
    ),
}


def write(path: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(20)
    cuts = np.array([-1.6, -0.8, 0.1, 1.1])
    writer = None
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        common = generator.standard_normal((n, 1), dtype=np.float32)
        factors = np.float32(0.6) * common
        factors = factors + np.float32(0.8) * generator.standard_normal((n, 4), dtype=np.float32)
        latent = np.float32(0.75) * np.repeat(factors, 5, axis=1)
        latent += np.float32(0.66) * generator.standard_normal((n, 20), dtype=np.float32)
        codes = (1 + np.searchsorted(cuts, latent.ravel()).reshape(n, 20)).astype(np.int8)
        gone = generator.random((n, 5), dtype=np.float32) < 0.01
        columns = [pa.array(codes[:, k]) for k in range(15)]
        columns += [pa.array(codes[:, 15 + k], mask=gone[:, k]) for k in range(5)]
        group = pa.array(np.where(generator.random(n) < 0.45, "rural", "urban"))
        table = pa.table([*columns, group], names=[*ITEMS, "location"])
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def read(path: Path, kind: str, threads: int) -> dict[str, float]:
    """What one process does, told as JSON on its last line."""
    import tpn_sem as ts

    reading, fitting = KINDS[kind]
    found = {"read_s": 0.0, "cpu_s": 0.0, "fit_s": 0.0, "n": 0}
    if kind != "import only":
        wall, cpu = time.perf_counter(), time.process_time()
        moments = ts.SampleMoments.from_parquet(
            path, ITEMS, group="location", threads=threads, **reading
        )
        found["read_s"] = time.perf_counter() - wall
        found["cpu_s"] = time.process_time() - cpu
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wall = time.perf_counter()
            fit = ts.Model(MODEL).fit(moments, **fitting)
            _ = fit.estimates, fit.measures
            found["fit_s"] = time.perf_counter() - wall
        found["n"] = fit.n_observations
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measured(path: Path, kind: str, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", kind, str(path), "--threads", str(threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write(asked.write, int(asked.rows[0]))
        return
    if asked.one:
        print(json.dumps(read(Path(asked.one[1]), asked.one[0], asked.threads)))
        return
    lines = []
    for rows in map(int, asked.rows):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.parquet"
            told = [sys.executable, __file__, "--write", str(path), "--rows", str(rows)]
            subprocess.run(told, check=True)  # apart: children start with their parent's peak
            base = measured(path, "import only", asked.threads)["peak_mb"]
            for kind in list(KINDS)[1:]:
                found = measured(path, kind, asked.threads)
                found["peak_mb"] -= base
                file_mb = path.stat().st_size / 2**20
                lines.append({"rows": rows, "what": kind, "file_mb": file_mb, **found})
                print(pd.DataFrame(lines[-1:]).to_string(index=False), flush=True)
    table = pd.DataFrame(lines)
    print(table.to_string(index=False, float_format="{:.1f}".format))
    if asked.out:
        table.to_csv(asked.out, index=False)


if __name__ == "__main__":
    main()

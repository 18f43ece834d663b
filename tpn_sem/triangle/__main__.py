"""``python -m tpn_sem.triangle``: the older name of ``tpn-sem study``, with its options."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module


def main(arguments: list[str] | None = None) -> int:
    """Run ``tpn-sem study``, into a folder that may be there already, as it always did."""
    parser = argparse.ArgumentParser(prog="python -m tpn_sem.triangle")
    parser.add_argument("--out", default="study")
    parser.add_argument("--data")
    parser.add_argument("--group", default="location")
    asked = parser.parse_args(arguments)
    print("python -m tpn_sem.triangle is called tpn-sem study now.", file=sys.stderr)
    given = ["study", *([asked.data] if asked.data else []), "--out", asked.out, "--overwrite"]
    given += ["--group", asked.group] if asked.group else []
    return int(import_module("tpn_sem.command").main(given))


if __name__ == "__main__":
    raise SystemExit(main())

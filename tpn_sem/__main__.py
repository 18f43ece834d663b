"""``python -m tpn_sem``: the same as ``tpn-sem``."""

from .command import main

if __name__ == "__main__":
    raise SystemExit(main())

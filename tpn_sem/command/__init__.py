"""The command line: ``tpn-sem``, or ``python -m tpn_sem``.

Import from here: `main`. A command is one file that gives a `Command` as `COMMAND`, entered
in `commands`.
"""

from .commands import main

__all__ = ["main"]

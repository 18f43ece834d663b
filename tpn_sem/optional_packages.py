"""Packages that only some formats need."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import NotAvailableError


def optional(package: str, extra: str = "files") -> Any:
    """A package, imported when a file needs it; ``extra`` of the library brings it.

    Raises
    ------
    NotAvailableError
        With the command that installs it.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        name = package.partition(".")[0]
        raise NotAvailableError(
            f"{name} is not installed; install it with pip install 'tpn_sem[{extra}]'."
        ) from None

"""Compile the catalogues of words: `make words`.

Babel's own command takes "5% of" for a place of printf and refuses it; places here are {n1}, {w1}.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[1] / "tpn_sem" / "locale"
PLACE = re.compile(r"\{\w+\}")


def main() -> None:
    """Write each language's catalogue, and refuse one whose places differ."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/tpn_sem.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        for message in catalogue:
            english, other = str(message.id), str(message.string)
            if message.id and sorted(PLACE.findall(english)) != sorted(PLACE.findall(other)):
                raise SystemExit(f"{path}: {english!r} has other places than {other!r}.")
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
        print(f"{path.parent.parent.name}: {len(catalogue)} messages")


if __name__ == "__main__":
    main()

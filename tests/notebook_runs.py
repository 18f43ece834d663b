"""Notebooks of examples/notebooks, executed.

``make notebooks`` executes them and keeps what their cells show; progress bars are left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _is_progress(output: Any) -> bool:
    text = output["text"] if output.get("name") == "stderr" else "not progress"
    return not text.strip() or any(word in text for word in ("tqdm", "it/s]", "s/it]"))


def executed(path: Path) -> Any:
    """A notebook with what its cells show; raises what a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    client = NotebookClient(
        notebook,
        timeout=900,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    )
    client.execute(env=environment)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_progress(output)]
    notebook.metadata = nbformat.from_dict(_METADATA)
    return notebook


if __name__ == "__main__":
    for one in NOTEBOOKS:
        nbformat.write(executed(one), one)

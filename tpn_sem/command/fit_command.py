"""``tpn-sem fit FILE model.txt``: one model."""

from __future__ import annotations

import argparse

from ..writing import write_whole
from .command import DONE, NO_SOLUTION, Command
from .data_options import rows_for_model
from .fit_options import add_model_options, read_request
from .output_folder import begin_folder, write_tables


def _run(options: argparse.Namespace) -> int:
    asked = read_request(options)
    folder = begin_folder(options)
    fit = asked.model.fit(rows_for_model(options, asked.instrument), **asked.options)
    print(fit.summary())
    if folder is not None:
        write_whole(folder / "summary.txt", fit.summary() + "\n")
        write_whole(folder / "path_diagram.svg", str(fit.path_diagram()))
        tables = {
            "estimates": (fit.estimates, False),
            "standardized": (fit.standardized(), False),
            "measures": (fit.measures.rename("value").to_frame(), True),
            "residual_correlations": (fit.residuals("correlation"), True),
        }
        write_tables(folder, tables)
    return DONE if fit.converged else NO_SOLUTION


COMMAND = Command(add_model_options, _run)

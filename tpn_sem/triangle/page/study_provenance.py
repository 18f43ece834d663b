"""Where a study comes from: the fit that stands for it, its software, data and decisions."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from ...fit import Fit
from ..study import Study
from .study_words import measurement_fit

_SHORT = 16  # digits of a hash that are enough to see a difference


def cited_fit(study: Study) -> Fit | None:
    """The fit of the variant that is reported, else of the measurement model; None without."""
    main = study.main
    return main if main is not None and main.converged else measurement_fit(study)


def software_and_data(study: Study) -> pd.DataFrame | None:
    """A row per thing: what, value; None where nothing converged."""
    fit = cited_fit(study)
    if fit is None:
        return None
    known = fit.provenance
    data = known.data
    told = {"Program": f"tpn_sem {known.versions['tpn_sem']}"}
    others = {name: version for name, version in known.versions.items() if name != "tpn_sem"}
    told["With"] = ", ".join(f"{_called(name)} {version}" for name, version in others.items())
    options = {**known.options, "test": ", ".join(known.options["test"])}
    told["Options"] = ", ".join(f"{name} = {value}" for name, value in options.items())
    told["Rows fitted"] = str(data["n_observations"])
    told["Rows dropped by the fit"] = _dropped(data, known.notes)
    told["SHA-256 of the numbers fitted"] = f"{known.data_hash[:_SHORT]}…"
    return pd.DataFrame({"what": list(told), "value": list(told.values())})


def _called(name: str) -> str:
    return {"python": "Python", "numpy": "NumPy", "scipy": "SciPy"}.get(name, name)


def _dropped(data: dict[str, Any], notes: tuple[str, ...]) -> str:
    said = str(data["n_dropped"])
    return f"{said}: {' '.join(notes)}" if data["n_dropped"] and notes else said


def provenance_text(study: Study) -> str | None:
    """Provenance of the fit and the study's decisions as JSON; None where nothing converged."""
    fit = cited_fit(study)
    if fit is None:
        return None
    content = {
        "main_variant": study.main_variant,
        **fit.provenance.to_dict(),
        "decisions": study.decisions.to_dict("records"),
        "study_notes": list(study.notes),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"

"""Where a study comes from: the fit that stands for it, its software, data and decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...fit import Fit
from ...results import ERRORS
from ..fit_words import test_name
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
    told["Options"] = _options(known.options)
    told["Rows fitted"] = str(data["n_observations"])
    told["Rows dropped by the fit"] = _dropped(data, known.notes)
    told["SHA-256 of the numbers fitted"] = f"{known.data_hash[:_SHORT]}…"
    return pd.DataFrame({"what": list(told), "value": list(told.values())})


_OPTIONS = {
    "estimator": "estimator {}",
    "information": "{} information",
    "missing": "missing answers: {}",
    "defaults": "defaults of {}",
    "cluster": "clusters: {}",
    "group": "groups: {}",
}
_VALUES = {"fiml": "full information", "sem": "structural models", "cfa": "factor models"}


def _options(options: Mapping[str, Any]) -> str:
    """Options of a fit in words."""
    errors, tests = str(options["se"]), map(test_name, options["test"])
    said = {
        "se": f"standard errors {ERRORS.get(errors, errors.replace('_', ' '))}",
        "test": f"tests: {' and '.join(tests)}",
        "mean_structure": f"means {'' if options.get('mean_structure') else 'not '}estimated",
    }
    for name, value in options.items():
        if name not in said:
            words = _OPTIONS.get(name, name.replace("_", " ") + ": {}")
            said[name] = words.format(_VALUES.get(str(value), value))
    return "; ".join(said[name] for name in options)


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

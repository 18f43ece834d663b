"""Simulation study: is the true variant in the confidence set, and what does the best BIC say?

    python simulations/model_choice.py --replicates 200 --seed 19 --workers 2 --page

writes `model_choice.csv` beside this file and, with `--page`, the tables of `docs/model_choice.md`.
The same seed gives the same numbers whatever the number of workers.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from page_tables import replace_tables  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.datasets import TeacherPopulation, teachers  # noqa: E402
from tpn_sem.model_choice import ModelChoice, ModelRelations, model_relations  # noqa: E402
from tpn_sem.triangle import VARIANTS, Instrument  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "model_choice.csv"
PAGE = HERE.parent / "docs" / "model_choice.md"

REFERENCE = "four factors"
ASKED = (
    *("four factors", "independent causes", "same effects", "full mediation", "rival mediator"),
    *("chain", "sharing first", "instrumented exchange", "two facets", "one disposition"),
    *("one apex", "merged sources"),
)
DESIGNS = {"440 in 29": (1.0, 29), "1,600 in 29": (1600 / 440, 29), "1,600 in 100": (1.0, 100)}


def populations() -> dict[str, tuple[str, TeacherPopulation]]:
    """What is true: the variant that stands for the true class, and the population."""
    plain = {"ks_on_product": 0.0, "kr_on_rural": 0.0}
    facets = {"ks_on_npc": 0.24, "ks_on_ksse": 0.40, "kr_on_npc": 0.18, "kr_on_ksse": 0.30}
    shipped = TeacherPopulation()
    found = {
        "additive": (REFERENCE, TeacherPopulation.variant("additive")),
        "full mediation": ("full mediation", TeacherPopulation.variant("full mediation")),
        "chain": ("chain", TeacherPopulation.variant("chain")),
        "two facets": ("two facets", replace(shipped, **facets, **plain)),
        "context (as shipped)": (REFERENCE, shipped),
        "context (told apart)": (REFERENCE, TeacherPopulation.variant("told apart")),
    }
    return {name: (truth, _as_modelled(one)) for name, (truth, one) in found.items()}


def _as_modelled(population: TeacherPopulation) -> TeacherPopulation:
    """Without answering style, so that the four factors are what is true of the measurement."""
    return replace(population, acquiescence_sd=0.0)


@lru_cache(maxsize=1)
def relations() -> ModelRelations:
    """How the variants stand to each other, found once: it does not depend on the answers."""
    return model_relations({name: fit.estimation for name, fit in _fits(teachers()).items()})


def _fits(data: pd.DataFrame) -> dict[str, ts.Fit]:
    fits = {}
    for name in ASKED:
        model = VARIANTS[name].model(Instrument.numbered())
        try:
            fits[name] = model.fit(data, missing="fiml", cluster="school", se="none")
        except ts.TpnSemError:
            continue
    return fits


def one(truth: str, design: str, stream: np.random.SeedSequence) -> dict[str, object]:
    """What is said of one survey."""
    name, population = populations()[truth]
    size, schools = DESIGNS[design]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        seed = int(stream.generate_state(1)[0])
        known = relations()
        data = teachers(population, seed=seed, size=size, schools=schools, non_invariance=0.0)
        fits = {key: fit.estimation for key, fit in _fits(data).items() if fit.converged}
        choice = ModelChoice(fits, reference=REFERENCE, known_relations=known)
        return _said(choice, name)


def _said(choice: ModelChoice, truth: str) -> dict[str, object]:
    found = choice.confidence_set
    true_class = truth if truth in found.table.index else None  # out of it where improper
    verdicts = found.table["verdict"]
    bic = choice.criteria["bic"].sort_values()
    p_value = np.nan
    test = found.tests.get((truth, found.reference))
    return {
        "improper": true_class is None,
        "in the set": true_class is not None and verdicts[truth] != "excluded",
        "size of the set": len(found.members),
        "false support": bool(len(found.of("supported"))) and found.of("supported") != [truth],
        "truth supported": found.of("supported") == [truth],
        "first by BIC": bic.index[0] == truth,
        "lead by BIC": float(bic.iloc[1] - bic.iloc[0]),
        "statistic": np.nan if test is None else test.statistic,
        "df": np.nan if test is None else test.df,
        "p_value": p_value if test is None else test.p_value,
        "set": ", ".join(found.members),
        "best": bic.index[0],
    }


def run(replicates: int, seed: int, workers: int) -> Iterator[pd.DataFrame]:
    """Rows of one condition after the other."""
    cases = list(product(populations(), DESIGNS))
    with ProcessPoolExecutor(workers) as pool:
        for case, (truth, design) in enumerate(cases):
            streams = np.random.SeedSequence([seed, case]).spawn(replicates)
            rows = list(pool.map(partial(one, truth, design), streams, chunksize=5))
            yield pd.DataFrame(rows).assign(truth=truth, design=design)
            print(truth, design, flush=True)


MEANS = (
    *("in the set", "size of the set", "false support", "truth supported", "first by BIC"),
    *("another first by BIC", "improper"),
)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """A row per truth and design: shares, the mean size of the set, surveys, Monte Carlo error."""
    found = found.assign(**{"another first by BIC": ~found["first by BIC"].astype(bool)})
    grouped = found.groupby(["truth", "design"], sort=False)
    table = grouped[list(MEANS)].agg(lambda values: float(values.astype(float).mean()))
    table["rejected"] = grouped["p_value"].agg(lambda values: float((values < 0.05).mean()))
    table["surveys"] = grouped.size()
    share = table["in the set"]
    table["error"] = np.sqrt(share * (1.0 - share) / table["surveys"])
    return table.reset_index()


def page_text(table: pd.DataFrame) -> str:
    """The table of the page."""
    head = (
        "| what is true | teachers, schools | true class in the set | size of the set | a false "
        "class supported | the true one supported | true class first by BIC |",
        "|---|---|---|---|---|---|---|",
    )
    rows = [
        f"| {row['truth']} | {row['design']} | {row['in the set']:.3f} ± {row['error']:.3f} | "
        f"{row['size of the set']:.1f} | {row['false support']:.3f} | "
        f"{row['truth supported']:.3f} | {row['first by BIC']:.3f} |"
        for row in table.to_dict("records")
    ]
    return "\n".join([*head, *rows])


def main() -> None:
    """Draw, judge and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write the tables of the page, too")
    arguments = parser.parse_args()
    found = pd.concat(run(arguments.replicates, arguments.seed, arguments.workers))
    table = summary(found)
    table.round(4).to_csv(RESULTS, index=False)
    if arguments.page:
        replace_tables(PAGE, page_text(table))


if __name__ == "__main__":
    main()

"""Models of two levels: 4 factors on each, 20 items; beside lavaan.

    python benchmarks/two_levels.py [--rounds 3] [--rows 440 10000] [--clusters 29 500]
    python benchmarks/two_levels.py --ordinal --rows 1000 --clusters 100

Timed are a new model's fit with estimates, standard errors, the baseline model and all measures:
`fit = Model(text).fit(data, cluster="school")`, `fit.estimates`, `fit.measures`, and lavaan's
`sem(text, data, cluster = "school")`, `parameterEstimates(fit)`, `fitMeasures(fit)`, without the
further fits by which lavaan 0.7 finds the fit of each level. Data are drawn: clusters of unequal
size, a quarter of the variance between them. With `--ordinal` two factors and their ten items, cut
into four categories, by WLSMV: with as many nodes as data need, and with lavaan's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import warnings

from timing import ITEMS, InR, Times, measure, timed  # first: it sets one thread

import numpy as np  # isort: skip
import pandas as pd  # isort: skip

import tpn_sem as ts  # isort: skip

FACTORS = 4


def draw_schools(rows: int, clusters: int) -> pd.DataFrame:
    """Items y1 to y20, five to a factor, at both levels, and the school of each row."""
    random = np.random.default_rng(29)
    shares = random.dirichlet(np.full(clusters, 8.0))
    school = np.sort(np.concatenate([np.arange(clusters), np.arange(clusters)]))
    school = np.append(school, random.choice(clusters, rows - len(school), p=shares))

    def level(units: int, size: float) -> np.ndarray:
        factors = 0.6 * random.normal(size=(units, 1)) + 0.8 * random.normal(size=(units, FACTORS))
        own = random.normal(size=(units, ITEMS))
        items = factors.repeat(ITEMS // FACTORS, axis=1)
        return np.asarray(size * (0.75 * items + 0.66 * own))

    answers = level(rows, 1.0) + level(clusters, 0.6)[school]
    names = [f"y{number + 1}" for number in range(ITEMS)]
    return pd.DataFrame(answers, columns=names).assign(school=school)


def model_text(factor: str, factors: int = FACTORS) -> str:
    """Factors of five items at each level."""
    lines = []
    for number in (1, 2):
        lines.append(f"level: {number}")
        for place in range(factors):
            items = " + ".join(f"y{5 * place + k}" for k in range(1, 6))
            lines.append(f"{factor}{number}{place} =~ {items}")
    return "\n".join(lines)


class Ours:
    """This library, in this process; factors change their names, so that no text is known."""

    def __init__(self, data: pd.DataFrame, factors: int = FACTORS, **options: object):
        shown = "".join(f", {key}={value}" for key, value in options.items() if key == "nodes")
        self.name, self.data, self.count = f"tpn_sem {ts.__version__}{shown}", data, 0
        self.factors, self.options = factors, options

    def task(self) -> None:
        self.count += 1
        model = ts.Model(model_text(f"f{self.count}n", self.factors))
        fit = model.fit(self.data, cluster="school", **self.options)
        assert fit.converged
        assert len(fit.estimates)
        assert fit.measures["chisq"] > 0.0

    def run(self, repetitions: int) -> Times:
        return timed(self.task, 5 * repetitions)

    def close(self) -> None:
        pass


class Lavaan(InR):
    """sem in R; no more than one warm-up, as it takes long."""

    def __init__(self, data: pd.DataFrame, factors: int = FACTORS, ordered: str = ""):
        super().__init__("lavaan_two_levels.R", data, model_text("f", factors), ordered)

    def run(self, repetitions: int) -> Times:
        return super().run(1 if repetitions > 1 else repetitions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, nargs="+", default=[440, 10_000])
    parser.add_argument("--clusters", type=int, nargs="+", default=[29, 500])
    parser.add_argument("--ordinal", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for rows, clusters in zip(options.rows, options.clusters, strict=True):
        data = draw_schools(rows, clusters)
        programs: list = [Ours(data)]
        theirs: tuple = ()
        if options.ordinal:
            items = [f"y{number + 1}" for number in range(10)]
            data[items] = np.digitize(data[items], (-1.0, 0.0, 1.0)) + 1
            data = data[[*items, "school"]]
            programs = [Ours(data, 2, ordered=items), Ours(data, 2, ordered=items, nodes=21)]
            theirs = (2, " ".join(items))
        if shutil.which("Rscript"):
            try:
                programs.append(Lavaan(data, *theirs))
            except RuntimeError as error:
                print(f"lavaan is not timed: {error}", file=sys.stderr)
        try:
            table = measure(programs, options.rounds, 1)
        finally:
            for program in programs:
                program.close()
        print(f"{rows} rows in {clusters} clusters")
        print(table.to_string(index=False, float_format="{:.3f}".format), flush=True)


if __name__ == "__main__":
    main()

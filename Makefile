# Two commands for everybody: `make study` and `make test`. Both make their own environment.

PYTHON ?= python3
VENV := .venv
OUT ?= study
MINUTES ?= 60
SEED ?= 1
LOWEST_PYTHON ?= python3
# The matrices are small: threads of the linear algebra only wait for each other.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# A process for each core; one that has finished takes over what others have not begun.
PYTEST := $(ONE_THREAD) $(VENV)/bin/python -m pytest -n auto --dist worksteal

$(VENV)/site: $(VENV)/user
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[site]'
	touch $@

.PHONY: site words study test test-slow test-all fuzz test-lowest lint types unit agreement gallery notebooks benchmark simulation reference clean

$(VENV)/user: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[crosscheck,report]'
	touch $@

$(VENV)/dev: $(VENV)/user
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

study: $(VENV)/user  ## run the triangle study on the bundled synthetic survey
	$(ONE_THREAD) $(VENV)/bin/python -m tpn_sem study --group location --out $(OUT) --overwrite

words: $(VENV)/dev  ## compile the catalogues of words
	$(VENV)/bin/python tests/compile_words.py

site: $(VENV)/site  ## the pages as a site in `site`, every link checked
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet

test: lint types unit  ## lint, types and the tests that are quick: within four minutes on two cores

test-slow: $(VENV)/dev  ## the tests that are marked slow
	$(PYTEST) -m slow

test-all: lint types  ## everything
	$(PYTEST)

fuzz: $(VENV)/dev  ## attack the library for an hour: make fuzz MINUTES=5 SEED=7
	$(ONE_THREAD) $(VENV)/bin/python -m fuzz --minutes $(MINUTES) --seed $(SEED)

test-lowest:  ## the quick tests with the lowest versions of all dependencies
	$(LOWEST_PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c tests/lowest.txt -e '.[dev]'
	$(ONE_THREAD) $(VENV)-lowest/bin/python -m pytest -n auto --dist worksteal -m 'not slow'

lint: $(VENV)/dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/dev
	$(VENV)/bin/mypy

unit: $(VENV)/dev
	$(PYTEST) -m 'not slow'

agreement: $(VENV)/dev  ## print the differences from both versions of lavaan's frozen values
	$(ONE_THREAD) $(VENV)/bin/python tests/reference/agreement.py

gallery: $(VENV)/dev  ## outputs, tables and figures of docs/gallery from the pages' code
	PYTHONPATH=tests:tests/reference $(ONE_THREAD) $(VENV)/bin/python tests/gallery_pages.py

notebooks: $(VENV)/dev  ## execute the notebooks of examples/notebooks again
	PYTHONPATH=. $(ONE_THREAD) $(VENV)/bin/python tests/notebook_runs.py

benchmark: $(VENV)/dev  ## everything beside lavaan and semopy: a table and a plot in benchmarks/results
	$(ONE_THREAD) $(VENV)/bin/python benchmarks/everything.py

simulation: $(VENV)/dev  ## coverage and error rates with few schools; writes docs/few_clusters.md
	$(ONE_THREAD) $(VENV)/bin/python simulations/few_clusters.py --replicates 300 --seed 29 --workers 2
	$(VENV)/bin/python simulations/few_clusters.py --page
	$(ONE_THREAD) $(VENV)/bin/python simulations/ordinal.py --replicates 1000 --seed 5 --workers 2
	$(ONE_THREAD) $(VENV)/bin/python simulations/missing_at_random.py --replicates 200 --seed 11 --workers 2
	$(ONE_THREAD) $(VENV)/bin/python simulations/invariance.py --study errors --replicates 400 --workers 2
	$(ONE_THREAD) $(VENV)/bin/python simulations/invariance.py --study planted --replicates 200 --workers 2
	$(ONE_THREAD) $(VENV)/bin/python simulations/invariance.py --study alarms --replicates 150 --workers 2
	$(VENV)/bin/python simulations/invariance.py --page

# LAVAAN_LIBRARY: the folder of R packages with another lavaan; REFERENCE_OUT: where its values go
reference:  ## make lavaan's frozen values anew; needs R with lavaan and jsonlite
	Rscript tests/reference/lavaan.R
	Rscript tests/reference/robust.R
	Rscript tests/reference/ordinal.R
	Rscript tests/reference/categorical.R
	Rscript tests/reference/pairwise.R
	Rscript tests/reference/permutation.R
	Rscript tests/reference/power.R
	Rscript tests/reference/invariance.R
	Rscript tests/reference/group_equal.R
	Rscript tests/reference/moderated.R
	Rscript tests/reference/two_level.R
	Rscript tests/reference/efa.R
	Rscript tests/reference/esem.R
	Rscript tests/reference/item_response.R
	Rscript tests/reference/local_fit.R
	Rscript tests/reference/influence.R
	Rscript tests/reference/cross_validation.R
	Rscript tests/reference/specification_curve.R
	Rscript tests/reference/model_choice.R
	Rscript tests/reference/common_method.R
	Rscript tests/reference/number_of_factors.R
	Rscript tests/reference/describe.R
	Rscript tests/reference/measurement_quality.R
	Rscript tests/reference/two_level_more.R
	Rscript tests/reference/response_likelihood.R
	Rscript tests/reference/two_level_ordinal.R
	Rscript tests/reference/mardia.R
	Rscript tests/reference/idioms.R
	Rscript tests/reference/composites.R
	Rscript tests/reference/second_order.R
	Rscript tests/reference/empty_cells.R
	Rscript tests/reference/correlations.R
	Rscript tests/reference/information_of_moments.R
	Rscript tests/reference/other_statistics.R
	Rscript tests/reference/baselines.R
	Rscript tests/reference/distributional_weights.R
	Rscript tests/reference/mplus_formulas.R
	Rscript tests/reference/better_markers.R
	Rscript tests/reference/bounds.R
	Rscript tests/reference/inspect.R
	Rscript tests/reference/imputed.R
	Rscript tests/reference/survey_design.R
	Rscript tests/reference/products.R
	Rscript tests/reference/structural_after_measurement.R
	Rscript tests/reference/two_stage_least_squares.R
	Rscript tests/reference/gallery.R

clean:
	rm -rf $(VENV) $(VENV)-lowest $(OUT) build dist

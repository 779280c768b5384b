# redeploy: `make demo` shows the main result, `make test` checks everything. Both prepare `.venv` from the locks; a second run installs nothing.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2

.PHONY: demo test lint lanes fuzz smoke validate bench sample scoreboard history answers odd map lock clean

demo: .venv/core.stamp
	@echo "Running scenarios/experiments/split.toml: hold and four shares, each in 20 worlds of eight years, paired by common random numbers."
	@echo "The whole split, with eight shares in 100 worlds, is scenarios/experiments/split-full.toml."
	@$(BIN)/redeploy batch scenarios/experiments/split.toml --out results/split --workers $(JOBS) --replace
	@$(BIN)/redeploy compare results/split
	@$(BIN)/redeploy report results/split

test: lint
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not lane"

lint: .venv/dev.stamp
	@$(BIN)/ruff check sim tests notebooks
	@$(BIN)/ruff format --check --quiet sim tests notebooks
	@$(BIN)/mypy
	@$(BIN)/vulture
	@$(BIN)/lint-imports

# The model with every index checked, and line by line as plain Python.
lanes: .venv/dev.stamp
	@$(BIN)/python -m pytest -n $(JOBS) -m lane

# Odd scenarios, tables and results folders by the thousand, each in a child with limits.
# WHAT, COUNT (of each) and SEED choose them; CASE=n runs one alone.
fuzz: .venv/dev.stamp
	@$(BIN)/python -u tests/fuzz $(WHAT) --jobs $(JOBS) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) $(if $(CASE),--case $(CASE))

# The same runs on every other version of Python that is found: the same bytes.
smoke: .venv/core.stamp
	@JOBS=$(JOBS) .ci/smoke

validate: .venv/dev.stamp
	@$(BIN)/redeploy validate --workers $(JOBS)
	@$(BIN)/python -m pytest -n $(JOBS) -m slow -rP

# Times, memory and storage beside their targets. JSON=file keeps them, AGAINST=file shows an earlier file's beside.
bench: .venv/dev.stamp
	@$(BIN)/python -m pytest -o python_files='bench_*.py' tests/benchmarks --benchmark-quiet $(if $(JSON),--benchmark-json=$(JSON)) $(if $(AGAINST),--against=$(AGAINST))

# The results that the notebooks open, and the notebooks with what they show.
sample: .venv/dev.stamp
	@rm -rf results/sample
	@$(BIN)/redeploy batch scenarios/experiments/strategies.toml --replications 6 --set time.horizon_days=364 --set record.layers_every_days=91 --out results/sample --workers $(JOBS)
	@$(BIN)/python notebooks/execute.py

# The published facts as docs/results/scoreboard.md shows them.
scoreboard: .venv/core.stamp
	@$(BIN)/redeploy validate --workers $(JOBS)
	@cp results/validate/scoreboard.json results/scoreboard.json
	@$(MAKE) -s odd

# The parameters that 2019 to 2021 tell something of: the ensemble of fits, its picture and its tables.
history: .venv/core.stamp
	@$(BIN)/redeploy calibrate scenarios/history/2018.toml --against scenarios/history/observed.csv --samples 1000 --keep 50 --out results/history --workers $(JOBS)
	@cp results/history/fitted.csv scenarios/history/fitted.csv
	@cp results/history/calibration.json results/calibration.json
	@cp results/history/fans.png docs/results/history.png
	@$(MAKE) -s odd

# What the answer becomes with one assumption or link at a time changed.
answers: .venv/core.stamp
	@$(BIN)/redeploy batch scenarios/experiments/assumptions.toml --out results/assumptions --workers $(JOBS)
	@$(BIN)/redeploy batch scenarios/experiments/decomposition.toml --out results/decomposition --workers $(JOBS)
	@$(BIN)/redeploy batch scenarios/experiments/stale-beliefs.toml --out results/stale-beliefs --workers $(JOBS)
	@$(BIN)/redeploy batch scenarios/experiments/sign.toml --out results/sign --workers $(JOBS)
	@$(BIN)/python -m sim.docs_pages results/assumptions results/decomposition results/stale-beliefs results/sign

# The parts of docs/ that say what the registries and the mechanisms' pages say.
odd: .venv/core.stamp
	@$(BIN)/python -m sim.docs_pages

map: .venv/dev.stamp
	@$(BIN)/python -m sim.geography.build

# Names, versions and hashes only: no address of any registry.
lock: .venv/dev.stamp
	@$(BIN)/uv pip compile pyproject.toml --extra build --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev --extra map --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements-dev.lock

.venv/bin/python:
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/core.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what a run needs, from requirements.lock (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip uninstall -qq -y --disable-pip-version-check redeploy  # how the distribution was named before
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/core.stamp
	@echo "Installing what the tests need, from requirements-dev.lock (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv

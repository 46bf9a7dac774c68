# Every command a person needs. `make` alone prints them.
PYTHON ?= python3
PORT ?= 8000
N ?= 200
SEED ?= 1
THREADS ?= 1
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools

# Compiled modules are kept: without them every process that starts compiles the house anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast bench simulate lint fmt train clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## the bot, the courier and a phone in the browser; PORT=8000
	@PORT=$(PORT) exec $(BIN)/flask --app wsgi demo run

test: $(TOOLS) ## all tests on real servers; one file: make test T=tests/nlp/test_dates.py
	@scripts/install_test_servers
	$(BIN)/python -m pytest $(if $(T),$(T),-n 2 --dist worksteal)

test-fast: $(TOOLS) ## the quick tests only: no database server, no browser, no races
	$(BIN)/python -m pytest -q -m "not server and not browser and not race and not slow"

bench: $(TOOLS) ## what everything costs beside its floor or rival; R="turns search" BIG=1
	@scripts/install_test_servers
	$(BIN)/python -m benchmarks $(if $(BIG),--big) $(R)
	$(if $(R),,$(BIN)/python -m benchmarks.ear)

simulate: $(TOOLS) ## patients who talk to the demo hospital; N=2000 SEED=1 THREADS=1
	@scripts/install_test_servers
	$(BIN)/python -m tests.simulation --n $(N) --seed $(SEED) --threads $(THREADS)

lint: $(TOOLS) ## style, types and the house law: what must hold before a commit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -q --durations=0 tests/house/test_law.py

fmt: $(TOOLS) ## format the code and apply safe fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

train: $(TOOLS) ## train the triage model again; DATA=directory of labelled texts
	@test -n "$(DATA)" || { echo "say where the texts are: make train DATA=path" >&2; exit 2; }
	$(BIN)/python scripts/train_triage.py --data "$(DATA)"
	$(BIN)/python scripts/inquiry_counts.py --data "$(DATA)"
	$(BIN)/python scripts/train_ailing.py --data "$(DATA)"
	$(BIN)/python scripts/train_intents.py
	$(BIN)/python scripts/triage_report.py --data "$(DATA)"

clean: ## remove the environment and caches (databases under var/ stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	  sys.exit(None if (3, 11) <= v <= (3, 13) else "needs Python 3.11 to 3.13: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/pip
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

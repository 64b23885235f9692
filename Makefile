# `make` alone tells what there is. Everything runs in a virtual environment of its own, .venv.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
WORKERS ?= 3
ARGS ?=
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
CHECKSUM = $(shell cat $(1) | cksum | cut -d' ' -f1)
RUNTIME := .venv/.runtime-$(call CHECKSUM,pyproject.toml requirements.txt)
DEV := .venv/.dev-$(call CHECKSUM,pyproject.toml requirements-dev.txt)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK = $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-emit-options --strip-extras --build-deps-for=editable
export PYTHONPATH :=
# Tests start hundreds of processes: none should compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
export CUSTOM_COMPILE_COMMAND := make lock

.PHONY: help run setup dev test prove check lint diagrams fix bench screenshots lock clean

help:  ## Print this help
	@echo "The NRM workflow engine. First: make run"
	@echo
	@sed -nE 's/^([a-z]+):.*## (.*)$$/  make \1|\2/p' Makefile | \
		while IFS='|' read -r what why; do printf '%-20s %s\n' "$$what" "$$why"; done
	@echo
	@echo "PORT=8001 make run       serve on another port"
	@echo "ARGS='-k consent' make test    hand pytest further words"

run: $(RUNTIME)  ## Set everything up and serve the training system on PORT (8000)
	@exec $(BIN)/nrm serve --demo --port $(PORT)

setup: $(RUNTIME)  ## Create .venv and install what `make run` needs
	@echo "Ready. Next: make run"

dev: $(DEV)  ## Install what tests and checks need as well
	@echo "Ready. Next: make test"

test: $(DEV)  ## Run all tests on SQLite, then on PostgreSQL
	@.ci/setup
	@WORKERS=$(WORKERS) .ci/tests $(ARGS)

prove: $(DEV)  ## Run the batteries at full size and write PROOF.md (long)
	@.ci/setup
	@NRM_PROVE=1 WORKERS=$(WORKERS) .ci/tests -m battery -o faulthandler_timeout=0 $(ARGS)

check: lint diagrams test  ## All that CI runs: format, lint, types, imports, diagrams, tests

lint: $(DEV)  ## Format, lint, types and import contracts, without changing a file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/screenshots.py --check

diagrams: $(DEV)  ## Check the diagrams as pictures (bpmnlint) and as law (nrm check)
	@.ci/setup
	@.ci/diagrams
	$(BIN)/nrm check

fix: $(DEV)  ## Format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(RUNTIME)  ## Measure, and print the ratios that are promised
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(DEV)  ## Make the pictures of the README
	@.ci/setup
	$(BIN)/python .ci/screenshots.py $(ARGS)

lock: $(DEV)  ## Resolve the dependencies anew (maintainers), keeping pins that still fit
	$(PIP) install pip-tools
	$(LOCK) --output-file requirements.txt pyproject.toml $(ARGS)
	$(LOCK) --extra dev --output-file requirements-dev.txt pyproject.toml $(ARGS)

clean:  ## Remove .venv and what tools left behind; data in var/ stays
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .ci/lint/node_modules

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed and was not found. Install it, then try again."; exit 1; }
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "This Python cannot create virtual environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(RUNTIME): .venv/bin/python
	@[ -e $(DEV) ] || { echo "Installing (once, about a minute)"; $(PIP) install --require-hashes -r requirements.txt; }
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f .venv/.runtime-*; touch $@

$(DEV): .venv/bin/python
	@echo "Installing what tests need (once, about a minute)"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f .venv/.dev-* .venv/.runtime-*; touch $@ $(RUNTIME)

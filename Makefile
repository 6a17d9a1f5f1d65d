# `make` prints what there is. Needs Python 3.11 or newer with pip, and nothing else; after `install` no network.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV ?= .venv
DEMO ?= demo
# The last day of the made-up logs; on your own files a night takes yesterday.
DEMO_DAY ?= 2026-03-31
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SQL := warehouse qa flows schemas
UV := .lock-venv/bin/uv
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile pyproject.toml --group build --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --quiet

.DEFAULT_GOAL := help
.PHONY: help install run test check format faults bench lock clean

help: ## Print this list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(VENV)/.runtime ## Install callqa and the locked packages it needs into .venv.

run: $(VENV)/.runtime ## Make a demo centre if there is none, run one night on it, print the first results.
	@test -f $(DEMO)/truth/truth.json || $(BIN)/callqa demo $(DEMO)
	$(BIN)/callqa nightly -w $(DEMO) --date $(DEMO_DAY)

test: $(VENV)/.dev ## Run every test, the slow ones too.
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev ## Check format, style, types, import rules and SQL format; changes nothing.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfmt --check $(SQL)

format: $(VENV)/.dev ## Bring Python and SQL into the agreed form.
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt $(SQL)

faults: $(VENV)/.dev ## Run the whole fault suite: killed processes, full disks, damaged files. Takes long.
	@if [ -d tests/faults ]; then CALLQA_KILLS=200 $(BIN)/python -m pytest tests/faults; \
	else echo "There is no tests/faults in this checkout: nothing was run." >&2; exit 1; fi

bench: $(VENV)/.dev ## Measure the steps of a night on generated data, and every reader.
	@if [ -d tests/benchmarks ]; then $(BIN)/python tests/benchmarks/run.py && $(BIN)/python tests/benchmarks/readers.py; \
	else echo "There is no tests/benchmarks in this checkout: nothing was measured." >&2; exit 1; fi

lock: ## Renew both lock files from pyproject.toml (the only target that needs the network besides installing).
	test -x $(UV) || ($(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip install --quiet uv)
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove what the other targets made, the demo included.
	rm -rf .venv .lock-venv demo build callqa.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "callqa needs Python 3.11 or newer; say which: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

# Everything comes from the lock with its hash, the build backend too: building the project fetches nothing. --no-deps:
# the lock is complete, and pip's own resolver wants a pin of its own for a package asked for with extras.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the packages of requirements.lock into $(VENV); the first time takes some minutes."
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

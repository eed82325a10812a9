# Everything a person types. Needs only git, make and Python 3.11 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
TOOLS := .justbookit/tools
UV ?= $(or $(shell command -v uv),$(TOOLS)/bin/uv)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.made-from-lock
MUTANTS := .justbookit/mutants
CODE := justbookit streams api warehouse connectors stack lab tests docs
SCHEMAS := $(wildcard */schema)

export UV_PYTHON_DOWNLOADS := never

##@ Every day

.PHONY: run
run: install ## install what is missing, start everything, load the sample city; Ctrl-C stops it
	@exec $(BIN)/justbookit up

.PHONY: test
test: install ## run every test, on one stack of its own
	@exec $(BIN)/python -m pytest @tests/two-processes.args

.PHONY: check
check: install ## format, lint, types, imports, SQL and locks: the one definition of clean
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar $(SCHEMAS) dbt_project/models
	$(BIN)/python -m stack.lock --check

.PHONY: format
format: install ## put the code into shape
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

##@ The stack

.PHONY: up down status reset doctor
up: install ## start everything and come back when it is ready
	@$(BIN)/justbookit up --detach
down: install ## stop what `make up` started
	@$(BIN)/justbookit down
status: install ## what runs, and where
	@$(BIN)/justbookit status
reset: install ## remove all local data (asks first)
	@$(BIN)/justbookit reset
doctor: install ## what would keep the stack from starting, and what to do
	@$(BIN)/justbookit doctor

##@ Proof

.PHONY: demo verify bench
demo: install ## play the whole story against the running stack
	@$(BIN)/justbookit demo
verify: install ## recompute everything from the event log and compare
	@$(BIN)/justbookit verify
bench: install ## measure; NAME=seats, booking, browse, live, lag, expiry, memory or warehouse
	@$(BIN)/justbookit bench $(or $(NAME),seats)

.PHONY: mutants
mutants: $(MUTANTS)/.made-from-lock ## break the rules in many small ways; NAME='justbookit.offers.*'
	@nice $(MUTANTS)/bin/mutmut run --max-children 2 $(NAME)
	@$(MUTANTS)/bin/mutmut results

##@ Upkeep

.PHONY: install
install: $(READY) ## the environment, exactly as locked (nothing to do the second time)

.PHONY: lock
lock: install $(UV) ## resolve packages and jars anew and write the locks
	UV="$(UV)" $(BIN)/python -m stack.lock
	"$(UV)" pip compile --quiet --universal --generate-hashes --no-header --upgrade \
	  tests/mutants.in -o tests/mutants.lock

.PHONY: clean
clean: ## remove caches and the environment; the stack's data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml | $(UV)
	@test -x $(BIN)/python || "$(UV)" venv --python "$$(command -v $(PYTHON))" $(VENV)
	"$(UV)" pip sync --python $(BIN)/python --require-hashes requirements.lock
	"$(UV)" pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(MUTANTS)/.made-from-lock: tests/mutants.lock | $(UV)
	@test -x $(MUTANTS)/bin/python || "$(UV)" venv --python "$$(command -v $(PYTHON))" $(MUTANTS)
	"$(UV)" pip sync --python $(MUTANTS)/bin/python --require-hashes tests/mutants.lock
	@touch $@

$(TOOLS)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	    "name another with \`make PYTHON=python3.12 …\`"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python cannot make environments here: apt install python3-venv"; exit 1; }
	@echo "uv is missing; getting it into $(TOOLS)"
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip --disable-pip-version-check install "uv>=0.9"

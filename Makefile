# Two commands for a fresh machine: `make run` and `make test`. Each step leaves a stamp in .make/ that is named after the
# content it stands for: a repeated run does nothing again and needs no network, and a failed step leaves no stamp.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
ARGS ?=

python := .venv/bin/python
pip := $(python) -m pip --disable-pip-version-check --no-input install --quiet
stamp = .make/$(1)-$(shell cat $(2) | cksum | tr -d ' ')

runtime := $(call stamp,runtime,requirements.txt requirements-build.txt)
tools := $(call stamp,tools,requirements-dev.txt)
project := $(call stamp,project,pyproject.toml)

install: frontend ## set everything up without starting anything: .venv/bin/waypost is then ready

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: frontend ## set everything up, then the gateway, a database and a stand-in for Meta: try everything at once
	@exec .venv/bin/waypost dev $(ARGS)

test: frontend $(tools) chromium ## set everything up, then the whole test suite; ARGS='tests/x.py -k y' for a part of it
	@$(python) -m pytest -n 2 --dist loadfile $(ARGS)

chaos: frontend $(tools) ## fifty runs of disasters, each by its seed; ARGS='--seeds 7,8' for some of them
	@$(python) -m pytest tests/chaos --seeds 1-50 $(ARGS)

model: frontend $(tools) ## the delivery engine played by a state machine, 500 games; ARGS='--examples 2000' for more
	@$(python) -m pytest tests/workers/test_model.py --examples 500 $(ARGS)

check: $(project) $(tools) ## style, types and the rules of the house
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@$(python) -m pytest tests/test_house.py

bench: frontend $(tools) chromium ## measure; results go to docs/benchmarks.md
	@$(python) -m bench $(ARGS)

lock: $(project) ## pin the dependencies of pyproject.toml; ARGS=--upgrade for the newest of all
	@setup/lock.sh $(ARGS)

clean: ## remove what was built or installed here; data in .waypost stays
	rm -rf .venv .make waypost/static frontend/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results

frontend: $(project)
	@$(python) hatch_build.py

chromium: $(tools)
	@setup/chromium.sh

.venv/pyvenv.cfg:
	@PYTHON="$(PYTHON)" setup/venv.sh

$(runtime): .venv/pyvenv.cfg
	@echo "Installing what Waypost needs ..."
	@$(pip) --require-hashes -r requirements.txt -r requirements-build.txt
	@mkdir -p .make && touch $@

$(project): $(runtime)
	@$(pip) --no-deps --no-build-isolation --editable .
	@touch $@

$(tools): $(runtime)
	@echo "Installing what the tests need ..."
	@$(pip) --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: help install run test chaos model check bench lock clean frontend chromium

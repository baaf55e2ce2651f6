# make run: everything on this machine. make test: the whole proof. make help: the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV ?= .venv
PYTHON := $(VENV)/bin/python
BASE_PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP := $(PYTHON) -m pip --disable-pip-version-check install --quiet --no-input
ARGS ?=
export PYTHONUNBUFFERED := 1

.PHONY: help run compile test test-compiled lint fast screenshots audit bench-reader bench-matching bench-routing bench-live locale clean debian

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.runtime ## start Helpdesk on this machine (demo without X keys); ARGS="--port 8001"
	@exec $(PYTHON) manage.py run_embedded $(ARGS)

compile: $(VENV)/.runtime ## the reader as a library, half as many posts again (a C compiler is needed)
	@$(PIP) -r requirements-compile.txt
	$(PYTHON) manage.py compile_reader

# Two at a time, each on a Postgres and Redis of its own; then alone what has to be quick.
# Exit code 5: no test of that kind among those that ARGS names.
test: debian lint ## lint, then the whole suite on throw-away Postgres and Redis
	$(PYTHON) manage.py compile_locale
	$(PYTHON) -m pytest -m "not alone" -n 2 --dist worksteal $(ARGS) || [ $$? = 5 ]
	$(PYTHON) -m pytest -m alone $(ARGS) || [ $$? = 5 ]

test-compiled: compile $(VENV)/.development ## the tests of reading and locating, on the compiled reader
	$(PYTHON) -m pytest -n 2 tests/test_reading.py tests/test_reading_masking.py tests/test_locating.py tests/test_reader_commands.py $(ARGS)

fast: $(VENV)/.development ## the tests without browser, faults and whole processes
	$(PYTHON) manage.py compile_locale
	$(PYTHON) -m pytest -m "not slow" -n 2 $(ARGS)

lint: $(VENV)/.development ## ruff, mypy, import-linter, migrations, deployment check
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	tests/check_deploy.sh $(PYTHON)

screenshots: debian $(VENV)/.development ## every screen in both languages into artifacts/
	$(PYTHON) manage.py compile_locale
	$(PYTHON) -m tests.screenshots $(ARGS)

audit: debian $(VENV)/.development tests/lighthouse/node_modules ## axe-core on every page, Lighthouse on the main ones: docs/audit.md
	$(PYTHON) -m tests.audit

tests/lighthouse/node_modules: tests/lighthouse/package-lock.json
	@command -v npm >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; } \
		|| { echo "Lighthouse needs Node.js 18: apt-get install nodejs npm"; exit 1; }
	npm ci --prefix tests/lighthouse --no-audit --no-fund

bench-reader: $(VENV)/.development ## the reader against its baselines; compiled as well, where there is a C compiler
	-$(PYTHON) manage.py compile_reader
	$(PYTHON) -m bench.reader $(ARGS)

bench-matching: $(VENV)/.development ## which posts are put together, against baselines; writes docs/matching.md
	$(PYTHON) -m bench.matching $(ARGS)

bench-live: debian $(VENV)/.development ## what 300 open screens cost; writes docs/live.md
	$(PYTHON) -m bench.live --write $(ARGS)

bench-routing: $(VENV)/.runtime ## a day of 10,000 requests through the routing, beside random assignment
	$(PYTHON) -m bench.routing --write docs/routing.md $(ARGS)

locale: debian $(VENV)/.development ## new words of pages and code into locale/hi, to be given their Hindi
	$(PYTHON) manage.py makemessages --locale hi --no-location --no-obsolete --no-wrap --ignore '$(VENV)' --ignore tests --ignore bench
	$(PYTHON) manage.py compile_locale

debian: ## the Debian packages that the tests need (installed when root, else named)
	@tests/debian_packages.sh

clean: ## forget the demo's data, the artefacts and the virtual environment
	rm -rf var artifacts compiled $(VENV)

$(VENV)/bin/python:
	@echo "Making the virtual environment in $(VENV) ..."
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; set BASE_PYTHON=/path/to/python3.11"; exit 1; }
	@$(BASE_PYTHON) -m venv $(VENV) 2>/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(BASE_PYTHON) -m venv $(VENV); } \
		|| { echo "Cannot make a virtual environment: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what it runs on ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements-compile.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what it is tested with ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

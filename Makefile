# The whole household. `make run` to work, `make test` to check; everything else is a part of these two.
# All of it is safe to repeat; an installation that is up to date is not touched again.

UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The first of these that is a Python we support. Choose another with: make install PYTHON=/path/to/python3
SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c "$(SUPPORTED)" >/dev/null 2>&1 && echo "$$name" && break; done)

.DEFAULT_GOAL := help
.PHONY: help install run demo test test-fast test-slow test-browser browser postgres label-studio lint format bench lock clean

help:  ## Say what each word does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

install: $(STAMP)  ## Put the locked packages into .venv (afterwards .venv/bin/workbench works)

$(STAMP): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found: install one (python.org, your" \
		"system's packages, or conda with environment.yml), or name yours: make install PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c "$(SUPPORTED)" || { echo "Python must be 3.11, 3.12 or 3.13. Received $$("$(PYTHON)" --version 2>&1):" \
		"name another with make install PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || { echo "1/4 a virtual environment in $(VENV) ($$("$(PYTHON)" --version))"; "$(PYTHON)" -m venv $(VENV); }
	@echo "2/4 uv $(UV_VERSION), which installs the rest"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "3/4 the packages of requirements.lock, each checked against its hash (about 1 GB the first time)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@echo "4/4 compiling them, so that TensorFlow starts in seconds (a minute or so, once)"
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib workbench || true  # some packages carry files for other Pythons
	@touch $(STAMP)
	@echo "Installed. Next: make run"

run: install  ## Draw the sample cast if it is not there, then open JupyterLab and the dashboards
	@test -e datasets/sample/catalog.csv || $(BIN)/workbench sample
	@$(BIN)/workbench lab

demo: install  ## Run the whole loop on the sample cast: draw, extract, train, judge, publish (about 10 minutes)
	@$(BIN)/workbench demo

test: test-fast test-slow test-browser  ## Every test, as CI runs them

test-fast: install postgres  ## What plain `pytest` runs: everything but the slow and the browser tests
	$(BIN)/pytest -n 2

# Two tests at a time share two cores with servers, kernels and browsers. What fails there is run once more, alone: only
# what fails again is a failure, and both outputs stay in the log.
ALONE = { echo "Once more, alone: what failed above"; $(BIN)/pytest -n 0 --last-failed --last-failed-no-failures none

test-slow: install postgres label-studio  ## Training, whole loops, notebooks from top to bottom
	$(BIN)/pytest -m "slow and not browser" -n 2 --dist loadfile || $(ALONE) -m "slow and not browser"; }

test-browser: install browser  ## JupyterLab and the dashboards in a headless Chromium
	$(BIN)/pytest -m browser -n 2 --dist loadfile || $(ALONE) -m browser; }

browser: install  # Chromium: the one that is there, else the system's package, else Playwright's own
	@chromium_works() { for name in chromium chromium-browser google-chrome; do \
		"$$name" --version >/dev/null 2>&1 && return 0; done; return 1; }; \
	chromium_works && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing the system's Chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		chromium_works && exit 0; \
	fi; \
	echo "Installing Playwright's own Chromium for the browser tests"; \
	$(BIN)/playwright install chromium || { echo "The browser tests need Chromium, and neither the system nor Playwright" \
		"could install it: install a package named chromium or google-chrome, then run the same command again."; exit 1; }

postgres:  # PostgreSQL's programs, for the label store's tests on both engines; without them those tests are skipped
	@there() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }; \
	there && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing PostgreSQL for the label store's tests (they start a server of their own)"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; \
	fi; \
	there || echo "PostgreSQL is not here: its tests are skipped. Install a package named postgresql to run them."

label-studio: .venv-label-studio/.installed  ## A Label Studio of its own, for the tests and the benchmark that talk to a real one

.venv-label-studio/.installed: requirements-label-studio.lock | $(STAMP)
	@test -x .venv-label-studio/bin/python || "$(PYTHON)" -m venv --without-pip .venv-label-studio
	@echo "Label Studio's packages into .venv-label-studio (about 800 MB)"
	@$(BIN)/uv pip sync --quiet --python .venv-label-studio/bin/python --require-hashes requirements-label-studio.lock
	@.venv-label-studio/bin/python -m compileall -qq -j 0 .venv-label-studio/lib || true
	@touch $@

lint: install  ## ruff, mypy, and no outputs left in notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

format: install  ## Put code and notebooks into their usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout --keep-id notebooks/*.ipynb

bench: install  ## Frames per second of extraction and of analyze, part by part
	$(BIN)/python -m benchmarks

lock: install  ## Choose versions anew for what pyproject.toml asks for
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --generate-hashes --no-header \
		--upgrade --quiet -o requirements.lock

clean:  ## Remove what tools left behind (never recordings, labels or reports)
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

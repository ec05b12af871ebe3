# Every target sets up what it needs in .venv; there is nothing to install by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FILE ?= clippings.yaml
NPM := tests/npm/node_modules

.PHONY: serve test quick soak lint format types check golden translations bench bench-serving all clean

serve: $(VENV)/.installed ## serve the list and follow its changes
	$(BIN)/feedpress serve $(FILE)

test: $(VENV)/.installed $(NPM)/.installed ## run every test
	$(BIN)/pytest -n auto --cov --cov-fail-under=100

quick: $(VENV)/.installed ## run the tests that need no browser, server or child process
	$(BIN)/pytest -n auto -m "not slow"

soak: $(VENV)/.installed ## search for new examples in the tests of properties
	HYPOTHESIS_PROFILE=random $(BIN)/pytest tests/test_subscribers.py tests/test_properties.py \
	  tests/test_editing.py tests/test_diff.py tests/test_invalid_files.py

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.installed
	$(BIN)/mypy

check: $(VENV)/.installed ## look for mistakes in the list
	$(BIN)/feedpress check $(FILE)

golden: $(VENV)/.installed ## write the golden documents anew, after a change that was meant
	$(BIN)/python tests/write_golden.py

translations: $(VENV)/.installed ## bring the catalogues of the pages' texts up to date
	$(BIN)/python tests/translations.py

# It needs hugo; on Debian: apt-get install hugo.
bench: $(VENV)/.installed ## measure reading, building and exporting, also beside Hugo
	$(BIN)/python bench/in_process.py
	$(BIN)/python bench/whole_job.py

# It needs wrk and nginx; on Debian: apt-get install wrk nginx-light.
bench-serving: $(VENV)/.installed ## measure serving beside nginx
	$(BIN)/python bench/serving.py

all: test lint types

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "feedpress needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python has no venv here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@touch $@

# What VS Code's YAML extension runs, and axe-core, for tests. npm and Node come from PyPI.
$(NPM)/.installed: $(VENV)/.installed tests/npm/package-lock.json
	cd tests/npm && ../../$(BIN)/npm ci --loglevel=error --no-progress --ignore-scripts
	@touch $@

clean:
	rm -rf $(VENV) $(NPM) .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache dist

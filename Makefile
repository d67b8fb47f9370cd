# Everything makes its own environment in .venv: only Python 3.11+ and make are needed.

# Tests start many processes; without byte code each would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Many tests wait for a terminal or another process: more workers than processors are quicker.
PYTEST_WORKERS ?= 4

.PHONY: demo test test-uncached faults lint format types validate screenshots snapshots docs bench clean

demo: $(VENV)/.installed
	$(BIN)/fedcheck demo

test: $(VENV)/.test-installed
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal tests

# The same without the cache of parsed files: TESTS="tests/test_saving.py" runs a part.
TESTS ?= tests
test-uncached: $(VENV)/.test-installed
	FEDCHECK_CACHE=off $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(TESTS)

# Every fault, the big crowd, the long hunt; needs Linux and strace, takes about half an hour.
# FAULTS="crowds tests" runs parts: faults between random storm crowds tests hunt.
faults: $(VENV)/.test-installed
	$(BIN)/python tests/faults/full.py $(FAULTS)

lint: $(VENV)/.lint-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.lint-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.lint-installed
	$(BIN)/mypy

validate: $(VENV)/.installed
	$(BIN)/fedcheck checklist validate --strict

screenshots: $(VENV)/.installed
	$(BIN)/python screenshots/make.py

docs: $(VENV)/.installed
	$(BIN)/python docs/make.py

# Measures the wheel and writes docs/performance.md; takes about a quarter of an hour.
# BENCH=--print writes no page; BENCH="--only app --here" runs a part, and see BENCH=--help.
bench: $(VENV)/.installed
	$(BIN)/python benchmarks/measure.py $(BENCH)

snapshots: $(VENV)/.test-installed
	$(BIN)/python -m pytest tests/test_looks.py --snapshot-update

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fedcheck needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group test
	touch $@

$(VENV)/.lint-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group lint
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

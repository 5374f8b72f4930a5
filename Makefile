# make demo | test | browser-test | check | docs | test-lowest: the first call makes .venv with the exact versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin

# Compiled once, and not anew by each of the many processes that tests start.
test test-lowest browser-test: export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test browser-test test-lowest check docs clean

demo: .venv/ready
	$(BIN)/videoemo demo

# Three at a time, on any machine: with two processors one has work while another waits for processes that it has
# started, and more would take time and memory from each other, for tests start workers, clusters and threads of
# their own. Whoever is free takes the next file, whole: what its tests share is made once.
test: .venv/ready
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

# What opens in a browser, in the Chromium that is installed, with the network off.
browser-test: .venv/ready
	$(BIN)/python -m pytest -m browser tests/*/test_*_in_browser.py

# The same tests with the lowest versions that setup.cfg allows, in an environment of their own.
test-lowest: .venv-lowest/ready
	.venv-lowest/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The pages of docs/ in docs/_build/html; a warning is an error.
docs: .venv/ready
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

.venv/ready: EXTRAS := dev,docs
.venv/ready: CONSTRAINTS := constraints.txt
.venv-lowest/ready: EXTRAS := test
.venv-lowest/ready: CONSTRAINTS := constraints-lowest.txt

.venv/ready .venv-lowest/ready: %/ready: setup.cfg setup.py constraints.txt constraints-lowest.txt $(wildcard videoemo/_native/*.[ch])
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) and "videoemo needs Python 3.11 to 3.14; make PYTHON=python3.12 names one")'
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[$(EXTRAS)]'
	touch $@

clean:
	rm -rf .venv .venv-lowest build *.egg-info videoemo-demo videoemo/_native/*.so docs/_build

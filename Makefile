# make run | make test | make check | make eval [SETS="folder ..."] | make bench
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
SETS ?=

.PHONY: run test check eval bench

run: .venv/run.stamp
	$(BIN)/python app.py $(ARGS)

test: .venv/dev.stamp
	$(BIN)/python -m pytest $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: .venv/run.stamp
	$(BIN)/python -m index build
	$(BIN)/python -m eval run --split test --name readme
	$(BIN)/python -m eval publish readme
	$(if $(SETS),$(BIN)/python -m pip install --quiet --requirement requirements-bench.txt)
	$(if $(SETS),OMP_NUM_THREADS=1 $(BIN)/python -m eval bench $(SETS) --publish)

bench: .venv/dev.stamp
	$(BIN)/python -m eval.speed
	$(BIN)/python -m eval.scale
	$(BIN)/python -m eval.load

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt tests/chromium.sh | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	bash tests/chromium.sh
	touch $@

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all check bench clean

demo: .venv/ready  ## shoots rushes and produces a film from them, in demo/
	$(BIN)/laterna theatre shoot --seed 7 --seconds 90 -o demo/rushes
	$(BIN)/laterna produce examples/demo.toml --out demo/film

test: .venv/ready  ## what CI runs, under 10 minutes on 2 cores
	$(BIN)/python -m pytest -m "not slow"

test-all: .venv/ready  ## the slow tests too
	$(BIN)/python -m pytest

check: .venv/ready  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready  ## compares with peers (in their own environment) and rewrites benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[learning,learning-rl,onnx,postgresql,voice-espeak,dev]"
	touch .venv/ready

clean:
	rm -rf .venv demo build dist

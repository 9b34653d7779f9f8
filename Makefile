# Each target sets up what it needs. PYTHON: any interpreter from 3.11 on.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help install demo run schedule sql test lint bench bench-extract bench-variants bench-ablation bench-encode bench-topics bench-stories bench-scale bench-fuzz bench-kill bench-faults bench-delivery train-stories docs clean-demo

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / ## /' | awk -F' ## ' '{printf "make %-15s %s\n", $$1, $$2}'

.venv/.installed: requirements.lock pyproject.toml
	@echo "setting up .venv (about two minutes, once)"
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

install: .venv/.installed  ## set up .venv

demo: .venv/.installed  ## the whole nightly run on a bundled archive of an invented press: no network, no server
	@$(BIN)/python -m tests.press.demo

clean-demo:  ## forget what the demo made
	rm -rf demo-warehouse

run: .venv/.installed  ## one run on the live web, now
	$(BIN)/kliping run

schedule: .venv/.installed  ## a run every night at 01:00 WIB, until interrupted
	$(BIN)/kliping schedule

sql: .venv/.installed  ## a read-only SQL shell on what was found
	$(BIN)/kliping sql

test: .venv/.installed  ## the test suite
	$(BIN)/pytest -n 2 --dist worksteal

lint: .venv/.installed  ## ruff, mypy, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed  ## the figures of docs/benchmarks.md
	$(BIN)/python -m tests.bench

bench-extract: .venv/.installed .venv-peers/.installed  ## extraction beside other tools
	@$(BIN)/python -m tests.bench_extract

bench-variants: .venv/.installed  ## extraction of pages with one thing changed (some minutes)
	@$(BIN)/python -m tests.bench_variants

bench-ablation: .venv/.installed  ## extraction without each of its phrases, and with other numbers
	@$(BIN)/python -m tests.bench_ablation

bench-encode: .venv/.installed  ## the encoder beside plain sentence-transformers
	@$(BIN)/python -m tests.bench_encode

bench-topics: .venv/.installed  ## the shipped topic beside plainer rules
	@$(BIN)/python -m tests.bench_topics

bench-stories: .venv/.installed .venv-peers/.installed  ## grouping beside other tools, and what nights and orders change
	@$(BIN)/python -m tests.bench_stories

bench-scale: .venv/.installed  ## a night of 5,000 articles beside 100 thousand and beside a million (5.6 GB, some minutes)
	@$(BIN)/python -m tests.bench_scale

bench-fuzz: .venv/.installed  ## thousands of broken pages, listings, archives and YAML files: nothing raises, none takes long
	@$(BIN)/python -m tests.bench_fuzz

bench-delivery: .venv/.installed  ## 10,000 pending alerts to one receiver
	@$(BIN)/python -m tests.bench_delivery

bench-kill: .venv/.installed  ## runs killed at 200 random instants, compared with undisturbed ones (some minutes)
	@$(BIN)/python -m tests.bench_kill

bench-faults: .venv/.installed  ## what a run does about each kind of fault (some minutes)
	@$(BIN)/python -m tests.bench_faults

train-stories: .venv/.installed  ## learn the weights of grouping from the labelled stories beside the project
	@$(BIN)/python -m tests.train_stories

.venv-peers/.installed: pyproject.toml
	@echo "setting up .venv-peers (about a minute, once)"
	@test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check -q install -U "pip>=25.1"
	@.venv-peers/bin/python -m pip --disable-pip-version-check -q install --group peers
	@touch $@

docs: .venv/.installed  ## docs/warehouse.md, from the descriptions in the database
	$(BIN)/python -m warehouse.document

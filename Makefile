# Each target sets up what it needs. PYTHON may name any interpreter from 3.11 on.
PYTHON ?= python3
BIN := .venv/bin
VERSION := import sys; print(sys.version_info[:2])
RECENT := import sys; sys.exit(None if sys.version_info >= (3, 11) else "Kliping needs Python 3.11 or newer, and this is %d.%d; name another: make PYTHON=python3.12" % sys.version_info[:2])
# A file of tests stays together: what it sets up, such as nights in a lake, is then set up once.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help install demo run schedule sql browse screenshots test coverage lint bench bench-extract bench-variants bench-ablation bench-encode bench-topics bench-stories bench-days bench-scale bench-growth bench-search bench-pages bench-analyst bench-fuzz bench-kill bench-backfill bench-faults bench-health bench-delivery bench-workers bench-peers bench-lake train-stories docs clean-demo

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / ## /' | awk -F' ## ' '{printf "make %-15s %s\n", $$1, $$2}'

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c '$(RECENT)'
	@echo "setting up .venv (about two minutes, once)"
	@test "$$($(BIN)/python -c '$(VERSION)' 2>&1)" = "$$($(PYTHON) -c '$(VERSION)')" || $(PYTHON) -m venv --clear .venv
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

install: .venv/.installed  ## set up .venv

demo: .venv/.installed  ## replay two nights of an invented press, from pages to alerts: no network
	@$(BIN)/python -m tests.press.demo

clean-demo:  ## delete what the demo made
	rm -rf demo-warehouse

run: .venv/.installed  ## run once on the live web, now
	$(BIN)/kliping run

schedule: .venv/.installed  ## run every night at 01:00 WIB, until interrupted
	$(BIN)/kliping schedule

sql: .venv/.installed  ## open a read-only SQL shell on the results
	$(BIN)/kliping sql

browse: .venv/.installed  ## open the reading room for a browser, until interrupted
	$(BIN)/kliping browse

screenshots: .venv/.installed  ## take the pictures of the reading room for the documents, from the demo (needs Chromium)
	@$(BIN)/python -m tests.press.screenshots

test: .venv/.installed  ## run the test suite
	$(BIN)/pytest $(SHARED)

coverage: .venv/.installed  ## measure how much of the program the tests run (fails below 95 %)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SHARED)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

lint: .venv/.installed  ## check style, types, and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed  ## time a whole run
	$(BIN)/python -m bench.night

bench-peers: .venv/.installed .venv-peers/.installed .venv-fundus/.installed  ## compare extraction with other tools: what they find, time, memory (some minutes)
	@$(BIN)/python -m bench.peers

bench-extract: .venv/.installed  ## extract from mutated pages
	@$(BIN)/python -m bench.extract

bench-variants: .venv/.installed  ## extract pages with one thing changed (several minutes)
	@$(BIN)/python -m bench.variants

bench-ablation: .venv/.installed  ## extract without each phrase, and with other thresholds
	@$(BIN)/python -m bench.ablation

bench-encode: .venv/.installed  ## compare the encoder with plain sentence-transformers
	@$(BIN)/python -m bench.encode

bench-topics: .venv/.installed  ## compare the shipped topic with simpler rules
	@$(BIN)/python -m bench.topics

bench-stories: .venv/.installed .venv-peers/.installed  ## compare grouping with other tools, and across nights and orders
	@$(BIN)/python -m bench.stories

bench-days: .venv/.installed  ## judge the stories of whole press days by read pairs (several minutes, the first time)
	@$(BIN)/python -m bench.day_pairs

bench-scale: .venv/.installed  ## group 5,000 articles next to 100,000 and a million (5.6 GB, several minutes)
	@$(BIN)/python -m bench.scale

bench-growth: .venv/.installed  ## a night and an hour beside 10,000 and a million articles (30 GB, a quarter of an hour)
	@$(BIN)/python -m bench.growth

bench-search: .venv/.installed  ## search archives of 100,000 and a million articles, and find known articles (an hour)
	@$(BIN)/python -m bench.search

bench-analyst: .venv/.installed  ## ten tasks of an analyst beside 100,000 articles (several minutes)
	@$(BIN)/python -m bench.analyst

bench-pages: .venv/.installed  ## time the pages of the reading room among 100,000 articles (some minutes)
	@$(BIN)/python -m bench.pages

bench-fuzz: .venv/.installed  ## read thousands of broken pages, listings, archives, and YAML files
	@$(BIN)/python -m bench.fuzz

bench-health: .venv/.installed  ## judge the sources of ten simulated years, with faults (several minutes)
	@$(BIN)/python -m bench.health

bench-delivery: .venv/.installed  ## deliver 10,000 pending alerts to one receiver
	@$(BIN)/python -m bench.delivery

bench-backfill: .venv/.installed  ## import archives like those of CC-NEWS, beside trafilatura alone (some minutes)
	@$(BIN)/python -m bench.backfill

bench-workers: .venv/.installed  ## extract and encode 5,000 pages with one process, two, and a Dask cluster (half an hour)
	@$(BIN)/python -m bench.workers

bench-lake: .venv/.installed  ## write nights into a lake and into a file, and ask both (some minutes; needs PostgreSQL)
	@$(BIN)/python -m bench.lake

bench-kill: .venv/.installed  ## kill runs at random instants and compare the results (several minutes)
	@$(BIN)/python -m bench.kill

bench-faults: .venv/.installed  ## inject each kind of fault into a run (several minutes)
	@$(BIN)/python -m bench.faults

train-stories: .venv/.installed  ## relearn the grouping weights from labelled stories
	@$(BIN)/python -m bench.train_stories

.venv-peers/.installed .venv-fundus/.installed: .venv-%/.installed: pyproject.toml
	@echo "setting up .venv-$* (about a minute, once)"
	@test -d .venv-$* || $(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip --disable-pip-version-check -q install -U "pip>=25.1"
	@.venv-$*/bin/python -m pip --disable-pip-version-check -q install --group $*
	@touch $@

docs: .venv/.installed  ## regenerate docs/warehouse.md from the descriptions
	$(BIN)/python -m warehouse.document

# `make help` lists what there is. PYTHON= names another Python than python3.
PYTHON ?= python3
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-postgres bench check fix messages venv lock

help:  ## what can be done here
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run:  ## the trial site with everything it needs; PORT= moves it
	@$(PYTHON) scripts/venv.py runtime && exec $(RUN) -m aidahub.demo --with-parent

test: venv  ## the tests, on SQLite; ARGS= goes to pytest
	@$(RUN) -m pytest -n 2 --dist loadgroup $(ARGS)

test-slow: venv  ## the long ones: properties, every page in axe, killed programs; random verbs on PostgreSQL, too
	@$(RUN) -m pytest -n 2 --dist loadgroup -m slow $(ARGS)
	@$(RUN) -m scripts.with_postgres $(RUN) -m pytest -m slow tests/test_state_machine.py

test-postgres: venv  ## the tests, on a PostgreSQL that is started for them and removed
	@$(RUN) -m scripts.with_postgres $(RUN) -m pytest -n 2 --dist loadgroup -m "postgres or not slow" $(ARGS)

bench: venv  ## measures: WHAT=pages (the main pages, when left out), load, import, search, landing; ARGS=--postgres on PostgreSQL
	@$(RUN) -m bench.$(or $(WHAT),pages) $(ARGS)

check: venv  ## style, types, import directions, templates, migrations, documents, deployment
	@$(RUN) -m scripts.check

fix: venv  ## what can be mended by itself: style, imports, generated documents
	@$(RUN) -m ruff check --fix --quiet . || true
	@$(RUN) -m ruff format --quiet .
	@$(RUN) manage.py write_docs

messages: venv  ## the Swedish words: collects new strings, compiles, says what is untranslated
	@$(RUN) -m scripts.messages

venv:  ## .venv with everything for the checks and tests
	@$(PYTHON) scripts/venv.py dev

lock:  ## write the locked requirements from pyproject.toml; ARGS=--upgrade takes new releases
	@$(PYTHON) scripts/venv.py uv
	@$(RUN) -m scripts.lock $(ARGS)
	@$(PYTHON) scripts/venv.py dev

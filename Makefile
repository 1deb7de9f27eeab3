# `make help` lists what there is. PYTHON= names another Python than python3.
PYTHON ?= python3
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run stack test test-slow test-postgres bench check fix sbom sample messages venv lock scan

help:  ## what can be done here
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run:  ## the trial site with everything it needs; PORT= moves it
	@$(PYTHON) scripts/venv.py runtime && exec $(RUN) -m aidahub.demo --with-parent

stack:  ## production's own programs by hand: PostgreSQL, Redis, nginx, 2 web, 2 workers, a clock; PORT= moves it
	@$(PYTHON) scripts/venv.py runtime && exec $(RUN) -m aidahub.stack --with-parent

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
	@$(RUN) -m scripts.licences

sbom: venv  ## the list of all parts of the running site with hashes and licences, as CycloneDX in var/sbom.json
	@$(RUN) -m scripts.sbom

sample: venv  ## keeps an archive of the release VERSION=0.1.0 for the upgrade tests of later ones
	@$(RUN) -m scripts.sample $(VERSION)

messages: venv  ## the Swedish words: collects new strings, compiles, says what is untranslated
	@$(RUN) -m scripts.messages

scan: venv  ## wapiti against a trial site, signed in as each kind of person (25 minutes); WHO= for one
	@$(PYTHON) scripts/venv.py scan
	@$(RUN) -m scripts.scan $(WHO)

venv:  ## .venv with everything for the checks and tests
	@$(PYTHON) scripts/venv.py dev

lock:  ## write the locked requirements from pyproject.toml; ARGS=--upgrade takes new releases
	@$(PYTHON) scripts/venv.py uv
	@$(RUN) -m scripts.lock $(ARGS)
	@$(PYTHON) scripts/venv.py dev

# `make help` lists what there is. PYTHON= names another Python than python3.
PYTHON ?= python3
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help venv lock run

help:  ## what can be done here
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

venv:  ## .venv with everything for the checks and tests
	@$(PYTHON) scripts/venv.py dev

lock:  ## write the locked requirements from pyproject.toml
	@$(PYTHON) scripts/venv.py uv
	@$(RUN) scripts/lock.py
	@$(PYTHON) scripts/venv.py dev

run:  ## the trial site with everything it needs; PORT= moves it
	@$(PYTHON) scripts/venv.py runtime && exec $(RUN) -m aidahub.demo --with-parent

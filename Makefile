# Two commands matter: `make lab` to learn, `make test` to prove that all of it works.
#
# The environment is made in .venv/ from requirements.lock, with uv where uv is on the PATH and with
# venv and pip where it is not. After the first time nothing is fetched until the lock changes.

PYTHON ?= python3
LAB_ARGS ?=
TEST_ARGS ?=
# Tests run in so many processes, each file in one of them; 0 is this process alone, for a debugger.
TEST_JOBS ?= 2
NOTEBOOKS ?=
SANDBOX_ARGS ?=
LOCK_ARGS ?=

UV  := $(shell command -v uv 2>/dev/null)
RUN := .venv/bin/python
# `make PYTHON=...` names the interpreter for uv as well; otherwise uv may look for a good one.
UV_CHOICE := $(if $(filter file,$(origin PYTHON)),>=3.11,$(PYTHON))
# Where the browser begins. The whole project is in JupyterLab's sight, since lessons name its files.
FIRST := /lab/tree/notebooks/00-start-here.ipynb
# JupyterLab refuses the root user unless told that this is meant (as in a container).
ROOT_ARGS = $(shell [ "$$(id -u)" != 0 ] || echo --allow-root)

# A stamp is as new as what it installed: a change of the lock or of pyproject.toml installs again.
LEARN := .venv/.ready-to-learn
CHECK := .venv/.ready-to-test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help lab test check bench notebooks kit site sandbox update doctor lock clean

help:
	@echo 'make lab        open the first notebook in JupyterLab      LAB_ARGS="--no-browser --port 8889"'
	@echo 'make test       every test, and every notebook compared    TEST_ARGS="-k gather"'
	@echo 'make check      style, spelling, types, notebooks unchanged when run again'
	@echo 'make bench      how fast it is, beside its peers and limits in the same run'
	@echo 'make notebooks  run every notebook and store its outputs   NOTEBOOKS=notebooks/03-make-a-call.ipynb'
	@echo 'make kit        timetables, answers and notes for teachers    build/kit'
	@echo 'make site       the lessons as a book for the web             build/site'
	@echo 'make sandbox    the telephone company alone                SANDBOX_ARGS="--port 8080"'
	@echo 'make update     the newest lessons, with what you wrote in them kept'
	@echo 'make doctor     what is wrong with this set-up, and how to mend it'
	@echo 'make lock       choose versions anew                       LOCK_ARGS=--upgrade'
	@echo 'make clean      remove .venv and everything made'

lab: $(LEARN)
	$(RUN) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=$(FIRST) $(ROOT_ARGS) $(LAB_ARGS)

test: $(CHECK)
	$(RUN) -m pytest -n $(TEST_JOBS) --dist loadfile $(TEST_ARGS)
	$(RUN) -m pytest --nbval notebooks

check: $(CHECK)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m codespell_lib notebooks docs helpers scripts benchmarks *.md
	$(RUN) -m mypy
	$(RUN) -m pytest -q tests/frame/test_imports.py
	$(RUN) -m scripts.notebooks --check

bench: $(CHECK)
	$(RUN) -m benchmarks.twiml
	$(RUN) -m benchmarks.calls
	$(RUN) -m benchmarks.server
	$(RUN) -m benchmarks.client
	$(RUN) -m benchmarks.widgets

notebooks: $(LEARN)
	$(RUN) -m scripts.notebooks $(NOTEBOOKS)

kit: $(LEARN)
	@$(RUN) -m scripts.kit

site: $(CHECK)
	@$(RUN) -m scripts.site

sandbox: $(LEARN)
	@$(RUN) -m helpers.sandbox $(SANDBOX_ARGS)

update: $(LEARN)
	@$(RUN) -m helpers.learner.update

doctor: $(LEARN)
	@$(RUN) -m helpers.doctor

lock:
	$(if $(wildcard $(RUN)),$(RUN),$(PYTHON)) scripts/lock.py $(LOCK_ARGS)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist tests/node/node_modules scripts/reveal/node_modules
	find . -path ./.git -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints -o -name .ruff_cache \) -prune -exec rm -rf {} +

# An environment that is there and works is kept; one whose Python is gone or too old is made anew.
ifeq ($(shell $(RUN) scripts/python_is_new_enough.py 2>/dev/null && echo good),)
.PHONY: .venv/.made
endif
.venv/.made:
ifneq ($(UV),)
	@$(RUN) scripts/python_is_new_enough.py 2>/dev/null || $(UV) venv --quiet --clear --python '$(UV_CHOICE)' .venv
else
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo 'There is no $(PYTHON) here. Install Python 3.11 or newer, or install uv, which brings its own;'; \
	  echo 'if Python has another name on this machine: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@$(PYTHON) scripts/python_is_new_enough.py
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '$(PYTHON) lacks its venv module. On Debian or Ubuntu: sudo apt install python3-venv.'; \
	  echo 'Or install uv, which needs no such module. Then type the same command again.'; exit 1; }
	@$(RUN) -c 'import pip' 2>/dev/null && $(RUN) scripts/python_is_new_enough.py 2>/dev/null \
	  || $(PYTHON) -m venv --clear .venv
endif
	@$(RUN) scripts/python_is_new_enough.py
	@touch $@

$(LEARN): .venv/.made pyproject.toml requirements.lock scripts/lab-settings.json scripts/kernel-config.py
	@echo 'Installing into .venv what the notebooks need (the first time takes a minute) ...'
	@sed '/^# ---- developers/,$$d' requirements.lock > .venv/learn.lock
ifneq ($(UV),)
	@$(UV) pip install --quiet --python $(RUN) --require-hashes -r .venv/learn.lock
	@$(UV) pip install --quiet --python $(RUN) --no-deps --no-build-isolation -e .
else
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/learn.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@mkdir -p .venv/share/jupyter/lab/settings
	@cp scripts/lab-settings.json .venv/share/jupyter/lab/settings/overrides.json
	@mkdir -p .venv/etc/ipython
	@cp scripts/kernel-config.py .venv/etc/ipython/ipython_kernel_config.py
	@$(RUN) -m helpers.learner.shipped
	@touch $@

$(CHECK): $(LEARN)
	@echo 'Installing what the tests need ...'
ifneq ($(UV),)
	@$(UV) pip install --quiet --python $(RUN) --require-hashes -r requirements.lock
else
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
endif
	@touch $@

# Only Python >= 3.11.5 and make are presumed: everything else is installed into .venv and node_modules.
PYTHON ?= python3
NAME ?=
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/lib
export NO_MKDOCS_2_WARNING := 1

.PHONY: help serve test site data experiments experiment bench mutants test-peers test-browser test-numpy screenshots lighthouse golden lock format clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

serve: .venv/.site node_modules/.site  ## build the book and serve it at http://127.0.0.1:8000
	$(PY) -m mkdocs serve --dev-addr 127.0.0.1:8000

site: .venv/.site node_modules/.site  ## strict build into site/
	$(PY) -m mkdocs build --strict

test: export OPENBLAS_NUM_THREADS := 1# as many workers as cores, one thread each
test: .venv/.test node_modules/.test  ## the tests: style, types, pytest, strict build, links
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cffconvert --validate
	$(PY) -m pytest -n 2
	$(PY) -m mkdocs build --strict
	$(PY) -m book.linkcheck site

data: .venv/.data  ## fetch the full data sets (FROM=dir takes them from a folder)
	$(PY) -m backprop.data.download $(if $(FROM),--from "$(FROM)")

experiments: .venv/.data  ## train everything, rewrite data/results/
	$(PY) -m experiments all

experiment: .venv/.data  ## train one: make experiment NAME=mnist-mlp
	$(PY) -m experiments $(NAME)

bench: .venv/.bench  ## benchmarks, PyTorch beside ours in one run
	$(PY) -m experiments.bench

mutants: .venv/.test  ## mutate equations and code, list what survives
	$(PY) -m book.mutants
	$(PY) -m tests.mutants

golden: .venv/.peers  ## regenerate data/golden/ from PyTorch
	$(PY) -m tests.peers.make_golden

test-peers: .venv/.peers  ## compare with PyTorch, live
	$(PY) -m pytest tests/peers -m peers

test-numpy: export PYTHONPATH := $(CURDIR)/.cache/numpy-2.0:$(PYTHONPATH)
test-numpy: .venv/.test .cache/numpy-2.0  ## the code with the oldest NumPy that it supports
	$(PY) -m pytest tests/backprop lib/backprop

test-browser: .venv/.site node_modules/.test  ## the built site in Chromium
	$(PY) -m mkdocs build --strict
	-$(PY) tests/browser/wheels.py .cache/wheels
	node --test --test-concurrency=2 "tests/interactive/*.test.mjs" "tests/browser/*.test.mjs"

screenshots: .venv/.site node_modules/.test  ## the key pages in .cache/screenshots/, to look at
	$(PY) -m mkdocs build --strict
	node tests/browser/screenshots.mjs $(VIEWS)

lighthouse: .venv/.site node_modules/.test  ## Lighthouse on the chapters; its scores want an idle machine
	$(PY) -m mkdocs build --strict
	node tests/browser/lighthouse.mjs --scores

# Set-up. Each stamp is newer than what it was made from.
PIP := $(PY) -m pip install --disable-pip-version-check --quiet --no-compile

$(PY):
	$(PYTHON) -m venv $(VENV)

define install
.venv/.$(1): requirements/$(1).txt pyproject.toml | $(PY)
	@echo "installing requirements/$(1).txt into .venv"
	@$(PIP) --require-hashes -r requirements/$(1).txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $$@ $(if $(filter test,$(1)),.venv/.site)
endef
$(foreach group,site test data bench,$(eval $(call install,$(group))))

.venv/.peers: .venv/.test
	$(PIP) torch==2.13.0
	@touch $@

.venv/.bench: .venv/.peers

.cache/numpy-2.0: | $(PY)
	$(PIP) --only-binary :all: --target $@ numpy==2.0.2

node_modules/.site: package-lock.json .venv/.site
	npm ci --omit=dev --silent
	@touch $@

node_modules/.test: package-lock.json .venv/.test
	npm ci --silent
	@touch $@ node_modules/.site

# Pins, with hashes and without addresses.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links pyproject.toml
lock: | $(PY)  ## pin the dependencies anew
	$(PIP) uv
	$(COMPILE) --upgrade --group pyproject.toml:site --group pyproject.toml:test -o requirements/test.txt
	for g in site data bench; do $(COMPILE) -c requirements/test.txt --group pyproject.toml:$$g -o requirements/$$g.txt; done
	npm install --package-lock-only

format: .venv/.test  ## mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what is built
	rm -rf site .cache

# Only Python >= 3.11.5 and make are presumed: everything else is installed into .venv and node_modules.
PYTHON ?= python3
NAME ?=
VENV ?= .venv
# What makes the environment lies outside of it, though the environment comes first on the path below.
BASE := $(or $(shell command -v $(PYTHON)),$(PYTHON))
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -I -m pip install --disable-pip-version-check --quiet --no-compile
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/lib
export NO_MKDOCS_2_WARNING := 1

.PHONY: help serve test site publish take-along addresses data experiments experiment test-set bench mutants test-peers test-browser test-firefox test-kernels test-numpy screenshots lighthouse golden lock format clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

serve: $(VENV)/.site node_modules/.site  ## build the book and serve it at http://127.0.0.1:8000
	$(PY) -m mkdocs serve --dev-addr 127.0.0.1:8000

site: $(VENV)/.site node_modules/.site  ## strict build into site/
	$(PY) -m mkdocs build --strict

test: export OPENBLAS_NUM_THREADS := 1# as many workers as cores, one thread each
test: $(VENV)/.test node_modules/.test  ## the tests: style, types, pytest, strict build, links
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cffconvert --validate
	$(PY) -m pytest -n 2
	$(PY) -m mkdocs build --strict
	$(PY) -m book.linkcheck site
	$(PY) -m tests.chapters.handed_out site

take-along: $(VENV)/.site node_modules/.test  ## the site with PDF of each chapter, the book as PDF and EPUB (wants Chromium)
	$(PY) -m mkdocs build --strict
	$(PY) requirements/wheels.py .cache/wheels
	$(PY) -m book.take_along site
	$(PY) -m book.linkcheck site

# The newest edition stands at SITE_URL, and each one under its number as well, editions/0.2.0/. KEPT is a folder
# with what was published before (a checkout of the branch gh-pages): its editions come along. mike would put
# every edition, the newest too, under a number, and each address of a page would change with each edition.
KEPT ?=
publish: export SITE_URL := $(SITE_URL)
publish: .address $(VENV)/.site node_modules/.test  ## the site for its address, with all to take along: make publish SITE_URL=https://example.org/book/
	$(PY) -m mkdocs build --strict
	$(PY) -m book.published site --check
	$(PY) requirements/wheels.py .cache/wheels
	$(PY) -m book.take_along site
	$(PY) -m book.linkcheck site
	$(PY) -m book.editions site $(if $(KEPT),--kept "$(KEPT)")

.address:
	@case "$(SITE_URL)" in http://?*|https://?*) ;; *) \
	echo "Publishing needs the address of the site: make publish SITE_URL=https://example.org/book/" >&2; exit 1;; esac

addresses: $(VENV)/.site node_modules/.site  ## list the addresses of the site, before an edition gets its tag
	$(PY) -m mkdocs build --strict
	$(PY) -m book.published site

data: $(VENV)/.data  ## fetch the full data sets (FROM=dir takes them from a folder)
	$(PY) -m backprop.data.download $(if $(FROM),--from "$(FROM)")

experiments: $(VENV)/.data  ## train everything, rewrite data/results/
	$(PY) -m experiments all

experiment: $(VENV)/.data  ## train one: make experiment NAME=mnist-mlp
	$(PY) -m experiments $(NAME)

test-set: $(VENV)/.data  ## read the test set for a committed result, once: make test-set NAME=mnist-mlp
	$(PY) -m experiments test $(NAME)

bench: $(VENV)/.bench  ## benchmarks, PyTorch beside ours in one run
	$(PY) -m experiments.bench

mutants: $(VENV)/.test  ## mutate equations and code, list what survives
	$(PY) -m book.mutants
	$(PY) -m tests.mutants
	$(PY) -m tests.mutants --of mathcheck

golden: $(VENV)/.peers  ## regenerate data/golden/ from PyTorch
	$(PY) -m tests.peers.make_golden

test-peers: $(VENV)/.peers  ## compare with PyTorch, live
	$(PY) -m pytest tests/peers -m peers

test-kernels: $(VENV)/.test node_modules/.test  ## the code as other processors add: OpenBLAS's kernels, one by one
	$(PY) tests/kernels.py $(KERNELS)

test-numpy: export PYTHONPATH := $(CURDIR)/.cache/numpy-2.0:$(PYTHONPATH)
test-numpy: $(VENV)/.test .cache/numpy-2.0  ## the code with the oldest NumPy that it supports
	$(PY) -m pytest tests/backprop lib/backprop

BROWSER ?= *
test-browser: $(VENV)/.site node_modules/.test  ## the built site in Chromium
	$(PY) -m mkdocs build --strict
	$(PY) requirements/wheels.py .cache/wheels
	node --test --test-concurrency=3 "tests/interactive/*.test.mjs" "tests/browser/$(BROWSER).test.mjs"

WIDTHS ?=
test-firefox: export WIDTHS := $(WIDTHS)
test-firefox: $(VENV)/.site node_modules/.test  ## the built site in Firefox, at eight widths (or WIDTHS='360 1440'), and what is pressed
	$(PY) -m mkdocs build --strict
	$(PY) requirements/wheels.py .cache/wheels
	node --test --test-concurrency=2 "tests/firefox/*.test.mjs"

screenshots: $(VENV)/.site node_modules/.test  ## the key pages in .cache/screenshots/, to look at
	$(PY) -m mkdocs build --strict
	node tests/browser/screenshots.mjs $(VIEWS)

lighthouse: $(VENV)/.site node_modules/.test  ## Lighthouse on all pages; its scores want an idle machine
	$(PY) -m mkdocs build --strict
	node tests/browser/lighthouse.mjs --scores

# Set-up. install.py writes each stamp last, works alone, and mends what a killed run has left.
define install
$(VENV)/.$(1): pyproject.toml $(wildcard requirements/$(1).txt)
	@$(BASE) requirements/install.py $(1) --venv $(VENV)
endef
$(foreach group,site test data bench peers,$(eval $(call install,$(group))))
$(VENV)/.peers: $(VENV)/.test
$(VENV)/.bench: $(VENV)/.peers

node_modules/.%: package-lock.json $(VENV)/.%
	@$(BASE) requirements/install.py $* --node --venv $(VENV)

.cache/numpy-2.0: | $(VENV)/.test
	rm -rf $@.part
	$(PIP) --only-binary :all: --target $@.part numpy==2.0.2
	mv $@.part $@

# Pins, with hashes and without addresses. Without docopt, too, which has no wheel: cffconvert asks for pykwalify,
# and its command, which nobody calls, for docopt.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-package docopt pyproject.toml
lock: $(VENV)/.data  ## pin the dependencies anew
	$(PIP) uv
	$(COMPILE) --upgrade --group pyproject.toml:site --group pyproject.toml:test -o requirements/test.txt
	for g in site data bench; do $(COMPILE) -c requirements/test.txt --group pyproject.toml:$$g -o requirements/$$g.txt; done
	npm install --package-lock-only

format: $(VENV)/.test  ## mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what is built
	rm -rf site .cache

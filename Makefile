# Two commands: `make book` and `make test`; after an edit, `make check`. A bare `make`
# lists the others.

PYTHON ?= python3
PRESET ?= full

VENV := .venv
BIN := $(VENV)/bin
TIMED := $(PYTHON) tools/timed.py

ifeq ($(PRESET),full)
  OUT := .
  HTML := _build/html
else ifeq ($(PRESET),quick)
  OUT := _build/quick
  HTML := _build/quick/html
else
  $(error PRESET is "$(PRESET)"; it can be full or quick)
endif

export DEEPMUSICIAN_PRESET = $(PRESET)
# Notebooks run the venv's Python and Node, whatever else is on the path.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Every process imports torch; without its bytecode that takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help book test records browsers wheel lab clean setup train html pins record \
	sweep experiments benchmark composer mozart tokens

help: ## list the targets
	@echo "make TARGET [PRESET=full|quick]"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1 \2/p' Makefile | \
		awk '{ name = $$1; $$1 = ""; printf "  %-12s%s\n", name, $$0 }'

book: ## set up, train, run every chapter, build the HTML; PRESET=quick for a preview
	@$(PYTHON) tools/check_python.py
	@$(PYTHON) tools/timed.py --reset
	@$(MAKE) --no-print-directory html
	@$(PYTHON) tools/timed.py --report $(HTML)

test: ## set up, then `make check`, the slow tests, widgets in Chromium, chapters' claims
	@$(PYTHON) tools/check_python.py
	@$(PYTHON) tools/check_browser.py
	@$(PYTHON) tools/timed.py --reset
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory rest PRESET=quick
	@$(PYTHON) tools/timed.py --report

records: setup ## record anew in small, and see that the book's records still begin so
	@OMP_NUM_THREADS=1 $(TIMED) records -- $(BIN)/pytest -n 2 --dist loadfile \
		tests/experiments

browsers: ## build the preview, and read it in Chromium, Firefox and WebKitGTK
	@$(PYTHON) tools/check_browser.py chromium firefox webkit
	@$(MAKE) --no-print-directory html PRESET=quick
	@$(TIMED) pages -- $(BIN)/pytest -n 3 tests/pages/test_book_*.py
	@OMP_NUM_THREADS=1 DEEPMUSICIAN_BROWSERS="firefox webkit chromium" $(TIMED) \
		browsers -- $(BIN)/pytest -n 2 --dist loadgroup tests/browsers \
		-k "journeys or folder or not chromium"

check: lint ## what an edit wants to know: lint, types, directions, the quick tests
	@OMP_NUM_THREADS=1 $(TIMED) check -- $(BIN)/pytest -n 2 --dist loadfile \
		-m "not slow and not browser"
	@$(BIN)/node --test --test-reporter=dot $(JS_TESTS)

wheel: setup ## install the wheel in a new environment, and run the chapters there
	@$(TIMED) wheel -- $(BIN)/python tools/try_wheel.py

lab: setup ## open JupyterLab on the chapters
	$(BIN)/jupyter lab book

clean: ## remove the books and the set-up; trained runs and corpora stay in the cache
	rm -rf _build $(VENV) node_modules assets/vendor
	@echo "Kept: trained runs and parsed corpora in the user's cache folder"
	@echo "(DEEPMUSICIAN_CACHE, or the platform's own; the README says where)."

setup: $(VENV)/.installed assets/vendor/.copied ## install everything, build nothing

train: setup ## train the networks of the book, or find them in the run store
	@$(TIMED) training -- $(BIN)/python tools/train.py

html: train
	@[ $(PRESET) = full ] || { mkdir -p $(OUT) && ln -sfn _build/html $(HTML); }
	@$(TIMED) chapters -- $(BIN)/python tools/execution.py
	@$(TIMED) book -- $(BIN)/jupyter-book build . --path-output $(OUT) \
		-W -n --keep-going --all

pins: setup ## write constraints.txt and environment.yml from what is installed
	$(BIN)/python tools/pins.py

record: train ## run the chapters and record the outputs that nbval checks
	$(BIN)/python tools/notebooks.py record

sweep: setup ## sweep alpha and gamma for the book: 8 minutes, can be stopped
	$(BIN)/python -m experiments sweep

experiments: setup ## train the loss experiments: 9 minutes, can be stopped
	$(BIN)/python -m experiments losses

benchmark: setup ## score the network beside the published record
	$(BIN)/python -m experiments benchmark

composer: setup ## train the network that composes in the page: 15 minutes, can be stopped
	$(BIN)/python -m experiments composer

mozart: setup ## train that network on Mozart's sonatas: 10 minutes, can be stopped
	$(BIN)/python -m experiments mozart

tokens: setup ## train rolls beside tokens: 90 minutes, can be stopped
	$(BIN)/python -m experiments representations

# --- the steps behind them; every stamp is written last, so that an interrupted
# --- step runs again

# The pip that comes with Python may take three times as long over the same pins.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) tools/check_python.py
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		$(PYTHON) -m venv --clear --upgrade-deps $(VENV) >/dev/null
	@$(TIMED) install -- $(BIN)/python -m pip install --quiet --no-compile \
		--constraint constraints.txt --editable '.[book,test]'
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.installed
	@$(TIMED) front-end -- $(BIN)/npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

assets/vendor/.copied: node_modules/.installed tools/vendor.py
	@$(BIN)/python tools/vendor.py
	@touch $@

.PHONY: check lint rest
JS_TESTS = $(shell find tests/web -name '*.test.mjs')
lint: setup
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@node_modules/.bin/biome ci
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout=600
rest: train
	@OMP_NUM_THREADS=1 $(TIMED) units -- $(BIN)/pytest -n 3 --dist loadfile \
		--no-loadscope-reorder -m "slow or browser" --ignore tests/experiments \
		--ignore-glob "*/test_book_*.py" --durations 20
	@OMP_NUM_THREADS=1 $(TIMED) claims -- $(BIN)/pytest -n 2 --dist loadscope \
		$(NBVAL) book/*.ipynb

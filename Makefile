# Two commands do everything on a fresh machine: `make run` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
OUT := out

# The first interpreter that is Python 3.12 or 3.13 and can make a virtual environment. Set PYTHON to choose another.
FIT := import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 13))
CANDIDATES := $(PYTHON) python3.13 python3.12 python3 python $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3 $(HOME)/.pyenv/versions/3.12*/bin/python3 $(HOME)/.local/share/uv/python/cpython-3.1[23]*/bin/python3)
FOUND = $(shell for p in $(CANDIDATES); do "$$p" -c '$(FIT)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

# Compiled modules are kept: without them each test process compiles the package and its tests again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run check test coverage statistical fuzz fuzz-guided faults packaging lint docs docs-check docs-influence docs-plausibility docs-spreads docs-synthesis site bench wheel clean help

help:
	@echo "make run          compare the definitions of the case ussr: table and figure"
	@echo "make check        lint, types, import contracts and the quick tests: under a minute"
	@echo "make test         run all tests but the two kinds below"
	@echo "make coverage     run the tests and report which lines ran"
	@echo "make statistical  run the long statistical checks"
	@echo "make fuzz         mutated inputs of every reader, SECONDS=60 for each kind"
	@echo "make fuzz-guided  the same guided by coverage, with atheris, from a kept corpus"
	@echo "make faults       kill commands and fill disks, FAULTS=20 times each"
	@echo "make lint         ruff, mypy, import contracts"
	@echo "make packaging    install the wheel into an empty environment and use it"
	@echo "make docs         write the generated parts of the documentation again; docs-check only compares"
	@echo "make docs-influence  leave each source and lineage out of the case ussr, into docs/influence/"
	@echo "make docs-plausibility  fit every case and write docs/plausibility.md"
	@echo "make docs-spreads  set the totals of every case beside those under chosen spreads, docs/measured-spreads.md"
	@echo "make docs-synthesis  fit the case ussr and write docs/synthesis-results.md"
	@echo "make site         build the documentation as a website in build/site"
	@echo "make bench        measure the speed of the sampler"
	@echo "make wheel        build the wheel"

$(VENV)/.installed: pyproject.toml
	@if [ ! -x $(BIN)/python ]; then \
	  python="$(FOUND)"; \
	  if [ -n "$$python" ]; then "$$python" -m venv $(VENV); \
	  elif command -v uv >/dev/null 2>&1; then uv venv --seed --python 3.13 $(VENV); \
	  else echo "mcmort needs Python 3.12 or 3.13 with the modules venv and ensurepip; none was found."; \
	    echo "Looked at: $(CANDIDATES)"; \
	    echo "Install one (pyenv install 3.13, uv python install 3.13, or your system's python3.13 and python3.13-venv),"; \
	    echo "or name one: make PYTHON=/path/to/python3.13"; exit 1; fi; fi
	@echo "Installing mcmort and its tools into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(VENV)/.installed
	@mkdir -p $(OUT)
	@$(BIN)/mcmort compare ussr --figure $(OUT)/ussr-definitions.png

check: lint
	$(BIN)/python -m pytest -n auto -m "not slow and not statistical and not packaging"

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto -m "not statistical and not packaging"

# Coverage does not see compiled functions; CONTRIBUTING.md says what that leaves out.
coverage: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto -m "not statistical and not packaging" --cov --cov-report=term:skip-covered

statistical: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto -m statistical

SECONDS ?= 60
fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

KINDS := "case files (TOML)" "bibliographies (BibTeX)" "sheets (CSV)" "sheets (ODS)" "workbooks (XLSX)" formulas selections "receipts (JSON)" stores
fuzz-guided: $(VENV)/.installed
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/python -m pip install --quiet atheris
	@for kind in $(KINDS); do $(BIN)/python -m tests.guided_fuzz "$$kind" $(SECONDS) || exit 1; done

FAULTS ?= 20
faults: $(VENV)/.installed
	FAULTS=$(FAULTS) $(BIN)/python -m pytest tests/cli/test_faults.py

packaging: $(VENV)/.installed
	$(BIN)/python -m pytest -m packaging

lint: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed
	$(BIN)/python docs/generate.py

docs-check: $(VENV)/.installed
	$(BIN)/python docs/generate.py --check

docs-influence: $(VENV)/.installed
	$(BIN)/python docs/influence.py

docs-plausibility: $(VENV)/.installed
	$(BIN)/python docs/plausibility.py

docs-spreads: $(VENV)/.installed
	$(BIN)/python docs/measured_spreads.py

docs-synthesis: $(VENV)/.installed
	$(BIN)/python docs/synthesis.py

site: $(VENV)/.installed
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . build/site
	@echo "The first page is build/site/index.html"

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/sampler.py

wheel: $(VENV)/.installed
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

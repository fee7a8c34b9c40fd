VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: install up test lint bench screenshots clean

install: $(BIN)/.installed

# One stamp, so that a second `make up` starts at once; a changed pin installs again.
$(BIN)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

up: install  ## The sample API behind a gated Envoy, enforcing the example policy, with the console.
	$(BIN)/regiongate up --console 127.0.0.1:8780

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install lint
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

bench: install
	$(BIN)/python -m bench
	$(BIN)/python -m bench.case_rounds
	$(BIN)/python -m bench.console_rounds
	$(BIN)/python -m bench.guard_rounds

screenshots: install  ## docs/screenshots/*.png, in Debian's Chromium with the fonts of .ci/run.
	$(BIN)/python -m tools.screenshots

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

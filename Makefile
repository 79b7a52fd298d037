# Everything a person does with a checkout. Needs only python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
# Documents with parts that are written by the code and its figures.
WRITTEN := README.md docs/deploy.md docs/figures.md

.PHONY: run test emulate check format template deploy prove page bench bench-peers locks clean
.DELETE_ON_ERROR:

run: .venv .page
	@exec $(BIN)/hub dev

.venv: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Persona Hub needs Python 3.11 or newer; set PYTHON=python3.x")'
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.developing: .venv/.installed requirements-dev.lock
	@echo "Adding the development tools to .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# What draws on the page and is not ours, from npm and held to its hash: tried once, and by `make page`.
.page: infra/page.lock | .venv/.installed
	@$(BIN)/python -m infra.page $@

page: .venv
	@$(BIN)/python -m infra.page .page

test: .venv/.developing .page
	@$(BIN)/python -m pytest

# The template with real bundles on an emulator of AWS, and stories through its gateway (.emulator).
emulate: .venv/.developing .page
	@$(BIN)/python -m pytest -m deployed -n 0 tests/deployed

check: .venv/.developing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pyright
	@$(BIN)/cog --check $(WRITTEN)
	@$(BIN)/cfn-lint infra/template/template.json .github/deployer.yaml

format: .venv/.developing
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/cog -r $(WRITTEN)

# What is deployed, written from the declarations; `make test` fails where it is not what is kept.
template: .venv/.developing
	@$(BIN)/hub template

# A stage in AWS, from what is here; the changes are shown first.
# YES=1 makes them without asking, for machines.
STAGE ?= dev
deploy: .venv .page
	@$(BIN)/hub deploy "$(STAGE)" $(if $(YES),--yes)

# What each role may do, asked of a simulator of IAM; `make test` fails where the result is stale.
prove: .venv/.developing
	@$(BIN)/python -m infra.proof.prove

bench: .venv/.developing
	@$(BIN)/python -m bench

# The same, and beside it what others' libraries cost, in environments of their own (.bench-peers).
bench-peers: .venv/.developing
	@$(BIN)/python -m bench --with-peers

# The locks hold hashes and no addresses, so that they install from any index.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet
locks:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv .hub .prove .bundles .emulator .page surfaces/web/page/*.mjs

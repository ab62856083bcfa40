# Tillstream. `make help` lists the targets; CI and the hooks call these and nothing else.
# Everything is installed under this folder: uv into var/tools, Python packages into .venv, Node from a wheel.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
UV := var/tools/bin/uv
BIN := .venv/bin
PAGE := src/tillstream/apps/api/page/index.html
PAGE_SOURCES := $(shell find storefront -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

# The first Python in the supported range that can make an environment.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
  && { echo $$python; break; }; done)

FLINK_PYTHON ?= $(shell for python in $(PYTHON) python3.12 python3.11; do \
  $$python -c 'import sys, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null \
  && { echo $$python; break; }; done)

# No library of ours or of others sends usage data, and uv brings no Python of its own.
export DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := true
export FEAST_USAGE := False
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# Where Python may not keep its bytecode (images of containers often say so), it is made once here, not in each process.
export UV_COMPILE_BYTECODE := $(if $(PYTHONDONTWRITEBYTECODE),1,0)

.PHONY: help setup engines demo test check format fast services browser kill data jvm faults conformance parity bench limits wheel storefront mlflow docs \
  hooks browsers release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── install ──────────────────────────────────────────────────────────────────────────────────────────────────────────

setup: .venv/.synced $(if $(FEAST),var/env/feast/.synced) ## install everything the embedded engines need, into this folder only (FEAST=1)

$(UV):
	$(if $(PYTHON),,$(error Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian: python3-venv); or set PYTHON=/path/to/it))
	@$(PYTHON) -m venv var/tools
	@var/tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'

# Kafka's client and Spark join the environment when the distributed engines are first asked for, and stay.
EXTRAS = --extra embedded $(if $(wildcard .venv/.engines),--extra kafka --extra spark)

.venv/.synced: pyproject.toml uv.lock | $(UV)
	$(if $(PYTHON),,$(error Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian: python3-venv); or set PYTHON=/path/to/it))
	@$(UV) sync --quiet --frozen $(EXTRAS) --python $(PYTHON)
	@touch $@

engines: .venv/.engines var/env/flink/.synced var/env/feast/.synced var/jars/.fetched ## install Kafka, Spark, Flink and Feast too (a JDK of Java 17 and Maven must be there)

JAVA = $(wildcard src/tillstream/data/streaming/flink/java/tillstream/*/*.java)

var/jars/.fetched: $(wildcard deploy/jars/*/pom.xml) $(JAVA) scripts/jars.py | .venv/.synced
	@$(BIN)/python scripts/jars.py
	@touch $@

.venv/.engines: pyproject.toml uv.lock var/jars/.fetched | .venv/.synced
	@$(UV) sync --quiet --frozen --extra embedded --extra kafka --extra spark --python $(BIN)/python
	@touch $@

# Flink's own environment: its pins exclude ours. Made from a Python 3.11 or 3.12.
var/env/flink/.synced: pyproject.toml uv.lock var/jars/.fetched | $(UV)
	$(if $(FLINK_PYTHON),,$(error Flink needs Python 3.11 or 3.12 with its venv module; or set FLINK_PYTHON=/path/to/it))
	@UV_PROJECT_ENVIRONMENT=var/env/flink $(UV) sync --quiet --frozen --extra flink --no-default-groups --python $(FLINK_PYTHON)
	@touch $@

# Feast's own environment: its pins exclude ours, too. No JVM is needed for it.
var/env/feast/.synced: pyproject.toml uv.lock | .venv/.synced
	@UV_PROJECT_ENVIRONMENT=var/env/feast $(UV) sync --quiet --frozen --extra feast --no-default-groups --python $(BIN)/python
	@touch $@

# ── use ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

demo: .venv/.synced $(PAGE) $(if $(filter distributed,$(ENGINES)),engines) ## run the whole loop and print its URL (ENGINES=distributed SCALE=3 KEEP=1 ONCE=1 REPLAY=tafeng MAPPING=m.toml)
	@$(if $(ENGINES),TILLSTREAM_ENGINES__SET=$(ENGINES)) $(BIN)/tillstream demo $(if $(SCALE),--scale $(SCALE)) $(if $(KEEP),--keep) $(if $(ONCE),--once) \
	  $(if $(REPLAY),--replay $(REPLAY)) $(if $(MAPPING),--mapping $(MAPPING))

mlflow: .venv/.synced ## open MLflow on the runs of the last demo, on loopback
	@$(BIN)/tillstream models ui

bench: engines $(PAGE) ## measure each claim beside its plain counterpart, both in one run (ONLY=decisions)
	@$(BIN)/python -m research.benchmarks $(ONLY)

# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

test: .venv/.synced $(PAGE) ## every check and lane, then the demo in small; ends with `N passed, N failed`
	@$(BIN)/python scripts/lanes.py

check: .venv/.synced ## ruff, mypy, import contracts, the lock, the page's client: seconds
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(UV) lock --quiet --check --offline
	@$(BIN)/python scripts/storefront.py client:check
	@$(BIN)/python scripts/storefront.py pictures:check

format: .venv/.synced ## let ruff sort imports and lay out the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

fast: .venv/.synced ## the tests that need no service, under a minute
	@$(BIN)/python scripts/lanes.py fast page

services: .venv/.synced ## the tests on real services on loopback
	@$(BIN)/python scripts/lanes.py services

browser: .venv/.synced $(PAGE) ## the tests that drive the page in Chromium
	@$(BIN)/python scripts/lanes.py browser

kill: .venv/.synced ## the tests that kill real processes
	@$(BIN)/python scripts/lanes.py kill

data: .venv/.synced ## the tests on public logs (TILLSTREAM_DATA=folder)
	@$(BIN)/python scripts/lanes.py data

jvm: engines ## the tests on Kafka, Spark and Flink
	@$(BIN)/python scripts/lanes.py kafka spark flink

faults: engines ## every fault on either set, judged by the oracle (ONLY="kill-broker late" SETS=embedded EVENTS=20000)
	@$(BIN)/python -m research.faults $(ONLY)

conformance: engines ## one log through both sets, each table compared (EVENTS=30000 LATE=1 REPLAY=f.csv MAPPING=m.toml)
	@$(BIN)/python -m research.conformance $(if $(EVENTS),--events $(EVENTS)) $(if $(LATE),--late) \
	  $(if $(REPLAY),--replay $(REPLAY)) $(if $(MAPPING),--mapping $(MAPPING))

parity: .venv/.synced $(if $(ENGINES)$(LIVE),engines) ## a million values of features, each by every engine, compared (ENGINES=spark LIVE=flink TRIPLES=100000 DEFINITIONS=f.py IN=home REPLAY=f.csv)
	@$(BIN)/python -m research.parity $(if $(ENGINES),--engines $(ENGINES)) $(if $(TRIPLES),--triples $(TRIPLES)) $(if $(DEFINITIONS),--definitions $(DEFINITIONS)) \
	  $(if $(IN),--home $(IN)) $(if $(REPLAY),--replay $(REPLAY)) $(if $(MAPPING),--mapping $(MAPPING)) \
	  $(if $(LIVE),--live $(LIVE)) $(if $(CUSTOMERS),--customers $(CUSTOMERS)) $(if $(DAYS),--days $(DAYS))

limits: engines ## where the embedded set ends, and the same figures of the distributed one
	@$(BIN)/python -m research.limits

# ── build ────────────────────────────────────────────────────────────────────────────────────────────────────────────

storefront: .venv/.synced $(PAGE) ## build the page into the API's package, with Node from a wheel

$(PAGE): $(PAGE_SOURCES) scripts/storefront.py | .venv/.synced
	@$(BIN)/python scripts/storefront.py

wheel: .venv/.synced $(PAGE) ## build the wheel, page included, into dist/
	@$(UV) build --quiet --wheel --out-dir dist
	@ls -1 dist/*.whl

docs: .venv/.synced ## write the generated reference pages, and the page's client from the API's; a test compares them
	@$(BIN)/python -m scripts.reference
	@$(BIN)/python scripts/storefront.py client

release: check wheel ## tag what CHANGELOG.md calls the version, when the tree is clean (VERSION=0.2.0)
	@test -n "$(VERSION)" || { echo "say VERSION=x.y.z"; exit 2; }
	@grep -q "^## \[$(VERSION)\]" CHANGELOG.md || { echo "CHANGELOG.md has no section [$(VERSION)]"; exit 2; }
	@test -z "$$(git status --porcelain)" || { echo "commit or drop your changes first"; exit 2; }
	git tag -a "v$(VERSION)" -m "Tillstream $(VERSION)"

# ── machine ──────────────────────────────────────────────────────────────────────────────────────────────────────────

hooks: .venv/.synced ## let git run scripts/hooks before each commit
	@git config core.hooksPath scripts/hooks

browsers: ## install Debian's Chromium for the browser lane (asks apt: the one thing outside this folder)
	@command -v chromium || command -v google-chrome \
	  || { apt-get -qq update && apt-get -qq install --yes --no-install-recommends chromium; }

clean: ## remove what was built and what ran; environments and tools stay
	@rm -rf dist build var/test .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(dir $(PAGE)) storefront/dist

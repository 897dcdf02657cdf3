# Two commands for a newcomer: `make demo` and `make test`. Each sets up all it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q

.PHONY: help demo test check audit format bench quality lock schemas faults soak fuzz clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# pip's own check of hashes makes the locks binding; the project itself is installed without its dependencies, and its
# kernels are compiled: by the machine's C compiler, or where there is none by one from PyPI.
COMPILER := test -n "$(shell command -v cc gcc clang)" || $(BIN)/pip install -q --require-hashes -r requirements/compiler.lock
KERNELS := $(wildcard worker/native/*) deploy/kernels.py

.venv/demo.stamp: requirements/demo.lock pyproject.toml $(KERNELS)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --require-hashes -r requirements/demo.lock
	$(COMPILER)
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.stamp: requirements/dev.lock pyproject.toml $(KERNELS)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --require-hashes -r requirements/dev.lock
	$(COMPILER)
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	touch $@ .venv/demo.stamp

demo: .venv/demo.stamp  ## a real Kafka, the worker and the sample stream, followed; leaves nothing running
	$(BIN)/wiretrace demo

test: .venv/dev.stamp  ## all tests, on a real Kafka of their own
	$(PYTEST)

check: .venv/dev.stamp  ## format, lint, types, import contracts, schemas and AsyncAPI fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m topics.schema --check
	$(BIN)/python -m topics.asyncapi --check

audit: .venv/dev.stamp  ## ask OSV for advisories about the locked dependencies; fails when nobody answers
	$(BIN)/python -m tests.advisories

format: .venv/dev.stamp  ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: .venv/dev.stamp  ## render the schemas, the AsyncAPI document and the export's dictionary
	$(BIN)/python -m topics.schema
	$(BIN)/python -m topics.asyncapi
	$(BIN)/python -m worker.export.dictionary

bench: .venv/dev.stamp  ## stories a second end to end, latency, core cost beside datasketch; needs ../shared
	$(BIN)/python tests/bench/core.py
	$(BIN)/python tests/bench/end_to_end.py

fuzz: .venv/dev.stamp  ## make up lives of stories, then payloads for half an hour; needs atheris, no dependency: pip install atheris
	$(BIN)/python -m tests.fuzz.lives
	$(BIN)/python -m tests.fuzz --seconds 1800

faults: .venv/dev.stamp  ## the fault suite on real brokers: kills, cuts, restarts; prints a table; takes most of an hour
	$(BIN)/python -m tests.faults --fault all

soak: .venv/dev.stamp  ## an hour of 100 payloads a second and a fault a minute; memory and lag as a plot
	$(BIN)/python -m tests.faults.soak --plot docs/soak.svg

quality: .venv/dev.stamp  ## precision and recall on the labelled pairs, and those of peers; needs ../shared
	$(BIN)/wiretrace evaluate --stream ../shared/news/stream.jsonl.gz --pairs ../shared/news/pairs.tsv --glued 300
	$(BIN)/python -m tests.bench.peers

lock: .venv/dev.stamp  ## resolve the dependencies again and write the locks
	$(BIN)/uv pip compile pyproject.toml --extra otel --extra board --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/run.lock
	$(BIN)/uv pip compile pyproject.toml --extra broker --extra board --extra export --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/demo.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/dev.lock
	printf 'ziglang\nhatchling\n' | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/compiler.lock

clean:  ## remove what was set up
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

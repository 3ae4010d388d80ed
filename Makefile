PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

POSTS ?= 100000
BLOGS ?= 1000
KILLS ?= 100
LOCKING = --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run web worker beat stats demo seed test e2e chaos lint backup restore lock format bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## install, migrate and serve everything on http://127.0.0.1:8000 (SQLite, files on disk)
	@$(BIN)/python -m cms.run

web: $(VENV)/.installed ## one production web process, configured by the environment alone
	@$(BIN)/python -m cms.web

worker: $(VENV)/.installed ## one production worker, which does what BROKER_URL brings
	@$(BIN)/python -m cms.worker

beat: $(VENV)/.installed ## what is done by the clock; of several, one works and the others wait to take its place
	@$(BIN)/python manage.py ticker

stats: $(VENV)/.installed ## the statistics service: counts what STATS_BROKER_URL brings, and shows the figures
	@$(BIN)/python -m cms.stats

demo: $(VENV)/.installed ## fill the database with a small, good-looking demo
	@$(BIN)/python manage.py demo

seed: $(VENV)/.installed ## fill the database with generated posts: make seed POSTS=100000 BLOGS=1000
	@$(BIN)/python manage.py seed --posts $(POSTS) --blogs $(BLOGS)

test: $(VENV)/.installed-dev ## all tests, on SQLite and then on PostgreSQL
	$(BIN)/python -m pytest --database sqlite
	$(BIN)/python -m pytest --database postgresql

e2e: $(VENV)/.installed-dev ## the admin driven in Chromium, with pictures of it in docs/screenshots
	SCREENSHOTS=1 $(BIN)/python -m pytest --database sqlite tests/e2e

chaos: $(VENV)/.installed-dev ## kill web, workers and RabbitMQ again and again while mails are sent (a quarter of an hour)
	KILLS=$(KILLS) $(BIN)/python -m pytest -s --database postgresql tests/faults

lint: $(VENV)/.installed-dev ## linters, formatter check, import rules, migrations and OpenAPI schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/hadolint deploy/Dockerfile deploy/stats.Dockerfile
	$(BIN)/python -m pytest --database postgresql -q tests/deploy/test_migrations.py
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

backup: $(VENV)/.installed ## write everything into an empty folder: make backup FOLDER=...
	@$(BIN)/python manage.py backup $(FOLDER)

restore: $(VENV)/.installed ## bring a backup back into an empty place: make restore FOLDER=...
	@$(BIN)/python manage.py restore $(FOLDER)

lock: $(VENV)/.installed-dev ## write the lock files of the images: every package with its version and hashes
	$(BIN)/uv pip compile $(LOCKING) requirements.txt --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCKING) stats/requirements.txt --output-file stats/requirements.lock

format: $(VENV)/.installed-dev ## let ruff format and sort what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev ## measure reads and writes against a bare Django view and stock Wagtail
	$(BIN)/python -m bench

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (make PYTHON=python3.x ...)")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt stats/requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt stats/requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

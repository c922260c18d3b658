# Every target sets up what it needs first; set-up that is done already takes less than a second.
PYTHON ?= python3
SETUP := $(PYTHON) -m tools.devstack.setup
VENV := .venv/bin
PYTEST = XDG_CONFIG_HOME=$(CURDIR)/.cache/config $(VENV)/python -m pytest
# One process per core, and no more than memory bears on a large machine.
PARALLEL := -n logical --maxprocesses 8 --dist worksteal
# What `make test STORE=postgres` runs: all that the services' records are in.
ON_STORES := $(addprefix tests/integration/,payments projects users notifier stores sagas) tests/long/stores

.DEFAULT_GOAL := help
.PHONY: help setup demo up restart audit test prove prove-compose explore check openapi histories sbom bench capacity chaos clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: python  ## virtual environment, packages, Temporal and RabbitMQ: all that the rest needs
	@$(SETUP)

demo: setup  ## tell the story of some purchases on a stack of its own
	@$(VENV)/python -m tools.devstack.demo

up: setup  ## start everything, until Ctrl-C; STORE=postgres; ARGS="--keep-going --ports auto --data DIR"
	@$(VENV)/python -m tools.devstack up $(ARGS)

restart:  ## start one process of a running stack again: make restart NAME=payments
	@$(VENV)/python -m tools.devstack restart "$(or $(NAME),$(error which one? make restart NAME=payments))"

audit: setup  ## compare the records of the running stack (or of what the environment names); ARGS="--json --data DIR"
	@$(VENV)/python -m tools.devstack.audit $(ARGS)

test: python  ## all tests, the quick ones first; ARGS=tests/unit for some; STORE=postgres: services and sagas on it
	@$(SETUP) --tests
	@# What libraries write into the user's settings folder stays here too.
ifneq ($(ARGS)$(STORE),)
	@$(PYTEST) $(or $(ARGS),$(if $(filter postgres,$(STORE)),$(ON_STORES)))
else
	@# Branch coverage is measured where the tests run the code in their own process, and are no search.
	@$(PYTEST) $(PARALLEL) tests/unit tests/sagas --cov
	@$(PYTEST) $(PARALLEL) tests/explorer tests/histories tests/model tests/openapi
	@$(MAKE) --no-print-directory --jobs=2 --keep-going purchases surroundings
endif

# The tests on real parts wait for processes half of the time: two runs side by side, each with stacks of its own, and as
# long as the other.
ON_PURCHASES := $(addprefix tests/integration/,sagas intake webhooks identity readme deploy audit payments projects users \
    stores processes devstack check_amqp slow_clients operators)
.PHONY: purchases surroundings
purchases:
	@$(PYTEST) $(ON_PURCHASES)
surroundings:
	@$(PYTEST) $(filter-out $(ON_PURCHASES) %__pycache__,$(patsubst %/,%,$(wildcard tests/integration/*/))) tests/browser

prove: python  ## before a release: what takes longer, searches longer, breaks more; says in docs/proved.md how it went
	@$(SETUP) --tests --prove
	@$(PYTEST) $(or $(ARGS),tests/long)

prove-compose: python  ## docker compose on an engine of its own with stand-ins for the base images; needs root
	@$(SETUP) --compose
	@$(VENV)/python -m pytest --capture=no --verbose --exitfirst $(or $(ARGS),tests/compose)

explore: packages  ## look for a story in which the sagas break an invariant; EXAMPLES=20000 SEED=1
	@$(VENV)/python -m tests.sagas.explorer --examples $(or $(EXAMPLES),20000) --seed $(or $(SEED),1)

check: packages  ## style, types, borders and security
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy --strict .
	$(VENV)/lint-imports
	$(VENV)/bandit --quiet --configfile bandit.yaml --recursive .

openapi: packages  ## write the documents of the APIs anew; refuses what breaks clients, but for ARGS=--breaking
	@$(VENV)/python -m tests.openapi $(ARGS)

histories: packages  ## write what the sagas of the next version do, before it is tagged; VERSION=1.2.0
	@$(VENV)/python -m tests.histories record $(VERSION)

sbom: packages  ## write build/sbom.cdx.json: the bill of materials of what the image holds
	@$(VENV)/python -m tests.supply sbom

bench: python  ## measure speed, cost, recovery; ARGS="--only speed --against v1.0.0 --write" "--only flat --open 10000"
	@$(SETUP) --chaos
	@$(VENV)/python -m tools.bench $(ARGS)

capacity: setup  ## count what a purchase leaves behind; ARGS=--write puts it into docs/capacity.md
	@$(VENV)/python -m tools.bench.capacity $(ARGS)

chaos: python  ## break every part while buyers buy, then audit; PURCHASES=200 SECONDS=120 SEED=7
	@$(SETUP) --chaos
	@$(VENV)/python -m tools.chaos --purchases $(or $(PURCHASES),200) --seconds $(or $(SECONDS),120) --seed $(or $(SEED),7)

clean: python  ## remove the stack's data and what tests left; refuses while a stack runs
	@$(PYTHON) -m tools.devstack.clean

.PHONY: python packages
packages: python
	@$(SETUP) --packages

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11' >&2; exit 1; }

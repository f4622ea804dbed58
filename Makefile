# The commands of the collection. Everything is installed under .venv/ and .cache/, everything runs under .local/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo preview screenshots bench bench-warm chaos equal kills packages soak test lint unit molecule e2e up down policies requirements clean

UV := .cache/uv/bin/uv
CONTROLLER := .venv/.synced
EMULATOR := .cache/emulator/.synced
MITOGEN := .cache/mitogen/.synced
SYSTEM := .cache/.system-packages
BROWSER := .cache/.browser-packages
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SYSTEM) $(CONTROLLER) $(EMULATOR) ## Install what is missing

$(UV):
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .cache/uv uv

$(CONTROLLER): requirements/controller.txt | $(UV)
	test -x .venv/bin/python || $(UV) venv --quiet --python '>=3.12' .venv
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv/bin/python $<
	touch $@

$(EMULATOR): requirements/emulator.txt | $(UV)
	test -x .cache/emulator/bin/python || $(UV) venv --quiet --python '>=3.12' .cache/emulator
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .cache/emulator/bin/python $<
	touch $@

$(MITOGEN): requirements/bench.txt | $(UV)
	$(UV) pip install --quiet --require-hashes --python .venv/bin/python --target $(@D) -r $<
	touch $@

# the local database and its plugin
$(SYSTEM): PACKAGES := mariadb-server-core mariadb-client-core libmariadbd-dev gcc libc6-dev openssl
# what the tests open the dashboard's preview in, and letters for it
$(BROWSER): PACKAGES := chromium fonts-liberation
$(SYSTEM) $(BROWSER): scripts/system_packages.sh
	mkdir -p $(@D)
	scripts/system_packages.sh $(PACKAGES)
	touch $@

demo: ## Make the system on the embedded AWS and send 20 tasks through it
	@start=$$(date +%s); $(MAKE) --no-print-directory setup; \
	TASKMANAGER_PLAY_RECORD=build/plays.json ANSIBLE_CALLBACKS_ENABLED=taskmanager.aws.play_record,taskmanager.aws.clear_temporary \
	ansible-playbook playbooks/demo.yml -e demo_setup_seconds=$$(( $$(date +%s) - start ))
	@echo 'The dashboard with its data: build/dashboard.html'

preview: setup ## Draw the deployed dashboard to build/dashboard.html
	ansible-playbook playbooks/preview.yml

screenshots: setup $(BROWSER) ## Draw a web shop's dashboard with made-up data to the pictures of docs/preview.md
	PYTHONPATH=collections:tests/e2e:tests/unit/preview python tests/unit/preview/screenshots.py docs

bench: setup ## Compare the functions with the course's algorithm; write build/bench.json
	PYTHONPATH=tests/e2e python tests/bench/functions.py

bench-warm: setup $(MITOGEN) ## Compare the connection `warm` with `local`, Mitogen and boto3; write build/bench-warm.json
	PYTHONPATH=tests/e2e:tests/bench python tests/bench/warm_connection.py

equal: setup ## Run playbooks with `local` and with `warm` and compare the results (a sample of it is part of `make test`)
	pytest -n0 tests/equal

kills: setup ## Kill each process of runs on the connection `warm`, at many moments (not part of `make test`, which has a sample)
	pytest -n2 tests/kills

packages: setup ## Package well-known libraries for each runtime and architecture; write build/packages.json (not part of `make test`)
	pytest -n0 -s tests/packages

chaos: setup ## Send 2,000 tasks through faults; write build/chaos.json (not part of `make test`, which would take too long)
	pytest -n0 tests/chaos

soak: setup ## Kill runs of the playbooks, see the next one put it right, and throttle one (not part of `make test`)
	pytest -n0 -s tests/soak

up: setup ## Run the embedded AWS and the database; write build/local.env
	ansible-playbook playbooks/local_up.yml

down: setup ## Stop them and remove their data
	ansible-playbook playbooks/local_down.yml

test: setup $(BROWSER) ## Run lint, molecule, unit and e2e tests
	$(MAKE) --no-print-directory --jobs 2 lint molecule # neither keeps two cores busy
	pytest

lint: setup ## Run the linters
	scripts/lint.sh

unit: setup ## Run the unit tests alone
	pytest tests/unit

molecule: setup ## Run all molecule scenarios
	scripts/molecule.sh

e2e: setup $(BROWSER) ## Run the end-to-end tests alone
	pytest tests/e2e

policies: setup ## Write docs/deployer-policy*.json and docs/*Boundary.json from the inventory
	ansible-playbook playbooks/deployer_policy.yml -e deployer_policy_dir=$(CURDIR)/docs

requirements: | $(UV) ## Pin the newest versions again
	for set in controller emulator bench; do $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.12 requirements/$$set.in -o requirements/$$set.txt; done

clean: ## Remove what set-up installed
	rm -rf .venv .cache

# Two commands do all the set-up: `make demo` and `make test`. They need Python 3.11 or later, and nothing else.
# The first that runs and is recent enough: a pyenv shim may be there and lead nowhere.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# What developers need, the lab and the demo among it; and what running needs alone.
STAMP := $(VENV)/.installed
RUNS := $(VENV)/.runs
PUBLISHES := .venv-publish/.installed
LAB ?= simulated
# Or kerberos: the demo's stations in a domain.
LAB_AUTH ?= ntlm
# A playbook on the lab waits half of its time for a station, as on Windows: more workers than cores (tests/e2e/conftest.py).
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
PLAYBOOKS ?= $(shell echo $$((2 * $(WORKERS) + 1)))
# Likewise: tests on Wine stations wait for them, others for what a server does not say.
UNIT_ARGS ?= -n $(shell echo $$((2 * $(WORKERS)))) --dist worksteal
# What tests/covered.py asks for, and no more: a report on the rest took 10 s.
ENGINE = deploy depot job responses station survey
# Of pages in Chromium, for whoever looks at them: a tenth of the time.
PICTURES = RENTREE_PICTURES=1
E2E_ARGS ?= -n $(PLAYBOOKS) --dist loadgroup --no-loadscope-reorder
# Nothing without its digest in the lock; wheels only, since what would build a source package comes without one.
# Where a wheel is missing (Linux with musl): make venv WHEELS=
WHEELS ?= --only-binary :all:
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# In a tenth of pip's time; where it finds no index (pip.conf may name one that it does not know of), pip does it after all.
UV_INSTALL = $(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python

.PHONY: help venv dev kerberos demo lab demo-year quick test lint catalogue generated spelling types unit publish-check release coverage smoke mutants e2e test-kerberos test-samba mesh test-faults audit-hostile fuzz browser picture bench wine awx tools \
	lock outdated clean
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed (apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' $< >$(VENV)/uv.txt
	$(PIP_INSTALL) $(WHEELS) -r $(VENV)/uv.txt
	$(UV_INSTALL) $(WHEELS) -r $< || $(PIP_INSTALL) $(WHEELS) -r $<
	touch $@ $(RUNS)

$(RUNS): requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed (apt install python3-venv)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) $(WHEELS) -r $<
	touch $@

# In an environment of its own: what judges wants older packages than what is judged.
$(PUBLISHES): requirements-publish.txt | $(STAMP)
	$(PYTHON) -m venv --without-pip .venv-publish
	$(BIN)/uv pip install --quiet --require-hashes --python .venv-publish/bin/python $(WHEELS) -r $< || \
		$(BIN)/python -m pip --python .venv-publish/bin/python install --quiet --require-hashes $(WHEELS) -r $<
	touch $@

venv: $(RUNS) ## What running needs, for administrators

dev: $(STAMP) ## What developers need: the lab, the tests, the quality gate

# Thin layers over Debian's libraries: built without optimising, in a quarter of the time.
kerberos: $(RUNS) ## Kerberos for pywinrm and the lab (as root on Debian, first: apt install krb5-user libkrb5-dev gcc python3-dev)
	CFLAGS="-O0 -g0" $(PIP_INSTALL) --no-build-isolation -r requirements-kerberos.txt

demo: $(STAMP) ## Start the lab and run audit, dry run, deployment, audit on it: a story of a screen, the log in a file
	@$(BIN)/python -m tests.demo --backend $(LAB) --auth $(LAB_AUTH)

lab: $(STAMP) ## Leave the demo's lab running, and print the commands that debug one station of it
	@$(BIN)/python -m tests.by_hand

demo-year: $(STAMP) ## Play a year of two schools on the lab, and show the board at five moments
	$(BIN)/python -m tests.year

# Without what takes long and hardly ever breaks alone: how time grows with a text, PostgreSQL, known faults, worked examples.
quick: lint types ## For every commit, in minutes: lint, types, a handful of playbooks, unit tests but for Wine's
	$(BIN)/python -m pytest tests/e2e tests/unit tests/field -m "smoke or not (playbook or wine or growth or engines)" \
		--ignore=tests/unit/mutants --ignore=tests/unit/test_examples.py $(E2E_ARGS)

# Lint and types need one core each; tests of time-outs have the machine for themselves.
test: $(STAMP) ## The quality gate
	$(MAKE) --jobs=2 --output-sync=target lint types
	$(MAKE) coverage e2e browser PICTURES=

lint: $(STAMP) ## ruff, import-linter (the floors), ansible-lint (production), catalogues, changelog fragments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	PYTHONPATH=.ansible/collections $(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.choices --check
	$(BIN)/python -m tests.catalogue --check
	PATH="$(abspath $(BIN)):$$PATH" ANSIBLE_CONFIG=ansible.cfg $(BIN)/ansible-lint --offline -q
	$(BIN)/antsibull-changelog lint

catalogue: $(STAMP) ## Take the texts of code and templates into the catalogues of words, and compile them
	$(BIN)/python -m tests.catalogue

# Each writes what the next reads.
generated: $(STAMP) ## Write everything that is written from the code: choices, catalogues, docs/plugins, the roles' READMEs, docs/variables.md
	$(BIN)/python -m tests.choices
	$(BIN)/python -m tests.catalogue
	$(BIN)/python -m tests.plugin_reference
	$(BIN)/python -m tests.role_readmes
	$(BIN)/python -m tests.variables_reference

spelling: $(STAMP) ## Words of the catalogue and the documentation that no dictionary has (as root on Debian, first: sh tests/spelling/setup.sh)
	$(BIN)/python -m tests.spelling

types: $(STAMP) ## mypy --strict on the plugins and the lab
	$(BIN)/mypy -p ansible_collections.rentree.pronote.plugins
	$(BIN)/mypy tests

unit: $(STAMP) ## Unit tests
	$(BIN)/python -m pytest tests/unit tests/field $(UNIT_ARGS)

smoke: $(STAMP) ## The handful of playbooks of `make quick`
	$(BIN)/python -m pytest tests/e2e -m smoke $(E2E_ARGS)

publish-check: $(STAMP) $(PUBLISHES) ## What Galaxy, ansible-test sanity, ansible-lint and antsibull-docs say of the collection once it is built
	$(BIN)/python -m tests.publish

release: $(STAMP) $(PUBLISHES) ## A release of VERSION: changelog, tarball, checks, notes, in build/release; publishes nothing
	$(BIN)/python -m tests.release $(VERSION)

coverage: $(STAMP) ## Unit tests, and the share of the engine that they cover (85 % of each module, branches counted)
	$(BIN)/python -m pytest tests/unit tests/field $(UNIT_ARGS) $(ENGINE:%=--cov=plugins/plugin_utils/%) --cov-branch \
		--cov-report=json:build/coverage.json
	$(BIN)/python -m tests.covered build/coverage.json

mutants: $(STAMP) ## Put faults into a copy of the engine, and tell which ones no test notices (most of an hour)
	$(BIN)/python -m tests.mutants

e2e: $(STAMP) ## Playbooks on the lab
	$(BIN)/python -m pytest tests/e2e -m "not faults" $(E2E_ARGS)

test-kerberos: $(STAMP) kerberos ## Stations in a domain, with a KDC (as root on Debian 12, first: sh tests/kerberos/setup.sh)
	$(BIN)/python -m pytest tests/kerberos -n $(WORKERS) --dist loadfile -q

test-samba: $(STAMP) kerberos ## The same in Samba's Active Directory (as root on Debian 12, first: sh tests/kerberos/setup.sh samba)
	RENTREE_DOMAIN=samba RENTREE_REQUIRE_KERBEROS=1 $(BIN)/python -m pytest tests/kerberos -n 0 -q

mesh: $(STAMP) ## Jobs as AWX runs them, on a mesh of receptor and ansible-runner (as root on Debian 12, first: sh tests/mesh/setup.sh)
	$(BIN)/python -m pytest tests/mesh -n 0 -q

test-faults: $(STAMP) ## A fault at every step of a deployment and of a survey, then a run without (minutes)
	rm -rf build/faults
	$(BIN)/python -m pytest tests/e2e/campaign $(E2E_ARGS)
	$(BIN)/python -m tests.e2e.campaign

fuzz: $(STAMP) ## Every parser with thousands of texts (FUZZ each), others at each call; the gate has a few of them
	RENTREE_FUZZ=$(or $(FUZZ),3000) $(BIN)/python -m pytest tests/unit/fuzz tests/unit/test_patterns.py $(UNIT_ARGS)

audit-hostile: $(STAMP) ## An audit of fifty stations of which twenty misbehave in every way known; prints how long it took
	$(BIN)/python -m pytest tests/hostile -n 0 -q

browser: $(STAMP) ## The HTML pages in Chromium, pictures of them in build/browser (as root on Debian 12, first: sh tests/browser/setup.sh)
	$(PICTURES) $(BIN)/python -m pytest tests/browser -n $(WORKERS) --dist loadfile

picture: $(STAMP) ## Take the pictures of the report and the board anew
	RENTREE_REQUIRE_BROWSER=1 $(BIN)/python -m pytest tests/browser -n 0 -q -k picture
	mkdir -p docs/images && cp build/browser/picture.png docs/images/report.png
	cp build/browser/board-picture.png docs/images/board.png

wine: $(STAMP) ## As root on Debian 12: install Wine and build the stations' template (cached)
	sh tests/lab/wine/setup.sh
	$(BIN)/python -m tests.lab.wine.build

awx: $(STAMP) ## Fetch the collection awx.awx, with which tests make AWX's data in a stand-in (cached)
	PYTHON=$(BIN)/python sh tests/awx/setup.sh

tools: ## As root on Debian 12: install the programs that some tests need
	sh tests/tools/setup.sh
	sh tests/servers/setup.sh
	sh tests/spelling/setup.sh

lock: $(STAMP) ## Write the locks (requirements*.txt) from requirements*.in; UPGRADE=--upgrade takes the newest of everything
	$(BIN)/python -m tests.locks $(UPGRADE)

outdated: $(STAMP) ## Tell which locked packages have a newer version that fits requirements*.in; changes nothing
	$(BIN)/python -m tests.locks --outdated

bench: $(STAMP) ## What audits and deployments cost, by survey and by workers; the depot under 50 clients (most of an hour)
	$(BIN)/python -m tests.benchmarks.depot
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.survey
	$(BIN)/python -m tests.benchmarks.preflight
	$(BIN)/python -m tests.benchmarks.fetch

clean: ## Remove what was built
	rm -rf build .hypothesis .import_linter_cache .mypy_cache .ruff_cache .pytest_cache

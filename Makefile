# make demo   sets up what is missing and runs everything on this machine
# make test   sets up what is missing and runs every check
# make pictures   takes the pictures of docs/gallery.md anew
# make faults kills processes 200 times on each database while work flows, and counts what arrives (RUNS=n for another
#             number)
# make fuzz   throws bytes at every parser, guided by what its code does (SECONDS=n for each; installs atheris)
.DEFAULT_GOAL := demo
.PHONY: demo test ready browser faults fuzz setup cards pictures lock clean

ARGS ?=
RUNS ?= 200
SECONDS ?= 180
HUBSPOT := hubspot-project
LWC := lwc_bridge
CARD_SOURCES := $(shell find $(HUBSPOT) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

demo: .venv/.stamp-run $(HUBSPOT)/dist/.stamp
	@.venv/bin/alongside demo $(ARGS)

# The parts of the setup wait for different registries: all at once is shorter.
test:
	@$(MAKE) --no-print-directory -j4 ready
	@.venv/bin/python scripts/run_tests.py

ready: .venv/.stamp-test $(HUBSPOT)/dist/.stamp $(LWC)/node_modules/.stamp browser

browser:
	@scripts/browser.sh

faults: .venv/.stamp-test
	@.venv/bin/python -m tests.faults --runs $(RUNS)

fuzz: .venv/.stamp-test
	@.venv/bin/python -c 'import atheris' 2>/dev/null || .venv/bin/python -m pip install --quiet 'atheris>=3,<4'
	@.venv/bin/python -m tests.fuzz --seconds $(SECONDS)

setup: .venv/.stamp-run $(HUBSPOT)/dist/.stamp

cards: $(HUBSPOT)/dist/.stamp

pictures: .venv/.stamp-test $(HUBSPOT)/dist/.stamp
	@scripts/browser.sh
	@.venv/bin/python scripts/pictures.py

lock:
	@scripts/lock.sh

# Both lock files pin the same versions, so that one of them never undoes what the other installed.
.venv/.stamp-run: requirements.lock pyproject.toml
	@scripts/python-env.sh requirements.lock
	@touch $@

.venv/.stamp-test: requirements-test.lock requirements.lock pyproject.toml
	@scripts/python-env.sh requirements-test.lock
	@touch $@ .venv/.stamp-run

$(HUBSPOT)/dist/.stamp: $(HUBSPOT)/node_modules/.stamp $(CARD_SOURCES)
	@echo 'Building the HubSpot card ...'
	@cd $(HUBSPOT) && npm run --silent build
	@touch $@

%/node_modules/.stamp: %/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	  || { echo 'Alongside needs Node 20 or newer, with npm.' >&2; exit 1; }
	@echo 'Installing the packages of $* ...'
	@cd $* && npm ci --loglevel=error --no-audit --no-fund
	@touch $@

clean:
	rm -rf .venv $(HUBSPOT)/node_modules $(HUBSPOT)/dist $(LWC)/node_modules

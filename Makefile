# Everything a developer types. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# npm installs the right Node (the package `node`), whatever the machine has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_OPTIONS := --disable-warning=ExperimentalWarning
JEST := NODE_OPTIONS="$(NODE_OPTIONS) --experimental-vm-modules" jest

.PHONY: help demo demo-down test unit integration conformance e2e bench chaos thorough soak fuzz check format generate image chart bundle clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

node_modules/.package-lock.json: package.json package-lock.json
	@echo 'installing npm packages'
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

deps: node_modules/.package-lock.json

demo: deps ## a cluster with the operator and a whole Milvus with clients: a rollout, crashes, a switchover; leaves it running
	@node test/demo/demo.ts up

demo-down: deps ## removes what `make demo` left running
	@node test/demo/demo.ts down

test: deps ## unit, integration, conformance and end-to-end tests; ends with the number that passed and failed
	@node scripts/test.ts unit integration,conformance e2e

unit: deps ## tests of pure code, in seconds
	@node scripts/test.ts unit

integration: deps ## tests against a real API server and a real etcd
	@node scripts/test.ts integration

conformance: deps ## holds the stand-ins of Milvus 2.2 and 2.3 against the real servers
	@node scripts/test.ts conformance

e2e: deps ## tests on a real three-node cluster with the operator's own image and chart
	@node scripts/test.ts e2e

bench: deps ## measures failover, moves and cost beside Milvus alone; writes docs/benchmark.md
	@E2E_CLUSTER=bench node test/bench/run.ts

chaos: deps ## 200 steps of random faults on several pairs; SEED=n plays one row again
	@E2E_CLUSTER=chaos node test/e2e/chaos/run.ts

thorough: deps ## what a release needs besides: variants, operators that die at every change, every axis of an etcd, faults in a row
	@E2E_CLUSTER=thorough node test/e2e/thorough/run.ts

soak: deps ## the end-to-end tests with ten minutes at rest, a resync inside, instead of 75 s
	@SOAK=1 node scripts/test.ts e2e

fuzz: deps ## random input for every parser of what others write; FUZZ_SECONDS for each (60)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} $(JEST) --selectProjects unit --testPathPatterns unit/parsers

check: deps ## formatting, lint, types, and that generated files are up to date
	@prettier --check --log-level=warn .
	@eslint .
	@tsc -p .
	@node scripts/check.ts

format: deps ## formats the sources
	@prettier --write --log-level=warn .
	@eslint --fix .

generate: deps ## writes what is made from crds/ and from tables: types, reference, chart, install.yaml
	@node scripts/check.ts --write

bundle: deps ## the operator as one file, in dist/
	@node scripts/bundle.ts

image: deps ## the operator's image, as build/image.tar
	@node scripts/image.ts

chart: deps ## checks the Helm chart and renders deploy/install.yaml from it
	@node scripts/sync-chart.ts

clean: ## removes what was built (not the cache of programs)
	rm -rf build dist node_modules

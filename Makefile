.DEFAULT_GOAL := help
.PHONY: help setup run test chaos bench docs format lint clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## Install what is missing to build
	@scripts/setup

run: setup ## Build and serve http://127.0.0.1:8080 (options: make run ARGS="--port 9000")
	swift build -c release --product jobsprint
	swift build -c release --product jobsprint-sandbox
	.build/release/jobsprint serve $(ARGS)

test: ## Build and run every test
	@scripts/setup --tests
	scripts/test

chaos: ## Break an installation by chance for a while (options: make chaos SEED=7 MINUTES=30)
	@scripts/setup --tests
	swift build --build-tests
	SEED=$(SEED) MINUTES=$(MINUTES) scripts/chaos

bench: ## Measure a release build on this machine (options: make bench ARGS="--seconds 10")
	@scripts/setup --tests
	swift build -c release --product jobsprint
	for program in jobsprint-api jobsprint-worker jobsprint-sandbox; do swift build -c release --product $$program || exit 1; done
	scripts/bench $(ARGS)

docs: setup ## Write the pages that are made from what is: docs/nodes, docs/compatibility.md
	swift build --build-tests
	JOBSPRINT_WRITE_DOCS=1 swift test --skip-build --filter DocumentationTests

format: ## Format all Swift files
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint: ## Check the format of all Swift files
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean: ## Remove everything that was built
	rm -rf .build .bench

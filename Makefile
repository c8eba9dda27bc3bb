# lawn-ranker: every stage as a target. `make` or `make help` lists them with their variables.

DATASET ?= sample
RAW ?=
MODEL ?=
OPTIMIZER ?=
ENGINE ?=
BATCH_SIZE ?=
EPOCHS ?=
LEARNING_RATE ?=
SEED ?=
RUN ?=
STUDY ?= smoke
FORMAT ?=
CONFIG ?=
K ?=
OUTPUT ?= recommendations.parquet
# Platforms of prebuilt binaries (packaging/platforms.mjs), all for none, and compilers at once.
TARGETS ?=
JOBS ?=
# Anything else a stage understands, as it stands: ARGS="--refit --k 20"
ARGS ?=

CLI := node dist/pipelines/cli.js
# $(call flag,name,value): the flag only when its variable is set.
flag = $(if $(strip $(2)),--$(1) "$(strip $(2))")

SOURCES := $(shell find src pipelines library -name '*.ts' -o -name '*.json' 2>/dev/null)
INSTALLED := node_modules/.package-lock.json
BUILT := dist/.built
NATIVE := build/.built
NATIVE_SOURCES := $(shell find src/engine/native -name '*.cpp' -o -name '*.hpp' -o -name '*.mjs' 2>/dev/null)
CPP := $(shell find src test -name '*.cpp' -o -name '*.hpp')

.DEFAULT_GOAL := help
.PHONY: help setup build data ingest train-ranker evaluate gate export compare score report doctor verify test test-slow check check-native check-onnx docs doc-outputs types lint format bench bench-peers bench-gpu gpu-bundle setup-gpu setup-mpi prebuilds packages check-prebuilds clean
.DELETE_ON_ERROR:

help: ## this list
	@echo "lawn-ranker: rankers from interaction logs, trained with LAWN. Start with: make train-ranker"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Variables (all optional): DATASET (sample), RAW (folder or file of raw logs), MODEL (neumf, mlp, gmf, mf),"
	@echo "  OPTIMIZER (lawn-adam, adam, lamb, ...), ENGINE (auto), BATCH_SIZE, EPOCHS, LEARNING_RATE, SEED, RUN (run directory),"
	@echo "  K and OUTPUT (of score), FORMAT (of export), STUDY (of compare: smoke), CONFIG (JSON file; flags win over it),"
	@echo "  INGEST_CONFIG and INGEST_ARGS (the same for ingest), ARGS (further flags as they stand; see: node dist/pipelines/cli.js train --help)"

setup: $(BUILT) ## install the pinned packages, compile the native engine and build

# npm ci needs the lock file, which a packed tarball does not carry.
$(INSTALLED): package.json $(wildcard package-lock.json)
	@if [ -f package-lock.json ]; then npm ci --no-audit --no-fund; else npm install --no-audit --no-fund; fi
	@touch $@

# Without a compiler this says so in one line and the reference engine runs instead.
$(NATIVE): $(INSTALLED) $(NATIVE_SOURCES)
	@node src/engine/native/build.mjs --optional
	@mkdir -p $(@D) && touch $@

$(BUILT): $(INSTALLED) $(NATIVE) tsconfig.json tsconfig.build.json $(SOURCES)
	@npm run --silent build
	@touch $@

build: $(BUILT) ## compile TypeScript to dist/

data: $(BUILT) ## download a public dataset from its publisher: make data DATASET=ml-1m
	@$(CLI) data --dataset "$(DATASET)" $(ARGS)

ingest: $(BUILT) ## raw logs -> data/<dataset>/*.arrow; does nothing when they are unchanged
	@$(CLI) ingest --dataset "$(DATASET)" $(call flag,raw,$(RAW)) $(call flag,config,$(INGEST_CONFIG)) $(INGEST_ARGS)

train-ranker: ingest ## the main job: ingest, train, evaluate (try DATASET=ml-100k RAW=folder MODEL=mf OPTIMIZER=adam)
	@$(CLI) train --dataset "$(DATASET)" $(call flag,config,$(CONFIG)) $(call flag,model,$(MODEL)) $(call flag,optimizer,$(OPTIMIZER)) \
	  $(call flag,engine,$(ENGINE)) $(call flag,batch-size,$(BATCH_SIZE)) $(call flag,epochs,$(EPOCHS)) \
	  $(call flag,learning-rate,$(LEARNING_RATE)) $(call flag,seed,$(SEED)) $(call flag,run,$(RUN)) $(ARGS)

evaluate: ingest ## metrics of a finished run: make evaluate RUN=models/sample/...
	@$(CLI) evaluate $(if $(strip $(RUN)),--run "$(strip $(RUN))",--dataset "$(DATASET)") $(call flag,engine,$(ENGINE)) $(ARGS)

gate: $(BUILT) ## may a run take the place of the one in use (status 0 or 4)? make gate DATASET=ml-1m ARGS="--promote"
	@$(CLI) gate $(if $(strip $(RUN)),--run "$(strip $(RUN))",--dataset "$(DATASET)") $(call flag,engine,$(ENGINE)) $(ARGS)

compare: ingest ## a study of optimizers: make compare STUDY=lawn-large-batch DATASET=ml-1m ARGS="--trials 12 --seeds 5"
	@$(CLI) compare --study "$(STUDY)" $(if $(filter file,$(origin DATASET)),,--dataset "$(DATASET)") $(call flag,model,$(MODEL)) $(call flag,engine,$(ENGINE)) \
	  $(call flag,batch-sizes,$(BATCH_SIZE)) $(call flag,epochs,$(EPOCHS)) $(ARGS)

export: $(BUILT) ## a run as files for other programs: make export RUN=models/... FORMAT=onnx,parquet,arrow,npy,ann
	@$(CLI) export $(if $(strip $(RUN)),--run "$(strip $(RUN))",--dataset "$(DATASET)") $(call flag,format,$(FORMAT)) $(ARGS)

score: ingest ## recommendations for every user: make score RUN=models/sample/... K=100 OUTPUT=recommendations.parquet
	@$(CLI) score $(if $(strip $(RUN)),--run "$(strip $(RUN))",--dataset "$(DATASET)") --output "$(OUTPUT)" $(call flag,k,$(K)) \
	  $(call flag,engine,$(ENGINE)) $(ARGS)

# STUDY has a default for `compare`; only one that was given makes this the report of a study.
report: $(BUILT) ## one HTML page: make report RUN=models/... or STUDY=models/studies/..., else DATASET's latest run
	@$(CLI) report $(if $(filter-out file,$(origin STUDY)),--study "$(STUDY)",$(if $(strip $(RUN)),--run "$(strip $(RUN))",--dataset "$(DATASET)")) \
	  $(call flag,engine,$(ENGINE)) $(ARGS)

doctor: $(BUILT) ## what this machine can run, and why
	@$(CLI) doctor $(ARGS)

verify: ingest ## hash a run again, or with no RUN the dataset, and its inputs: make verify RUN=models/sample/...
	@$(CLI) verify $(if $(strip $(RUN)),"$(strip $(RUN))","$(DATASET)") $(ARGS)

test: $(NATIVE) ## every test but the slow ones
	@npm test --silent -- $(ARGS)

test-slow: $(NATIVE) ## the tests that install packages or start dozens of processes
	@npm run --silent test:slow -- $(ARGS)

doc-outputs: $(NATIVE) ## run the commands of README, tutorial and concepts; write what they print into the pages
	@WRITE_DOCS=1 npm run --silent test:slow -- --testPathPatterns test/docs/pages

# TypeDoc wants a TypeScript of its own, which has the compiler's API.
docs: ## the library's reference from its doc comments: build/api/index.html (installs TypeDoc into docs/api)
	@cd docs/api && npm ci --no-audit --no-fund --silent
	@docs/api/node_modules/.bin/typedoc --options docs/api/typedoc.json
	@node docs/api/check-links.mjs build/api

types: $(INSTALLED)
	@node_modules/.bin/tsc --noEmit

lint: $(INSTALLED)
	@node_modules/.bin/biome check .
	@if command -v clang-format >/dev/null; then clang-format --dry-run --Werror $(CPP); \
	  else echo "skipped: the format of the C++ sources, for clang-format is not installed"; fi
	@node test/lint/line-length.mjs

check: types lint test test-slow check-native ## types, lint, format, all tests, and the native kernels under sanitizers

check-native: $(INSTALLED) ## the native kernels under AddressSanitizer and UndefinedBehaviorSanitizer
	@node src/engine/native/build.mjs --check

# The runtime's own install step would fetch GPU libraries; the CPU one comes with the package.
check-onnx: $(INSTALLED) ## exported ONNX models against onnxruntime (installs it into test/onnx, 290 MB)
	@cd test/onnx && ONNXRUNTIME_NODE_INSTALL=skip npm ci --no-audit --no-fund --silent
	@npm test --silent -- test/export/onnx-runtime

format: $(INSTALLED) ## rewrite sources in the house format (C++ by clang-format, where it is installed)
	@node_modules/.bin/biome check --write .
	@if command -v clang-format >/dev/null; then clang-format -i $(CPP); \
	  else echo "skipped: the format of the C++ sources, for clang-format is not installed"; fi

bench: $(BUILT) ## samples a second of the engines here
	@node bench/throughput.mjs $(ARGS)

bench-peers: $(BUILT) ## ours beside PyTorch and TensorFlow.js in one run, as ratios (see bench/README.md)
	@node bench/peers.mjs $(ARGS)

setup-gpu: $(BUILT) ## add @tensorflow/tfjs-node-gpu and train one step on CUDA; says in one line what is in the way
	@node src/engine/tfjs/setup-gpu.mjs

setup-mpi: $(INSTALLED) ## the addon for training on several machines, by the machine's mpicxx (MPICXX names another)
	@node src/engine/mpi/build.mjs

bench-gpu: $(BUILT) ## samples a second on a GPU beside PyTorch on the same one (see docs/engines/gpu.md)
	@node bench/gpu.mjs $(ARGS)

gpu-bundle: $(BUILT) ## build/lawn-ranker-gpu.tar.xz: what bench-gpu needs on a Linux host without network
	@bench/gpu/make-bundle.sh

prebuilds: $(INSTALLED) ## the native engine for all platforms, by Zig: make prebuilds TARGETS=linux-x64,win32-x64
	@JOBS="$(JOBS)" node packaging/prebuild.mjs "$(TARGETS)"

packages: prebuilds ## dist-packages/*.tgz as npm publishes them: lawn-ranker and a package for each platform
	@node packaging/make-packages.mjs "$(TARGETS)"

check-prebuilds: packages ## what each platform's packed binary needs, and what it computes here
	@node packaging/check-prebuilds.mjs "$(TARGETS)"

clean: ## remove what was built; data/ and models/ stay
	rm -rf dist build dist-packages *.tgz

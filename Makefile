# nlsq: targets for people and for CI. Each installs what it needs on Debian or Ubuntu (see NLSQ_NO_INSTALL).
#   make build        the library, the command build/nlsq, the Python package for .venv/bin/python
#   make demo         a fit of shipped real data: table and SVG
#   make test         everything that must pass (under a minute once built)
#   make test-fast    the quick tests
#   make test-all     also the wheel, sanitizer builds, longer fuzzing, hostile settings, compilers, fresh machines,
#                     packages that fit with SciPy
#   make test-device  the long tests on an OpenCL device (PoCL will do), and CUDA sources where NVRTC is installed
#   make wheel        the Python package as a wheel in dist/, with the libraries it needs
#   make test-wheel   installs the wheel into a new environment and uses it
#   make test-fresh   demo, test and the wheel on minimal Debian 12 and 13 (as root, with debootstrap)
#   make test-mutants breaks the engine in one place at a time; the fast tests must notice
#   make test-compilers   builds with every g++ and clang++ of the distribution, warnings as errors
#   make test-clients the tests of 14 packages that fit with SciPy, with nlsq.scipy in its place (CLIENTS="lmfit dipy")
#   make stubs        python/nlsq/_core.pyi and _results/fields.py, what Python knows of the core's tables
#   make lint         clang-format and clang-tidy
#   make test-cov     line coverage, a table by folder
#   make bench        speed: prints ratios to references
#   make perf         the gate: the working tree against a commit, in turn
#   make performance  measures and writes docs/performance.md
#   make install PREFIX=/usr/local
PREFIX ?= /usr/local
JOBS ?= 2
INSTALL := scripts/install_dependencies.sh

BUILD_PACKAGES := g++ cmake ninja-build ccache libeigen3-dev libhwy-dev libsleef-dev libfmt-dev \
  nlohmann-json3-dev libcli11-dev libfast-float-dev libcerf-dev libboost-dev libxxhash-dev \
  zlib1g-dev libzstd-dev optional:libyaml-cpp-dev optional:libsqlite3-dev
# PoCL makes an OpenCL device of the CPU; without it the tests of devices are skipped, as those of mpirun without Open MPI.
TEST_PACKAGES := libgtest-dev python3 gzip zstd optional:pocl-opencl-icd optional:ocl-icd-libopencl1 optional:librsvg2-2 \
  optional:libopenmpi-dev optional:openmpi-bin
BENCH_PACKAGES := libgsl-dev
COVERAGE_PACKAGES := gcovr
FUZZ_PACKAGES := clang
LINT_PACKAGES := clang-format clang-tidy

PYTHON_PACKAGES := python3 python3-dev python3-venv
PYTHON ?= /usr/bin/python3

# Users' builds never stop at a warning; NLSQ_WERROR=ON, as in continuous integration, makes warnings errors.
CONFIGURE := scripts/configure.sh CMAKE_INSTALL_PREFIX=$(PREFIX) $(if $(NLSQ_WERROR),NLSQ_WERROR=$(NLSQ_WERROR))

.PHONY: build build-command build-python wheel test-wheel stubs demo test test-fast test-all test-cov test-asan test-tsan test-hostile test-device test-fresh test-mutants test-compilers test-clients fuzz lint bench perf perf-test performance install format clean

build: build-command build-python

build-command:
	@$(INSTALL) $(BUILD_PACKAGES)
	@$(CONFIGURE)
	@cmake --build build -j $(JOBS) --target nlsq nlsq_command

# An environment of its own for the package and its tests; the tree itself is on its path.
.venv/.ready: python/requirements-dev.txt
	@$(INSTALL) $(PYTHON_PACKAGES)
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -q --disable-pip-version-check -r python/requirements-dev.txt
	@echo "$(CURDIR)/python" > "$$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nlsq.pth"
	@touch $@

build-python: .venv/.ready
	@$(INSTALL) $(BUILD_PACKAGES)
	@$(CONFIGURE) NLSQ_BUILD_PYTHON=ON Python_EXECUTABLE=$(CURDIR)/.venv/bin/python
	@cmake --build build -j $(JOBS) --target nlsq_python

wheel: .venv/.ready
	@$(INSTALL) $(BUILD_PACKAGES)
	@rm -rf dist/plain
	@.venv/bin/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist/plain .
	@rm -f dist/nlsq*.whl
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python -m auditwheel repair --wheel-dir dist dist/plain/*.whl > dist/plain/auditwheel.log 2>&1 || { cat dist/plain/auditwheel.log; exit 1; }
	@rm -rf dist/plain
	@ls -t dist/*.whl | head -1

test-wheel: wheel
	@sh tests/python/check_wheel.sh "$$(ls -t dist/*.whl | head -1)" $(PYTHON)

stubs: build-python
	@.venv/bin/python -m nanobind.stubgen -q -m nlsq._core -o python/nlsq/_core.pyi
	@.venv/bin/python scripts/result_fields.py > build/fields.py && mv build/fields.py python/nlsq/_results/fields.py

demo: build-command
	@rm -f build/demo.svg
	@sh examples/demo.sh build/nlsq build/demo.svg

build-tests:
	@$(INSTALL) $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@$(CONFIGURE) NLSQ_BUILD_TESTS=ON NLSQ_BUILD_EXAMPLES=ON
	@cmake --build build -j $(JOBS)
.PHONY: build-tests

test: build-tests build-python
	@ctest --test-dir build -j $(JOBS) --output-on-failure -LE device-slow
	@.venv/bin/python -m pytest

test-fast: build-tests
	@ctest --test-dir build -j $(JOBS) --output-on-failure -L fast

# Without OpenCL's drivers, which are not built with sanitizers.
test-asan test-tsan: test-%:
	@$(INSTALL) $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@cmake --preset $* > /dev/null
	@cmake --build build-$* -j $(JOBS)
	@OCL_ICD_VENDORS=/none ctest --test-dir build-$* -j $(JOBS) --output-on-failure -E install_consumer -LE device-slow

# NIST, the CUDA sources for three generations of cards, and the tests of fits on a device: PoCL, where no other is there.
test-device: build-tests
	@ctest --test-dir build --output-on-failure -L device-slow

# The suite again with tiny blocks, odd numbers of threads and each fold and instruction set.
test-hostile: build-tests
	@sh scripts/hostile.sh build $(JOBS)

fuzz:
	@$(INSTALL) $(BUILD_PACKAGES) $(FUZZ_PACKAGES)
	@$(INSTALL) libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
	@cmake --preset fuzz > /dev/null
	@cmake --build build-fuzz -j $(JOBS)
	@sh scripts/fuzz.sh build-fuzz $(or $(SECONDS),120)

# The layout of the code and a short list of clang-tidy's checks.
lint:
	@$(INSTALL) $(LINT_PACKAGES)
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run -Werror
	@test -f build/compile_commands.json || cmake --preset release > /dev/null
	@git ls-files 'src/*.cpp' 'apps/*.cpp' | xargs -P $(JOBS) -n 8 clang-tidy -p build --quiet --extra-arg=-Wno-unknown-warning-option

# Minimal systems in build-fresh: what README says works on a machine that has git, make and g++ alone.
test-fresh:
	@$(INSTALL) debootstrap
	@scripts/fresh.sh bookworm demo test test-wheel
	@scripts/fresh.sh trixie demo test test-wheel

# Breaks the engine in one place at a time; the fast tests must notice.
test-mutants:
	@$(INSTALL) $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@python3 tests/mutants/mutants.py --jobs $(JOBS)

test-compilers:
	@$(INSTALL) $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@scripts/compilers.sh $(JOBS)

# In an environment of its own below build-clients, with packages from PyPI alone.
test-clients: build-python
	@.venv/bin/python tests/clients/run.py $(CLIENTS)

test-all: test test-device test-wheel lint test-mutants test-hostile test-asan test-tsan fuzz test-compilers test-fresh test-clients

test-cov:
	@$(INSTALL) $(BUILD_PACKAGES) $(TEST_PACKAGES) $(COVERAGE_PACKAGES)
	@cmake --preset coverage > /dev/null
	@cmake --build build-coverage -j $(JOBS)
	@ctest --test-dir build-coverage -j $(JOBS) --output-on-failure -E install_consumer -LE device-slow > build-coverage/ctest.log || \
	  { tail -40 build-coverage/ctest.log; exit 1; }
	@python3 scripts/coverage.py build-coverage

bench:
	@$(INSTALL) $(BUILD_PACKAGES) $(BENCH_PACKAGES)
	@cmake --preset bench > /dev/null
	@cmake --build build-bench -j $(JOBS)
	@sh scripts/bench.sh build-bench

# The working tree against a commit (BASELINE=REF), C++ and Python: fails on what is 10 % slower. STORE=1 keeps the figures in
# bench/baselines, with which later runs on the same machine are compared. perf-test tries the gate itself.
perf: .venv/.ready
	@$(INSTALL) $(BUILD_PACKAGES)
	@python3 scripts/perf.py --jobs $(JOBS) $(if $(BASELINE),--baseline $(BASELINE)) $(if $(STORE),--store)

# docs/performance.md, measured here and now.
performance: build-python
	@.venv/bin/python -m pip install -q --disable-pip-version-check lmfit
	@.venv/bin/python bench/python/performance_page.py

perf-test: .venv/.ready
	@$(INSTALL) $(BUILD_PACKAGES)
	@.venv/bin/python -m pytest -q tests/perf

install: build-command
	@cmake --install build --prefix $(PREFIX)

format:
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build build-*

#!/bin/sh
# SPDX-License-Identifier: MIT
# Everything that is to be measured on a real card, in one short run: the device's tests, then passes and fits over
# 10⁷ and 10⁸ resident rows. A build folder with tests and benches is made if it is not there.
#   bench/device/run.sh [DEVICE] [PEAK GB/s]      cuda:0 and 4800 (an H200) if not given
set -eu
cd "$(dirname "$0")/../.."
device=${1:-cuda:0} peak=${2:-4800}
build=${BUILD:-build-device}
[ -x "$build/bench/bench_resident_rows" ] && [ -x "$build/tests/device_test" ] || {
  cmake -S . -B "$build" -DNLSQ_BUILD_TESTS=ON -DNLSQ_BUILD_BENCH=ON > /dev/null
  cmake --build "$build" -j "$(nproc)" --target device_test bench_resident_rows nlsq_command > /dev/null
}
"$build/nlsq" info
NLSQ_TEST_DEVICE=$device "$build/tests/device_test" --gtest_brief=1 || true
"$build/bench/bench_resident_rows" "$device" 1e7 1e8 --peak "$peak"

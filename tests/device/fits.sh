#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test program with the first OpenCL device as that of all fits; 77 where there is none.
#   fits.sh NLSQ TEST [ARGUMENT...]
nlsq=$1
shift
"$nlsq" info | grep -q '^ *opencl:0 ' || { echo "no OpenCL device here; pocl-opencl-icd makes one of the CPU"; exit 77; }
NLSQ_DEVICE=opencl:0 exec "$@" --gtest_brief=1

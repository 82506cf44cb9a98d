#!/bin/sh
# SPDX-License-Identifier: MIT
# Neutron counts (Y) along a position-sensitive tube (X) in a calibration run of the instrument WISH show nine peaks.
# Fits each by a Gaussian over a linear background, prints the centres and draws every fit.
# Run in the project's folder: examples/neutron_tube.sh [build/nlsq] [folder for the plots]
set -eu
folder=$(dirname "$0")
nlsq=${1:-build/nlsq}
plots=${2:-build/neutron_tube}
mkdir -p "$plots"
for start in 58 106 155 203 252 301 350 399 448; do
  "$nlsq" fit "$folder/data/WISH17701_calibration_panel103_tube3.txt" --quiet \
    --where "abs(X - $start) <= 7" --sigma 'sqrt(Y)' \
    --model "Y = height*exp(-(X - centre)^2/(2*width^2)) + level + slope*(X - $start)" \
    --p0 "height=20000,centre=$start,width=1.5,level=7000,slope=0" --bounds width=0.1:10 \
    --plot "$plots/peak_$start.svg" | awk '$1 == "centre" { print "centre", $2, $3, $4 }'
done
echo "plots: $plots"

#!/bin/sh
# SPDX-License-Identifier: MIT
# Fits a real data set (electron mobility in a semiconductor, NIST's Thurber) and draws it: the table goes to the
# terminal, the plot to a file. Run in the project's folder: examples/demo.sh [build/nlsq] [build/demo.svg]
set -eu
folder=$(dirname "$0")
nlsq=${1:-build/nlsq}
plot=${2:-build/demo.svg}
"$nlsq" fit "$folder/data/thurber.csv" \
  --model 'y = (b1 + b2*x + b3*x^2 + b4*x^3)/(1 + b5*x + b6*x^2 + b7*x^3)' \
  --p0 b1=1000,b2=1000,b3=400,b4=40,b5=0.7,b6=0.3,b7=0.03 --plot "$plot"
echo
echo "plot: $plot"

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/ops/<op>.txt: exact values of every operation and its first and second derivatives.

Closed forms are evaluated in mpmath with hundreds of digits and written with 40; the closed forms themselves are
checked against mpmath.diff at ordinary points. Inputs are exact doubles (hexadecimal). Every section of
op_tables has a seed of its own, so that a new one leaves the other tables alone.

A row is: k, the operands, f, the first derivatives by each operand, the second derivatives (xx, xy, …, yy, …).
k is the order of a family (polygamma, bessel_ratio, wofz) and 0 elsewhere. Words: inf, -inf, nan, -0; `skip` where a
derivative does not exist. Values beyond the range of a double are inf.

Usage: scripts/make_op_tables.py [DIRECTORY]
"""
import sys
from pathlib import Path

from mpmath import mp

from op_tables import elementary, several, special
from op_tables.core import OPS

SECTIONS = (elementary.algebra, elementary.exponentials, elementary.circular, elementary.hyperbolic,
            special.special_functions, special.bessel, several.arithmetic, several.powers, several.plane,
            special.faddeeva_ops, several.choices)
DIGITS = {"polygamma": 380, "lgamma": 380, "digamma": 380, "wofz_re": 600, "wofz_im": 600, "voigt": 600}


def main():
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "tests" / "data" / "ops"
    directory.mkdir(parents=True, exist_ok=True)
    for section in SECTIONS:
        section()
    for op in OPS:
        mp.dps = DIGITS.get(op.name, 700)
        print(op.name, op.write(directory), flush=True)


if __name__ == "__main__":
    main()

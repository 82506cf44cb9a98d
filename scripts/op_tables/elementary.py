# SPDX-License-Identifier: MIT
"""Functions of one operand: algebra, exponentials, circular and hyperbolic functions."""
import mpmath
from mpmath import mp, mpf

from op_tables.core import (
    ENDS, HUGE, INF, MINUS_ZERO, NAN, PI, PI_HALF, SUB, TINY, near, rng_of, spread, unary, uniform,
    zero)


def algebra():
    r = rng_of("algebra")
    both = (1, -1)
    wide = spread(r, 1e-30, 1e30, 30, both)
    ends = {INF: "inf", -INF: "-inf"}
    unary("neg", lambda x: -x, lambda x: mpf(-1), zero, wide,
          {INF: "-inf", -INF: "inf", 0.0: ("-0", -1, 0), MINUS_ZERO: ("0", -1, 0)})
    unary("abs", abs, mpmath.sign, zero, wide, {INF: "inf", -INF: "inf", 0.0: ("0", 0, 0), MINUS_ZERO: ("0", 0, 0)},
          check=False)
    unary("sign", mpmath.sign, zero, zero, wide, {INF: "1", -INF: "-1"}, odd=True, check=False)
    steps = uniform(r, -20, 20, 30) + [0.5, -0.5, 1.0, -1.0, 2.0 ** 52 + 0.0, 2.0 ** 51 + 0.5, -2.0 ** 51 - 0.5, 0.99999999999999989]
    unary("floor", mpmath.floor, zero, zero, steps, ends, odd=True, check=False)
    unary("ceil", mpmath.ceil, zero, zero, steps,
          {**ends, -0.5: ("-0", 0, 0), -SUB: ("-0", 0, 0), -1e-310: ("-0", 0, 0), -TINY: ("-0", 0, 0), -1e-300: ("-0", 0, 0)},
          odd=True, check=False)
    unary("logical_not", lambda x: mpf(x == 0), zero, zero, uniform(r, -3, 3, 30),
          {INF: "0", -INF: "0", NAN: "0"}, check=False)
    unary("sqrt", mpmath.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), lambda x: -1 / (4 * x * mp.sqrt(x)),
          spread(r, 1e-30, 1e30, 30) + [1.0, 4.0, 2.0], {INF: "inf", -INF: "nan"}, lambda x: x >= 0, odd=True)

    def cbrt(x):
        return mpmath.sign(x) * mp.cbrt(abs(x))
    unary("cbrt", cbrt, lambda x: 1 / (3 * cbrt(x) ** 2), lambda x: -2 / (9 * cbrt(x) ** 5), wide + [1.0, 8.0, -27.0],
          ends, odd=True)


def exponentials():
    r = rng_of("exponentials")
    both = (1, -1)
    exp_points = uniform(r, -40, 40, 24) + uniform(r, -745, 709, 16) + spread(r, 1e-20, 1e-2, 8, both) + [
        709.782712893384, 709.7827128933841, -708.3964185322641, -708.4, -744.4400719213812, -745.1332191019412,
        -745.14, -750.0, 710.0, 1.0, -1.0]
    unary("exp", mp.exp, mp.exp, mp.exp, exp_points,
          {INF: "inf", -INF: ("0", "0", "0"), HUGE: "inf", 1e300: "inf", -HUGE: ("0", "0", "0"), -1e300: ("0", "0", "0")})
    unary("expm1", mp.expm1, mp.exp, mp.exp, exp_points + [-37.5, -36.7, -40.0, 36.0, -0.6931471805599453],
          {INF: "inf", -INF: ("-1", "0", "0"), HUGE: "inf", 1e300: "inf", -HUGE: ("-1", "0", "0"), -1e300: ("-1", "0", "0")},
          odd=True)
    log_points = spread(r, 1e-300, 1e300, 20) + spread(r, 0.01, 100, 20) + near(1.0) + [0.5, 2.0, 1024.0, 1e15, 1000.0]
    positive = {0.0: "-inf", MINUS_ZERO: "-inf", INF: "inf", -INF: "nan"}
    unary("log", mp.log, lambda x: 1 / x, lambda x: -1 / x ** 2, log_points, positive, lambda x: x > 0)
    unary("log2", lambda x: mp.log(x) / mp.log(2), lambda x: 1 / (x * mp.log(2)), lambda x: -1 / (x ** 2 * mp.log(2)),
          log_points, positive, lambda x: x > 0)
    unary("log10", lambda x: mp.log(x) / mp.log(10), lambda x: 1 / (x * mp.log(10)),
          lambda x: -1 / (x ** 2 * mp.log(10)), log_points, positive, lambda x: x > 0)
    unary("log1p", mp.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2,
          spread(r, 1e-18, 0.9, 24, both) + spread(r, 0.5, 1e10, 16) + [-0.9999999999999999, -0.5, -0.99, 1e15, 1e17, 1e307,
                                                                        -1.5, -1.0000000000000002],
          {-1.0: "-inf", INF: "inf", -INF: "nan"}, lambda x: x > -1, odd=True, ends=ENDS + [-1.0])

    def expit(x):
        return 1 / (1 + mp.exp(-x))
    unary("expit", expit, lambda x: expit(x) * expit(-x), lambda x: expit(x) * expit(-x) * (1 - 2 * expit(x)),
          uniform(r, -36, 36, 30) + uniform(r, -745, 745, 12) + spread(r, 1e-18, 1e-1, 8, both) + [-708.0, -709.5, -744.0, -745.5],
          {INF: ("1", "0", "0"), -INF: ("0", "0", "0"), HUGE: ("1", "0", "0"), 1e300: ("1", "0", "0"),
           -HUGE: ("0", "0", "0"), -1e300: ("0", "0", "0")})


def circular():
    r = rng_of("circular")
    both = (1, -1)
    periodic = uniform(r, -7, 7, 26) + spread(r, 1e-18, 0.1, 8, both) + spread(r, 10, 1e6, 10, both) + spread(
        r, 1e6, 1e15, 8, both) + near(PI / 2) + near(PI) + [PI / 4, -PI / 4, 3 * PI / 2, 1e22, 6381956970095103.0 * 2.0 ** 797]
    nowhere = {INF: "nan", -INF: "nan"}
    unary("sin", mp.sin, mp.cos, lambda x: -mp.sin(x), periodic, nowhere, odd=True)
    unary("cos", mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x), periodic, nowhere)
    unary("tan", mp.tan, lambda x: 1 + mp.tan(x) ** 2, lambda x: 2 * mp.tan(x) * (1 + mp.tan(x) ** 2), periodic, nowhere,
          odd=True)
    inside = uniform(r, -1, 1, 28) + spread(r, 1e-18, 0.1, 10, both) + [0.5, -0.5, 0.9999999999999999, -0.9999999999999999,
                                                                        0.99999, 0.7071067811865476]
    outside = ENDS + [1.0, -1.0, 1.0000000000000002, -1.0000000000000002, 1.5]
    unary("asin", mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), lambda x: x / mp.sqrt(1 - x * x) ** 3, inside,
          {1.0: (PI_HALF, "inf", "skip"), -1.0: (-PI_HALF, "inf", "skip"), INF: "nan", -INF: "nan"}, lambda x: abs(x) <= 1,
          odd=True, ends=outside)
    unary("acos", mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), lambda x: -x / mp.sqrt(1 - x * x) ** 3, inside,
          {1.0: ("0", "-inf", "skip"), -1.0: (mp.pi, "-inf", "skip"), INF: "nan", -INF: "nan"}, lambda x: abs(x) <= 1,
          ends=outside)
    unary("atan", mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2,
          uniform(r, -5, 5, 20) + spread(r, 1e-18, 1e18, 24, both) + [1.0, -1.0],
          {INF: (PI_HALF, "0", "skip"), -INF: (-PI_HALF, "0", "skip")}, odd=True)


def hyperbolic():
    r = rng_of("hyperbolic")
    both = (1, -1)
    points = uniform(r, -6, 6, 20) + uniform(r, -700, 700, 14) + spread(r, 1e-18, 0.3, 12, both) + [
        709.0, 709.78, 709.7827128933841, 710.0, 710.4, 710.4758600739439, 710.475860073944, 710.48, 711.0, -710.0, -710.4758600739439,
        -711.0, 20.0, 22.5]
    over = {INF: "inf", HUGE: "inf", 1e300: "inf"}
    unary("sinh", mp.sinh, mp.cosh, mp.sinh, points, {**over, -INF: "-inf", -HUGE: "-inf", -1e300: "-inf"}, odd=True)
    unary("cosh", mp.cosh, mp.sinh, mp.cosh, points, {**over, -INF: "inf", -HUGE: "inf", -1e300: "inf"})
    ones = {x: ("1", "0", "0") for x in (INF, HUGE, 1e300)}
    unary("tanh", mp.tanh, lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2, points,
          {**ones, **{-x: ("-1", "0", "0") for x in (INF, HUGE, 1e300)}}, odd=True)
    unary("asinh", mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3,
          uniform(r, -5, 5, 20) + spread(r, 1e-18, 1e18, 24, both) + [1e100, 1e150, -1e154, 1e160, -1e200],
          {INF: "inf", -INF: "-inf"}, odd=True)
    unary("acosh", mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x / mp.sqrt(x * x - 1) ** 3,
          [1 + v for v in spread(r, 1e-14, 10, 20)] + spread(r, 2, 1e18, 20) + [1.0000000000000002, 1.5, 1e100, 1e150, 1e154, 1e160,
                                                                                 1e200, 0.9999999999999999, 0.5],
          {1.0: ("0", "inf", "skip"), INF: "inf", -INF: "nan"}, lambda x: x >= 1, ends=ENDS + [1.0])
    unary("atanh", mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2,
          uniform(r, -1, 1, 26) + spread(r, 1e-18, 0.1, 12, both) + [0.9999999999999999, -0.9999999999999999, 0.99999, 1.5,
                                                                     1.0000000000000002],
          {1.0: "inf", -1.0: "-inf", INF: "nan", -INF: "nan"}, lambda x: abs(x) < 1, odd=True, ends=ENDS + [1.0, -1.0])

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/ops/<op>.txt: exact values of every operation and its first and second derivatives.

Closed forms are evaluated in mpmath with hundreds of digits and written with 40; the closed forms themselves are
checked against mpmath.diff at ordinary points. Inputs are exact doubles (hexadecimal). Seeded by the name of the
operation, so that a new operation leaves the other tables alone.

A row is: k, the operands, f, the first derivatives by each operand, the second derivatives (xx, xy, …, yy, …).
k is the order of a family (polygamma, bessel_ratio, wofz) and 0 elsewhere. Words: inf, -inf, nan, -0; `skip` where a
derivative does not exist. Values beyond the range of a double are inf.

Usage: scripts/make_op_tables.py [DIRECTORY]
"""
import math
import random
import sys
from pathlib import Path

import mpmath
from mpmath import mp, mpc, mpf

DIGITS = 40
mp.dps = 700
INF, NAN = math.inf, math.nan
TINY, HUGE, SUB = 2.2250738585072014e-308, 1.7976931348623157e308, 5e-324
LIMIT = mpf(2) ** 1024 - mpf(2) ** 970
PI = math.pi
MINUS_ZERO = (-0.0).hex()  # as a key of a dictionary; -0.0 itself is the key 0.0


# ---- points ----------------------------------------------------------------------------------------------------

def spread(rng, low, high, count, signs=(1,)):
    """`count` doubles with magnitudes spread evenly over the decades from low to high."""
    points = []
    for i in range(count):
        t = (i + rng.random()) / count
        points.append(rng.choice(signs) * math.exp(math.log(low) + t * (math.log(high) - math.log(low))))
    return points


def uniform(rng, low, high, count):
    return [low + (high - low) * (i + rng.random()) / count for i in range(count)]


def near(x, steps=(-2, -1, 0, 1, 2)):
    """Neighbours of a double."""
    points = []
    for step in steps:
        y = x
        for _ in range(abs(step)):
            y = math.nextafter(y, INF if step > 0 else -INF)
        points.append(y)
    return points


ENDS = [0.0, -0.0, SUB, -SUB, 1e-310, -1e-310, TINY, -TINY, 1e-300, -1e-300, HUGE, -HUGE, 1e300, -1e300,
        INF, -INF, NAN]


# ---- writing ---------------------------------------------------------------------------------------------------

def word(value):
    """A number as text with 40 digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, float) and value == 0 and math.copysign(1, value) < 0:
        return "-0"
    value = mpf(value)
    if value == 0:
        return "0"
    if abs(value) >= LIMIT:
        return "inf" if value > 0 else "-inf"
    if mp.mag(value) < -13000:
        return "0"
    return mpmath.nstr(value, DIGITS, min_fixed=0, max_fixed=0).replace("e+", "e")


def double(x):
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return x.hex()


class Op:
    """One table. `value`, `first` and `second` are closed forms of mpf operands (and k); `special` maps operands to
    words for rows whose value is a convention; `domain` says where the closed forms hold."""

    def __init__(self, name, arity, value, first, second, points, special=None, domain=None, orders=(0,), odd=False,
                 smooth=True, check=True):
        self.name, self.arity, self.points = name, arity, points
        self.value, self.first, self.second = value, first, second
        self.special = special or (lambda *x: None)
        self.domain = domain or (lambda *x: True)
        self.orders, self.odd, self.smooth, self.check = orders, odd, smooth, check

    def derivatives(self):
        return self.arity + self.arity * (self.arity + 1) // 2

    def row(self, k, x):
        skip = ["skip"] * self.derivatives()
        special = self.special(*x) if self.orders == (0,) else self.special(k, *x)
        if special is not None:
            given = list(special) if isinstance(special, (tuple, list)) else [special]
            return given + skip[len(given) - 1:]
        if any(math.isnan(v) for v in x):
            return ["nan"] + skip
        if any(math.isinf(v) for v in x):
            raise ValueError(f"{self.name}{x}: no value given at infinity")
        if not self.domain(*x):
            return ["nan"] + skip
        z = [mpf(v) for v in x]
        if self.orders != (0,):
            z = [k] + z
        f = self.value(*z)
        if self.odd and f == 0 and math.copysign(1, x[0]) < 0:
            f = -0.0
        rest = []
        for forms in (self.first, self.second):
            for form in forms:
                try:
                    rest.append(form if isinstance(form, str) else form(*z))
                except ZeroDivisionError:
                    rest.append("skip")
        return [f] + rest

    def verify(self):
        """The closed forms against numerical differentiation at a few ordinary points."""
        if not self.check:
            return
        usable = [x for x in self.points
                  if all(math.isfinite(v) and 0.05 < abs(v) < 20 for v in x) and self.domain(*x)
                  and (self.special(*x) if self.orders == (0,) else self.special(0, *x)) is None]
        with mp.workdps(50):
            for k in self.orders:
                lead = [] if self.orders == (0,) else [k]
                for x in usable[:4]:
                    z = [mpf(v) for v in x]
                    pairs = [(i, j) for i in range(self.arity) for j in range(i, self.arity)]
                    orders = [tuple(int(i == j) for j in range(self.arity)) for i in range(self.arity)]
                    orders += [tuple(int(i == n) + int(j == n) for n in range(self.arity)) for i, j in pairs]
                    for form, order in zip(self.first + self.second, orders):
                        if isinstance(form, str):
                            continue
                        g = lambda *v: self.value(*lead, *v)
                        numeric = mp.diff(g, z[0] if self.arity == 1 else tuple(z), order[0] if self.arity == 1 else order)
                        exact = form(*lead, *z)
                        if abs(numeric - exact) > mpf(10) ** -12 * (1 + abs(exact)):
                            raise ValueError(f"{self.name} k={k} {x} {order}: {exact} is not {numeric}")

    def write(self, directory):
        self.verify()
        lines = [f"# {self.name} {self.arity}"]
        seen = set()
        for k in self.orders:
            for x in self.points:
                key = (k,) + tuple(double(v) for v in x)
                if key in seen:
                    continue
                seen.add(key)
                lines.append(" ".join([str(k)] + [double(v) for v in x] + [word(v) for v in self.row(k, x)]))
        (directory / f"{self.name}.txt").write_text("\n".join(lines) + "\n")
        return len(lines) - 1


OPS = []


def rng_of(name):
    return random.Random("nlsq " + name)


def unary(name, value, first, second, points, special=None, domain=None, odd=False, ends=ENDS, **more):
    at = {}
    for x, words in (special or {}).items():
        at[double(x) if not isinstance(x, str) else x] = words

    def lookup(*x):
        return at.get(double(x[-1]))

    OPS.append(Op(name, 1, value, [first], [second], [(p,) for p in list(points) + list(ends)], lookup, domain,
                  odd=odd, **more))


# ---- algebra and rounding --------------------------------------------------------------------------------------

zero, one = (lambda *x: mpf(0)), (lambda *x: mpf(1))


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


# ---- exponentials and logarithms -------------------------------------------------------------------------------

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


# ---- circular and hyperbolic -----------------------------------------------------------------------------------

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


PI_HALF = mp.pi / 2


# ---- error function, gamma, Bessel -----------------------------------------------------------------------------

def special_functions():
    r = rng_of("special functions")
    both = (1, -1)
    g = lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
    points = uniform(r, -6, 6, 30) + spread(r, 1e-18, 0.3, 12, both) + uniform(r, 6, 27, 14) + [
        26.5, 26.55, 27.0, 27.2, 27.226017111108366, 27.3, 30.0, 40.0, -8.0, -27.0, 0.5, 1.0, 2.0]
    gone = {x: ("1", "0", "0") for x in (INF, HUGE, 1e300)}
    gone_left = {-x: ("-1", "0", "0") for x in (INF, HUGE, 1e300)}
    unary("erf", mp.erf, g, lambda x: -2 * x * g(x), points, {**gone, **gone_left}, odd=True)
    unary("erfc", mp.erfc, lambda x: -g(x), lambda x: 2 * x * g(x), points,
          {**{x: ("0", "0", "0") for x in (INF, HUGE, 1e300)}, **{-x: ("2", "0", "0") for x in (INF, HUGE, 1e300)}})

    def lgamma(x):
        return mp.re(mp.loggamma(x))
    poles = {float(-n): "inf" for n in (1, 2, 3, 10, 171)}
    ends = [0.0, -0.0, SUB, TINY, -TINY, 1e-310, 1e-300, HUGE, 1e300, INF, -INF, NAN] + list(poles)
    gamma_points = (spread(r, 1e-20, 0.5, 10) + uniform(r, 0.5, 5, 20) + spread(r, 5, 1e6, 12) + spread(r, 1e6, 1e18, 6)
                    + [0.5, 1.0, 2.0, 1.0000000000000002, 1.9999999999999998, 0.9999999999999999, 1.01, 1.99, 1e100, 1.4616321449683623])
    negative = uniform(r, -6, -0.05, 16) + [-0.5, -1.5, -20.3, -100.7]
    OPS.append(Op("lgamma", 1, lgamma, [lambda x: mp.psi(0, x)], [lambda x: mp.psi(1, x)],
                  [(p,) for p in gamma_points + negative + ends],
                  lambda x: ("inf" if (math.isinf(x) or x == 0 or (x < 0 and x == math.floor(x)) or x == HUGE) else None)))
    psi_points = gamma_points + negative

    def psi_special(k, x):
        if x == INF:
            return ("inf", "0", "0") if k == 0 else ("0", "0", "0")
        if x == -INF:
            return "nan"
        if x == 0 or (x < 0 and x == math.floor(x)):
            return "nan" if k % 2 == 0 else "inf"
        return None
    psi_ends = [0.0, INF, -INF, NAN, -1.0, -2.0, 1e-300, 1e300]
    OPS.append(Op("polygamma", 1, lambda k, x: mp.psi(k, x), [lambda k, x: mp.psi(k + 1, x)],
                  [lambda k, x: mp.psi(k + 2, x)], [(p,) for p in psi_points + psi_ends], psi_special, orders=(0, 1, 2, 3)))
    OPS.append(Op("digamma", 1, lambda x: mp.psi(0, x), [lambda x: mp.psi(1, x)], [lambda x: mp.psi(2, x)],
                  [(p,) for p in psi_points[::2] + psi_ends], lambda x: psi_special(0, x)))


def bessel():
    r = rng_of("bessel")
    both = (1, -1)
    points = uniform(r, -20, 20, 24) + spread(r, 1e-12, 1, 8, both) + spread(r, 20, 1e4, 8, both) + [
        2.404825557695773, 3.8317059702075125, 5.0, 8.0, 1.0, 1e6]
    ends = [0.0, SUB, -SUB, TINY, -1e-310, 1e-300, INF, -INF, NAN]
    J = mp.besselj

    def ratio(k, x):
        return mpf(1) / (2 ** k * mp.factorial(k)) if x == 0 else J(k, x) / x ** k
    none = {INF: ("0", "0", "0"), -INF: ("0", "0", "0")}
    unary("j0", lambda x: J(0, x), lambda x: -J(1, x), lambda x: ratio(1, x) - J(0, x), points, none, ends=ends)
    unary("j1", lambda x: J(1, x), lambda x: J(0, x) - ratio(1, x), lambda x: x * ratio(2, x) - J(1, x), points, none,
          ends=ends + [-0.0], odd=True)
    OPS.append(Op("bessel_ratio", 1, ratio, [lambda k, x: -x * ratio(k + 1, x)],
                  [lambda k, x: x * x * ratio(k + 2, x) - ratio(k + 1, x)], [(p,) for p in points[::2] + ends],
                  lambda k, x: ("0", "0", "0") if math.isinf(x) and k > 0 else "0" if math.isinf(x) else None, orders=(0, 1, 2, 3)))
    unary("j1_over_x", lambda x: ratio(1, x), lambda x: -x * ratio(2, x), lambda x: x * x * ratio(3, x) - ratio(2, x),
          points, none, ends=ends)
    unary("j2_over_x", lambda x: x * ratio(2, x), lambda x: ratio(2, x) - x * x * ratio(3, x),
          lambda x: -3 * x * ratio(3, x) + x ** 3 * ratio(4, x), points, {}, ends=[0.0, SUB, TINY, 1e-300, NAN])


# ---- two operands ----------------------------------------------------------------------------------------------

def pairs(r, first, second):
    first, second = list(first), list(second)
    r.shuffle(first)
    r.shuffle(second)
    return list(zip(first, second))


def binary(name, value, first, second, points, special=None, domain=None, **more):
    OPS.append(Op(name, 2, value, first, second, points, special, domain, **more))


def ieee(op):
    """The value at non-finite operands, by Python's own arithmetic."""
    def special(x, y):
        if math.isfinite(x) and math.isfinite(y):
            return None
        return word(op(x, y))
    return special


def arithmetic():
    r = rng_of("arithmetic")
    both = (1, -1)
    wide = lambda: spread(r, 1e-30, 1e30, 32, both)
    edges = [(0.0, 1.0), (1.0, 1e-320), (1e308, 1e-308), (INF, 1.0), (INF, INF), (1.0, -INF), (NAN, 1.0), (1.0, NAN), (SUB, 1.0),
             (HUGE, 1.0), (1.0, 3.0), (-1.0, 1.0)]
    z3 = [zero, zero, zero]
    binary("add", lambda x, y: x + y, [one, one], z3, pairs(r, wide(), wide()) + edges + [(INF, -INF), (HUGE, HUGE)],
           ieee(lambda x, y: x + y))
    binary("sub", lambda x, y: x - y, [one, lambda x, y: mpf(-1)], z3, pairs(r, wide(), wide()) + edges + [(-HUGE, HUGE)],
           ieee(lambda x, y: x - y))
    binary("mul", lambda x, y: x * y, [lambda x, y: y, lambda x, y: x], [zero, one, zero],
           pairs(r, wide(), wide()) + edges + [(0.0, INF), (HUGE, 2.0), (SUB, 0.5), (TINY, 0.3)], ieee(lambda x, y: x * y))

    def strong(x, y):
        return 0.0 if x == 0 or y == 0 else x * y
    binary("strong_mul", lambda x, y: x * y, [lambda x, y: y, lambda x, y: x], [zero, one, zero],
           pairs(r, wide(), wide()) + [e for e in edges] + [(0.0, NAN), (NAN, 0.0), (0.0, INF), (-INF, 0.0), (2.0, NAN)], ieee(strong))

    def divide(x, y):
        if math.isinf(y) and math.isfinite(x):
            return math.copysign(0.0, x) * math.copysign(1.0, y)
        return x / y
    binary("div", lambda x, y: x / y, [lambda x, y: 1 / y, lambda x, y: -x / y ** 2],
           [zero, lambda x, y: -1 / y ** 2, lambda x, y: 2 * x / y ** 3],
           pairs(r, wide(), wide()) + edges + [(1.0, 0.0), (-1.0, 0.0), (1.0, -0.0), (0.0, 0.0), (1.0, HUGE), (TINY, 3.0), (INF, 0.0)],
           lambda x, y: (("nan" if x == 0 or math.isnan(x) else double(math.copysign(INF, x) * math.copysign(1.0, y))) if y == 0 else
                         ieee(divide)(x, y)))
    small = lambda x, y: x if x <= y else y
    large = lambda x, y: x if x >= y else y
    less = [lambda x, y: mpf(x <= y), lambda x, y: mpf(not x <= y)]
    more = [lambda x, y: mpf(x >= y), lambda x, y: mpf(not x >= y)]
    both_edges = edges + [(2.0, 2.0), (NAN, NAN), (NAN, INF), (-INF, NAN)]

    def nan_through(op):
        return lambda x, y: None if math.isfinite(x) and math.isfinite(y) else (
            "nan" if math.isnan(x) or math.isnan(y) else double(op(x, y)))
    binary("min", small, less, z3, pairs(r, wide(), wide()) + both_edges, nan_through(small), check=False)
    binary("max", large, more, z3, pairs(r, wide(), wide()) + both_edges, nan_through(large), check=False)
    for name, op in (("lt", lambda x, y: x < y), ("le", lambda x, y: x <= y), ("eq", lambda x, y: x == y), ("ne", lambda x, y: x != y),
                     ("logical_and", lambda x, y: x != 0 and y != 0), ("logical_or", lambda x, y: x != 0 or y != 0)):
        points = pairs(r, uniform(r, -2, 2, 30), uniform(r, -2, 2, 30)) + both_edges + [(0.0, -0.0), (0.0, NAN), (INF, 0.0), (-INF, INF)]
        binary(name, lambda x, y, op=op: mpf(bool(op(x, y))), [zero, zero], z3, points,
               lambda x, y, op=op: None if math.isfinite(x) and math.isfinite(y) else str(int(op(x, y))), check=False)

    def mod_special(x, y):
        if math.isnan(x) or math.isnan(y) or y == 0 or math.isinf(x):
            return "nan"
        if math.isinf(y):
            return word(float(x)) if x == 0 or (x > 0) == (y > 0) else word(y)
        if math.fmod(x, y) == 0:
            return (word(math.copysign(0.0, y)), "skip", "skip")
        return None
    mod_points = pairs(r, uniform(r, -30, 30, 30), spread(r, 0.1, 10, 30, both)) + [
        (5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (-5.0, -3.0), (6.0, 3.0), (-6.0, 3.0), (6.0, -3.0), (0.0, 3.0), (0.0, -3.0), (5.0, 0.0),
        (INF, 3.0), (5.0, INF), (-5.0, INF), (5.0, -INF), (-5.0, -INF), (NAN, 1.0), (1.0, NAN), (1e300, 3.0), (1.0, 0.1), (0.3, 0.1),
        (SUB, 1.0), (1e16, 0.3)]
    floor = lambda x, y: mp.floor(x / y)
    binary("mod", lambda x, y: x - y * floor(x, y), [one, lambda x, y: -floor(x, y)], z3, mod_points, mod_special, check=False)


def powers():
    r = rng_of("powers")
    both = (1, -1)
    log = mp.log

    def power(x, y):
        return mpf(1) if y == 0 else x ** int(y) if y == mp.floor(y) and abs(y) < 4000 else mp.exp(y * log(x))
    points = pairs(r, spread(r, 1e-3, 1e3, 30), uniform(r, -20, 20, 30)) + pairs(r, spread(r, 1e-100, 1e100, 14), uniform(r, -3, 3, 14))
    points += pairs(r, [1 + v for v in spread(r, 1e-12, 1e-3, 10, both)], spread(r, 1e3, 1e9, 10, both))
    points += [(2.0, 10.0), (2.0, 0.5), (2.0, 1023.5), (2.0, -1022.5), (2.0, -1060.5), (10.0, 308.0), (10.0, 308.3), (0.5, 1074.0), (3.0, 1.0),
               (1.5, 2.0), (7.0, 0.0), (1.0, 1e300), (0.9, 1e5), (2.0, -1074.0), (2.0, -1080.0)]
    negatives = [(-2.0, 3.0), (-2.0, 2.0), (-2.5, -3.0), (-1.5, 17.0), (-2.0, 0.0), (-3.0, 1.0)]
    conventions = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 2.5), (0.0, -1.0), (0.0, 0.5), (-0.0, 3.0), (-0.0, 2.0), (-0.0, -3.0), (-2.0, 0.5),
                   (-8.0, 1.0 / 3.0), (INF, 2.0), (INF, -2.0), (INF, 0.0), (-INF, 3.0), (-INF, 2.0), (-INF, -3.0), (2.0, INF), (2.0, -INF), (0.5, INF),
                   (0.5, -INF), (1.0, INF), (1.0, NAN), (NAN, 0.0), (NAN, 1.0), (2.0, NAN), (-1.0, INF), (0.0, INF), (0.0, -INF), (SUB, 0.5), (TINY, 1.0)]

    def special(x, y):
        f = {(0.0, -1.0): "inf", (-0.0, -3.0): "-inf", (0.0, -INF): "inf"}
        key = (x, y)
        if x == 0 and y < 0:
            return f[(-0.0, -3.0)] if math.copysign(1, x) < 0 and y == -3.0 else "inf"
        if math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
            return word(math.pow(*key))
        if x < 0 and y != math.floor(y):
            return "nan"
        if x == 0:
            value = word(math.pow(x, y))
            first = {0.0: "0", 1.0: "1"}.get(y, "inf" if 0 < y < 1 else "0")
            return (value, first, "skip" if y == 0 else "0", "skip", "skip", "skip" if y == 0 else "0")
        if x < 0:
            X, Y = mpf(x), mpf(y)
            return (power(X, Y), Y * power(X, Y - 1), "skip", Y * (Y - 1) * power(X, Y - 2), "skip", "skip")
        return None
    binary("pow", power, [lambda x, y: y * power(x, y - 1), lambda x, y: power(x, y) * log(x)],
           [lambda x, y: y * (y - 1) * power(x, y - 2), lambda x, y: power(x, y - 1) * (1 + y * log(x)),
            lambda x, y: power(x, y) * log(x) ** 2], points + negatives + conventions, special)


def plane():
    r = rng_of("plane")
    both = (1, -1)
    wide = lambda n: spread(r, 1e-12, 1e12, n, both)
    edges = [(0.0, 1.0), (1.0, 0.0), (-1.0, 0.0), (1e300, 1e300), (1e-310, 1e-310), (1e300, 1.0), (HUGE, HUGE), (SUB, 0.0), (1.0, 1e-300),
             (INF, 1.0), (1.0, INF), (-INF, 2.0), (NAN, 1.0), (1.0, NAN), (INF, INF), (-INF, -INF), (1.0, -INF)]
    hyp = lambda x, y: mp.sqrt(x * x + y * y)
    points = pairs(r, wide(24), wide(24)) + pairs(r, uniform(r, -3, 3, 20), uniform(r, -3, 3, 20)) + [(3.0, 4.0), (5.0, -12.0)]

    def hypot_special(x, y):
        if math.isinf(x) or math.isinf(y):
            return "inf"
        return ("0", "0", "0") if x == 0 and y == 0 else None
    binary("hypot", hyp, [lambda x, y: x / hyp(x, y), lambda x, y: y / hyp(x, y)],
           [lambda x, y: y * y / hyp(x, y) ** 3, lambda x, y: -x * y / hyp(x, y) ** 3, lambda x, y: x * x / hyp(x, y) ** 3],
           points + edges + [(0.0, 0.0), (INF, NAN), (NAN, -INF)], hypot_special)
    q = lambda x, y: x * x + y * y

    def atan2_special(x, y):
        if (math.isfinite(x) and math.isfinite(y) and not (x == 0 and y == 0)) or math.isnan(x) or math.isnan(y):
            return None
        quarter = {(INF, INF): mp.pi / 4, (-INF, INF): -mp.pi / 4, (INF, -INF): 3 * mp.pi / 4, (-INF, -INF): -3 * mp.pi / 4}
        if (x, y) in quarter:
            return quarter[(x, y)]
        if math.isinf(x):
            return mp.pi / 2 if x > 0 else -mp.pi / 2
        if math.copysign(1, y) > 0:
            return "0" if math.copysign(1, x) > 0 else "-0"
        return mp.pi if math.copysign(1, x) > 0 else -mp.pi
    binary("atan2", lambda x, y: mp.atan2(x, y), [lambda x, y: y / q(x, y), lambda x, y: -x / q(x, y)],
           [lambda x, y: -2 * x * y / q(x, y) ** 2, lambda x, y: (x * x - y * y) / q(x, y) ** 2, lambda x, y: 2 * x * y / q(x, y) ** 2],
           points + edges + [(0.0, 0.0), (-0.0, 0.0), (0.0, -0.0), (-0.0, -0.0), (-0.5, 0.0), (INF, -INF), (-INF, INF)],
           atan2_special)
    s = lambda x, y: 1 / (1 + mp.exp(y - x))
    bump = lambda x, y: s(x, y) * s(y, x)

    def sum_special(x, y):
        if math.isnan(x) or math.isnan(y) or (math.isfinite(x) and math.isfinite(y)):
            return None
        return "inf" if INF in (x, y) else word(max(x, y))
    near_points = [(v, v + d) for v, d in pairs(r, uniform(r, -30, 30, 20), spread(r, 1e-9, 30, 20, both))]
    binary("logaddexp", lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), [s, lambda x, y: s(y, x)],
           [bump, lambda x, y: -bump(x, y), bump],
           near_points + pairs(r, uniform(r, -700, 700, 16), uniform(r, -700, 700, 16)) + [
               (0.0, 0.0), (1e4, 1e4), (-1e4, -1e4), (1000.0, -1000.0), (INF, 0.0), (-INF, 1.0), (-INF, -INF), (INF, -INF), (INF, INF), (NAN, 0.0),
               (0.0, NAN), (3.0, 3.0)], sum_special)


# ---- the Faddeeva function -------------------------------------------------------------------------------------

FADDEEVA = {}


def faddeeva(k, x, y):
    """k-th derivative of w at x + iy by the recurrence, with digits enough for its cancellation."""
    key = (x, y, mp.prec)
    if key not in FADDEEVA:
        z = mpc(x, y)
        w = mp.exp(-z * z) * mp.erfc(mpc(y, -x))
        values = [w, -2 * z * w + 2j / mp.sqrt(mp.pi)]
        for n in range(1, 4):
            values.append(-2 * z * values[n] - 2 * n * values[n - 1])
        FADDEEVA[key] = values
    return FADDEEVA[key][k]


def faddeeva_ops():
    r = rng_of("faddeeva")
    both = (1, -1)
    points = pairs(r, uniform(r, -6, 6, 16), spread(r, 1e-3, 6, 16)) + pairs(r, spread(r, 1, 1e4, 10, both), spread(r, 1e-4, 1e3, 10))
    points += pairs(r, uniform(r, -3, 3, 6), uniform(r, -2, -0.1, 6)) + [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (5.0, 0.0), (0.0, 5.0), (6.4, 0.1),
                                                                         (6.6, 0.1), (0.1, 6.4), (0.1, 6.6), (1e8, 1.0), (30.0, 1e-8), (NAN, 1.0), (1.0, NAN)]
    re = lambda k, x, y: mp.re(faddeeva(k, x, y))
    im = lambda k, x, y: mp.im(faddeeva(k, x, y))
    OPS.append(Op("wofz_re", 2, re, [lambda k, x, y: re(k + 1, x, y), lambda k, x, y: -im(k + 1, x, y)],
                  [lambda k, x, y: re(k + 2, x, y), lambda k, x, y: -im(k + 2, x, y), lambda k, x, y: -re(k + 2, x, y)], points,
                  lambda k, x, y: None, orders=(0, 1, 2)))
    OPS.append(Op("wofz_im", 2, im, [lambda k, x, y: im(k + 1, x, y), lambda k, x, y: re(k + 1, x, y)],
                  [lambda k, x, y: im(k + 2, x, y), lambda k, x, y: re(k + 2, x, y), lambda k, x, y: -im(k + 2, x, y)], points,
                  lambda k, x, y: None, orders=(0, 1, 2)))

    def voigt(part):
        def form(x, s, g):
            z = mpc(x, g) / (s * mp.sqrt(2))
            w = [faddeeva(n, z.real, z.imag) for n in range(3)]
            zx = 1 / (s * mp.sqrt(2))
            zg, mix, sum_ = 1j * zx, 2 * w[1] + z * w[2], w[0] + z * w[1]
            value = {"": w[0] / s, "x": w[1] * zx / s, "s": -sum_ / s ** 2, "g": w[1] * zg / s, "xx": w[2] * zx ** 2 / s,
                     "xs": -mix * zx / s ** 2, "xg": w[2] * zx * zg / s, "ss": (2 * sum_ + z * mix) / s ** 3,
                     "sg": -mix * zg / s ** 2, "gg": w[2] * zg ** 2 / s}[part]
            return mp.re(value) / mp.sqrt(2 * mp.pi)
        return form
    triples = [(x, s, g) for (x, s), g in zip(pairs(r, uniform(r, -8, 8, 36), spread(r, 0.1, 10, 36)), spread(r, 1e-3, 10, 36))]
    triples += [(0.0, 1.0, 0.0), (1.0, 1.0, 0.0), (0.0, 2.0, 1.0), (100.0, 1.0, 1.0), (-1000.0, 0.5, 0.1), (NAN, 1.0, 1.0), (1.0, NAN, 1.0), (1.0, 1.0, NAN)]
    OPS.append(Op("voigt", 3, voigt(""), [voigt(p) for p in ("x", "s", "g")],
                  [voigt(p) for p in ("xx", "xs", "xg", "ss", "sg", "gg")], triples))


def choices():
    r = rng_of("choices")
    z6 = [zero] * 6
    triple = lambda: [(a, b, c) for (a, b), c in zip(pairs(r, uniform(r, -3, 3, 32), uniform(r, -3, 3, 32)), uniform(r, -3, 3, 32))]
    points = triple() + [(1.0, 2.0, NAN), (0.0, NAN, 2.0), (-0.0, 1.0, 2.0), (NAN, 1.0, 2.0), (INF, 1.0, 2.0), (1.0, INF, 2.0), (0.0, 1.0, -INF),
                         (SUB, 1.0, 2.0)]
    OPS.append(Op("where", 3, lambda c, x, y: x if c != 0 else y, [zero, lambda c, x, y: mpf(c != 0), lambda c, x, y: mpf(c == 0)], z6, points,
                  lambda c, x, y: None if all(map(math.isfinite, (c, x, y))) else (word(x if c != 0 else y), "0", str(int(c != 0)), str(int(c == 0))),
                  check=False))
    ordered = [(x, min(a, b), max(a, b)) for x, a, b in triple()]
    inside = lambda x, a, b: a < x < b
    OPS.append(Op("clip", 3, lambda x, a, b: min(max(x, a), b),
                  [lambda x, a, b: mpf(inside(x, a, b)), lambda x, a, b: mpf(x < a), lambda x, a, b: mpf(x > b)], z6,
                  ordered + [(INF, 0.0, 1.0), (-INF, 0.0, 1.0), (NAN, 0.0, 1.0)],
                  lambda x, a, b: ("1", "0", "0", "1") if x == INF else ("0", "0", "1", "0") if x == -INF else None, check=False))


def main():
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "tests" / "data" / "ops"
    directory.mkdir(parents=True, exist_ok=True)
    for section in (algebra, exponentials, circular, hyperbolic, special_functions, bessel, arithmetic, powers, plane, faddeeva_ops, choices):
        section()
    for op in OPS:
        mp.dps = {"polygamma": 380, "lgamma": 380, "digamma": 380, "bessel_ratio": 700, "wofz_re": 600, "wofz_im": 600, "voigt": 600}.get(op.name, 700)
        print(op.name, op.write(directory), flush=True)


if __name__ == "__main__":
    main()

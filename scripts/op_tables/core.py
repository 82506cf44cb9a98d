# SPDX-License-Identifier: MIT
"""What the tables of operations share: points, the form of a row, and the check of closed forms."""
import math
import random

import mpmath
from mpmath import mp, mpf

DIGITS = 40
mp.dps = 700
INF, NAN = math.inf, math.nan
TINY, HUGE, SUB = 2.2250738585072014e-308, 1.7976931348623157e308, 5e-324
LIMIT = mpf(2) ** 1024 - mpf(2) ** 970
PI = math.pi
MINUS_ZERO = (-0.0).hex()  # as a key of a dictionary; -0.0 itself is the key 0.0
PI_HALF = mp.pi / 2
zero, one = (lambda *x: mpf(0)), (lambda *x: mpf(1))


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

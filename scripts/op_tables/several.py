# SPDX-License-Identifier: MIT
"""Functions of two and three operands."""
import math

from mpmath import mp, mpf

from op_tables.core import (
    HUGE, INF, NAN, OPS, Op, SUB, TINY, binary, double, ieee, one, pairs, rng_of, spread, uniform, word,
    zero)


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

# SPDX-License-Identifier: MIT
"""Error function, gamma, Bessel and Faddeeva functions, and the Voigt profile."""
import math

from mpmath import mp, mpc, mpf

from op_tables.core import HUGE, INF, NAN, OPS, Op, SUB, TINY, pairs, rng_of, spread, unary, uniform


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

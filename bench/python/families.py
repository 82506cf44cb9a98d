# SPDX-License-Identifier: MIT
"""How often fits of many model families find the best minimum from starts that are off, ours and SciPy's.

    PYTHONPATH=python python bench/python/families.py [STARTS [FAMILY ...]]

A fit hits if it succeeds and its cost is that of the best of all fits of the same data (those from the truth among
them), up to a thousandth. Prints hits by family and factor, then for each pair of ours and SciPy's the hits by family
and in total with the probability of so many misses if both were the same (sign test). Ours are taken twice: models
recorded, and called as they are.
"""

import sys
import warnings
from math import comb

import numpy as np
import scipy.optimize
from model_families import FAMILIES, problem

import nlsq
import nlsq.scipy

FACTORS = (3, 10, 100)
SAME = 1e-3


def called(model):
    """The model as one that cannot be recorded."""
    names = ", ".join(f"p{i}" for i in range(model.__code__.co_argcount - 1))
    return eval(f"lambda x, {names}: model(x, *(float64(p) for p in ({names},)))", {"model": model, "float64": np.float64})


def plain(curve_fit, **options):
    return lambda f, p: curve_fit(f, p.x, p.y, p.start, **options)[0]


def bounded(curve_fit, **options):
    return lambda f, p: curve_fit(f, p.x, p.y, p.start, bounds=p.bounds, **options)[0]


def ones(curve_fit):
    return lambda f, p: curve_fit(f, p.x, p.y, p.start, x_scale=np.ones(len(p.start)))[0]


def residuals(least_squares, **options):
    return lambda f, p: least_squares(lambda q: f(p.x, *q) - p.y, p.start, **options).x


def many(f, p):
    return nlsq.curve_fit_many(f, p.x, np.stack([p.y, p.y]), p0=p.start).popt[0]


SCIPY = {
    "scipy lm": plain(scipy.optimize.curve_fit),
    "scipy trf": plain(scipy.optimize.curve_fit, method="trf"),
    "scipy jac": plain(scipy.optimize.curve_fit, method="trf", x_scale="jac"),
    "scipy bounds": bounded(scipy.optimize.curve_fit),
}
OURS = {
    "nlsq": plain(nlsq.curve_fit),
    "nlsq jac": plain(nlsq.curve_fit, x_scale="jac"),
    "nlsq 1": ones(nlsq.curve_fit),
    "nlsq bounds": bounded(nlsq.curve_fit),
    "lm": plain(nlsq.scipy.curve_fit),
    "trf": plain(nlsq.scipy.curve_fit, method="trf"),
    "bounds": bounded(nlsq.scipy.curve_fit),
    "residuals": residuals(nlsq.scipy.least_squares),
}
PAIRS = [
    ("lm", "scipy lm"),
    ("trf", "scipy trf"),
    ("residuals", "scipy trf"),
    ("bounds", "scipy bounds"),
    ("nlsq", "nlsq jac"),
    ("nlsq", "nlsq 1"),
    ("nlsq", "scipy lm"),
    ("nlsq", "scipy trf"),
    ("nlsq bounds", "scipy bounds"),
]


def cost(f, p, fit):
    """0.5 of the sum of squares at the end; infinite for a fit that fails."""
    try:
        at = fit(f, p)
    except (RuntimeError, ValueError, ArithmeticError):
        return np.inf
    with np.errstate(all="ignore"):
        value = 0.5 * float(np.sum((p.model(p.x, *at) - p.y) ** 2))
    return value if np.isfinite(value) else np.inf


def fits_of():
    """{name: fit(model, problem)} of all; those of called models have a star."""
    fits = {**SCIPY, **OURS, "many": many}
    for name, fit in OURS.items():
        fits[name + "*"] = lambda f, p, fit=fit: fit(called(f), p)
    return fits


def study(family, factor, starts):
    """{name of a fit: which of the starts hit}."""
    fits = fits_of()
    costs = {name: np.empty(starts) for name in fits}
    for seed in range(starts):
        p = problem(family, factor, seed)
        from_truth = p._replace(start=p.truth)
        best = cost(p.model, from_truth, SCIPY["scipy lm"]), cost(p.model, from_truth, OURS["nlsq"])
        for name, fit in fits.items():
            costs[name][seed] = cost(p.model, p, fit)
        least = min(*best, *(values[seed] for values in costs.values()))
        for values in costs.values():
            values[seed] = values[seed] <= (1.0 + SAME) * least
    return {name: values.astype(bool) for name, values in costs.items()}


def at_most(k, n):
    """P(X <= k) for X binomial of n and 1/2."""
    return sum(comb(n, i) for i in range(k + 1)) / 2.0**n


def sign_test(ours, theirs):
    """The probability of so few cases where ours alone hits, if both were the same."""
    gained, lost = int(np.sum(ours & ~theirs)), int(np.sum(theirs & ~ours))
    return at_most(gained, gained + lost)


def print_hits(hits, families, starts):
    names = list(next(iter(hits.values())))
    print(f"hits of {starts} starts; a star: models called")
    for first in range(0, len(names), 9):
        part = names[first : first + 9]
        print(f"\n{'family':<24}{'off by':>7}" + "".join(f"{name:>14}" for name in part))
        for family in families:
            for factor in FACTORS:
                row = "".join(f"{np.sum(hits[family.name, factor][name]):>14}" for name in part)
                print(f"{family.name:<24}{factor:>7}{row}")
        print(f"{'sum':<31}" + "".join(f"{sum(int(np.sum(h[name])) for h in hits.values()):>14}" for name in part))


def print_pairs(hits, families):
    pairs = PAIRS + [(ours + "*", theirs + "*" * (theirs in OURS)) for ours, theirs in PAIRS] + [("many", "nlsq")]
    for ours, theirs in pairs:
        whole = [np.concatenate([h[name] for h in hits.values()]) for name in (ours, theirs)]
        print(f"\n{ours} and {theirs}: {whole[0].sum()} and {whole[1].sum()}, p = {sign_test(*whole):.3g}")
        for family in families:
            of = [np.concatenate([hits[family.name, f][name] for f in FACTORS]) for name in (ours, theirs)]
            p = sign_test(*of)
            if p < 0.05:
                print(f"    fewer for {family.name}: {of[0].sum()} and {of[1].sum()}, p = {p:.3g}")


def main():
    warnings.simplefilter("ignore")
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    families = [family for family in FAMILIES if not sys.argv[2:] or family.name in sys.argv[2:]]
    hits = {(family.name, factor): study(family, factor, starts) for family in families for factor in FACTORS}
    print_hits(hits, families, starts)
    print_pairs(hits, families)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""Fits from many starts: all of them at once through the engine for many fits, the best of them again by itself."""

import warnings

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._engine import fit as engine
from nlsq._recording.models import recorded

# What fits from many starts take of the arguments of one fit.
ARGUMENTS = ("names", "sigma", "lower", "upper", "fixed", "absolute_sigma", "loss", "f_scale", "jac", "threads", "jacobian_mode")
SAMPLERS = ("lhs", "sobol", "halton")
_SAME = 0.1  # standard errors within which two ends are one minimum
_SAME_COST = 1e-5  # of the cost, the same
_ATTEMPT = 40  # evaluations of a fit from one of many starts
_FINISHED = 5  # of their ends are fitted to the end
_HOPELESS = 4.0  # times the least cost, which no end of such an attempt comes down to
_MOST = 50  # minima that are told apart
_RUNAWAY = 1e3  # of its value: an error of a parameter that means nothing


def samples(sampler, count, n, seed):
    """count points in [0, 1)ⁿ: a Latin hypercube (McKay et al. 1979), or a scrambled Sobol or Halton sequence."""
    if sampler == "lhs":
        random = np.random.default_rng(seed)
        cells = np.stack([random.permutation(count) for _ in range(n)], axis=1)
        return (cells + random.random((count, n))) / max(count, 1)
    try:
        from scipy.stats import qmc
    except ImportError:
        raise ImportError(f"sampler={sampler!r} takes SciPy; sampler='lhs' does without") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a number of points is no power of two
        kind = qmc.Sobol if sampler == "sobol" else qmc.Halton
        return kind(n, seed=seed).random(count)


def starts_of(p0, lower, upper, fixed, count, sampler, center_on_p0, scale_factor, seed):
    """(count, n) starts, p0 the first; fixed parameters stay. The box is that of the bounds; where one is infinite,
    2·max(|p0|, 1) from p0. Centred: scale_factor of its half widths about p0, inside the bounds."""
    p0 = np.asarray(p0, dtype=float)
    n = len(p0)
    low = np.full(n, -np.inf) if lower is None else lower
    high = np.full(n, np.inf) if upper is None else upper
    reach = 2.0 * np.maximum(np.abs(p0), 1.0)
    low, high = np.where(np.isfinite(low), low, p0 - reach), np.where(np.isfinite(high), high, p0 + reach)
    if center_on_p0:
        half = scale_factor * (0.5 * high - 0.5 * low)
        low, high = np.maximum(low, p0 - half), np.minimum(high, p0 + half)
    starts = np.empty((count, n))
    starts[0] = p0
    drawn = samples(sampler, count - 1, n, seed)
    with np.errstate(over="ignore", invalid="ignore"):
        wide = ~np.isfinite(high - low)
        starts[1:] = low + drawn * (high - low)
    if wide.any():
        starts[1:, wide] = (low * (1.0 - drawn) + high * drawn)[:, wide]
    if fixed is not None:
        starts[:, np.asarray(fixed)] = p0[np.asarray(fixed)]
    return starts


def settings_of(options):
    """n_starts, sampler, center_on_p0, scale_factor and seed, checked; None where one start is asked for."""
    arguments.one_of(options["sampler"], SAMPLERS, "sampler")
    count, asked = options["n_starts"], {}
    for name, usual in (("multistart", 10), ("global_search", 20)):
        if options[name] is not None:
            asked[name] = usual if arguments.truth(options[name], name) else 0
    if asked and not any(asked.values()):
        return None
    if count is None:
        count = max(asked.values(), default=0)
    count = arguments.number(count, "n_starts", whole=True)
    if count < 2:
        return None
    seed = options["seed"]
    return dict(
        count=count, sampler=options["sampler"],
        center_on_p0=arguments.truth(options["center_on_p0"], "center_on_p0"),
        scale_factor=arguments.number(options["scale_factor"], "scale_factor", above=True),
        seed=0 if seed is None else arguments.number(seed, "seed", whole=True),
    )  # fmt: skip


def search(settings, f, xdata, ydata, p0, *, solver, **given):
    """(start of the best fit, the distinct minima that were found, best first, and how the search went).

    given: the arguments above, as engine.fit takes them.
    """
    starts = starts_of(p0, given["lower"], given["upper"], given["fixed"], **settings)
    ends, are_attempts = _ends(starts, f, xdata, ydata, solver, given)
    minima = _distinct(ends)
    if are_attempts:
        minima = _finished(minima, f, xdata, ydata, solver, given)
    for minimum in minima:
        _judge(minimum)
    best = minima[0]["popt"] if minima else starts[0]
    losses = 2.0 * np.where(ends["status"] > 0, ends["cost"], np.nan)
    return best, minima, {
        "n_starts_configured": settings["count"], "sampler": settings["sampler"],
        "center_on_p0": settings["center_on_p0"], "scale_factor": settings["scale_factor"], "bypassed": False,
        "n_starts_generated": len(starts), "n_starts_evaluated": len(starts),
        "n_starts_successful": sum(minimum["hits"] for minimum in minima),
        "best_loss": float(np.nanmin(losses)) if minima else None, "all_losses": losses.tolist(),
    }  # fmt: skip


def _ends(starts, f, xdata, ydata, solver, given):
    """(what fits from all starts end with, an array each; whether they are attempts, which ended early)."""
    count, n = starts.shape
    sigma, lower, upper, fixed = given["sigma"], given["lower"], given["upper"], given["fixed"]
    ends = {
        "popt": np.empty((count, n)), "perr": np.empty((count, n)), "cost": np.empty(count),
        "status": np.empty(count, np.int32), "nfev": np.empty(count, np.int32),
    }  # fmt: skip
    other = ("x_scale", "progressive", "memory_limit", "precision", "device", "method")  # of the fit from the best end
    # If one start fails, the others remain.
    plain = {name: value for name, value in solver.items() if name not in other} | {"second_start": "none"}
    if given["jac"] is None and np.ndim(sigma) < 2:
        traced, _ = recorded(f, xdata, starts[0].tolist(), given["names"], len(ydata), lower, upper)
        if traced is not None:
            core = {name: given[name] for name in ("absolute_sigma", "f_scale", "threads")} | plain
            core |= {name: given[name] for name in ("loss", "jacobian_mode") if given[name] is not None}
            core |= {"attempts": True, "polish": False, "max_nfev": min(_ATTEMPT, plain.get("max_nfev") or _ATTEMPT)}
            weights = sigma if sigma is None or np.ndim(sigma) else float(sigma)
            _core.fit_many(
                traced[0], traced[1], ydata, count, len(ydata), None, weights, None, starts, lower, upper,
                [False] * n if fixed is None else list(fixed), [], core, ends, None,
            )  # fmt: skip
            return ends, True
    for i, start in enumerate(starts):
        end = _fit(start, f, xdata, ydata, solver, given)
        for name, array in ends.items():
            array[i] = -1 if end is None else end[name]
    return ends, False


def _fit(start, f, xdata, ydata, solver, given):
    """One fit by itself: a dict of popt, perr, cost, status, nfev; None where it cannot begin."""
    try:
        r = engine.fit(f, xdata, ydata, start.tolist(), solver={**solver, "second_start": "none"}, **given).result
    except (ValueError, ArithmeticError):
        return None
    return {name: np.array(getattr(r, name)) for name in ("popt", "perr", "cost", "status", "nfev")}


def _distinct(ends):
    """Dicts of popt, perr, cost, status and hits (how many starts led there), the least cost first."""
    left = np.argsort(ends["cost"], kind="stable")
    left = left[np.isfinite(ends["cost"][left]) & (ends["status"][left] >= 0)]
    found = []
    while left.size and len(found) < _MOST:
        popt, perr, cost = (ends[name][left[0]] for name in ("popt", "perr", "cost"))
        room = _SAME * np.where(np.isfinite(perr), perr, 0.0) + 1e-6 * np.abs(popt) + 1e-300
        same = (ends["cost"][left] <= (1.0 + _SAME_COST) * cost + 1e-300) & np.all(
            np.abs(ends["popt"][left] - popt) <= room, axis=1)  # fmt: skip
        same[0] = True
        found.append({"popt": popt.copy(), "perr": perr.copy(), "cost": float(cost), "hits": int(same.sum()),
                      "status": int(ends["status"][left[0]])})  # fmt: skip
        left = left[~same]
    return found


def _finished(minima, f, xdata, ydata, solver, given):
    """The minima, the best of them fitted by themselves to the end; attempts that ended early alone are none."""
    done = []
    others = [m for m in minima[_FINISHED:] if m["status"] > 0]
    for minimum in minima[:_FINISHED]:
        if done and minimum["cost"] > _HOPELESS * done[0]["cost"]:
            others += [minimum] * (minimum["status"] > 0)
            continue
        end = _fit(minimum["popt"], f, xdata, ydata, solver, given)
        if end is None or end["status"] <= 0:
            continue
        here = minimum | {"popt": end["popt"], "perr": end["perr"], "cost": float(end["cost"]), "status": int(end["status"])}
        room = _SAME * np.where(np.isfinite(here["perr"]), here["perr"], 0.0) + 1e-6 * np.abs(here["popt"])
        for known in done:
            if abs(known["cost"] - here["cost"]) <= _SAME_COST * here["cost"] and np.all(
                np.abs(known["popt"] - here["popt"]) <= room
            ):
                known["hits"] += here["hits"]
                break
        else:
            done.append(here)
    return sorted(done + others, key=lambda m: m["cost"])


def _judge(minimum):
    """Sets health: "good", or what speaks against it."""
    errors, values = minimum.pop("perr"), np.abs(minimum["popt"])
    if minimum.pop("status") <= 0:
        minimum["health"] = "not converged"
    elif not np.all(np.isfinite(errors)):
        minimum["health"] = "undetermined"
    else:
        minimum["health"] = "runaway" if np.any(errors > _RUNAWAY * values) else "good"

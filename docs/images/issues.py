# SPDX-License-Identifier: MIT
"""Draws the pictures of docs/issues.md: data, the curve where the fit ended (red) and, where there is one, a better one
(grey, dashed). Fits are real ones, and each has the issue that its picture is named after.

usage: python docs/images/issues.py    writes docs/images/issue_*.svg
"""

import pathlib
import warnings

import numpy as np

import nlsq

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT, MARGIN = 320, 160, 12


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def two_decays(x, a, b, c, d):
    return a * np.exp(-b * x) + c * np.exp(-d * x)


def peak(x, height, mu, s):
    return height * np.exp(-((x - mu) ** 2) / (2 * s**2))


def wave(x, a, w, p):
    return a * np.sin(w * x + p)


def sine(x, w):
    return np.sin(w * x)


def langmuir(x, q, b):
    return q * b * x / (1 + b * x)


def step(x, low, high, at):
    return np.where(x < at, low, high)


def redundant(x, a, b, c):
    return (a + b) * x + c


def noisy(clean, size, seed=1):
    return clean + size * np.random.default_rng(seed).standard_normal(clean.size)


def cases():
    """{id: (model, x, y, options of the fit, parameters of a better curve or None)}."""
    x = np.linspace(0, 10, 60)
    few = np.array([10, 30, 50, 70, 100, 125.0])
    doses = np.repeat(np.linspace(0, 10, 7), 5)
    alone = noisy(np.where(x == 0, 3.0, 1.0), 0.1)
    alone[1] = 0.8
    runaway = np.array([155, 250, 270, 330, 320, 323.0])
    return {
        "correlated-residuals": (decay, x, noisy(two_decays(x, 3, 2.0, 2, 0.2), 0.05), {}, None),
        "periodic-residuals": (wave, x * 6, noisy(wave(x * 6, 2, 2.5, 0.5), 0.2), {"p0": (1, 2.0, 0)}, (2, 2.5, 0.5)),
        "lack-of-fit": (langmuir, doses, noisy(0.5 * doses * np.exp(-0.2 * doses), 0.05), {}, None),
        "no-better-than-mean": (sine, x * 6, noisy(sine(x * 6, 1.759), 0.1), {}, (1.759,)),
        "runaway": (langmuir, few, runaway, {"p0": (1, 0.5)}, (366.28, 0.0721)),
        "flat-place": (decay, x, alone, {"p0": (2, 5, 1)}, None),
        "no-effect": (peak, x, noisy(peak(x, 2, 8, 0.3), 0.1), {"p0": (1, -30, 0.5)}, (2, 8, 0.3)),
        "jumps": (step, x, noisy(step(x, 1, 3, 6), 0.2), {"p0": (1, 3, 4.0)}, (1, 3, 6)),
        "undetermined": (redundant, x, noisy(redundant(x, 1, 1, 0), 0.5), {}, None),
        "ill-conditioned": (lambda x, a, b, c: a + b * x + c * (x + 1e-11 * x**2), x, noisy(x, 0.5), {}, None),
        "at-bound": (decay, x, noisy(decay(x, 2, 0.8, -0.4), 0.1), {"bounds": ((0, 0, 0), (9, 9, 9))}, (2, 0.8, -0.4)),
        "not-converged": (peak, x, noisy(peak(x, 2, 6, 1), 0.1), {"p0": (1, 4, 2), "max_nfev": 2}, (2, 6, 1)),
    }


def fitted(model, x, y, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nlsq.curve_fit(model, x, y, **options)


def svg(title, x, y, curves):
    """Data as dots, curves as (style, places, values)."""
    every = np.concatenate([y, *(v[np.isfinite(v)] for _, _, v in curves)])
    low, high = np.min(y), np.max(y)
    room = 0.3 * (high - low or 1.0)
    low, high = max(low - room, every.min()), min(high + room, every.max())

    def at(places, values):
        px = MARGIN + (places - x.min()) / (np.ptp(x) or 1.0) * (WIDTH - 2 * MARGIN)
        py = HEIGHT - MARGIN - (np.clip(values, low, high) - low) / (high - low or 1.0) * (HEIGHT - 2 * MARGIN)
        return px, py

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
             f"<title>{title}</title>", f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white" stroke="#bbb"/>']  # fmt: skip
    lines += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2" fill="#357"/>' for a, b in zip(*at(x, y))]
    for style, places, values in curves:
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(*at(places, values)))
        lines.append(f'<polyline points="{points}" fill="none" {style}/>')
    return "\n".join([*lines, "</svg>", ""])


def main():
    for id_, (model, x, y, options, better) in cases().items():
        r = fitted(model, x, y, options)
        ids = [issue.id for issue in r.issues]
        if id_ not in ids:
            raise SystemExit(f"{id_}: the fit has {ids or 'no issue'}: {r}")
        places = np.linspace(x.min(), x.max(), 400)
        curves = [('stroke="#c22" stroke-width="2"', places, model(places, *r.popt) + 0 * places)]
        if better is not None:
            curves.insert(0, ('stroke="#888" stroke-width="1.5" stroke-dasharray="5 4"', places, model(places, *better)))
        (HERE / f"issue_{id_}.svg").write_text(svg(id_, x, y, curves), encoding="utf-8")


if __name__ == "__main__":
    main()

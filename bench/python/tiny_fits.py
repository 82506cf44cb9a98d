# SPDX-License-Identifier: MIT
"""Fits that take as long as some calls of their function, with leastsq: our time over SciPy's, one after the other.

    PYTHONPATH=python python bench/python/tiny_fits.py [FITS]

Recorded anew for each fit, recorded once for other arguments, with a given Jacobian, and called as it is.
"""

import sys
import time

import numpy as np
import scipy.optimize

import nlsq.scipy

rng = np.random.default_rng(0)
PHI = np.linspace(0.0, 6.28, 60)
DIRECTIONS = rng.normal(size=(30, 3))
DIRECTIONS /= np.linalg.norm(DIRECTIONS, axis=1)[:, None]
B = np.r_[0.0, np.full(29, 1000.0)]
DESIGN = -np.stack([*(DIRECTIONS[:, i] * DIRECTIONS[:, j] * B * (2 - (i == j)) for i in range(3) for j in range(i + 1)),
                    -np.ones(30)], 1)  # fmt: skip
SIGNALS = [np.exp(DESIGN @ [1.5e-3, 1e-4, 5e-4, 0.0, 1e-4, 5e-4, 5.0]) + rng.normal(size=30) for _ in range(20)]
STARTS = [np.linalg.lstsq(DESIGN * s[:, None], np.log(np.maximum(s, 1.0)) * s, rcond=None)[0] for s in SIGNALS]
X = np.linspace(0.0, 5.0, 50)
Y = 2.0 * np.exp(-X) + 0.05 * rng.normal(size=50)


class Tensor:
    """Signals of diffusion; keeps them for the Jacobian."""

    def residuals(self, p, design, signal):
        self.predicted = np.exp(np.dot(design, p))
        return signal - self.predicted

    def jacobian(self, p, design, signal):
        return -self.predicted[:, None] * design


class Counted:
    """Cannot be recorded."""

    calls = 0

    def __call__(self, p):
        self.calls += 1
        return p[0] * np.exp(-p[1] * X) - Y


TENSOR, COUNTED = Tensor(), Counted()


def harmonics(leastsq, k):
    y = 100.0 + 3.0 * np.sin(PHI) + 2.0 * np.cos(2.0 * PHI) + 0.01 * k * PHI

    def residuals(p):
        return p[0] + p[1] * np.sin(PHI) + p[2] * np.cos(PHI) + p[3] * np.sin(2 * PHI) + p[4] * np.cos(2 * PHI) - y

    return leastsq(residuals, [100.0, 1.0, 1.0, 1.0, 1.0], full_output=True)


CASES = {
    "recorded anew": harmonics,
    "recorded once": lambda leastsq, k: leastsq(TENSOR.residuals, STARTS[k], (DESIGN, SIGNALS[k])),
    "with a Jacobian": lambda leastsq, k: leastsq(TENSOR.residuals, STARTS[k], (DESIGN, SIGNALS[k]), Dfun=TENSOR.jacobian),
    "called": lambda leastsq, k: leastsq(COUNTED, [1.0, 0.5]),
}  # fmt: skip


def main():
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    who = {"SciPy": scipy.optimize.leastsq, "nlsq": nlsq.scipy.leastsq}
    for name, case in CASES.items():
        times = {key: [] for key in who}
        for k in range(fits):
            ends = {}
            for key, leastsq in who.items():
                start = time.perf_counter()
                ends[key] = case(leastsq, k % 20)[0]
                times[key].append(time.perf_counter() - start)
            np.testing.assert_allclose(ends["nlsq"], ends["SciPy"], rtol=1e-3, atol=1e-5)
        theirs, ours = (1e6 * np.percentile(times[key], 20) for key in who)
        print(f"{name:16} SciPy {theirs:6.0f} µs, nlsq {ours:6.0f} µs: {ours / theirs:.2f}")


if __name__ == "__main__":
    main()

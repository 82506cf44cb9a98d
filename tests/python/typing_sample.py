# SPDX-License-Identifier: MIT
"""What a program with type hints does with the package; test_typing.py has mypy read it and never runs it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from typing_extensions import assert_type

import nlsq
from nlsq import CurveFit, CurveFitManyResult, CurveFitResult, StopOptimization, curve_fit, curve_fit_many, functions
from nlsq import least_squares
from nlsq.callbacks import EarlyStopping
from nlsq.scipy import curve_fit as scipy_curve_fit

x = np.linspace(0.0, 4.0, 50)
y = np.exp(-x)


def decay(x: np.ndarray, a: float, b: float) -> np.ndarray:
    return a * np.exp(-b * x)


r = curve_fit(decay, x, y, p0={"b": 1.0}, bounds={"a": (0.0, None)}, fixed={"a": 1.0}, loss="huber", f_scale=0.1)
assert_type(r, CurveFitResult)
popt, pcov = r
assert_type(popt, np.ndarray)
assert_type(r.pcov, np.ndarray)
assert_type(r.success, bool)
assert_type(r.params["a"].value, float)
assert_type(r.confidence_intervals(0.9), np.ndarray)
assert_type(r.report(), str)
assert_type(CurveFitResult.load("fit.npz"), CurveFitResult)

assert_type(curve_fit(decay, x, y, full_output=True), tuple[np.ndarray, np.ndarray, dict[str, Any]])
assert_type(curve_fit(decay, x, y, return_eval=True), tuple[np.ndarray, np.ndarray, np.ndarray])
assert_type(curve_fit("a*exp(-b*x)", data={"x": x, "y": y}, y="y"), CurveFitResult)
assert_type(CurveFit(decay, ftol=1e-10).fit(x, y), CurveFitResult)
assert_type(nlsq.fit(functions.gaussian, x, y, p0="auto", callback=EarlyStopping(patience=5)), CurveFitResult)
assert_type(least_squares(lambda p: p - 1.0, [0.0, 0.0], max_nfev=100), nlsq.OptimizeResult)
stack = np.ones((4, 5, len(x)))
many = curve_fit_many(decay, x, stack, p0=np.ones((4, 5, 3)), bounds={"a": (0.0, np.ones((4, 5)))}, mask=x > 0)
assert_type(many, CurveFitManyResult)
assert_type(many.popt, np.ndarray)
assert_type(many.ok, np.ndarray)
assert_type(many.stderr["a"], np.ndarray)
assert_type(many.message((0, 1)), str)
assert_type(curve_fit_many(decay, x, iter([stack])), Iterator[CurveFitManyResult])
assert_type(curve_fit_many("n = a*exp(-b*t)", data={"t": x, "n": y, "w": y}, by=["w"]), CurveFitManyResult)
assert_type(curve_fit_many(decay, ydatas=stack, dim="time"), Any)
assert_type(nlsq.get_cache_stats()["hits"], Any)
assert_type(nlsq.__version__, str)
scipy_curve_fit(decay, x, y, [1.0, 1.0], absolute_sigma=True)


def stop(**_: object) -> None:
    raise StopOptimization


# Mistakes that a type checker finds: mypy reports an ignored error that is none.
curve_fit(decay, x, y, method="newton")  # type: ignore[call-overload]
curve_fit(decay, x, y, boundz=(0.0, 1.0))  # type: ignore[call-overload]
curve_fit(3.0, x, y)  # type: ignore[call-overload]
curve_fit_many(decay, x, stack, weights=x)  # type: ignore[call-overload]
least_squares(decay, [1.0], jacobian_mode="forward")  # type: ignore[arg-type]
nlsq.curve_fitt  # type: ignore[attr-defined]

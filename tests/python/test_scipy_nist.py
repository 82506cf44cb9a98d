# SPDX-License-Identifier: MIT
"""nlsq.scipy.curve_fit on NIST's nonlinear reference sets: certified digits from both starts."""

import math
import pathlib
import re
import warnings

import numpy as np
import pytest

from nlsq.scipy import curve_fit

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "nist"
FORMULAS = dict(line.split(": ", 1) for line in (FOLDER / "formulas.txt").read_text().splitlines())


def load(name):
    """(model, x, y, starts, certified values, their errors)."""
    text = (FOLDER / f"{name}.dat").read_text()
    rows = re.findall(r"^\s*(b\d)\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", text, re.M)
    lines = text.splitlines()
    first = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    data = np.array([[float(v) for v in line.split()] for line in lines[first:] if line.split()])
    x, y = (data[:, 1:].T, np.log(data[:, 0])) if name == "Nelson" else (data[:, 1], data[:, 0])
    names = ", ".join(row[0] for row in rows)
    unpack = "x1, x2 = x; " if name == "Nelson" else ""
    body = FORMULAS[name].strip().replace("^", "**")
    space = {k: getattr(np, k) for k in ("exp", "log", "sin", "cos", "arctan", "sqrt", "pi")} | {"atan": np.arctan}
    exec(f"def model(x, {names}):\n    {unpack}return {body}", space)
    numbers = np.array([[float(v) for v in row[1:]] for row in rows]).T
    return space["model"], x, y, numbers[:2], numbers[2], numbers[3]


def digits(values, certified):
    """The least number of right digits, at most 11."""
    error = np.max(np.abs(values - certified) / np.abs(certified))
    return 11.0 if error <= 1e-11 else max(0.0, -math.log10(error)) if np.isfinite(error) else 0.0


@pytest.mark.parametrize("method", ["lm", "trf"])
@pytest.mark.parametrize("name", FORMULAS)
def test_recorded_models_reach_ten_digits(name, method):
    model, x, y, starts, certified, errors = load(name)
    for p0 in starts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # trials overflow
            popt, pcov = curve_fit(model, x, y, p0=p0, method=method)
        assert digits(popt, certified) > 9.9
        assert digits(np.sqrt(np.diag(pcov)), errors) > 4 or name == "Lanczos1"  # an exact fit but for rounding


@pytest.mark.parametrize("method, least", [("lm", 45), ("trf", 45), ("dogbox", 40)])
def test_black_boxes_reach_six_digits_mostly(method, least):
    reached = 0
    for name in FORMULAS:
        model, x, y, starts, certified, _ = load(name)
        for p0 in starts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    popt, _ = curve_fit(lambda x, *p: np.array(model(x, *map(float, p))), x, y, p0=p0, method=method,
                                        ftol=1e-13, xtol=1e-13)  # fmt: skip
                except RuntimeError:
                    continue
            reached += digits(popt, certified) >= 6
    assert reached >= least

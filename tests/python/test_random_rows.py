# SPDX-License-Identifier: MIT
"""Random programs over rows, views, masks and blocks: what is recorded, before any comparison, is the program."""

import random

import numpy as np
import pytest

from nlsq import _core
from nlsq._base.errors import TraceRefused

M = 12
X = np.linspace(0.3, 3.1, M)
NAMES = {
    "np": np, "M": M, "W": np.random.default_rng(1).uniform(0.5, 1.5, M),
    "MASK": np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1], dtype=bool), "C": np.array([0.5, 1.0, 2.0]),
    "TABLE": np.random.default_rng(2).uniform(0.2, 1.2, (M, 3)),
}  # fmt: skip
KEYS = ["slice(2, 8)", "slice(None, None, -1)", "MASK", "x > 1.5", "[1, 3, 5]", "slice(None)", "np.argsort(-x)"]
POINTS = [[1.2, 0.7, 0.4], [0.6, 1.4, 1.1], [2.2, 0.3, 0.9]]

# {row}, {block}, {key}, …: one of those there are. "row v = …" and "block v = …" make another one.
LINES = [
    "row v = {row} * {row} + {number}", "row v = {row} * {data} - {number}", "{row} += {row}", "{row} *= {number}",
    "{row} -= {data}", "row v = {row}", "row v = {row}.copy()", "row v = {row}.ravel()", "row v = {row}[::-1]",
    "row v = {row}[::-1] * 1.0", "{row}[{key}] = {number}", "k = {key}; {row}[k] = {row}[k]",
    "k = {key}; {row}[k] = a * x[k]", "k = {key}; {row}[k] += {number}", "k = {key}; {row}[k] *= {data}[k]",
    "m = {condition}; {row}[m] = {number}", "m = {condition}; {row}[m] = a * x[m] + {row}[m]",
    "m = {condition}; {row}[~m] *= {number}", "row v = np.where({condition}, {row}, {row})",
    "row v = {row} / (2.0 + {row}[5] ** 2)", "row v = {row} - {row}.sum() / M",
    "row v = np.concatenate([{row}[:5], {row}[5:]]) * {data}", "row v = np.append({row}[3:], {row}[:3]) - {row}",
    "copy = W.copy(); s = {row} * copy; copy[:] = 3.0; row v = s + b * copy",
    "block v = {row}[:, None] * C", "block v = np.stack([{row}, {row}, {row}], axis=1)",
    "block v = {block} * TABLE + {number}", "block v = {block} * np.array([a, b, c])", "row v = {block}.sum(axis=1)",
    "row v = {block}[:, 1]", "row v = {block} @ np.array([a, b, 1.0])",
]  # fmt: skip
LAST = [
    "0.0", "np.array([a * t + b * t * t for t in W])", "(TABLE * np.array([a, b, c])).sum(axis=1)", "TABLE @ [a, b, c]",
]  # fmt: skip


def program(seed):
    """The text of a function f(x, a, b, c)."""
    chance = random.Random(seed)
    rows, blocks = ["y", "z", "u"], []
    text = ["y = a * x + b", "z = np.exp(-b * x) * W", "u = np.zeros_like(x) + c"]
    for count in range(chance.randint(3, 10)):
        line = chance.choice([line for line in LINES if blocks or "{block}" not in line])
        among = {
            "{row}": rows, "{block}": blocks, "{key}": KEYS, "{number}": ["a", "b", "c", "1.5"], "{data}": ["x", "W"],
            "{condition}": ["x > a", "x * b < c", "x > 1.5"],
        }  # fmt: skip
        for place, choices in among.items():
            while place in line:
                line = line.replace(place, chance.choice(choices), 1)
        for kind, made in (("row", rows), ("block", blocks)):
            if f"{kind} v = " in line:
                line = line.replace(f"{kind} v = ", f"v{count} = ")
                made.append(f"v{count}")
        text.append(line)
    text.append("return " + " + ".join([*(chance.choice(rows) for _ in range(3)), chance.choice(LAST)]))
    return "\n    ".join(["def f(x, a, b, c):", *text])


@pytest.mark.parametrize("part", range(8))
def test_records_are_the_programs(part):
    recorded = 0
    for seed in range(60 * part, 60 * part + 60):
        source, names = program(seed), dict(NAMES)
        exec(source, names)
        f = names["f"]
        with np.errstate(all="ignore"):
            expected = [f(X.copy(), *p) for p in POINTS]
        try:
            model, columns, _ = _core.trace(f, X, True, X, ["a", "b", "c"], M)
        except TraceRefused:
            continue
        recorded += 1
        for p, values in zip(POINTS, expected):
            ours = _core.evaluate(model, columns, p, M)
            np.testing.assert_allclose(ours, values, rtol=1e-8, atol=1e-9, err_msg=source)
    assert recorded > 40

# SPDX-License-Identifier: MIT
"""The cache finds a formula again, whichever function it comes from, and in threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nlsq import clear_cache, curve_fit, get_cache_stats

X = np.linspace(0.1, 3.0, 40)
FORMULAS = [
    "a*np.exp(-b*x)", "a*np.exp(-b*x) + 1", "a*np.exp(-b*x**2)", "a/(1 + b*x)", "a*x**b", "a*np.sin(b*x)",
    "a*np.log(b + x)", "a*np.tanh(b*x)", "a + b*x", "a*np.sqrt(b + x)",
]  # fmt: skip


def fresh(i):
    """A function nobody has seen, of one of the formulas; now and then with a captured value in place of a constant."""
    text = FORMULAS[i % len(FORMULAS)]
    if i % 3 == 0:
        return eval(f"(lambda one: lambda x, a, b: {text.replace('1 ', 'one ')})(1)", {"np": np})
    return eval(f"lambda x, a, b: {text}", {"np": np})


def fit(i):
    f = fresh(i)
    r = curve_fit(f, X, f(X, 1.3, 0.8), [1.2, 0.9])
    np.testing.assert_allclose(r.popt, [1.3, 0.8], rtol=1e-6)
    return r.cache_stats["hit"]


def test_two_thousand_fits_of_ten_formulas():
    clear_cache()
    hits = sum(fit(i) for i in range(2000))
    stats = get_cache_stats()
    assert hits >= 1980 and stats["hit_rate"] >= 0.99 and stats["size"] <= 20


def test_sixteen_threads_share_the_cache():
    clear_cache()
    with ThreadPoolExecutor(16) as pool:
        hits = sum(pool.map(fit, range(640)))
    assert hits >= 400 and get_cache_stats()["size"] <= 20


def test_times_of_compilation_are_true():
    clear_cache()
    f = fresh(1)
    y = f(X, 1.3, 0.8)
    first, second = (curve_fit(f, X, y, [1.2, 0.9]) for _ in range(2))
    assert not first.cache_stats["hit"] and first.cache_stats["compile_time_ms"] > 0.0
    assert second.cache_stats["hit"] and second.cache_stats["compile_time_ms"] == 0.0
    assert get_cache_stats()["total_compile_ms"] == pytest.approx(first.cache_stats["compile_time_ms"], abs=1e-6)

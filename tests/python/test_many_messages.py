# SPDX-License-Identifier: MIT
"""What curve_fit_many says when its arguments do not fit together: which argument, which shapes, what to do."""

import numpy as np
import pytest
from many import K, M, X, decay, decays

from nlsq import curve_fit_many, functions

Y = decays()

WRONG = [
    ({"xdata": X[:-1]}, "xdata has shape (29,), ydatas (12, 30): expected (30,) or (12, 30)"),
    ({"xdata": np.zeros((K, M - 1))}, "xdata has shape (12, 29), ydatas (12, 30): expected (30,) or (12, 30)"),
    ({"ydatas": Y.T}, "xdata has shape (30,), ydatas (30, 12): expected (12,) or (30, 12); the last axis of ydatas is"),
    ({"ydatas": Y.T}, "is fitted along: give ydatas.T"),
    ({"ydatas": np.ones((M, 5, 4))}, "is fitted along: give np.moveaxis(ydatas, 0, -1)"),
    ({"xdata": (X, X[1:])}, "each variable of xdata has shape (29,), ydatas (12, 30)"),
    ({"xdata": np.ones((K - 1, M))}, "xdata of shape (11, 30) was taken for 11 variables, ydatas has shape (12, 30)"),
    ({"xdata": None}, "curve_fit_many() needs xdata and ydatas"),
    ({"ydatas": None}, "curve_fit_many() needs xdata and ydatas"),
    ({"ydatas": Y[0]}, "ydatas has shape (30,); expected (k, m), one data set a row (one: curve_fit)"),
    ({"ydatas": Y[:, :0], "xdata": X[:0]}, "ydatas has shape (12, 0): there is no point to fit"),
    ({"ydatas": [[1.0, 2.0], [1.0]]}, "ydatas holds sequences of different lengths; pad them with NaN"),
    ({"ydatas": Y + 1j}, "ydatas is complex"),
    ({"ydatas": [["a", "b"]]}, "ydatas holds <U1 values; numbers are needed"),
    ({"f": 3}, "f must be a function f(x, *parameters) or a formula, not int"),
    ({"f": X, "xdata": decay}, "the order is curve_fit_many(f, xdata, ydatas)"),
    ({"f": lambda x: x}, "the model has no parameters after x"),
    ({"f": lambda x, *p: x}, "give p0 for a function of *parameters"),
    ({"f": lambda x, a: None}, "the model returns None; is its return statement missing?"),
    ({"f": lambda x, a: (a * x)[:3]}, "the model returns shape (3,); ydata has shape (30,)"),
    ({"f": "a*exp(-b*t)"}, "the formula uses none of the variables (x), so a, b, t would all be parameters"),
    ({"f": "a*t", "xdata": {"time": X}}, "the formula uses none of the variables (time)"),
    ({"f": "a*x", "xdata": (X, X)}, "a formula needs its variables by name: xdata={'x': …, 'z': …}"),
    ({"f": functions.gaussian, "xdata": np.ones((2, M))}, "xdata has shape (2, 30), ydatas (12, 30)"),
    ({"f": functions.gaussian, "xdata": {"t": X}}, "xdata has no 'x'; it has t"),
    ({"p0": [1.0, 2.0]}, "p0 has 2 values; the model has 3 parameters (a, b, c)"),
    ({"p0": np.ones((K - 1, 3))}, "p0 has shape (11, 3); expected (3,) or (12, 3), one row a data set"),
    ({"p0": "good"}, "p0 must be numbers, a dict or 'auto', not 'good'"),
    ({"p0": {"aa": 1.0}}, "p0: the model has no parameter 'aa' (did you mean 'a'?); it has a, b, c"),
    ({"p0": {"aa": np.ones(K)}}, "p0: the model has no parameter 'aa'"),
    ({"p0": {"a": np.ones(K + 1)}}, "p0['a'] has shape (13,); expected a number or (12,)"),
    ({"p0": ["a", "b", "c"]}, "p0 must be numbers"),
    ({"bounds": (0, [1.0, 2.0])}, "bounds have shapes () and (2,); expected numbers or 3 values each"),
    ({"bounds": (np.zeros((K, 2)), 1)}, "bounds have shapes (12, 2) and (); expected numbers, (3,) or (12, 3)"),
    ({"bounds": ([0, 5, 0], [1, 2, 3])}, "Each lower bound must be strictly less than each upper bound: b has 5.0"),
    ({"bounds": (np.ones((K, 3)), 0)}, "bounds must not be NaN, and no lower bound above its upper bound"),
    ({"bounds": {"b": (0, np.ones(3))}}, "bounds['b'] has shape (3,); expected a number or (12,)"),
    ({"fixed": {"d": 1.0}}, "fixed: the model has no parameter 'd'; it has a, b, c"),
    ({"fixed": {"c": np.ones(3)}}, "fixed['c'] has shape (3,); expected a number or (12,)"),
    ({"sigma": np.ones(M - 1)}, "sigma has shape (29,), ydatas (12, 30): expected (30,) or (12, 30)"),
    ({"sigma": -1.0}, "sigma must be a number above 0, not -1.0"),
    ({"sigma": "err"}, "sigma='err' names a column: that goes with a table, data= and by="),
    ({"mask": np.ones(M - 1, dtype=bool)}, "mask has shape (29,), ydatas (12, 30): expected (30,) or (12, 30)"),
    ({"mask": np.full(M, 0.5)}, "mask must hold True and False"),
    ({"mask": X > 1, "ydatas": np.ma.masked_less(Y, 0)}, "ydatas is a masked array and mask is given"),
    ({"xdata": np.ma.masked_less(X, 1)}, "xdata is a masked array; give mask="),
    ({"nan_policy": "skip"}, "nan_policy must be None, 'omit' or 'raise', not 'skip'"),
    ({"method": "trff"}, "method must be one of trf, lm, dogbox, varpro, auto, not 'trff' (did you mean 'trf'?)"),
    ({"method": "lm", "bounds": (0, 9)}, "Method lm takes no bounds; use trf or dogbox."),
    ({"loss": "hubert"}, "(did you mean 'huber'?)"),
    ({"loss": np.abs}, "loss must be one of linear, soft_l1, huber, cauchy, arctan"),
    ({"f_scale": 0.0}, "f_scale must be a number above 0, not 0.0"),
    ({"threads": -1}, "threads must be a whole number of at least 0, not -1"),
    ({"max_nfev": 3, "maxfev": 4}, "max_nfev and maxfev are two names of one argument; give one"),
    ({"weights": X}, "curve_fit_many() takes no weights: give sigma=1/np.sqrt(w) for weights that multiply squared"),
    ({"sigmas": X}, "curve_fit_many() got an unexpected keyword argument 'sigmas' (did you mean 'sigma'?)"),
    ({"n_jobs": 2}, "unexpected keyword argument 'n_jobs'; use threads="),
    ({"absolute_sigma": "yes"}, "absolute_sigma must be True or False, not 'yes'"),
    ({"data": {"x": X}}, "data= and y= go with by=, the columns that tell the sets apart"),
    ({"dim": "time"}, "dim= goes with an xarray.DataArray"),
]


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_messages(case):
    changes, text = WRONG[case]
    arguments = {"f": decay, "xdata": X, "ydatas": Y, **changes}
    with pytest.raises((TypeError, ValueError)) as caught:
        curve_fit_many(**arguments)
    assert text in str(caught.value)


def test_chunks_are_checked_as_they_come():
    results = curve_fit_many(decay, X, iter([Y, Y[:, 1:]]))
    assert next(results).ok.all()
    with pytest.raises(ValueError, match=r"xdata has shape \(30,\), ydatas \(12, 29\)"):
        next(results)


def test_a_memory_limit_tells_the_size_of_chunks():
    x = np.linspace(0.0, 1.0, 8)
    ys = np.zeros((1000, 8)) + np.exp(-x)
    with pytest.raises(ValueError, match=r"memory_limit: the results of 1,000 sets take .*; give ydatas in chunks of \d+ "
                                         "sets, by an iterator, or pcov=False"):  # fmt: skip
        curve_fit_many(lambda x, a, b: a * np.exp(-b * x), x, ys, memory_limit=20_000)
    assert curve_fit_many(lambda x, a, b: a * np.exp(-b * x), x, ys, memory_limit="1M").success.all()

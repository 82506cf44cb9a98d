# SPDX-License-Identifier: MIT
"""Every bad argument: an error of the right type that names it and says what was expected."""

import warnings

import numpy as np
import pytest

from nlsq import CurveFit, LeastSquares, curve_fit, least_squares

M = 40
X = np.linspace(0.5, 4.0, M)
Y = 2.5 * np.exp(-1.3 * X) + 0.5
ONES = np.ones(M)
TABLE = {"t": X, "y": Y}


def f(x, a, b, c):
    return a * np.exp(-b * x) + c


KEYWORDS = {
    "sigmaa": "'sigmaa' (did you mean 'sigma'?)",
    "bound": "(did you mean 'bounds'?)",
    "metod": "(did you mean 'method'?)",
    "nan_polici": "(did you mean 'nan_policy'?)",
    "max_nfevs": "(did you mean 'max_nfev'?)",
    "x0": "use p0=",
    "max_iter": "use max_nfev=",
    "Dfun": "use jac=",
    "epsfcn": "use diff_step=",
    "banana": "unexpected keyword argument 'banana'",
}


@pytest.mark.parametrize("fit", [lambda **k: curve_fit(f, X, Y, **k), lambda **k: CurveFit(f, **k)])
@pytest.mark.parametrize("name", KEYWORDS)
def test_keywords_that_do_not_exist(name, fit):
    with pytest.raises(TypeError) as caught:
        fit(**{name: 1})
    assert KEYWORDS[name] in str(caught.value)


@pytest.mark.parametrize("name", ["weights", "weight", "w"])
def test_weights_become_sigma_in_two_ways(name):
    with pytest.raises(TypeError) as caught:
        curve_fit(f, X, Y, **{name: ONES})
    for words in ("sigma=1/np.sqrt(w)", "squared residuals", "sigma=1/w", "multiply residuals"):
        assert words in str(caught.value)
    with pytest.raises(TypeError) as caught:
        least_squares(lambda p: p, [1.0], **{name: ONES})
    assert "sqrt(w) * residual" in str(caught.value) and "sigma" not in str(caught.value)


# (argument, value, error, words that must be there)
ARGUMENTS = [
    ("method", "lmm", ValueError, ["method must be one of trf, lm, dogbox, varpro, auto", "'lmm'", "did you mean 'lm'"]),
    ("method", 3, ValueError, ["method must be one of", "not 3"]),
    ("loss", "hubber", ValueError, ["loss must be one of linear, soft_l1", "did you mean 'huber'"]),
    ("loss", "Huber", ValueError, ["did you mean 'huber'"]),
    ("loss", ["huber"], ValueError, ["loss must be one of"]),
    ("f_scale", -1, ValueError, ["f_scale must be a number above 0", "-1"]),
    ("f_scale", 0.0, ValueError, ["f_scale must be a number above 0"]),
    ("f_scale", "a", TypeError, ["f_scale must be a number above 0", "'a'"]),
    ("p0", [1, 1], ValueError, ["p0 has 2 values; the model has 3 parameters (a, b, c)"]),
    ("p0", [1, 1, 1, 1], ValueError, ["p0 has 4 values; the model has 3 parameters"]),
    ("p0", 1.0, ValueError, ["p0 has 1 value"]),
    ("p0", "aut", ValueError, ["p0 must be numbers, a dict or 'auto', not 'aut'"]),
    ("p0", {"a": 1, "bb": 2}, ValueError, ["p0: the model has no parameter 'bb' (did you mean 'b'?); it has a, b, c"]),
    ("p0", {"a": "x"}, TypeError, ["p0: the start of a must be a number, not 'x'"]),
    ("p0", [1, np.nan, 1], ValueError, ["p0: the start of b is nan"]),
    ("p0", [1, 1, np.inf], ValueError, ["p0: the start of c is inf"]),
    ("p0", [1, "x", 1], TypeError, ["p0 must be numbers", "'x'"]),
    ("p0", [1j, 1, 1], TypeError, ["p0 must be numbers", "complex"]),
    ("bounds", (0,), ValueError, ["bounds must be a pair (lower, upper)"]),
    ("bounds", 0, ValueError, ["bounds must be a pair (lower, upper)"]),
    ("bounds", ([0, 0], [1, 1]), ValueError, ["bounds have shapes (2,) and (2,); expected numbers or 3 values each"]),
    ("bounds", [(0, 1), (0, 1), (0, 1)], ValueError, ["3 pairs", "tuple(zip(*pairs))"]),
    ("bounds", ([0, 0, 0], [1, -1, 1]), ValueError, ["lower bound must be", "b has 0.0 and -1.0"]),
    ("bounds", ([0, np.nan, 0], 5), ValueError, ["bounds must not be NaN"]),
    ("bounds", ("a", "b"), TypeError, ["the lower bounds must be numbers, not 'a'"]),
    ("bounds", {"q": (0, 1)}, ValueError, ["bounds: the model has no parameter 'q'", "it has a, b, c"]),
    ("bounds", {"a": 3}, ValueError, ["bounds['a'] must be a pair (lower, upper)"]),
    ("bounds", {"a": (5, 1)}, ValueError, ["a has 5.0 and 1.0"]),
    ("bounds", {"a": ("x", 1)}, TypeError, ["bounds['a'] must be numbers, not 'x'"]),
    ("fixed", ["q"], ValueError, ["fixed: the model has no parameter 'q'"]),
    ("fixed", [7], ValueError, ["fixed: the model has no parameter 7"]),
    ("fixed", {"a": "x"}, ValueError, ["fixed: the value of a must be a finite number, not 'x'"]),
    ("fixed", {"a": np.nan}, ValueError, ["fixed: the value of a must be a finite number, not nan"]),
    ("fixed", True, TypeError, ["fixed must be a dict of name: value, or names"]),
    ("fixed", 3, TypeError, ["fixed must be a dict of name: value, or names"]),
    ("sigma", np.ones(3), ValueError, ["`sigma` has incorrect shape: (3,); expected (40,) or (40, 40)"]),
    ("sigma", -1, ValueError, ["sigma is -1.0; it must be positive and finite"]),
    ("sigma", np.where(X < 0.6, ONES, 0.0), ValueError, ["sigma is 0.0 at index 2; it must be positive"]),
    ("sigma", np.where(X < 0.6, ONES, np.nan), ValueError, ["sigma is nan at index 2"]),
    ("sigma", "a", TypeError, ["sigma holds", "numbers are needed"]),
    ("sigma", 1j * ONES, TypeError, ["sigma is complex"]),
    ("sigma", np.ma.masked_array(ONES, X > 3), TypeError, ["sigma is a masked array", "np.inf"]),
    ("sigma", np.zeros((M, M)), ValueError, ["`sigma` must be positive definite"]),
    ("sigma", np.triu(np.ones((M, M))), ValueError, ["sigma as a covariance matrix must be symmetric"]),
    ("sigma", np.full((M, M), np.nan), ValueError, ["sigma is nan"]),
    ("sigma", ONES * np.inf, ValueError, ["leaves every point out"]),
    ("data_mask", np.ones(3, bool), ValueError, ["data_mask has shape (3,), ydata (40,)"]),
    ("data_mask", np.zeros(M, bool), ValueError, ["data_mask leaves every point out"]),
    ("jac", "4-point", ValueError, ["jac must be a function, '2-point' or '3-point', not '4-point'"]),
    ("jac", 3, ValueError, ["jac must be a function, '2-point' or '3-point', not 3"]),
    ("jac", lambda x, a, b, c: np.ones(3), ValueError, ["jac returns shape (3,); expected (40, 3)"]),
    ("jac", lambda x, a, b, c: np.ones((M, 2)), ValueError, ["jac returns shape (40, 2); expected (40, 3)"]),
    ("jac", lambda x, a, b, c: np.full((M, 3), np.nan), ValueError, ["jac is nan at index 0 for a at the start"]),
    ("nan_policy", "omitt", ValueError, ["nan_policy must be 'raise', 'omit' or 'propagate', not 'omitt'"]),
    ("ftol", "a", TypeError, ["ftol must be a number of at least 0, not 'a'"]),
    ("ftol", -1, ValueError, ["ftol must be a number of at least 0, not -1"]),
    ("xtol", np.nan, ValueError, ["xtol must be a number of at least 0, not nan"]),
    ("max_nfev", 0, ValueError, ["max_nfev must be a whole number of at least 1, not 0"]),
    ("max_nfev", 2.5, TypeError, ["max_nfev must be a whole number of at least 1, not 2.5"]),
    ("maxfev", "a", TypeError, ["max_nfev must be a whole number"]),
    ("x_scale", "jacc", ValueError, ["x_scale must be 'jac' or numbers, not 'jacc'"]),
    ("x_scale", [1, 2], ValueError, ["x_scale has 2 values; the model has 3 parameters"]),
    ("x_scale", [1, -1, 1], ValueError, ["x_scale must be positive and finite"]),
    ("diff_step", "a", TypeError, ["diff_step must be positive numbers, not 'a'"]),
    ("diff_step", [1, 2], ValueError, ["diff_step has 2 values; the model has 3 parameters"]),
    ("callback", 3, TypeError, ["callback must be callable, not int"]),
    ("threads", -1, ValueError, ["threads must be a whole number of at least 0, not -1"]),
    ("threads", "a", TypeError, ["threads must be a whole number"]),
    ("jacobian_mode", "forward", ValueError, ["jacobian_mode must be one of auto, fwd, rev, not 'forward'"]),
    ("jacobian_mode", 3, ValueError, ["jacobian_mode must be one of auto, fwd, rev, not 3"]),
    ("absolute_sigma", "yes", TypeError, ["absolute_sigma must be True or False, not 'yes'"]),
    ("check_finite", 2, TypeError, ["check_finite must be True or False, not 2"]),
]


@pytest.mark.parametrize("name, value, error, words", ARGUMENTS, ids=[f"{a[0]}-{i}" for i, a in enumerate(ARGUMENTS)])
def test_bad_arguments_of_curve_fit(name, value, error, words):
    options = {"p0": [1.0, 1.0, 1.0], name: value}
    for fit in (lambda: curve_fit(f, X, Y, **options), lambda: CurveFit(f).fit(X, Y, **options)):
        with pytest.raises(error) as caught:
            fit()
        for part in words:
            assert part in str(caught.value)
        assert "incompatible function arguments" not in str(caught.value)


CALLS = [
    (lambda: curve_fit(f, X, Y, fixed={"a": 9}, bounds=(0, 5)), ValueError, "the value 9 of a is outside its bounds"),
    (lambda: curve_fit("y = a*t + b*u", data={**TABLE, "u": X**2}).predict(X), ValueError, "the columns t, u: give"),
    (lambda: curve_fit(3, X, Y), TypeError, "f must be a function f(x, *parameters) or a formula, not int"),
    (lambda: curve_fit(X, f, Y), TypeError, "the order is curve_fit(f, xdata, ydata)"),
    (lambda: curve_fit(f, X), TypeError, "curve_fit() needs ydata"),
    (lambda: curve_fit(f), TypeError, "curve_fit() needs xdata and ydata"),
    (lambda: curve_fit(lambda: 3, X, Y), ValueError, "no parameters after x"),
    (lambda: curve_fit(lambda x: x, X, Y), ValueError, "no parameters after x"),
    (lambda: curve_fit(lambda x, *p: x, X, Y), ValueError, "give p0 for a function of *parameters"),
    (lambda: curve_fit(f, X, Y, [1, 1, 1], p0=[1, 1, 1]), TypeError, "multiple values for argument 'p0'"),
    (lambda: curve_fit(f, X, Y, *range(30)), TypeError, "at most 17 positional arguments"),
    (lambda: CurveFit().fit(X, Y), TypeError, "use CurveFit(f).fit(x, y) or CurveFit().curve_fit(f, x, y)"),
    (lambda: curve_fit("a*exp(-b*x", X, Y), ValueError, "found the end of the formula"),
    (lambda: curve_fit("a*expo(-b*x)", X, Y), ValueError, "unknown function 'expo' (did you mean 'exp'?)"),
    (lambda: curve_fit("2*x", X, Y), ValueError, "no parameters"),
    (lambda: curve_fit("gaussian", X, Y), ValueError, "nlsq.functions.gaussian"),
    (lambda: curve_fit("gausian", X, Y), ValueError, "nlsq.functions.gaussian"),
    (lambda: curve_fit("a*x"), TypeError, "a formula needs xdata and ydata, or data= and y="),
    (lambda: curve_fit("a*x", np.ones((2, M)), Y), ValueError, "needs them by name: data={"),
    (lambda: curve_fit("a*x", ["a"] * M, Y), TypeError, "the column 'x' holds"),
    (lambda: curve_fit("a*t", data=TABLE), TypeError, "y='name', or 'name = formula'"),
    (lambda: curve_fit("a*t", data=TABLE, y="yy"), ValueError, "no column 'yy' (did you mean 'y'?); they have t, y"),
    (lambda: curve_fit("y = a*t", data=3), TypeError, "data must be a dict, a DataFrame"),
    (lambda: curve_fit("y = a*t", data={"t": ["a"] * M, "y": Y}), TypeError, "the column 't' holds"),
    (lambda: curve_fit("y = a*t", data={"t": X[1:], "y": Y}), ValueError, "'t' has 39 values"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, words", CALLS, ids=range(len(CALLS)))
def test_bad_calls(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def two(p):
    return [p[0] - 1.0, p[1] - 2.0]


LEAST_SQUARES = [
    (dict(method="lmm"), ValueError, "method must be one of trf, dogbox, lm, not 'lmm' (did you mean 'lm'?)"),
    (dict(loss="hubber"), ValueError, "loss must be one of linear, soft_l1, huber, cauchy, arctan, not 'hubber'"),
    (dict(bounds=(1,)), ValueError, "`bounds` must contain 2 elements"),
    (dict(bounds=([0], [1])), ValueError, "Inconsistent shapes between bounds and `x0`: a bound has shape (1,)"),
    (dict(bounds=([5, 5], [6, 6])), ValueError, "`x0` is infeasible: x0[0] = 0.5 is outside [5, 6]"),
    (dict(bounds=([1, 1], [0, 0])), ValueError, "Each lower bound must be strictly less than each upper bound"),
    (dict(jac="5-point"), ValueError, "`jac` must be '2-point', '3-point', 'cs' or callable"),
    (dict(f_scale=-1), ValueError, "f_scale must be a number above 0, not -1"),
    (dict(ftol="a"), TypeError, "ftol must be a number of at least 0, not 'a'"),
    (dict(max_nfev=0), ValueError, "max_nfev must be a whole number of at least 1, not 0"),
    (dict(jacobian_mode="x"), ValueError, "jacobian_mode must be one of auto, fwd, rev, not 'x'"),
    (dict(args=3), TypeError, "args must be a tuple, as args=(3,)"),
    (dict(kwargs=3), TypeError, "kwargs must be a dict, not 3"),
    (dict(x0="a"), ValueError, "`x0` must be numbers, not 'a'"),
    (dict(x0=[[1, 2], [3, 4]]), ValueError, "`x0` must have at most 1 dimension"),
    (dict(x0=[1.0, np.nan]), ValueError, "`x0` must be finite; it is nan at index 1"),
    (dict(fun=3), TypeError, "fun must be a function fun(x), not int"),
    (dict(fun=lambda p: None), TypeError, "fun returns None; is its return statement missing?"),
    (dict(fun=lambda p: np.array([])), ValueError, "fun returns no residuals"),
    (dict(fun=lambda p: p * 1j), ValueError, "`fun` must return real values"),
    (dict(fun=lambda p: np.ones((2, 2))), ValueError, "f0.shape: (2, 2)"),
    (dict(banana=1), TypeError, "unexpected keyword argument 'banana'"),
    (dict(bound=1), TypeError, "did you mean 'bounds'"),
]


@pytest.mark.parametrize("options, error, words", LEAST_SQUARES, ids=range(len(LEAST_SQUARES)))
def test_bad_arguments_of_least_squares(options, error, words):
    with pytest.raises(error) as caught:
        least_squares(**{"fun": two, "x0": [0.5, 0.5], **options})
    assert words in str(caught.value)


def test_defaults_of_an_object_are_checked_when_it_is_made():
    with pytest.raises(TypeError, match=r"LeastSquares\(\) got .*'ftolx' \(did you mean 'ftol'"):
        LeastSquares(ftolx=1)


def test_a_positional_argument_goes_before_the_default_of_the_object():
    fitter = CurveFit(f, p0=[9.0, 9.0, 9.0], method="trf", maxfev=1)
    np.testing.assert_allclose(fitter.fit(X, Y, [1.0, 1.0, 1.0], max_nfev=100).popt, [2.5, 1.3, 0.5])


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_a_response_too_small_to_be_squared_is_refused(method):
    with pytest.raises(ValueError, match="their squares are 0: multiply them by a power of ten"):
        curve_fit(f, X, 1e-170 * Y, [1e-170, 1.0, 1e-170], method=method)
    assert curve_fit(f, X, 1e-140 * Y, [1e-140, 1.0, 1e-140], method=method).r_squared > 0.999


def test_dates_in_text_are_answered_with_what_to_write():
    dates = np.array(["2022-01-01", "2022-01-02", "2022-01-03"])

    def line(x, a, b):
        return a * x + b

    result = curve_fit(line, dates.astype("datetime64[D]"), [1.0, 2.0, 3.1])
    for call in (lambda: curve_fit(line, dates, [1.0, 2.0, 3.1]), lambda: result.predict("2022-01-05"),
                 lambda: result.predict(dates)):  # fmt: skip
        with pytest.raises((TypeError, ValueError), match="dates are given as np.array"):
            call()


def test_the_row_that_is_not_finite_is_named():
    for name, value in [("xdata", np.nan), ("ydata", np.inf)]:
        data = {"xdata": X.copy(), "ydata": Y.copy()}
        data[name][17] = value
        with pytest.raises(ValueError, match=f"{name} is {value} at index 17: array must not contain infs or NaNs"):
            curve_fit(f, **data)


def test_an_infeasible_start_is_moved_with_a_warning():
    with pytest.warns(UserWarning, match="p0 was outside its bounds and was moved inside: a = 1, c = -1") as seen:
        result = curve_fit(f, X, Y, [1.0, 1.0, -1.0], bounds=([2, 0, 0], 5))
    assert seen[0].filename == __file__
    np.testing.assert_allclose(result.popt, [2.5, 1.3, 0.5])


def test_warnings_are_of_the_line_that_called():
    for fit in (lambda: curve_fit(f, X, Y, max_nfev=1), lambda: CurveFit(f).fit(X, Y, max_nfev=1)):
        with pytest.warns(UserWarning, match="did not converge") as seen:
            fit()
        assert seen[0].filename == __file__


@pytest.mark.parametrize(
    "options",
    [
        dict(p0="auto"), dict(p0={"a": 2}), dict(p0=np.ones(3, dtype=int)), dict(p0=(1, 1, 1)), dict(p0=None),
        dict(absolute_sigma=np.False_), dict(check_finite=0), dict(threads=np.int64(1)), dict(max_nfev=200.0),
        dict(ftol=None), dict(x_scale=2.0), dict(x_scale="jac"), dict(fixed=[]), dict(fixed={}), dict(sigma=0.1),
        dict(bounds=(-np.inf, np.inf)), dict(bounds=([0, 0, 0], np.inf)), dict(bounds={"a": (None, 9)}),
        dict(jac="2-point"), dict(jac="3-point"), dict(diff_step=1e-7), dict(f_scale=np.float32(2)),
    ],
    ids=str,
)  # fmt: skip
def test_good_arguments_are_taken(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(curve_fit(f, X, Y, **options).popt, [2.5, 1.3, 0.5], rtol=1e-6)

# SPDX-License-Identifier: MIT
"""What must never give a silently wrong fit: the right answer, or an error that says what is wrong."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.optimize

from nlsq import curve_fit, least_squares

M = 40
X = np.linspace(0.5, 4.0, M)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.01 * np.random.default_rng(0).normal(size=M)
LINE = 2.0 * X + 1.0


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def line(x, a, b):
    return a * x + b


def called(x, a, b, c):
    return decay(x, float(a), b, c)


REFERENCE = scipy.optimize.curve_fit(decay, X, Y, [1, 1, 1], ftol=1e-14, xtol=1e-14)[0]


def same(result, popt, rtol=1e-6):
    np.testing.assert_allclose(result.popt, popt, rtol=rtol, atol=1e-9)


# -- models that a recording could get wrong. Each is fitted to its own values at (1.2, 0.4), so the right answer is
# known, on few rows (compared with the function in full) and on many (compared on a sample).

SIZES = [60, 20_000]
BUFFER = {m: np.ones(m) for m in SIZES}
TRICKY = {}


def tricky(f):
    TRICKY[f.__name__] = f
    return f


@tricky
def data_buffer_reused_between_two_uses(x, a, b):
    buffer = BUFFER[len(x)]
    buffer[:] = 2.0
    t = x * buffer
    buffer[:] = 0.5
    return a * t[::-1] ** 0.5 + b * t


@tricky
def buffer_with_out(x, a, b):
    buffer = BUFFER[len(x)]
    np.multiply(x, 2.0, out=buffer)
    t = a * buffer
    np.exp(-x, out=buffer)
    return t + b * buffer


@tricky
def floor_division_in_place_through_an_alias(x, a, b):
    y = a * x
    z = y
    y //= 0.25
    return z + b + 0.1 * a * x


@tricky
def remainder_in_place_through_an_alias(x, a, b):
    y = a * x
    z = y
    y %= 4.0
    return z + b


@tricky
def and_in_place_through_an_alias(x, a, b):
    mask = x * b < 1.3
    seen = mask
    mask &= x > 1.0
    return np.where(seen, a * x, b * x * x)


@tricky
def or_in_place_through_an_alias(x, a, b):
    mask = x * b > 1.5
    seen = mask
    mask |= x < 1.0
    return np.where(seen, a * x, b * x * x)


@tricky
def swallowed_slice(x, a, b):
    y = a * x + b
    try:
        y = y[::-1]
    except TypeError:
        pass
    return y


@tricky
def swallowed_divmod(x, a, b):
    y = a * x + b
    try:
        y = y + divmod(y, 1e6)[0] + 1.0
    except TypeError:
        pass
    return y


@tricky
def swallowed_xor(x, a, b):
    mask = a * x > 1.0
    try:
        mask = mask ^ (x > 3.0)
    except TypeError:
        pass
    return np.where(mask, a * x, b * x * x)


@tricky
def asks_if_a_parameter_is_a_float(x, a, b):
    return a * x + b if isinstance(a, float) else a * x - b


@tricky
def asks_if_a_parameter_is_a_scalar(x, a, b):
    return a * x + b if np.isscalar(a) else a * x - b


@tricky
def asks_for_an_attribute_of_a_parameter(x, a, b):
    return a * x - b if hasattr(a, "__len__") else a * x + b


@tricky
def asks_for_the_text_of_a_parameter(x, a, b):
    return a * x + b if len(str(a)) < 25 else a * x - b


@tricky
def asks_if_x_is_an_array(x, a, b):
    return a * x + b if isinstance(x, np.ndarray) else a * x - b


@tricky
def asks_for_the_type_of_x(x, a, b):
    return a * x + b if type(x) is np.ndarray else a * x - b


@tricky
def branches_on_x_and_its_length(x, a, b):
    return a * x / len(x) + (b if x[0] < 0.5 and x.max() > 4.0 else -b)


@tricky
def takes_the_last_x(x, a, b):
    return a * x / float(x[-1]) + b * x.mean()


@tricky
def writes_into_a_slice(x, a, b):
    y = a * x
    y[: len(x) // 2] += b
    return y


@tricky
def writes_through_a_view(x, a, b):
    y = a * x
    y[1:-1][::2] *= b
    return y


@tricky
def writes_into_a_copy_of_x(x, a, b):
    t = x.copy()
    u = t[::-1]
    t += 1.0
    return a * u + b * x


@tricky
def changes_data_in_place_through_an_alias(x, a, b):
    t = x * 1.0
    u = t
    t += 1.0
    return a * u + b


@tricky
def out_of_a_ufunc(x, a, b):
    y = a * x
    np.add(y, b, out=y)
    return y


@tricky
def swallowed_decision(x, a, b):
    try:
        sign = 1.0 if a > 0 else -1.0
    except Exception:
        sign = -1.0
    return a * x + sign * b


@tricky
def swallowed_refusal_in_a_helper(x, a, b):
    def guarded(v):
        try:
            return float(v)
        except TypeError:
            return 0.0

    return a * x + guarded(b)


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("name", TRICKY)
def test_tricky_models(name, m):
    f, truth = TRICKY[name], np.array([1.2, 0.4])
    x = np.linspace(0.1, 5.0, m)
    y = np.asarray(f(x, *truth.tolist()))
    x_before = x.copy()
    result = curve_fit(f, x, y, truth * 1.02)
    np.testing.assert_array_equal(x, x_before)
    fitted = np.asarray(f(x, *result.popt.tolist()))
    assert result.cost == pytest.approx(0.5 * np.sum((fitted - y) ** 2), rel=1e-6, abs=1e-12)
    if name != "floor_division_in_place_through_an_alias":  # piecewise constant: many answers
        same(result, truth, 1e-3)
    np.testing.assert_allclose(result.predictions, fitted, rtol=1e-9, atol=1e-9)


def test_least_squares_checks_what_it_recorded():
    def f(p):
        return p - 1.0 if isinstance(p, np.ndarray) else p + 1.0

    def long(p):
        return p[0] * np.linspace(0, 1, 20_000) - 1.0 * (1.0 if isinstance(p[0], float) else -1.0)

    same(SimpleNamespace(popt=least_squares(f, [0.5, 3.0]).x), [1.0, 1.0])
    same(SimpleNamespace(popt=least_squares(long, [0.5]).x), scipy.optimize.least_squares(long, [0.5]).x, 1e-6)


# -- captured values that change between fits: each fit sees those of its time


def changing(kind, value):
    """A model a*x*value + b whose captured value is kept in some place, and how to change it."""
    if kind == "list":
        held = [value]
        return lambda x, a, b: a * x * held[0] + b, lambda v: held.__setitem__(0, v)
    if kind == "dict":
        table = {"k": value}
        return lambda x, a, b: a * x * table["k"] + b, lambda v: table.update(k=v)
    if kind == "attribute":
        thing = SimpleNamespace(k=value)
        return lambda x, a, b: a * x * thing.k + b, lambda v: setattr(thing, "k", v)
    if kind == "array":
        array = np.full(M, value)
        return lambda x, a, b: a * x * array + b, lambda v: array.fill(v)
    if kind == "array of one":
        one = np.array([value])
        return lambda x, a, b: a * x * one + b, lambda v: one.fill(v)
    if kind == "default":

        def f(x, a, b, k=value):
            return a * x * k + b

        return f, lambda v: setattr(f, "__defaults__", (v,))
    if kind == "keyword default":

        def g(x, a, b, *, k=value):
            return a * x * k + b

        return g, lambda v: g.__kwdefaults__.update(k=v)
    if kind == "closure":
        k = value

        def change(v):
            nonlocal k
            k = v

        return lambda x, a, b: a * x * k + b, change
    scope = {"k": value}
    exec("def h(x, a, b): return a * x * k + b", scope)
    return scope["h"], lambda v: scope.update(k=v)


@pytest.mark.parametrize(
    "kind",
    ["list", "dict", "attribute", "array", "array of one", "default", "keyword default", "closure", "global"],
)
def test_changed_captured_values_are_never_stale(kind):
    f, change = changing(kind, 2.0)
    for value in (2.0, 4.0, 0.5, 2.0):
        change(value)
        same(curve_fit(f, X, LINE, [1.0, 1.0]), [2.0 / value, 1.0])


def test_closures_of_one_code_object_are_different_models():
    def make(k, add):
        return lambda x, a, b: a * x * k + b + add

    for k, add in [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1, 0), (True, False)]:
        same(curve_fit(make(k, add), X, LINE, [1.0, 1.0]), [2.0 / k, 1.0 - add])


def test_what_a_recording_cannot_see_is_compared_again_for_other_captures():
    def make(k):
        return lambda x, a, b: a * x + b * (k if isinstance(a, float) else 1.0)

    for k in (1.0, 2.0, 4.0):
        same(curve_fit(make(k), X, LINE, [1.0, 1.0]), [2.0, 1.0 / k])


def test_wrappers_share_code_but_no_verdict():
    def plain(x, a, b):
        return a * x + b

    def by_dimensions(x, a, b):
        return a * x + b if np.ndim(x) == 1 else a * x + 2 * b

    x, y = X.reshape(8, 5), LINE.reshape(8, 5)
    same(curve_fit(plain, x, y, [1.0, 1.0]), [2.0, 1.0])
    same(curve_fit(by_dimensions, x, y, [1.0, 1.0]), [2.0, 0.5])
    same(curve_fit(by_dimensions, X, LINE, [1.0, 1.0]), [2.0, 1.0])


def test_data_that_change_between_fits():
    x, y = X.copy(), LINE.copy()
    same(curve_fit(line, x, y), [2.0, 1.0])
    y *= 3.0
    x += 1.0
    same(curve_fit(line, x, y), [6.0, -3.0])


def test_models_with_a_memory():
    history = []

    def watched(x, a, b):
        history.append((a, b))
        return a * x + b

    same(curve_fit(watched, X, LINE), [2.0, 1.0])  # keeping parameters is fine
    kept = []

    def first_kept(x, a, b):
        kept.append(a)
        return kept[0] * x + b

    with pytest.raises(TypeError, match="the model keeps parameters of one call.*jac='2-point'"):
        curve_fit(first_kept, X, LINE)
    last = {}

    def memoized(x, a, b):
        if last.get("a") != a:
            last.update(a=a, ax=a * x)
        return last["ax"] + b

    with pytest.raises(TypeError, match="the model keeps parameters"):
        curve_fit(memoized, X, LINE)
    last.clear()
    same(curve_fit(memoized, X, LINE, jac="2-point"), [2.0, 1.0])
    calls = []

    def counting(x, a, b):
        calls.append(1)
        return a * x + b + 1e-9 * len(calls)

    assert curve_fit(counting, X, LINE).popt[0] == pytest.approx(2.0, abs=1e-6)


def test_a_function_may_return_one_array_again_and_again():
    kept = {}

    def f(x, a, b, c):
        out = kept.setdefault(len(x), np.empty(len(x)))
        out[:] = decay(x, a, b, c)
        return out

    small = curve_fit(f, X, Y, [1.0, 1e-9, 1.0])  # differences of small parameters are done in Python
    for result in (curve_fit(f, X, Y, [1.0, 1.0, 1.0]), small):
        assert result.engine == "callback"
        same(result, REFERENCE, 1e-5)
        expected = curve_fit(decay, X, Y, [1.0, 1.0, 1.0])
        new = np.linspace(0.0, 5.0, 7)
        (values, errors), (values0, errors0) = (r.predict(new, return_std=True) for r in (result, expected))
        np.testing.assert_allclose(values, values0, rtol=1e-5)
        np.testing.assert_allclose(errors, errors0, rtol=1e-3)
        again = result.predict(new + 1.0)
        np.testing.assert_allclose(values, values0, rtol=1e-5)
        assert not np.shares_memory(again, values)
        np.testing.assert_allclose(result.jac, expected.jac, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(result.residuals, Y - decay(X, *result.popt), atol=1e-12)
    box = np.empty(M)

    def residuals(p):
        box[:] = decay(X, float(p[0]), p[1], p[2]) - Y
        return box

    found = least_squares(residuals, [1.0, 1.0, 1.0])
    np.testing.assert_allclose(found.x, REFERENCE, rtol=1e-5)
    np.testing.assert_allclose(found.fun, decay(X, *found.x) - Y, atol=1e-12)


@pytest.mark.parametrize("f", [decay, called])
def test_predictions_at_one_place_and_at_lists(f):
    result = curve_fit(f, X, Y, [1.0, 1.0, 1.0])
    value, error = result.predict(2.0, return_std=True)
    values, errors = result.predict([2, 3], return_std=True)
    assert np.shape(value) == np.shape(error) == () and values.shape == errors.shape == (2,)
    assert value == pytest.approx(values[0], rel=1e-12) and error == pytest.approx(errors[0], rel=1e-5)


def test_predictions_of_a_formula_over_columns():
    result = curve_fit("y = a*exp(-b*t) + c*w/w", data={"t": X, "w": X**2, "y": Y})
    new = {"t": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0]), "other": "text"}
    values, errors = result.predict(new, return_std=True)
    expected = curve_fit(decay, X, Y).predict(new["t"], return_std=True)
    np.testing.assert_allclose([values, errors], expected, rtol=1e-5)
    np.testing.assert_allclose(result.residuals, Y - result.predict({"t": X, "w": X**2}), atol=1e-12)


def test_least_squares_and_what_numpy_does_in_place():
    matrix = np.random.default_rng(1).normal(size=(6, 3))

    def in_place(p):
        q = p
        q *= 2.0
        return matrix @ p - 1.0

    def on_a_copy(p):
        q = p.copy()
        q[0] = 1.0 - q[0]
        return matrix @ q - 1.0

    def swallowed(p):
        try:
            p = p[::-1] - p.mean()
        except (AttributeError, TypeError):
            pass
        return matrix @ p - p[0]

    for f in (in_place, on_a_copy, swallowed):
        ours, theirs = least_squares(f, [0.3, 0.2, 0.1]), scipy.optimize.least_squares(f, [0.3, 0.2, 0.1])
        assert ours.cost == pytest.approx(theirs.cost, rel=1e-6)
        np.testing.assert_allclose(ours.fun, f(ours.x.copy()), atol=1e-12)


# -- what models return

RETURNS = {
    # name: (model of (a, b), outcome: parameters, or the error)
    "float32": (lambda x, a, b: (a * x + b).astype(np.float32), [2.0, 1.0]),
    "list": (lambda x, a, b: [a * v + b for v in x], [2.0, 1.0]),
    "long double": (lambda x, a, b: (a * x + b).astype("g"), [2.0, 1.0]),
    "object": (lambda x, a, b: (a * x + b).astype(object), [2.0, 1.0]),
    "masked, nothing masked": (lambda x, a, b: np.ma.masked_array(a * x + b), [2.0, 1.0]),
    "masked": (lambda x, a, b: np.ma.masked_array(a * x + b, mask=x > 2), (TypeError, "masked values")),
    "captured mask": (
        lambda x, a, b: a * x * np.ma.masked_array(np.ones(M), mask=X > 2) + b, (TypeError, "masked values"),
    ),
    "complex": (lambda x, a, b: a * x + b + 0j, (TypeError, "complex values; fit their real and imaginary parts")),
    "column": (lambda x, a, b: (a * x + b)[:, None], (ValueError, r"shape \(40, 1\); ydata has shape \(40,\).*ravel")),
    "row": (lambda x, a, b: (a * x + b)[None], (ValueError, r"shape \(1, 40\); ydata has shape \(40,\).*ravel")),
    "too long": (lambda x, a, b: np.r_[a * x + b, 1.0], (ValueError, r"shape \(41,\); ydata has shape \(40,\)")),
    "too short": (lambda x, a, b: (a * x + b)[1:], (ValueError, r"shape \(39,\); ydata has shape \(40,\)")),
    "nothing": (lambda x, a, b: None, (TypeError, "returns None; is its return statement missing")),
    "text": (lambda x, a, b: ["a"] * M, (TypeError, "numbers are needed")),
    "dict": (lambda x, a, b: {"y": a}, (TypeError, "returns a dict; numbers are needed")),
    "generator": (lambda x, a, b: (a * v for v in x), (TypeError, "returns a generator; numbers are needed")),
    "two": (lambda x, a, b: (a * x, b), (TypeError, "different shapes")),
    "not finite": (lambda x, a, b: a * x + b + np.where(x > 3, np.nan, 0.0), (ValueError, "nan in row 29")),
}  # fmt: skip


@pytest.mark.parametrize("name", RETURNS)
def test_what_models_return(name):
    f, outcome = RETURNS[name]
    if isinstance(outcome, list):
        return same(curve_fit(f, X, LINE, [1.0, 1.0]), outcome, 1e-5)
    with pytest.raises(outcome[0], match=outcome[1]):
        curve_fit(f, X, LINE, [1.0, 1.0])


@pytest.mark.parametrize("f", [lambda x, a: a, lambda x, a: np.array([a]), lambda x, a: [a], lambda x, a: float(a)])
def test_one_value_stands_for_every_row(f):
    same(curve_fit(f, X, LINE, [1.0]), [LINE.mean()])


def test_integer_values_have_no_derivatives():
    with pytest.warns(UserWarning, match="do not determine"):
        result = curve_fit(lambda x, a, b: np.round(a * x + b).astype(int), X, LINE, [1.0, 1.0])
    assert np.isinf(result.perr).all()


# -- kinds of xdata and ydata


def numbers_of_every_kind(v):
    pandas = pytest.importorskip("pandas")
    frozen = v.copy()
    frozen.flags.writeable = False
    return {
        "array": v, "list": list(v), "tuple": tuple(v), "array of one-element rows": np.repeat(v, 3)[::3],
        "reversed": v[::-1].copy()[::-1], "big-endian": v.astype(">f8"), "read-only": frozen,
        "object": v.astype(object), "long double": v.astype("g"),
        "fortran column": np.asfortranarray(np.stack([v, v], 1))[:, 0],
        "masked, nothing masked": np.ma.masked_array(v), "series": pandas.Series(v),
        "series, other index": pandas.Series(v, index=np.arange(M) + 7),
        "frame column": pandas.DataFrame({"v": v})["v"],
        "nullable series": pandas.Series(v, dtype="Float64"), "subclass": v.view(type("Sub", (np.ndarray,), {})),
    }  # fmt: skip


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("kind", numbers_of_every_kind(X))
def test_kinds_of_x(kind, f):
    x = numbers_of_every_kind(X)[kind]
    result = curve_fit(f, x, Y, [1.0, 1.0, 1.0])
    same(result, REFERENCE, 1e-5)
    np.testing.assert_allclose(result.predictions, decay(X, *result.popt), rtol=1e-9)


@pytest.mark.parametrize("kind", numbers_of_every_kind(Y))
def test_kinds_of_y(kind):
    same(curve_fit(decay, X, numbers_of_every_kind(Y)[kind], [1.0, 1.0, 1.0]), REFERENCE, 1e-6)


@pytest.mark.parametrize("f", [decay, called])
def test_a_memory_map(f, tmp_path):
    x = np.memmap(tmp_path / "x", dtype=float, mode="w+", shape=M)
    x[:] = X
    same(curve_fit(f, x, Y, [1.0, 1.0, 1.0]), REFERENCE, 1e-5)


@pytest.mark.parametrize("f", [decay, called])
def test_single_precision_x(f):
    x = X.astype(np.float32)
    expected = scipy.optimize.curve_fit(decay, x.astype(float), Y, [1, 1, 1], ftol=1e-14, xtol=1e-14)[0]
    same(curve_fit(f, x, Y, [1.0, 1.0, 1.0]), expected, 1e-6)


def test_integers_do_not_overflow():
    x = np.arange(1, M + 1)
    y = 3.0 * x.astype(float) ** 20 + 1.0
    for f in (lambda x, a, b: a * x**20 + b, lambda x, a, b: float(a) * x**20 + b):
        assert curve_fit(f, x, y, [1.0, 1.0]).popt[0] == pytest.approx(3.0)
        assert curve_fit(f, x.astype(np.uint8), y, [1.0, 1.0]).popt[0] == pytest.approx(3.0)
    same(curve_fit(lambda x, a, b: a * x**-1 + b, x, 2.0 / x + 1.0), [2.0, 1.0])
    same(curve_fit(line, range(M), 2.0 * np.arange(M) + 1.0), [2.0, 1.0])


def test_truth_values_are_numbers():
    x = X > 2.0
    same(curve_fit(line, x, 2.0 * x + 1.0), [2.0, 1.0])
    same(curve_fit(lambda x, a, b: a * (1.0 - x) + float(b), x, 2.0 * ~x + 1.0), [2.0, 1.0])
    same(curve_fit(line, X, X > 2.0), np.polyfit(X, (X > 2.0).astype(float), 1))


BAD_DATA = {
    # name: (xdata, ydata, error, words)
    "x masked": (np.ma.masked_array(X, X > 3), Y, TypeError, "xdata is a masked array"),
    "y masked": (X, np.ma.masked_array(Y, X > 3), TypeError, "ydata is a masked array"),
    "x generator": ((v for v in X), Y, TypeError, "xdata is a generator"),
    "x set": (set(X), Y, TypeError, "xdata is a set"),
    "x list of text": (["a"] * M, Y, ValueError, "xdata must be numbers"),
    "x ragged": ([[1.0], [1.0, 2.0]], Y, ValueError, "xdata must be numbers, in arrays of one length"),
    "x complex list": ([1j] * M, Y, TypeError, "xdata must be numbers"),
    "x matrix": (np.matrix(X), Y, ValueError, r"returns shape \(1, 40\)"),
    "x (m, 1)": (X[:, None], Y, ValueError, r"returns shape \(40, 1\); ydata has shape \(40,\)"),
    "x short": (X[1:], Y, ValueError, r"xdata has shape \(39,\), ydata \(40,\)"),
    "y short": (X, Y[1:], ValueError, r"xdata has shape \(40,\), ydata \(39,\)"),
    "y number": (X, 3.0, ValueError, r"xdata has shape \(40,\), ydata"),
    "y empty": ([], [], ValueError, "`ydata` must not be empty"),
    "y complex": (X, Y + 0j, TypeError, "ydata is complex"),
    "y text": (X, ["a"] * M, TypeError, "ydata holds"),
    "y dates": (X, np.arange(M).astype("M8[D]"), TypeError, "ydata holds datetime64"),
    "y None": (X, np.array([1.0, None] * (M // 2)), ValueError, "ydata is nan at index 1"),
    "y objects": (X, np.array([1.0, {}] * (M // 2)), TypeError, "ydata holds values that are no numbers"),
    "y ragged": (X, [[1.0], [1.0, 2.0]], ValueError, "ydata must be an array of numbers"),
}


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_are_named(name, f):
    x, y, error, words = BAD_DATA[name]
    with pytest.raises(error, match=words):
        curve_fit(f, x, y, [1.0, 1.0, 1.0])


# -- sizes and scales


@pytest.mark.parametrize("f", [line, lambda x, a, b: float(a) * x + b])
def test_few_rows(f):
    with pytest.warns(UserWarning, match="no more rows than free parameters"):
        same(curve_fit(f, [1.0, 2.0], [3.0, 5.0]), [2.0, 1.0])
    with pytest.warns(UserWarning) as seen:
        result = curve_fit(f, [1.0], [3.0])
    assert any("do not determine 'a' and 'b'" in str(w.message) for w in seen)
    assert result.popt.sum() == pytest.approx(3.0) and np.isinf(result.perr).all()


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e-8, 1e8, 1e30, 1e150])
def test_scales(f, scale):
    rtol = 1e-5 if f is called else 1e-6
    by_y = curve_fit(f, X, Y * scale, [scale, 1.0, scale])
    np.testing.assert_allclose(by_y.popt / [scale, 1.0, scale], REFERENCE, rtol=rtol)
    by_x = curve_fit(f, X * scale, Y, [1.0, 1.0 / scale, 1.0])
    np.testing.assert_allclose(by_x.popt * [1.0, scale, 1.0], REFERENCE, rtol=rtol)


@pytest.mark.parametrize("f", [decay, called])
def test_constant_y(f):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = curve_fit(f, X, np.full(M, 3.0), [1.0, 1.0, 1.0])
    np.testing.assert_allclose(result.predictions, 3.0, atol=1e-6)


# -- values that are not finite

POLICIES = [None, "raise", "omit"]


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["xdata", "ydata"])
def test_not_finite_data(where, value, policy, f):
    data = {"xdata": X.copy(), "ydata": Y.copy()}
    data[where][5] = value
    if policy == "omit":
        keep = np.arange(M) != 5
        with_row = curve_fit(f, **data, p0=[1, 1, 1], nan_policy=policy)
        without = curve_fit(f, X[keep], Y[keep], [1, 1, 1])
        np.testing.assert_array_equal(with_row.popt, without.popt)
        np.testing.assert_array_equal(with_row.pcov, without.pcov)
    else:
        with pytest.raises(ValueError, match=f"{where} is {value} at index 5"):
            curve_fit(f, **data, p0=[1.0, 1.0, 1.0], nan_policy=policy)
        if where == "ydata" or np.isnan(value):
            with pytest.raises(ValueError, match="not finite|is nan|is -?inf"):
                curve_fit(f, **data, p0=[1.0, 1.0, 1.0], check_finite=False)


def omitted(kind):
    pandas = pytest.importorskip("pandas")
    x, y = X.copy(), Y.copy()
    x[3], y[7] = np.nan, np.inf
    table = pandas.DataFrame({"t": x, "w": X, "y": y})
    return {
        "series": lambda: curve_fit(decay, table["t"], table["y"], [1, 1, 1], nan_policy="omit"),
        "frame": lambda: curve_fit(lambda d, a, b, c: decay(d["t"], a, b, c), table, y, [1, 1, 1], nan_policy="omit"),
        "dict": lambda: curve_fit(lambda d, a, b, c: decay(d["t"], a, b, c), {"t": x}, y, [1, 1, 1], nan_policy="omit"),
        "(2, m)": lambda: curve_fit(lambda d, *p: decay(d[0], *p), [x, X], y, [1, 1, 1], nan_policy="omit"),
        "(m, 2)": lambda: curve_fit(lambda d, *p: decay(d[:, 0], *p), np.c_[x, X], y, [1, 1, 1], nan_policy="omit"),
        "2-D y": lambda: curve_fit(decay, x.reshape(8, 5), y.reshape(8, 5), [1, 1, 1], nan_policy="omit"),
        "formula": lambda: curve_fit("y = a*exp(-b*t) + c", data=table, nan_policy="omit"),
        "formula of two": lambda: curve_fit("y = a*exp(-b*t) + c*w/w", data=table, nan_policy="omit"),
    }[kind]()


@pytest.mark.parametrize("kind", ["series", "frame", "dict", "(2, m)", "(m, 2)", "2-D y", "formula", "formula of two"])
def test_rows_left_out_of_every_kind_of_x(kind):
    keep = np.ones(M, dtype=bool)
    keep[[3, 7]] = False
    expected = curve_fit(decay, X[keep], Y[keep], [1, 1, 1])
    same(omitted(kind), expected.popt, 1e-6)


def test_omit_that_leaves_nothing():
    with pytest.raises(ValueError, match="leaves no row"):
        curve_fit(line, X, np.full(M, np.nan), nan_policy="omit")


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("absolute", [False, True])
def test_infinite_sigma_and_masks_leave_points_out(f, absolute):
    keep = X < 3.0
    y = np.where(keep, Y, np.nan)  # whatever is there
    sigma = np.where(keep, 0.02, np.inf)
    expected = curve_fit(f, X[keep], Y[keep], [1, 1, 1], sigma=sigma[keep], absolute_sigma=absolute)
    for found in (
        curve_fit(f, X, y, [1, 1, 1], sigma=sigma, absolute_sigma=absolute),
        curve_fit(f, X, y, [1, 1, 1], sigma=np.full(M, 0.02), data_mask=keep, absolute_sigma=absolute),
    ):
        same(found, expected.popt, 1e-6)
        np.testing.assert_allclose(found.pcov, expected.pcov, rtol=1e-5)
        assert found.dof == expected.dof and np.isfinite(found.fun).all()
    with pytest.raises(ValueError, match="no row to fit|every"):
        curve_fit(f, X, Y, [1, 1, 1], sigma=np.full(M, np.inf))


def test_a_captured_nan_that_is_never_used():
    weight = np.where(X > 1.0, 1.0, np.nan)
    f = lambda x, a, b: np.where(np.isnan(weight), b, a * x * weight)  # noqa: E731
    y = f(X, 2.0, 3.0)
    same(curve_fit(f, X, y), [2.0, 3.0])


# -- several columns, several dimensions


@pytest.mark.parametrize("rows_first", [False, True])
@pytest.mark.parametrize("f", [lambda u, v, a, b: a * u + b * v * v, lambda u, v, a, b: float(a) * u + b * v * v])
def test_two_columns(f, rows_first):
    x = np.stack([X, np.log(X)])
    y = 2.0 * x[0] + 3.0 * x[1] ** 2 + 0.1 * np.sin(9 * X)
    model = (lambda x, a, b: f(x[:, 0], x[:, 1], a, b)) if rows_first else (lambda x, a, b: f(x[0], x[1], a, b))
    x = x.T if rows_first else x
    reference = scipy.optimize.curve_fit(model, x, y, [1.0, 1.0])
    result = curve_fit(model, x, y, [1.0, 1.0])
    np.testing.assert_allclose(result.predictions, model(x, *reference[0]), rtol=1e-6)


@pytest.mark.parametrize("f", [decay, called])
def test_y_of_several_dimensions(f):
    x, y = X.reshape(8, 5), Y.reshape(8, 5)
    same(curve_fit(f, x, y, [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(f, X, Y[:, None], [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(lambda d, *p: f(d[0], *p), np.stack([x, x]), y, [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(lambda d, *p: f(d[0], *p).ravel(), (x, x), Y, [1, 1, 1]), REFERENCE, 1e-5)
    sigma = np.linspace(1, 2, M)
    weighted = curve_fit(f, X, Y, [1, 1, 1], sigma=sigma)
    same(curve_fit(f, x, y, [1, 1, 1], sigma=sigma.reshape(8, 5)), weighted.popt, 1e-5)

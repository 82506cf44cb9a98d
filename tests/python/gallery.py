# SPDX-License-Identifier: MIT
"""Models as people write them: each with a start, and how it is expected to run ("traced", "called", or either)."""

import functools
import math
from types import SimpleNamespace

import numpy as np

rng = np.random.default_rng(11)
M = 60
X = np.linspace(0.1, 5.0, M)
W = rng.uniform(0.5, 1.5, M)
KNOTS = np.linspace(0.0, 6.0, 7)
HEIGHTS = [0.5, 1.0, 1.5]
SETTINGS = {"offset": 0.3}
INSTRUMENT = SimpleNamespace(gain=1.7, response=np.exp(-np.arange(5.0)))

GALLERY = []


def model(p0, path="traced", x=X, deterministic=True):
    def add(f):
        GALLERY.append(SimpleNamespace(name=getattr(f, "__name__", str(f)), f=f, p0=p0, path=path, x=x))
        return f

    return add


@model([2.0, 1.2, 0.4])
def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


@model([1.0, 2.5, 0.6])
def gaussian(x, amp, mu, sigma):
    return amp * np.exp(-0.5 * ((x - mu) / sigma) ** 2)


@model([1.0, 0.5, 0.1, 0.05])
def cubic_horner(x, a, b, c, d):
    return a + x * (b + x * (c + x * d))


@model([0.05, 0.1, 0.5, 1.0])
def cubic_polyval(x, a, b, c, d):
    return np.polyval([a, b, c, d], x)


@model([1.0, 1.3, 0.2])
def loop_of_peaks(x, a, b, c):
    y = np.zeros_like(x)
    for i, h in enumerate(HEIGHTS):
        y += a * h * np.exp(-(((x - b * (i + 1)) / (c + 0.5)) ** 2))
    return y


@model([1.0, 0.5])
def accumulated_list(x, a, b):
    terms = [a * x**k / math.factorial(k) for k in range(4)]
    total = b
    for t in terms:
        total = total + t
    return total


@model([1.0, 0.7])
def sum_builtin(x, a, b):
    return sum(a * np.cos(k * b * x) / (k + 1) for k in range(3))


@model([1.0, 0.5])
def captured_weights(x, a, b):
    return W * (a + b * x)


@model([1.0, 0.5])
def captured_dict(x, a, b):
    return a * np.exp(-b * x) + SETTINGS["offset"]


@model([1.0, 0.5])
def captured_attribute(x, a, b):
    return INSTRUMENT.gain * a * x**b


@model([1.0, 2.0])
def where_pieces(x, a, b):
    return np.where(x < 2.0, a * x, b * np.sqrt(x))


@model([1.0, 2.0])
def where_with_bad_branch(x, a, b):
    return np.where(x > 2.0, a * np.sqrt(x - 2.0), 0.0) + b


@model([1.0, 2.0, 3.0])
def mask_arithmetic(x, a, b, c):
    return a * x * (x < 1.0) + b * ((x >= 1.0) & (x < 3.0)) + c * (x >= 3.0)


@model([1.0, 2.0])
def select_pieces(x, a, b):
    return np.select([x < 1.0, x < 2.0], [a * x, b + 0 * x], a + b)


@model([1.0, 0.8, 2.1])
def piecewise_with_a_kink(x, a, b, x0):
    return np.piecewise(x, [x < x0, x >= x0], [lambda t: a * t, lambda t: a * x0 + b * (t - x0)])


@model([1.0, 0.8])
def piecewise_with_a_default(x, a, b):
    return np.piecewise(x, [x < 1.0], [lambda t: a * t**2, lambda t: b * np.sqrt(t)])


@model([1.0, 0.3])
def sum_over_a_list(x, a, b):
    return np.sum([a * h * np.exp(-b * x * h) for h in HEIGHTS], axis=0)


@model([1.0, 0.3])
def mean_of_x(x, a, b):
    return a + b * (x - x.mean())


@model([1.0, 0.3])
def scaled_by_last(x, a, b):
    return a * (x / x[-1]) ** b


@model([1.0, 0.3])
def length_of_x(x, a, b):
    return a * x / len(x) + b * np.arange(len(x))


@model([1.0, 0.3])
def reversed_x(x, a, b):
    return a * x[::-1] + b


@model([1.0, 0.3])
def interpolated_data(x, a, b):
    return a * np.interp(x, KNOTS, np.sin(KNOTS)) + b


@model([1.0, 0.3], "called")
def interpolated_parameters(x, a, b):
    return np.interp(x, [0.0, 2.0, 6.0], [a, b, a + b])


@model([1.0, 0.3], "called")
def cumulative(x, a, b):
    return np.cumsum(a * np.exp(-b * x)) / 10.0


@model([1.0, 0.3], "called")
def convolved(x, a, b):
    return np.convolve(a * np.exp(-b * x), INSTRUMENT.response, mode="same")


@model([1.0, 0.3], "called")
def math_module(x, a, b):
    return a * x + math.exp(b)


@model([1.0, 0.3], "called")
def python_branch(x, a, b):
    if b > 0:
        return a * np.exp(-b * x)
    return a * np.exp(b * x)


@model([1.0, 0.3], "called")
def swallowed_refusal(x, a, b):
    try:
        if a > 0.5:
            return a * x + b
    except TypeError:
        pass
    return 7.0 * a * x + b


@model([1.0, 0.3])
def filled_by_slices(x, a, b):
    y = np.empty_like(x)
    y[:10] = a
    y[10:] = b * x[10:]
    return y


@model([1.0, 0.3], "called")
def filled_by_mask(x, a, b):
    y = np.zeros(len(x))
    y[x > 1.0] = a * x[x > 1.0]
    return y + b


@model([1.0, 0.3], "called")
def out_argument(x, a, b):
    y = np.empty(len(x))
    np.multiply(x, a, out=y)
    return y + b


@model([1.0, 0.3])
def in_place_on_own_value(x, a, b):
    y = a * x
    y += b
    y *= 2.0
    return y


@model([1.0, 0.3])
def in_place_through_an_alias(x, a, b):
    y = a * x
    z = y
    y += b
    return z


@model([1.0, 0.3])
def parameter_reassigned(x, a, b):
    c = a
    a += 1.0
    return a * x + b * c


@model([1.0, 0.3])
def normalised_by_sum(x, a, b):
    y = np.exp(-a * x)
    return b * y / y.sum()


@model([1.0, 0.3], "called")
def maximum_of_model(x, a, b):
    y = np.exp(-a * x)
    return y / np.max(y) + b


@model([1.0, 0.3])
def list_of_rows(x, a, b):
    return [a * v + b for v in x]


@model([1.0, 0.3])
def vectorised(x, a, b):
    return np.vectorize(lambda v: a * v + b)(x)


@model([1.0, 0.3])
def changed_buffer(x, a, b):
    buffer = x * 2.0
    buffer = np.array(buffer)
    y = a * buffer
    buffer[:] = 1.0
    return y + b * buffer


@functools.lru_cache
def cached_constant(n):
    return np.sqrt(n)


@model([1.0, 0.3])
def cached_helper(x, a, b):
    return a * cached_constant(3) * x + b


@functools.lru_cache
def cached_power(b):
    return X**b


@model([1.0, 0.3], "called")
def cached_by_parameter(x, a, b):
    return a * cached_power(b)


@model([1.0, 0.3])
def float32_constants(x, a, b):
    return np.float32(2.0) * a * x + b * np.ones(M, dtype=np.float32)


@model([1.0, 0.3], x=X.astype(np.float32))
def float32_x(x, a, b):
    return a * np.exp(-b * x)


@model([1.0, 0.3], x=np.arange(1, M + 1))
def integer_x(x, a, b):
    return a * x**2 / 100 + b


@model([1.0, 0.3], x=list(X))
def list_x(x, a, b):
    return a * x + b


@model([1.0, 0.3, 0.2], x=np.stack([X, X[::-1] ** 2]))
def two_rows_unpacked(xy, a, b, c):
    x, y = xy
    return a * x + b * y + c * x * y


@model([1.0, 0.3], x=np.stack([X, X**2]))
def two_rows_indexed(xy, a, b):
    return a * xy[0] + b * xy[1] * xy[0]


@model([1.0, 0.3], x=np.stack([X, X**2], axis=1))
def columns_indexed(xy, a, b):
    return a * xy[:, 0] + b * xy[:, 1]


@model([1.0, 0.3], x={"t": X, "w": W})
def dictionary_x(data, a, b):
    return data["w"] * a * np.exp(-b * data["t"])


@model([1.0, 2.0])
def clipped(x, a, b):
    return np.clip(a * x, 0.2, b)


@model([1.0])
def constant_model(x, a):
    return a


class Spectrometer:
    slope = 0.8

    def model(self, x, a, b):
        return self.slope * a * x + b

    def __call__(self, x, a, b):
        return self.slope * a * np.sqrt(x) + b


GALLERY.append(SimpleNamespace(name="method", f=Spectrometer().model, p0=[1.0, 0.3], path="traced", x=X))
GALLERY.append(SimpleNamespace(name="callable", f=Spectrometer(), p0=[1.0, 0.3], path="traced", x=X))
GALLERY.append(SimpleNamespace(name="partial", f=functools.partial(decay, c=0.4), p0=[1.0, 0.3], path="traced", x=X))
GALLERY.append(
    SimpleNamespace(
        name="star_parameters", f=lambda x, *p: sum(p[k] * x**k for k in range(len(p))), p0=[1.0, 0.3, 0.1],
        path="traced", x=X,
    )
)  # fmt: skip

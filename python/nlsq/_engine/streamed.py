# SPDX-License-Identifier: MIT
"""The fit of rows that are not in memory, of a model that was recorded on the first of them.

A model must do with each row by itself what it does with all: it is recorded twice, on the first rows and on rows from all over,
and both records must be the same program of the columns of the source.
"""

import numpy as np

from nlsq import _core
from nlsq._engine.outcome import Outcome
from nlsq._recording.models import recorded

_NO_ROWS = "the rows of this fit are not in memory; give x, or read the rows that matter (Rows.head)"


class StreamedOutcome(Outcome):
    """An outcome without the data of the fit."""

    __slots__ = ()
    why_no_rows = _NO_ROWS

    def predict(self, x=None):
        return super().predict(_given(x))

    def model_jacobian(self, x=None):
        return super().model_jacobian(_given(x))

    def predict_errors(self, x=None):
        return super().predict_errors(_given(x))

    def residuals(self):
        raise ValueError(_NO_ROWS)

    def jacobian(self):
        raise ValueError(_NO_ROWS)


def _given(x):
    if x is None:
        raise ValueError(_NO_ROWS)
    return x


def x_of(source, rows):
    """x of rows of a source, as a function of x gets it."""
    columns = [rows[name] for name in source.x]
    return columns[0] if len(columns) == 1 else np.array(columns)


def fit_recorded(out, traced, request):
    """The fit itself, of a model that was recorded on the first rows of the source."""
    solver = dict(request.solver)
    source, first, other, sigma = solver.pop("rows")
    if traced is None:
        raise ValueError(f"the model of rows that are not in memory must be one that can be recorded: {out.note}; "
                         "write it with NumPy's functions of x, or as a formula")  # fmt: skip
    model, arrays, _ = traced
    columns = [_column_of(array, first) for array in arrays]
    _check_by_rows(out, model, columns, source, other)
    done = StreamedOutcome()
    for name in Outcome.__slots__:
        if hasattr(out, name):
            setattr(done, name, getattr(out, name))
    done.model, done.columns, done.engine = model, [], "interpreter"
    done.xdata, done.ydata, done.sigma = source, None, None
    errors = sigma if sigma is not None else source.sigma
    response = source.y
    done.result = _core.streamed_fit(
        model, source._core, columns, response, errors, request.p0, out.lower, out.upper, request.fixed,
        request.absolute_sigma, request.loss, out.f_scale, request.threads, request.check_finite, request.callback,
        request.jacobian_mode, solver,
    )  # fmt: skip
    return done


def _column_of(array, rows):
    """The name of the column of a source that a column of a recorded model is."""
    array = np.asarray(array)
    for name, values in rows.items():
        if array.shape == values.shape and np.array_equal(array, values, equal_nan=True):
            return name
    raise ValueError("the model uses an array that is none of the source's columns (made from x by a function that cannot "
                     "be recorded, or of its own); write it with NumPy's functions of x, or as a formula")  # fmt: skip


def _check_by_rows(out, model, columns, source, other):
    """Records a function once more, on other rows: values that it takes from all of x would be others."""
    if not isinstance(out.function, str) and hasattr(out.function, "text"):
        return  # a formula
    p0 = np.linspace(0.7, 1.3, len(out.names)).tolist()
    x = x_of(source, other)
    again, why = recorded(out.function, x, p0, out.names, len(other[source.y]))
    if again is not None:
        here = [other[name] for name in columns]
        rows = len(other[source.y])
        mine = _core.evaluate(model, here, p0, rows)
        if np.array_equal(mine, _core.evaluate(again[0], again[1], p0, rows), equal_nan=True):
            return
    raise ValueError("the model must treat each row by itself, as rows are read in pieces; it uses x as a whole "
                     f"(its length, a row of it, its mean …){'' if why is None else ': ' + why}")  # fmt: skip

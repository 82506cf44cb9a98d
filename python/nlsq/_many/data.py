# SPDX-License-Identifier: MIT
"""Many data sets as the core takes them: one array of values, and for each variable whether all sets share it."""

import numpy as np

from nlsq._base import arguments
from nlsq._base.messages import nearest
from nlsq._models.formulas import parse


def _as_floats(values, name):
    """A contiguous array of float64 or float32; a view where it can be."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; give mask=")
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{name} holds sequences of different lengths; pad them with NaN and give nan_policy='omit', or fit a "
            "table with by="
        ) from None
    if array.dtype == np.float32:
        return np.ascontiguousarray(array)
    return arguments.as_data(array, name)


def leading_shape(ydatas):
    """ydatas as (k, m) and the shape of its first axes."""
    if isinstance(ydatas, np.ma.MaskedArray):
        flat, lead = leading_shape(ydatas.data)
        return np.ma.MaskedArray(flat, np.ma.getmaskarray(ydatas).reshape(flat.shape)), lead
    array = _as_floats(ydatas, "ydatas")
    if array.ndim < 2:
        raise ValueError(f"ydatas has shape {array.shape}; expected (k, m), one data set a row (one: curve_fit)")
    if array.shape[-1] == 0:
        raise ValueError(f"ydatas has shape {array.shape}: there is no point to fit")
    return array.reshape(-1, array.shape[-1]), array.shape[:-1]


class Sets:
    """k data sets. variables: arrays of (m,) for all sets or (k, m); of ragged sets flat, one value a row."""

    def __init__(self, variables, y, lead, *, single, offsets=None, stacked=None):
        self.variables, self.y, self.lead, self.offsets = variables, y, lead, offsets
        self.clocks = None  # of variables that were dates
        self.names = ["ydatas"] + ["xdata"] * len(variables)  # for messages
        self.single = single  # the model gets one array, not a tuple of them
        self.stacked = stacked  # or (v, m): what the model gets
        self.count = len(y) if offsets is None else len(offsets) - 1
        self.rows = y.shape[1] if offsets is None else int(max(np.diff(offsets), default=0))

    def rows_of(self, i):
        return self.rows if self.offsets is None else self.offsets[i + 1] - self.offsets[i]

    def first_with_rows(self):
        return next((i for i in range(self.count) if self.rows_of(i) > 0), 0)

    def _part(self, values, i):
        if self.offsets is not None:
            return values[self.offsets[i] : self.offsets[i + 1]]
        return values[i] if values.ndim == 2 else values

    def x_of(self, i):
        """What the model gets as x for set i."""
        if self.stacked is not None:
            return self.stacked
        parts = tuple(np.ascontiguousarray(self._part(v, i)) for v in self.variables)
        return parts[0] if self.single else parts

    def y_of(self, i):
        return np.ascontiguousarray(self._part(self.y, i), dtype=float)

    def part_of(self, values, i):
        """The values of an array like ydatas (or one row for all) that are of set i."""
        return None if values is None or np.ndim(values) == 0 else self._part(values, i)

    def varies(self, variable):
        """Whether the sets have each their own values of a variable."""
        return self.offsets is not None or variable.ndim == 2

    def columns_of(self, columns, i):
        return [
            np.ascontiguousarray(self._part(c, i) if any(c is v for v in self.variables) else c) for c in columns
        ]

    def counted(self, i, options):
        """Which points of set i count."""
        counts = np.ones(self.rows_of(i), dtype=bool)
        if options["mask"] is not None:
            counts &= self.part_of(options["mask"], i).astype(bool)
        if np.ndim(options["sigma"]) > 0:
            counts &= ~np.isinf(self.part_of(options["sigma"], i))
        if options["nan_policy"] == "omit":
            x = self.x_of(i)
            counts &= np.isfinite(self.y_of(i))
            for values in x if isinstance(x, tuple) else (x,):
                counts &= np.isfinite(values).all(axis=tuple(range(values.ndim - 1)))
        return counts

    @staticmethod
    def some_of(x, counts):
        """The points of x that count."""
        if isinstance(x, tuple):
            return tuple(np.ascontiguousarray(v[..., counts]) for v in x)
        return np.ascontiguousarray(x[..., counts])

    def check_finite(self, options):
        """Raises ValueError with the place of the first value that counts and is not finite."""
        stacked = () if self.stacked is None else (self.stacked,)
        arrays = list(zip((*self.names, "xdata"), (self.y, *self.variables, *stacked)))
        if all(np.isfinite(values).all() for _, values in arrays):
            return
        for i in range(self.count):
            counts = self.counted(i, options)
            for name, values in arrays:
                part = self.stacked if values is self.stacked else self._part(values, i)
                bad = np.argwhere(~np.isfinite(part) & counts)
                if len(bad):
                    place = ", ".join(str(at) for at in np.unravel_index(i, self.lead))
                    raise ValueError(
                        f"{name} is {part[tuple(bad[0])]} at point {bad[0][-1]} of the data set [{place}]: array must "
                        "not contain infs or NaNs"
                    )


def sets_of(xdata, ydatas, lead):
    """The sets of arrays: what xdata is follows from its shape."""
    shape = (*lead, ydatas.shape[1])
    if isinstance(xdata, tuple) or (isinstance(xdata, list) and xdata and np.ndim(xdata[0]) > 0):
        return Sets([_variable(v, shape, "each variable of xdata") for v in xdata], ydatas, lead, single=False)
    x = _as_floats(xdata, "xdata")
    if x.ndim == 2 and x.shape != shape and x.shape[1] == ydatas.shape[1]:
        return Sets([], ydatas, lead, single=True, stacked=np.ascontiguousarray(x, dtype=float))
    return Sets([_variable(x, shape, "xdata")], ydatas, lead, single=True)


def formula_sets(f, xdata, ydatas, lead):
    """(formula, sets) of a formula over x, or over the variables of a dict."""
    if isinstance(xdata, dict):
        formula = parse(f, list(xdata)) if isinstance(f, str) else f
        names = formula.used or list(xdata)[:1]
    else:
        formula = parse(f, ["x"]) if isinstance(f, str) else f
        if isinstance(xdata, tuple):
            raise TypeError("a formula needs its variables by name: xdata={'x': …, 'z': …}")
        names, xdata = ["x"], {"x": xdata}
    if not formula.used and len(formula.parameters) > 1:
        raise ValueError(
            f"the formula uses none of the variables ({', '.join(xdata)}), so {', '.join(formula.parameters)} would "
            "all be parameters of a constant; name the variables: xdata={'t': …}"
        )
    shape = (*lead, ydatas.shape[1])
    for name in names:
        if name not in xdata:
            raise ValueError(f"xdata has no {name!r}{nearest(name, list(xdata))}; it has {', '.join(xdata)}")
    variables = [_variable(xdata[name], shape, "xdata" if len(xdata) == 1 else f"xdata[{name!r}]") for name in names]
    return formula, Sets(variables, ydatas, lead, single=len(variables) == 1)


def _variable(values, shape, name):
    values = _as_floats(values, name)
    if values.shape == shape[-1:]:
        return values
    if values.shape == shape:
        return values.reshape(-1, shape[-1])
    hint = ""
    if values.ndim == 1 and values.shape[0] in shape:  # frames first, or one data set a column
        turned = "ydatas.T" if len(shape) == 2 else f"np.moveaxis(ydatas, {shape.index(values.shape[0])}, -1)"
        hint = f"; the last axis of ydatas is fitted along: give {turned}"
    raise ValueError(f"{name} has shape {values.shape}, ydatas {shape}: expected {shape[-1:]} or {shape}{hint}")


def _like_data(values, sets, name):
    m, shape = sets.rows, (*sets.lead, sets.rows)
    if values.shape == (m,):
        return values
    try:
        return np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1, m)
    except ValueError:
        raise ValueError(f"{name} has shape {values.shape}, ydatas {shape}: expected {(m,)} or {shape}") from None


def mask_of(mask, sets):
    """The points to use as bytes, (m,) or (k, m)."""
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype != bool and not np.isin(mask, (0, 1)).all():
        raise ValueError("mask must hold True and False")
    return np.ascontiguousarray(_like_data(mask.astype(bool), sets, "mask").view(np.uint8))


def sigma_of_sets(sigma, sets):
    """sigma as a number, (m,) or (k, m)."""
    if sigma is None:
        return None
    if np.ndim(sigma) == 0:
        if isinstance(sigma, str):
            raise TypeError(f"sigma={sigma!r} names a column: that goes with a table, data= and by=")
        return arguments.number(float(sigma), "sigma", above=True)
    return _like_data(_as_floats(sigma, "sigma"), sets, "sigma")

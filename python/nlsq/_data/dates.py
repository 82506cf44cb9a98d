# SPDX-License-Identifier: MIT
"""Dates as xdata: days, or seconds, since the first of them, as numbers for the model.

Dates are NumPy's datetime64, the datetime and date of Python, and the columns and indices of pandas and polars that hold
them; timedelta64 counts from 0. Fits keep a Clock for each such column, which predictions use for the dates they get.
"""

import datetime
from typing import NamedTuple

import numpy as np

_DAY = np.timedelta64(1, "D")
_SECOND = np.timedelta64(1, "s")
_FEWEST_DAYS = 2  # a shorter span is measured in seconds


class Clock(NamedTuple):
    """Numbers for dates: `unit` ("days" or "seconds") since `origin`, a datetime64, or of timedelta64 (None)."""

    origin: np.datetime64 | None
    unit: str

    def numbers(self, values):
        """Dates as float64; numbers as they are."""
        times = as_times(values)
        if times is None:
            return values
        if (times.dtype.kind == "M") != (self.origin is not None):
            raise TypeError(f"x is {'a date' if times.dtype.kind == 'M' else 'a duration'}; the fit was to {self}")
        step = _DAY if self.unit == "days" else _SECOND
        return (times if self.origin is None else times - self.origin) / step

    def __str__(self):
        return self.unit if self.origin is None else f"{self.unit} since {_text(self.origin)}"


def _text(time):
    """A date without the parts of it that are zero."""
    day = time.astype("M8[D]")
    return str(day if day == time else time.astype("M8[s]") if time.astype("M8[s]") == time else time)


def as_times(values):
    """Values as an array of datetime64 or timedelta64 in units of a week or less; None where they are no dates."""
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if isinstance(kind, str) and kind in "fiubcSV" and not hasattr(values, "to_timestamp"):
        return None
    if hasattr(values, "to_timestamp") and hasattr(values, "freq"):  # periods of pandas begin then
        values = values.to_timestamp()
    if hasattr(values, "tz_convert") or hasattr(getattr(values, "dt", None), "tz_convert"):
        aware = values if hasattr(values, "tz_convert") else values.dt
        if getattr(aware, "tz", None) is not None:
            values = aware.tz_convert("UTC")
            values = values.tz_localize(None) if hasattr(values, "tz_localize") else values.dt.tz_localize(None)
    if not isinstance(values, np.ndarray) and hasattr(values, "to_numpy"):
        values = values.to_numpy()
    array = values if isinstance(values, np.ndarray) else _of_objects(values)
    if array is not None and array.dtype == object:
        array = _of_objects(array)
    if array is None or array.dtype.kind not in "Mm":
        return None
    unit = np.datetime_data(array.dtype)[0]
    if unit == "generic":
        return None
    return array.astype(f"{array.dtype.kind}8[D]") if unit in ("Y", "M") and array.dtype.kind == "M" else array


def _of_objects(values):
    """Lists and arrays of datetime, date, datetime64, timedelta: as an array of times, or None."""
    many = isinstance(values, (list, tuple, np.ndarray))
    items = values.flat if isinstance(values, np.ndarray) else values if many else (values,)
    first = next((v for v in items if v is not None and not (isinstance(v, float) and v != v)), None)
    if isinstance(first, (datetime.date, np.datetime64)):
        kind = "M8"
    elif isinstance(first, (datetime.timedelta, np.timedelta64)):
        kind = "m8"
    else:
        return None
    items = values.flat if isinstance(values, np.ndarray) else values if many else (values,)
    found = np.array([_one(v, kind) for v in items], dtype=kind + "[ns]" * hasattr(first, "nanosecond"))
    return found.reshape(np.shape(values)) if isinstance(values, np.ndarray) or not many else found


def _one(value, kind):
    if value is None or value != value:
        return np.array("NaT", dtype=f"{kind}[us]")[()]
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value.to_datetime64() if hasattr(value, "to_datetime64") else value


def clock_of(values):
    """The Clock for a column, or None where it holds no dates."""
    times = as_times(values)
    if times is None or times.size == 0:
        return None
    known = times[~np.isnat(times)]
    if known.size == 0:
        raise ValueError("xdata holds no date but NaT")
    span = known.max() - known.min()
    are_days = np.datetime_data(known.dtype)[0] in ("D", "W")
    unit = "days" if are_days or span >= _FEWEST_DAYS * _DAY else "seconds"
    return Clock(known.min() if times.dtype.kind == "M" else None, unit)


class Clocks:
    """The clocks of x: one, or those of its parts by their keys."""

    def __init__(self, clocks):
        self.clocks = clocks

    def numbers(self, x):
        """x with numbers in place of dates."""
        return as_numbers(x, self.clocks)

    def __str__(self):
        return ", ".join(f"{'x' if key is None else key} is in {clock}" for key, clock in self.clocks.items())

    def plain(self):
        """The same as texts, for files."""
        return [[key, None if c.origin is None else str(c.origin), c.unit] for key, c in self.clocks.items()]

    @classmethod
    def of(cls, plain):
        """From plain()."""
        return cls({key: Clock(None if origin is None else np.datetime64(origin), unit) for key, origin, unit in plain})

    def __repr__(self):
        return str(self)


def parts_of(x):
    """What may hold dates, by keys: {None: x} for an array, the columns of a dictionary or table, parts of a tuple."""
    names = getattr(getattr(x, "dtype", None), "names", None)
    if names:
        return {name: x[name] for name in names}
    if isinstance(x, dict):
        return x
    if hasattr(x, "columns") and hasattr(x, "shape") and not callable(x.columns):
        return {name: x[name] for name in x.columns}
    if isinstance(x, (list, tuple)) and len(x) > 0 and hasattr(x[0], "__len__") and not isinstance(x[0], str):
        return {f"x[{i}]": part for i, part in enumerate(x)}
    return {None: x}


def as_numbers(x, clocks):
    """x with numbers by the clocks of its parts."""
    parts = parts_of(x)
    if None in clocks or (len(clocks) == 1 and None in parts):
        return next(iter(clocks.values())).numbers(x)
    changed = {key: clocks[key].numbers(part) for key, part in parts.items() if key in clocks}
    if isinstance(x, (list, tuple)):
        found = [changed.get(key, part) for key, part in parts.items()]
        return type(x)(*found) if hasattr(x, "_fields") else type(x)(found)
    if hasattr(x, "assign"):
        return x.assign(**changed)
    if hasattr(x, "with_columns"):  # polars
        import polars

        return x.with_columns(*(polars.Series(key, values) for key, values in changed.items()))
    return {**parts, **changed}


def clocks_of(x):
    """The Clocks of what holds dates in x, or None."""
    found = {key: clock_of(part) for key, part in parts_of(x).items()}
    found = {key: clock for key, clock in found.items() if clock is not None}
    return Clocks(found) if found else None

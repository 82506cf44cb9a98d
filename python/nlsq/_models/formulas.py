# SPDX-License-Identifier: MIT
"""Models given as text: a formula over x, or over the columns of a table."""

import numpy as np

from nlsq import _core
from nlsq._base.optimize import warn
from nlsq._data.tables import column_names, column_of, named_column, numbers


class Formula:
    """A formula that can be called like a function of x: f(x, *parameters)."""

    def __init__(self, text, columns):
        self.text = text
        self.columns = tuple(columns)
        self._model = _core.parse(text, list(columns))
        self.parameters = list(self._model.parameters)
        self.used = list(self._model.columns)
        self.response = self._model.response
        self.has_euler = False

    def traced(self, x):
        """(model, columns, False): what tracing a function gives, without a function."""
        if isinstance(x, tuple):
            return self._model, list(x), False
        if hasattr(x, "keys") or hasattr(x, "columns"):
            return self._model, [numbers(column_of(x, name), name) for name in self.used], False
        if len(self.used) > 1:
            names = ", ".join(self.used)
            raise ValueError(f"the formula uses the columns {names}: give them by name, in a dict or table")
        return self._model, [numbers(np.asarray(x), "x")] if self.used else [], False

    def __call__(self, x, *parameters):
        """Values at x, of its shape; of a table or a tuple of columns, one a row."""
        model, arrays, _ = self.traced(x)
        rows = arrays[0].size if arrays else np.size(x[0] if isinstance(x, tuple) and x else x)
        values = _core.evaluate(model, arrays, [float(p) for p in parameters], rows)
        if isinstance(x, tuple) or hasattr(x, "keys") or hasattr(x, "columns"):
            return values
        return values.reshape(np.shape(x))[()]

    def __repr__(self):
        return f"Formula({self.text!r})"

    def __reduce__(self):
        return Formula, (self.text, self.columns)


_parsed = {}
_MOST = 1000


def parse(text, columns):
    """The formula, parsed once for each set of columns."""
    key = (text, tuple(columns))
    found = _parsed.get(key)
    if found is None:
        if len(_parsed) >= _MOST:
            _parsed.clear()
        try:
            found = _parsed[key] = Formula(text, columns)
        except ValueError as error:
            hint = _in_backquotes(text, columns)
            raise type(error)(f"{error}{hint if chr(10) not in str(error) else hint.replace('; ', chr(10), 1)}") from None
        found.has_euler = "e" not in columns and _names_euler(text)
    return found


def _in_backquotes(text, columns):
    """What to write for columns whose names are no names of the language, where the formula has one bare; or ''."""
    bare = [c for c in columns if not c.isidentifier() and "`" not in c and c in text and f"`{c}`" not in text]
    if not bare:
        return ""
    return f"; a column whose name is no plain word goes in backquotes: {', '.join(f'`{c}`' for c in bare)}"


def _names_euler(text):
    """Whether a formula has e where it is no base of a power: e*x, but not e^x."""
    import re

    return re.search(_EULER, re.sub(r"`[^`]*`", " ", text)) is not None


# e where it is no base of a power: not in a name or number, nor in backquotes.
_EULER = r"(?<![\w.`])e(?![\w`]|\s*(?:\^|\*\*))"


def _note_of_constants(f, columns, named):
    """Warns of e, which stands for Euler's number, where a parameter of that name may be meant."""
    for name in {"e", "pi"} & named - set(columns):
        raise ValueError(f"{name!r} is a constant in formulas, not a parameter; give the parameter another name")
    if f.has_euler:
        text = "'e' in a formula is Euler's number, 2.71828…; a parameter takes another name"
        warn(text)


def _no_built_in_name(f):
    """A formula that is one name alone is a constant; the name of a built-in model was meant for one."""
    if f.used or f.parameters != [f.text.strip()]:
        return
    name = f.text.strip()
    known = [entry["name"] for entry in _core.built_in_models()]
    near = name if name in known else _core.nearest_name(name, known)
    if near and len(name) > 3:
        raise ValueError(
            f"the formula {name!r} is a constant, a parameter of that name; for the built-in model fit "
            f"nlsq.functions.{near}"
        )


def no_missed_column(f, unused, named):
    """As the command: refuses a formula without columns, a constant, of several parameters; warns of a parameter that
    is almost the name of an unused column. named: as of formula_problem."""
    if not f.used:
        _no_built_in_name(f)
    if not unused:
        return
    if not f.used and len(f.parameters) > 1:
        near = {name: _core.nearest_name(name, unused) for name in f.parameters}
        meant = [f"{column!r} by {name!r}" for name, column in near.items() if column]
        hint = f"; did you mean the column {' and '.join(meant)}?" if meant else ""
        raise ValueError(
            f"the formula uses no column of the data ({', '.join(unused)}), so {', '.join(f.parameters)} would all be "
            f"parameters of a constant{hint}{_in_backquotes(f.text, unused)}"
        )
    for name in f.parameters:
        near = _core.nearest_name(name, unused) if len(name) > 2 and name not in named else ""
        if near and _edits(name, near) <= 2:
            text = f"{name!r} is a parameter, as no column has that name; was the column {near!r} meant?"
            warn(text)


def _edits(a, b):
    """How many letters to change, add or leave out make one name the other."""
    above = list(range(len(b) + 1))
    for i, letter in enumerate(a):
        row = [i + 1]
        for j, other in enumerate(b):
            row.append(min(above[j] + (letter != other), above[j + 1] + 1, row[j] + 1))
        above = row
    return above[-1]


def formula_problem(text, xdata, ydata, data, y, named):
    """(function, xdata, ydata, parameter names, clocks) of a formula and where its data are. named: columns and
    parameters that other arguments name. clocks: of the columns of dates, by name."""
    clocks = {}
    if data is None:
        if isinstance(xdata, dict):
            data, xdata = xdata, None
        else:
            if xdata is None or ydata is None:
                raise TypeError("a formula needs xdata and ydata, or data= and y=")
            f = parse(text, ["x"])
            _note_of_constants(f, ["x"], named)
            if not f.used and len(f.parameters) > 1:
                raise ValueError(
                    f"the formula does not use x, so {', '.join(f.parameters)} would all be parameters of a constant; "
                    "call the column x, or give it by name: data={'t': …}"
                )
            _no_built_in_name(f)
            x = np.asarray(xdata)
            if x.ndim != 1:
                raise ValueError("a formula over several columns needs them by name: data={'x': …, 'z': …}")
            return f, numbers(x, "x", clocks), ydata, f.parameters, clocks
    names = column_names(data)
    if y is None and ydata is None:
        response = parse(text, names).response
        if not response:
            raise TypeError("say which column is the response: y='name', or 'name = formula'")
        y = response
    if isinstance(y, str):
        ydata = named_column(data, y, "y")
        names = [name for name in names if name != y]
    elif y is not None:
        ydata = y
    f = parse(text, names)
    _note_of_constants(f, names, named)
    no_missed_column(f, [name for name in names if name not in f.used and name not in named], named)
    columns = tuple(numbers(column_of(data, name), name, clocks) for name in f.used)
    return f, columns, ydata, f.parameters, clocks

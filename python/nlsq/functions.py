# SPDX-License-Identifier: MIT
"""Built-in models: functions of x and parameters, with start values from data and bounds.

>>> from nlsq import curve_fit, functions
>>> curve_fit(functions.gaussian, x, y, p0="auto")
>>> curve_fit(functions.gaussian + functions.gaussian + functions.linear, x, y)

Each is one formula of the engine's table (docs/models.md). They work on NumPy arrays, with recording values and with
jax.numpy arrays alike, where all functions of the formula exist there.
"""

from typing import Any

import numpy as np

from nlsq import _core
from nlsq._models.formulas import Formula


class BuiltIn(Formula):
    """A built-in model: callable as f(x, *parameters), with estimate_p0(x, y) and bounds()."""

    def __init__(self, name):
        entry = _core.built_in_model(name)
        super().__init__(entry["formula"], ["x"])
        self.name = self.__name__ = self.__qualname__ = entry["name"]
        call = f"{entry['name']}({', '.join(['x', *entry['parameters']])})"
        self.__doc__ = f"{call} = {entry['formula']}\n\n{entry['doc']}"
        self.parameters = list(entry["parameters"])
        self.aliases = list(entry["aliases"])
        self._lower, self._upper = list(entry["lower"]), list(entry["upper"])
        self._components = entry["components"]

    def __add__(self, other):
        """The sum: its parameters have prefixes, g1_amp, …, l1_a; of several constants the last is kept (docs/models.md)."""
        if not isinstance(other, BuiltIn):
            return NotImplemented
        name = f"{self.name} + {other.name}"
        try:
            return _built_in(name)
        except KeyError:
            raise ValueError(f"a sum has at most 16 models: {name}") from None

    def components(self, x, *parameters):
        """{prefix: values at x} of the terms of a sum, whose sum is the model; of any other model {"": its values}."""
        if not self._components:
            return {"": self(x, *parameters)}
        given = dict(zip(self.parameters, parameters))
        if len(parameters) != len(self.parameters):
            raise ValueError(f"{self.name}: Expected {len(self.parameters)} coefficients, got {len(parameters)}")
        values = {}
        for _, prefix, text in self._components:
            term = Formula(text or "0*x", ["x"])
            values[prefix] = term(x, *(given[name] for name in term.parameters))
        return values

    def __call__(self, x, *parameters):
        if len(parameters) != len(self.parameters):
            raise ValueError(f"{self.name}: Expected {len(self.parameters)} coefficients, got {len(parameters)}")
        if isinstance(x, _core.Traced) or any(isinstance(p, _core.Traced) for p in parameters):
            return self._replay(x, parameters, _numpy_names())
        if type(x).__module__.startswith("jax") or any(type(p).__module__.startswith("jax") for p in parameters):
            return self._replay(x, parameters, _jax_names())
        for name, value in zip(self.parameters, parameters):
            if np.ndim(value):
                raise TypeError(f"{self.name}: {name} must be one number, not an array of shape {np.shape(value)}")
        return super().__call__(x, *parameters)

    def _replay(self, x, parameters, names):
        """The formula, evaluated operation by operation: inside other models, and by JAX."""
        code = _compiled(self.name, self.text)
        return eval(code, {**names, "x": x, **dict(zip(self.parameters, parameters))})

    def estimate_p0(self, x, y):
        """Start values from data: finite and inside the bounds, whatever the data."""
        x = np.asarray(x, dtype=float).ravel()
        y = np.asarray(y, dtype=float).ravel()
        return _core.start_values(self.name, x.tolist(), y.tolist())

    def bounds(self):
        """(lower, upper), one value a parameter."""
        return list(self._lower), list(self._upper)

    def __repr__(self):
        return f"<nlsq model {self.name}({', '.join(['x', *self.parameters])})>"

    def __reduce__(self):
        return _built_in, (self.name,)


class Sum(BuiltIn):
    """A sum of built-in models. It has no start rule of its own: fits without p0 search for starts."""

    @property
    def estimate_p0(self):
        raise AttributeError("a sum has no start rule of its own; curve_fit without p0 searches for starts")


def _recorded(name):
    return lambda *inputs: _core.record(name, None, inputs)


def _numpy_names():
    names = {name: getattr(np, name) for name in ("exp", "log", "sqrt", "sin", "cos", "where", "logaddexp", "pi")}
    return {**names, "expit": _recorded("expit"), "voigt": _recorded("voigt_profile")}


def _jax_names():
    import jax.numpy as jnp
    from jax.scipy.special import expit

    names = {name: getattr(jnp, name) for name in ("exp", "log", "sqrt", "sin", "cos", "where", "logaddexp", "pi")}
    return {**names, "expit": expit}


_compiled_formulas = {}


def _compiled(name, text):
    # The text is the engine's own; Python reads it in the same way except for the power operator.
    if name not in _compiled_formulas:
        _compiled_formulas[name] = compile(text.replace("^", "**"), f"<nlsq model {name}>", "eval")
    return _compiled_formulas[name]


_made = {}


def _built_in(name):
    if name not in _made:
        _made[name] = (Sum if "+" in name else BuiltIn)(name)
    return _made[name]


def polynomial(degree: int) -> BuiltIn:
    """The polynomial of a degree (0 to 20), highest power first: f(x, c0, …) = np.polyval([c0, …], x)."""
    if not 0 <= int(degree) <= 20:
        raise ValueError(f"polynomial: the degree must be between 0 and 20, not {degree}")
    model = _built_in(f"polynomial({int(degree)})")
    model.__name__ = f"polynomial_degree_{int(degree)}"
    return model


_NAMES = [entry["name"] for entry in _core.built_in_models()]
__all__ = [*_NAMES, "polynomial"]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return _built_in(name)
    if name.startswith("estimate_p0_") and name[12:] in _NAMES:
        return _built_in(name[12:]).estimate_p0
    if name.startswith("bounds_") and name[7:] in _NAMES:
        return _built_in(name[7:]).bounds
    near = _core.nearest_name(name, __all__)
    raise AttributeError(f"nlsq.functions has no model {name!r}" + (f"; did you mean {near!r}?" if near else ""))


def __dir__():
    return sorted(__all__)

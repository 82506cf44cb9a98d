# SPDX-License-Identifier: MIT
"""The dictionary that a fit's result is: entries that are computed when they are asked for."""

from collections.abc import ItemsView, KeysView, Mapping, ValuesView

import numpy as np

from nlsq._base.optimize import OptimizeResult
from nlsq._core import loss_values
from nlsq._engine.outcome import engine_of
from nlsq._results.fields import ENTRIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def _times(result):
    core = result._outcome.result
    return {"compile": 1e-3 * core.compile_ms, "fit": 1e-3 * core.elapsed_ms}


def _sparsity(result):
    m, n = len(result._outcome.ydata), len(result["popt"])
    return {"detected": False, "ratio": 0.0, "solver": "dense", "n_residuals": m, "n_params": n}


def _gradient(result):
    outcome = result._outcome
    f = result["fun"]
    core = outcome.result
    if core.loss != "linear":
        with np.errstate(all="ignore"):
            f = loss_values(core.loss, (f / outcome.f_scale) ** 2)[1] * f
    J = result["jac"]
    used = ~np.isinf(outcome.sigma) if np.ndim(outcome.sigma) == 1 else slice(None)
    with np.errstate(over="ignore", invalid="ignore"):
        return f[used] @ J[used]


def _xdata(result):
    whole = result._outcome.whole
    return result._outcome.xdata if whole is None or not whole.x_too else result._shaped(result._outcome.xdata)


def _issues(core):
    from nlsq._results.issues import of_core

    return of_core(core)


def _of_core(name):
    return lambda r: getattr(r._outcome.result, name)


# How each entry is found.
_FOUND = {
    "x": lambda r: r["popt"],
    "popt": lambda r: r._outcome.result.popt,
    "pcov": lambda r: r._outcome.result.pcov,
    "perr": lambda r: r._outcome.result.perr,
    "fun": lambda r: r._unchanged()._outcome.residuals(),
    "jac": lambda r: r._unchanged()._outcome.jacobian(),
    "grad": _gradient,
    "active_mask": lambda r: np.array(r._outcome.result.at_bound, dtype=int),
    **{name: _of_core(name) for name in ENTRIES},
    "nit": _of_core("iterations"),
    "model": lambda r: r._outcome.function if r._outcome.whole is None else r._outcome.whole.function,
    "xdata": _xdata,
    "ydata": lambda r: r._shaped(r._outcome.ydata),
    "engine": lambda r: engine_of(r._outcome),
    "device": _of_core("device"),
    "trace_note": lambda r: r._outcome.note,
    "warnings": lambda r: list(r._outcome.result.warnings),
    "issues": lambda r: _issues(r._outcome.result),
    "cache_stats": lambda r: r._outcome.cache_stats,
    "all_times": _times,
    "sparsity_detected": _sparsity,
    "multistart_diagnostics": lambda r: {"n_starts_configured": 0, "bypassed": True},
    "infodict": lambda r: {"nfev": r["nfev"], "fvec": r["fun"], "cache_stats": r["cache_stats"]},
}
_FIRST = (
    "x popt pcov perr cost fun jac grad optimality active_mask nfev njev nfev_subsample attempts start_source progressive "
    "precision nfev_float32 nit status success message model xdata ydata engine device trace_note jacobian_mode "
    "jacobian_mode_source derivative_order"
)
# The keys in their order.
FILL = {name: _FOUND[name] for name in (*_FIRST.split(), *_FOUND)}


class _Entries(Mapping):
    """The entries of a result, of which iterating over the result itself gives only popt and pcov."""

    __slots__ = ("_result",)

    def __init__(self, result):
        self._result = result

    def __getitem__(self, key):
        return self._result[key]

    def __iter__(self):
        removed = self._result._removed
        yield from (key for key in FILL if key not in removed)
        yield from [key for key in dict.keys(self._result) if key not in FILL]

    def __len__(self):
        return sum(1 for _ in self)

    def __contains__(self, key):
        return key in self._result

    def __repr__(self):
        return repr(list(self))


class LazyEntries(OptimizeResult):
    """A dictionary of the entries above, filled on first use; iterating over it gives popt and pcov."""

    __slots__ = ("_outcome", "_seen", "_removed", "_cache")

    def __getitem__(self, key):
        if type(key) is slice:  # curve_fit(f, x, y)[:2], as with a pair
            return (self["popt"], self["pcov"])[key]
        return super().__getitem__(key)

    def __missing__(self, key):
        fill = FILL.get(key)
        if fill is None and isinstance(key, int) and -2 <= key <= 1:
            return self[("popt", "pcov")[key]]  # curve_fit(f, x, y)[0], as with a pair
        if fill is None or key in self._removed:
            raise KeyError(key)
        value = fill(self)
        dict.__setitem__(self, key, value)
        return value

    def __getattr__(self, name):
        try:
            return dict.__getitem__(self, name)
        except KeyError:
            own = getattr(type(self), name, None)
            if isinstance(own, property):  # it raised an AttributeError, which says more
                return own.fget(self)
            if name in FILL:
                raise AttributeError(f"this result has no entry {name!r}") from None
            from nlsq._results.attribute_names import no_attribute

            raise AttributeError(no_attribute(name, dir(self))) from None

    def __setattr__(self, name, value):
        self[name] = value

    def __setitem__(self, key, value):
        if key in self._removed:
            set_removed(self, tuple(k for k in self._removed if k != key))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key):
        if key not in self:
            raise KeyError(key)
        dict.pop(self, key, None)
        if key in FILL:
            set_removed(self, (*self._removed, key))

    def __delattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        del self[name]

    def __iter__(self) -> "Iterator[np.ndarray]":
        return iter((self["popt"], self["pcov"]))

    def __contains__(self, key):
        return dict.__contains__(self, key) or (key in FILL and key not in self._removed)

    def __len__(self):
        return len(_Entries(self))

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    __hash__ = None

    def keys(self):
        """The names of the entries; none is computed."""
        return KeysView(_Entries(self))

    def values(self):
        """The entries, each computed when it is reached."""
        return ValuesView(_Entries(self))

    def items(self):
        """(name, entry), each computed when it is reached."""
        return ItemsView(_Entries(self))

    def get(self, key, default=None):
        """The entry, or the default where there is none of the name."""
        return self[key] if key in self else default

    def pop(self, key, *default):
        """Removes the entry and returns it."""
        if key not in self and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def setdefault(self, key, default=None):
        """The entry; the default is stored where there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *other, **entries):
        """Stores several entries."""
        for key, value in dict(*other, **entries).items():
            self[key] = value

    def popitem(self):
        """The last entry, removed."""
        key = list(self.keys())[-1]
        return key, self.pop(key)

    def clear(self):
        """Removes every entry."""
        dict.clear(self)
        set_removed(self, tuple(FILL))

    def copy(self) -> dict:
        """A plain dictionary of all entries."""
        return dict(self.items())

    def __or__(self, other):
        return self.copy() | dict(other)

    def __ror__(self, other):
        return dict(other) | self.copy()

    def __dir__(self):
        return sorted({*object.__dir__(self), *self.keys()})


set_outcome = LazyEntries._outcome.__set__
set_seen = LazyEntries._seen.__set__
set_removed = LazyEntries._removed.__set__
set_cache = LazyEntries._cache.__set__

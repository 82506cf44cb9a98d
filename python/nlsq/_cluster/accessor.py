# SPDX-License-Identifier: MIT
"""``array.nlsq.fit(…)`` of xarray's arrays: the arguments and results of ``DataArray.curvefit``, by curve_fit_many.

Arguments, defaults and messages follow xarray.computation.fit; what differs is who fits, and chunk by chunk instead of
set by set.
"""

from __future__ import annotations

import inspect

import numpy as np

from nlsq._many.curve_fit_many import curve_fit_many
from nlsq._models.formulas import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Fits:
    """Fits of a DataArray, or of all variables of a Dataset: ``array.nlsq.fit(coords, func, …)``."""

    def __init__(self, array: Any):
        self._array = array

    def fit(self, coords: Any, func: Any, reduce_dims: Any = None, skipna: bool = True, p0: Any = None, bounds: Any = None,
            param_names: Any = None, errors: str = "raise", kwargs: dict[str, Any] | None = None) -> Any:  # fmt: skip
        """Fits func along coords to every set of the other dimensions; the arguments are those of ``curvefit``.

        Parameters
        ----------
        coords : a name or DataArray, or several of them: the x of func; func gets several as an array of one row each
        func : callable f(x, *params), or a formula of x, or of a coordinate by its name
        reduce_dims : dimensions to fit over beside those of coords
        skipna : leave out points that are NaN
        p0, bounds : dict of name: number or DataArray; (lower, upper)
        errors : "raise", or "ignore": NaN where a fit fails
        kwargs : further arguments of nlsq.curve_fit_many: sigma, absolute_sigma, method, loss, max_nfev, …

        Returns
        -------
        Dataset
            ``curvefit_coefficients`` (…, param) and ``curvefit_covariance`` (…, cov_i, cov_j); of a chunked array
            nothing is computed before it is asked for.
        """
        if errors not in ("raise", "ignore"):
            raise ValueError('errors must be either "raise" or "ignore"')
        array, coords, along = _axes(self._array, coords, reduce_dims)
        _check_dims(p0 or {}, bounds or {}, [d for d in array.dims if d not in along])
        names, defaults = _parameters(func, [str(c.name) for c in coords], param_names)
        how = {"func": func, "along": along, "names": names, "skipna": bool(skipna), "errors": errors,
               "kwargs": dict(kwargs or {}), "x_name": str(coords[0].name)}  # fmt: skip
        starts = _starts(names, defaults, p0 or {}, bounds or {})
        variables = getattr(array, "data_vars", None)
        if variables is None:
            coefficients, covariance = _fit_variable(array, coords, starts, how)
            fits = {"": (coefficients, covariance)}
        else:
            fits = {f"{name}_": _fit_variable(one, coords, starts, how) for name, one in variables.items()}
        return _dataset(fits, names, array)

    curvefit = fit


def register():
    """Makes ``array.nlsq`` and ``dataset.nlsq`` known to xarray."""
    import xarray

    for kind, to in ((xarray.DataArray, xarray.register_dataarray_accessor), (xarray.Dataset, xarray.register_dataset_accessor)):
        if getattr(kind, "nlsq", None) is not Fits:
            to("nlsq")(Fits)


def _axes(array, coords, reduce_dims):
    """(array, coordinates, dimensions that are fitted over)."""
    import xarray

    if isinstance(coords, (str, xarray.DataArray)) or not hasattr(coords, "__iter__"):
        coords = [coords]
    coords = [array[c] if isinstance(c, str) else c for c in coords]
    if reduce_dims is None:
        reduce_dims = []
    along = [reduce_dims] if isinstance(reduce_dims, str) or not hasattr(reduce_dims, "__iter__") else list(reduce_dims)
    along += [d for c in coords for d in array.dims if c.equals(array[d])]
    along = list(dict.fromkeys(along))
    if not along:
        raise ValueError("No arguments to `coords` were identified as a dimension on the calling object, and no dims were "
                         "supplied to `reduce_dims`. This would result in fitting on scalar data.")  # fmt: skip
    kept = [d for d in array.dims if d not in along]
    coords = [c.broadcast_like(array, exclude=kept) for c in xarray.broadcast(*coords)]
    chunked = getattr(array, "chunks", None)
    if chunked:
        array = array.chunk({d: -1 for d in along})
    return array, coords, along


def _check_dims(p0, bounds, kept):
    named = [(f"Initial guess for '{name}'", guess) for name, guess in p0.items()]
    for name, pair in bounds.items():
        named += [(f"{label} bound for '{name}'", bound) for label, bound in zip(("Lower", "Upper"), pair)]
    for what, value in named:
        unexpected = set(getattr(value, "dims", ())) - set(kept)
        if unexpected:
            raise ValueError(f"{what} has unexpected dimensions {tuple(unexpected)}. It should only have dimensions that are "
                             f"in data dimensions {kept}.")  # fmt: skip


def _parameters(func, coords, param_names):
    """(names of the parameters, their defaults in the signature)."""
    if isinstance(func, str):
        return list(param_names or parse(func, list(dict.fromkeys([*coords, "x"]))).parameters), {}
    try:
        arguments = inspect.signature(func).parameters
    except ValueError:
        if not param_names:
            raise ValueError("Unable to inspect `func` signature, and `param_names` was not provided.") from None
        return list(param_names), {}
    if not param_names and any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in arguments.values()):
        raise ValueError("`param_names` must be provided because `func` takes variable length arguments.")
    defaults = {name: p.default for name, p in arguments.items() if p.default is not p.empty}
    return list(param_names or list(arguments)[1:]), defaults


def _starts(names, defaults, p0, bounds):
    """(start, lower, upper) of each parameter: a given start, else the signature's, else 1, inside the bounds."""
    for what, given in (("p0", p0), ("bounds", bounds)):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"{what}: there is no parameter {unknown[0]!r}; they are {', '.join(names)}")
    import xarray

    found = []
    for name in names:
        start, (lower, upper) = defaults.get(name, 1.0), bounds.get(name, (-np.inf, np.inf))
        if name in bounds:
            low, high = np.isfinite(lower), np.isfinite(upper)
            inside = xarray.where(low, xarray.where(high, 0.5 * (lower + upper), lower + 1.0),
                                  xarray.where(high, upper - 1.0, 0.0))  # fmt: skip
            start = xarray.where((lower > start) | (upper < start), inside, start)
        found.append((p0.get(name, start), lower, upper))
    return found


def _fit_variable(array, coords, starts, how):
    import xarray

    n, along = len(how["names"]), how["along"]
    flat = [value for three in zip(*starts) for value in three]
    return xarray.apply_ufunc(
        _fit_block, array, *coords, *flat,
        input_core_dims=[along] * (1 + len(coords)) + [[]] * len(flat),
        output_core_dims=[["param"], ["cov_i", "cov_j"]], exclude_dims=set(along), dask="parallelized",
        dask_gufunc_kwargs={"output_sizes": {"param": n, "cov_i": n, "cov_j": n}}, output_dtypes=(float, float),
        kwargs={"count": len(coords), "how": how, "threads": 1 if getattr(array, "chunks", None) else 0},
    )  # fmt: skip


def _dataset(fits, names, array):
    import xarray

    variables = {}
    for name, (coefficients, covariance) in fits.items():
        variables[f"{name}curvefit_coefficients"], variables[f"{name}curvefit_covariance"] = coefficients, covariance
    result = xarray.Dataset(variables).assign_coords(param=names, cov_i=names, cov_j=names)
    if hasattr(array, "data_vars"):  # as in xarray, those of an array are not the result's
        result.attrs = array.attrs.copy()
    return result


def _fit_block(Y, *rest, count, how, threads):
    """(popt, pcov) of the sets of a block."""
    n, axes = len(how["names"]), len(how["along"])
    lead, m = Y.shape[: Y.ndim - axes], int(np.prod(Y.shape[Y.ndim - axes :]))
    sets = int(np.prod(lead))
    if sets == 0 or m == 0:
        return np.full((*lead, n), np.nan), np.full((*lead, n, n), np.nan)
    y = np.ascontiguousarray(Y.reshape(sets, m), dtype=float)
    x = [_of_sets(c, lead, axes, m) for c in rest[:count]]
    start, lower, upper = (_per_set(rest[count + k * n : count + (k + 1) * n], lead, sets) for k in range(3))
    options = {"p0": start, "threads": threads, **how["kwargs"]}
    if np.isfinite(lower).any() or np.isfinite(upper).any():
        options["bounds"] = (lower, upper)
    if how["skipna"]:
        y = _without_nan(x, y)
        options["nan_policy"] = "omit"
    elif np.isnan(y).any():
        raise ValueError("the data hold NaN; leave them out (skipna=True)")
    found = curve_fit_many(how["func"], _argument(x, how), y, **options)
    popt, pcov = found.popt, found.pcov
    failed = ~found.success & (found.n > 0)
    if failed.any():
        if how["errors"] == "raise":
            raise RuntimeError(f"Optimal parameters not found: {int(failed.sum())} of {sets} fits failed, the first one with "
                               f"status {int(found.status[np.argmax(failed)])}; errors='ignore' leaves NaN there")  # fmt: skip
        popt, pcov = np.where(failed[:, None], np.nan, popt), np.where(failed[:, None, None], np.nan, pcov)
    return popt.reshape(*lead, n), pcov.reshape(*lead, n, n)


def _of_sets(coord, lead, axes, m):
    """A coordinate as (m,), or (sets, m) where it has other dimensions, too."""
    coord = np.asarray(coord, dtype=float)
    own = coord.shape[: coord.ndim - axes]
    if int(np.prod(own)) == 1:
        return np.ascontiguousarray(coord.reshape(m))
    shape = (*lead, *coord.shape[coord.ndim - axes :])
    return np.ascontiguousarray(np.broadcast_to(coord, shape).reshape(-1, m))


def _per_set(values, lead, sets):
    """(n,) where all sets have the same, else (sets, n)."""
    if all(np.size(value) == 1 for value in values):
        return np.array([float(np.reshape(value, ())) for value in values])
    columns = [np.broadcast_to(np.asarray(value, dtype=float), lead).reshape(sets) for value in values]
    return np.ascontiguousarray(np.stack(columns, axis=-1))


def _without_nan(x, y):
    """y with NaN where no coordinate has a value; those of coordinates are replaced, as such points are left out."""
    gaps = np.all([np.broadcast_to(np.isnan(one), y.shape) for one in x], axis=0) if any(np.isnan(o).any() for o in x) else None
    if gaps is None:
        return y
    for one in x:
        one[np.isnan(one)] = 0.0
    return np.where(gaps, np.nan, y)


def _argument(x, how):
    """xdata of curve_fit_many."""
    func = how["func"]
    if isinstance(func, str):
        name = how["x_name"]
        by_name = name.isidentifier() and parse(func, [name]).used
        return {name: x[0]} if by_name else x[0]
    if len(x) == 1:
        return x[0]
    if all(one.ndim == 1 for one in x):
        return np.vstack(x)
    return tuple(np.broadcast_to(one, max((o.shape for o in x), key=len)) for one in x)

# SPDX-License-Identifier: MIT
"""Global fits: several data sets at once, some parameters shared between them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.messages import caller, nearest
from nlsq._base.optimize import warn
from nlsq._data.model_input import as_model_input
from nlsq._data.tables import column_names, column_of, named_column, numbers
from nlsq._fits.one_fit import fit_one
from nlsq._fits.options import options_of
from nlsq._fits.together_result import GlobalFitResult
from nlsq._models.formulas import Formula, parse
from nlsq._models.parameter_names import parameter_names

_SOLVERS = ("auto", "dense", "sparse")


class Set:
    """One data set and its model."""

    def __init__(self, model, xdata, ydata, sigma, data, y, share, label):
        self.function, self.share, self.label = model, share, label
        self.labels = {}  # of index columns that are texts
        if isinstance(model, (str, Formula)):
            self._set_formula(model, xdata, ydata, sigma, data, y)
        else:
            if not callable(model):
                raise TypeError(f"a model is a function f(x, *parameters) or a formula, not {type(model).__name__}")
            self.names = parameter_names(model)
            if not self.names:
                raise ValueError("the model of a global fit names its parameters: def f(x, a, b)")
            self.x = as_model_input(xdata)
            self.y = arguments.as_data(ydata, "ydata")
            self.recorded = None
        if self.y.size == 0:
            raise ValueError(f"the data set {self.label} has no rows")
        self.sigma = None if sigma is None else arguments.sigma_of(self._sigma_column(sigma, data), self.y)
        if np.ndim(self.sigma) > 1:
            raise ValueError("sigma of a global fit is a number or one value a row")
        self.sigma = float(self.sigma) if self.sigma is not None and np.ndim(self.sigma) == 0 else self.sigma
        self.own = {}  # name in the model: name in the fit

    def _set_formula(self, model, xdata, ydata, sigma, data, y):
        if data is None and isinstance(xdata, Mapping):
            data = xdata
        table = {"x": xdata} if data is None else data
        columns = column_names(table)
        if ydata is None:
            y = y or parse(model, columns).response
            if not y:
                raise TypeError("say which column is the response: y='name', or 'name = formula'")
            ydata = named_column(table, y, "y")
        formula = model if isinstance(model, Formula) else parse(model, [c for c in columns if c != y])
        indices = {column for column in _core.gathered_by(formula._model) if column is not None}
        arrays = [self._column(table, name, name in indices) for name in formula.used]
        self.function, self.names = formula, formula.parameters
        self.y = arguments.as_data(ydata, "ydata")
        self.x = tuple(arrays)
        self.recorded = (formula._model, arrays)
        self.vectors = {}  # of the formula: names of their elements
        for name, column in zip(self.names, _core.gathered_by(formula._model)):
            if column is not None:
                at = formula.used.index(column)
                texts = self.labels.get(column) or [str(i) for i in range(_elements(arrays[at], column))]
                self.vectors[name] = [f"{name}[{text}]" for text in texts]

    def _column(self, table, name, is_index):
        values = np.asarray(column_of(table, name))
        if is_index and values.dtype.kind in "OUS":
            texts, codes = np.unique(values.astype(str), return_inverse=True)
            self.labels[name] = [str(text) for text in texts]
            return codes.astype(float)
        return numbers(values, name)

    @staticmethod
    def _sigma_column(sigma, data):
        return named_column(data, sigma, "sigma") if isinstance(sigma, str) else sigma

    def record(self, start):
        """The model as the core takes it; start: values by name, which the record is compared at."""
        if self.recorded is None:
            from nlsq._recording.models import recorded

            p0 = [start.get(name, 1.0) for name in self.names]
            found, why = recorded(self.function, self.x, p0, self.names, len(self.y))
            if found is None:
                raise ValueError(f"the model of the data set {self.label} cannot be recorded, which global fits need: {why}")
            self.recorded = found[0], found[1]
        return self.recorded


def _elements(index, column):
    """How many elements an index column picks from."""
    bad = ~((index >= 0) & (index == np.floor(index)))
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"data: the index column {column!r} holds {index[row]:g} in row {row + 1}; indices are whole "
                         "numbers from 0, or texts")  # fmt: skip
    return int(index.max(initial=-1)) + 1


class Problem:
    """Data sets that are fitted at once: ``Problem().add(f, x1, y1).add(f, x2, y2).fit(share=["width"])``."""

    def __init__(self):
        self._sets = []

    def add(self, model, xdata=None, ydata=None, sigma=None, *, data=None, y=None, share=(), name=None) -> Problem:
        """Adds a data set; returns the problem.

        model : a function f(x, *parameters) or a formula, which may differ from set to set
        share : names of its parameters that are those of the same name in other sets
        name : what the set is called in names of parameters, amp[name]; by default its number, from 0
        """
        share = [share] if isinstance(share, str) else list(share)
        label = str(len(self._sets) if name is None else name)
        if any(other.label == label for other in self._sets):
            raise ValueError(f"two data sets are called {label!r}; give each a name of its own")
        self._sets.append(Set(model, xdata, ydata, sigma, data, y, share, label))
        return self

    def fit(
        self, p0=None, *, share=(), bounds=None, fixed=None, absolute_sigma=False, loss=None, f_scale=1.0, method=None,
        tie=None, prior=None, derive=None, linear_solver="auto", starts="search", **solver,
    ) -> GlobalFitResult:  # fmt: skip
        """Fits all sets.

        share : names that are shared by all sets that have them
        p0 : dict of name: a number for all sets, or one each; ``"amp[3]"`` is that of one set. Parameters without a
            start begin where fits of each set by itself end (starts="ones": at 1).
        bounds : dict of name: (lower, upper);  fixed : dict of name: value, or names to hold at p0
        tie, prior, derive : as in ``curve_fit``, on names of the fit
        linear_solver : "auto", "dense" or "sparse" (docs/structured.md)
        method, loss, f_scale, absolute_sigma, ftol, xtol, gtol, max_nfev : as in ``curve_fit``
        """
        if not self._sets:
            raise ValueError("there is no data set; add one")
        share = [share] if isinstance(share, str) else list(share)
        _name_parameters(self._sets, share)
        options = _solver_options(method, loss, f_scale, solver)
        f_scale = options.pop("f_scale")
        arguments.one_of(linear_solver, _SOLVERS, "linear_solver")
        fixed_values = _fixed(fixed, self._sets)
        start = _spread(p0, self._sets, "p0")
        limits = {name: _pair(name, pair) for name, pair in _spread(bounds, self._sets, "bounds", pairs=True).items()}
        relations = _relations(tie, prior, derive)
        # A start or bounds given for a whole vector do not apply to an element that is tied.
        for name in relations.get("ties", {}) if relations else ():
            for given, values in ((p0, start), (bounds, limits), (fixed, fixed_values)):
                if isinstance(given, Mapping) and name not in given:
                    values.pop(name, None)
        _move_inside(start, limits)
        if starts != "ones":
            _add_starts(self._sets, start, limits, fixed_values, relations)
        if relations is not None:
            options["relations"] = relations
        sets = []
        for one in self._sets:
            model, columns = one.record({name: start.get(full, 1.0) for name, full in one.own.items()})
            sets.append((model, [one.own[name] for name in one.names], list(columns),
                         np.ascontiguousarray(one.y), one.sigma, one.labels))  # fmt: skip
        core = _core.fit_problem(sets, start, limits, fixed_values, arguments.truth(absolute_sigma, "absolute_sigma"),
                                 loss, f_scale, linear_solver, options)  # fmt: skip
        for text in core.warnings:
            warn(text)
        return GlobalFitResult(core, self._sets)


def fit_together(sets, share=(), p0=None, **options) -> GlobalFitResult:
    """Fits several data sets at once: ``fit_together([(f, x1, y1), (f, x2, y2)], share=["width"])``.

    sets : (model, xdata, ydata) or (model, xdata, ydata, sigma) each; a dict of name: such a tuple names them
    share : parameters that all sets have in common; the others belong to a set each and are called amp[0], amp[1], …
    Other arguments: ``Problem.fit``.
    """
    problem = Problem()
    named = sets.items() if isinstance(sets, Mapping) else ((None, one) for one in sets)
    for name, one in named:
        if not isinstance(one, (tuple, list)) or not 3 <= len(one) <= 4:
            raise TypeError("a data set is (model, xdata, ydata) or (model, xdata, ydata, sigma)")
        problem.add(*one, name=name)
    return problem.fit(p0, share=share, **options)


def _name_parameters(sets, share):
    """Sets the names that the parameters of each set have in the fit."""
    every = {name for one in sets for name in one.names}
    for name in [*share, *(name for one in sets for name in one.share)]:
        if name not in every:
            raise ValueError(f"share: no model has a parameter {name!r}{nearest(name, sorted(every))}")
    count = {}
    for one in sets:
        for name in one.names:
            if name not in share and name not in one.share:
                count[name] = count.get(name, 0) + 1
    shared = {name for one in sets for name in one.share} | set(share)
    for one in sets:
        for name in one.names:
            is_own = name not in share and name not in one.share
            one.own[name] = f"{name}[{one.label}]" if is_own and (count[name] > 1 or name in shared) else name


def _full_names(name, sets):
    """The names in the fit that a name stands for: a base name those of all sets."""
    full = [one.own[name] for one in sets if name in one.own]
    full = list(dict.fromkeys(full))
    if full:
        vectors = [v for one in sets for v in getattr(one, "vectors", {}).get(name, [])]
        return list(dict.fromkeys(vectors)) or full
    return [name]  # of one set, or what a tie adds: the core knows


def _spread(values, sets, argument, pairs=False):
    """{name in the fit: value} of values by name: one for all sets, or one each."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        if pairs or len({tuple(one.names) for one in sets}) > 1:
            raise TypeError(f"{argument} of a global fit is a dict by name")
        values = dict(zip(sets[0].names, np.asarray(values, dtype=float).tolist()))
    out = {}
    for name, value in values.items():
        full = _full_names(name, sets)
        many = np.ndim(value) == (2 if pairs else 1)
        if many and len(value) != len(full):
            raise ValueError(f"{argument}: {name} has {len(value)} values for {len(full)} parameters")
        for i, own in enumerate(full):
            out[own] = value[i] if many else value
    if pairs:
        return out
    return {name: arguments.number(v, f"{argument}: {name}", least=-float("inf")) for name, v in out.items()}


def _move_inside(start, limits):
    """Clips starts into their bounds, with a warning."""
    outside = [name for name, (low, high) in limits.items() if name in start and not low <= start[name] <= high]
    if not outside:
        return
    import warnings

    warnings.warn(f"p0 was outside its bounds and was moved inside: {', '.join(outside[:10])}",
                  stacklevel=caller())  # fmt: skip
    for name in outside:
        start[name] = float(np.clip(start[name], *limits[name]))


def _pair(name, pair):
    try:
        low, high = pair
    except (TypeError, ValueError):
        raise TypeError(f"bounds: {name} must be a pair (lower, upper), not {pair!r}") from None
    return (-np.inf if low is None else float(low), np.inf if high is None else float(high))


def _fixed(fixed, sets):
    if not fixed:
        return {}
    fixed = [fixed] if isinstance(fixed, str) else fixed
    values = dict(fixed) if isinstance(fixed, Mapping) else dict.fromkeys(fixed)
    held = {own: None for name, v in values.items() if v is None for own in _full_names(name, sets)}
    return {**held, **_spread({name: v for name, v in values.items() if v is not None}, sets, "fixed")}


def _relations(tie, prior, derive):
    if not (tie or prior or derive):
        return None
    from nlsq._models.relations import relations_of

    return relations_of(tie, prior, derive)


def _solver_options(method, loss, f_scale, solver):
    options = {"f_scale": arguments.number(f_scale, "f_scale", above=True)}
    if method is not None:
        options["method"] = arguments.one_of(method, arguments.METHODS, "method")
    if loss is not None:
        arguments.one_of(loss, arguments.LOSSES, "loss")
    for name, value in solver.items():
        if name in arguments.TOLERANCES:
            options[name] = arguments.number(value, name)
        elif name in ("max_nfev", "maxfev"):
            options["max_nfev"] = arguments.number(value, "max_nfev", least=1, whole=True)
        else:
            raise arguments.unknown_keyword("fit_together", name, (*arguments.TOLERANCES, "max_nfev", "share", "p0", "bounds"))
    return options


def _add_starts(sets, start, limits, fixed, relations):
    """Starts of parameters without one: the ends of fits of each set alone, of shared ones their median."""
    tied = relations.get("ties", {}) if relations else {}
    found = {}
    for one in sets:
        missing = [name for name in one.names if not _is_known(one.own[name], start, fixed, tied)]
        if not missing or getattr(one, "vectors", None):
            continue
        try:
            p0 = {name: start[one.own[name]] for name in one.names if one.own[name] in start}
            held = {name: fixed[one.own[name]] for name in one.names if fixed.get(one.own[name]) is not None}
            bounds = {name: limits[one.own[name]] for name in one.names if one.own[name] in limits}
            import warnings

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                x = dict(zip(one.function.used, one.x)) if isinstance(one.function, Formula) else one.x
                model = one.function.text.split("=")[-1].split("~")[-1] if isinstance(one.function, Formula) else one.function
                given = {"p0": p0 or None, "sigma": one.sigma, "bounds": bounds or None, "fixed": held or None}
                alone = fit_one(model, x, one.y, *options_of((), given))
        except (TypeError, ValueError, RuntimeError):
            continue
        for name in missing:
            value = alone.params[name].value
            if np.isfinite(value):
                found.setdefault(one.own[name], []).append(value)
    for name, values in found.items():
        low, high = limits.get(name, (-np.inf, np.inf))
        start[name] = float(np.clip(np.median(values), low, high))


def _is_known(name, start, fixed, tied):
    return name in start or fixed.get(name) is not None or name in tied


def picks_parameters(formula):
    """Whether a formula has a parameter that a column picks, a[group]; not the name of a column in backquotes."""
    return re.search(r"[^\W\d]\w*\[", re.sub(r"`[^`]*`", " ", formula)) is not None


def fit_vectors(formula, xdata, ydata, options, solver):
    """curve_fit of a formula with parameters picked by a column, a[group]."""
    for name in ("jac", "diff_step", "callback", "n_starts", "multistart", "global_search", "data_mask", "memory_limit"):
        if options[name] is not None and options[name] is not False:
            raise ValueError(f"{name} does not go with parameters that a column picks (a[group])")
    problem = Problem().add(formula, xdata, ydata, options["sigma"], data=options["data"], y=options["y"])
    more = {name: options[name] for name in ("bounds", "fixed", "absolute_sigma", "loss", "f_scale", "method", "tie",
                                             "prior", "derive")}  # fmt: skip
    return problem.fit(options["p0"], linear_solver=options["linear_solver"], **more, **solver)

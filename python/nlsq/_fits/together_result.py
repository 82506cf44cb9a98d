# SPDX-License-Identifier: MIT
"""What a global fit returns."""

import numpy as np

from nlsq import _core
from nlsq._results.fields import DEFAULTS
from nlsq._results.parameters import Parameters

_OF_CORE = ("names", "popt", "perr", "warnings", "derived_cov", *DEFAULTS)
_MOST = 20_000  # parameters of a whole covariance matrix


class SetResult:
    """One data set of a global fit: its parameters by the names of its model, shared ones among them."""

    def __init__(self, of, params):
        self.label, self._of = of.label, of
        self.params = {name: params[full] for name, full in of.own.items() if full in params}
        for vector, elements in getattr(of, "vectors", {}).items():
            self.params.update({name: params[name] for name in elements if name in params})
        self._all = params

    def __getitem__(self, name):
        return self.params[name]

    @property
    def popt(self) -> np.ndarray:
        """Values of its parameters."""
        return np.array([p.value for p in self.params.values()])

    @property
    def perr(self) -> np.ndarray:
        """Their standard errors."""
        return np.array([p.stderr for p in self.params.values()])

    def predict(self, x=None) -> np.ndarray:
        """The model's values at x, or at the rows of the fit."""
        of = self._of
        if x is None:
            model, columns = of.recorded
            elements = getattr(of, "vectors", {})
            values = [self._all[e].value for name in of.names for e in elements.get(name, [of.own[name]])]
            return _core.evaluate(model, list(columns), values, len(of.y))
        return np.asarray(of.function(x, *[self.params[name].value for name in of.names]), dtype=float)

    @property
    def residuals(self) -> np.ndarray:
        """ydata - predictions."""
        return self._of.y - self.predict()

    def __repr__(self):
        return f"<data set {self.label}: {', '.join(map(str, self.params.values()))}>"


class GlobalFitResult:
    """A finished fit of several data sets.

    params : parameters by name: ``result.params["amp[0]"].value .stderr``
    sets : a SetResult for each data set; ``result["name of a set"]`` too
    popt, perr, pcov, names : of all parameters;  covariance(names) : of some
    success, status, message, cost, dof, chi2, reduced_chi2, aic, bic, r_squared, … : as of ``curve_fit``
    linear_solver : "dense" or "sparse";  tied, derived, derived_cov, n_priors : as of ``curve_fit``
    """

    def __init__(self, core, sets):
        self._core = core
        self.params = Parameters(core)
        self.sets = [SetResult(one, self.params) for one in sets]

    def __getattr__(self, name):
        if name in _OF_CORE:
            return getattr(self._core, name)
        raise AttributeError(f"a global fit has no attribute {name!r}")

    def __dir__(self):
        return sorted({*object.__dir__(self), *_OF_CORE})

    def __getitem__(self, key):
        if isinstance(key, (int, np.integer)):
            return self.sets[key]
        for one in self.sets:
            if one.label == str(key):
                return one
        raise KeyError(f"no data set is called {key!r}; there are {', '.join(one.label for one in self.sets[:10])}")

    def __iter__(self):
        return iter((self.popt, self.pcov))

    @property
    def pcov(self) -> np.ndarray:
        """Covariance of all parameters."""
        n = len(self.names)
        if n > _MOST:
            raise ValueError(f"the covariance of {n} parameters would take {8e-9 * n * n:.1f} GB; ask for some: "
                             "result.covariance(['a[0]', 'w'])")  # fmt: skip
        return self._core.covariance(list(range(n)))

    def covariance(self, names) -> np.ndarray:
        """Covariance of some parameters, by name."""
        position = {name: i for i, name in enumerate(self.names)}
        missing = [name for name in names if name not in position]
        if missing:
            raise KeyError(f"no parameter {missing[0]!r}")
        return self._core.covariance([position[name] for name in names])

    @property
    def tied(self) -> dict:
        """{name: expression} of the parameters that follow from others."""
        return {name: text for name, text in zip(self._core.names, self._core.tied) if text}

    @property
    def derived(self) -> dict:
        """Quantities asked for with derive=, by name."""
        from nlsq._models.relations import Derived

        return {item[0]: Derived(*item) for item in self._core.derived}

    def summary(self) -> None:
        """Prints a table of the parameters and how good the fit is."""
        print(self._core.report())

    def __repr__(self):
        end = "converged" if self.success else "not converged"
        return f"<global fit of {len(self.sets)} data sets, {len(self.names)} parameters, {end}>"

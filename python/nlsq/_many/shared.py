# SPDX-License-Identifier: MIT
"""curve_fit_many with parameters that the sets share: one global fit."""

import numpy as np

from nlsq._fits.together import Problem
from nlsq._many.data import formula_sets, leading_shape, sets_of, sigma_of_sets
from nlsq._models.formulas import Formula


def fit_shared(f, xdata, ydatas, data, y, by, share, linear_solver, options, method, loss, f_scale, solver):
    """The fit of all sets at once."""
    if by is not None:
        from nlsq._many.tables import groups_of

        f, sets, keys, options = groups_of(f, data if data is not None else xdata, y, by, options)
        labels = [", ".join(str(value) for value in row) for row in zip(*(np.asarray(k).tolist() for k in keys.values()))]
        sigma = options["sigma"]
    else:
        ydatas, lead = leading_shape(ydatas)
        if isinstance(f, (str, Formula)):
            f, sets = formula_sets(f, xdata, ydatas, lead)
        else:
            sets = sets_of(xdata, ydatas, lead)
        sigma = sigma_of_sets(options["sigma"], sets)
        labels = [str(i) for i in range(sets.count)]
    problem = Problem()
    for i, label in enumerate(labels):
        x, own = sets.x_of(i), sigma
        if isinstance(f, Formula):
            x = dict(zip(f.used, x if isinstance(x, tuple) else (x,)))
        if np.ndim(sigma) > 0:
            own = sigma[sets.offsets[i] : sets.offsets[i + 1]] if sets.offsets is not None else np.ravel(np.atleast_2d(sigma)[i % len(np.atleast_2d(sigma))])
        problem.add(f, x, np.asarray(sets.y_of(i), dtype=float), own, name=label)
    return problem.fit(options["p0"], share=share, bounds=options["bounds"], fixed=options["fixed"], method=method,
                       loss=loss, f_scale=f_scale, absolute_sigma=options["core"]["absolute_sigma"],
                       linear_solver=linear_solver, **solver)  # fmt: skip

# SPDX-License-Identifier: MIT
"""The arguments of curve_fit after (f, xdata, ydata): their order, their defaults, and what a call gives."""

from nlsq._base import arguments

# Positional arguments after ydata, in NLSQ's order.
POSITIONAL = (
    "p0", "sigma", "absolute_sigma", "check_finite", "bounds", "method", "solver", "batch_size", "jac", "data_mask",
    "timeit", "return_eval", "full_output", "callback", "compute_diagnostics", "diagnostics_level",
    "diagnostics_config",
)  # fmt: skip
DEFAULTS = {
    "p0": None, "sigma": None, "absolute_sigma": False, "check_finite": True, "bounds": None, "method": None,
    "jac": None, "data_mask": None, "timeit": False, "return_eval": False, "full_output": False, "callback": None,
    "nan_policy": None, "loss": None, "f_scale": 1.0, "fixed": None, "threads": 0, "jacobian_mode": None,
    "data": None, "y": None, "diff_step": None, "verbose": 0, "cache_config": None,
    "progressive": True, "multistart": None, "global_search": None, "n_starts": None, "sampler": "lhs",
    "center_on_p0": True, "scale_factor": 1.0, "seed": None, "memory_limit": None, "precision": "auto",
    "compute_diagnostics": False, "starts": "search", "tie": None, "prior": None, "derive": None,
    "device": None,
    "linear_solver": "auto",
}  # fmt: skip
LIMITS = ("max_nfev", "maxfev", "maxiter")  # names of one argument
_SOLVER = (*arguments.TOLERANCES, "x_scale", *LIMITS)
KNOWN = (*DEFAULTS, *_SOLVER)
# What help() shows.
SHOWN = {**{name: DEFAULTS.get(name) for name in POSITIONAL}, **DEFAULTS, **dict.fromkeys(arguments.TOLERANCES, 1e-8),
         "x_scale": "jac", **dict.fromkeys(LIMITS)}  # fmt: skip
BY_POSITION = {name: SHOWN[name] for name in POSITIONAL}


def options_of(positional, keywords):
    """(options, solver): every option by name, those that were not given at their defaults, and what goes to the solver
    as it is. Adds the positional ones to the keywords."""
    if len(positional) > len(POSITIONAL):
        raise TypeError(f"curve_fit takes at most {len(POSITIONAL)} positional arguments after (f, xdata, ydata)")
    for name, value in zip(POSITIONAL, positional):
        if name == "solver" and callable(value):
            name = "jac"  # SciPy's order
        if name in keywords:
            raise TypeError(f"curve_fit() got multiple values for argument {name!r}")
        keywords[name] = value
    options = DEFAULTS.copy()
    solver, others = {}, None
    for name, value in keywords.items():
        if name in options:
            options[name] = value
        elif name in _SOLVER:
            if value is not None:
                name = "max_nfev" if name in LIMITS else name
                if name in solver:
                    raise TypeError(f"{', '.join(LIMITS)} are names of one argument; give one")
                solver[name] = value
        else:
            others = others or {}
            others[name] = value
    if others is not None:
        _add_nlsqs_arguments(others, options)
    if type(options["method"]) is str and options["method"] not in arguments.METHODS:
        _translate_method(options)
    return options, solver


def _add_nlsqs_arguments(others, options):
    """Handles keywords that this function does not have: those of NLSQ alone become options, others are errors."""
    from nlsq._fits import nlsq_arguments

    for name in others:
        if name not in nlsq_arguments.OF_CURVE_FIT:
            raise arguments.unknown_keyword("curve_fit", name, KNOWN)
    starts = nlsq_arguments.judge(others)
    if starts and options["n_starts"] is None:
        options["n_starts"] = starts


def _translate_method(options):
    """A method of NLSQ that is a search, or an ordinary fit under another name."""
    from nlsq._fits.nlsq_arguments import starts_of_method

    starts = starts_of_method(options["method"])
    if starts is not None:
        options["method"] = None
        if starts and options["n_starts"] is None:
            options["n_starts"] = starts

# SPDX-License-Identifier: MIT
"""Arguments of NLSQ that have no meaning here, or another name.

Where a value asks for nothing, nothing is said; where it tunes what is not there, one warning a process says why it has
no effect; where it asks for a search, that is made from many starts.
"""

import warnings

from nlsq._base import arguments
from nlsq._base.messages import caller

_EXACT = "every step is factored from the n by n triangle of the Jacobian"
_LENGTHS = "nothing is compiled for a length of the data"
_HEALTH = "every result has rank, condition, correlation and warnings"
_STABLE = (
    "every fit checks its data, scales its parameters and factors with the rank in view, and no value of the data is "
    "replaced (nan_policy='omit' leaves rows out)"
)
_CHUNKS = "a fit needs memory for the data and one block a thread, whatever the number of rows"
_MANY_STARTS = "fits from many starts stand in for CMA-ES; n_starts= says how many"
_EXACT_PASSES = "a fit is exact: every pass is over all rows, without a warm-up before it"
_NO_CHECKPOINTS = "checkpoints are planned, not there yet; the fit runs to its end at once"
_RETRIES = "a fit that did not converge returns its best point with success False; start another from there"

# name: (values that ask for nothing; None: all values, why others have no effect)
_IDLE = {
    "solver": ((None, "auto"), _EXACT),
    "tr_solver": ((None, "exact"), _EXACT),
    "tr_options": ((None, {}), _EXACT),
    "max_jacobian_elements_for_svd": (None, _EXACT),
    "batch_size": ((None,), _CHUNKS),
    "flength": (None, _LENGTHS),
    "use_dynamic_sizing": (None, _LENGTHS),
    "rescale_data": (None, _STABLE),
    "stability": ((None, False), _STABLE),
    "enable_stability": ((None, False), _STABLE),
    "enable_overflow_check": ((None, False), "values of the model are never clipped"),
    "enable_recovery": ((None, False), _RETRIES),
    "fallback": ((None, False), _RETRIES),
    "max_fallback_attempts": (None, _RETRIES),
    "fallback_verbose": (None, _RETRIES),
    "diagnostics_level": (None, _HEALTH),
    "diagnostics_config": ((None,), _HEALTH),
    "auto_bounds": ((None, False), "bounds are never imposed; give bounds="),
    "bounds_safety_factor": (None, "bounds are never imposed"),
    "goal": ((None,), "fits end with a polish to full precision; set ftol, xtol and gtol for less"),
    "memory_limit_gb": ((None,), _CHUNKS + "; memory_limit='8G' keeps within a limit, or refuses it"),
    "size_threshold": (None, _CHUNKS),
    "chunk_size": ((None,), _CHUNKS),
    "auto_size_detection": (None, _CHUNKS),
    "show_progress": ((None, False), "give callback=nlsq.callbacks.ProgressBar()"),
    **{name: ((None,), _NO_CHECKPOINTS) for name in ("checkpoint_dir", "checkpoint_interval", "run_id", "model_id")},
    **{name: ((None,), _EXACT_PASSES) for name in (
        "normalize", "normalization_strategy", "warmup_iterations", "max_warmup_iterations", "warmup_learning_rate",
        "lbfgs_history_size", "gauss_newton_max_iterations", "gauss_newton_tol", "config")},
    "cmaes_config": ((None,), _MANY_STARTS),
}  # fmt: skip
# name: {value: starts of the search that it asks for; 0 for an ordinary fit}
SEARCHES = {
    "workflow": {"auto": 0, "standard": 0, "chunked": 0, "streaming": 0, "auto_global": 10, "hpc": 10, "cmaes": 50,
                 "cmaes-global": 50},
    "preset": {"fast": 0, "large": 0, "streaming": 0, "robust": 50, "global": 200},
    "method": {"hybrid_streaming": 0, "multi-start": 10, "cmaes": 50},
}  # fmt: skip
# name: the words that NLSQ knows for it; others are an error, as they are there
_WORDS = {
    "solver": ("auto", "svd", "cg", "lsqr", "minibatch"), "tr_solver": ("exact", "lsmr", "sparse"),
    "goal": ("fast", "robust", "global", "memory_efficient", "quality"), "stability": ("auto", "check"),
    "enable_stability": ("auto", "check"), "diagnostics_level": ("basic", "full"),
}  # fmt: skip

OF_CURVE_FIT = frozenset((*_IDLE, "workflow", "preset")) - {"enable_stability", "enable_overflow_check", "enable_recovery"}
OF_OBJECT = frozenset((*_IDLE, "workflow", "preset"))

NO_EFFECT, WORKS = "no effect", "works"


def states():
    """name: (NO_EFFECT or WORKS, why or what) of every argument, for the page on NLSQ's names."""
    table = {name: (NO_EFFECT, why) for name, (_, why) in _IDLE.items()}
    for name, values in SEARCHES.items():
        plain = ", ".join(repr(value) for value, starts in values.items() if not starts)
        many = ", ".join(f"{value!r}: {starts}" for value, starts in values.items() if starts)
        table[name] = (WORKS, f"{plain}: an ordinary fit; starts of {many}, where n_starts says nothing else")
    return table


_said = set()


def judge(given):
    """Judges the given arguments (name: value) of this module: silence, one warning, or the TypeError or ValueError.

    Returns how many starts they ask for: 0 for an ordinary fit.
    """
    starts = 0
    for name, value in given.items():
        if name in SEARCHES:
            if value is not None:
                starts = max(starts, _starts_of(name, value))
            continue
        if name in _WORDS and (isinstance(value, str) or (name in ("solver", "tr_solver") and value is not None)):
            arguments.one_of(value if name != "diagnostics_level" else value.lower(), _WORDS[name], name)
        idle, why = _IDLE[name]
        if not (idle is None or _is_among(value, idle)):
            _say_once(name, value, f"has no effect: {why}")
    return starts


def _starts_of(name, value):
    starts = SEARCHES[name][arguments.one_of(value, tuple(SEARCHES[name]), name)]
    if "cmaes" in value:
        _say_once(name, value, f"is not there yet: {_MANY_STARTS}")
    elif value == "hpc":
        _say_once(name, value, f"is auto_global here: {_NO_CHECKPOINTS}")
    return starts


def _say_once(name, value, text):
    if name not in _said:
        _said.add(name)
        warnings.warn(f"{name}={value!r} {text}", stacklevel=caller())


def _is_among(value, values):
    return any(value is v or (isinstance(value, (str, dict)) and value == v) for v in values)


def starts_of_method(method):
    """How many starts a method of NLSQ alone asks for; None for other methods."""
    return _starts_of("method", method) if method in SEARCHES["method"] else None

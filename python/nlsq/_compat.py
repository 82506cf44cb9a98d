# SPDX-License-Identifier: MIT
"""Arguments of NLSQ that have no meaning here.

Where a value asks for nothing, nothing is said; where it tunes what is not there, one warning a process says why it has
no effect; where the fit would be another one without it, an error says what to use.
"""

import warnings

from nlsq import _arguments

_EXACT = "every step is factored from the n by n triangle of the Jacobian"
_LENGTHS = "nothing is compiled for a length of the data"
_HEALTH = "every result has rank, condition, correlation and warnings"
_STABLE = (
    "every fit checks its data, scales its parameters and factors with the rank in view, and no value of the data is "
    "replaced (nan_policy='omit' leaves rows out)"
)
_CHUNKS = "a fit needs memory for the data and one block a thread, whatever the number of rows"
_SEEDS = "n_starts=20 fits from many starts and returns the best"
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
}
# name: (values that ask for nothing, values that ask for a search; None: all others do)
_SEARCHES = {
    "cmaes_config": ((None,), None),
    "workflow": ((None, "auto", "standard", "chunked", "streaming"), ("auto_global", "hpc", "cmaes", "cmaes-global")),
    "preset": ((None, "fast", "large", "streaming"), ("robust", "global")),
}
_SEARCH_METHODS = ("cmaes", "multi-start", "hybrid_streaming")
# name: the words that NLSQ knows for it; others are an error, as they are there
_WORDS = {
    "solver": ("auto", "svd", "cg", "lsqr", "minibatch"), "tr_solver": ("exact", "lsmr", "sparse"),
    "goal": ("fast", "robust", "global", "memory_efficient", "quality"), "stability": ("auto", "check"),
    "enable_stability": ("auto", "check"), "diagnostics_level": ("basic", "full"),
}  # fmt: skip

OF_CURVE_FIT = frozenset((*_IDLE, *_SEARCHES)) - {"enable_stability", "enable_overflow_check", "enable_recovery"}
OF_OBJECT = frozenset((*_IDLE, *_SEARCHES))

NO_EFFECT, REFUSED = "no effect", "refused"


def states():
    """name: (NO_EFFECT or REFUSED, why) of every argument, for the page on NLSQ's names."""
    table = {name: (NO_EFFECT, why) for name, (_, why) in _IDLE.items()}
    for name, (idle, searches) in _SEARCHES.items():
        quiet = ", ".join(repr(value) for value in idle if value is not None)
        table[name] = (REFUSED, f"but for {quiet}; " * bool(quiet) + _SEEDS)
    return table


_said = set()


def take(arguments):
    """Judges arguments (name: value) of this module: silence, one warning, or the TypeError or ValueError."""
    for name, value in arguments.items():
        if name in _SEARCHES:
            idle, searches = _SEARCHES[name]
            if not _is_among(value, idle):
                if searches is not None and isinstance(value, str) and value not in searches:
                    _arguments.one_of(value, (*idle[1:], *searches), name)
                raise TypeError(f"{name}={value!r}: {_SEEDS}")
            continue
        if name in _WORDS and (isinstance(value, str) or (name in ("solver", "tr_solver") and value is not None)):
            _arguments.one_of(value if name != "diagnostics_level" else value.lower(), _WORDS[name], name)
        idle, why = _IDLE[name]
        if idle is None or _is_among(value, idle) or name in _said:
            continue
        _said.add(name)
        warnings.warn(f"{name}={value!r} has no effect: {why}", stacklevel=_arguments.caller())


def _is_among(value, values):
    return any(value is v or (isinstance(value, (str, dict)) and value == v) for v in values)


def refuse_search(method):
    """The ValueError of a method of NLSQ that is a search."""
    if method in _SEARCH_METHODS:
        raise ValueError(f"method={method!r}: {_SEEDS}")

# SPDX-License-Identifier: MIT
"""Every public name of NLSQ 0.7 and 0.3, and what becomes of it here: docs/nlsq-compat.md as a table.

WORKS names are there. PLANNED and ABSENT ones are not; asking for one says what to use instead.
"""

import sys

from nlsq import _core
from nlsq._results.attribute_names import ABSENT, PLANNED, RESULT, WORKS, group

_CHUNKS = "curve_fit needs memory for the data and one block a thread, whatever the number of rows"
_STABLE = "the engine scales, factors and checks rank by itself; r.rank, r.condition and r.warnings tell"
_LIMITS = "curve_fit(memory_limit='256M') keeps within a limit; " + _CHUNKS
_WATCH = "a callback sees every step; r.report() says how the fit ended"
_SEEDS = "curve_fit(..., n_starts=20) fits from many starts and returns the best"
_HEALTH = "r.rank, r.condition, r.correlation, r.warnings and r.report()"
_ONE_CACHE = "one cache, on by itself: get_cache_stats() and clear_cache()"
_DOUBLE = "curve_fit(precision='mixed' or 'double'); fits end in double precision always, float32 data is read as it is"


NAMES: dict[str, dict[str, tuple[str, str]]] = {
    "Fitting": {
        "__version__": (WORKS, "the version of this package"),
        "curve_fit": (WORKS, "same arguments; an unknown keyword is a TypeError; NumPy, JAX and any other models"),
        "fit": (WORKS, "curve_fit; see its arguments below for workflow, preset and goal"),
        "CurveFit": (WORKS, "CurveFit().curve_fit(f, x, y) and CurveFit(f).fit(x, y)"),
        "LeastSquares": (WORKS, "LeastSquares().least_squares(fun, x0, ...); there is nlsq.least_squares too"),
        "OptimizeResult": (WORKS, "also SciPy's class once scipy.optimize is imported"),
        "OptimizeWarning": (WORKS, "also SciPy's class once scipy.optimize is imported"),
        "functions": (WORKS, "the built-in models with start values, and more of them"),
        "curve_fit_large": (WORKS, "curve_fit; with memory_limit_gb= larger arrays are read in pieces, to the same result"),
    },
    "Callbacks": {
        **group(WORKS, "same calls; see nlsq.callbacks", "CallbackBase CallbackChain IterationLogger ProgressBar"),
        "EarlyStopping": (WORKS, "same; the result says status -2, success False"),
        "StopOptimization": (WORKS, "raise it, or return True, to end a fit at its best point: status -2"),
    },
    "Large data and streaming": {
        **group(WORKS, "curve_fit_large: exact fits of rows that are read in pieces, also of files (Rows)",
                 "LargeDatasetFitter fit_large_dataset"),
        "LDMemoryConfig": (ABSENT, _LIMITS),
        "estimate_memory_requirements": (WORKS, "to 5 % with model=; recommended_chunk_size is all rows"),
        **group(PLANNED, "use curve_fit; the command fits files: nlsq fit FILE",
                 "AdaptiveHybridStreamingOptimizer HybridStreamingConfig"),
        **group(ABSENT, "nothing to defend against: every pass is over all rows; " + _WATCH,
                 "DefenseLayerTelemetry get_defense_telemetry reset_defense_telemetry"),
    },
    "Global search": group(PLANNED, _SEEDS, "GlobalOptimizationConfig MultiStartOrchestrator TournamentSelector"),
    "Workflows": {
        **group(ABSENT, _LIMITS, "MemoryBudget MemoryBudgetSelector"),
        "OptimizationGoal": (ABSENT, "set ftol, xtol and gtol; fits end with a polish to full precision anyway"),
    },
    "Memory and configuration": group(
        ABSENT, _LIMITS,
        "MemoryManager clear_memory_pool get_memory_manager get_memory_stats MemoryConfig LargeDatasetConfig "
        "configure_for_large_datasets get_large_dataset_config get_memory_config large_dataset_context memory_context "
        "set_memory_limits",
    ),
    "Caches": {
        "get_cache_stats": (WORKS, "statistics of the cache of programs"),
        "clear_cache": (WORKS, "empties it"),
        **group(ABSENT, _ONE_CACHE, "UnifiedCache get_global_cache"),
        "cached_jit": (ABSENT, "nothing is compiled: models are recorded in microseconds and programs are shared"),
    },
    "Stability and recovery": {
        **group(ABSENT, _STABLE, "NumericalStabilityGuard apply_automatic_fixes check_problem_stability "
                 "detect_collinearity detect_parameter_scale_mismatch estimate_condition_number"),
        **group(PLANNED, _SEEDS, "FallbackOrchestrator FallbackResult FallbackStrategy OptimizationRecovery"),
    },
    "Precision and choices": {
        "auto_select_algorithm": (WORKS, "what curve_fit does by itself, and why: fits need no other arguments"),
        "AlgorithmSelector": (PLANNED, "auto_select_algorithm, or r.explain() of a fit"),
        **group(ABSENT, "give bounds; none are ever imposed", "BoundsInference infer_bounds merge_bounds"),
        "ParameterNormalizer": (ABSENT, "parameters are scaled inside (x_scale='jac')"),
    },
    "Sparse Jacobians": {
        "SparseJacobianComputer": (WORKS, "patterns by looking; fits with one: least_squares(jac_sparsity=)"),
        "SparseOptimizer": (PLANNED, "curve_fit and least_squares(jac_sparsity=) choose by themselves"),
        "detect_jacobian_sparsity": (WORKS, "of NLSQ's (sparsity, info)"),
    },
    "Profiling and checks": {
        **group(ABSENT, "r.to_dict()['elapsed_ms'], and any profiler of Python",
                 "PerformanceProfiler ProfileMetrics clear_profiling_data get_global_profiler ProfilerVisualization "
                 "ProfilingDashboard"),
        **group(ABSENT, _WATCH, "ConvergenceMonitor OptimizationDiagnostics"),
        "InputValidator": (ABSENT, "curve_fit checks its arguments and names what is wrong"),
    },
    "Model health": group(
        PLANNED, _HEALTH,
        "HealthStatus IssueSeverity IssueCategory DiagnosticLevel ModelHealthIssue IdentifiabilityReport "
        "GradientHealthReport ParameterSensitivityReport ModelHealthReport DiagnosticsConfig IdentifiabilityAnalyzer "
        "GradientMonitor ParameterSensitivityAnalyzer DiagnosticPlugin PluginRegistry run_plugins create_health_report",
    ),
    "Only in 0.3": {
        **group(ABSENT, _ONE_CACHE, "CompilationCache SmartCache cached_function cached_jacobian clear_all_caches "
                 "clear_compilation_cache get_global_compilation_cache get_jit_cache"),
        **group(ABSENT, "buffers are reused inside; nothing to manage",
                 "MemoryPool TRFMemoryPool clear_global_pool get_global_pool"),
        **group(ABSENT, _STABLE, "RobustDecomposition robust_decomp"),
        "callbacks": (WORKS, "the module"),
        "enable_mixed_precision_fallback": (ABSENT, _DOUBLE),
        **group(PLANNED, "use curve_fit; the command fits files: nlsq fit FILE",
                 "DataGenerator StreamingConfig StreamingOptimizer create_hdf5_dataset fit_unlimited_data"),
    },
}  # fmt: skip

# Modules of NLSQ, as far as people import from them.
TYPES = "no type aliases: ArrayLike is numpy.typing's; signatures say the rest"
MODULES: dict[str, tuple[str, str]] = {
    "nlsq.callbacks": (WORKS, "same names"),
    "nlsq.functions": (WORKS, "same names"),
    "nlsq.result": (WORKS, "CurveFitResult, OptimizeResult, OptimizeWarning"),
    **group(WORKS, "its functions and classes for fits", "nlsq.core nlsq.core.minpack nlsq.minpack"),
    "nlsq.core.functions": (WORKS, "nlsq.functions"),
    **group(WORKS, "LeastSquares and jacobian_mode_selector; nlsq.least_squares stays the function",
             "nlsq.least_squares nlsq.core.least_squares"),
    "nlsq.config": (WORKS, "get_jacobian_mode and set_jacobian_mode; enable_x64 does nothing: results are in double precision"),
    **group(ABSENT, "import from nlsq", "nlsq.facades nlsq.utils nlsq.interfaces nlsq.core.factories nlsq.core.adapters"),
    **group(ABSENT, _CHUNKS, "nlsq.large_dataset"),
    **group(PLANNED, "use curve_fit; the command fits files: nlsq fit FILE",
             "nlsq.streaming nlsq.streaming_optimizer nlsq.streaming_config nlsq.adaptive_hybrid_streaming "
             "nlsq.hybrid_streaming_config"),
    **group(PLANNED, _SEEDS, "nlsq.global_optimization nlsq.fallback nlsq.recovery"),
    **group(ABSENT, _ONE_CACHE, "nlsq.caching nlsq.smart_cache nlsq.unified_cache nlsq.compilation_cache"),
    **group(ABSENT, _LIMITS, "nlsq.memory_manager nlsq.memory_pool nlsq.core.workflow nlsq.workflow"),
    **group(ABSENT, _STABLE, "nlsq.stability nlsq.robust_decomposition nlsq.svd_fallback"),
    **group(ABSENT, _DOUBLE, "nlsq.mixed_precision"),
    **group(PLANNED, "method='auto'", "nlsq.algorithm_selector"),
    **group(ABSENT, "parameters are scaled inside (x_scale='jac'), and bounds are yours",
             "nlsq.parameter_normalizer nlsq.bound_inference nlsq.precision"),
    **group(PLANNED, "curve_fit: the Jacobian is never stored, only its n by n triangle",
             "nlsq.sparse_jacobian nlsq.core.sparse_jacobian"),
    **group(ABSENT, "loss='huber' and others; nlsq.least_squares takes functions, too",
             "nlsq.loss_functions nlsq.core.loss_functions"),
    **group(ABSENT, "method='trf'", "nlsq.trf nlsq.core.trf"),
    **group(PLANNED, _HEALTH, "nlsq.diagnostics"),
    **group(ABSENT, _WATCH, "nlsq.utils.diagnostics nlsq.utils.logging nlsq.logging"),
    **group(ABSENT, "any profiler of Python", "nlsq.profiler nlsq.profiling nlsq.utils.profiler"),
    **group(ABSENT, "curve_fit checks its arguments and names what is wrong", "nlsq.validators nlsq.utils.validators"),
    **group(ABSENT, "the command: nlsq fit FILE", "nlsq.cli nlsq.gui nlsq.gui_qt"),
    **group(ABSENT, TYPES, "nlsq.types nlsq.constants"),
    **group(ABSENT, "a fit that did not converge returns its best point with success False",
             "nlsq.utils.error_messages nlsq.error_messages"),
}  # fmt: skip


_TYPE_NAMES = ("ArrayLike", "BoundsTuple", "MethodLiteral", "ModelFunction")


def state_of(name: str) -> tuple[str, str] | None:
    """(state, hint) of a name of NLSQ; None for what NLSQ never had."""
    for group in NAMES.values():
        if name in group:
            return group[name]
    return None


def missing_module(name: str):
    """Raises the ModuleNotFoundError that says what to use in place of a module of NLSQ; returns for all others."""
    state, hint = MODULES.get(name, (None, ""))
    if state == PLANNED:
        raise ModuleNotFoundError(f"{name} is planned, not there yet; until then: {hint}", name=name)
    if state == ABSENT:
        raise ModuleNotFoundError(f"nlsq has no module {name}; instead: {hint}", name=name)


def missing(name: str, known: list[str]):
    """Raises the AttributeError (in ``from nlsq import name`` the ImportError) that says what to use. known: the names
    that nlsq has."""
    state, hint = state_of(name) or ((ABSENT, TYPES) if name in _TYPE_NAMES else (None, ""))
    if state is None:
        near = "" if name.startswith("_") else _core.nearest_name(name, [n for n in known if n[0] != "_"])
        message = f"module 'nlsq' has no attribute {name!r}" + (f"; did you mean {near!r}?" if near else "")
    elif state == PLANNED:
        message = f"nlsq.{name} is planned, not there yet; until then: {hint}"
    else:
        message = f"nlsq has no {name}; instead: {hint}"
    if state is not None and _is_import(sys._getframe(2)):
        # `from nlsq import name` replaces the text of an AttributeError by its own.
        raise ImportError(message, name="nlsq")
    raise AttributeError(message, name=name, obj=sys.modules["nlsq"])


def _is_import(frame):
    import dis

    return frame.f_code.co_code[frame.f_lasti] == dis.opmap["IMPORT_FROM"]


def table() -> list[str]:
    """The lines of docs/nlsq-compat.md that are tables."""
    from nlsq._fits import nlsq_arguments

    lines = []
    for title, names in NAMES.items():
        lines += [f"## {title}", "", *_rows(names), ""]
    lines += ["## Modules", "", *_rows(MODULES, "module"), ""]
    lines += ["## Arguments of curve_fit and CurveFit without a meaning here", ""]
    lines += [*_rows(nlsq_arguments.states(), "argument"), ""]
    lines += ["## Attributes of results", "", *_rows(RESULT, "attribute")]
    return lines


def _rows(entries, kind="name"):
    lines = [f"| {kind} | | here |", "|---|---|---|"]
    for state, hint in dict.fromkeys(entries.values()):
        names = " ".join(f"`{name}`" for name, entry in entries.items() if entry == (state, hint))
        lines.append(f"| {names} | {state} | {hint} |")
    return lines

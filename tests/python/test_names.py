# SPDX-License-Identifier: MIT
"""docs/nlsq-compat.md says what is true of every public name of NLSQ."""

import importlib
import importlib.util
import pathlib

import pytest

import nlsq
from nlsq._fits import nlsq_arguments as _compat
from nlsq._compat import names as _names
from nlsq._compat.names import ABSENT, PLANNED, WORKS

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "nlsq-compat.md"
ALL = {name: entry for group in _names.NAMES.values() for name, entry in group.items()}
# As NLSQ 0.7.6 lists them.
PUBLIC = """
__version__ curve_fit curve_fit_large fit CurveFit LeastSquares OptimizeResult OptimizeWarning functions CallbackBase
CallbackChain EarlyStopping IterationLogger ProgressBar StopOptimization
LargeDatasetFitter LDMemoryConfig estimate_memory_requirements fit_large_dataset AdaptiveHybridStreamingOptimizer
HybridStreamingConfig DefenseLayerTelemetry get_defense_telemetry reset_defense_telemetry
GlobalOptimizationConfig MultiStartOrchestrator TournamentSelector
MemoryBudget MemoryBudgetSelector OptimizationGoal
MemoryManager clear_memory_pool get_memory_manager get_memory_stats MemoryConfig LargeDatasetConfig
configure_for_large_datasets get_large_dataset_config get_memory_config large_dataset_context memory_context
set_memory_limits
UnifiedCache cached_jit clear_cache get_cache_stats get_global_cache
NumericalStabilityGuard apply_automatic_fixes check_problem_stability detect_collinearity
detect_parameter_scale_mismatch estimate_condition_number FallbackOrchestrator FallbackResult FallbackStrategy
OptimizationRecovery
AlgorithmSelector auto_select_algorithm BoundsInference infer_bounds merge_bounds ParameterNormalizer
SparseJacobianComputer SparseOptimizer detect_jacobian_sparsity
PerformanceProfiler ProfileMetrics clear_profiling_data get_global_profiler ProfilerVisualization ProfilingDashboard
ConvergenceMonitor OptimizationDiagnostics InputValidator
""".split()
LAZY = """
HealthStatus IssueSeverity IssueCategory DiagnosticLevel ModelHealthIssue IdentifiabilityReport GradientHealthReport
ParameterSensitivityReport ModelHealthReport DiagnosticsConfig IdentifiabilityAnalyzer GradientMonitor
ParameterSensitivityAnalyzer DiagnosticPlugin PluginRegistry run_plugins create_health_report
""".split()
GONE = """
CompilationCache MemoryPool TRFMemoryPool RobustDecomposition SmartCache cached_function cached_jacobian callbacks
clear_all_caches clear_compilation_cache clear_global_pool get_global_compilation_cache get_global_pool get_jit_cache
robust_decomp enable_mixed_precision_fallback DataGenerator StreamingConfig StreamingOptimizer create_hdf5_dataset
fit_unlimited_data
""".split()


MODULES = """
nlsq.callbacks nlsq.functions nlsq.result nlsq.minpack nlsq.least_squares nlsq.core nlsq.core.minpack
nlsq.core.least_squares nlsq.core.functions nlsq.facades nlsq.global_optimization nlsq.config nlsq.utils.error_messages
nlsq.streaming nlsq.caching nlsq.stability nlsq.precision nlsq.diagnostics nlsq.cli nlsq.types nlsq.large_dataset
""".split()
# Of a fit's result, as NLSQ 0.7.6 lists them.
ATTRIBUTES = """
x cost fun jac grad optimality active_mask nfev njev nit status success message all_times sparsity_detected model xdata
ydata pcov cache_stats multistart_diagnostics gradient_health_report popt diagnostics predictions residuals r_squared
adj_r_squared rmse mae aic bic confidence_intervals prediction_interval confidence_band plot summary
""".split()
ARGUMENTS = """
p0 sigma absolute_sigma check_finite bounds solver batch_size jac data_mask timeit return_eval full_output callback
nan_policy flength use_dynamic_sizing cache_config ftol xtol gtol x_scale loss f_scale max_nfev maxfev tr_solver
tr_options verbose jacobian_mode auto_bounds bounds_safety_factor stability rescale_data max_jacobian_elements_for_svd
fallback max_fallback_attempts fallback_verbose multistart n_starts global_search sampler center_on_p0 scale_factor
method cmaes_config compute_diagnostics diagnostics_level diagnostics_config workflow preset goal memory_limit_gb
size_threshold show_progress chunk_size maxiter checkpoint_dir checkpoint_interval run_id model_id
""".split()


def test_every_argument_is_known():
    from nlsq._fits.options import KNOWN as _KNOWN

    assert set(ARGUMENTS) <= {*_KNOWN, *_compat.OF_CURVE_FIT}
    assert not set(_KNOWN) & _compat.OF_CURVE_FIT
    assert set(_compat.states()) == {*_compat.OF_OBJECT, "method"}


def test_every_attribute_of_results_is_as_stated():
    import numpy as np

    assert {*ATTRIBUTES} <= set(_names.RESULT)
    x = np.arange(9.0)
    result = nlsq.curve_fit(lambda x, a: a * x, x, 2 * x + np.cos(x))
    for name, (state, hint) in _names.RESULT.items():
        assert hasattr(result, name) == (state == WORKS), name
        if "keys, too" in hint or "a key, too" in hint:
            assert name in result
        if state != WORKS:
            with pytest.raises(AttributeError) as caught:
                getattr(result, name)
            assert hint in str(caught.value)


@pytest.mark.parametrize("name", [n for n, (state, _) in _names.MODULES.items() if state != WORKS])
def test_modules_that_are_not_there_say_what_to_use(name):
    hints = [entry[1] for n, entry in _names.MODULES.items() if name == n or name.startswith(n + ".")]
    for statement in (f"import {name}", f"from {name} import curve_fit"):
        with pytest.raises(ModuleNotFoundError) as caught:
            exec(statement)
        assert any(hint in str(caught.value) for hint in hints)


def test_other_modules_are_not_known():
    with pytest.raises(ModuleNotFoundError, match="^No module named 'nlsq.banana'$"):
        importlib.import_module("nlsq.banana")
    assert importlib.util.find_spec("nlsq.banana") is None
    assert {*MODULES} <= set(_names.MODULES)


@pytest.mark.parametrize("name", ["ArrayLike", "BoundsTuple", "MethodLiteral", "ModelFunction"])
def test_type_aliases_say_what_to_use(name):
    with pytest.raises(ImportError, match="numpy.typing"):
        exec(f"from nlsq import {name}")
    with pytest.raises(AttributeError, match="numpy.typing"):
        getattr(nlsq, name)


def test_every_name_is_in_the_table():
    assert len(PUBLIC) == 75
    assert set(ALL) == {*PUBLIC, *LAZY, *GONE}


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8").endswith("\n".join(_names.table()) + "\n")


@pytest.mark.parametrize("name", [n for n, (state, _) in ALL.items() if state == WORKS])
def test_what_works_is_there(name):
    assert name in dir(nlsq)
    if name == "LeastSquares":
        pytest.importorskip("nlsq._fits.least_squares", reason="least_squares is not in the package yet")
    assert getattr(nlsq, name) is not None
    assert name == "__version__" or name in nlsq.__all__


@pytest.mark.parametrize("name", [n for n, (state, _) in ALL.items() if state != WORKS])
def test_what_does_not_work_says_what_to_use(name):
    state, hint = ALL[name]
    assert state in (PLANNED, ABSENT) and not hasattr(nlsq, name)
    with pytest.raises(AttributeError) as caught:
        getattr(nlsq, name)
    assert hint in str(caught.value) and name in str(caught.value)
    with pytest.raises(ImportError) as caught:
        exec(f"from nlsq import {name}")
    assert hint in str(caught.value)


@pytest.mark.parametrize("name", _names.MODULES)
def test_modules_are_as_stated(name):
    try:
        found = importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        found = False
    assert found == (_names.MODULES[name][0] == WORKS)


def test_unknown_names_get_the_nearest():
    with pytest.raises(AttributeError, match="no attribute 'curve_fitt'; did you mean 'curve_fit'"):
        _ = nlsq.curve_fitt
    with pytest.raises(AttributeError, match="^module 'nlsq' has no attribute '__wrapped__'$"):
        _ = nlsq.__wrapped__
    with pytest.raises(ImportError, match="cannot import name 'banana'"):
        exec("from nlsq import banana")


def test_the_result_module_has_nlsqs_names():
    from nlsq.result import CurveFitResult, OptimizeResult

    assert CurveFitResult is nlsq.CurveFitResult and issubclass(CurveFitResult, OptimizeResult)

# SPDX-License-Identifier: MIT
"""docs/nlsq-compat.md says what is true of every public name of NLSQ."""

import importlib.util
import pathlib

import pytest

import nlsq
from nlsq import _names
from nlsq._names import ABSENT, PLANNED, WORKS

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


def test_every_name_is_in_the_table():
    assert len(PUBLIC) == 75
    assert set(ALL) == {*PUBLIC, *LAZY, *GONE}


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8").endswith("\n".join(_names.table()) + "\n")


@pytest.mark.parametrize("name", [n for n, (state, _) in ALL.items() if state == WORKS])
def test_what_works_is_there(name):
    assert name in dir(nlsq)
    if name == "LeastSquares":
        pytest.importorskip("nlsq._least_squares", reason="least_squares is not in the package yet")
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

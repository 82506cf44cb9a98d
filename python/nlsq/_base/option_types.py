# SPDX-License-Identifier: MIT
"""Types of arguments, for type checkers and editors alone: nothing imports this module when a program runs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict

from numpy.typing import ArrayLike

Method = Literal["trf", "lm", "dogbox", "varpro"]
Loss = Literal["linear", "soft_l1", "huber", "cauchy", "arctan"]
JacobianMode = Literal["fwd", "rev", "auto"]
Bound = tuple[float | None, float | None]


class ManyOptions(TypedDict, total=False):
    """Keywords of curve_fit_many beside those that may go by position, and dim."""

    mask: ArrayLike | None
    nan_policy: Literal["raise", "omit"] | None
    fixed: Mapping[str, Any] | Iterable[str] | None
    method: Method | Literal["auto"] | None
    loss: Loss | None
    f_scale: float
    ftol: float | None
    xtol: float | None
    gtol: float | None
    max_nfev: int | None
    maxfev: int | None
    pcov: bool
    threads: int
    jacobian_mode: JacobianMode | None
    time_limit: float
    starts: Literal["search", "ones"]
    memory_limit: int | str | None
    progress: bool | Callable[[int, int], Any]
    data: Any
    y: str | None
    by: str | Iterable[str] | None
    share: str | Iterable[str] | None
    linear_solver: Literal["auto", "dense", "sparse"]


class FitOptions(TypedDict, total=False):
    """Keywords of curve_fit and of CurveFit(f).fit."""

    p0: ArrayLike | Mapping[str, float] | None
    sigma: ArrayLike | None
    absolute_sigma: bool
    check_finite: bool
    bounds: tuple[ArrayLike, ArrayLike] | Mapping[str, Bound] | Any
    method: Method | Literal["auto", "hybrid_streaming", "multi-start", "cmaes"] | None
    jac: Callable[..., Any] | Literal["2-point", "3-point"] | None
    fixed: Mapping[str, float | None] | Iterable[str] | None
    loss: Loss | None
    f_scale: float
    ftol: float | None
    xtol: float | None
    gtol: float | None
    x_scale: Literal["jac"] | ArrayLike
    max_nfev: int | None
    maxfev: int | None
    maxiter: int | None
    diff_step: ArrayLike | None
    callback: Callable[..., Any] | None
    nan_policy: Literal["raise", "omit", "propagate"] | None
    data_mask: ArrayLike | None
    data: Any
    y: Any
    threads: int
    jacobian_mode: JacobianMode | None
    verbose: int
    timeit: bool
    progressive: bool
    multistart: bool | None
    global_search: bool | None
    n_starts: int | None
    sampler: Literal["lhs", "sobol", "halton"]
    center_on_p0: bool
    scale_factor: float
    seed: int | None
    starts: Literal["search", "ones"]
    tie: Mapping[str, str] | None
    prior: Mapping[str, tuple[float, float]] | None
    derive: Mapping[str, str] | None
    linear_solver: Literal["auto", "dense", "sparse"]
    memory_limit: int | str | None
    precision: Literal["auto", "double", "measure", "mixed"]
    device: str | None
    cache_config: Mapping[str, bool | int] | None
    # Accepted for programs written for NLSQ (_fits/nlsq_arguments.py).
    workflow: Literal["auto", "standard", "chunked", "streaming", "auto_global", "hpc", "cmaes", "cmaes-global"] | None
    preset: Literal["fast", "large", "streaming", "robust", "global"] | None
    # As these, without effect.
    solver: Any
    tr_solver: Any
    tr_options: Any
    max_jacobian_elements_for_svd: Any
    batch_size: Any
    flength: Any
    use_dynamic_sizing: Any
    rescale_data: Any
    stability: Any
    fallback: Any
    max_fallback_attempts: Any
    fallback_verbose: Any
    compute_diagnostics: Any
    diagnostics_level: Any
    diagnostics_config: Any
    auto_bounds: Any
    bounds_safety_factor: Any
    goal: Any
    memory_limit_gb: Any
    size_threshold: Any
    chunk_size: Any
    auto_size_detection: Any
    show_progress: Any
    cmaes_config: Any
    checkpoint_dir: Any
    checkpoint_interval: Any
    run_id: Any
    model_id: Any
    normalize: Any
    normalization_strategy: Any
    warmup_iterations: Any
    max_warmup_iterations: Any
    warmup_learning_rate: Any
    lbfgs_history_size: Any
    gauss_newton_max_iterations: Any
    gauss_newton_tol: Any
    config: Any


class LeastSquaresOptions(TypedDict, total=False):
    """Keywords of least_squares."""

    bounds: tuple[ArrayLike, ArrayLike] | Any
    method: Method
    ftol: float | None
    xtol: float | None
    gtol: float | None
    x_scale: Literal["jac"] | ArrayLike | None
    loss: Loss | Callable[..., Any]
    f_scale: float
    diff_step: ArrayLike | None
    tr_solver: Literal["exact", "lsmr"] | None
    tr_options: Mapping[str, Any] | None
    jac_sparsity: Any
    max_nfev: int | None
    verbose: int
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] | None
    callback: Callable[..., Any] | None
    workers: Any
    threads: int
    jacobian_mode: JacobianMode | None

"""The engine of nlsq."""

from collections.abc import Mapping, Sequence


def version() -> str:
    """The version of the engine."""

def chosen_isa() -> str:
    """The instruction set that fits use."""

def default_threads() -> int:
    """Threads of a fit that asks for none."""

def jacobian_mode_setting() -> tuple:
    """
    The order of derivation of a fit that asks for none, and what chose it.
    """

def nearest_name(arg0: str, arg1: Sequence[str], /) -> str:
    """The candidate nearest to a name; empty when none is near."""

class Model:
    """A model as the engine sees it: immutable, cheap to copy."""

    @property
    def parameters(self) -> list[str]: ...

    @property
    def columns(self) -> list[str]: ...

    @property
    def response(self) -> str: ...

    @property
    def outputs(self) -> int: ...

    @property
    def formula(self) -> str: ...

    @property
    def key(self) -> int: ...

    @property
    def unused_parameters(self) -> list[str]: ...

def parse(formula: str, columns: Sequence[str]) -> Model:
    """A model from a formula; names that are no columns are its parameters."""

def trace(function: object, x: object | None, lazy_x: bool, x_values: object | None, names: Sequence[str], rows: int, extra: tuple = (), several: bool = False, index: object | None = None, decisions: object | None = None) -> tuple:
    """
    Calls function(x, *parameters) once with traced values: (model, its columns, whether a float32 value took part). With several, for a function that returns [(positions, value)]: (its terms (model, columns, rows, positions), whether a float32 value took part). index: that of the Series that x was. decisions: decides on parameters, where a model does; None: that refuses. Raises TraceRefused with the reason.
    """

def count_form() -> None:
    """Says that a recording used what is put together in Python."""

def forms_counted() -> int:
    """How often that was said so far."""

def is_trusted(function: object, names: Sequence[str]) -> bool:
    """
    Whether a kept record of a function was compared with it: one that no values of x change.
    """

def trust(function: object) -> None:
    """Says that the record kept for a function was compared with it."""

def register_operations(find: object) -> None:
    """
    Says where the operations on recorded values are that are written in Python: find(name).
    """

class Traced:
    """A value of a model that is being traced; see docs/tracing.md."""

    def __getattribute__(self, name, /):
        """Return getattr(self, name)."""

    def __getitem__(self, key, /):
        """Return self[key]."""

    def __setitem__(self, key, value, /):
        """Set self[key] to value."""

    def __delitem__(self, key, /):
        """Delete self[key]."""

    def __add__(self, arg: object, /) -> object: ...

    def __radd__(self, arg: object, /) -> object: ...

    def __sub__(self, arg: object, /) -> object: ...

    def __rsub__(self, arg: object, /) -> object: ...

    def __mul__(self, arg: object, /) -> object: ...

    def __rmul__(self, arg: object, /) -> object: ...

    def __truediv__(self, arg: object, /) -> object: ...

    def __rtruediv__(self, arg: object, /) -> object: ...

    def __pow__(self, arg: object, /) -> object: ...

    def __rpow__(self, arg: object, /) -> object: ...

    def __floordiv__(self, arg: object, /) -> object: ...

    def __rfloordiv__(self, arg: object, /) -> object: ...

    def __mod__(self, arg: object, /) -> object: ...

    def __rmod__(self, arg: object, /) -> object: ...

    def __lt__(self, arg: object, /) -> object: ...

    def __le__(self, arg: object, /) -> object: ...

    def __gt__(self, arg: object, /) -> object: ...

    def __ge__(self, arg: object, /) -> object: ...

    def __eq__(self, arg: object | None, /) -> object: ...

    def __ne__(self, arg: object | None, /) -> object: ...

    def __and__(self, arg: object, /) -> object: ...

    def __rand__(self, arg: object, /) -> object: ...

    def __or__(self, arg: object, /) -> object: ...

    def __ror__(self, arg: object, /) -> object: ...

    def __neg__(self) -> object: ...

    def __pos__(self) -> object: ...

    def __abs__(self) -> object: ...

    def __invert__(self) -> object: ...

    def __iadd__(self, arg: object, /) -> object: ...

    def __isub__(self, arg: object, /) -> object: ...

    def __imul__(self, arg: object, /) -> object: ...

    def __itruediv__(self, arg: object, /) -> object: ...

    def __ipow__(self, arg: object, /) -> object: ...

    def __ifloordiv__(self, arg: object, /) -> object: ...

    def __imod__(self, arg: object, /) -> object: ...

    def __iand__(self, arg: object, /) -> object: ...

    def __ior__(self, arg: object, /) -> object: ...

    def __array_ufunc__(self, arg0: object, arg1: object, /, *args, **kwargs) -> object: ...

    def __array_function__(self, arg0: object, arg1: object, arg2: object, arg3: object, /) -> object: ...

    @property
    def shape(self) -> tuple: ...

    @property
    def ndim(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def T(self) -> object: ...

    @property
    def real(self) -> object: ...

    def copy(self) -> Traced: ...

    @property
    def dtype(self) -> object: ...

    def __len__(self) -> int: ...

    def __repr__(self) -> str: ...

    def __str__(self) -> str: ...

    __pandas_priority__: int = 5000

    def __iter__(self) -> object: ...

    def exp2(self) -> object: ...

    def deg2rad(self) -> object: ...

    def rad2deg(self) -> object: ...

    def radians(self) -> object: ...

    def degrees(self) -> object: ...

    def sqrt(self) -> object: ...

    def cbrt(self) -> object: ...

    def exp(self) -> object: ...

    def expm1(self) -> object: ...

    def log(self) -> object: ...

    def log1p(self) -> object: ...

    def log2(self) -> object: ...

    def log10(self) -> object: ...

    def sin(self) -> object: ...

    def cos(self) -> object: ...

    def tan(self) -> object: ...

    def arcsin(self) -> object: ...

    def arccos(self) -> object: ...

    def arctan(self) -> object: ...

    def sinh(self) -> object: ...

    def cosh(self) -> object: ...

    def tanh(self) -> object: ...

    def arcsinh(self) -> object: ...

    def arccosh(self) -> object: ...

    def arctanh(self) -> object: ...

    def erf(self) -> object: ...

    def erfc(self) -> object: ...

    def gammaln(self) -> object: ...

    def expit(self) -> object: ...

    def j0(self) -> object: ...

    def j1(self) -> object: ...

    def __bool__(self) -> bool: ...

    def __float__(self, *args) -> object: ...

    def __int__(self, *args) -> object: ...

    def __index__(self, *args) -> object: ...

    def __complex__(self, *args) -> object: ...

    def __round__(self, *args) -> object: ...

    def __hash__(self, *args) -> object: ...

    def __xor__(self, *args) -> object: ...

    def __rxor__(self, *args) -> object: ...

    def __ixor__(self, *args) -> object: ...

    def __lshift__(self, *args) -> object: ...

    def __rlshift__(self, *args) -> object: ...

    def __ilshift__(self, *args) -> object: ...

    def __rshift__(self, *args) -> object: ...

    def __rrshift__(self, *args) -> object: ...

    def __irshift__(self, *args) -> object: ...

    def __divmod__(self, *args) -> object: ...

    def __rdivmod__(self, *args) -> object: ...

    def __imatmul__(self, *args) -> object: ...

    def __matmul__(self, *args) -> object: ...

    def __rmatmul__(self, *args) -> object: ...

class Column(Traced):
    """
    x of a model that is being traced: an array as soon as anything but arithmetic is done with it.
    """

    def __len__(self, *args) -> object: ...

    def __iter__(self, *args) -> object: ...

    def __bool__(self, *args) -> object: ...

    def __float__(self, *args) -> object: ...

    def __int__(self, *args) -> object: ...

    def __index__(self, *args) -> object: ...

    def __complex__(self, *args) -> object: ...

    def __contains__(self, *args) -> object: ...

    def __matmul__(self, *args) -> object: ...

    def __rmatmul__(self, *args) -> object: ...

    def copy(self, *args) -> object: ...

    def __round__(self, *args) -> object: ...

    def __array__(self, dtype: object | None = None, copy: object | None = None) -> object: ...

    def __getattr__(self, arg: object, /) -> object: ...

    def __getitem__(self, arg: object, /) -> object: ...

    @property
    def dtype(self) -> object: ...

    @property
    def T(self) -> object: ...

    @property
    def real(self) -> object: ...

    def __setitem__(self, *args) -> object: ...

    def __hash__(self, *args) -> object: ...

def record(name: str, function: object | None, inputs: tuple) -> object:
    """The traced result of NumPy's function of that name."""

def constant_like(like: object, value: float) -> Traced:
    """A traced array of one value that may be changed in place."""

def refuse(value: object, why: str) -> None:
    """Poisons the trace of a value and raises TraceRefused."""

def columns_of(value: Traced) -> list[int]:
    """The columns that a value is made of, in an order its structure gives."""

def column_values(like: Traced, column: int) -> object:
    """The array of a column."""

def add_column(like: Traced, values: object) -> int:
    """
    The number of a new column of contiguous float64 values that nobody else changes.
    """

def column_count(like: Traced) -> int:
    """How many columns there are."""

def with_columns(row: Traced, columns: dict, length: object | None) -> Traced:
    """
    The row with other columns, or numbers, in place of its own, of another length; None: a number.
    """

def column_like(like: Traced, column: int, boolean: bool = False) -> Traced:
    """A row that is a column."""

def assign(row: Traced, mask: Traced, value: Traced) -> None:
    """Puts value into the rows where the mask is true."""

def node_of(value: Traced) -> int:
    """A number that values share if they are the same expression."""

def is_parameter(value: Traced) -> bool:
    """Whether a value is a parameter itself."""

def become(row: Traced, other: Traced) -> None:
    """Gives a row the values of another one."""

def masked(row: Traced, mask: Traced) -> Traced:
    """The rows where the mask, of parameters, is true."""

def as_row(value: Traced, length: int) -> Traced:
    """A number as a row of equal values."""

def data_row(like: Traced, array: object) -> Traced:
    """An array of one dimension, or a number, as it is now."""

def mask_is(row: Traced, mask: Traced) -> bool:
    """Whether a value has the rows that this mask selects."""

def is_masked(value: Traced) -> bool:
    """Whether a value has the rows that some mask of parameters selects."""

def is_number(value: Traced) -> bool:
    """Whether a value has the shape ()."""

def is_boolean(value: Traced) -> bool:
    """Whether a value is of NumPy's type bool."""

def recording_rows(value: Traced) -> int:
    """The rows of the recording of a value."""

def length(value: Traced) -> int:
    """The number of values of a row."""

def share(value: Traced) -> None:
    """Says that there are views of a value, or that it is one."""

def is_shared(value: Traced) -> bool:
    """Whether there are views of a value, or it is one."""

def memo(value: Traced) -> dict:
    """A dict of the recording of a value."""

def meet_index(value: Traced, index: object) -> None:
    """
    Refuses a pandas index that is not the one met before in the recording.
    """

def has_index(value: Traced) -> bool:
    """Whether a pandas Series took part."""

def roll_up(values: list) -> list:
    """
    Recorded numbers as [(positions, value)]: those that differ in constants alone as one row, others one by one.
    """

class FitResult:
    """Everything the core knows about a fit."""

    @property
    def cost(self) -> float:
        """
        ½ Σ f_scale² ρ: half the sum of squares, of the losses for a robust loss
        """

    @property
    def rss(self) -> float:
        """Sum of the squared weighted residuals."""

    @property
    def tss(self) -> float:
        """The rss of the best constant; NaN without a response."""

    @property
    def n(self) -> int:
        """Rows used."""

    @property
    def n_masked(self) -> int:
        """Rows with infinite sigma."""

    @property
    def n_priors(self) -> int:
        """Rows of priors, counted among the values used."""

    @property
    def dof(self) -> int:
        """Values used minus the rank: as if redundant parameters were not there."""

    @property
    def r_squared(self) -> float:
        """1 - rss/tss."""

    @property
    def adj_r_squared(self) -> float:
        """1 - (1 - R²)(m - 1)/dof."""

    @property
    def reduced_chi2(self) -> float:
        """chi2/dof."""

    @property
    def chi2(self) -> float:
        """As rss; comparable with dof when sigma is absolute."""

    @property
    def p_value(self) -> float:
        """P(X >= chi2) for a chi-squared X; NaN unless sigma is absolute."""

    @property
    def rmse(self) -> float:
        """sqrt(rss/m)."""

    @property
    def aic(self) -> float:
        """2k - 2 ln L; without a known sigma the variance counts as a parameter."""

    @property
    def aicc(self) -> float:
        """aic + 2k(k + 1)/(m - k - 1)."""

    @property
    def bic(self) -> float:
        """k ln m - 2 ln L."""

    @property
    def absolute_sigma(self) -> bool:
        """Whether pcov takes sigma as given, or scales it by reduced_chi2."""

    @property
    def has_sigma(self) -> bool:
        """Whether there was a sigma."""

    @property
    def status(self) -> int:
        """Why the fit ended, as in SciPy's results."""

    @property
    def message(self) -> str:
        """The same as a sentence."""

    @property
    def success(self) -> bool:
        """Whether it converged: status > 0."""

    @property
    def nfev(self) -> int:
        """Passes over all rows."""

    @property
    def njev(self) -> int:
        """Of these, those with derivatives."""

    @property
    def attempts(self) -> int:
        """
        Minimizations, more than one where the first end meant nothing; counts are of all.
        """

    @property
    def start_source(self) -> str:
        """Where p0 is from: "given", "ones" or "search"."""

    @property
    def nfev_subsample(self) -> int:
        """Passes over a sample or a part of the rows."""

    @property
    def progressive(self) -> bool:
        """Whether the answer of a sample was the start on all rows."""

    @property
    def iterations(self) -> int:
        """Accepted steps."""

    @property
    def optimality(self) -> float:
        """The norm that gtol judges."""

    @property
    def condition(self) -> float:
        """
        Bound of the condition number of the Jacobian, columns scaled to length 1.
        """

    @property
    def rank(self) -> int:
        """Rank of the Jacobian, at most the number of free parameters."""

    @property
    def method(self) -> str:
        """The method that ran."""

    @property
    def loss(self) -> str:
        """The loss."""

    @property
    def engine(self) -> str:
        """
        What evaluated the model: "interpreter", "callback", "opencl:0", "cuda:0".
        """

    @property
    def linear_solver(self) -> str:
        """"dense" or "sparse"."""

    @property
    def isa(self) -> str:
        """The instruction set."""

    @property
    def fold(self) -> str:
        """How rows became a triangle: "gram", "pgram" or "qr"."""

    @property
    def precision(self) -> str:
        """Of the passes; "mixed": of the first ones float32."""

    @property
    def nfev_float32(self) -> int:
        """Of nfev, those in float32."""

    @property
    def jacobian_mode(self) -> str:
        """"fwd" or "rev"; for callbacks "2-point", "3-point" or "user"."""

    @property
    def jacobian_mode_source(self) -> str:
        """Who chose it: "argument", "environment", "config" or "default"."""

    @property
    def derivative_order(self) -> str:
        """
        What ran: "forward" or "reverse" (under auto the cheaper one); for callbacks as jacobian_mode.
        """

    @property
    def cache_hit(self) -> bool:
        """Whether every program of the fit was there already (nlsq/cache.hpp)."""

    @property
    def compile_ms(self) -> float:
        """Part of elapsed_ms that went into making programs; 0 on a hit."""

    @property
    def elapsed_ms(self) -> float:
        """Time of the whole fit."""

    @property
    def names(self) -> list[str]: ...

    @property
    def tied(self) -> list[str]: ...

    @property
    def derived(self) -> list:
        """(name, value, error, expression) of each derived quantity."""

    @property
    def derived_cov(self) -> object: ...

    @property
    def popt(self) -> object: ...

    @property
    def pcov(self) -> object: ...

    @property
    def perr(self) -> object: ...

    @property
    def p0(self) -> object: ...

    @property
    def fixed(self) -> list[bool]: ...

    @property
    def at_bound(self) -> list[int]: ...

    @property
    def redundancy(self) -> object:
        """
        Of a Jacobian without full rank: pcov by the pseudo-inverse, directions that change no value of the model, scales of the parameters and what counts as rounding; else None.
        """

    @property
    def device(self) -> object:
        """
        The device that made the passes: id, name, bytes uploaded and moved; None without one.
        """

    def covariance(self, positions: Sequence[int]) -> object:
        """Covariance of some parameters, of any number of them."""

    @property
    def warnings(self) -> list[str]: ...

    @property
    def issues(self) -> list:
        """(id, sentence, values) of each warning."""

    def set_start_source(self, source: str) -> None:
        """Of a fit whose start was chosen outside of it."""

    def warn(self, id: str, sentence: str, names: Sequence[str] = []) -> None:
        """
        Adds an issue of the table in issue_kinds(), and its sentence to the warnings.
        """

    @property
    def fingerprints(self) -> dict:
        """{(address, bytes): fingerprint} of the long arrays that were read."""

    def intervals(self, level: float = 0.95) -> list[tuple[float, float]]: ...

    def correlation(self) -> object: ...

    def explain(self) -> str:
        """
        Derivatives, program, path and what a row took, with reasons: a line each.
        """

    def report(self, level: float = 0.95, color: bool = False) -> str: ...

def result_fields() -> list:
    """
    (name, value before a fit, key in JSON, what it is in Python, meaning) of each plain field of a result.
    """

def option_values(option: str) -> tuple:
    """
    The values that an option may have: method, loss, jacobian_mode, precision, starts, linear_solver; engine.
    """

def operations() -> list:
    """
    (name, number of operands, name in NumPy or SciPy) of the operations that those have.
    """

def goodness_of_fit(rows: int, free: int, rss: float, tss: float, sum_log_sigma: float, known_sigma: bool) -> dict:
    """The statistics of a fit from its sums, by name."""

def loss_values(loss: str, z: object) -> object:
    """(3, m): rho, rho' and rho'' of a loss at each z."""

def judge(result: FitResult, axes: Sequence[object], names: Sequence[str], y: object, sigma: object | None, f: object) -> None:
    """
    Adds what the residuals f of a model that was called tell in the order of its axes.
    """

def issue_kinds() -> list:
    """(id, title) of everything that a fit may warn of."""

def fingerprint(array: object, item_bytes: int) -> int:
    """
    Of the bytes of a contiguous array whose values have so many bytes each (1 to 8).
    """

def curve_fit(model: Model, columns: Sequence[object], y: object, sigma: object | None = None, p0: Sequence[float] = [], lower: object | None = None, upper: object | None = None, fixed: object | None = None, absolute_sigma: bool = False, loss: object | None = None, f_scale: float = 1.0, threads: object = 0, check_finite: bool = True, callback: object | None = None, jacobian_mode: object | None = None, solver: dict = {}) -> FitResult:
    """Fits a model to columns and a response; see nlsq.curve_fit."""

def streamed_fit(model: Model, rows: Rows, columns: Sequence[str], y: str, sigma: object | None, p0: Sequence[float], lower: object | None, upper: object | None, fixed: object | None, absolute_sigma: bool, loss: object | None, f_scale: float, threads: object, check_finite: bool, callback: object | None, jacobian_mode: object | None, solver: dict) -> FitResult:
    """Fits a model to rows that are not in memory."""

def evaluate(model: Model, columns: Sequence[object], parameters: Sequence[float], rows: int) -> object:
    """Values of a model in each row."""

def decision_stands(model: Model, truth: bool, start: Sequence[float], parameters: Sequence[float], lower: Sequence[float] | None, upper: Sequence[float] | None) -> bool:
    """
    Whether a model of parameters alone is as true there, and beside it, as it was.
    """

def outputs(model: Model, parameters: Sequence[float]) -> object:
    """Values of all outputs of a model without columns."""

def jacobian(model: Model, columns: Sequence[object], parameters: Sequence[float], rows: int) -> object:
    """Derivatives of a model by its parameters, rows by parameters."""

def standard_errors(model: Model, columns: Sequence[object], result: FitResult) -> object:
    """Standard error of the model's value in each row."""

class Rows:
    """Rows that are not in memory."""

    @property
    def rows(self) -> int: ...

    @property
    def names(self) -> list[str]: ...

    def gather(self, arg0: Sequence[int], arg1: int, /) -> list:
        """Runs of rows of all columns."""

class RowSpill:
    """A scratch file that columns are written to."""

    def __init__(self, arg0: Sequence[str], arg1: str, /) -> None: ...

    def append(self, arg: Sequence[object], /) -> None: ...

    def finish(self) -> Rows: ...

def files_of(arg: str, /) -> list[str]:
    """The files that a pattern names."""

def open_rows(files: Sequence[str], columns: Sequence[str], used: Sequence[str], omit: bool, scratch: str, raw: Sequence[tuple[str, str]], offset: int, count: int = 0) -> tuple:
    """(Rows, notes, rows left out) of files."""

def rows_of_arrays(arg0: Sequence[str], arg1: Sequence[object], /) -> Rows:
    """Arrays as a source."""

def rows_joined(arg: Sequence[Rows], /) -> Rows: ...

def rows_beside(arg: Sequence[Rows], /) -> Rows: ...

def remote_rows(names: Sequence[str], rows: int, owner: object) -> Rows:
    """
    Rows that other processes hold; owner has ask(request) and fetch(firsts, width, columns).
    """

def answer_pass(arrays: Sequence[object], runs: Sequence[tuple[int, int, int]], request: bytes, threads: int = 1) -> bytes:
    """
    Answers a request over the rows that are held; runs: (first row of all, place in the arrays, rows).
    """

LEAF_ROWS: int = 4096

def quick_fit(function: object, x: object, y: object, p0: object | None) -> object:
    """
    (popt, pcov) of a function of a kept record on plain arrays; None: take the long way.
    """

def quick_result(function: object, x: object, y: object, p0: object | None, names: Sequence[str]) -> object:
    """
    The same by the default method: (result, model), or None where there is more to say.
    """

def devices() -> tuple:
    """(devices, why no OpenCL, why no CUDA)."""

class DeviceData:
    def __init__(self, arg0: str, arg1: list, /) -> None: ...

    @property
    def device(self) -> str: ...

    @property
    def bytes(self) -> int: ...

class Called:
    """Residuals that are a Python function; see nlsq/_scipy/black_box.py."""

    def __init__(self, function: object, plain: object, n: int, m: int) -> None: ...

    def set_model(self, data: object | None, y: object, sigma: object | None, full: Sequence[float], free: Sequence[int], numpy_scalars: bool) -> None:
        """Residuals are (function(data, *parameters) - y) / sigma from now on."""

    def set_jacobian(self, jacobian: object) -> None:
        """jacobian(x) gives (m, n)."""

    def set_arguments(self, arguments: tuple) -> None:
        """Further arguments of the function and of the Jacobian's."""

    def set_plain_jacobian(self, plain: object, columns_first: bool) -> None:
        """
        Jacobians may be (n, m), with columns_first, and what plain makes (m, n) of.
        """

    def set_differences(self, central: bool, epsilon: float, relative: Sequence[float], lower: Sequence[float], upper: Sequence[float], at_zero: float = 0.0) -> None:
        """
        The Jacobian is made of differences; at_zero: |x| that relative steps are meant of where x is 0, 0: none.
        """

    def remember(self, x: object, f: object, jacobian: object | None = None) -> bool:
        """What is known of a point already; whether its residuals are finite."""

    def remember_values(self, x: Sequence[float], values: object) -> None:
        """What the function gave at x."""

    def known(self, x: Sequence[float]) -> object:
        """Residuals (m,) at x if they are remembered, else None."""

    def values(self, x: Sequence[float]) -> object:
        """Residuals (m,) at x."""

    def jacobian(self, x: Sequence[float]) -> object:
        """Their derivatives (m, n) at x."""

    def known_jacobian(self, x: Sequence[float]) -> object:
        """The same if they were computed before, else None."""

    def last_jacobian(self) -> object:
        """The Jacobian (m, n) that was computed last, or None."""

    @property
    def nfev(self) -> int: ...

    @property
    def njev(self) -> int: ...

    @property
    def evaluations(self) -> int: ...

def leastsq(called: Called, x0: Sequence[float], ftol: float, xtol: float, gtol: float, max_nfev: int, x_scale: Sequence[float], factor: float, epsilon: float, step: float, full: bool) -> tuple:
    """
    Minimizes a Called by Levenberg-Marquardt: (x, status, covariance of unit variance). max_nfev: of points; x_scale: [], or a size for each parameter; factor: of the size of x0, a limit of the first step; epsilon: relative rounding of its values; step: relative step of differences, 0: such as fit the function; full: the Called is to know the Jacobian at the end, whose covariance is given unless it lacks rank.
    """

class KeptResiduals:
    """
    Recorded residuals for other arguments; see nlsq/_recording/kept_residuals.py.
    """

    def __init__(self, model: Model, places: Sequence[tuple[int, int, int]], rows: int) -> None: ...

    def minimize(self, arguments: tuple, x0: object, f: object, ftol: float, xtol: float, gtol: float, max_nfev: int, x_scale: Sequence[float]) -> object:
        """
        (x, status, covariance or None, residuals at x, nfev, njev), by Levenberg-Marquardt; None where f, the residuals of the function at x0, are not the model's, or there is no solution.
        """

    def jacobian(self, arguments: tuple, x: object) -> object:
        """Derivatives (m, n) at x."""

    def size_at(self, arguments: tuple, x: object) -> float:
        """The size of the residuals beside x."""

def agree(ours: object, theirs: object, size: float) -> bool:
    """
    Whether two float64 arrays (m,) agree to rounding of the largest value, or of size.
    """

def fit_terms(terms: list, p0: Sequence[float], lower: object | None, upper: object | None, loss: object | None, f_scale: float, threads: object, jacobian_mode: object | None, solver: dict) -> FitResult:
    """
    Minimizes the sum of squares of all rows of some terms (model, columns, rows).
    """

def gathered_by(model: Model) -> list:
    """The index column of each parameter; None of plain ones."""

def fit_problem(sets: list, start: Mapping[str, float], bounds: Mapping[str, tuple[float, float]], fixed: Mapping[str, float | None], absolute_sigma: bool, loss: object | None, f_scale: float, linear_solver: str, solver: dict) -> FitResult:
    """
    Fits several sets (model, names of its parameters, columns, y, sigma, labels) at once; parameters of the same name are shared.
    """

def fit_many(model: Model, columns: Sequence[object], y: object, fits: int, rows: int, offsets: object | None, sigma: object | None, mask: object | None, starts: object | None, lower: object | None, upper: object | None, fixed: Sequence[bool], searched: Sequence[bool], options: dict, into: dict, progress: object | None) -> tuple:
    """
    Fits a model to many data sets, into the caller's arrays; see nlsq.curve_fit_many. Returns (engine, sets that failed, milliseconds, where fits began, the plan as text). searched: parameters without a start, empty where all have one.
    """

def many_message(status: int, flags: int) -> str:
    """What a status and the flags of one of many fits say."""

def sparse_least_squares(fun: object, m: int, x0: Sequence[float], start: Sequence[int], column: Sequence[int], lower: Sequence[float], upper: Sequence[float], diff_step: Sequence[float], solver: dict) -> FitResult:
    """
    Least squares of a function whose Jacobian may be non-zero at (row, column) alone: of row i at column[start[i]:start[i + 1]].
    """

def column_groups(start: Sequence[int], column: Sequence[int], n: int) -> list[int]:
    """Numbers of groups of columns that share no row."""

def complete(part: FitResult, names: Sequence[str], p0: Sequence[float], held: Sequence[bool], masked: int, tss: float, sum_log_sigma: float, has_sigma: bool, differences: str | None = None) -> FitResult:
    """The result of a curve fitted as residuals, over all its parameters."""

def least_squares(fun: object, jac: object | None, m: int, x0: Sequence[float], lower: Sequence[float] = [], upper: Sequence[float] = [], loss: object | None = None, f_scale: float = 1.0, three_point: bool = False, diff_step: Sequence[float] = [], names: Sequence[str] = [], absolute_sigma: bool = False, callback: object | None = None, solver: dict = {}, jacobian_mode: object | None = None, epsilon: float = 2.220446049250313e-16, estimates: bool = True, at_end: bool = True, total: float = float('nan'), tell: bool = True) -> FitResult:
    """
    Minimizes over residual callables that take and give float64 arrays, or over a Called. epsilon: relative rounding of their values; estimates: Jacobians by differences may be estimated on the way; at_end: the last one is of the last point; total: the sum of squares about the best constant, if it is known (a Called knows its own); tell: a Called is to know the last Jacobian by differences of a fit that is well, too. See nlsq.least_squares.
    """

def differences(function: object, plain: object, x: Sequence[float], f: object, central: bool, epsilon: float, relative: Sequence[float], lower: Sequence[float], upper: Sequence[float], fitting: bool = False) -> object:
    """
    The Jacobian (m, n) of function(x) by differences, f its values at x, with SciPy's steps or (fitting) such as fit the function.
    """

def difference_steps(x: Sequence[float], central: bool, epsilon: float, relative: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> tuple:
    """(steps (n,), which of them go to one side only) of differences at x."""

def estimate_memory(model: Model, rows: int) -> dict:
    """Bytes of a fit of a model to so many rows."""

def estimate_ordinary_memory(rows: int, parameters: int) -> dict:
    """The same of a model of ordinary size."""

def callback_memory(residuals: int, parameters: int) -> int:
    """Bytes of a fit of a function that is called as it is."""

def parse_bytes(text: str, argument: str) -> int:
    """Bytes of a text such as 256M."""

def plan(model: Model, rows: int, start_given: bool, memory_limit: int = 0) -> tuple:
    """
    (method, explanation) of a fit of a model to so many rows, which is not made.
    """

def shown_bytes(bytes: int) -> str:
    """Bytes as a text such as 1.7 MiB."""

def cache_stats() -> dict:
    """Statistics of the program cache."""

def clear_cache() -> None:
    """Forgets all programs and sets the statistics to zero."""

def configure_cache(enable: bool | None = None, max_size: int | None = None) -> None:
    """Switches the cache on or off and bounds it."""

def set_log(sink: object | None) -> None:
    """Sends log lines to sink(level, line); None: nowhere."""

def interval_factor(level: float, dof: float) -> float:
    """Half the width of an interval, in standard errors."""

def with_error(value: float, error: float) -> str:
    """A value with its error, of two significant digits."""

def built_in_models() -> list: ...

def built_in_model(arg: str, /) -> dict: ...

def start_values(arg0: str, arg1: Sequence[float], arg2: Sequence[float], /) -> list[float]: ...

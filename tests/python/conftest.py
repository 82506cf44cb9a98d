# SPDX-License-Identifier: MIT
import pathlib
import signal
import sys

import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: Ctrl-C is tested all the same
    signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.insert(0, str(pathlib.Path(__file__).parent))

# The same examples on every run: a failure is one that can be run again.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.load_profile("same")

# Files with data that follow a rule, not chance, or with models that are not those of the data: their fits are told, rightly,
# that residuals have a course. Everywhere else such a warning is an error, as any other one.
_RULES = {
    "called_models", "compat_arguments", "complaints", "docs", "first_hour", "formula_names", "jax", "kept_records",
    "kinds_of_data", "many_models", "memory", "messages", "model_returns", "multistart", "pickles", "recorded_questions",
    "recorded_rows", "recorded_series", "recording_traps", "relations", "result_object", "result_texts", "robust_matrix", "rows",
    "second_start", "together",
}  # fmt: skip
_SENTENCES = (
    "residuals go together in the order", "the residuals oscillate along", "the model explains no more than the mean",
    "the model misses the means of repeated",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """Lets fits of such data be told so."""
    for item in items:
        if item.path.stem.removeprefix("test_") in _RULES:
            for sentence in _SENTENCES:
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{sentence}"))

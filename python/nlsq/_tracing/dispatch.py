# SPDX-License-Identifier: MIT
"""Operations on recorded values, found by name: the bottom of this package.

Values of any kind meet values of any other: a row indexed by None becomes a block, a block that meets an image a grid,
and np.where takes all of them. So the modules of values need operations of modules that are built on them, and the
recorder in C++ needs some of all. Both ask here. A module is loaded by the first call of one of its operations, because
those for arrays are more than the rest of the package: a model of ufuncs alone never loads them.
"""

import importlib

from nlsq._base.errors import TraceRefused
from nlsq._tracing.array_functions import call_plain, read_only

_MODULES = {
    "array_function": "allowed_functions", "ravel": "allowed_functions",
    "ufunc_of": "broadcast", "elementwise": "broadcast",
    "block_of": "blocks", "as_data_block": "blocks",
    "grid_of_row": "grids", "broadcast_grid": "grid_operations",
    "elementwise_of_joined": "joined", "one_row": "joined",
    "vector_of_values": "vector",
    **dict.fromkeys(("item", "set_item", "item_of_data", "change", "values", "attribute"), "row_items"),
}  # fmt: skip
_found = {"TraceRefused": TraceRefused, "read_only": read_only, "call_plain": call_plain}


def operation(name):
    """The operation of this name."""
    found = _found.get(name)
    if found is None:
        module = importlib.import_module(f"nlsq._tracing.{_MODULES[name]}")
        found = _found[name] = getattr(module, name)
    return found

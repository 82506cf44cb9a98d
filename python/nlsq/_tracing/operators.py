# SPDX-License-Identifier: MIT
"""Python's operators for classes of recorded values, by NumPy's functions."""

import numpy as np

from nlsq._tracing.dispatch import operation

_ARITHMETIC = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power,
    "mod": np.remainder, "floordiv": np.floor_divide,
}  # fmt: skip
_OF_ARRAYS = {"matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or}
_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
_UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}


def _by_ufunc(ufunc, operands):
    return operation("ufunc_of")(ufunc, "__call__", operands, {})


def add_operators(cls, apply=_by_ufunc, without=()):
    """Arithmetic, comparisons and the like: each calls apply(ufunc, operands). `without`: names that the class does not
    get, or has of its own."""

    def binary(ufunc, reflected):
        return lambda self, other: apply(ufunc, (other, self) if reflected else (self, other))

    for name, ufunc in (_ARITHMETIC | _OF_ARRAYS).items():
        if name not in without:
            setattr(cls, f"__{name}__", binary(ufunc, False))
            setattr(cls, f"__r{name}__", binary(ufunc, True))
    for name, ufunc in _COMPARISONS.items():
        setattr(cls, f"__{name}__", binary(ufunc, False))
    for name, ufunc in _UNARY.items():
        if name not in without:
            setattr(cls, f"__{name}__", lambda self, ufunc=ufunc: apply(ufunc, (self,)))


def add_in_place(cls, change):
    """Arithmetic in place: each calls change(self, ufunc, other), whose value is what the name refers to then."""
    for name, ufunc in _ARITHMETIC.items():
        setattr(cls, f"__i{name}__", lambda self, other, ufunc=ufunc: change(self, ufunc, other))

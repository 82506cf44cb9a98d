# SPDX-License-Identifier: MIT
"""Models of data of several dimensions as models of rows."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nlsq._models import jax


class Whole(NamedTuple):
    """A problem over arrays of several dimensions, from which one over rows is made."""

    function: Callable  # f(x, *parameters) of the shape of ydata
    shape: tuple  # of ydata
    x_too: bool  # xdata is an array of the same shape, and becomes rows as well

    def by_rows(self):
        """The function with its values as rows."""
        f, shape, numpy = self.function, self.shape, np
        if jax.is_loaded() and jax.uses_jax(f):
            from jax import numpy
        if not self.x_too:
            return lambda x, *p: numpy.ravel(f(x, *p))
        size = math.prod(shape)

        def rows(x, *parameters):
            return numpy.ravel(f(x.reshape(shape) if x.size == size else x, *parameters))

        return rows


def flattened(f, xdata, ydata, sigma):
    """(whole, xdata, ydata, sigma): a problem over arrays of several dimensions as one over rows."""
    shape = ydata.shape
    if np.ndim(sigma) == len(shape) and np.shape(sigma) == shape:
        sigma = sigma.ravel()
    whole = Whole(f, shape, type(xdata) is np.ndarray and xdata.shape == shape)
    return whole, xdata.ravel() if whole.x_too else xdata, ydata.ravel(), sigma

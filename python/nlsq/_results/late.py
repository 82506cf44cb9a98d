# SPDX-License-Identifier: MIT
"""What results can do by means of later packages, bound when it is asked for.

This is the one place where a package names a later one: a bootstrap is many fits, and fits return results.
"""

import importlib

_PLACES = {"bootstrap": "nlsq._many.bootstrap"}


def function(name):
    """The function of this name."""
    return getattr(importlib.import_module(_PLACES[name]), name)

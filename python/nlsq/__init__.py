# SPDX-License-Identifier: MIT
from nlsq import _core

__version__ = _core.version()

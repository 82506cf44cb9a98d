# SPDX-License-Identifier: MIT
"""``python -m nlsq`` is the command ``nlsq``."""

from nlsq._command import main

main()

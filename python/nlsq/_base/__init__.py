# SPDX-License-Identifier: MIT
"""What all packages need: errors, arguments and their checks, parts of messages, the log, files, SciPy's classes."""

# SPDX-License-Identifier: MIT
"""What all packages need: errors, arguments that are checked, the words of messages, files, SciPy's classes."""

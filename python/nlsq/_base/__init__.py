# SPDX-License-Identifier: MIT
"""What every room needs: errors, arguments that are checked, the words of messages, files, SciPy's classes."""

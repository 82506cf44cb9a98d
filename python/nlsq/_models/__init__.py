# SPDX-License-Identifier: MIT
"""Models as users write them: formulas, signatures, functions of JAX, relations between parameters."""

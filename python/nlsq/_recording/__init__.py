# SPDX-License-Identifier: MIT
"""Functions become programs: a function is traced, and the record compared with it before it is trusted."""

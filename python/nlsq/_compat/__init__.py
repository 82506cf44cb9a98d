# SPDX-License-Identifier: MIT
"""Names and modules of NLSQ that are not here, and what becomes of them."""

# SPDX-License-Identifier: MIT
"""The public functions that fit one problem, with NLSQ's arguments."""

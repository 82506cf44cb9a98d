# SPDX-License-Identifier: MIT
"""curve_fit_many: many data sets at once, and the bootstrap that is made of it."""

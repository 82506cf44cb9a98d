# SPDX-License-Identifier: MIT
"""One fit of arrays that are checked: recorded and run in the core, or called as it is."""

# SPDX-License-Identifier: MIT
import pathlib
import sys

from hypothesis import settings

sys.path.insert(0, str(pathlib.Path(__file__).parent))

# The same examples on every run: a failure is one that can be run again.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.load_profile("same")

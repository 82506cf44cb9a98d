# SPDX-License-Identifier: MIT
import pathlib
import signal
import sys

from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: Ctrl-C is tested all the same
    signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.insert(0, str(pathlib.Path(__file__).parent))

# The same examples on every run: a failure is one that can be run again.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.load_profile("same")

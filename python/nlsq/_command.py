# SPDX-License-Identifier: MIT
"""The command ``nlsq`` of an installed package: it becomes the program in ``_bin``.

A program among the scripts of an environment could not find the libraries that a wheel brings with it.
"""

import os
import signal
import sys

import nlsq


def main() -> None:
    """Replaces this process by the program, with the same arguments."""
    # Python ignores these signals, and a new program would inherit that.
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    for folder in nlsq.__path__:  # an editable installation has two
        program = os.path.join(folder, "_bin", "nlsq")
        if os.path.exists(program):
            os.execv(program, ["nlsq", *sys.argv[1:]])
    print("nlsq: error: this installation has no program; `make build` of a checkout makes build/nlsq", file=sys.stderr)
    sys.exit(4)

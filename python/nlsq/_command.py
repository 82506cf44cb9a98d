# SPDX-License-Identifier: MIT
"""The command ``nlsq``: it becomes the program in ``_bin`` of an installed package, or that of a checkout's ``build``.

A program among the scripts of an environment could not find the libraries that a wheel brings with it.
"""

import os
import signal
import sys

import nlsq


def _program() -> str | None:
    """The path of the program that belongs to this package."""
    for folder in nlsq.__path__:  # an editable installation has two
        checkout = os.path.dirname(os.path.dirname(folder))
        places = [os.path.join(folder, "_bin", "nlsq")]
        if os.path.exists(os.path.join(checkout, "CMakePresets.json")):
            places.append(os.path.join(checkout, "build", "nlsq"))
        for program in places:
            if os.access(program, os.X_OK):
                return program
    return None


def main() -> None:
    """Replaces this process by the program, with the same arguments."""
    # Python ignores these signals, and a new program would inherit that.
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    program = _program()
    if program is not None:
        os.execv(program, ["nlsq", *sys.argv[1:]])
    print("nlsq: error: this installation has no program; `make build` in a checkout makes build/nlsq", file=sys.stderr)
    sys.exit(4)

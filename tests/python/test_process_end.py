# SPDX-License-Identifier: MIT
"""Programs that end while fits are under way: none is aborted, crashes or hangs."""

import pathlib
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = pathlib.Path(__file__).with_name("ending.py")

# Name: (signal sent, exit status)
ENDS = {
    "daemon_threads": (None, {0}),
    "sigterm": (signal.SIGTERM, {7}),
    "sigint": (signal.SIGINT, {-signal.SIGINT, 1, 130}),
    "fork_in_a_thread": (None, {0}),
    "spawned": (None, {0}),
    "hard_exit": (None, {5}),
    "exit_in_a_callback": (None, {6}),
    "error_in_a_callback": (None, {1}),
    "fits_at_exit": (None, {0}),
    "called_models": (None, {0}),
}


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("name", ENDS)
def test_a_program_ends_while_it_fits(name, attempt):
    sent, statuses = ENDS[name]
    program = subprocess.Popen([sys.executable, "-X", "faulthandler", PROGRAM, name], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        if sent is not None:
            assert program.stdout.readline() == "ready\n"
            time.sleep(0.15 * attempt)
            program.send_signal(sent)
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode in statuses, err
    assert sent is not None or "ready" in out, err
    assert "Fatal" not in err and "terminate called" not in err and "FATAL" not in err, err

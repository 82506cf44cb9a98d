# SPDX-License-Identifier: MIT
"""The gate of `make perf`: an unchanged tree passes again and again, one that is 15 % slower does not. Not part of
`make test`: it measures time. Run with `make perf-test`."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import perf  # noqa: E402

CASES = ("exponential, 100 rows", "exponential, 10,000 rows", "sine, 1,000 rows", "new exponential, 100 rows")


@pytest.fixture(scope="module")
def unchanged():
    """The gate's driver and one build, twice."""
    driver, _, new, _ = perf.prepare(perf.commit_of("HEAD"), 2)
    return driver, new, new.with_name("new-copy.so")


def gate(unchanged, *options):
    """Names of the cases that fail."""
    driver, base, new = unchanged
    new.write_bytes(base.read_bytes())
    only = [word for name in CASES for word in ("--only", name)]
    cases = perf.measure(driver, base, new, *options, *only)
    assert [c["name"] for c in cases] == list(CASES) and all(c["same_answer"] for c in cases)
    perf.confirm(driver, base, new, cases, *options)
    return [c["name"] for c in cases if c.get("failed")]


@pytest.mark.parametrize("time", range(10))
def test_an_unchanged_tree_passes(unchanged, time):
    assert gate(unchanged) == []


def test_a_tree_that_is_slower_by_15_percent_is_caught(unchanged):
    assert gate(unchanged, "--slow", "0.15") == list(CASES)


def test_fits_from_python_are_held_against_a_tree_too(unchanged):
    import perf_python

    name = "Python: curve_fit, 100 rows"
    for slow, failed in ((0.0, None), (0.15, True)):
        cases = perf_python.measure(perf.PYTHON, ROOT, ROOT, only=[name], slow=slow)
        perf_python.confirm(cases, perf.SLOWER, perf.PYTHON, ROOT, ROOT, slow=slow)
        assert [(c["name"], c["same_answer"], c.get("failed")) for c in cases] == [(name, True, failed)]


def test_the_whole_gate_writes_a_report(tmp_path):
    import subprocess

    report = tmp_path / "report.txt"
    done = subprocess.run([sys.executable, ROOT / "scripts" / "perf.py", "--baseline", "HEAD", "--slow", "0.15", "--report",
                           report], capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "SLOWER" in report.read_text() and "peak memory" in report.read_text()

# SPDX-License-Identifier: MIT
"""Stored figures of `make perf`: kept by what they depend on, compared where all of it is the same. Measures nothing."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import perf  # noqa: E402

MACHINE = {"processor": "AMD EPYC 9R45", "cores": 2, "isa": "avx512", "compiler": "g++ 12.2.0"}
CASES = [{"name": "exponential, 100 rows", "base": 9e-6, "new": 10e-6, "ratio": 1.1, "same_answer": True},
         {"name": "sine, 1,000 rows", "base": 2e-5, "new": 2e-5, "ratio": 1.0, "same_answer": True}]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(perf, "BASELINES", tmp_path / "baselines")
    return tmp_path / "baselines"


def slower(factor):
    return [{**c, "new": factor * c["new"]} for c in CASES]


def report(cases, unit=1e-4):
    figures, about = perf.stored_figures(MACHINE)
    return perf.report_of("c0ffee", cases, [100, 100], {}, perf.drift_of(cases, unit, figures), about)


def test_a_fingerprint_names_what_figures_depend_on(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU (R) @ 3 GHz\nflags\t\t: fpu sse4_2 avx2\n")
    machine = perf.fingerprint(cpuinfo)
    assert list(machine) == ["processor", "cores", "isa", "compiler"]
    assert (machine["processor"], machine["isa"]) == ("Some CPU (R) @ 3 GHz", "avx2")
    assert machine["compiler"].startswith("g++ ")
    assert perf.name_of(MACHINE) == "amd-epyc-9r45-2-cores-avx512-g-12.2.0.json"
    assert perf.fingerprint() == perf.fingerprint()


def test_nothing_stored_is_said():
    assert perf.stored_figures(MACHINE)[0] is None
    assert "no figures are stored (make perf STORE=1" in report(CASES)


def test_stored_figures_are_compared_on_the_same_machine(folder):
    path = perf.store(MACHINE, "c0ffee", 1e-4, CASES, 100)
    assert path.parent == folder
    text = report(CASES)
    assert path.name in text and "slower than stored" not in text and text.count("    1.00") == 2
    assert report(slower(1.2)).count("1.20") == 2
    assert "slower than stored" not in report(slower(1.2))
    assert report(slower(1.3)).count("slower than stored") == 2


def test_a_slower_clock_is_no_slower_case():
    perf.store(MACHINE, "c0ffee", 1e-4, CASES, 100)
    assert "slower than stored" not in report(slower(2.0), unit=2e-4)
    assert report(CASES, unit=0.5e-4).count("slower than stored") == 2


def test_new_cases_have_no_figure():
    perf.store(MACHINE, "c0ffee", 1e-4, CASES[:1], 100)
    figures, _ = perf.stored_figures(MACHINE)
    assert list(perf.drift_of(CASES, 1e-4, figures)) == ["exponential, 100 rows"]


@pytest.mark.parametrize("key, value", [("processor", "Other"), ("cores", 4), ("isa", "avx2"), ("compiler", "g++ 13.1.0")])
def test_another_machine_is_not_compared_and_what_differs_is_said(key, value):
    perf.store({**MACHINE, key: value}, "c0ffee", 1e-4, slower(0.1), 100)
    text = report(CASES)
    assert f"not compared with stored figures, which are of another machine: {key} {value}, here {MACHINE[key]}" in text
    assert "slower than stored" not in text

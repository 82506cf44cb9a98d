# SPDX-License-Identifier: MIT
"""The bench of many fits runs, and checks its answers."""

import importlib.util
import pathlib

import pytest

pytest.importorskip("scipy")
PATH = pathlib.Path(__file__).parents[2] / "bench" / "python" / "many_fits.py"


@pytest.fixture
def bench(monkeypatch):
    spec = importlib.util.spec_from_file_location("many_fits", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SINGLE", 150)
    return module


def test_it_runs(bench, capsys):
    bench.compare("spots", bench.spot, bench.spots, 300, 1)
    bench.compare("decays", bench.decay, bench.decays, 300, 1)
    bench.ten_fits(1)
    bench.stream(2_000, 500)
    printed = capsys.readouterr().out
    assert "same minimum as SciPy in 100.00%" in printed and "2,000 good" in printed


def test_wrong_answers_stop_it(bench, monkeypatch):
    fit = bench.curve_fit_many

    def spoiled(*args, **kwargs):
        result = fit(*args, **kwargs)
        result.popt *= 1.01
        return result

    monkeypatch.setattr(bench, "curve_fit_many", spoiled)
    with pytest.raises(AssertionError):
        bench.compare("decays", bench.decay, bench.decays, 300, 1)

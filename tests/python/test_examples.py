# SPDX-License-Identifier: MIT
"""The Python examples run and give what they say."""

import importlib.util
import pathlib

import numpy as np
import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_relaxation_map(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    path = tmp_path / "map.png"
    result, truth = example("relaxation_map").main(["--size", "96", "--out", str(path)])
    assert result.shape == truth.shape == (96, 96) and result.ok.all() and result.engine == "lanes"
    pull = (result.params["T2"] - truth) / result.stderr["T2"]
    assert 0.66 < np.mean(np.abs(pull) < 1) < 0.70 and np.abs(np.mean(pull)) < 0.1
    assert path.stat().st_size > 10_000
    assert "9,216 fits of 32 points in " in capsys.readouterr().out

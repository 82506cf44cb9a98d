# SPDX-License-Identifier: MIT
"""Devices from Python: what they are, fits on one, data that stay there. Where there is none, PoCL (pocl-opencl-icd) makes
one of the CPU, and without that what needs a device is skipped."""

import pickle

import numpy as np
import pytest

import nlsq

DEVICE = next((d["id"] for d in nlsq.devices() if d["usable"]), None)
needs_device = pytest.mark.skipif(DEVICE is None, reason="no OpenCL or CUDA device here; pocl-opencl-icd makes one")

X = np.linspace(0, 4, 5000)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * np.sin(1e4 * X)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


@needs_device
def test_a_fit_on_a_device_is_that_of_the_cpu_and_says_so():
    cpu = nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1])
    r = nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1], device=DEVICE)
    np.testing.assert_allclose(r.popt, cpu.popt, rtol=1e-8)
    np.testing.assert_allclose(r.pcov, cpu.pcov, rtol=1e-6)
    assert r.engine == DEVICE and r.device["id"] == DEVICE and r.device["uploaded"] == X.nbytes + Y.nbytes
    assert cpu.engine == "interpreter" and cpu.device is None
    assert not r.issues
    again = pickle.loads(pickle.dumps(r))
    assert again.engine == DEVICE and again.device == r.device
    assert r.to_dict()["engine"] == DEVICE


@needs_device
def test_the_class_and_the_environment_take_devices(monkeypatch):
    assert nlsq.CurveFit(decay).fit(X, Y, p0=[1, 1, 1], device=DEVICE).engine == DEVICE
    monkeypatch.setenv("NLSQ_DEVICE", DEVICE)
    assert nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1]).engine == DEVICE
    assert nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1], device="cpu").engine == "interpreter"
    monkeypatch.setenv("NLSQ_DEVICE", "cuda:99")
    with pytest.raises(ValueError, match="'cuda:99' does not exist"):
        nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1])


@needs_device
def test_data_stay_on_the_device_and_cannot_be_changed_meanwhile():
    x, y = X.astype(np.float32), Y.copy()
    with nlsq.device_data(x, y, device=DEVICE) as data:
        assert data.nbytes == x.nbytes + y.nbytes and data.device == DEVICE
        for _ in range(2):
            assert nlsq.curve_fit(decay, *data, p0=[1, 1, 1], device=data.device).device["uploaded"] == 0
        with pytest.raises(ValueError, match="read-only"):
            x[0] = 1.0
        assert "5000" not in repr(data) and DEVICE in repr(data)
    assert "closed" in repr(data)
    x[0] = 0.0
    y[0] = Y[0]
    assert nlsq.curve_fit(decay, x, y, p0=[1, 1, 1], device=DEVICE).device["uploaded"] == x.nbytes + y.nbytes


@needs_device
def test_integers_are_uploaded_as_doubles_and_text_is_refused():
    with nlsq.device_data(np.arange(100), np.arange(100.0), device=DEVICE) as data:
        assert data.arrays[0].dtype == float
        r = nlsq.curve_fit(lambda x, a, b: a * x + b, *data, device=DEVICE)
    np.testing.assert_allclose(r.popt, [1, 0], atol=1e-10)
    with pytest.raises(TypeError, match="array 2 holds"):
        nlsq.device_data(X, np.array(["a"]), device=DEVICE)
    with pytest.raises(ValueError, match="array 1 has 2 dimensions"):
        nlsq.device_data(np.ones((2, 3)), device=DEVICE)
    with pytest.raises(TypeError, match="needs arrays"):
        nlsq.device_data(device=DEVICE)


@needs_device
def test_a_model_that_is_called_runs_on_the_cpu_with_one_warning():
    def called(x, a, b):
        return np.interp(x, x, a * x + b)

    with pytest.warns(nlsq.OptimizeWarning, match="called as it is") as caught:
        r = nlsq.curve_fit(called, X[:50], Y[:50], p0=[1, 1], device=DEVICE)
    assert len(caught) == 1 and r.engine == "callback" and [i.id for i in r.issues][:1] == ["device-left"]
    assert not nlsq.curve_fit(called, X[:50], Y[:50], p0=[1, 1], device="auto").issues


def test_a_device_that_does_not_exist_is_an_error_that_lists_those_that_do():
    with pytest.raises(ValueError, match=r"device: 'cuda:99' does not exist; there is cpu"):
        nlsq.curve_fit(decay, X, Y, device="cuda:99")
    with pytest.raises(TypeError, match="device must be 'cpu'"):
        nlsq.curve_fit(decay, X, Y, device=0)
    with pytest.raises(ValueError, match="does not exist"):
        nlsq.device_data(X, device="opencl:99")
    if not any(d["gpu"] for d in nlsq.devices()):
        with pytest.raises(ValueError, match="there is no GPU"):
            nlsq.device_data(X)


def test_auto_is_the_cpu_for_small_data():
    assert nlsq.curve_fit(decay, X, Y, p0=[1, 1, 1], device="auto").engine == "interpreter"

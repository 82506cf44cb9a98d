# SPDX-License-Identifier: MIT
"""cache_config: the argument, the settings file, and which goes first."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from fits import decay, decay_data

from nlsq import CurveFit, _core, clear_cache, curve_fit, get_cache_stats

X, Y = decay_data()


@pytest.fixture(autouse=True)
def settings_of_the_process():
    clear_cache()
    yield
    _core.configure_cache(True, 1000)
    clear_cache()


def cache():
    return {name: get_cache_stats()[name] for name in ("enabled", "max_size")}


def test_it_holds_from_this_fit_on_key_by_key():
    curve_fit(decay, X, Y, cache_config={"max_size": 7})
    assert cache() == {"enabled": True, "max_size": 7}
    curve_fit(decay, X, Y, cache_config={"enable": False})
    assert cache() == {"enabled": False, "max_size": 7}
    curve_fit(decay, X, Y)
    assert cache() == {"enabled": False, "max_size": 7}
    curve_fit(decay, X, Y, cache_config={"enable": True, "max_size": 1000})
    assert cache() == {"enabled": True, "max_size": 1000}
    for nothing in (None, {}):
        curve_fit(decay, X, Y, cache_config=nothing)
        assert cache() == {"enabled": True, "max_size": 1000}


def test_a_fit_without_the_cache_makes_its_program_anew():
    expected = curve_fit(decay, X, Y).popt
    assert curve_fit(decay, X, Y).cache_stats["hit"]
    for _ in range(2):
        r = curve_fit(decay, X, Y, cache_config={"enable": False})
        np.testing.assert_array_equal(r.popt, expected)
        assert r.cache_stats is None and r.infodict["cache_stats"] is None
        now = get_cache_stats()
        assert not now["enabled"] and now["size"] == 0


def test_the_cache_holds_no_more_than_max_size():
    for k in range(1, 5):
        curve_fit(f"a*exp(-b*x) + {k}*c", X, Y, cache_config={"max_size": 2})
    assert get_cache_stats()["size"] == 2


def test_cache_config_of_an_object_goes_with_each_of_its_fits():
    off, on = CurveFit(decay, cache_config={"enable": False}), CurveFit(decay, cache_config={"enable": True})
    off.fit(X, Y)
    assert not get_cache_stats()["enabled"]
    on.fit(X, Y)
    assert get_cache_stats()["enabled"]
    assert off.fit(X, Y).cache_stats is None


BAD = [
    (3, TypeError, 'cache_config must be a dict such as {"enable": True, "max_size": 1000}, not 3'),
    ("on", TypeError, "cache_config must be a dict"),
    ({"enabel": True}, ValueError, "no key 'enabel' (did you mean 'enable'?); its keys are enable and max_size"),
    ({"maxsize": 3}, ValueError, "no key 'maxsize' (did you mean 'max_size'?)"),
    ({"banana": 3}, ValueError, "no key 'banana'; its keys are enable and max_size"),
    ({"enable": "yes"}, TypeError, "cache_config['enable'] must be True or False, not 'yes'"),
    ({"enable": None}, TypeError, "cache_config['enable'] must be True or False, not None"),
    ({"max_size": 0}, ValueError, "at least 1, not 0 (enable=False switches the cache off)"),
    ({"max_size": -3}, ValueError, "cache_config['max_size'] must be a whole number of at least 1, not -3"),
    ({"max_size": 2.5}, TypeError, "cache_config['max_size'] must be a whole number"),
    ({"max_size": True}, TypeError, "cache_config['max_size'] must be a whole number"),
    ({"max_size": 1 << 80}, ValueError, "cache_config['max_size'] must be below 2**63"),
]


@pytest.mark.parametrize("use", [lambda c: curve_fit(decay, X, Y, cache_config=c), lambda c: CurveFit(cache_config=c)])
@pytest.mark.parametrize("config, error, words", BAD, ids=str)
def test_what_makes_no_sense_is_named_and_changes_nothing(config, error, words, use):
    before = cache()
    with pytest.raises(error) as caught:
        use(config)
    assert words in str(caught.value) and cache() == before


PROBE = """
import json, warnings, numpy as np, nlsq
x = np.linspace(0, 4, 50)
y = np.exp(-x) + 0.01 * np.random.default_rng(1).standard_normal(50)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    for _ in range(2):
        r = nlsq.curve_fit(lambda x, a, b: a*np.exp(-b*x), x, y, [2.0, 2.0], **{arguments})
now = nlsq.get_cache_stats()
print(json.dumps([bool(r.cache_stats and r.cache_stats["hit"]), now["enabled"], now["max_size"], [str(w.message) for w in seen]]))
"""


def in_a_new_process(file, tmp_path, **arguments):
    (tmp_path / ".nlsq").mkdir()
    (tmp_path / ".nlsq" / "config.json").write_text(file if isinstance(file, str) else json.dumps(file))
    env = {**os.environ, "HOME": str(tmp_path)}
    code = PROBE.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "file, arguments, expected",
    [
        ({"cache_config": {"enable": False}}, {}, [False, False, 1000]),
        ({"cache_config": {"max_size": 5}}, {}, [True, True, 5]),
        ({"cache_config": {"max_size": 5, "other": 1}}, {}, [True, True, 5]),
        ({"cache_config": {"enable": False, "max_size": 5}}, {"cache_config": {"enable": True}}, [True, True, 5]),
        ({"cache_config": {"max_size": 5}}, {"cache_config": {"enable": False, "max_size": 6}}, [False, False, 6]),
    ],
)
def test_the_argument_goes_before_the_file(file, arguments, expected, tmp_path):
    assert in_a_new_process(file, tmp_path, **arguments) == [*expected, []]


@pytest.mark.parametrize(
    "config, words",
    [
        ({"enable": "yes"}, 'cache_config.enable: "yes" is neither true nor false'),
        ({"max_size": 0}, "cache_config.max_size: 0 is no whole number of at least 1"),
        (3, "cache_config: 3 is no object"),
    ],
)
def test_nonsense_in_the_file_is_one_warning_and_the_defaults_hold(config, words, tmp_path):
    *found, messages = in_a_new_process({"cache_config": config}, tmp_path)
    assert found == [True, True, 1000]
    assert len(messages) == 1 and words in messages[0] and "config.json" in messages[0]

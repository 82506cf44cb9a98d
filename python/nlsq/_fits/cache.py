# SPDX-License-Identifier: MIT
"""The argument cache_config: settings of the program cache, checked."""

from collections.abc import Mapping

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.messages import nearest

_KEYS = ("enable", "max_size")


def check_cache_config(config):
    """(enable, max_size) of ``{"enable": bool, "max_size": int}``; None for what it leaves as it is.

    Raises TypeError or ValueError with the key that makes no sense.
    """
    if config is None:
        return None, None
    if not isinstance(config, Mapping):
        raise TypeError(f'cache_config must be a dict such as {{"enable": True, "max_size": 1000}}, not {config!r}')
    for key in config:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            raise ValueError(f"cache_config has no key {key!r}{near}; its keys are enable and max_size")
    enable = max_size = None
    if "enable" in config:
        enable = arguments.truth(config["enable"], "cache_config['enable']")
    if "max_size" in config:
        hint = " (enable=False switches the cache off)" if config["max_size"] == 0 else ""
        try:
            max_size = arguments.number(config["max_size"], "cache_config['max_size']", least=1, whole=True)
        except ValueError as error:
            raise ValueError(f"{error}{hint}") from None
        if max_size >= 1 << 63:
            raise ValueError(f"cache_config['max_size'] must be below 2**63, not {max_size}")
    return enable, max_size


def configure_cache(config):
    """Sets what the config names, from now on and for the whole process."""
    enable, max_size = check_cache_config(config)
    if enable is not None or max_size is not None:
        _core.configure_cache(enable, max_size)

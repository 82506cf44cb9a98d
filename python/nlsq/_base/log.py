# SPDX-License-Identifier: MIT
"""Lines for the logger "nlsq" of a program that uses logging."""

import sys

_INFO = 20  # a level of logging
_logger = None  # once a program has loaded logging


def logger(level):
    """The logger "nlsq" of a program that uses logging, if it takes lines of that level; else None."""
    global _logger
    if _logger is None:
        logging = sys.modules.get("logging")
        if logging is None:
            return None
        _logger = logging.getLogger("nlsq")
    return _logger if _logger.isEnabledFor(level) else None


def log_issues(core):
    """A line at level INFO for each issue of a fit that raises no warning of its own."""
    to = logger(_INFO)
    for id_, sentence, _ in core.issues if to is not None else ():
        to.info("%s: %s", id_, sentence)


def log_line(logger, *values):
    """How a fit got its derivatives: mode, what chose it, order, engine, numbers of parameters and of residuals."""
    logger.debug("jacobian_mode=%s source=%s derivatives=%s engine=%s parameters=%d residuals=%d", *values)

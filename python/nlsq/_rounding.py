# SPDX-License-Identifier: MIT
"""Numbers for people: a value with its error."""

import math


def with_error(value: float, error: float) -> str:
    """``"1.2346 ± 0.0021"``: the error with two significant digits, the value to the same place.

    The value alone when the error is zero or not finite.
    """
    if not error > 0.0 or math.isinf(error) or not math.isfinite(value):
        return f"{value:.10g}" if error == 0.0 else f"{value:.6g}"
    place = _exponent(error, 2) - 1
    first = max(place + 1, _exponent(value, 15) if value else place + 1)
    place = max(place, first - 14)
    scientific = not -5 < first < 7
    scale = first if scientific else 0
    decimals = max(0, scale - place)
    if not scientific and place > 0:
        value, error = round(value, -place), round(error, -place)
    text = f"{_shifted(value, scale, decimals)} ± {_shifted(error, scale, decimals)}"
    return f"({text})e{scale:+03d}" if scientific else text


def _exponent(x, digits):
    """The exponent of x rounded to so many digits, so that 0.0996 counts as 0.10."""
    return int(f"{x:.{digits - 1}e}".partition("e")[2])


def _shifted(x, scale, decimals):
    if scale == 0:
        return f"{x:.{decimals}f}"
    digits, _, power = f"{x:.16e}".partition("e")
    return f"{float(f'{digits}e{int(power) - scale}'):.{decimals}f}"

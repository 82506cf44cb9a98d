#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints python/nlsq/_results/fields.py from include/nlsq/result_fields.def, as the built core knows it.

usage: result_fields.py > python/nlsq/_results/fields.py   (make stubs)
"""

from nlsq import _core

HEAD = '''# SPDX-License-Identifier: MIT
"""The plain fields of a fit's result, of include/nlsq/result_fields.def. Written by scripts/result_fields.py (make stubs).

DEFAULTS: every field, with its value before a fit. JSON: key in the command's JSON and to_dict -> field. STATISTICS: what
goodness_of_fit computes from the sums of a fit. ENTRIES: fields that are keys of CurveFitResult, too.
"""

TYPE_CHECKING = False
'''


def wrapped(text):
    """Items in lines of at most 120 characters, indented."""
    lines, line = [], "   "
    for item in text:
        if len(line) + len(item) + 2 > 120:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "\n".join([*lines, line])


def table(name, items, brackets):
    """A literal that formatters leave alone."""
    return f"{name} = {brackets[0]}\n{wrapped(items)}\n{brackets[1]}  # fmt: skip\n"


def main():
    """Prints the module."""
    rows = _core.result_fields()
    quoted = '"{}"'.format
    statistics = list(_core.goodness_of_fit(3, 1, 1.0, 1.0, 0.0, False))
    print(HEAD)
    print(table("DEFAULTS", [f"{quoted(name)}: {value!r}".replace("'", '"') for name, value, *_ in rows], "{}"), end="")
    print(table("JSON", [f"{quoted(key)}: {quoted(name)}" for name, _, key, *_ in rows if key], "{}"), end="")
    print(table("STATISTICS", map(quoted, statistics), "()"), end="")
    print(table("ENTRIES", [quoted(name) for name, _, _, kind, _ in rows if kind == "entry"], "()"), end="")
    print("\n\nclass Fields:\n    \"\"\"The fields of CurveFitResult that are attributes.\"\"\"\n\n    __slots__ = ()")
    for name, value, _, kind, doc in rows:
        if kind == "attribute":
            print(f"\n    @property\n    def {name}(self) -> {type(value).__name__}:")
            print(f'        """{doc}"""\n        return self._outcome.result.{name}')
    print("\n    if TYPE_CHECKING:")
    for name, value, _, kind, _ in rows:
        if kind == "entry":
            print(f"        {name}: {type(value).__name__}")


if __name__ == "__main__":
    main()

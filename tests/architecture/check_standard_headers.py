#!/usr/bin/env python3
"""Fails when a file uses a name of the standard library whose header neither it nor a header of ours that it includes
names. Such a file compiles only where another standard header happens to bring the name along.

usage: check_standard_headers.py ROOT [--fix] | --self-test
"""
import functools
import pathlib
import re
import sys

# Names that headers reliably share (string, vector, size_t, …) are left out.
NAMES = {
    "algorithm": "all_of any_of none_of clamp copy copy_n copy_if count count_if equal fill fill_n find find_if for_each "
    "generate is_sorted lexicographical_compare lower_bound max max_element min min_element minmax minmax_element mismatch "
    "nth_element partial_sort remove_if replace reverse rotate search set_difference shuffle sort stable_sort swap_ranges "
    "transform unique upper_bound",
    "array": "array",
    "atomic": "atomic atomic_thread_fence",
    "bit": "bit_cast bit_ceil bit_width countr_zero countl_zero popcount",
    "charconv": "from_chars to_chars",
    "chrono": "chrono",
    "cmath": "cbrt ceil copysign erf erfc exp expm1 fabs floor fma fmod frexp hypot isfinite isinf isnan ldexp lgamma log "
    "log10 log1p log2 lround nextafter pow round signbit sin cos tan sqrt tgamma trunc",
    "complex": "complex",
    "condition_variable": "condition_variable",
    "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t",
    "cstdio": "FILE fclose fflush fopen fprintf fputs fread fwrite printf puts remove rename snprintf",
    "cstdlib": "abort atof atoi exit free getenv malloc strtod strtol strtoll system",
    "cstring": "memchr memcmp memcpy memmove memset strchr strcmp strerror strlen",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream fstream",
    "functional": "function greater hash less plus reference_wrapper ref",
    "iterator": "advance back_inserter distance next prev",
    "limits": "numeric_limits",
    "map": "map multimap",
    "memory": "addressof make_shared make_unique shared_ptr unique_ptr weak_ptr",
    "mutex": "call_once lock_guard mutex once_flag scoped_lock unique_lock",
    "numbers": "numbers",
    "numeric": "accumulate gcd inner_product iota lcm midpoint partial_sum reduce",
    "optional": "nullopt optional",
    "random": "mt19937 mt19937_64 normal_distribution uniform_int_distribution uniform_real_distribution",
    "set": "set multiset",
    "span": "span",
    "sstream": "istringstream ostringstream stringstream",
    "stdexcept": "invalid_argument logic_error out_of_range overflow_error runtime_error",
    "thread": "jthread this_thread thread",
    "unordered_map": "unordered_map",
    "utility": "as_const exchange pair",
    "variant": "holds_alternative variant visit",
}
HEADER_OF = {name: header for header, names in NAMES.items() for name in names.split()}
USE = re.compile(r"\bstd::(\w+)\b(?=(\s*[(<])?)")
CALLED = set(NAMES["algorithm"].split()) | {"remove", "next", "prev", "distance", "advance", "less", "greater", "plus"}
STANDARD = re.compile(r"^\s*#\s*include\s+<(\w+)>", re.M)
OURS = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
FOLDERS = ("include", "src", "tests", "bench", "bench/support", "apps/nlsq", "python/bindings")


def uses(text: str) -> dict[str, str]:
    """Header -> the first name that needs it."""
    code = re.sub(r'//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"', "", text, flags=re.S)
    found = {}
    for match in USE.finditer(code):
        name = match.group(1)
        if name in HEADER_OF and (match.group(2) or name not in CALLED):
            found.setdefault(HEADER_OF[name], name)
    return found


def make_headers_of(root: pathlib.Path):
    @functools.lru_cache(None)
    def headers_of(path: pathlib.Path) -> frozenset:
        text = path.read_text()
        headers = set(STANDARD.findall(text))
        for name in OURS.findall(text):
            for folder in (path.parent, *(root / f for f in FOLDERS)):
                if (folder / name).exists() and (folder / name).resolve() != path:
                    headers |= headers_of((folder / name).resolve())
                    break
        return frozenset(headers)

    return headers_of


def add_headers(path: pathlib.Path, missing) -> None:
    lines = path.read_text().splitlines(keepends=True)
    places = [i for i, line in enumerate(lines) if STANDARD.match(line)]
    if not places:  # behind the file's own header
        at = next(i for i, line in enumerate(lines) if line.startswith(("#include", "#pragma once"))) + 1
        lines[at:at] = ["\n", *(f"#include <{header}>\n" for header in sorted(missing))]
        path.write_text("".join(lines))
        return
    for header in sorted(missing):
        after = [i for i in places if STANDARD.match(lines[i]).group(1) < header]
        at = after[-1] + 1 if after else places[0]
        lines.insert(at, f"#include <{header}>\n")
        places = [i for i, line in enumerate(lines) if STANDARD.match(line)]
    path.write_text("".join(lines))


def check(root: pathlib.Path, fix: bool) -> int:
    headers_of = make_headers_of(root)
    faults = 0
    for top in ("include", "src", "apps", "python/bindings", "tests", "bench", "examples"):
        for path in sorted((root / top).rglob("*.[ch]pp")):
            path = path.resolve()
            missing = {h: n for h, n in uses(path.read_text()).items() if h not in headers_of(path)}
            for header, name in sorted(missing.items()):
                print(f"{path.relative_to(root)}: std::{name} needs <{header}>")
            if missing and fix:
                add_headers(path, missing)
            faults += len(missing)
    return 1 if faults and not fix else 0


def self_test() -> int:
    text = '#include <cmath>\n// std::sort(a)\nconst char* s = "std::map<int>";\nint n = std::count(a, b, 1);\nstd::map<int, int> m;\n'
    assert uses(text) == {"algorithm": "count", "map": "map"}, uses(text)
    assert uses("auto y = std::sqrt(x);") == {"cmath": "sqrt"}
    return 0


if __name__ == "__main__":
    if "--self-test" in sys.argv:
        sys.exit(self_test())
    sys.exit(check(pathlib.Path(sys.argv[1]).resolve(), "--fix" in sys.argv))

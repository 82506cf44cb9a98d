#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the engine in one place at a time, builds it, and runs the fast tests, which must fail.

    mutants.py [--jobs N] [--list] [NAME]...

Each mutant is a line of src that is replaced in a copy of the tree (build-mutants/tree); what it stands for is a fault that
would make answers wrong without a word. A mutant that all tests survive is named, and so is one whose line is no longer in
the source. Exit code: 0 all were noticed, 1 one was not, 2 a mutant could not be built.
"""

import argparse
import pathlib
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TREE = ROOT / "build-mutants" / "tree"
BUILD = ROOT / "build-mutants" / "build"


class Mutant(NamedTuple):
    """A line of a file and what stands there instead."""

    file: str
    line: str
    instead: str


MUTANTS = {
    "a merge drops the right half": Mutant(
        "src/reduce/fold.hpp", "for (index_t i = 0; i < size(); ++i) into[i] += other[i];", "(void)into, (void)other;"
    ),
    "what is left at the end is not merged": Mutant(
        "src/reduce/merge_stack.hpp", "while (count_ > 1) merge_top();", "while (count_ > 2) merge_top();"
    ),
    "padded rows are copied from the wrong row": Mutant(
        "src/reduce/walker.cpp",
        "std::copy_n(static_cast<const double*>(column.data) + tail_first_, rows, copy.get());",
        "std::copy_n(static_cast<const double*>(column.data), rows, copy.get());",
    ),
    "a Cholesky factor without its first products": Mutant(
        "src/linalg/gram.cpp",
        "for (index_t k = 0; k < j; ++k) sum -= column[k] * other[k];",
        "for (index_t k = 1; k < j; ++k) sum -= column[k] * other[k];",
    ),
    "an inverse triangle without its last products": Mutant(
        "src/linalg/gram.cpp",
        "for (index_t k = i + 1; k <= j; ++k) sum += R[i + k * n] * column[k];",
        "for (index_t k = i + 1; k < j; ++k) sum += R[i + k * n] * column[k];",
    ),
    "a triangle with a row of the wrong sign": Mutant(
        "src/linalg/householder.cpp",
        "const double sign = view(i, i) < 0.0 ? -1.0 : 1.0;",
        "const double sign = i == 0 && view(i, i) < 0.0 ? -1.0 : 1.0;",
    ),
    "merged triangles lose the second": Mutant(
        "src/linalg/householder.cpp",
        "std::copy_n(S + j * columns, columns, stacked.data() + j * 2 * columns + columns);",
        "std::copy_n(R + j * columns, columns, stacked.data() + j * 2 * columns + columns);",
    ),
    "the slope of a Huber loss": Mutant(
        "src/program/loss_formulas.hpp", "where(inside, f, f / size)", "where(inside, f, f / z)"
    ),
    "the scale of a row under a Cauchy loss": Mutant(
        "src/program/loss_formulas.hpp",
        "const Number scale = where(z < one, one - z, zero);",
        "const Number scale = where(z < one, one + z, zero);",
    ),
    "the curvature of a Cauchy loss": Mutant(
        "src/program/loss_formulas.hpp",
        "case Loss::cauchy: return -1.0 / ((1.0 + z) * (1.0 + z));",
        "case Loss::cauchy: return -1.0 / (1.0 + z);",
    ),
    "degrees of freedom without the parameters": Mutant(
        "src/batch/lane_fitter.cpp",
        "const double dof = static_cast<double>(ended.what.used - n_);",
        "const double dof = static_cast<double>(ended.what.used);",
    ),
    "a covariance a thousandth too large": Mutant(
        "src/stats/covariance.cpp", "out.values[i * n + j] *= scale[i] * scale[j];", "out.values[i * n + j] *= 1.001 * scale[i] * scale[j];"
    ),
}  # fmt: skip


def run(command, **options):
    return subprocess.run([str(c) for c in command], text=True, **options)


def copy_tree():
    """The files of the working tree that git does not ignore, those that changed alone."""
    TREE.mkdir(parents=True, exist_ok=True)
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, TREE / name
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def build(jobs):
    """Whether the tree builds; what the compiler says is printed where it does not."""
    done = run(["cmake", "--build", BUILD, "-j", jobs], capture_output=True)
    if done.returncode != 0:
        print(done.stdout[-4000:])
    return done.returncode == 0


def noticed_by(jobs):
    """The first test that fails, None where none does."""
    done = run(["ctest", "--test-dir", BUILD, "-j", jobs, "-L", "fast", "-E", "^(cli|Architecture)",
                "--stop-on-failure", "--timeout", 120], capture_output=True)  # fmt: skip
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if "(Failed)" in line or "(SEGFAULT)" in line or "***" in line]
    return failed[0].split("#", 1)[-1].split("...")[0].strip() if failed else "a test that could not end"


def tried(name, mutant, jobs):
    """0: noticed, 1: survived, 2: not built."""
    path = TREE / mutant.file
    source = path.read_text()
    if source.count(mutant.line) != 1:
        print(f"{name}: {mutant.file} has its line {source.count(mutant.line)} times, not once")
        return 2
    begin = time.monotonic()
    path.write_text(source.replace(mutant.line, mutant.instead))
    try:
        if not build(jobs):
            print(f"{name}: does not build")
            return 2
        test = noticed_by(jobs)
    finally:
        path.write_text(source)
    seconds = time.monotonic() - begin
    print(f"{name}: {'SURVIVED' if test is None else 'noticed by ' + test} ({seconds:.0f} s)", flush=True)
    return 1 if test is None else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="mutants to try; without: all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    if given.list:
        print("\n".join(MUTANTS))
        return 0
    unknown = [name for name in given.names if name not in MUTANTS]
    if unknown:
        print(f"no mutant is called {', '.join(unknown)}; --list names them")
        return 2
    copy_tree()
    run(["cmake", "-S", TREE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DNLSQ_BUILD_TESTS=ON",
         "-DNLSQ_BUILD_EXAMPLES=OFF"], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    if not build(given.jobs):
        return 2
    test = noticed_by(given.jobs)
    if test is not None:
        print(f"the tree itself fails: {test}")
        return 2
    return max(tried(name, MUTANTS[name], given.jobs) for name in given.names or MUTANTS)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The gate: the working tree against a commit, on this machine, in one process, in turn.

    perf.py [--baseline REF] [--jobs N] [--store] [--report FILE]

Builds the library of the baseline commit (kept by its hash in build/gate), links both libraries with the cases of
bench/gate, and has the driver run them in turn; where there is a .venv with nanobind (make build), the package's cases, too
(perf_python.py). A case that is more than 10 % slower is measured a second time, longer,
and fails if it still is; 10 % more memory warns. Instructions of some cases are counted with valgrind where it is
installed: a second opinion without noise. --store keeps the figures in bench/baselines, in a file named after what they
depend on: processor, cores, instruction set, compiler. Later runs where all of these are the same are compared with them,
too, in units of a fixed computation that both runs time, and cases that took 25 % longer are named; a run elsewhere says
what differs. Exit code: 0 passed, 1 slower than the commit, 2 could not be run.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import perf_python

ROOT = pathlib.Path(__file__).resolve().parent.parent
GATE = ROOT / "build" / "gate"
RESULTS = ROOT / "bench" / "results"
BASELINES = ROOT / "bench" / "baselines"
PYTHON = ROOT / ".venv" / "bin" / "python"
LIBRARIES = ["-lfmt", "-lsleef", "-lcerf", "-lxxhash", "-lpthread", "-ldl"]
SLOWER = 1.10  # of a case: fails
LARGER = 1.10  # of memory: warns
DRIFT = 1.25  # of the figures stored before, on other days and under other loads: warns
SETS = {"avx512f": "avx512", "avx2": "avx2", "sse4_2": "sse4"}  # flags of a processor: instruction sets, best first
COUNTED = {"exponential, 100 rows": 200, "three peaks, 9 parameters, 1,000 rows": 40,
           "new exponential, 100 rows": 40}  # fmt: skip


def run(command, **options):
    return subprocess.run([str(c) for c in command], check=True, text=True, **options)


def output(command):
    return run(command, capture_output=True, cwd=ROOT).stdout.strip()


def commit_of(ref):
    """The commit to compare with: the one asked for, the last commit for a changed tree, else the one before."""
    if ref is None:
        changed = output(["git", "status", "--porcelain", "--", "src", "include"])
        ref = "HEAD" if changed else "HEAD~1"
    return output(["git", "rev-parse", "--verify", f"{ref}^{{commit}}"])


def has_python():
    """Whether the package can be built and run."""
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", "import nanobind, numpy"], capture_output=True).returncode == 0


def build_library(source, build, jobs):
    """The static library of a source tree; with Python the package's module in it, too."""
    environment = {**os.environ, "CCACHE_BASEDIR": str(source), "CCACHE_NOHASHDIR": "1"}
    python = ["-DNLSQ_BUILD_PYTHON=ON", f"-DPython_EXECUTABLE={PYTHON}"] if has_python() else ["-DNLSQ_BUILD_PYTHON=OFF"]
    run(["cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DNLSQ_BUILD_TESTS=OFF",
         "-DNLSQ_BUILD_EXAMPLES=OFF", "-DNLSQ_BUILD_BENCH=OFF", *python], stdout=subprocess.DEVNULL, env=environment)  # fmt: skip
    targets = ["nlsq_static", "nlsq_python"] if has_python() else ["nlsq_static"]
    run(["cmake", "--build", build, "-j", jobs, "--target", *targets], stdout=subprocess.DEVNULL, env=environment)
    return next(build.glob("src/libnlsq_core.a"))


def module_of(source, library, to):
    """The cases, linked with a library, as a module of their own."""
    run(["g++", "-std=c++20", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", f"-I{source}/include",
         ROOT / "bench/gate/cases.cpp", library, "-Wl,--exclude-libs,ALL", *LIBRARIES, "-o", to])  # fmt: skip
    return to


def prepare(commit, jobs):
    """(driver, module of the baseline, module of the working tree, the baseline's source)."""
    GATE.mkdir(parents=True, exist_ok=True)
    source = GATE / commit[:12]
    if not source.exists():
        fresh = GATE / f"{commit[:12]}.part"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        with subprocess.Popen(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE) as archive:
            run(["tar", "-x", "-C", fresh], stdin=archive.stdout)
        fresh.rename(source)
    driver = GATE / "driver"
    run(["g++", "-std=c++20", "-O2", f"-I{ROOT}", ROOT / "bench/gate/driver.cpp", "-o", driver, "-ldl"])
    base = module_of(source, build_library(source, source / "build", jobs), GATE / "base.so")
    new = module_of(ROOT, build_library(ROOT, GATE / "tree", jobs), GATE / "new.so")
    return driver, base, new, source


def measure(driver, base, new, *options):
    text = run([driver, "time", base, new, *options], capture_output=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def confirm(driver, base, new, cases, *options):
    """Slow cases a second time, with more pairs; those that are slow again are marked."""
    slow = [c for c in cases if c["ratio"] > SLOWER]
    if not slow:
        return
    names = [word for c in slow for word in ("--only", c["name"])]
    again = {c["name"]: c for c in measure(driver, base, new, "--pairs", "201", *options, *names)}
    for c in slow:
        c["first_ratio"], c["ratio"] = c["ratio"], again[c["name"]]["ratio"]
        c["failed"] = c["ratio"] > SLOWER


def instructions(driver, module, name, times):
    """Instructions of one run of a case, from the difference of two counts; None without valgrind."""
    if shutil.which("valgrind") is None:
        return None
    counts = []
    for n in (times, 2 * times):
        done = run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={GATE / 'callgrind.out'}", driver, "run", module,
                    name, n], capture_output=True)  # fmt: skip
        refs = next(line for line in done.stderr.splitlines() if "Collected" in line)
        counts.append(int(refs.split(":")[1]))
    return (counts[1] - counts[0]) / times


def fingerprint(cpuinfo="/proc/cpuinfo"):
    """What the figures of a machine depend on."""
    fields = dict(re.findall(r"^([^\t:]+)\s*: (.*)$", pathlib.Path(cpuinfo).read_text(), re.MULTILINE))
    flags = fields.get("flags", "").split()
    return {
        "processor": fields.get("model name", platform.machine()).strip(),
        "cores": os.cpu_count(),
        "isa": next((name for flag, name in SETS.items() if flag in flags), "portable"),
        "compiler": "g++ " + output(["g++", "-dumpfullversion"]),
    }


def name_of(machine):
    """The file of a fingerprint."""
    text = "-".join([machine["processor"], f"{machine['cores']} cores", machine["isa"], machine["compiler"]])
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-") + ".json"


def store(machine, commit, unit, cases, memory):
    BASELINES.mkdir(parents=True, exist_ok=True)
    path = BASELINES / name_of(machine)
    figures = {"machine": machine, "commit": commit, "unit_seconds": unit,
               "seconds": {c["name"]: c["new"] for c in cases}, "memory_kib": memory}  # fmt: skip
    path.write_text(json.dumps(figures, indent=1) + "\n")
    return path


def stored_figures(machine):
    """(what was stored on such a machine or None, a line about it)."""
    path = BASELINES / name_of(machine)
    if path.exists():
        figures = json.loads(path.read_text())
        if figures["machine"] == machine:
            return figures, f"stored: {path.name}, of commit {figures['commit'][:12]}"
    others = [json.loads(p.read_text())["machine"] for p in sorted(BASELINES.glob("*.json"))]
    if not others:
        return None, "no figures are stored (make perf STORE=1 stores those of this machine)"
    nearest = min(others, key=lambda other: sum(other[k] != machine[k] for k in machine))
    differs = "; ".join(f"{k} {nearest[k]}, here {machine[k]}" for k in machine if nearest[k] != machine[k])
    return None, f"not compared with stored figures, which are of another machine: {differs}"


def drift_of(cases, unit, stored):
    """name: how much longer a case takes than when it was stored, each in units of its own run."""
    if stored is None:
        return {}
    scale = stored["unit_seconds"] / unit
    before = stored["seconds"]
    return {c["name"]: c["new"] * scale / before[c["name"]] for c in cases if c["name"] in before}


def report_of(commit, cases, memory, counts, drifts, about_stored):
    lines = [f"working tree against {commit[:12]}, ratios of medians (below 1: faster)", about_stored, ""]
    lines.append(f"{'case':46}{'base':>12}{'new':>12}{'ratio':>8}{'stored':>8}")
    for c in cases:
        drift = drifts.get(c["name"])
        notes = [] if c["same_answer"] else ["other answer"]
        if "first_ratio" in c:
            notes.append(f"first {c['first_ratio']:.2f}" + (", SLOWER" if c["failed"] else ", not confirmed"))
        if drift is not None and drift > DRIFT:
            notes.append("slower than stored")
        lines.append(f"{c['name']:46}{1e6 * c['base']:9,.1f} µs{1e6 * c['new']:9,.1f} µs{c['ratio']:8.3f}"
                     + (f"{'':8}" if drift is None else f"{drift:8.2f}") + "  " + "; ".join(notes))  # fmt: skip
    ratio = memory[1] / memory[0]
    lines += ["", f"peak memory {memory[0]:,} KiB, {memory[1]:,} KiB: {ratio:.3f}" + (" WARNING" if ratio > LARGER else "")]
    if counts:
        lines.append("")
    for name, (a, b) in counts.items():
        lines.append(f"instructions, {name}: {a:,.0f}, {b:,.0f}: {b / a:.3f}")
    failed = [c["name"] for c in cases if c.get("failed")]
    lines += ["", f"FAILED: {', '.join(failed)}" if failed else "passed"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", help="commit (default: the last one, or the one before for an unchanged tree)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--store", action="store_true", help="keep the figures as those of this machine")
    parser.add_argument("--slow", default="0", help="slow the tree down by this share, to try the gate")
    parser.add_argument("--report", type=pathlib.Path, default=RESULTS / "report.txt")
    arguments = parser.parse_args()
    try:
        commit = commit_of(arguments.baseline)
        driver, base, new, source = prepare(commit, arguments.jobs)
    except subprocess.CalledProcessError as error:
        print(f"perf: {' '.join(error.cmd)} failed\n{error.stderr or ''}", file=sys.stderr)
        return 2
    cases = measure(driver, base, new, "--slow", arguments.slow)
    confirm(driver, base, new, cases, "--slow", arguments.slow)
    if has_python():
        slow = float(arguments.slow)
        of_python = perf_python.measure(PYTHON, source, ROOT, slow=slow)
        perf_python.confirm(of_python, SLOWER, PYTHON, source, ROOT, slow=slow)
        cases += of_python
    memory = [int(output([driver, "memory", module])) for module in (base, new)]
    counts = {}
    for name, times in COUNTED.items():
        pair = [instructions(driver, module, name, times) for module in (base, new)]
        if None not in pair:
            counts[name] = pair
    machine, unit = fingerprint(), float(output([driver, "unit"]))
    stored, about_stored = stored_figures(machine)
    text = report_of(commit, cases, memory, counts, drift_of(cases, unit, stored), about_stored)
    arguments.report.parent.mkdir(parents=True, exist_ok=True)
    arguments.report.write_text(text)
    print(text, end="")
    if arguments.store:
        path = store(machine, output(["git", "rev-parse", "HEAD"]), unit, cases, memory[1])
        print(f"stored in {path.relative_to(ROOT)}")
    return 1 if any(c.get("failed") for c in cases) else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs tests of packages that fit with SciPy, with SciPy and with nlsq.scipy in its place.

    python tests/clients/run.py [--env build-clients] [--json FILE] [PACKAGE ...]

Each package is installed from PyPI into an environment of its own below --env, all of them in one. Its tests run three
times: with SciPy; with nlsq.scipy (those tests alone that fit something); and so that each call is made with both, which
compares their times (of the processor). Prints a table. Exit status 1 when a test fails that passes with SciPy and is not
among those of expected.json, when one of those passes, when a fit ends with a cost above SciPy's by more than a thousandth
in a test that expected.json does not have as higher, or when a package fits longer than with SciPy: over the calls that end
with the same cost, without those that expected.json has as slower (or more than the share of SciPy's time that is named
there).
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

from clients import CLIENTS, COMMON

HERE = Path(__file__).parent.resolve()
ROOT = HERE.parents[1]
_NOTHING = 1e-12  # a cost below which the data are met
MOST_TIME = 1.0  # time of our calls over that of SciPy's
SECONDS = 900  # a run of a package's tests may take


class Place:
    """The folder with the environment, sources and records."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.python = self.folder / "env" / "bin" / "python"
        self.records = self.folder / "records"
        self.sources = self.folder / "sources"

    def prepare(self):
        """Makes what is not there yet."""
        if not self.python.exists():
            venv.create(self.folder / "env", with_pip=True, symlinks=True)
        for folder in (self.records, self.sources):
            folder.mkdir(exist_ok=True)
        (self.folder / "pytest.ini").write_text("[pytest]\n")  # of its own, lest pytest find that of this project
        self.pip("install", *COMMON)

    def pip(self, *arguments):
        """Runs pip; its output only if it fails."""
        done = subprocess.run([self.python, "-m", "pip", *arguments, "-q", "--disable-pip-version-check"],
                              capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            raise SystemExit(f"pip {' '.join(arguments)}:\n{done.stdout}{done.stderr}")

    def install(self, client):
        """Installs a package, and fetches its source where the tests are there alone."""
        self.pip("install", *COMMON, *client.requires, *client.needs)
        if client.source and not self.source_of(client):
            version = self.version_of(client)
            self.pip("download", "--no-deps", "--no-binary", client.name, "-d", str(self.sources),
                     f"{client.name}=={version}")  # fmt: skip
            for archive in self.sources.glob("*.tar.gz"):
                with tarfile.open(archive) as packed:
                    packed.extractall(self.sources, filter="data") if hasattr(tarfile, "data_filter") else \
                        packed.extractall(self.sources)  # fmt: skip
                archive.unlink()

    def version_of(self, client):
        """The version that is installed."""
        code = f"from importlib.metadata import version; print(version({client.name!r}))"
        return subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    def source_of(self, client):
        """The folder of a package's source, or None."""
        names = {f"{name}-{self.version_of(client)}" for name in (client.name, client.name.replace("-", "_"))}
        return next((self.sources / name for name in names if (self.sources / name).is_dir()), None)

    def run(self, client, mode, only=None):
        """The lines that the plugin wrote in a run of the client's tests, only: those tests alone."""
        record = self.records / f"{client.name}.{mode}.jsonl"
        record.unlink(missing_ok=True)
        own = [str(HERE / test) for test in client.tests if test.endswith("_calls.py")]
        source = self.source_of(client) if client.source else None
        tests = own or ([*client.tests] if client.source else ["--pyargs", *client.tests])
        environment = {**os.environ, "NLSQ_CLIENTS_MODE": mode, "NLSQ_CLIENTS_OUT": str(record), "MPLBACKEND": "Agg",
                       "PYTHONPATH": f"{ROOT / 'python'}:{HERE}", "PYTHONHASHSEED": "0"}  # fmt: skip
        if only is not None:
            chosen = self.records / f"{client.name}.tests"
            chosen.write_text("\n".join(sorted(only)))
            environment["NLSQ_CLIENTS_ONLY"] = str(chosen)
        place = source or self.folder
        command = [self.python, "-m", "pytest", "-q", "-p", "in_place_of_scipy", "-p", "no:cacheprovider", "-c",
                   self.folder / "pytest.ini", "--rootdir", place, "--tb=short", "--no-header",
                   *(["-k", client.select] if client.select else []), *tests]  # fmt: skip
        with open(self.records / f"{client.name}.{mode}.log", "w") as log:
            subprocess.run(command, cwd=place, env=environment, stdout=log, stderr=subprocess.STDOUT, timeout=SECONDS)
        if not record.exists():
            raise SystemExit(f"{client.name}: no test ran; see {self.records}/{client.name}.{mode}.log")
        return [json.loads(line) for line in record.read_text().splitlines()]


def failures(lines):
    """{test: first line of the error}."""
    return {line["failed"]: line["error"] for line in lines if "failed" in line}


def fits(lines):
    """The calls whose arguments were accepted: those in which something ran."""
    return [line for line in lines if "call" in line and line["ran"]]


def row_of(client, place, expected):
    """What the three runs of a package tell."""
    plain = place.run(client, "scipy")
    fitting = {line["test"] for line in plain if "call" in line}
    ours = place.run(client, "nlsq", fitting)
    both = [line for line in place.run(client, "both", fitting) if "call" in line]
    calls = fits(ours)
    recorded = sum(bool(line["recorded"]) for line in calls)
    new = {test: error for test, error in failures(ours).items() if test not in failures(plain)}
    compared = [line for line in both if not line["scipy"]["error"] and not line["nlsq"]["error"]]
    # Where one of the two ends in another minimum, times tell nothing.
    slower = expected.get("slower", {})
    same = [line for line in compared if _end(line) == 0 and not any(part in line["test"] for part in slower)]
    times = [sum(line[who]["seconds"] for line in same) for who in ("scipy", "nlsq")]
    reasons = collections.Counter(line["why"] or "-" for line in calls if not line["recorded"])
    return {
        "package": client.name, "version": place.version_of(client), "tests": len(fitting), "calls": len(calls),
        "recorded": recorded / max(1, len(calls)), "scipy_seconds": times[0], "nlsq_seconds": times[1],
        "calls_scipy": sum(line.get("calls_scipy") or 0 for line in both if not line["recorded"]),
        "calls_nlsq": sum(line.get("calls_nlsq") or 0 for line in both if not line["recorded"]),
        "lower": sum(_end(line) < 0 for line in compared),
        "ends": [line for line in compared if _end(line) > 0], "new_failures": new, "reasons": reasons.most_common(6),
        "fixed": sorted(failures([line for line in plain if line.get("failed") in fitting]).keys() - failures(ours).keys()),
    }  # fmt: skip


def _end(line):
    """1 where our cost is higher than SciPy's by more than a thousandth, -1 where it is lower, else 0."""
    theirs, ours = line["scipy"]["cost"], line["nlsq"]["cost"]
    if theirs is None or ours is None:
        return 0
    return int(ours > theirs * 1.001 + _NOTHING) - int(theirs > ours * 1.001 + _NOTHING)


def _short(test):
    """A test's name without the folder of the environment or source."""
    return test.split("site-packages/")[-1].removeprefix("/")


def judged(row, expected):
    """What is wrong with a row, in sentences."""
    known = expected.get("failures", {})
    names = {next((name for name in known if test.endswith(name)), _short(test)): error for test, error in row["new_failures"].items()}
    wrong = [] if row["calls"] else [f"{row['package']}: no test fitted anything; see its log"]
    wrong += [f"{row['package']}: {test} fails: {error}" for test, error in names.items() if test not in known]
    wrong += [f"{row['package']}: {test} is expected to fail ({known[test]}), and passes" for test in known.keys() - names.keys()]
    known = expected.get("higher", {})
    ends = [(_short(line["test"]), line["scipy"]["cost"], line["nlsq"]["cost"]) for line in row["ends"]]
    wrong += [f"{row['package']}: a fit of {test} ends at {ours:.6g}, with SciPy at {theirs:.6g}"
              for test, theirs, ours in ends if not any(part in test for part in known)]  # fmt: skip
    wrong += [f"{row['package']}: fits of {part} are expected to end higher ({known[part]}), and do not"
              for part in known if not any(part in test for test, _, _ in ends)]  # fmt: skip
    most = max([MOST_TIME, *map(float, expected.get("time", {}))])
    if row["nlsq_seconds"] > most * row["scipy_seconds"]:
        wrong.append(f"{row['package']}: its fits take {row['nlsq_seconds']:.2f} s, with SciPy {row['scipy_seconds']:.2f} s")
    return wrong


def table(rows):
    """The table that is printed, in Markdown."""
    lines = ["package | calls | recorded | time, of SciPy's | calls of called models, of SciPy's | ends higher, lower | new failures",
             "--- | ---: | ---: | ---: | ---: | ---: | ---:"]  # fmt: skip
    for row in rows:
        ratio = row["nlsq_seconds"] / row["scipy_seconds"] if row["scipy_seconds"] else float("nan")
        called = f"{row['calls_nlsq'] / row['calls_scipy']:.2f}" if row["calls_scipy"] else "–"
        lines.append(f"{row['package']} {row['version']} | {row['calls']} | {100 * row['recorded']:.0f} % | {ratio:.2f} | "
                     f"{called} | {len(row['ends'])}, {row['lower']} | {len(row['new_failures'])}")  # fmt: skip
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parser.add_argument("--env", default=ROOT / "build-clients")
    parser.add_argument("--json", help="a file for all that was found")
    options = parser.parse_args()
    known = {client.name: client for client in CLIENTS}
    unknown = set(options.packages) - known.keys()
    if unknown:
        parser.error(f"unknown package {min(unknown)!r}; one of {', '.join(known)}")
    expected = json.loads((HERE / "expected.json").read_text())
    place = Place(options.env)
    place.prepare()
    rows, wrong = [], []
    for name in options.packages or known:
        client = known[name]
        place.install(client)
        row = row_of(client, place, expected.get(name, {}))
        rows.append(row)
        wrong += judged(row, expected.get(name, {}))
        print(f"{name}: {row['calls']} calls, {100 * row['recorded']:.0f} % recorded; {row['scipy_seconds']:.2f} s with "
              f"SciPy, {row['nlsq_seconds']:.2f} s here", flush=True)  # fmt: skip
        for why, count in row["reasons"]:
            print(f"    {count:5} called: {why}", flush=True)
    print("\n" + table(rows))
    for row in rows:
        for kind, tests in expected.get(row["package"], {}).items():
            for test, reason in tests.items():
                print(f"{row['package']}: expected {kind}: {test}\n    {reason}")
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))
    print("\n".join(["", *wrong]) if wrong else "\nall as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

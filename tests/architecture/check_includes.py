#!/usr/bin/env python3
"""Fails when an #include points the wrong way between the folders of src/ (docs/architecture.md has the table), or a file
uses a function of a library that one of ours stands for.

usage: check_includes.py ROOT | --self-test
"""
import pathlib
import re
import sys

ALLOWED = {
    "base": set(),
    "expr": {"base"},
    "program": {"base", "expr"},
    "engine": {"base", "program", "expr"},  # of expr only op.hpp, through program
    "linalg": {"base"},
    "solve": {"base", "linalg"},
    "stats": {"base", "linalg"},
    "rows": {"base", "data"},
    "reduce": {"base", "linalg", "program", "engine", "expr", "solve", "rows"},
    "batch": {"base", "program", "engine"},
    "search": {"base", "expr", "program", "engine", "batch", "linalg"},
    "data": {"base"},
    "models": {"base"},
    "plan": {"base", "program", "engine", "linalg", "solve", "reduce", "rows", "interface"},
    # The rooms of a fit, in the order in which they may use each other.
    "runtime": {"base", "expr", "engine", "plan", "interface"},
    "columns": {"base", "expr", "engine", "reduce", "rows", "runtime", "interface"},
    "problem": {"base", "expr", "program", "linalg", "reduce", "runtime", "columns", "interface"},
    "passes": {"base", "expr", "engine", "reduce", "rows", "plan", "runtime", "columns", "problem", "interface"},
    "result": {"base", "linalg", "solve", "stats", "reduce", "columns", "problem", "interface"},
    "report": {"base", "interface"},
    "relations": {"base", "expr", "problem", "interface"},
    "starts": {"base", "expr", "engine", "linalg", "solve", "stats", "reduce", "search", "runtime", "columns", "problem",
               "interface"},
    "fit": {"base", "expr", "linalg", "solve", "reduce", "search", "plan", "runtime", "columns",
            "problem", "passes", "result", "report", "relations", "starts", "interface"},
    "many": {"base", "expr", "program", "engine", "linalg", "solve", "stats", "reduce", "batch", "search", "plan", "runtime", "columns",
             "problem", "result", "relations", "starts", "interface"},
    "predict": {"base", "expr", "program", "engine", "runtime", "columns", "problem", "interface"},
}
# Narrower than the folder: what may be included from it.
ONLY = {
    ("reduce", "solve"): {"solve/evaluator.hpp"},
    ("engine", "expr"): {"expr/op.hpp"},
    ("reduce", "expr"): {"expr/differentiate.hpp"},
    ("reduce", "rows"): set(),  # the interface in nlsq/rows.hpp alone
    ("columns", "rows"): set(),
    ("passes", "rows"): set(),
    ("runtime", "plan"): {"plan/environment.hpp"},
}
# The folder a public header belongs to. "interface": what callers give and get (Dataset, FitOptions, FitResult, …), which
# the rooms of a fit and the plan know.
PUBLIC = {
    "types": "base", "end_message": "base", "error": "base", "version": "base", "log": "base", "options": "base",
    "result_fields": "base", "differences": "engine", "model": "expr", "ops": "base", "table": "data", "rows": "rows",
    "row_files": "rows", "remote_rows": "rows", "models": "models", "plan": "plan", "reasons": "plan",
    "data": "interface", "fit": "interface", "result": "interface", "issues": "interface", "judgement": "interface",
    "memory": "interface", "config": "interface", "cache": "interface", "device": "interface", "runtime": "interface",
    "least_squares": "fit", "sparse_least_squares": "fit", "fit_many": "many", "nlsq": "fit",
}
# Functions not to be called: (what is written, the file that may, what to call).
REPLACED = [(re.compile(r"\b(?:hn|HWY_NAMESPACE)::Div\b"), "src/engine/divide-inl.hpp", "divide() of engine/divide-inl.hpp")]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def faults_of(folder: str, name: str, text: str) -> list[str]:
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        faults += [f"{name}:{number}: call {ours}" for used, own, ours in REPLACED if name != own and used.search(line)]
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(1)
        head = target.split("/")[0]
        if folder == "apps":
            if head != "nlsq" and "/" in target:
                faults.append(f"{name}:{number}: apps may include include/nlsq alone, not {target}")
            continue
        if folder == "bindings":
            if "/" in target and head not in {"nlsq", "expr", "stats"}:
                faults.append(f"{name}:{number}: python/bindings may not include {target}")
            continue
        owner = PUBLIC.get(pathlib.Path(target).stem, None) if head == "nlsq" else head
        if owner is None:
            faults.append(f"{name}:{number}: {target} has no folder in the table")
        elif owner != folder and owner not in ALLOWED[folder]:
            faults.append(f"{name}:{number}: {folder} may not include {target}")
        elif (folder, owner) in ONLY and head != "nlsq" and target not in ONLY[(folder, owner)]:
            faults.append(f"{name}:{number}: of {owner}, {folder} may include only {sorted(ONLY[(folder, owner)])}")
    return faults


def check(root: pathlib.Path) -> list[str]:
    faults = []
    for path in sorted(root.glob("src/**/*")):
        if path.suffix in {".cpp", ".hpp"}:
            folder = path.relative_to(root / "src").parts[0]
            faults += faults_of(folder, str(path.relative_to(root)), path.read_text())
    for path in sorted(root.glob("apps/**/*.[ch]pp")):
        faults += faults_of("apps", str(path.relative_to(root)), path.read_text())
    for path in sorted(root.glob("python/bindings/*.[ch]pp")):
        faults += faults_of("bindings", str(path.relative_to(root)), path.read_text())
    return faults


def circles() -> list[str]:
    """Folders that may include each other, on whatever way."""
    def reach(start: str) -> set[str]:
        seen, left = set(), [start]
        while left:
            for owner in ALLOWED.get(left.pop(), set()) - seen:
                seen.add(owner)
                left.append(owner)
        return seen
    return [f"the table lets {folder} include itself by way of others" for folder in ALLOWED if folder in reach(folder)]


def self_test() -> list[str]:
    wrong = [("solve", "program/program.hpp"), ("base", "expr/graph.hpp"), ("reduce", "solve/minimizer.hpp"),
             ("apps", "runtime/settings.hpp"), ("stats", "nlsq/fit.hpp"), ("bindings", "solve/minimizer.hpp"),
             ("problem", "fit/single_fit.hpp"), ("columns", "problem/binding.hpp"), ("starts", "result/statistics.hpp")]
    right = [("fit", "solve/minimizer.hpp"), ("reduce", "solve/evaluator.hpp"), ("apps", "nlsq/fit.hpp"),
             ("bindings", "expr/model.hpp")]
    faults = [f"not noticed: {f} includes {t}" for f, t in wrong if not faults_of(f, "x", f'#include "{t}"\n')]
    if not faults_of("batch", "src/batch/x.cpp", "V r = hn::Div(a, b);\n"):
        faults.append("not noticed: hn::Div")
    return faults + circles() + [f"refused: {f} includes {t}" for f, t in right if faults_of(f, "x", f'#include "{t}"\n')]


if __name__ == "__main__":
    found = self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]))
    print("\n".join(found) or "ok")
    sys.exit(1 if found else 0)

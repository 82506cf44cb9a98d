#!/usr/bin/env python3
"""Fails when a module of python/nlsq imports what the order of its packages forbids. The order is the table "Packages of
python/nlsq" in docs/architecture.md: a package imports only packages in rows above its own, and modules of its own without a
circle. Imports inside functions, and those for type checkers alone, count like all others. And it fails where a page names a
file of the package that is not there.

usage: check_python.py ROOT | --self-test
"""
import ast
import pathlib
import re
import sys
import tempfile

HEADING = "### Packages of python/nlsq"
MOST_IN_HALL = 12  # modules directly in nlsq
# Files that name modules in strings, to import them later; no other may, as such imports would not be seen here.
BY_NAME = {"__init__.py", "_base/optimize.py", "_tracing/dispatch.py", "_results/late.py", "_compat/old_modules.py"}


def order_of(page: str) -> list[str]:
    """The packages, and public modules that packages import, in the order of the table."""
    if HEADING not in page:
        return []
    table = page.split(HEADING, 1)[1].split("\n#", 1)[0]
    return re.findall(r"^\| `(\w+)(?:\.py)?` \|", table, re.M)


def modules_of(package: pathlib.Path) -> dict[str, pathlib.Path]:
    """The file of each module, by its name below nlsq: "_base.errors", "_base", "callbacks", "" for nlsq itself."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: pathlib.Path, modules) -> list[tuple[int, str]]:
    """(line, module below nlsq) of every import, wherever in the file."""
    found = []
    package = name.split(".") if path.name == "__init__.py" and name else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, a.name.partition(".")[2]) for a in node.names if a.name.split(".")[0] == "nlsq"]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            elif (node.module or "").split(".")[0] == "nlsq":
                base = node.module.split(".")[1:]
            else:
                continue
            base = ".".join(part for part in base if part)
            for alias in node.names:
                whole = f"{base}.{alias.name}".lstrip(".")
                found.append((node.lineno, whole if whole in modules or whole == "_core" else base))
    return found


def names_modules(path: pathlib.Path) -> list[int]:
    """Lines that have a private module of nlsq in a string, or import by a name that is computed."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"nlsq\._(?!core\b)\w+", node.value):
            lines.append(node.lineno)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            if (node.id if isinstance(node, ast.Name) else node.attr) in ("import_module", "__import__"):
                lines.append(node.lineno)
    return lines


def circles_of(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, directly or by way of others (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(edges.get(module, ())):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1 or module in edges.get(module, ()):
                found.append(sorted(group))

    for module in sorted(edges):
        if module not in index:
            visit(module)
    return found


def check(root: pathlib.Path) -> list[str]:
    package = root / "python" / "nlsq"
    order = order_of((root / "docs" / "architecture.md").read_text("utf-8"))
    modules = modules_of(package)
    folders = sorted({name.split(".")[0] for name, path in modules.items() if path.parent != package})
    faults = [f"docs/architecture.md has no row for python/nlsq/{name}" for name in folders if name not in order]
    faults += [f"docs/architecture.md has a row for {name}, which is not in python/nlsq" for name in order if name not in modules]
    hall = sorted(path.name for path in package.glob("*.py"))
    if len(hall) > MOST_IN_HALL:
        faults.append(f"{len(hall)} modules are directly in python/nlsq, at most {MOST_IN_HALL} may be: {', '.join(hall)}")
    place = {name: at for at, name in enumerate(order)}
    edges = {name: set() for name in modules}
    for name, path in modules.items():
        where, own = str(path.relative_to(package)), name.split(".")[0]
        for line, target in imports_of(name, path, modules):
            theirs = target.split(".")[0]
            if theirs == "_core":
                continue
            if target not in modules:
                faults.append(f"{where}:{line}: there is no module nlsq.{target}")
                continue
            edges[name].add(target)
            if own in place and own != theirs and place.get(theirs, len(order)) > place[own]:
                faults.append(f"{where}:{line}: {own} may not import nlsq.{target}".rstrip("."))
        if where not in BY_NAME:
            faults += [f"{where}:{line}: a module is imported by a name in a string" for line in names_modules(path)]
    faults += [f"modules import each other in a circle: {', '.join(group)}" for group in circles_of(edges)]
    for path in sorted((root / "docs").rglob("*.md")):
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            faults += [f"{path.relative_to(root)}:{line}: there is no python/nlsq/{file}"
                       for file in re.findall(r"(?<![\w.])(_[a-z]+/\w+\.py)", text) if not (package / file).exists()]
    for path in sorted((root / "python" / "bindings").glob("*.[ch]pp")):
        faults += [f"{path.name}:{line}: C++ names a module of nlsq; call operation()"
                   for line, text in enumerate(path.read_text("utf-8").splitlines(), 1) if re.search(r'"nlsq\._(?!core\b)', text)]
    return faults


def _tree(root: pathlib.Path, files: dict[str, str]) -> pathlib.Path:
    rows = "".join(f"| `{name}` | x |\n" for name in ("_low", "_high"))
    sound = {"docs/architecture.md": f"{HEADING}\n\n| package | x |\n|---|---|\n{rows}", "python/nlsq/__init__.py": "",
             "python/nlsq/_low/__init__.py": "", "python/nlsq/_low/a.py": "", "python/nlsq/_low/b.py": "from nlsq._low import a\n",
             "python/nlsq/_high/__init__.py": "", "python/nlsq/_high/c.py": "from nlsq._low.a import x\n",
             "python/bindings/m.cpp": ""}  # fmt: skip
    for name, text in {**sound, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def self_test() -> list[str]:
    wrong = {
        "an upward import": {"python/nlsq/_low/a.py": "from nlsq._high.c import x\n"},
        "a late upward import": {"python/nlsq/_low/a.py": "def f():\n    from nlsq._high import c\n"},
        "a relative upward import": {"python/nlsq/_low/a.py": "from .._high import c\n"},
        "an import of the hall": {"python/nlsq/_low/a.py": "import nlsq\n"},
        "a circle": {"python/nlsq/_low/a.py": "def f():\n    from nlsq._low.b import y\n"},
        "an import by name": {"python/nlsq/_low/a.py": "import importlib\nimportlib.import_module(f'nlsq.{1}')\n"},
        "a module in a string": {"python/nlsq/_low/a.py": "PLACE = 'nlsq._high.c'\n"},
        "a module that is not there": {"python/nlsq/_low/a.py": "from nlsq._lower import x\n"},
        "a package without a row": {"python/nlsq/_new/__init__.py": ""},
        "a full hall": {f"python/nlsq/m{i}.py": "" for i in range(MOST_IN_HALL)},
        "a page that names a file of old": {"docs/page.md": "see `python/nlsq/_low/z.py`\n"},
        "a module named in C++": {"python/bindings/m.cpp": 'nb::module_::import_("nlsq._low.a");\n'},
    }
    faults = []
    for what, files in {"": {}, **wrong}.items():
        with tempfile.TemporaryDirectory() as folder:
            found = check(_tree(pathlib.Path(folder), files))
        if what and not found:
            faults.append(f"not noticed: {what}")
        if not what and found:
            faults += [f"refused: {fault}" for fault in found]
    return faults


if __name__ == "__main__":
    result = self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]))
    print("\n".join(result) or "ok")
    sys.exit(1 if result else 0)

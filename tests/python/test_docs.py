# SPDX-License-Identifier: MIT
"""Every Python example of the README and of docs/ runs, in order, and gives what it says.

``expression  # → text`` in an example promises that str(expression) is the text.
"""

import ast
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [p for p in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))] if BLOCK.search(p.read_text("utf-8"))]
OPTIONAL = ("dask", "jax", "matplotlib", "pandas", "scipy", "xarray")


def blocks(page):
    """(first line, code) of each example."""
    text = page.read_text("utf-8")
    return [(text.count("\n", 0, found.start(1)) + 1, found[1]) for found in BLOCK.finditer(text)]


def run(code, first, page, names):
    lines = code.splitlines()
    for node in ast.parse(code).body:
        expected = lines[node.end_lineno - 1].partition("  # → ")[2]
        ast.increment_lineno(node, first - 1)
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), page.name, "exec"), names)
            continue
        value = eval(compile(ast.Expression(node.value), page.name, "eval"), names)
        if expected:
            assert str(value) == expected, f"{page.name}:{node.lineno}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_run(page, tmp_path, monkeypatch):
    for name in OPTIONAL:
        if re.search(rf"^(import|from) {name}\b", page.read_text("utf-8"), re.MULTILINE) or name == "matplotlib":
            pytest.importorskip(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names = {"__name__": "example"}
    for first, code in blocks(page):
        run(code, first, page, names)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def test_the_pages_for_python_have_examples():
    assert {"README", "python", "tracing"} <= {page.stem for page in PAGES}


LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


ALL = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_list_for_programs_is_up_to_date():
    done = subprocess.run([sys.executable, ROOT / "scripts/llms.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_page_is_in_the_index():
    index = (ROOT / "docs/README.md").read_text("utf-8")
    pages = {p for p in (ROOT / "docs").rglob("*.md") if p.parent.name != "adr"} - {ROOT / "docs/README.md"}
    assert not [str(p) for p in pages if f"({p.relative_to(ROOT / 'docs')}" not in index]

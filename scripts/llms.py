#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes llms.txt (https://llmstxt.org), for programs that read documentation: the project in a few sentences (the first
paragraph of README.md), a line for each row of the table of docs/README.md, and the decisions by their titles.

    llms.py [--check]     --check: exit code 1 if the file is not what would be written
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
ROW = re.compile(r"^\| (?!I want)([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def from_root(target):
    """A link of a page in docs, from the root of the project."""
    path, mark, place = target.partition("#")
    return str((ROOT / "docs" / path).resolve().relative_to(ROOT)) + mark + place


def text():
    introduction = (ROOT / "README.md").read_text("utf-8").split("\n\n")[1]
    plain = LINK.sub(r"\1", " ".join(introduction.replace("**", "").split()))
    lines = ["# nlsq", "", f"> {plain}", "", "## Documentation", ""]
    for task, pages in ROW.findall((ROOT / "docs/README.md").read_text("utf-8")):
        for title, target in LINK.findall(pages):
            lines.append(f"- [{title.strip('`')}]({from_root(target)}): to {task.strip()}")
    lines += ["", "## Decisions", ""]
    for page in sorted((ROOT / "docs/adr").glob("*.md")):
        lines.append(f"- [{page.read_text('utf-8').partition(chr(10))[0].lstrip('# ')}]({page.relative_to(ROOT)})")
    return "\n".join(lines) + "\n"


def main():
    target = ROOT / "llms.txt"
    if "--check" not in sys.argv[1:]:
        target.write_text(text(), "utf-8")
        return 0
    if target.exists() and target.read_text("utf-8") == text():
        return 0
    print("llms.txt is not up to date: run python scripts/llms.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

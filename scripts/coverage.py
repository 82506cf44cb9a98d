#!/usr/bin/env python3
"""Line coverage by folder from gcovr; fails below 85 % overall or 80 % in a folder.

usage: coverage.py BUILD
"""
import collections
import json
import subprocess
import sys

OVERALL, FOLDER = 85.0, 80.0


def main(build: str) -> int:
    report = subprocess.run(
        ["gcovr", "-r", ".", build, "--json", "-", "-f", "src/", "-f", "apps/"],
        check=True, capture_output=True, text=True).stdout
    lines = collections.defaultdict(lambda: [0, 0])
    for file in json.loads(report)["files"]:
        folder = "/".join(file["file"].split("/")[:2])
        for line in file["lines"]:
            if line.get("gcovr/noncode"):
                continue
            for key in (folder, "overall"):
                lines[key][0] += 1
                lines[key][1] += line["count"] > 0
    failed = False
    print(f"{'folder':<16} {'lines':>7} {'covered':>8}")
    for key in sorted(lines, key=lambda k: (k == "overall", k)):
        total, hit = lines[key]
        share = 100.0 * hit / total
        wanted = OVERALL if key == "overall" else FOLDER
        failed |= share < wanted
        print(f"{key:<16} {total:>7} {share:>7.1f}%{f'  < {wanted} %' if share < wanted else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

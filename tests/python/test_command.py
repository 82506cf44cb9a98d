# SPDX-License-Identifier: MIT
"""The command beside the package, and another package of the same name beside ours."""

import pathlib
import shutil
import subprocess
import sys

import pytest

import nlsq

CHECKOUT = pathlib.Path(__file__).parents[2]


def test_python_m_nlsq_is_the_command_of_the_checkout():
    program = CHECKOUT / "build" / "nlsq"
    if not program.exists():
        pytest.skip("build/nlsq is not built here")
    run = subprocess.run([sys.executable, "-m", "nlsq", "--version"], capture_output=True, text=True)
    assert run.stdout == f"nlsq {nlsq.__version__}\n", run.stderr
    refused = subprocess.run([sys.executable, "-m", "nlsq", "fit", "none.csv", "--model", "a*x"], capture_output=True, text=True)
    assert refused.returncode in (2, 4) and "none.csv" in refused.stderr


def import_of_a_copy(folder):
    return subprocess.run(
        [sys.executable, "-c", "import nlsq"], cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True
    )


def test_files_of_the_other_package_called_nlsq_are_noticed(tmp_path):
    package = tmp_path / "nlsq"
    package.mkdir()
    for file in (CHECKOUT / "python" / "nlsq").glob("_core*.so"):
        shutil.copy(file, package)
    shutil.copy(CHECKOUT / "python" / "nlsq" / "__init__.py", package)
    assert import_of_a_copy(tmp_path).returncode == 0
    (package / "_version.py").write_text("version = '0.7.6'\n")
    mixed = import_of_a_copy(tmp_path)
    assert mixed.returncode != 0
    assert "ImportError" in mixed.stderr and "pip uninstall nlsq nlsq-native" in mixed.stderr and str(package) in mixed.stderr

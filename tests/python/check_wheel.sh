#!/bin/sh
# check_wheel.sh WHEEL [PYTHON]: installs a wheel with NumPy alone into a new environment, away from the checkout, and
# uses it as its users would.
set -eu
wheel=$(readlink -f "$1")
python=${2:-python3}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
cd "$work"
export PYTHONPATH= HOME="$work"
unset LD_LIBRARY_PATH || true
venv/bin/python -m pip install -q --disable-pip-version-check "$wheel"
installed=$(venv/bin/python -m pip list --disable-pip-version-check --format=freeze |
  sed 's/[=@ ].*//' | sort | tr '\n' ' ')
case "$installed" in
  "nlsq-native numpy pip " | "nlsq-native numpy pip setuptools ") ;;
  *) echo "installed with nlsq-native: $installed" && exit 1 ;;
esac

version=$(cat "$root/VERSION")
venv/bin/python - "$version" <<'PYTHON'
import sys

import nlsq

assert nlsq.__version__ == sys.argv[1], nlsq.__version__
assert "numpy" not in sys.modules
import numpy as np

x = np.linspace(0.0, 4.0, 200)
y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.01 * np.cos(40.0 * x)
r = nlsq.curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, x, y)
assert r.engine == "interpreter" and np.allclose(r.popt, [2.5, 1.3, 0.5], atol=0.02), r
assert nlsq.curve_fit("a*exp(-b*x) + c", x, y).success
assert np.allclose(nlsq.least_squares(lambda p: [p[0] - 3.0, 10.0 * (p[1] - p[0] ** 2)], [1.0, 1.0]).x, [3.0, 9.0])
from nlsq.scipy import curve_fit

assert np.allclose(curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, x, y)[0], r.popt, rtol=1e-6)
r.save("fit.npz")
assert "converged" in repr(nlsq.CurveFitResult.load("fit.npz"))
loaded = {"scipy", "jax", "pandas", "matplotlib", "tqdm"} & set(sys.modules)
assert not loaded, loaded
try:
    r.plot()
except ImportError as error:
    assert "matplotlib" in str(error)
PYTHON
test -f venv/lib/python*/site-packages/nlsq/py.typed
test "$(venv/bin/nlsq --version)" = "nlsq $version"
test "$(venv/bin/python -m nlsq --version)" = "nlsq $version"
venv/bin/nlsq fit "$root/examples/data/misra1a.csv" --model 'y = a*(1 - exp(-b*x))' --p0 a=250,b=5e-4 > report.txt
grep -q "a  *238\.9" report.txt
venv/bin/nlsq models | head -1 > /dev/null
if venv/bin/nlsq fit missing.csv --model x 2> error.txt; then exit 1; else test $? -eq 4 -o $? -eq 2; fi
grep -q missing.csv error.txt
# The other package called nlsq in the same folder is noticed before its files are mixed up with ours.
package=$(venv/bin/python -c 'import nlsq; print(nlsq.__path__[0])')
touch "$package/_version.py"
if venv/bin/python -c 'import nlsq' 2> error.txt; then exit 1; fi
grep -q "pip uninstall nlsq nlsq-native" error.txt
rm "$package/_version.py"
numpy=$(venv/bin/python -c 'import numpy; print(numpy.__version__)')
echo "$(basename "$wheel"): works with $(venv/bin/python --version) and NumPy $numpy"

# SPDX-License-Identifier: MIT
"""The packages of the suite of clients: what is installed of them, and which of their own tests call least squares.

`tests` are paths below the package's source distribution, or modules of the installed package where `source` is false.
A range of versions is given where a newer one may change which tests there are.
"""

from dataclasses import dataclass, field

# What the tests of several packages need. pytest 9 refuses plugins that astropy's tests use.
COMMON = ["pytest>=8,<9", "pytest-astropy", "hypothesis", "scipy>=1.11", "numpy>=2,<3"]


@dataclass(frozen=True)
class Client:
    """A package: its name on PyPI, what is installed, its tests."""

    name: str
    requires: tuple
    tests: tuple
    source: bool = False
    select: str = ""  # pytest's -k
    ignored: tuple = ()  # tests that need the network, or fail with SciPy in ways that depend on the day
    needs: tuple = field(default=())  # further packages that its tests import


CLIENTS = [
    Client("lmfit", ("lmfit>=1.3,<1.4",), ("tests",), source=True, needs=("pandas", "emcee", "numdifftools"),
           select="not emcee and not shgo and not dual_annealing and not brute and not ampgo and not basinhopping "
                  "and not manypeaks and not differential_evolution"),
    Client("astropy", ("astropy>=7,<9",),
           ("astropy.modeling.tests.test_fitters", "astropy.modeling.tests.test_constraints",
            "astropy.modeling.tests.test_quantities_fitting", "astropy.modeling.tests.test_models_quantities",
            "astropy.modeling.tests.test_models", "astropy.modeling.tests.test_polynomial",
            "astropy.modeling.tests.test_fitting_parallel", "astropy.modeling.tests.test_compound",
            "astropy.wcs.tests.test_utils"), select="(fit or deriv or weights or constraint or bound) and not fit_axes"),
    Client("photutils", ("photutils>=2,<4",),
           ("photutils.isophote.tests.test_harmonics", "photutils.isophote.tests.test_fitter",
            "photutils.isophote.tests.test_isophote", "photutils.psf.tests.test_functional_models",
            "photutils.psf.tests.test_utils", "photutils.centroids.tests.test_gaussian",
            "photutils.centroids.tests.test_core", "photutils.profiles.tests.test_radial_profile")),
    Client("specutils", ("specutils>=2,<3",), ("specutils.tests.test_fitting", "specutils.tests.test_continuum",
                                               "specutils.tests.test_model_replace")),
    Client("lsqfit", ("lsqfit>=13,<14",), ("lsqfit_calls.py",)),
    Client("scikit-gstat", ("scikit-gstat>=1,<2",),
           ("skgstat.tests.test_util", "skgstat.tests.test_variogram", "skgstat.tests.test_cross_utility",
            "skgstat.tests.test_interfaces", "skgstat.tests.test_spacetimevariogram",
            "skgstat.tests.test_spatiotemporalvariogram", "skgstat.tests.test_kriging",
            "skgstat.tests.test_directionalvariogram"), needs=("gstools", "plotly")),
    Client("gstools", ("gstools>=1.6,<2",), ("tests/test_covmodel.py", "tests/test_sum_model.py",
                                              "tests/test_latlon.py"), source=True, select="fit or vario_est"),
    Client("qiskit-experiments", ("qiskit-experiments>=0.12,<0.15",),
           ("test/curve_analysis/test_baseclass.py", "test/curve_analysis/test_oscillation_analysis.py",
            "test/curve_analysis/test_standard_analysis.py", "test/library/characterization/test_t1.py",
            "test/library/characterization/test_t2ramsey.py", "test/library/characterization/test_ramsey_xy.py"),
           source=True, needs=("fixtures", "testtools", "ddt", "multimethod", "qiskit-aer",
                               "qiskit-ibm-runtime<0.50")),  # later ones deprecate what these tests call
    Client("hyperspy", ("hyperspy>=2,<3",),
           ("hyperspy.tests.model.test_fitting", "hyperspy.tests.model.test_fit_component",
            "hyperspy.tests.model.test_chi_squared", "hyperspy.tests.model.test_model")),
    Client("dipy", ("dipy>=1.9,<2",), ("dipy.reconst.tests.test_ivim", "dipy.reconst.tests.test_dti",
                                       "dipy.reconst.tests.test_fwdti")),
    Client("specparam", ("specparam>=2.0.0rc3,<3",), ("specparam.tests.models", "specparam.tests.algorithms",
                                                      "specparam.tests.data", "specparam.tests.io"),
           select="not plot and not report"),
    Client("pybaselines", ("pybaselines>=1.1,<2",), ("tests/test_classification.py",), source=True,
           select="CWTBR"),
    Client("xarray", ("xarray>=2024",), ("xarray.tests.test_dataarray", "xarray.tests.test_dataset"),
           select="curvefit", needs=("dask",)),
    Client("tedana", ("tedana>=24,<27",), ("tedana/tests/test_decay.py",), source=True),
]  # fmt: skip

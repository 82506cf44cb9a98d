# SPDX-License-Identifier: MIT
"""What a fit warns of as (id, sentence, values): in results, JSON, files and pickles."""

import json
import pickle

import numpy as np
import pytest
from fits import decay, fit

from nlsq import CurveFitResult, _core, curve_fit

pytestmark = pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")


def redundant(x, a, b, d):
    return (a + b) * x + d


def undetermined():
    x = np.linspace(0.0, 1.0, 9)
    return curve_fit(redundant, x, 2.0 * x + 0.1 * (-1.0) ** np.arange(9), absolute_sigma=True)


def test_issues_are_the_warnings_with_ids():
    r = undetermined()
    assert [issue.id for issue in r.issues] == ["undetermined", "no-sigma"]
    assert [issue.sentence for issue in r.issues] == r.warnings
    assert r.issues[0].values == {"parameters": ["a", "b"], "rank": 2.0, "free": 3.0}
    assert r["issues"] == r.issues and "issues" in r.keys()
    assert fit().issues == []


def test_every_id_is_in_the_table():
    ids = [id_ for id_, _ in _core.issue_kinds()]
    assert len(set(ids)) == len(ids) and {i.id for i in undetermined().issues} <= set(ids)
    with pytest.raises(ValueError, match="no issue 'odd'"):
        undetermined()._outcome.result.warn("odd", "x")


def test_json_holds_the_issues():
    r = undetermined()
    first = json.loads(r.to_json())["issues"][0]
    assert first == {"id": "undetermined", "sentence": r.warnings[0],
                     "values": {"parameters": ["a", "b"], "rank": 2.0, "free": 3.0}}  # fmt: skip


def test_pickles_and_files_keep_the_issues(tmp_path):
    r = undetermined()
    r.save(tmp_path / "r.npz")
    for s in (pickle.loads(pickle.dumps(r)), CurveFitResult.load(tmp_path / "r.npz"), r.__copy__(), CurveFitResult(r)):
        assert s.issues == r.issues and s.warnings == r.warnings
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(r))))
    assert again.issues == r.issues


def test_a_result_that_was_stored_without_issues_has_none():
    numbers = pickle.loads(pickle.dumps(fit()))._outcome.result.__dict__
    from nlsq._results.stored import Recorded

    assert Recorded({k: v for k, v in numbers.items() if k != "issues"} | {"report": ""}).issues == []


def test_results_made_of_entries_have_no_issues():
    x = np.linspace(0.0, 1.0, 9)
    r = CurveFitResult(popt=[1.0, 1.0, 1.0], pcov=np.eye(3), model=decay, xdata=x, ydata=x)
    assert "issues" not in r and "warnings" not in r and r.to_dict()["issues"] == []


def test_a_wrong_jacobian_has_its_id():
    x = np.linspace(0.0, 3.0, 30)
    y = decay(x, 2.0, 1.0, 0.5)
    r = curve_fit(decay, x, y, jac=lambda x, a, b, c: -np.stack([np.exp(-b * x), -a * x * np.exp(-b * x), x * 0 + 1], 1))
    assert "wrong-jacobian" in [issue.id for issue in r.issues]

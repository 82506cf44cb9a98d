# SPDX-License-Identifier: MIT
"""curve_fit_many on the groups of a table: dict, pandas, polars, Arrow; keys of all kinds; different lengths."""

import numpy as np
import pytest
from many import decay

from nlsq import curve_fit, curve_fit_many

FORMULA = "counts = a*exp(-b*t) + c"
WELLS = ["w2", "w10", "w1", "a", "é"]


def table(seed=1):
    """Rows of five wells of different lengths, in no order."""
    rng = np.random.default_rng(seed)
    well = np.repeat(np.arange(5), [30, 22, 9, 40, 17])
    rng.shuffle(well)
    t = rng.uniform(0, 4, len(well))
    counts = decay(t, 2.5, 1.0 + 0.2 * well, 0.5) + 0.05 * rng.standard_normal(len(t))
    return {"t": t, "counts": counts, "well": np.array(WELLS)[well], "plate": well % 2, "err": np.full(len(t), 0.05)}


def assert_like_single(result, data, **options):
    well = np.asarray(data["well"])
    _, firsts = np.unique(well, return_index=True)
    assert list(result.keys["well"]) == [well[i] for i in np.sort(firsts)]  # in the order of first appearance
    for i, key in enumerate(result.keys["well"]):
        rows = well == key
        rows_alone = {name: np.asarray(data[name])[rows] for name in ("t", "counts", "err")}
        one = curve_fit(FORMULA, data=rows_alone, **options)
        assert result.n[i] == rows.sum()
        assert np.all(np.abs(result.popt[i] - one.popt) <= 1e-8 * one.perr)
        np.testing.assert_allclose(result.pcov[i], one.pcov, 1e-7, 1e-8 * np.abs(one.pcov).max())


def stream_of(arrow):
    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return arrow.__arrow_c_stream__(requested_schema)

    return Stream()


def as_kind(kind, data):
    if kind == "dict":
        return data
    if kind == "structured":
        return np.rec.fromarrays(list(data.values()), names=list(data))
    if kind.startswith("pandas"):
        frame = pytest.importorskip("pandas").DataFrame(data)
        return frame.astype({"well": "category"}) if kind.endswith("categories") else frame
    if kind.startswith("polars"):
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame(data)
        if kind.endswith("categories"):
            return frame.with_columns(polars.col("well").cast(polars.Categorical))
        return frame.lazy() if kind.endswith("lazy") else frame
    arrow = pytest.importorskip("pyarrow").table(data)
    return {"arrow": arrow, "arrow stream": stream_of(arrow), "arrow batch": arrow.to_batches()[0],
            "arrow reader": arrow.to_reader()}[kind]  # fmt: skip


KINDS = ["dict", "structured", "pandas", "pandas categories", "polars", "polars categories", "polars lazy", "arrow",
         "arrow stream", "arrow batch", "arrow reader"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_tables(kind):
    data = table()
    r = curve_fit_many(FORMULA, data=as_kind(kind, data), by=["well"])
    assert r.names == ["a", "b", "c"] and r.engine == "lanes" and r.ok.all()
    assert_like_single(r, data)


def test_the_response_by_name_and_the_table_as_xdata():
    data = table()
    r = curve_fit_many("a*exp(-b*t) + c", data=data, y="counts", by="well")
    assert np.array_equal(r.popt, curve_fit_many(FORMULA, data, by="well").popt)


def test_two_keys_and_numbers_and_dates_as_keys():
    data = table()
    r = curve_fit_many(FORMULA, data=data, by=["plate", "well"])
    assert list(r.keys) == ["plate", "well"] and r.shape == (5,)
    assert [WELLS.index(w) % 2 for w in r.keys["well"]] == r.keys["plate"].tolist()
    assert_like_single(r, data)
    by_plate = curve_fit_many(FORMULA, data=data, by="plate")
    assert by_plate.keys["plate"].tolist() == [data["plate"][0], 1 - data["plate"][0]]
    assert by_plate.n.sum() == len(data["t"])
    day = np.datetime64("2024-05-01") + data["plate"]
    assert np.array_equal(curve_fit_many(FORMULA, data={**data, "day": day}, by="day").popt, by_plate.popt)


@pytest.mark.parametrize("keys", [(1, "1"), (None, "None"), (True, "x"), (("a", 1), ("a", 2))])
def test_keys_of_different_kinds_are_different(keys):
    data = table()
    column = np.empty(len(data["t"]), dtype=object)
    for i, at in enumerate(data["plate"]):
        column[i] = keys[at]
    r = curve_fit_many(FORMULA, data={**data, "key": column}, by="key")
    assert np.array_equal(r.popt, curve_fit_many(FORMULA, data=data, by="plate").popt)
    assert r.keys["key"].tolist() == [keys[data["plate"][0]], keys[1 - data["plate"][0]]]


def test_missing_keys_are_one_group():
    data = table()
    key = np.where(data["plate"] == 0, np.nan, 1.0)
    r = curve_fit_many(FORMULA, data={**data, "key": key}, by="key")
    assert np.array_equal(r.popt, curve_fit_many(FORMULA, data=data, by="plate").popt)
    assert sorted(r.keys["key"].tolist(), key=str) == [1.0, pytest.approx(np.nan, nan_ok=True)]


def test_sigma_and_mask_of_rows():
    data = table()
    err = 0.02 + 0.05 * np.random.default_rng(2).random(len(data["t"]))
    data["err"] = err
    r = curve_fit_many(FORMULA, data=data, by="well", sigma="err", absolute_sigma=True)
    assert_like_single(r, data, sigma="err", absolute_sigma=True)
    assert np.array_equal(curve_fit_many(FORMULA, data=data, by="well", sigma=err, absolute_sigma=True).pcov, r.pcov)
    number = curve_fit_many(FORMULA, data=data, by="well", sigma=0.05, absolute_sigma=True)
    assert_like_single(number, data, sigma=0.05, absolute_sigma=True)
    kept = data["t"] < 3.0
    some = curve_fit_many(FORMULA, data={**data, "good": kept}, by="well", mask="good")
    rest = curve_fit_many(FORMULA, data={name: column[kept] for name, column in data.items()}, by="well")
    order = [rest.keys["well"].tolist().index(w) for w in some.keys["well"]]
    np.testing.assert_allclose(some.popt, rest.popt[order], 1e-9)
    assert np.array_equal(some.n, rest.n[order])
    assert np.array_equal(curve_fit_many(FORMULA, data=data, by="well", mask=kept).popt, some.popt)


def test_options_by_group():
    data = table()
    starts = np.tile([2.0, 1.0, 0.5], (5, 1))
    assert_like_single(curve_fit_many(FORMULA, data=data, by="well", p0=starts), data, p0=[2.0, 1.0, 0.5])
    assert_like_single(curve_fit_many(FORMULA, data=data, by="well", bounds={"c": (0, 2)}), data, bounds={"c": (0, 2)})
    assert_like_single(curve_fit_many(FORMULA, data=data, by="well", fixed={"c": 0.5}), data, fixed={"c": 0.5})
    assert_like_single(curve_fit_many(FORMULA, data=data, by="well", p0="auto"), data, p0="auto")


def test_values_that_are_missing():
    data = table()
    data["counts"][data["well"] == "w10"] = np.nan
    spoiled = int(np.flatnonzero(data["well"] == "w1")[0])
    data["t"][spoiled] = np.nan
    r = curve_fit_many(FORMULA, data=data, by="well")
    assert sorted(r.keys["well"][~r.ok]) == ["w1", "w10"]
    r = curve_fit_many(FORMULA, data=data, by="well", nan_policy="omit")
    assert r.keys["well"][~r.ok].tolist() == ["w10"]
    with pytest.raises(ValueError, match="the column '(counts|t)' is nan at point"):
        curve_fit_many(FORMULA, data=data, by="well", nan_policy="raise")


def test_long_and_short_sets_and_one_row():
    x = np.concatenate([np.arange(5000.0), [3.0], np.arange(7.0)])
    group = np.repeat([7, 5, 6], [5000, 1, 7])
    r = curve_fit_many("y = slope*x + level", data={"x": x, "y": 2 * x + 1, "g": group}, by="g")
    assert r.keys["g"].tolist() == [7, 5, 6] and r.n.tolist() == [5000, 1, 7]
    np.testing.assert_allclose(r.popt[[0, 2]], [[2, 1], [2, 1]], atol=1e-9)
    assert not r.ok[1]
    none = curve_fit_many("y = slope*x", data={"x": x[:0], "y": x[:0], "g": group[:0]}, by="g")
    assert none.popt.shape == (0, 1) and none.keys["g"].shape == (0,)


def test_results_as_tables():
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    r = curve_fit_many(FORMULA, data=pandas.DataFrame(table()), by=["plate", "well"])
    frame = r.to_pandas()
    assert " ".join(frame.columns) == "plate well n a a_stderr b b_stderr c c_stderr rss status message"
    assert frame.set_index("well").loc["w10", "b"] == r.popt[r.keys["well"] == "w10", 1]
    assert pyarrow.table(r).column_names == frame.columns.tolist() and r.to_arrow().num_rows == 5
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(r).shape == (5, 12)


WRONG = [
    ({"by": "wel"}, "by: the data have no column 'wel' (did you mean 'well'?); they have t, counts, well, plate, err"),
    ({"by": []}, "by= is empty"),
    ({"by": "counts"}, "the column 'counts' is the response and in by=, too"),
    ({"y": "count"}, "y: the data have no column 'count' (did you mean 'counts'?)"),
    ({"f": "a*exp(-b*t)"}, "say which column is the response: y='name', or 'name = formula'"),
    ({"f": "counts = a*exp(-b*time)"}, "the formula uses no column of the data"),
    ({"f": decay}, "by= goes with a formula over columns of the table"),
    ({"f": "counts = a*t + plate2"}, "the column 'plate2' holds <U1 values; numbers are needed"),
    ({"sigma": "er"}, "sigma: the data have no column 'er' (did you mean 'err'?)"),
    ({"sigma": np.ones(3)}, "sigma has shape (3,); expected (118,), one value a row of data"),
    ({"sigma": -1}, "sigma must be a number above 0"),
    ({"mask": np.ones(3, dtype=bool)}, "mask has shape (3,); expected (118,), one value a row of data"),
    ({"mask": "t"}, "mask must hold True and False"),
    ({"p0": np.ones((4, 3))}, "p0 has shape (4, 3); expected (3,) or (5, 3), one row a data set"),
    ({"ydatas": np.ones((3, 4))}, "by= takes the data from a table: give data= and y=, and neither xdata nor ydatas"),
    ({"data": None}, "by= names columns of a table: give data="),
    ({"data": {"t": np.ones(3), "counts": np.ones(4), "well": np.ones(4)}}, "'well' has 4 rows, 't' 3"),
    ({"data": {"t": np.ones(1), "counts": np.ones(1), "well": np.array([[]], dtype=object)}}, "by: keys must be"),
]


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_messages(case):
    changes, text = WRONG[case]
    arguments = {"f": FORMULA, "data": {**table(), "plate2": np.array(["x"] * 118)}, "by": "well", **changes}
    with pytest.raises((TypeError, ValueError)) as caught:
        curve_fit_many(**arguments)
    assert text in str(caught.value).replace(", plate2", "")

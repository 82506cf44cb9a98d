# SPDX-License-Identifier: MIT
"""Rows that the workers of a cluster hold: they make the passes, their answers are merged here.

A leaf of 4,096 rows that partitions share is held by this process, since its fold is one of all its rows.
"""

import bisect

import numpy as np

from nlsq import _core
from nlsq._base.log import logger
from nlsq._cluster import partitions
from nlsq._data.row_sources import Rows

_LEAF = _core.LEAF_ROWS
_ROWS_A_PART = 64 * _LEAF  # partitions of fewer rows are read several at a time
_INFO = 20


class _Part:
    """Partitions that are read together, and the rows first … first+rows−1 in them."""

    def __init__(self, pieces, number, first, rows):
        self.pieces, self.number, self.first, self.rows = pieces, number, first, rows

    def leaves(self, total):
        """(first, end) of the rows in leaves that no other part has a share in."""
        begin = -(-self.first // _LEAF) * _LEAF
        end = self.first + self.rows
        end = end if end == total else end // _LEAF * _LEAF
        return (begin, end) if begin < end else (self.first + self.rows,) * 2


class ClusterRows(Rows):
    """Rows of a collection of Dask."""

    def __init__(self, columns, x, y, sigma, client=None):
        self._holders = holders = Holders(columns, client)
        super().__init__(_core.remote_rows(holders.names, holders.rows, holders), x, y, sigma)

    @property
    def traffic(self) -> list[tuple[int, int, int]]:
        """(bytes sent, bytes received, tasks) of each pass over the rows."""
        return self._holders.traffic

    @property
    def fetched(self) -> int:
        """Bytes of single rows that this process has got: of shared leaves, samples, searches."""
        return self._holders.fetched


class Holders:
    """Those who hold rows, as the engine asks them: it keeps this, which therefore knows nothing of the engine's rows."""

    def __init__(self, columns, client=None):
        self.client = client
        self.traffic, self.fetched = [], 0
        self._check_workers()
        self.names = [str(name) for name in columns.names]
        lengths, kinds = columns.lengths, [None] * len(self.names)
        if lengths is None:
            lengths, kinds = self._survey(columns)
        self.rows = total = sum(lengths)
        if total == 0:
            raise ValueError("the collection has no rows: all of its partitions are empty")
        self._column_names, self._kinds = columns.names, kinds
        self._parts = _parts_of(columns.pieces, lengths)
        self._firsts = [part.first for part in self._parts]
        self._hold_shared_leaves(total)

    def _where(self, part):
        return part.number, self._column_names, self._kinds

    def _compute(self, tasks):
        import dask

        if self.client is not None:
            return self.client.gather(self.client.compute(tasks))
        return list(dask.compute(*tasks))

    def _check_workers(self):
        client = self.client
        if client is None:
            try:
                from distributed import default_client

                client = default_client()
            except (ImportError, ValueError):  # Dask's own threads do the work
                return
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise RuntimeError("the cluster has no workers: start some, and wait for them (client.wait_for_workers(1))")

    def _survey(self, columns):
        """Rows of each partition, and the dtypes that all must have."""
        try:
            found = self._look(columns.pieces, columns.names)
        except KeyError:  # of pandas, which does not say which partition lacks a column
            if columns.frame is not None:
                self._look(columns.frame.to_delayed(), columns.names)
            raise
        lengths = [one[0][0] for one in found]
        kinds = next((one[0][1] for one in found if one[0][0]), None)
        for i, one in enumerate(found):
            for name, kind, known in zip(columns.names, one[0][1], kinds or ()):
                if one[0][0] and kind != known:
                    raise TypeError(f"partition {i}: {name} holds {kind} where the first one holds {known}: convert it "
                                    "to one dtype (astype)")  # fmt: skip
        return lengths, kinds or [None] * len(columns.names)

    def _look(self, pieces, names):
        import dask

        look = dask.delayed(partitions.survey, pure=False)
        return self._compute([look([piece], (i, names, None)) for i, piece in enumerate(pieces)])

    def _hold_shared_leaves(self, total):
        import dask

        ends = dask.delayed(partitions.ends, pure=False)
        tasks = []
        for part in self._parts:
            begin, end = part.leaves(total)
            part.run = (begin, begin - part.first, end - begin)
            head = min(begin - part.first, part.rows)
            part.cut = (head, part.rows - head - (end - begin))
            if any(part.cut):
                tasks.append((part, ends(part.pieces, self._where(part), *part.cut)))
        pieces, at, firsts = [], 0, []
        for (part, _), found in zip(tasks, self._compute([task for _, task in tasks])):
            rest = part.first + part.rows - part.cut[1]
            for first, arrays in ((part.first, found[0]), (rest, found[1])):
                if len(arrays[0]):
                    pieces.append(arrays)
                    firsts.append((first, len(arrays[0])))
        self._shared = [np.concatenate(arrays) for arrays in zip(*pieces)] if pieces else []
        self.fetched += sum(array.nbytes for array in self._shared)
        self._shared_runs = []
        for first, rows in firsts:
            runs = self._shared_runs
            if runs and runs[-1][0] + runs[-1][2] == first:
                runs[-1] = (*runs[-1][:2], runs[-1][2] + rows)
            else:
                runs.append((first, at, rows))
            at += rows

    def ask(self, request):
        """The answers of all who hold rows to one request of the engine."""
        import dask

        ask = dask.delayed(partitions.answer, pure=False)
        asked = [part for part in self._parts if part.run[2]]
        tasks = [ask(part.pieces, self._where(part), part.rows, part.run, request) for part in asked]
        answers = self._compute(tasks) if tasks else []
        self.traffic.append((len(tasks) * len(request), sum(map(len, answers)), len(tasks)))
        to = logger(_INFO)
        if to is not None:
            sent, received, count = self.traffic[-1]
            to.info("pass %d: %d bytes to and %d from %d tasks", len(self.traffic), sent, received, count)
        if self._shared_runs:
            answers.append(_core.answer_pass(self._shared, self._shared_runs, request))
        return answers

    def fetch(self, firsts, width, columns):
        """Values of runs of ``width`` rows, each from one of firsts (int64, as bytes) on; an array a column."""
        import dask

        take = dask.delayed(partitions.take, pure=False)
        firsts = np.frombuffer(firsts, dtype=np.int64)
        to = [np.empty(len(firsts) * width) for _ in columns]
        tasks, places = [], []
        if len(firsts) == 1:
            first, end = int(firsts[0]), int(firsts[0]) + width
            at = max(bisect.bisect_right(self._firsts, first) - 1, 0)
            for part in self._parts[at:]:
                if part.first >= end:
                    break
                begin, stop = max(first, part.first), min(end, part.first + part.rows)
                if begin < stop:
                    rows = slice(begin - part.first, stop - part.first)
                    tasks.append(take(part.pieces, self._where(part), columns, rows))
                    places.append(slice(begin - first, stop - first))
        else:
            rows = (firsts[:, None] + np.arange(width)).ravel()
            owners = np.searchsorted(self._firsts, rows, side="right") - 1
            order = np.argsort(owners, kind="stable")
            for owner, some in zip(*_groups(owners[order], order)):
                part = self._parts[owner]
                tasks.append(take(part.pieces, self._where(part), columns, rows[some] - part.first))
                places.append(some)
        for place, arrays in zip(places, self._compute(tasks)):
            for values, array in zip(to, arrays):
                values[place] = array
                self.fetched += array.nbytes
        return to


def _parts_of(pieces, lengths):
    """Partitions that are read together, in order: each alone, but for small ones."""
    parts, first = [], 0
    for number, (piece, rows) in enumerate(zip(pieces, lengths)):
        last = parts[-1] if parts else None
        if last is not None and (rows == 0 or last.rows + rows <= _ROWS_A_PART):
            last.pieces.append(piece)
            last.rows += rows
        else:
            parts.append(_Part([piece], number, first, rows))
        first += rows
    return [part for part in parts if part.rows]


def _groups(sorted_keys, values):
    """(keys, values of each) of keys in order."""
    keys, starts = np.unique(sorted_keys, return_index=True)
    return keys.tolist(), np.split(values, starts[1:])

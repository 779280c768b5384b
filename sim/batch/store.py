"""A results folder on disk: parts written by workers, read back as tables, SQL and one digest.

    manifest.json          resolved scenario, versions, source hash, counts by status
    design.parquet         one row per point: label, strategy, future, varied and drawn values, its `hold`, the resolved scenario
    runs/part-*.parquet    one row per run: ids, seed, status, wall_s, `x.<dotted key>`, every outcome
    series/, events/       weekly series of each run; events when the scenario records them
    layers/                snapshots of the communities when the scenario records them
    failures.jsonl         one line per failed run, with its traceback
    lock                   held by the one batch that writes

A part of `runs` is moved into place after the other parts of the same name: what has no `runs` part does not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batch.columns import ALWAYS, KINDS, RUN_TYPES, schema_of
from sim.batch.digest import TRAIL, digests_by_run
from sim.batch.manifest import manifest_in
from sim.batch.reading import table_in, text_in
from sim.batch.refused import AGAIN, Interrupted, ResultsError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

PENDING, SUCCEEDED, FAILED, ABORTED = "PENDING", "SUCCEEDED", "FAILED", "ABORTED"
FAILURE_KEYS = {"run_id", "label", "replication", "error"}
__all__ = ["ABORTED", "FAILED", "PENDING", "SUCCEEDED", "Interrupted", "Results", "ResultsError"]


class Results:
    """A results folder, opened for reading; tables are read when asked for. Raises ResultsError when `path` is none."""

    def __init__(self, path: str | Path, manifest: dict[str, Any] | None = None) -> None:
        self.path = Path(path)
        self.manifest = manifest_in(self.path) if manifest is None else manifest

    @classmethod
    def open(cls, path: str | Path) -> Results:
        """Open the results folder `path`; raises ResultsError when it is not one."""
        return cls(path)

    def __repr__(self) -> str:
        return f"Results({str(self.path)!r}, {self.status()})"

    def design(self) -> pd.DataFrame:
        """One row per point: point_id, label, strategy, future, hold_id, horizon_days, `x.<dotted key>`, `drawn.<parameter>`, scenario (its
        JSON). The points of one strategy in several futures share its label."""
        return table_in(self.path / "design.parquet").to_pandas()

    def runs(self) -> pd.DataFrame:
        """One row per finished run, in the order of the plan: replication, then point."""
        order = {point_id: i for i, point_id in enumerate(self.design()["point_id"])}
        runs = self._table("runs").to_pandas().drop_duplicates("run_id")
        return runs.sort_values(["replication", "point_id"], key=lambda c: c.map(order) if c.name == "point_id" else c, ignore_index=True)

    def weekly(self) -> pd.DataFrame:
        """run_id, week, days in the week, theatre, and one float64 column per series."""
        return self._rows("series", ["run_id", "week", "theatre"])

    def events(self) -> pd.DataFrame:
        """run_id, day, kind, theatre, cell, uid, other_uid, quantity, unit, source; empty unless the scenario records events."""
        return self._rows("events", ["run_id", "day"])

    def layers(self) -> pd.DataFrame:
        """Snapshots of every community: run_id, day, place, name, theatre, lon, lat, population, weight, state, armed, coverage,
        attempted_kg and seized_kg (on its land since day 0); empty unless the scenario sets record.layers_every_days."""
        return self._rows("layers", ["run_id", "day", "place"])

    def sql(self, query: str) -> pd.DataFrame:
        """Answer a DuckDB query over the views `runs`, `weekly`, `events`, `layers` and `design`."""
        import duckdb

        connection = duckdb.connect()
        try:
            for view, kind in (("runs", "runs"), ("weekly", "series"), ("events", "events"), ("layers", "layers")):
                if files := [str(file) for file in self.parts(kind)]:
                    relation = connection.read_parquet(files, union_by_name=True)
                    (relation.distinct() if self._overlap else relation).create_view(view)
                else:
                    connection.register(view, schema_of(kind, [], {}).empty_table())
            connection.register("design", table_in(self.path / "design.parquet"))
            return connection.sql(query).df()
        except duckdb.Error as error:
            raise ResultsError(f"query: {error}") from None
        finally:
            connection.close()

    def outcomes(self) -> dict[str, dict[str, str]]:
        """Name -> {unit, label, direction} of every outcome in the folder, from the Parquet column metadata."""
        import pyarrow.parquet as pq

        found: dict[str, dict[str, str]] = {}
        for part in self.parts("runs")[:1]:
            for field in pq.read_schema(part):
                if field.name not in RUN_TYPES and not field.name.startswith("x."):
                    found[field.name] = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        return found

    def status(self) -> dict[str, int]:
        """Number of runs by status. ABORTED: begun when the batch was interrupted; like PENDING, the same command does them."""
        done, failed = self.done(), {failure["run_id"] for failure in self.failures()}
        failed -= done
        aborted = set(self.manifest.get("aborted", [])) - done - failed
        pending = self.manifest["planned"] - len(done) - len(failed) - len(aborted)
        return {PENDING: max(pending, 0), SUCCEEDED: len(done), FAILED: len(failed), ABORTED: len(aborted)}

    def failures(self) -> list[dict[str, Any]]:
        """run_id, point_id, label, future, replication, error and traceback of each failed run."""
        file = self.path / "failures.jsonl"
        try:
            lines = text_in(file).splitlines() if file.exists() else []
            found = [json.loads(line) for line in lines if line.endswith("}")]  # a crash may leave half a line
            if not all(line.keys() >= FAILURE_KEYS and isinstance(line["run_id"], str) for line in found):
                raise ValueError
            return found
        except (OSError, ValueError, AttributeError, RecursionError):
            raise ResultsError(f"{file}: damaged; {AGAIN}, and tries the failed runs once more") from None

    def digest(self) -> str:
        """SHA-256 over runs, series, events and layers, sorted by run_id, all columns but `wall_s`; the layout of parts does not enter."""
        whole = hashlib.sha256()
        for kind in KINDS:
            of_run: dict[str, bytes] = {}
            for part in self.parts(kind):
                for run_id, value in digests_by_run(table_in(part)):
                    of_run.setdefault(run_id, value)
            for run_id in sorted(of_run):
                whole.update(kind.encode() + TRAIL + run_id.encode() + of_run[run_id])
        return whole.hexdigest()

    def compare(self, baseline: str | None = None, outcomes: Iterable[str] | None = None, confidence: float = 0.95) -> Any:
        """Paired differences against the baseline: see `sim.analysis.compare.compare`."""
        from sim.analysis.compare import compare

        return compare(self, baseline, outcomes, confidence)

    def plot_tradeoff(self) -> Figure:
        """What each point pays in vacuum and buys in kilograms: see `sim.pictures.tradeoff.tradeoff`."""
        from sim.pictures.tradeoff import tradeoff

        return tradeoff(self)

    def plot_weekly(self, series: str | Sequence[str], point: str | None = None) -> Figure:
        """Weekly series of a point against its `hold`: see `sim.pictures.series.weekly`."""
        from sim.pictures.series import weekly

        return weekly(self, series, point)

    def plot_vacuum_map(self, point: str) -> Figure:
        """Vacuum by community at the start, once the move is done and at the end: see `sim.pictures.maps.vacuum`."""
        from sim.pictures.maps import vacuum

        return vacuum(self, point)

    def plot_interdiction_map(self, point: str) -> Figure:
        """What came and what was seized, by community: see `sim.pictures.maps.interdiction`."""
        from sim.pictures.maps import interdiction

        return interdiction(self, point)

    def done(self) -> set[str]:
        """The run_ids that are stored."""
        return {run_id for ids in self._ids_by_part for run_id in ids}

    def parts(self, kind: str) -> list[Path]:
        """The parts of a kind that count, by name. One whose rows or series are lost, or of which any kind is cut short, does not:
        its runs are pending again."""
        names = sorted(path.name for path in (self.path / "runs").glob("part-*.parquet") if path.is_file())
        return [path for name in names if self._is_whole(name) and (path := self.path / kind / name).exists()]

    def _is_whole(self, name: str) -> bool:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            files = {kind: self.path / kind / name for kind in KINDS}
            return all(pq.read_metadata(file).num_rows > 0 for kind, file in files.items() if kind in ALWAYS or file.exists())
        except (OSError, pa.ArrowInvalid):
            return False

    @property
    def _ids_by_part(self) -> list[list[str]]:
        return [table_in(part, ["run_id"])["run_id"].to_pylist() for part in self.parts("runs")]

    @cached_property
    def _overlap(self) -> bool:
        # A worker that outlived a killed parent may have stored runs that a resumed batch did again: equal rows, counted once.
        return sum(map(len, self._ids_by_part)) > len(self.done())

    def _table(self, kind: str) -> pa.Table:
        import pyarrow as pa

        tables = [table_in(part) for part in self.parts(kind)]
        return pa.concat_tables(tables, promote_options="permissive") if tables else schema_of(kind, [], {}).empty_table()

    def _rows(self, kind: str, order: list[str]) -> pd.DataFrame:
        frame = self._table(kind).to_pandas().sort_values(order, kind="stable", ignore_index=True)
        return frame.drop_duplicates(ignore_index=True) if self._overlap else frame

"""A results folder on disk, read as tables, SQL and one digest.

    manifest.json          resolved scenario, versions, source hash, counts by status
    design.parquet         one row for each point: label, strategy, future, varied and drawn values,
                           its `hold`, the resolved scenario
    runs/part-*.parquet    one row for each run: ids, seed, status, wall_s, `x.<dotted key>`, every
                           outcome
    series/, events/       weekly series of each run; events if the scenario records them
    layers/                snapshots of the communities if the scenario records them
    failures.jsonl         a line each time a run fails, with its traceback; it stays until the run
                           is done
    lock                   held by the one batch that writes

`parts.py` says how parts are checked, and which count. manifest.json and each line of
failures.jsonl end in their own SHA-256; that of design.parquet is in the manifest.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results.columns import KINDS, RUN_TYPES, schema_of
from sim.results.design import read_design
from sim.results.digest import TRAIL, digests_by_run
from sim.results.manifest import manifest_in
from sim.results.missing import NAMED, Missing, missing_of, warn_of
from sim.results.parts import Part, Parts
from sim.results.reading import bytes_in, names_in
from sim.results.refused import AGAIN, ANEW, Damaged, Interrupted, ResultsError, ResultsWarning
from sim.results.sealed import unsealed

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PENDING, SUCCEEDED, FAILED, ABORTED = "PENDING", "SUCCEEDED", "FAILED", "ABORTED"
FAILURE_TYPES = {"run_id": str, "label": str, "replication": int, "error": str}
WITHOUT_SUMS = (
    "a folder of format 1, which an older redeploy wrote: "
    "its files have no checksums, so damage to them may go unnoticed"
)
# View of a query -> kind of table.
VIEWS = {"runs": "runs", "weekly": "series", "events": "events", "layers": "layers"}
__all__ = ["ABORTED", "FAILED", "PENDING", "SUCCEEDED", "Interrupted", "Results", "ResultsError"]


class Results:
    """A results folder, opened for reading. Tables are read when they are asked for.

    ResultsError if `path` is not a results folder.
    """

    def __init__(
        self, path: str | Path, manifest: dict[str, Any] | None = None, mending: bool = False
    ) -> None:
        """Open the folder `path`.

        `mending` is for the batch that writes here: damaged parts are left out, since it does
        their runs again.
        """
        self.path = Path(path)
        self.manifest = manifest_in(self.path) if manifest is None else manifest
        self._warned = False
        self.stored = Parts(self.path, self.manifest["format"], mending)
        if self.manifest["format"] == 1:
            warnings.warn(f"{self.path}: {WITHOUT_SUMS}", ResultsWarning, stacklevel=2)

    @classmethod
    def open(cls, path: str | Path) -> Results:
        """Open the results folder `path`; ResultsError if it is not one."""
        return cls(path)

    def __repr__(self) -> str:
        missing = self.missing()
        reason = f"; first reason: {missing.reason}" if missing.reason else ""
        more = ", ..." if len(missing.arms) > NAMED else ""
        arms = ", ".join(arm.label for arm in missing.arms[:NAMED]) + more
        lacking = f", missing in: {arms}{reason}" if missing else ""
        return f"Results({str(self.path)!r}, {self.status()}{lacking})"

    def design(self) -> pd.DataFrame:
        """Return one row for each point of the plan.

        The columns are point_id, label, strategy, future, hold_id, horizon_days, `x.<dotted key>`,
        `drawn.<parameter>` and scenario (as JSON), and levers_id where strategies have levers of
        their own. The points of one strategy in several futures share its label.
        """
        return self.design_table().to_pandas()

    def runs(self) -> pd.DataFrame:
        """Return one row for each finished run, by replication, then in the order of the points.

        Like every method that reads runs, this warns (MissingRunsWarning) of runs that failed or
        are not done, once for each opened folder.
        """
        self.warn_of_missing()
        order = {point_id: i for i, point_id in enumerate(self.design()["point_id"])}
        runs = self._table("runs").to_pandas()
        return runs.sort_values(
            ["replication", "point_id"],
            key=lambda c: c.map(order) if c.name == "point_id" else c,
            ignore_index=True,
        )

    def in_design_order(self) -> pd.DataFrame:
        """Return the finished runs in the order in which the sweep asks for them.

        The columns are `row`, counted from 0, then those of `runs`. A point that a design repeats,
        as those of Morris and Saltelli do, is run once and stands here in each of its rows. The
        table is sorted by future, replication and row. With one strategy, future and replication a
        column is therefore the vector that SALib takes; with more, select a label and take the mean
        of each row. A missing run leaves its row without values. An added `hold` stands in no row.
        ResultsError for a folder that does not know its rows.
        """
        import pandas as pd

        if "rows" not in self.manifest:
            file = self.path / "manifest.json"
            raise ResultsError(f"{file}: does not hold the rows of the design; {self._again}")
        runs, told = self.runs(), ["label", "strategy", "future"]
        rows = ((row, point) for point, rows in self.manifest["rows"].items() for row in rows)
        asked = pd.DataFrame(rows, columns=["row", "point_id"])
        asked = asked.merge(self.design()[["point_id", *told]])
        asked = asked.merge(runs[["replication"]].drop_duplicates(), how="cross")
        found = asked.merge(runs.drop(columns=told), how="left", on=["point_id", "replication"])
        return found.sort_values(["future", "replication", "row"], kind="stable", ignore_index=True)

    def weekly(self) -> pd.DataFrame:
        """Return run_id, week, days in the week, theatre, and one float64 column per series."""
        return self._rows("series", ["run_id", "week", "theatre"])

    def events(self) -> pd.DataFrame:
        """Return the single events of runs.

        The columns are run_id, day, kind, theatre, cell, uid, other_uid, quantity, unit and source.
        The table is empty unless the scenario records events.
        """
        return self._rows("events", ["run_id", "day"])

    def layers(self) -> pd.DataFrame:
        """Return the snapshots of every community.

        The columns are run_id, day, place, name, theatre, lon, lat, population, weight, state,
        armed, coverage, attempted_kg and seized_kg (on its land since day 0). The table is empty
        unless the scenario sets record.layers_every_days.
        """
        return self._rows("layers", ["run_id", "day", "place"])

    def sql(self, query: str) -> pd.DataFrame:
        """Answer a DuckDB query over `runs`, `weekly`, `events`, `layers` and `design`."""
        import duckdb
        import pyarrow as pa

        self.warn_of_missing()

        def answer(parts: list[Part]) -> pd.DataFrame:
            with duckdb.connect() as connection:
                for view, kind in VIEWS.items():
                    connection.register(view, self._asked(kind, parts))
                connection.register("design", self.design_table())
                return connection.sql(query).df()

        try:
            return self.stored.read(answer)
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise ResultsError(f"query: {error}") from None

    def outcomes(self) -> dict[str, dict[str, str]]:
        """Return name -> {unit, label, direction} of every outcome in the folder.

        These stand in the metadata of the Parquet columns.
        """
        import pyarrow.parquet as pq

        schemas = self.stored.read(
            lambda parts: [pq.read_schema(file) for file in self._files("runs", parts[:1])]
        )
        found = {}
        for field in (field for schema in schemas for field in schema):
            if field.name not in RUN_TYPES and not field.name.startswith("x."):
                metadata = (field.metadata or {}).items()
                found[field.name] = {key.decode(): value.decode() for key, value in metadata}
        return found

    def status(self) -> dict[str, int]:
        """Return the number of runs by status.

        ABORTED runs had begun when the batch was interrupted. Like PENDING runs, the same command
        does them.
        """
        failed, done = {failure["run_id"] for failure in self.failures()}, self.done()
        failed -= done
        aborted = set(self.manifest.get("aborted", [])) - done - failed
        pending = self.manifest["planned"] - len(done) - len(failed) - len(aborted)
        return {
            PENDING: max(pending, 0),
            SUCCEEDED: len(done),
            FAILED: len(failed),
            ABORTED: len(aborted),
        }

    def missing(self) -> Missing:
        """Return the arms that lack runs, and why the first of them failed.

        The answer is False if every run is done.
        """
        tables = self.stored.read(
            lambda parts: list(self._tables("runs", parts, ["run_id", "label"]))
        )
        done = {
            run_id: label
            for table in tables
            for run_id, label in zip(table["run_id"].to_pylist(), table["label"].to_pylist())
        }
        return missing_of(self.manifest["points"], self.manifest["planned"], done, self.failures())

    def warn_of_missing(self) -> None:
        """Issue a MissingRunsWarning if runs failed or are not done, once for this object."""
        if not self._warned:
            self._warned = True
            warn_of(self.missing(), str(self.path))

    def failures(self) -> list[dict[str, Any]]:
        """Return the runs that failed and are not done, as each failed last.

        Each has run_id, point_id, label, future, replication, error and traceback.
        """
        file = self.path / "failures.jsonl"
        try:
            *lines, _ = bytes_in(file).split(b"\n")  # a crash may leave half a line
            found = {}
            for line in lines:
                failure, is_sealed = unsealed(line)
                types = {(key, type(value)) for key, value in failure.items()}
                if is_sealed != (self.manifest["format"] > 1) or not FAILURE_TYPES.items() <= types:
                    raise ValueError
                found[failure["run_id"]] = failure
            done = self.done() if found else set()
            return [failure for run_id, failure in found.items() if run_id not in done]
        except ResultsError:
            raise
        except (OSError, ValueError):
            if "failures.jsonl" not in names_in(self.path):
                return []
            again = f"{self._again}, and tries the failed runs once more"
            raise Damaged(f"{file}: damaged; {again}") from None

    def digest(self) -> str:
        """Return the SHA-256 over runs, series, events and layers.

        They are sorted by run_id, with all columns but `wall_s`. How parts hold them does not
        matter.
        """
        return self.stored.read(self._digest)

    def done(self) -> set[str]:
        """Return the run_ids that are stored."""
        return {run_id for part in self.stored.all() for run_id in part.run_ids}

    def parts(self, kind: str) -> list[Path]:
        """Return the files of a kind that count, by name.

        Damaged if any file of any part is not what was written.
        """
        parts = [part for part in self.stored.all() if kind in part.kinds]
        return [self.path / kind / f"{part.name}.parquet" for part in parts]

    @property
    def _again(self) -> str:
        """What a user can do about a damaged file."""
        return AGAIN if self.manifest["format"] > 1 else ANEW

    def design_table(self) -> pa.Table:
        """Return the design as an Arrow table."""
        return read_design(self.path, self.manifest.get("design_sha256"))

    def _digest(self, parts: list[Part]) -> str:
        whole = hashlib.sha256()
        for kind in KINDS:
            of_run: dict[str, bytes] = {}
            for table in self._tables(kind, parts):
                of_run.update(digests_by_run(table))
            for run_id in sorted(of_run):
                whole.update(kind.encode() + TRAIL + run_id.encode() + of_run[run_id])
        return whole.hexdigest()

    def _asked(self, kind: str, parts: list[Part]) -> Any:
        """Return a table or data set of a kind, for queries."""
        # DuckDB's own reader would take a `*` in a folder's name for a pattern, and `x=1` for a
        # column.
        import pyarrow as pa
        import pyarrow.dataset as ds
        import pyarrow.parquet as pq

        files = self._files(kind, parts)
        if not files or self.stored.repeated:
            return self._joined(kind, parts)
        schema = pa.unify_schemas(
            [pq.read_schema(file) for file in files], promote_options="permissive"
        )
        return ds.dataset([str(file) for file in files], schema, "parquet", partitioning=None)

    def _files(self, kind: str, parts: list[Part]) -> list[Path]:
        folder, kept = self.path / kind, [part for part in parts if kind in part.kinds]
        return [(folder / f"{part.name}.parquet").absolute() for part in kept]

    def _tables(
        self, kind: str, parts: list[Part], columns: list[str] | None = None
    ) -> Iterator[pa.Table]:
        return (self.stored.table(part, kind, columns) for part in parts if kind in part.kinds)

    def _joined(self, kind: str, parts: list[Part]) -> pa.Table:
        import pyarrow as pa

        tables = list(self._tables(kind, parts))
        if not tables:
            return schema_of(kind, [], {}).empty_table()
        return pa.concat_tables(tables, promote_options="permissive")

    def _table(self, kind: str) -> pa.Table:
        return self.stored.read(lambda parts: self._joined(kind, parts))

    def _rows(self, kind: str, order: list[str]) -> pd.DataFrame:
        self.warn_of_missing()
        return self._table(kind).to_pandas().sort_values(order, kind="stable", ignore_index=True)

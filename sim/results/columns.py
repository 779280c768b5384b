"""The tables of a results folder: their kinds, columns and types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

RUN_TYPES = {
    "run_id": "string",
    "point_id": "string",
    "label": "string",
    "strategy": "string",
    "future": "int64",
    "replication": "int64",
    "seed": "uint64",
    "status": "string",
    "wall_s": "double",
}
SERIES_TYPES = {"run_id": "string", "week": "int32", "days": "int32", "theatre": "string"}
EVENT_TYPES = {
    "run_id": "string",
    "day": "int32",
    "kind": "string",
    "theatre": "string",
    "cell": "int64",
    "uid": "uint64",
    "other_uid": "uint64",
    "quantity": "double",
    "unit": "string",
    "source": "string",
}
LAYER_TYPES = {
    "run_id": "string",
    "day": "int32",
    "place": "int32",
    "name": "string",
    "theatre": "string",
    "lon": "float",
    "lat": "float",
    "population": "float",
    "weight": "float",
    "state": "float",
    "armed": "float",
    "coverage": "float",
    "attempted_kg": "float",
    "seized_kg": "float",
}
KINDS = {"runs": RUN_TYPES, "series": SERIES_TYPES, "events": EVENT_TYPES, "layers": LAYER_TYPES}
# The order in which the files of a part are written. A part without its file in `runs` does not
# count, so that file comes last.
RUNS_LAST = (*(kind for kind in KINDS if kind != "runs"), "runs")
DESIGN_COLUMNS = {
    "point_id": "string",
    "label": "string",
    "strategy": "string",
    "future": "int64",
    "hold_id": "string",
    "horizon_days": "int64",
    "scenario": "string",
}
ALWAYS = ("runs", "series")  # kinds that every run has


def schema_of(
    kind: str,
    columns: list[str],
    labels: dict[str, dict[str, str]],
    x_types: dict[str, str] | None = None,
) -> pa.Schema:
    """Return the Arrow schema of a part, with the units and labels of its columns.

    It has the fixed columns of the kind, then `columns` as float64 (`x.` columns as in `x_types`).
    """
    import pyarrow as pa

    types = dict(KINDS[kind]) | {
        name: (x_types or {}).get(name, "double") for name in columns if name not in KINDS[kind]
    }
    fields = (
        pa.field(name, pa.type_for_alias(alias), metadata=labels.get(name))
        for name, alias in types.items()
    )
    return pa.schema(list(fields))


def columns_amiss(kind: str, schema: pa.Schema) -> list[str]:
    """Return the columns that a table of a kind lacks, or has with another type.

    Outcomes and series must be float64.
    """
    import pyarrow as pa

    wanted = {name: pa.type_for_alias(type_) for name, type_ in KINDS[kind].items()}
    if kind in ALWAYS:
        measured = (name for name in schema.names if not name.startswith("x."))
        wanted = {name: pa.float64() for name in measured} | wanted
    return [
        name
        for name, type_ in wanted.items()
        if name not in schema.names or schema.field(name).type != type_
    ]

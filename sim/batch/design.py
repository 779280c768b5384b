"""The points of a plan as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.batch.durable import replace_file
from sim.batch.plan import Plan


def write_design(root: Path, plan: Plan) -> None:
    """Write design.parquet: one row per point, in the order of the plan; `drawn.<parameter>` holds each future's values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = x_types(plan)
    columns: dict[str, Any] = {
        "point_id": [point.point_id for point in plan.points],
        "label": [point.label for point in plan.points],
        "strategy": [point.strategy for point in plan.points],
        "future": [point.future for point in plan.points],
        "hold_id": [point.hold_id for point in plan.points],
        "horizon_days": [int(point.scenario.time.horizon_days) for point in plan.points],
    }
    for name, kind in kinds.items():
        columns[name] = pa.array([stored(point.x.get(name[2:]), kind) for point in plan.points], pa.type_for_alias(kind))
    for name in plan.drawn_keys:
        columns[f"drawn.{name}"] = [point.drawn.get(name) for point in plan.points]
    columns["scenario"] = [point.scenario.to_json() for point in plan.points]
    table = pa.table(columns).replace_schema_metadata({"plan_id": plan.plan_id})
    replace_file(root / "design.parquet", lambda file: pq.write_table(table, file, compression="zstd"))


def x_types(plan: Plan) -> dict[str, str]:
    """`x.<dotted key>` -> Arrow type of each varied key: double where all its values are numbers, bool, else string."""
    found = {}
    for key in plan.x_keys:
        values = [point.x[key] for point in plan.points if point.x.get(key) is not None]
        if all(isinstance(value, bool) for value in values):
            found[f"x.{key}"] = "bool"
        elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            found[f"x.{key}"] = "double"
        else:
            found[f"x.{key}"] = "string"
    return found


def stored(value: Any, kind: str) -> Any:
    """A varied value as its column holds it; tables and lists as JSON."""
    return value if value is None or kind != "string" or isinstance(value, str) else json.dumps(value, default=str)

"""Writes the design of a results folder: the points of a plan as a table."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batches.plan import Plan
from sim.machine.durable import replace_file
from sim.results.design import NAME
from sim.results.manifest import FORMAT

if TYPE_CHECKING:
    import pyarrow as pa


def design_of(plan: Plan) -> pa.Table:
    """Return one row for each point, in the order of the plan.

    `drawn.<parameter>` holds the values of each future. Only a plan with levers of a deployment has
    the column `levers_id`.
    """
    import pyarrow as pa

    kinds = x_types(plan)
    columns: dict[str, Any] = {
        "point_id": [point.point_id for point in plan.points],
        "label": [point.label for point in plan.points],
        "strategy": [point.strategy for point in plan.points],
        "future": [point.future for point in plan.points],
        "hold_id": [point.hold_id for point in plan.points],
        "horizon_days": [int(point.scenario.time.horizon_days) for point in plan.points],
    }
    if any(point.levers_id for point in plan.points):
        columns["levers_id"] = [point.levers_id for point in plan.points]
    for name, kind in kinds.items():
        columns[name] = pa.array(
            [stored(point.x.get(name[2:]), kind) for point in plan.points], pa.type_for_alias(kind)
        )
    for name in plan.drawn_keys:
        columns[f"drawn.{name}"] = [point.drawn.get(name) for point in plan.points]
    columns["scenario"] = [point.scenario.to_json() for point in plan.points]
    return pa.table(columns)


def write_design(root: Path, table: pa.Table, plan_id: str) -> str:
    """Write design.parquet and return its SHA-256, which the manifest stores."""
    import pyarrow.parquet as pq

    # These identify a folder that has lost its manifest.
    said = {"plan_id": plan_id, "format": str(FORMAT)}
    pq.write_table(table.replace_schema_metadata(said), content := BytesIO(), compression="zstd")
    replace_file(root / NAME, lambda file: file.write(content.getbuffer()))
    return hashlib.sha256(content.getbuffer()).hexdigest()


def x_types(plan: Plan) -> dict[str, str]:
    """Return `x.<dotted key>` -> Arrow type of each varied key.

    This is bool or double where all values are of that type, else string.
    """
    found = {}
    for key in plan.x_keys:
        values = [point.x[key] for point in plan.points if point.x.get(key) is not None]
        truths = [isinstance(value, bool) for value in values]
        if all(truths):
            found[f"x.{key}"] = "bool"
        elif not any(truths) and all(isinstance(value, int | float) for value in values):
            found[f"x.{key}"] = "double"
        else:
            found[f"x.{key}"] = "string"
    return found


def stored(value: Any, kind: str) -> Any:
    """Return a varied value as its column holds it; tables and lists as JSON."""
    if value is None or kind != "string" or isinstance(value, str):
        return value
    return json.dumps(value, default=str)

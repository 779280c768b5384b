"""Makes the manifest with which a batch begins a results folder."""

from __future__ import annotations

import json
from typing import Any

from sim.batches.plan import Plan
from sim.results.manifest import FORMAT, versions
from sim.scenario.named_strategy import source_hash


def manifest_of(plan: Plan) -> dict[str, Any]:
    """Return what a folder says about itself: plan, resolved scenario, sources and versions."""
    # An added `hold` stands in no row of the sweep.
    rows = {point.point_id: point.rows for point in plan.points if point.rows}
    return {
        "format": FORMAT,
        "plan_id": plan.plan_id,
        "scenario": json.loads(plan.base.to_json()),
        "source_hash": plan.source,
        "strategy_files": strategy_files(plan),
        "points": {point.point_id: point.label for point in plan.points},
        "rows": rows,
        "replications": plan.replications,
        "planned": len(plan),
        "versions": versions(),
    }


def strategy_files(plan: Plan) -> dict[str, str]:
    """Return each strategy of a plan that is the user's own, and the hash of its file."""
    homes = {point.strategy: point.scenario.home for point in plan.points}
    return {name: found for name, home in homes.items() if (found := source_hash(name, home))}

"""What a results folder says of itself when a batch begins it: plan, resolved scenario, sources, versions."""

from __future__ import annotations

import json
from typing import Any

from sim.batches.plan import Plan
from sim.results.manifest import FORMAT, versions
from sim.scenario.named_strategy import source_hash


def manifest_of(plan: Plan) -> dict[str, Any]:
    """What a folder says about itself: plan, resolved scenario, sources and versions."""
    return {
        "format": FORMAT,
        "plan_id": plan.plan_id,
        "scenario": json.loads(plan.base.to_json()),
        "source_hash": plan.source,
        "strategy_files": strategy_files(plan),
        "points": {point.point_id: point.label for point in plan.points},
        "rows": {
            point.point_id: point.rows for point in plan.points if point.rows
        },  # of the sweep; an added `hold` stands in none
        "replications": plan.replications,
        "planned": len(plan),
        "versions": versions(),
    }


def strategy_files(plan: Plan) -> dict[str, str]:
    """Each user's own strategy of a plan and the hash of its file."""
    homes = {point.strategy: point.scenario.home for point in plan.points}
    return {name: found for name, home in homes.items() if (found := source_hash(name, home))}

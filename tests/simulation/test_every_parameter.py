"""A parameter that changes nothing is a defect: each moves a run in which everything happens."""

import hashlib
import json
from functools import cache

import pytest
from busy import STRONG, busy
from small_runs import STATE, arrays_of, small_run

from sim.parameters import load_registry

REGISTRY = load_registry()
SWEPT = [
    parameter.name for parameter in REGISTRY if parameter.mechanism != "travel"
]  # travel makes the map's tables, not the run


LONG = {"time.horizon_days": 280}
WATCHED = {"justice.seizure_points": 2.0, "justice.lab_points": 2.0}
KEEN = {
    "search.width_trail_km": 0.5,
    "search.width_slope_km": 0.9,
    "search.width_jungle_km": 0.5,
    "engagement.vis_group": 0.5,
}
HUNGRY = LONG | {"strategy.share_to_border": 0.7}  # more than Loreto's boats and helicopters feed
RAIDED = LONG | {  # camps that do not keep away from forces
    "enemy.mpcp_groups": 60,
    "enemy.mpcp_fighters": 600,
    "parameters": {"camps.danger": 0.0, "engagement.raid_response": 5.0},
}
NEEDS = {  # what must also hold for a parameter to matter: rare events, limits under stress
    "redeployment.many_people": {"strategy.share_to_border": 0.1},
    "secrecy.leak_police": LONG
    | {"strategy.name": "police-backfill", "strategy.steps": None, "strategy.duration_days": None},
    "secrecy.leak_lead": LONG | {"strategy.steps": 12, "strategy.duration_days": 240},
    "sustainment.lorry_payload_kg": {"forces.vraem.lorries": 3},
    "sustainment.guard_below": HUNGRY,
    "sustainment.resume_above": HUNGRY,
    "seasons.rain_road": {"forces.vraem.lorries": 3},
    "crops.escort_spare": {"parameters": {"crops.escort_ratio": 1.0}},
    "crops.loreto_opens_day": LONG,
    "crops.loreto_closes_day": {
        "time.horizon_days": 364,
        "eradication.ha_per_year.loreto": 20_000.0,
    },
    "detection.boat_km_h": LONG,
    "engagement.attacker_break": {"parameters": {"engagement.sweep": 0.01}},
    "engagement.meeting_state_break": {"parameters": KEEN},
    "engagement.meeting_rebel_break": {
        "parameters": KEEN,
        "enemy.mpcp_fighters": 240,
        "enemy.mpcp_groups": 40,
    },
    "engagement.vis_group": {"parameters": KEEN},
    "engagement.raid_success": RAIDED,
    "engagement.raid_decay_days": RAIDED
    | {
        "time.horizon_days": 728,
        "parameters": RAIDED["parameters"]
        | {"engagement.raid_response": 0.5, "engagement.raid_success": 1.0},
    },
    "engagement.raid_people": RAIDED,
    "engagement.value_post": {"strategy.tasking_vraem": "garrison"},
    "insurgency.attrition": {"time.horizon_days": 364},
    "processing.leaf_wait_weeks": {"parameters": {"start.capacity_slack": 0.3}},
    "processing.expansion": {"parameters": {"start.capacity_slack": 0.3}},
    "justice.arrest_points": {"parameters": WATCHED},
    "justice.capacity_cut": {"parameters": WATCHED},
    "justice.cut_weeks": LONG | {"parameters": WATCHED},
    "justice.split_share": {"parameters": WATCHED},
    "justice.split_least": {"parameters": WATCHED | {"justice.split_share": 1.0}},
    "trafficking.risk_cap": {"parameters": {"trafficking.kappa": 50.0}},
    "trafficking.buffer_days": {
        "parameters": {"trafficking.buy_weeks": 0.1, "trafficking.load_air_kg": 10.0}
    },
    "trafficking.floor_foot_kg": LONG,
    "trafficking.salience_delta": {"enemy.cognition": "salience"},
    "trafficking.salience_theta": {"enemy.cognition": "salience"},
    "market.cost_usd": {"parameters": {"market.margin": 0.9}},
    "market.latex_cost_usd": {"parameters": {"market.margin": 0.9}},
    "partner.handover": LONG
    | {
        "enemy.dissident_groups": 40,
        "parameters": {"partner.suspend": 0.0, "partner.sigma": 1.0, "camps.danger": 0.0},
    },
    "sponsorship.lab_day_usd": LONG
    | {  # parties with much more money than their fighters need
        "parameters": {
            "insurgency.wage_usd": 1.0,
            "insurgency.levy_share": 0.5,
            "sponsorship.advance_share": 1.0,
        }
    },
    "partner.joint_rate": LONG,
    "partner.joint_loss": LONG,
    "partner.min_fighters": LONG | {"enemy.dissident_fighters": 80},
}


# Attempts go from quick to thorough: a parameter of a rare event may need another world, a longer
# time or another posture.
ATTEMPTS = (
    (0, {}),
    (1, LONG),
    (
        2,
        LONG
        | {
            "strategy.share_to_border": 0.03,
            "strategy.tasking_vraem": "garrison",
            "strategy.tasking_border": "line",
        },
    ),
    (
        3,
        {
            "time.horizon_days": 728,
            "time.burn_in_days": 182,
            "strategy.tasking_vraem": "area",
            "strategy.tasking_border": "area",
        },
    ),
)


def outcome_of(replication: int, also: dict, name: str | None = None, value: float = 0.0) -> str:
    """Digest of all that a run leaves behind."""
    also = dict(also)
    parameters = also.pop("parameters", {}) | ({name: value} if name else {})
    levers = busy(**parameters) | also  # None: not a key of this strategy
    run = small_run(
        replication, **{key: value for key, value in levers.items() if value is not None}
    )
    run.advance(run.end)
    digest = hashlib.sha256(run.world.tally.tobytes())
    for array in arrays_of(run.world, *STATE).values():
        digest.update(array.tobytes())
    return digest.hexdigest()


@cache
def usual(replication: int, also: str) -> str:
    return outcome_of(replication, json.loads(also))


def moves(name: str, replication: int, also: dict) -> bool:
    """Whether the end of its range that lies farther from its value changes the run."""
    parameter = REGISTRY.get(name)
    now = (STRONG | also.get("parameters", {})).get(name, parameter.value)
    far = parameter.low if now - parameter.low > parameter.high - now else parameter.high
    return outcome_of(replication, also, name, far) != usual(replication, json.dumps(also))


@pytest.mark.parametrize("name", SWEPT)
def test_a_parameter_moves_the_run(name):
    first = ((0, NEEDS[name]),) if name in NEEDS else ()
    assert any(moves(name, replication, also) for replication, also in (*first, *ATTEMPTS)), (
        f"{name} changed nothing in any of the runs"
    )

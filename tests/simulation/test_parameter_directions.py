"""Every parameter moves the record that the registry names, in the stated direction (`moves`).

Each parameter is run at both ends of its range in the same worlds, on the 10 km map, in a scenario
in which everything happens. A record is one of these:

- an outcome, or a counted quantity (`tally.attacks`);
- the mean of a field at the end (`communities.fear`) or of a layer (`minds.belief`);
- the rows of a table (`networks.rows`), the coca of a department, the people of a kind of unit;
- the share of groups that camp elsewhere than on day 0 and how far (`groups.km_moved`), and the
  coca, the people under armed rule and the danger that they believe in, at their camps;
- the mean of finite travel days between sites (`travel.days`).
"""

import math
from collections.abc import Iterable

import numpy as np
import pytest
from busy import busy
from small_runs import small_run, small_scenario
from test_every_parameter import NEEDS, WATCHED

from sim.geography.map import plain
from sim.model.state.agents import UNIT_KINDS
from sim.model.state.counts import QUANTITIES
from sim.parameters import load_registry
from sim.simulation.build.world import geography_of

pytestmark = pytest.mark.slow
REGISTRY = load_registry()
WORLDS = 5
MORE_WORLDS = 20  # for a record that chance moves as well
CLEAR = 2.5  # standard errors
LONG = {"time.horizon_days": 168, "time.burn_in_days": 28}
NO_OTHER_LEAK = {
    f"secrecy.leak_{cause}": 0.0 for cause in ("base", "lead", "convoy", "coordination")
}
PREPARING = {
    "time.horizon_days": 49,
    "parameters": NO_OTHER_LEAK
    | {f"redeployment.prepare_days{many}": 56.0 for many in ("", "_many")},
}
DEAR_POSTS = {
    "detection.corruption": 1.0,
    "detection.post_bribe_usd": 10.0,
    "detection.corruption_usd": 250.0,
}
# Founders are few and go home at once, so that a column is always free.
SELDOM = {"parameters": {"founding.hazard": 0.003, "founding.disband_below": 20.0}}
STILL_CAMPS = {"parameters": {"camps.move": 0.0, "partner.sigma": 0.0}}
NO_PARTNER = {"partner.coordination": 0.0, "parameters": {"partner.own_will": 0.0}}
ALSO: dict[str, dict] = (
    {  # what else must hold for the record to move: a limit that binds under stress, a single cause
        name: NEEDS[name]
        for name in (
            "redeployment.many_people",
            "crops.escort_spare",
            "crops.loreto_closes_day",
            "engagement.attacker_break",
            "engagement.meeting_state_break",
            "engagement.meeting_rebel_break",
            "engagement.value_post",
            "insurgency.attrition",
            "processing.leaf_wait_weeks",
            "processing.expansion",
            "justice.capacity_cut",
            "justice.cut_weeks",
            "justice.split_least",
            "trafficking.risk_cap",
            "trafficking.buffer_days",
            "trafficking.salience_delta",
            "trafficking.salience_theta",
            "market.cost_usd",
            "market.latex_cost_usd",
        )
    }
    | {
        "start.partner_colombia": {"parameters": {"partner.own_will": 0.6}},
        "communities.harm_cap": {"parameters": {"communities.gain_harm_armed": 0.0}},
        "trafficking.heard": {
            "time.horizon_days": 364,
            "parameters": {"trafficking.prior_weight": 4.0},
        },
        "trafficking.risk_floor": {
            "parameters": {"trafficking.kappa": 0.001, "trafficking.prior_weight": 30.0}
        },
        "trafficking.floor_foot_kg": {"parameters": {"trafficking.load_foot_kg": 7.0}},
        "insurgency.recruits": {
            "parameters": {"insurgency.usual_losses": 0.1}
        },  # parties can pay for many more than they have
        "camps.known": {"enemy.mpcp_groups": 40},
        "camps.most_km": {"parameters": {"camps.move_km": 200.0}},
        "support.over_river": STILL_CAMPS,
        "support.floor_people": STILL_CAMPS,
        "founding.hazard": {
            "time.horizon_days": 364,
            "parameters": {"founding.disband_below": 20.0, "founding.stakes_scale": 1.0},
        },
        "founding.unreached": SELDOM,
        "founding.stakes_scale": SELDOM,
        "founding.weeks": {
            "parameters": {"founding.unreached": 0.02, "founding.disband_below": 20.0}
        },  # founders wander and wear out the places that none has reached
        "start.abroad_share": {
            "time.horizon_days": 28,
            "parameters": {"partner.sigma": 0.05, "partner.return_rate": 0.01},
        },
        "redeployment.lift_bank_hours": {"parameters": {"redeployment.lift_share": 0.5}},
        "redeployment.troops_per_flight": {
            "parameters": {"redeployment.lift_share": 0.5, "redeployment.lift_bank_hours": 500.0}
        },
        "redeployment.prepare_days": {"parameters": {"redeployment.many_people": 1e6}},
        "secrecy.leak_base": PREPARING,
        "secrecy.leak_lead": PREPARING,
        "secrecy.leak_convoy": PREPARING | {"strategy.share_to_border": 0.05},
        "secrecy.convoy_units": {
            "time.horizon_days": 49,
            "strategy.share_to_border": 0.1,
            "parameters": {
                key: value
                for key, value in PREPARING["parameters"].items()
                if key != "secrecy.leak_convoy"
            },
        },
        "secrecy.leak_coordination": PREPARING,
        "secrecy.leak_police": PREPARING
        | {
            "strategy.name": "police-backfill",
            "strategy.steps": None,
            "strategy.duration_days": None,
        },
        "secrecy.watch": {"time.burn_in_days": 7, "time.horizon_days": 7},
        "secrecy.sympathisers": {"time.burn_in_days": 7, "time.horizon_days": 7},
        "detection.q_road": {
            "strategy.tasking_vraem": "area",
            "time.horizon_days": 84,
        },  # before the trade has left the roads
        "detection.boat_km_h": {"parameters": {"detection.vis_on_river": 1.0}},
        "detection.corruption_usd": {"parameters": DEAR_POSTS},
        "detection.post_bribe_usd": {"parameters": DEAR_POSTS},
        "corruption.days": {"parameters": DEAR_POSTS},
        "engagement.raid_success": {
            "parameters": {"information.vis_group": 0.5, "engagement.raid_response": 0.1}
        },
        "engagement.core": {
            "enemy.mpcp_fighters": 40,
            "parameters": {"engagement.vis_group": 1.0},
        },  # few, and found by chance
        "engagement.raid_decay_days": {
            "parameters": {"information.vis_group": 0.5, "engagement.raid_response": 0.1}
        },
        "engagement.raid_people": {"parameters": {"information.vis_group": 0.5}},
        "engagement.raid_response": {"parameters": {"information.vis_group": 0.5}},
        "engagement.value_patrol": {"parameters": {"redeployment.replacement_per_day": 0.0}},
        "engagement.value_police": {"parameters": {"redeployment.replacement_per_day": 0.0}},
        "sponsorship.lab_day_usd": {"parameters": {"sponsorship.advance_share": 0.5}},
        "processing.traditional_kg_year": {"parameters": {"processing.traditional_vraem": 0.15}},
        "processing.poppy_harvest_days": {"time.horizon_days": 56},
        "justice.decay": {"parameters": WATCHED},
        "justice.split_share": {"time.horizon_days": 280, "parameters": WATCHED},
        "finance.refill": {"time.horizon_days": 14, "parameters": {"finance.capital_weeks": 12.0}},
        "partner.sigma": NO_PARTNER,
        "partner.pressure_people": NO_PARTNER,
        "partner.firm_return": NO_PARTNER,
        "partner.handover": {
            "time.horizon_days": 364,
            "enemy.dissident_fighters": 600,
            "parameters": {"partner.sigma": 1.0},
        },
        "partner.joint_rate": {"parameters": {"partner.joint_loss": 0.5}},
        "partner.joint_loss": {"parameters": {"partner.joint_rate": 1.0, "partner.own_will": 0.6}},
        "partner.incident_crossing": {"parameters": {"partner.incident_rate": 0.0}},
        "partner.incident_strike": {
            "parameters": {"partner.incident_rate": 0.0, "partner.joint_rate": 1.0}
        },
        "partner.min_fighters": {"enemy.dissident_fighters": 80},
        "information.partner_least_days": {"parameters": {"information.partner_reports": 0.3}},
        "information.partner_most_days": {"parameters": {"information.partner_reports": 0.3}},
    }
)


def records(run) -> dict[str, float]:
    """Every record of a run that is brought to its end."""
    world = run.world
    run.advance(run.burn_in + 1)  # the camps of day 0 are those that the prologue leaves
    camps = {
        int(group.uid): int(group.site)
        for group in world.actors.groups[world.actors.groups.alive == 1]
    }
    run.advance(run.end)
    found = {
        name: float(value) for name, value in run.records().outcomes.items() if value is not None
    }
    found |= {f"tally.{name}": float(world.tally[1:, k].sum()) for k, name in enumerate(QUANTITIES)}
    for part in ("actors", "places", "fields", "minds", "trade", "support"):
        for name, array in getattr(world, part)._asdict().items():
            if not array.dtype.names:
                found[f"{part}.{name}"] = float(array.mean())
                continue
            rows = array[array.alive > 0] if "alive" in array.dtype.names else array
            found |= {
                f"{name}.{field}": float(rows[field].mean()) if len(rows) else 0.0
                for field in array.dtype.names
            }
            found[f"{name}.rows"] = float(len(rows))
    towns, units = world.places.communities, world.actors.units
    departments = np.array(
        [
            plain(place.department)
            for place in geography_of(run.scenario)[0].settlements[: len(towns)]
        ]
    )
    found |= {
        f"coca.{name}": float((towns.coca + towns.coca_young)[departments == name].sum())
        for name in np.unique(departments)
    }
    found |= {
        f"people.{name}": float(units.soldiers[units.kind == code].sum())
        for code, name in enumerate(UNIT_KINDS)
    }
    groups = world.actors.groups[world.actors.groups.alive == 1]
    rows = np.flatnonzero(world.actors.groups.alive == 1)
    at_home = groups[groups.site < len(towns)]
    found["groups.danger"] = float(world.minds.danger[rows, groups.site].mean())
    found["groups.rule"] = float(towns.under_rule[at_home.site].mean()) if len(at_home) else 0.0
    found["groups.km_moved"] = float(
        np.mean(
            [
                km_between(world, camps[int(group.uid)], int(group.site))
                for group in groups
                if int(group.uid) in camps
            ]
        )
    )
    found["groups.elsewhere"] = float(
        np.mean([camps.get(int(group.uid), -1) not in (-1, group.site) for group in groups])
    )
    found["groups.coca"] = float(towns.coca[at_home.site].mean()) if len(at_home) else 0.0
    return found


def km_between(world, one: int, other: int) -> float:
    """Return the distance of two sites [km], on a plane, which is near enough for camps' moves."""
    north = 111.2 * (world.site_lat[one] - world.site_lat[other])
    east = 111.2 * math.cos(math.radians(world.site_lat[one]))
    return math.hypot(north, east * (world.site_lon[one] - world.site_lon[other]))


def days_of_travel(scenario) -> float:
    """Mean of the finite days between sites on the surface."""
    days = geography_of(scenario)[1].days_surface
    return float(days[np.isfinite(days)].mean())


def changes_of(name: str, record: str, worlds: Iterable[int]) -> list[float]:
    """What the high end of the range adds to a record, against the low end, in each world."""
    ends = (REGISTRY.get(name).low, REGISTRY.get(name).high)
    if record == "travel.days":  # a matter of the map: the same in every world
        at = [days_of_travel(small_scenario(parameters={name: end})) for end in ends]
        return [at[1] - at[0]]
    also = dict(ALSO.get(name, {}))
    stress = also.pop("parameters", {})
    found = []
    for world in worlds:
        levers = [busy(**(stress | {name: end})) | LONG | also for end in ends]
        at = [
            records(
                small_run(world, **{key: value for key, value in each.items() if value is not None})
            )[record]
            for each in levers
        ]
        found.append(at[1] - at[0])
    return found


def is_clear(changes: list[float]) -> bool:
    """All above 0, or their mean by so many standard errors."""
    return min(changes) > 0 or float(np.mean(changes)) > CLEAR * np.std(
        changes, ddof=1
    ) / math.sqrt(len(changes))


@pytest.mark.parametrize(
    "name",
    [parameter.name for parameter in REGISTRY if not (parameter.moves or "").startswith("0 ")],
)
def test_a_parameter_moves_its_record_as_stated(name):
    moves = REGISTRY.get(name).moves
    assert moves, f"{name}: the registry does not say which record it moves"
    sign, record = (1.0 if moves[0] == "+" else -1.0), moves[1:]
    changes = [sign * each for each in changes_of(name, record, range(WORLDS))]
    if not is_clear(changes) and any(changes):
        changes += [sign * each for each in changes_of(name, record, range(WORLDS, MORE_WORLDS))]
    by_world = np.round(changes, 6).tolist()
    assert is_clear(changes), f"{name} {moves}: {np.mean(changes):g} over its range, {by_world}"


@pytest.mark.parametrize(
    "name", [parameter.name for parameter in REGISTRY if (parameter.moves or "").startswith("0 ")]
)
def test_a_parameter_without_effect_has_none_in_the_baseline(name):
    def outcome(value: float) -> dict[str, float]:
        found = records(small_run(0, **LONG, parameters={name: value}, allow_outside_range=True))
        return {
            record: each
            for record, each in found.items()
            if "." not in record or record.startswith("tally.")
        }

    assert outcome(REGISTRY.get(name).low) == outcome(REGISTRY.get(name).high)

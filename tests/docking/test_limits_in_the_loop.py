"""Laws of search and of ambush inside the whole model.

Parameters are set so that one law alone decides, and the whole day runs. What the log and the
tables show is compared with the closed form, which is computed here from the tables of the world
(units, cells, routes, speeds): Koopman, Search and Screening, 1946; Deitchman, A Lanchester model
of guerrilla warfare, 1962.

Where chance acts, a deviation of more than 3.9 standard errors fails (two-sided alpha 1e-4 for each
comparison). Seeds are fixed, so that a test that passes goes on passing."""

import math

import numpy as np
import pytest
from small_runs import small_run

from sim.model.state import counts as q
from sim.model.state.agents import (
    BY_AIR,
    BY_PATROL,
    BY_RIVER,
    BY_ROAD,
    ERADICATION,
    MPCP,
    ON_FOOT,
    PATROL,
    RIVER_PATROL,
    STRIP,
    TRANSIT,
)
from sim.model.state.arrays import CLEARERS
from sim.model.state.event_log import AMBUSH, ATTACK, LAB_DESTROYED, SEIZURE, STRIP_CRATERED

Z = 3.9
NO_LEADS = {"detection.response": 0.0, "survey.lead_ha": 0.0}


def a_run(days, replication=0, parameters=None, burn_in=7, record=True, **overrides):
    return small_run(
        replication,
        time__horizon_days=days,
        time__burn_in_days=burn_in,
        record__events=record,
        allow_outside_range=True,
        parameters=parameters or {},
        **overrides,
    )


def logged(run, t, *kinds):
    """Return the events of day t, of these kinds."""
    part = run.events[-1] if run.events else run.world.events[:0]
    return part[(part["t"] == t) & np.isin(part["kind"], kinds)]


def teams_in_cells(world):
    """Return patrol teams x local knowledge in each cell today, f8[cells], computed from the units.
    Units that patrol and have supplies form teams of `patrol_size`, which spread over the cells in
    reach of the post at the pace that rain leaves them."""
    units, p = world.actors.units, world.parameters.presence[0]
    out = (
        (units.alive == 1)
        & (units.status != TRANSIT)
        & (units.guarding == 0)
        & (units.kind != ERADICATION)
    )
    part = (
        np.where(
            units.mission == PATROL,
            1.0,
            np.where(units.mission == RIVER_PATROL, 1.0 - p.river_post_share, 0.0),
        )
        * out
    )
    teams = part * units.effort * units.knowledge / p.patrol_size
    at_site = (
        np.bincount(units.posting, teams, minlength=len(world.sites.cell))
        * world.places.theatres.foot[world.sites.theatre]
    )
    near, cells = world.near, np.zeros(len(world.ground.terrain))
    for s in np.flatnonzero(at_site):
        part = slice(near.cell_start[s], near.cell_start[s + 1])
        np.add.at(cells, near.cell[part], at_site[s] * near.cell_share[part])
    return cells


def widths(world, on_road):
    """Return the sweep width of each cell, f8[cells] in km: that of a valley where a load is on a
    road of class 2 or better, else that of the terrain."""
    p, ground = world.parameters.search[0], world.ground
    width = np.where(
        ground.terrain == 5,
        p.width_jungle_km,
        np.where(ground.terrain == 4, p.width_trail_km, p.width_slope_km),
    )
    return np.where(ground.road >= 2, p.width_valley_km, width) if on_road else width


def encounters(world, target_km_h=0.0, on_road=False):
    """Return Koopman's `W sqrt(vs^2 + vt^2) h n / A` a day, in each cell, for a target in full
    view."""
    p = world.parameters.search[0]
    speed = math.sqrt(p.searcher_km_h**2 + target_km_h**2)
    return widths(world, on_road) * speed * p.hours * teams_in_cells(world) / world.ground.area_km2


def deviation(seen, chance):
    """Return (seen - expected) / standard error of a sum of independent events."""
    chance = np.asarray(chance)
    return (seen - chance.sum()) / math.sqrt((chance * (1 - chance)).sum())


def test_works_are_found_as_koopman_says():
    """Every laboratory and strip of four worlds is followed for a year, with the model's own
    search; no lead finds any and none is rebuilt.

    The share found by day T is the mean of 1 - exp(-Lambda(T)), where Lambda is the sum of the
    rates of its cell. Finding has no memory: 1 - exp(-Lambda) at the finding, divided by that at
    the end, is uniform (Kolmogorov-Smirnov, alpha 1e-3; one day adds some thousandths to
    Lambda)."""
    never = (
        "detection.rebuild_days",
        "detection.rebuild_police_days",
        "detection.strip_repair_days",
    )
    due, found_at = {day: [] for day in (28, 91, 182, 364)}, []
    found = dict.fromkeys(due, 0)
    for replication in range(4):
        run = a_run(
            357, replication, NO_LEADS | dict.fromkeys(never, 1e7) | {"processing.expansion": 0.0}
        )
        world = run.world
        labs, p = world.actors.labs, world.parameters.detection[0]
        n = int(labs.alive.sum())
        row = {uid: i for i, uid in enumerate(labs.uid[:n].tolist())}
        cell, vis = labs.cell[:n].copy(), np.where(labs.kind[:n] == STRIP, p.vis_strip, p.vis_lab)
        rate, at = np.zeros(n), np.full(n, np.inf)
        while not run.finished:
            run.advance(1)
            rate += encounters(world)[cell] * vis
            for event in logged(run, run.t - 1, LAB_DESTROYED, STRIP_CRATERED):
                i = row[int(event["uid"])]
                assert event["source"] == BY_PATROL
                assert np.isinf(at[i])
                at[i] = rate[i]
            if run.t in due:
                due[run.t].extend(1 - np.exp(-rate))
                found[run.t] += int(np.isfinite(at).sum())
        found_at.extend((1 - np.exp(-at[np.isfinite(at)])) / (1 - np.exp(-rate[np.isfinite(at)])))
    assert found[364] > 400
    for day, chances in due.items():
        assert abs(deviation(found[day], chances)) < Z
    n = len(found_at)
    gap = np.abs(np.sort(found_at) - (np.arange(n) + 0.5) / n).max() + 0.5 / n
    assert gap < 1.95 / math.sqrt(n)


def days_walk(load, world, rates, vis):
    """Return Lambda of a load's way today: the rate of each exposed cell x the part of the day
    spent there."""
    routes, total = world.routes, 0.0
    step, elapsed, left = load.step, load.elapsed, 1.0
    end = routes.start[load.route + 1]
    while left > 0.0 and step < end:
        spent = max(min(left, routes.days[step] - elapsed), 0.0)
        if routes.cell[step] >= 0 and routes.exposed[step] == 1:
            total += rates[routes.cell[step]] * vis * spent
        step, elapsed, left = step + 1, 0.0, left - spent
    return total


def test_loads_on_their_way_are_found_as_koopman_says():
    """Every load on foot, by river or by road is followed for a year, in full view and with sweeps
    ten times as wide. Posts and connectors find nothing.

    As many are found as 1 - exp(-Lambda (kg / ref)^e) says of the cells that each crosses that day.
    This holds by mode, and in five parts of equal expected finds, from the safest days to those on
    which hardly any load gets through. Loads in the air are never found."""
    wide = {
        f"search.width_{ground}_km": w
        for ground, w in (("jungle", 0.3), ("trail", 0.5), ("valley", 1.5), ("slope", 3.0))
    }
    seen = {
        "detection.vis_on_foot": 1.0,
        "detection.vis_on_river": 1.0,
        "detection.vis_on_road": 1.0,
    }
    run = a_run(
        357, parameters=NO_LEADS | wide | seen | {"detection.q_road": 0.0, "detection.q_river": 0.0}
    )
    world = run.world
    world.legs.risk[:] = 0.0
    p = world.parameters.detection[0]
    speed = {ON_FOOT: p.foot_km_h, BY_RIVER: p.boat_km_h, BY_ROAD: p.road_km_h}
    modes, chances, outcomes = [], [], []
    while not run.finished:
        loads = world.actors.shipments
        before = loads[loads.alive == 1].copy()
        run.advance(1)
        rates = {mode: encounters(world, km_h, mode == BY_ROAD) for mode, km_h in speed.items()}
        found = {
            int(event["uid"])
            for event in logged(run, run.t - 1, SEIZURE)
            if event["source"] == BY_PATROL
        }
        assert len(found) == len(logged(run, run.t - 1, SEIZURE))  # there is no other source
        for load in before:
            mode = int(world.route_facts.mode[load.route])
            if mode == BY_AIR:
                assert int(load.uid) not in found
                continue
            due = (
                days_walk(load, world, rates[mode], 1.0)
                * (load.kg / p.load_ref_kg) ** p.load_exponent
            )
            modes.append(mode)
            chances.append(1 - math.exp(-due))
            outcomes.append(int(load.uid) in found)
    modes, chances, outcomes = np.array(modes), np.array(chances), np.array(outcomes)
    assert outcomes.sum() > 300
    assert (chances > 0.9).sum() > 30
    for mode in speed:
        here = modes == mode
        assert chances[here].sum() > 20
        assert abs(deviation(outcomes[here].sum(), chances[here])) < Z
    order = np.argsort(chances)
    fifth = np.minimum((np.cumsum(chances[order]) / chances.sum() * 5).astype(int), 4)
    for k in range(5):
        part = order[fifth == k]
        assert abs(deviation(outcomes[part].sum(), chances[part])) < Z


def test_fields_are_located_as_koopman_says():
    """A year of the burn-in, in which nothing grows, is cleared or forgotten, and no lead comes.

    Of the hectares of every community that are not located, exp(-Lambda vis) are left. Lambda is
    the sum over weeks of the patrols in its cell and of the sorties flown: 200 km/h x 1 km x 3 h x
    .5 for each sortie of four hours, over the land where such crops could be cleared. No chance
    acts here, so that the law holds to 1e-9."""
    run = a_run(7, burn_in=371, record=False, parameters=NO_LEADS | {"survey.field_forget": 0.0})
    world = run.world
    towns, p = world.places.communities, world.parameters.survey[0]
    n = len(towns)
    hectares = {crop: towns[crop].copy() for crop in ("coca", "poppy")}
    unlocated = {
        crop: towns[crop] - towns[f"{crop}_seen"] - towns[f"{crop}_found"] for crop in hectares
    }
    due, by_air, hours = np.zeros(n), np.zeros(n), np.zeros(4)
    for _ in range(52):
        run.advance(1)
        flown = world.tally[0, q.SURVEY_HOURS, :4] - hours
        hours = hours + flown
        walks = 7.0 * encounters(world)[towns.cell]
        clearing, near = np.flatnonzero(world.fields.force[:, CLEARERS] > 0), world.near
        reached = np.unique(
            np.concatenate([near.site[near.start[s] : near.start[s + 1]] for s in clearing])
        )
        worth = np.isin(np.arange(n), reached) & (towns.coca_max + towns.poppy_max > 0)
        land = world.ground.community
        area = [
            world.ground.area_km2[(land >= 0) & worth[land] & (towns.theatre[land] == h)].sum()
            for h in range(4)
        ]
        sorties = np.array([300.0 * flown[h] / 4.0 / area[h] if area[h] else 0.0 for h in range(4)])
        due += walks + worth * sorties[towns.theatre]
        by_air += worth * sorties[towns.theatre]
        run.advance(6)
    assert hours[2] > 0.0
    assert (by_air > 0.05).sum() > 20
    assert (due - by_air > 0.05).sum() > 20
    for crop, vis in (("coca", p.vis_coca), ("poppy", p.vis_poppy)):
        assert (towns[crop] == hectares[crop]).all()
        left = towns[crop] - towns[f"{crop}_seen"] - towns[f"{crop}_found"]
        assert left.sum() < 0.99 * unlocated[crop].sum()
        assert left == pytest.approx(unlocated[crop] * np.exp(-due * vis), rel=1e-9, abs=1e-9)


def ambushes(days, **parameters):
    """Run a world in which all fights are ambushes, of twenty who aim on twelve who sweep the area.
    The groups are too strong to feel their losses and stay where they are, soldiers are replaced
    overnight, and there are no meetings, raids, rivals or retaliation.

    The log has those killed of the patrol in each fight, and the tally those of the groups. Return
    the number of fights, those killed in each fight in which somebody was, and those killed of the
    groups in all."""
    alone = {
        "engagement.attack_rate": 0.005,
        "engagement.opportunity_floor": 1.0,
        "engagement.lethal_share": 1.0,
        "engagement.value_committee": -1e3,
        "engagement.value_infrastructure": -1e3,
        "engagement.value_rival": -1e3,
        "engagement.vis_group": 0.0,
        "engagement.raid_response": 0.0,
        "engagement.minutes_cv": 0.0,
        "engagement.attacker_break": 1.0,
        "engagement.aim": 0.01,
        "engagement.ambush_people": 20.0,
        "engagement.patrol_people": 12.0,
        "redeployment.replacement_per_day": 1.0,
        "insurgency.attrition": 0.0,
        "founding.hazard": 0.0,
        "camps.move": 0.0,
        "communities.retaliation": 0.0,
    }
    run = a_run(
        days,
        parameters=alone | parameters,
        enemy__mpcp_fighters=64_000,
        enemy__mpcp_groups=40,
        enemy__dissident_fighters=0,
    )
    run.advance(run.end)
    log = run.records().log
    log = log[log["t"] >= run.burn_in]
    counts = run.world.tally[1:].sum(axis=(0, 2))
    fights, killed = int((log["kind"] == ATTACK).sum()), log["quantity"][log["kind"] == AMBUSH]
    groups = run.world.actors.groups
    assert groups.fighters[(groups.alive == 1) & (groups.kind == MPCP)].min() > 40
    assert fights == counts[q.ATTACKS]
    assert killed.sum() == counts[q.STATE_LOSSES]
    return fights, killed, counts[q.FIGHTERS_LOST]


@pytest.mark.parametrize(("sweep", "minutes"), [(0.002, 12.0), (0.0005, 20.0), (0.004, 12.0)])
def test_ambushes_conserve_what_deitchman_says(sweep, minutes):
    """`b (G0^2 - G^2) / 2 = a (I0 - I)`, and G after so many minutes: dG/dt = -(b G^2 / 2 + C),
    with C = a I0 - b G0^2 / 2, which is a tangent, or its hyperbolic counterpart where C < 0. Whole
    people fall with that mean, so that over n fights the means keep the law within the sampling
    error."""
    aim, hidden, exposed = 0.01, 20.0, 12.0
    n, killed, rebels = ambushes(140, **{"engagement.sweep": sweep, "engagement.minutes": minutes})
    left, spread = (
        exposed - killed.sum() / n,
        math.sqrt(((killed**2).sum() / n - (killed.sum() / n) ** 2) / n),
    )
    c = aim * hidden - sweep * exposed**2 / 2
    k = math.sqrt(2 * abs(c) / sweep)
    if c > 0:
        law = k * math.tan(math.atan(exposed / k) - sweep * k * minutes / 2)
    else:
        law = k / math.tanh(math.atanh(k / exposed) + sweep * k * minutes / 2)
    assert n > 2_000
    assert left == pytest.approx(law, abs=Z * spread + 1e-3)
    gone = rebels / n
    error = math.hypot(
        sweep * left * spread, aim * math.sqrt(gone / n)
    )  # the fighters of a group fall by a binomial of small p
    assert sweep * (exposed**2 - left**2) / 2 == pytest.approx(aim * gone, abs=Z * error)


def test_who_wins_an_ambush_fought_to_the_end():
    """Where `2 a I0 > b G0^2` nobody of the patrol is left (except where the post attacked had
    fewer people); otherwise all who lie in ambush fall. The winner has the losses of the law."""
    aim, hidden, exposed = 0.01, 20.0, 12.0
    for sweep in (0.002, 0.0035):
        n, killed, rebels = ambushes(
            70, **{"engagement.sweep": sweep, "engagement.minutes": 20_000.0}
        )
        margin = 2 * aim * hidden - sweep * exposed**2
        if margin > 0:
            assert len(killed) == n
            assert (killed == exposed).mean() > 0.99
            fallen = hidden - margin / (2 * aim)
            assert rebels / n == pytest.approx(fallen, abs=Z * math.sqrt(fallen / n) + 0.01)
        else:
            fallen = exposed - math.sqrt(-margin / sweep)
            assert killed.sum() / n == pytest.approx(
                fallen, abs=Z * math.sqrt(fallen * (1 - fallen / exposed) / n) + 0.01
            )
            assert rebels / n == pytest.approx(hidden, abs=Z * math.sqrt(hidden / n) + 0.01)

"""Laws that can be worked out by hand: worked examples. Each docstring names where the law or the number comes from.

Books: Koopman, Search and Screening, 1946 (OEG report 56) and 1980; Lanchester, Aircraft in Warfare, 1916; Deitchman, A Lanchester model of
guerrilla warfare, Operations Research 10, 1962; McFadden, Modelling the choice of residential location, 1978, and Train, Discrete Choice
Methods with Simulation, 2nd edition 2009, chapter 4; Verhulst, Notice sur la loi que la population suit dans son accroissement, 1838."""

import math

import numpy as np
import pytest
from hand_made import one, parameters, rows
from small_runs import BASELINE, alone, small_run

from sim.geography.map import TERRAINS
from sim.geography.travel import foot_edges, river_edges, road_edges
from sim.model.mechanisms.forces.presence import coverage_of
from sim.model.mechanisms.forces.sustainment import readiness_after, vehicle_days_per_kg
from sim.model.mechanisms.insurgents.control import target_armed, target_state, towards
from sim.model.mechanisms.insurgents.engagement import vulnerability
from sim.model.mechanisms.insurgents.insurgency import strength_after
from sim.model.mechanisms.interdiction.detection import lead_value, post_probability, size_factor
from sim.model.mechanisms.people.communities import goodwill_after, mood
from sim.model.mechanisms.trade.crops import growth
from sim.model.mechanisms.trade.market import farm_price
from sim.model.rules.route_choice import learned_risk, nested_shares, prior_risk, utility
from sim.model.rules.search import search_rate, sweep_width
from sim.model.rules.violence import deitchman
from sim.model.state import counts as q
from sim.model.state.agents import (
    COCAINE_LAB,
    LINE,
    MPCP,
    PATROL,
    PERU,
    POSTED,
    ArmedGroup,
    Community,
    Laboratory,
    Lead,
    Unit,
)
from sim.model.state.arrays import RESPONDERS
from sim.names import VRAEM
from sim.scenario import load_scenario
from sim.simulation.build.world import geography_of


@pytest.mark.parametrize(
    ("hidden", "exposed", "aim", "sweep", "minutes"),
    [(12, 8, 0.01, 2.5e-4, 12), (30, 30, 0.03, 1e-3, 20), (5, 30, 0.003, 1e-4, 60)],
)
def test_deitchman_law(hidden, exposed, aim, sweep, minutes):
    """`sweep (G0^2 - G^2) / 2 = aim (I0 - I)` along every fight: Deitchman 1962; section 4.8. of the model"""
    lost_exposed, lost_hidden = deitchman(
        float(hidden), float(exposed), aim, sweep, float(minutes), 1.0
    )
    assert 0 < lost_exposed < exposed and 0 < lost_hidden < hidden
    assert sweep * (exposed**2 - (exposed - lost_exposed) ** 2) / 2 == pytest.approx(
        aim * lost_hidden, rel=0.01
    )


@pytest.mark.parametrize(
    ("hidden", "exposed"), [(10.0, 10.0), (12.0, 30.0), (12.0, 32.0), (40.0, 60.0)]
)
def test_deitchman_says_who_is_left(hidden, exposed):
    """Fought to the end, the hidden side is left where `2 aim I0 > sweep G0^2` and the exposed side where not, each with what the law
    leaves it: at aim .01 and sweep 2.5e-4 twelve hidden hold out against 30.98 (Deitchman 1962)."""
    aim, sweep = 0.01, 2.5e-4
    lost_exposed, lost_hidden = deitchman(hidden, exposed, aim, sweep, 60_000.0, 1.0)
    margin = 2 * aim * hidden - sweep * exposed * exposed
    if margin > 0:
        assert exposed - lost_exposed == pytest.approx(0.0, abs=1e-3)
        assert hidden - lost_hidden == pytest.approx(margin / (2 * aim), rel=0.02)
    else:
        assert hidden - lost_hidden == pytest.approx(0.0, abs=1e-3)
        assert exposed - lost_exposed == pytest.approx(math.sqrt(-margin / sweep), rel=0.02)


def test_deitchman_short_fight_by_hand():
    """In a short time the aimed side kills `aim x I x t`, the sweeping side `sweep x G x I x t`."""
    lost_exposed, lost_hidden = deitchman(10.0, 8.0, 0.01, 2.5e-4, 0.1, 1.0)
    assert lost_exposed == pytest.approx(0.01 * 10 * 0.1, rel=1e-3)
    assert lost_hidden == pytest.approx(2.5e-4 * 8 * 10 * 0.1, rel=1e-2)


def test_the_attacker_ends_the_fight_at_its_own_limit():
    """It breaks off at the share of losses that it bears (section 4.8: 20 %), overshooting by less than a quarter of a minute."""
    _, lost = deitchman(10.0, 200.0, 0.001, 1e-3, 600.0, 0.2)
    assert 2.0 <= lost < 2.0 + 1e-3 * 10 * 200 * 0.25
    _, lost_on = deitchman(10.0, 200.0, 0.001, 1e-3, 600.0, 1.0)
    assert lost_on > 5.0


def test_meetings_obey_the_square_law(run_in_week_1):
    """Lanchester 1916: of two sides that aim alike, the difference of the squares stays, `P0^2 - P^2 = F0^2 - F^2`; the weaker share of
    losses ends it. 2,000 groups of 12, all met by a patrol; the first-order step of a fight this short errs by under its square."""
    run, n = run_in_week_1, 2_000
    world = run.world
    sites, force = world.sites, world.fields.force
    home = int(np.flatnonzero((sites.theatre == VRAEM) & (force[:, RESPONDERS] > 0))[0])
    groups = rows(
        ArmedGroup,
        n,
        alive=1,
        uid=np.arange(1, n + 1),
        kind=MPCP,
        site=home,
        country=PERU,
        fighters=12.0,
    )
    world.actors = world.actors._replace(groups=groups, leads=rows(Lead, 1))
    world.actors.units.soldiers[:] = world.actors.units.established[:] = 1_000.0
    world.fields.patrols[:] = 1e9
    p, places = world.parameters.engagement, world.tally.sum(axis=(0, 2))
    p.core[:] = 0.0
    alone(run, "pursuit.meetings")
    clashes, dead, killed = (world.tally.sum(axis=(0, 2)) - places)[
        [q.CLASHES, q.STATE_LOSSES, q.FIGHTERS_LOST]
    ]
    assert clashes == n
    patrol, side = float(p.patrol_people[0]), min(12.0, float(p.ambush_people[0]))
    left_state, left_rebels = patrol - dead / n, side - killed / n
    gone = patrol**2 - left_state**2
    noise = 4 * 2 * max(patrol, side) * math.sqrt(max(dead, killed, 1.0)) / n
    assert side**2 - left_rebels**2 == pytest.approx(
        gone, abs=noise + 2 * (dead / n) * (killed / n) + (dead / n) ** 2 + (killed / n) ** 2
    )
    share_state, share_rebels = dead / n / patrol, killed / n / side
    limits = float(p.meeting_state_break[0]), float(p.meeting_rebel_break[0])
    assert max(share_state / limits[0], share_rebels / limits[1]) == pytest.approx(1.0, abs=0.1)


def test_search_rate_by_hand():
    """Koopman: `lambda = W sqrt(v_s^2 + v_t^2) h n vis / A` = .03 x 2.5 x 8 x 2 x .5 / 100 (evidence B1)."""
    assert search_rate(0.03, 1.5, 2.0, 8.0, 2.0, 0.5, 100.0) == pytest.approx(0.006, rel=1e-12)
    assert search_rate(0.03, 1.5, 0.0, 8.0, 0.0, 1.0, 100.0) == 0.0


def test_width_follows_the_ground():
    """Evidence B1: jungle under trail net under valley under bare slope; a road is an open valley."""
    p = parameters("search")
    assert [
        sweep_width(5, 0, p),
        sweep_width(4, 0, p),
        sweep_width(5, 2, p),
        sweep_width(3, 0, p),
    ] == [0.03, 0.05, 0.15, 0.3]


def test_search_finds_as_often_and_as_soon_as_koopman_says(run_in_week_1):
    """Koopman 1946: of n targets in a cell 1 - exp(-lambda) are found on the first day; the mean wait is 1 / that (B1)."""
    run, n = run_in_week_1, 4_000
    world, cell = run.world, int(np.flatnonzero(run.world.ground.terrain == 5)[0])
    table = rows(Laboratory, 2 * n, uid=np.arange(1, 2 * n + 1), kind=COCAINE_LAB, cell=cell)
    labs = table[:n]  # half of the rows are free, so that the table does not grow
    labs.alive = 1
    world.actors = world.actors._replace(labs=table)
    world.parameters.detection.rebuild_days[:] = world.parameters.detection.rebuild_police_days[
        :
    ] = 10_000.0
    vis = float(world.parameters.detection.vis_lab[0])
    world.fields.patrols[cell] = (
        0.25 * world.ground.area_km2[cell] / (0.03 * 1.5 * 8.0 * vis)
    )  # lambda = .25
    alone(run, "detection.works")
    stop = 1.0 - math.exp(-0.25)
    found = int((labs.closed_until > run.t).sum())
    assert found == pytest.approx(n * stop, abs=4 * math.sqrt(n * stop * (1 - stop)))
    waits, day = np.where(labs.closed_until > run.t, 1.0, 0.0), 1
    while run.t < run.end:
        day += 1
        alone(run, "detection.works")
        waits[(waits == 0) & (labs.closed_until > run.t)] = day
    share = (waits > 0).mean()
    assert share == pytest.approx(1 - (1 - stop) ** day, abs=0.01)
    truncated = 1 / stop - day * (1 - stop) ** day / (
        1 - (1 - stop) ** day
    )  # mean of a geometric wait that ended by now
    assert waits[waits > 0].mean() == pytest.approx(truncated, rel=0.05)


def shares_of(worth, modes, p, open_=None):
    n = len(worth)
    share = np.array([worth], float)
    prices = np.full((5, 2), 2_000.0)
    zeros = np.zeros(n, np.int64)
    opened = np.ones((1, n)) if open_ is None else np.array([open_], float)
    nested_shares(0, 0, n, share, opened, prices, 0, zeros, np.array(modes), p)
    return share[0]


def test_odds_within_a_nest_halve():
    """McFadden 1978: within a nest the scale is `scale x nest`, so a drop of that times ln 2 halves the odds (section 4.13)."""
    p = parameters("trafficking")
    drop = p.scale * 2_000.0 * p.nest * math.log(2.0)
    before, after = shares_of([0, 0, 0], [1, 1, 2], p), shares_of([-drop, 0, 0], [1, 1, 2], p)
    assert before[0] / before[1] == pytest.approx(1.0)
    assert after[0] / after[1] == pytest.approx(0.5)
    assert after[2] > before[2] and after.sum() == pytest.approx(1.0)


def test_other_routes_are_blind_to_a_third_in_their_nest_only():
    """McFadden 1978: independence of irrelevant alternatives holds within a nest and not across nests. A route gets worse: those left in
    its mode keep their odds to each other, take more of what it loses than other modes do, and other modes keep theirs among them."""
    p = parameters("trafficking")
    modes, worth = [1, 1, 1, 2, 2, 3], [0.0, 40.0, -80.0, 60.0, 0.0, 30.0]
    before, after = shares_of(worth, modes, p), shares_of([-300.0, *worth[1:]], modes, p)
    assert after[0] < before[0] / 1.5
    gain = after / before
    assert gain[1] == pytest.approx(gain[2]) and gain[3] == pytest.approx(gain[4]) == pytest.approx(
        gain[5]
    )
    assert gain[1] > 1.02 * gain[3] > 1.02
    p.nest = 1.0  # no correlation inside a mode: plain logit, where all gain alike
    before, after = shares_of(worth, modes, p), shares_of([-300.0, *worth[1:]], modes, p)
    assert (after / before)[1:] == pytest.approx((after / before)[1])


def test_nested_shares_by_hand():
    """Train 2009, eq. 4.2: `exp(V/l) S^(l - 1) / sum S^l`, S the sum of exp(V/l) in a nest, l = .5, V in units of `scale` x price."""
    p = parameters("trafficking")
    p.nest = 0.5
    unit = p.scale * 2_000.0
    share = shares_of([unit, 0.0, 0.5 * unit], [1, 1, 2], p)
    first, second = math.exp(2.0) + 1.0, math.exp(1.0)
    total = math.sqrt(first) + math.sqrt(second)
    assert share == pytest.approx(
        [
            math.exp(2.0) / math.sqrt(first) / total,
            1 / math.sqrt(first) / total,
            math.sqrt(second) / total,
        ]
    )


def test_odds_between_nests_halve():
    """Between routes that are alone in their mode the scale is whole: a drop of `scale x ln 2` halves the odds."""
    p = parameters("trafficking")
    after = shares_of([-p.scale * 2_000.0 * math.log(2.0), 0, 0], [0, 1, 2], p)
    assert after[0] / after[1] == pytest.approx(0.5) and after[1] == pytest.approx(after[2])


def test_shares_leave_closed_routes_empty_and_bear_any_utility():
    """Shares sum to 1 over open routes whatever the utilities' level, for they are taken against the best."""
    p = parameters("trafficking")
    share = shares_of([-1e7, -1e7 + 10, -1e7], [0, 0, 3], p, open_=[1, 1, 0])
    assert share[2] == 0.0 and share.sum() == pytest.approx(1.0) and share[1] > share[0] > 0.4


def test_weighted_density_of_18_75_covers_56_percent():
    """Model page, section 9: density 18.75 per 1,000 at scale 25 gives 1 - 3^-.75 = .56; no density gives none."""
    assert coverage_of(18.75, 25.0) == pytest.approx(1 - 3**-0.75) == pytest.approx(0.56, abs=0.005)
    assert coverage_of(0.0, 25.0) == 0.0 and coverage_of(1e6, 25.0) == 1.0


def test_750_weighted_people_among_40_000_are_18_75_per_1000(run_in_week_1):
    """The density of section 4.4 in the loop itself: 375 on patrol count twice; 38,000 within reach and 2,000 that are always added."""
    run = run_in_week_1
    world, p = run.world, run.world.parameters.presence
    town = int(np.flatnonzero(world.sites.theatre[: world.n_communities] == VRAEM)[0])
    units = rows(
        Unit,
        1,
        alive=1,
        uid=1,
        kind=LINE,
        posting=town,
        order_site=-1,
        mission=PATROL,
        status=POSTED,
        soldiers=375,
        effort=375,
    )
    world.actors = world.actors._replace(units=units, groups=rows(ArmedGroup, 1))
    world.places.communities.committee[:] = 0.0
    world.sites.people_in_reach.flags.writeable = True
    world.sites.people_in_reach[town] = 38_000.0
    assert (p.alpha_patrol[0], p.floor_population[0], p.coverage_scale[0]) == (2.0, 2_000.0, 25.0)
    alone(run, "presence.place_units", "presence.spread")
    assert world.places.communities.coverage[town] == pytest.approx(1 - 3**-0.75)


@pytest.mark.parametrize(("losses", "risk"), [(0, 0.0217), (1, 0.0652), (6, 0.2826)])
def test_learned_risk(losses, risk):
    """Model page, section 9: prior .05 of weight 10, and 0, 1, 6 losses in 13 attempts."""
    assert learned_risk(float(losses), 13.0, 0.05, 10.0) == pytest.approx(risk, abs=5e-5)


def test_prior_risk_and_utility():
    """`1 - exp(-kappa B)` between floor and cap; `(1 - p) P - P_src - c - bribe - p P_src` (section 4.13 of the model)."""
    p = parameters("trafficking")
    assert prior_risk(0.1 / p.kappa, p) == pytest.approx(1 - math.exp(-0.1))
    assert prior_risk(0.0, p) == p.risk_floor and prior_risk(1e9, p) == p.risk_cap
    assert utility(0.1, 2_000.0, 800.0, 150.0, 50.0) == pytest.approx(
        0.9 * 2_000 - 800 - 150 - 50 - 80
    )


@pytest.mark.parametrize(
    ("felt", "rival", "k"), [(0.6, 0.0, 0.45), (0.1, 0.5, 0.2), (0.0, 0.0, 0.5), (0.9, 0.9, 0.8)]
)
def test_control_goes_to_its_fixed_point(felt, rival, k):
    """`S / (S + G + e)`, `G / (S + G + e)` with S = C~ (.5 + k), G = A~ (1.5 - k), e = .15 (section 4.10); s + a <= 1 on the way."""
    p = parameters("control")
    strength, opposed = felt * (0.5 + k), rival * (1.5 - k)
    goal = (strength / (strength + opposed + 0.15), opposed / (strength + opposed + 0.15))
    assert (target_state(felt, rival, k, p), target_armed(felt, rival, k, p)) == pytest.approx(goal)
    for start in (0.0, 1.0):
        s, a = start, 1.0 - start
        for _ in range(400):
            s, a = towards(s, goal[0], p), towards(a, goal[1], p)
        assert (s, a) == pytest.approx(goal, abs=1e-6)


@pytest.mark.parametrize(("state", "armed"), [(1.0, 0.0), (0.0, 1.0)])
def test_the_weekly_law_of_control_ends_at_its_fixed_point(state, armed):
    """From all and from nothing the loop of section 4.10 comes, community by community, to where the burn-in holds it."""
    run = small_run(**{"time.horizon_days": 1_100})
    run.advance(7)
    towns = run.world.places.communities
    run.t = 0  # a week of the burn-in: held
    alone(run, "control.control", days=7)
    held = towns.state.copy(), towns.armed.copy()
    towns.state[:], towns.armed[:] = state, armed
    alone(run, "control.control", days=7 * 150)
    assert (
        towns.state == pytest.approx(held[0], abs=math.exp(-0.04 * 150)) and towns.state.std() > 0.1
    )
    assert (
        towns.armed == pytest.approx(held[1], abs=math.exp(-0.04 * 150)) and towns.armed.max() > 0.1
    )


def test_control_rises_slower_than_it_falls():
    """.04 of the way a week up, .10 down (evidence B4)."""
    p = parameters("control")
    assert towards(0.0, 1.0, p) == pytest.approx(1 - math.exp(-0.04)) and towards(
        1.0, 0.0, p
    ) == pytest.approx(math.exp(-0.10))


def test_a_flight_hour_feeds_el_estrecho():
    """El Estrecho lies 156 km from Iquitos: a daily flight hour carries 3,000 kg / (2 x 156/230 + .1) h and feeds 137 soldiers at 15 kg
    (section 4.3 of the model)."""
    p = parameters("sustainment")
    link = np.array([[1e9, 1e9, 156.0 / 230.0]])
    assert 1.0 / vehicle_days_per_kg(link, 0, 2, 1.0, 1.0, 1.0, p) / p.ration_kg == pytest.approx(
        137.0, abs=0.5
    )
    assert vehicle_days_per_kg(link, 0, 0, 1.0, 1.0, 1.0, p) == 0.0


def test_the_map_puts_el_estrecho_where_the_figure_says(run_in_week_1):
    """The flight of the supply check, on the map: 156 km (section 4.3 of the model), within the size of a cell."""
    map_, travel, _ = geography_of(run_in_week_1.scenario)
    assert travel.air_km[
        map_.settlement("Iquitos"), map_.settlement("El Estrecho")
    ] == pytest.approx(156.0, abs=10.0)


def test_travel_by_hand():
    """`km / (km a day)`, edge by edge along the way: on foot half of the step at each cell's pace, slowed by the slope of each; by road and
    by boat the stored length; and one journey with a map and a ruler (section 2 of the model)."""
    map_, travel, _ = geography_of(load_scenario(BASELINE))
    speeds = travel.speeds
    pace = dict(zip(TERRAINS, (0.0, *speeds[:5], 0.0)))
    foot = foot_edges(map_, speeds)
    for e in range(0, len(foot.a), 5_001):
        a, b = foot.a[e], foot.b[e]
        days = [
            5.0 * (math.sqrt(2) if foot.km[e] > 6 else 1.0) / pace[TERRAINS[map_.terrain_of[c]]]
            for c in (a, b)
        ]
        slow = [1 + map_.slope_permille[c] / speeds.slope_permille for c in (a, b)]
        assert foot.days[e] == pytest.approx((days[0] * slow[0] + days[1] * slow[1]) / 2, rel=0.02)
    river = river_edges(map_, speeds)
    large = river.grade == 3
    assert river.days[large] == pytest.approx(river.km[large] / speeds.river_large)
    road = road_edges(map_, speeds)
    assert road.days == pytest.approx(
        road.km
        / np.array([0.0, speeds.road_track, speeds.road_secondary, speeds.road_paved])[road.grade]
    )
    days = float(travel.days_surface[map_.settlement("Iquitos"), map_.settlement("Caballococha")])
    assert (
        300 / speeds.river_large <= days <= 500 / speeds.river_large
    )  # some 400 km of large river with its bends


def test_readiness_settles_near_70_percent():
    """28 days in the field and 14 at rest (section 4.3 of the model); hunger takes up to .02 a day more."""
    p = parameters("sustainment")
    for start in (0.1, 1.0):
        r = start
        for _ in range(3_000):
            r = readiness_after(r, 1.0, p)
        assert r == pytest.approx(0.70, abs=0.01)
    assert readiness_after(0.7, 1.0, p) - readiness_after(0.7, 0.0, p) == pytest.approx(0.02)
    assert readiness_after(0.05, 0.0, p) == 0.05


def test_growth_is_logistic():
    """`dh/dt = g h (1 - h / Hmax)` (Verhulst 1838) where it pays twice over, nothing where it just pays, decline where it does not
    (evidence B6)."""
    p, rate = parameters("crops"), 0.2
    h = 100.0
    for week in range(1, 521):
        h += growth(h, 1_000.0, rate, 4.0, 2.0, 0.0, p)
        years = week / 52.0
        assert h == pytest.approx(1_000.0 / (1.0 + 9.0 * math.exp(-rate * years)), rel=0.01)
    assert growth(500.0, 1_000.0, rate, 2.0, 2.0, 0.0, p) == 0.0
    assert growth(500.0, 1_000.0, rate, 1.0, 2.0, 0.0, p) == pytest.approx(-rate / 52 * 500 / 2)
    assert growth(1_000.0, 1_000.0, rate, 9.0, 2.0, 0.0, p) == 0.0


def test_harm_by_the_state_silences_and_harm_by_armed_groups_does_not():
    """Condra and Shapiro 2012: the signs of what each side's harm does to cooperation, per 1,000 inhabitants, while it is remembered."""
    p = parameters("communities")

    def town(**fields):
        return one(
            Community, **({"population": 1_000.0, "goodwill": 0.4, "cooperation_0": 0.4} | fields)
        )

    assert mood(town(harm_state=1.0), p) == pytest.approx(-p.cost_harm_state)
    assert mood(town(harm_armed=1.0), p) == pytest.approx(p.gain_harm_armed)
    assert mood(town(harm_state=1.0, population=2_000.0), p) == pytest.approx(
        -p.cost_harm_state / 2
    )
    assert mood(town(harm_state=50.0), p) == pytest.approx(-p.cost_harm_state * p.harm_cap)
    assert goodwill_after(town(eradicated_ha=100.0), p) < 0.4
    assert (
        goodwill_after(town(armed=0.5), p) < 0.4 < goodwill_after(town(services=0.5, state=0.5), p)
    )


def test_a_post_at_its_limits():
    """`manned x q x (kg/ref)^e x (1 - corruption)` (section 4.7 of the model): nobody, a crowd, a clean post, a bought one, a big load."""
    p = parameters("detection")
    ref = float(p.load_ref_kg)
    assert post_probability(0.0, 0.0, False, ref, p) == 0.0
    assert post_probability(1e6, 0.0, False, ref, p) == pytest.approx(p.q_road)
    assert post_probability(1e6, 0.0, True, ref, p) == pytest.approx(p.q_river)
    assert post_probability(float(p.post_people), 0.0, False, ref, p) == pytest.approx(
        p.manned * p.q_road
    )
    assert post_probability(1e6, 1e9, False, ref, p) == pytest.approx(p.q_road * (1 - p.corruption))
    assert post_probability(1e6, float(p.corruption_usd), False, ref, p) == pytest.approx(
        p.q_road * (1 - p.corruption * (1 - math.exp(-1)))
    )
    assert post_probability(1e6, 0.0, True, 1e12, p) == 0.95
    assert size_factor(ref, p) == 1.0 and size_factor(ref * 2, p) == pytest.approx(
        2**p.load_exponent
    )


def test_a_lead_grows_stale():
    """`.5 exp(-age / 5 d) x local knowledge` (section 4.5 of the model)."""
    p = parameters("detection")
    assert lead_value(0.0, 1.0, p) == 0.5 and lead_value(5.0, 1.0, p) == pytest.approx(0.5 / math.e)
    assert lead_value(5.0, 0.6, p) == pytest.approx(0.3 / math.e)


def test_protection_halves_vulnerability_at_sixty_people():
    """`v = 1 / (1 + E / 60)` (section 4.8 of the model)."""
    p = parameters("engagement")
    assert vulnerability(0.0, p) == 1.0 and vulnerability(60.0, p) == pytest.approx(0.5)


def test_fighters_follow_what_revenue_carries():
    """`.03 max(K - F, 0)(1 - s) - .05 max(F - K, 0)` a week (evidence B4)."""
    p = parameters("insurgency")
    assert strength_after(50.0, 100.0, 0.0, 0.0, p) == pytest.approx(51.5)
    assert strength_after(50.0, 100.0, 1.0, 0.0, p) == 50.0
    assert strength_after(100.0, 50.0, 0.5, 0.0, p) == pytest.approx(97.5)
    assert strength_after(50.0, 100.0, 0.5, 1.0, p) > strength_after(50.0, 100.0, 0.5, 0.0, p)


def test_farm_price_against_stock():
    """`max(cost, net x clip(S*/S, .25, 4)^theta)` (section 4.14 of the model): at the target it is what customers net."""
    p = parameters("market")
    assert farm_price(1_000.0, 9_000.0, 50.0, 50.0, 400.0, p) == pytest.approx(1_000.0)
    assert farm_price(1_000.0, 9_000.0, 25.0, 50.0, 400.0, p) == pytest.approx(1_000.0 * 2**p.theta)
    for stock in (0.0, 1.0):
        assert farm_price(1_000.0, 9_000.0, stock, 50.0, 400.0, p) == pytest.approx(
            1_000 * 4**p.theta
        )
    assert farm_price(1_000.0, 9_000.0, 1e9, 50.0, 400.0, p) == 400.0
    assert farm_price(1_000.0, 1_700.0, 0.0, 50.0, 400.0, p) == 1_700.0

"""Directions: each lever, moved alone, has the effect its page states; its off value has none."""

import numpy as np
import pytest
from small_runs import alone, small_run

from sim.model.mechanisms.intelligence.secrecy import Parameters as Secrecy
from sim.model.state import counts as q
from sim.model.state.agents import DISSIDENT, LEAD_SHIPMENT, PATROL, PERU, PREPARING, TRANSIT
from sim.model.state.arrays import PEOPLE, TEAMS
from sim.names import LORETO, VRAEM


def mean_coverage(run, theatre: int = VRAEM) -> float:
    towns = run.world.places.communities
    here = towns.theatre == theatre
    return float(np.average(towns.coverage[here], weights=towns.population[here]))


def test_more_soldiers_cover_more_and_find_more():
    """Coverage, patrol teams and their density rise with the soldiers of a theatre (4.4)."""
    found = []
    for soldiers in (3_000, 6_000, 12_000):
        run = small_run(**{"forces.vraem.soldiers": soldiers})
        run.advance(8)
        found.append(
            (
                mean_coverage(run),
                run.world.fields.force[:, TEAMS].sum(),
                run.world.fields.patrols.sum(),
            )
        )
    assert all(np.diff(values).min() > 0 for values in zip(*found))
    assert found[0][0] > 0 and found[2][0] < 1


def test_soldiers_of_one_theatre_leave_another_as_it_was():
    coverage = []
    for soldiers in (3_000, 12_000):
        run = small_run(**{"forces.vraem.soldiers": soldiers})
        run.advance(8)
        coverage.append(mean_coverage(run, LORETO))
    assert coverage[0] == coverage[1] > 0


def moved(**overrides):
    return small_run(
        **{"strategy.name": "static", "strategy.share_to_border": 0.5, "time.horizon_days": 42}
        | overrides
    )


TALKATIVE = {
    "allow_outside_range": True,
    "parameters": {"secrecy.leak_base": 100.0, "secrecy.restraint_on": 1.0},
}  # a leak a day


def test_a_unit_in_transit_counts_in_no_theatre():
    """While it travels, a unit has no effort and no site; then it is in another theatre (4.2)."""
    run, most = moved(), 0
    home = run.world.sites.theatre[run.world.actors.units.home].copy()
    while not run.finished:
        run.advance(1)
        units, force = run.world.actors.units, run.world.fields.force
        away = units.status == TRANSIT
        most = max(most, int(away.sum()))
        assert (units.effort[away] == 0).all()
        police_teams = units.kind == 5
        at_work = ~away & ~police_teams & (units.guarding == 0)
        assert force[:, PEOPLE].sum() == pytest.approx(units.effort[at_work].sum())
    arrived = run.world.sites.theatre[run.world.actors.units.posting] != home
    assert most > 10 and arrived.sum() > 50
    assert (run.world.actors.units.knowledge[arrived] < 1).all() and (
        run.world.actors.units.moved[arrived] == 1
    ).all()


def test_the_split_thins_coverage_at_home_and_thickens_it_at_the_border():
    held, split = small_run(**{"time.horizon_days": 42}), moved()
    held.advance(49)
    split.advance(49)
    assert mean_coverage(split) < mean_coverage(held) and mean_coverage(
        split, LORETO
    ) > mean_coverage(held, LORETO)
    assert (
        split.records().outcomes["coverage_gap_vraem"]
        > held.records().outcomes["coverage_gap_vraem"]
    )


@pytest.mark.parametrize(("level", "leaks"), [(1.0, False), (0.0, True)])
def test_under_full_secrecy_no_move_becomes_known(level, leaks):
    """`secrecy.level = 1` switches leaks off: no move is known. At 0 some moves are (4.6)."""
    run, known, held_back = moved(**TALKATIVE, **{"secrecy.level": level}), 0, 0
    while not run.finished:
        run.advance(1)
        known += int(run.world.actors.units.known.sum())
        held_back += int(run.world.actors.groups.restraint.sum())
    assert (known > 0) == leaks and (held_back > 0) == leaks


def test_secrecy_ends_on_its_day():
    run = moved(**TALKATIVE, **{"secrecy.level": 1.0, "secrecy.until_day": 5})
    run.advance(7 + 5)
    assert run.world.actors.units.known.sum() == 0
    run.advance(1)
    assert run.world.actors.units.known.sum() > 0


def test_a_departure_that_is_known_holds_groups_back_only_until_it_comes():
    """Only groups of that theatre hold back, from the news to the departure itself (S19)."""
    run, seen = moved(**TALKATIVE, **{"secrecy.level": 0.0, "strategy.share_to_border": 0.05}), []
    theatre_of = run.world.sites.theatre
    while not run.finished:
        run.advance(1)
        units, groups = run.world.actors.units, run.world.actors.groups
        waits = (
            (units.status == PREPARING)
            & (units.known % 2 == 1)
            & (theatre_of[np.maximum(units.order_site, 0)] != VRAEM)
        )
        seen.append(int(groups.restraint.sum()))
        assert seen[-1] == 0 or waits.any()
        assert (theatre_of[groups.site[groups.restraint == 1]] == VRAEM).all()
    assert max(seen) > 0


def test_without_the_vacuum_coupling_felt_coverage_stays():
    """chi = 0 leaves felt coverage at its level of day 0; at 1 it follows (4.4)."""
    gone = {}
    for chi in (0.0, 1.0):
        run = moved(parameters={"presence.vacuum_coupling": chi})
        run.advance(run.end)
        towns = run.world.places.communities
        gone[chi] = np.abs(towns.felt_soldiers - towns.felt_soldiers_0).max()
    assert gone[0.0] == 0.0 and gone[1.0] > 0.02


def test_felt_coverage_lags(run_in_week_1):
    """A day after soldiers are gone, their felt coverage has lost 1 - exp(-1/5) of the way; a day
    after police have come, theirs has gained 1 - exp(-1/21) of it (4.4)."""
    run = run_in_week_1
    towns = run.world.places.communities
    before = towns.felt_soldiers.copy(), towns.felt_police.copy()
    towns.covered_by_soldiers[:], towns.covered_by_police[:] = 0.0, 1.0
    alone(run, "presence.feel")
    assert towns.felt_soldiers == pytest.approx(before[0] * np.exp(-1 / 5))
    assert 1.0 - towns.felt_police == pytest.approx((1.0 - before[1]) * np.exp(-1 / 21))
    assert before[0].max() > 0.1


@pytest.mark.parametrize(("times", "sign"), [(3.0, -1), (1 / 3, 1)])
def test_price_falls_when_stock_piles_up(run_at_day_0, times, sign):
    """The farm price of hydrochloride answers its stock, and leaf follows the product (4.14)."""
    run = run_at_day_0
    markets = run.world.places.markets
    markets.outflow[:], markets.bought_week[:] = 1_000.0, 1_000.0
    markets.stock_kg[:] = 5_000.0
    prices = []
    for factor in (1.0, times):
        markets.stock_kg *= factor
        run.t = 7
        alone(run, "market.market")
        prices.append((markets.price.copy(), markets.price_leaf.copy()))
    hcl = markets.product == 0
    assert (sign * (prices[1][0] - prices[0][0])[hcl] > 0).all() and (
        sign * (prices[1][1] - prices[0][1])[hcl] > 0
    ).all()


@pytest.mark.parametrize(
    ("factor", "planted", "given_up"), [(2.0, True, False), (1.0, False, False), (0.5, False, True)]
)
def test_fields_follow_the_price(run_at_day_0, factor, planted, given_up):
    """A price above the pay adds coca, one below it removes coca, an equal one neither (4.11)."""
    run = run_at_day_0
    run.world.places.markets.price_leaf[:] = factor * run.world.parameters.crops.pay_leaf_usd[0]
    run.world.tally[:] = 0.0
    before = run.world.places.communities.coca.sum() + run.world.places.communities.coca_young.sum()
    alone(run, "crops.grow")
    after = run.world.places.communities.coca.sum() + run.world.places.communities.coca_young.sum()
    assert (
        run.world.tally[:, q.COCA_PLANTED].sum() > 0,
        run.world.tally[:, q.COCA_ABANDONED].sum() > 0,
    ) == (planted, given_up)
    assert np.sign(np.round(after - before, 9)) == planted - given_up


def test_eradication_never_takes_more_than_stands(run_at_day_0):
    """If all fields are found and some are given up in that week, no hectare is cleared twice."""
    run = run_at_day_0
    towns, theatres = run.world.places.communities, run.world.places.theatres
    run.world.places.markets.price_leaf[:] = 0.0
    run.world.places.markets.price[:] = 0.0
    towns.coca_found[:], towns.poppy_found[:] = towns.coca, towns.poppy
    theatres.eradicate_ha_year[:] = 1e9
    run.world.parameters.crops.team_ha_day[:] = 1e6
    run.world.parameters.survey.field_forget[:] = 0.0
    alone(run, "presence.place_units", "survey.find_fields", "crops.grow", "crops.eradicate")
    assert run.world.tally[:, q.COCA_DESTROYED].sum() > 0
    assert towns.coca.min() >= 0 and towns.poppy.min() >= 0


def test_groups_recruit_when_they_can_pay_more(run_at_day_0):
    """Income above wages draws recruits; without income they leave (4.9)."""
    run = run_at_day_0
    run.advance(1)  # up to day 0 nobody comes or goes
    groups, parties = run.world.actors.groups, run.world.support.parties
    change = []
    for other in (0.0, 1e6):
        parties.other_usd[:] = other
        parties.revenue[:] = 0.0
        run.world.support.b[:] = 0.0 if other == 0.0 else 0.1  # who rules nobody earns nothing
        before = groups.fighters.copy()
        run.t = 14
        alone(run, "insurgency.insurgency")
        change.append(groups.fighters - before)
    assert (
        (change[0] <= 0).all() and change[0].min() < 0 < change[1].max() and (change[1] >= 0).all()
    )


@pytest.mark.parametrize(("sanctuary", "cross"), [(0.0, False), (1.0, True)])
def test_sanctuary_off_keeps_cells_on_this_side(sanctuary, cross):
    """No cell crosses to the other bank where it is no refuge (4.15, S31)."""
    parameters = {"partner.sanctuary": sanctuary, "partner.sigma": 1.0, "partner.own_will": 0.0}
    run = small_run(
        **{"partner.coordination": 0.0, "time.horizon_days": 140, "parameters": parameters}
    )
    groups, out = run.world.actors.groups, 0
    while not run.finished:
        before = groups.country.copy()
        run.advance(1)
        out += int(((before == PERU) & (groups.country != PERU) & (groups.kind == DISSIDENT)).sum())
    assert (out > 0) == cross


def test_friction_suspends_coordination_at_once():
    run = small_run(**{"partner.coordination": 1.0})
    run.advance(14)
    assert (run.world.places.partners.coordination > 0.4).all()
    run.world.levers.suspended[0] = 1
    run.advance(7)
    assert (run.world.places.partners.coordination == 0).all()


def test_corruption_lets_loads_pass():
    """The more corrupt posts can become, the less they seize (4.7)."""
    seized = []
    for corruption in (0.0, 0.6):
        parameters = {
            "detection.corruption": corruption,
            "detection.q_road": 0.15,
            "detection.q_river": 0.3,
        }
        run = small_run(**{"time.horizon_days": 112, "parameters": parameters})
        run.world.actors.units.bribed_usd[:] = 10_000.0
        run.advance(run.end)
        seized.append(run.world.tally[:, q.SEIZED_BY_POST].sum())
    assert seized[0] > seized[1] > 0


def test_losses_split_loads_and_quiet_times_join_them(run_at_day_0):
    """After high losses a firm sends smaller loads, after low losses larger ones (4.13)."""
    run = run_at_day_0
    firms = run.world.actors.networks
    firms.sent[:], firms.load_scale[:] = 100.0, 0.5
    firms.lost[:] = 0.0
    firms.lost[0], firms.lost[1] = 100.0, 6.0
    alone(run, "trafficking.learn_weekly")
    p = run.world.parameters.trafficking
    assert p.consolidate_under[0] < 0.06 < p.split_above[0]
    assert firms.load_scale[0] < 0.5 == firms.load_scale[1] < firms.load_scale[2]
    firms.sent[:], firms.lost[:], firms.load_scale[:] = 100.0, 0.0, 1.0
    run.t = 7
    alone(run, "trafficking.learn_weekly")
    assert (firms.load_scale == 1.0).all()


def test_belief_follows_what_is_there_by_rumour_only(run_at_day_0):
    """A week of rumour closes 1 - .99^7 of the gap; without rumour, belief stays (4.6)."""
    assert "rumour" in Secrecy.__annotations__
    run = run_at_day_0
    run.world.minds.belief[:] = 0.0
    run.world.fields.leg_effort[:] = 10.0
    alone(run, "secrecy.beliefs")
    rumour = float(run.world.parameters.secrecy.rumour[0])
    firms = run.world.actors.networks.alive == 1
    assert run.world.minds.belief[firms] == pytest.approx(10.0 * (1 - (1 - rumour) ** 7))
    run.world.parameters.secrecy.rumour[:] = 0.0
    before = run.world.minds.belief.copy()
    run.t = 7
    alone(run, "secrecy.beliefs")
    assert (run.world.minds.belief == before).all()


def test_reports_need_cooperation_and_no_fear(run_in_week_1):
    """Check `tau pop/1000 k (1 - fear)(.3 + .7 C~)(1 - B)` (4.5) by hand for every community."""
    run = run_in_week_1
    towns, p = run.world.places.communities, run.world.parameters.information
    towns.cooperation[0], towns.fear[1] = 0.0, 1.0
    alone(run, "information.information")
    people = np.minimum(towns.population, p.population_cap[0]) / 1_000.0
    shown = p.base_protection[0] + (1 - p.base_protection[0]) * towns.felt
    assert towns.tips == pytest.approx(
        p.tips_per_1000[0]
        * people
        * towns.cooperation
        * (1 - towns.fear)
        * shown
        * (1 - towns.under_rule)
    )
    assert towns.under_rule.max() > 0.5
    assert towns.tips[0] == 0.0 == towns.tips[1]


def test_leads_are_dropped_when_they_are_old(run_in_week_1):
    """After `lead_life_days` nobody acts on a lead any more (4.5)."""
    run = run_in_week_1
    leads = run.world.actors.leads
    life = int(run.world.parameters.information.lead_life_days[0])
    leads.alive[:] = 0
    leads[0].alive, leads[0].kind, leads[0].seen, leads[0].received = (
        1,
        LEAD_SHIPMENT,
        run.t - life,
        run.t - life,
    )
    leads[1].alive, leads[1].kind, leads[1].seen, leads[1].received = (
        1,
        LEAD_SHIPMENT,
        run.t - life - 1,
        run.t - life,
    )
    alone(run, "information.information")
    assert leads[0].alive == 1 != leads[1].alive


def test_a_post_without_supplies_stops_patrolling():
    """Without deliveries, purchases and stores nobody is on task, and readiness falls (4.3)."""
    run = small_run(parameters={"start.local_supply_kg": 0.0})
    run.advance(8)
    units, theatres = run.world.actors.units, run.world.places.theatres
    theatres.lorries[:], theatres.boats[:], theatres.flight_hours_day[:] = 0.0, 0.0, 0.0
    units.stock_kg[:] = 0.0
    before = units.readiness.copy()
    alone(run, "sustainment.sustainment")
    on_patrol = (units.mission == PATROL) & (units.status != TRANSIT)
    assert (units.effort[on_patrol] == 0).all() and (
        units.readiness[on_patrol] < before[on_patrol]
    ).all()


def test_the_ambush_rate_is_that_of_the_page():
    """Acts a day: 1 - exp(-rate / 7 x fighters x opportunity), here with opportunity 1 (4.8)."""
    parameters = {
        "engagement.opportunity_floor": 1.0,
        "engagement.opportunity_cap": 1.0,
        "engagement.attack_rate": 0.02,
    }
    levers = {
        "enemy.dissident_groups": 0,
        "enemy.mpcp_groups": 200,
        "enemy.mpcp_fighters": 4_000,
        "allow_outside_range": True,
    }
    run = small_run(**levers, parameters=parameters)
    run.advance(7)
    run.world.parameters.camps.move[:] = 0.0
    run.world.tally[:] = 0.0
    alone(run, "engagement.exposure", "engagement.attacks", days=14)
    expected = 14 * 200 * (1 - np.exp(-0.02 / 7 * 20))
    assert run.world.tally[:, q.ATTACKS].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))

"""The prologue: the years in which armed rule and camps find their rest before day 0.

Reads: units and groups, communities, support (sent_kg, passed_kg), reach, along.
Writes: communities (civil, covered_by_soldiers, covered_by_police, coverage, felt, felt_soldiers,
felt_police, felt_soldiers_0, felt_police_0, protection, protection_usual, protection_0, vacuum,
vigour, under_rule, armed_coverage, armed, state, state_0, ruled, ruled_0, unreached_weeks), parties
(revenue, protection_0, wage_share, other_usd, carrying), support (b, present, in_fields), groups
(site, country), minds.danger. Chance: PROLOGUE_MOVE, PROLOGUE_CROSSING.

Rule changes over years, and the burn-in is one year. A run that began with the rule of the first
day would drift through its whole horizon. So rule starts at its fixed point for the starting camps
(`settle`) and is held there in the burn-in. At the end of the burn-in come `prologue_weeks` in
which only protection, committees, rule and camps change (cells also cross the border, and groups
go on observing the force around their camps), while forces, fighters, fields and flows stand as
they are. The means of the last 104 of these weeks give
the balance of day 0: what share of its income a party pays to fighters, what it earns elsewhere,
and how protected its people are.

The moves are drawn from streams of their own, so that arms that agree until day 0 share the
prologue. No time passes in it: day 0 follows the last day of the burn-in.
"""

from typing import Any

from sim.model.chance import PROLOGUE_MOVE
from sim.model.compile import loop, rule
from sim.model.mechanisms.forces import presence
from sim.model.mechanisms.insurgents import camps, founding, insurgency, support
from sim.model.mechanisms.intelligence import secrecy
from sim.model.mechanisms.interdiction import partner
from sim.model.mechanisms.people import protection
from sim.model.rules.parties import fighters_in_reach
from sim.model.state.agents import PARTIES, Community
from sim.model.state.arrays import (
    CARRIED_DAYS,
    Actors,
    Along,
    Bench,
    Border,
    Floats,
    Minds,
    Near,
    Places,
    Reach,
    RouteFacts,
    Sites,
    Support,
    Today,
)

REST_WEEKS = 104  # at the end of the prologue, whose means are the balance of day 0
MOST_STEPS = 5_000
ENOUGH = 1e-12


@rule
def rule_at_rest(town: Community, i: int, b: Floats, x: Floats, p: support.Parameters) -> None:
    """Set the rule of a community that its protection and the fighters in reach leave unchanged:
    with `a_k = r c_k (1 - s)^2 / (d0 + d s)`, b_k = a_k / (1 + sum of all a)."""
    per_strength = support.openness(town.protection, town.protection, p) / max(
        support.lost(town.protection, p), 1e-9
    )
    total = 0.0
    for k in range(PARTIES):
        b[i, k] = per_strength * support.strength(x[i, k], p)
        total += b[i, k]
    for k in range(PARTIES):
        b[i, k] /= 1.0 + total
    town.under_rule = total / (1.0 + total)


@loop
def settle(
    actors: Actors,
    places: Places,
    sites: Sites,
    near: Near,
    reach: Reach,
    armed: Support,
    bench: Bench,
    parameters: Any,
) -> None:
    """Bring rule, vigour and protection to the fixed point that they reach from committees in full
    vigour, for the camps and forces of the first day. Less vigour means less protection, more rule
    and less vigour again, so that the steps go one way and end. Reads what `presence.spread` left
    in the work space of pairs per site."""
    communities = places.communities
    p, guard = parameters.support[0], parameters.protection[0]
    fighters_in_reach(actors, reach, bench.per_party, p)
    for i in range(len(communities)):
        communities[i].vigour = 1.0
        communities[i].under_rule = 0.0
        communities[i].civil = protection.civil_state(communities[i].population, guard)
    for _ in range(MOST_STEPS):
        presence.cover(places, sites, near, bench, parameters)
        apart = 0.0
        for i in range(len(communities)):
            town = communities[i]
            before = town.vigour
            town.felt_soldiers = town.covered_by_soldiers
            town.felt_police = town.covered_by_police
            town.felt = presence.together(town.felt_soldiers, town.felt_police)
            town.protection = protection.protection_of(town, guard)
            town.protection_usual = town.protection
            rule_at_rest(town, i, armed.b, bench.per_party, p)
            town.vigour = protection.vigour_aim(town, guard)
            apart = max(apart, abs(town.vigour - before))
        if apart < ENOUGH:
            break


@rule
def tolls_of(
    k: int,
    b: Floats,
    armed: Support,
    route_facts: RouteFacts,
    along: Along,
    weeks: float,
    toll_usd: float,
) -> float:
    """Return the tolls of a party in a week [USD], from the loads of the burn-in: once per load, at
    its largest b on the way as far as it came. A load that comes back to a community is counted
    there twice, so no more come to a place than came to the one before."""
    kg = 0.0
    for r in range(len(armed.sent_kg)):
        if armed.sent_kg[r] > 0.0:
            most = armed.in_fields[route_facts.origin[r], k]
            came = armed.sent_kg[r]
            kg += came * most
            for e in range(along.start[r], along.start[r + 1]):
                came = min(came, armed.passed_kg[e])
                more = b[along.place[e], k] - most
                if more > 0.0:
                    most += more
                    kg += came * more
    return toll_usd * kg / max(weeks, 1e-9)


@loop
def weigh_week(
    places: Places,
    armed: Support,
    route_facts: RouteFacts,
    along: Along,
    parameters: Any,
    weeks: float,
) -> None:
    """Add a week of the balance to the parties: income to `revenue`, protection of their people to
    `protection_0`."""
    communities, parties, b = places.communities, armed.parties, armed.b
    p, toll_usd = parameters.insurgency[0], parameters.trafficking[0].toll_usd
    insurgency.rule_in_fields(places, armed)
    for k in range(PARTIES):
        if parties[k].alive == 1:
            income = tolls_of(k, b, armed, route_facts, along, weeks, toll_usd)
            for i in range(len(communities)):
                income += insurgency.tax_of(communities[i], b[i, k], p)
                income += insurgency.levy_of(communities[i], b[i, k], p)
            parties[k].revenue += income
            parties[k].protection_0 += insurgency.mean_protection(communities, b, k, 0.0)


@loop
def balance(actors: Actors, armed: Support, parameters: Any, weeks: float) -> None:
    """Set phi, `other` and s_b0 of each party so that its income pays for its fighters and for the
    recruits that usual losses ask for. weeks: those that `weigh_week` has added."""
    parties = armed.parties
    p = parameters.insurgency[0]
    for k in range(PARTIES):
        party = parties[k]
        if party.alive == 1:
            party.revenue /= max(weeks, 1.0)
            party.protection_0 /= max(weeks, 1.0)
            at_rest = 1.0 + p.usual_losses / max(p.recruitment, 1e-9)
            need = p.wage_usd * insurgency.strength_of(actors, k) * at_rest
            party.wage_share = insurgency.share_paid(party.revenue, need)
            party.other_usd = max(need - party.revenue, 0.0)
            party.carrying = (
                party.wage_share * (party.revenue + party.other_usd) / max(p.wage_usd, 1e-9)
            )


@loop
def prologue(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    near: Near,
    border: Border,
    reach: Reach,
    along: Along,
    route_facts: RouteFacts,
    armed: Support,
    bench: Bench,
    parameters: Any,
    today: Today,
) -> None:
    """Run the prologue on day 0. Reads what `presence.spread` left in the work space of pairs per
    site."""
    communities, parties = places.communities, armed.parties
    falls, rises = presence.pace(7.0, parameters.presence[0])
    weeks = min(today.levers[0].burn_in, CARRIED_DAYS) / 7.0
    for k in range(PARTIES):
        parties[k].revenue = 0.0
        parties[k].protection_0 = 0.0
    visible = bench.post_need[:, 0]
    secrecy.show(actors, visible, parameters.secrecy[0])
    length = int(parameters.support[0].prologue_weeks)
    rest = min(REST_WEEKS, length)
    for week in range(length):
        presence.cover(places, sites, near, bench, parameters)
        for i in range(len(communities)):
            presence.follow(communities[i], falls, rises, 1.0)
        protection.protect(places, parameters)
        support.win_people(actors, places, armed, reach, bench.per_party, parameters)
        founding.count_unreached(places, bench.per_party, parameters)  # x as just set
        secrecy.look_around(actors, places, minds, near, visible, parameters)
        camps.move_camps(
            actors,
            places,
            minds,
            sites,
            reach,
            armed,
            parameters,
            today.key,
            PROLOGUE_MOVE,
            week,
        )
        partner.wander(actors, places, minds, sites, near, border, parameters, today.key, week)
        if week >= length - rest:
            weigh_week(places, armed, route_facts, along, parameters, weeks)
    balance(actors, armed, parameters, float(rest))
    presence.cover(places, sites, near, bench, parameters)
    presence.mark_felt(places)
    protection.mark_protection(places)
    presence.cover_by_armed(actors, places, sites, near, armed, parameters)
    support.share_places(places, parameters)
    support.mark_shares(places)

"""Ledgers that must balance at any time: people, civilians, kilograms, hectares and money."""

import math

import numpy as np

from sim.model.state import counts as q
from sim.model.state.agents import LATEX_POINT, STRIP
from sim.model.state.arrays import WAITING
from sim.names import HCL, LATEX


def total(world, quantity: int) -> float:
    """A flow since the first day of the burn-in."""
    return float(world.tally[:, quantity].sum())


def people(world) -> float:
    """Soldiers and police now, and those lost, less those who replaced them: constant."""
    units = world.actors.units
    return (
        float(units.soldiers[units.alive == 1].sum())
        + total(world, q.STATE_LOSSES)
        - total(world, q.REPLACED)
    )


def civilians(world) -> float:
    """Inhabitants, those who left and those harmed: constant."""
    towns = world.places.communities
    return (
        float(towns.population.sum() + towns.displaced.sum())
        + total(world, q.HARM_STATE)
        + total(world, q.HARM_ARMED)
    )


def kilograms(world, product: int) -> float:
    """Return product in every form plus outflow less inflow: a constant."""
    markets, loads, labs = world.places.markets, world.actors.shipments, world.actors.labs
    mine = markets.product == product
    per_kg = float(world.parameters.processing.leaf_per_kg[0]) if product == HCL else 1.0
    held = (
        markets.leaf_kg[mine].sum() / per_kg
        + markets.stock_kg[mine].sum()
        + world.trade.book[:, mine, WAITING].sum()
    )
    works = (
        (labs.alive == 1)
        & (labs.kind != STRIP)
        & ((labs.kind == LATEX_POINT) == (product == LATEX))
    )
    held += (
        labs.held_kg[works].sum() + loads.kg[(loads.alive == 1) & (loads.product == product)].sum()
    )
    gone = sum(total(world, k + product) for k in (q.SEIZED, q.SEIZED_STOCK, q.EXPORTED))
    came = total(world, q.HARVESTED + product)
    if product == HCL:
        gone += total(world, q.TRADITIONAL)
        came += total(world, q.INFLOW)
    return float(held + gone - came)


def coca_standing(world) -> float:
    """Return coca less what was planted or replanted, plus abandoned and destroyed, a constant."""
    towns = world.places.communities
    changes = (
        total(world, q.COCA_PLANTED)
        - total(world, q.COCA_ABANDONED)
        - total(world, q.COCA_DESTROYED)
    )
    return float((towns.coca + towns.coca_young).sum()) - changes


def poppy_standing(world) -> float:
    changes = (
        total(world, q.POPPY_PLANTED)
        - total(world, q.POPPY_ABANDONED)
        - total(world, q.POPPY_DESTROYED)
    )
    return float(world.places.communities.poppy.sum()) - changes


def network_cash(world) -> float:
    """Cash of all firms, less what they earned, plus what they paid: constant."""
    paid = sum(
        total(world, k)
        for k in (q.PAID_FARM, q.PAID_TRANSPORT, q.PAID_BRIBE, q.PAID_TOLL, q.PAID_OWNERS)
    )
    return float(world.actors.networks.cash.sum()) - total(world, q.REVENUE) + paid


def party_money(world) -> float:
    """Return money that armed parties hold and have spent, less all their income, a constant."""
    held = world.support.parties.toll_usd.sum() + world.actors.groups.spare_usd.sum()
    spent = sum(total(world, k) for k in (q.WAGES, q.SPONSORED, q.OTHER_SPENDING))
    got = sum(total(world, k) for k in (q.PAID_TOLL, q.TAXED, q.EXTORTION, q.OTHER_INCOME))
    return float(held) + spent - got


MONEY = ("cash", "party money")


def tolerance(world, ledger: str) -> float:
    """Return the rounding error allowed: 1e-6 of a unit, or for money 1e-6 of the turnover."""
    return 1e-6 * max(1.0, total(world, q.REVENUE)) if ledger in MONEY else 1e-6


LEDGERS = {
    "people": people,
    "civilians": civilians,
    "cocaine": lambda world: kilograms(world, HCL),
    "latex": lambda world: kilograms(world, LATEX),
    "coca": coca_standing,
    "poppy": poppy_standing,
    "cash": network_cash,
    "party money": party_money,
}


def under_way(world, product: int, theatre: int) -> float:
    """Kilograms of live loads that have entered a theatre."""
    loads = world.actors.shipments
    inside = (loads.alive == 1) & (loads.product == product) & ((loads.entered >> theatre) % 2 == 1)
    return float(loads.kg[inside].sum())


def faults(world) -> list[str]:
    """Return what is out of bounds: shares outside [0, 1], negative or infinite amounts."""
    units, towns, groups, labs, networks = (
        world.actors.units,
        world.places.communities,
        world.actors.groups,
        world.actors.labs,
        world.actors.networks,
    )
    markets, trade, minds = world.places.markets, world.trade, world.minds
    armed, parties = world.support, world.support.parties
    shares = {f"communities.{name}": towns[name] for name in SHARES} | {
        "units.readiness": units.readiness,
        "units.sustained": units.sustained,
        "units.knowledge": units.knowledge,
        "networks.load_scale": networks.load_scale,
        "networks.capacity_left": networks.capacity_left,
        "parties.wage_share": parties.wage_share,
        "parties.protection_0": parties.protection_0,
        "support.b": armed.b,
        "support.present": armed.present,
        "support.in_fields": armed.in_fields,
        "support.tolled": armed.tolled,
        "trade.share": trade.share,
        "partners.coordination": world.places.partners.coordination,
        "partners.friction": world.places.partners.friction,
    }
    amounts = {f"communities.{name}": towns[name] for name in AMOUNTS} | {
        "units.soldiers": units.soldiers,
        "units.stock_kg": units.stock_kg,
        "units.effort": units.effort,
        "groups.fighters": groups.fighters,
        "groups.spare_usd": groups.spare_usd,
        "parties.toll_usd": parties.toll_usd,
        "parties.revenue": parties.revenue,
        "parties.other_usd": parties.other_usd,
        "parties.carrying": parties.carrying,
        "support.sent_kg": armed.sent_kg,
        "support.passed_kg": armed.passed_kg,
        "labs.held_kg": labs.held_kg,
        "markets.leaf_kg": markets.leaf_kg,
        "markets.stock_kg": markets.stock_kg,
        "markets.price": markets.price,
        "trade.book": trade.book,
        "minds.belief": minds.belief,
        "minds.seized": minds.seized,
        "minds.tried": minds.tried,
        "minds.danger": minds.danger,
        "minds.cases": minds.cases,
        "fields.patrols": world.fields.patrols,
        "fields.guard": world.fields.guard,
        "fields.force": world.fields.force,
        "theatres.lift_bank": world.places.theatres.lift_bank,
    }
    found = [
        name for name, values in shares.items() if not ((values >= 0) & (values <= 1 + 1e-12)).all()
    ]
    found += [
        name
        for name, values in amounts.items()
        if not (np.isfinite(values) & (values >= -1e-9)).all()
    ]
    nobody = (1.0 - towns.armed) * (1.0 - towns.protection)
    everybody = towns.state + towns.armed + nobody
    found += [] if np.allclose(everybody, 1.0, 0.0, 1e-12) else ["state + armed + nobody"]
    ruled = armed.b.sum(axis=1)
    found += [] if np.allclose(ruled, towns.under_rule, 0.0, 1e-12) else ["under_rule"]
    found += (
        []
        if (units.soldiers == np.floor(units.soldiers)).all()
        and (units.soldiers <= units.established).all()
        else ["whole people"]
    )
    found += (
        []
        if (towns.coca + towns.coca_young + towns.coca_bare <= towns.coca_max + 1e-6).all()
        else ["coca over coca_max"]
    )
    found += [] if (towns.poppy <= towns.poppy_max + 1e-6).all() else ["poppy over poppy_max"]
    found += [] if np.isfinite(world.tally).all() else ["tally"]
    return found


SHARES = (
    "cooperation",
    "fear",
    "coverage",
    "covered_by_soldiers",
    "covered_by_police",
    "felt",
    "felt_soldiers",
    "felt_police",
    "civil",
    "protection",
    "protection_usual",
    "vacuum",
    "armed_coverage",
    "under_rule",
    "state",
    "armed",
    "vigour",
    "weight",
)
AMOUNTS = (
    "population",
    "displaced",
    "harm_state",
    "harm_armed",
    "coca",
    "coca_young",
    "coca_bare",
    "coca_found",
    "coca_seen",
    "poppy",
    "poppy_found",
    "poppy_seen",
    "kg_recent",
    "attempted_kg",
    "unreached_weeks",
    "sponsored_coca",
    "sponsored_poppy",
    "tips",
    "stake",
)


def what_breaks(run) -> list[str]:
    """Advance a run day by day to its end and return the faults that it shows.

    A fault is a value out of its bounds on a day, a ledger that does not balance at the end, or an
    outcome that is neither a number nor undefined.
    """
    before = {name: ledger(run.world) for name, ledger in LEDGERS.items()}
    found: list[str] = []
    while not run.finished:
        run.advance(1)
        found += [f"day {run.day}: {fault}" for fault in faults(run.world)]
    for name, value in before.items():
        now = LEDGERS[name](run.world)
        if not math.isclose(now, value, rel_tol=1e-9, abs_tol=tolerance(run.world, name)):
            found.append(f"ledger {name}: {value!r} before, {now!r} after")
    for name, value in run.records().outcomes.items():
        if value is not None and not math.isfinite(value):
            found.append(f"outcome {name} is {value}")
    return found

"""Communities on a line, made by hand, with camps of armed parties and the people whom they rule.

The loops run as plain Python on the groups of arrays that the day hands to them."""

import math

import numpy as np
from hand_made import diary, empty_tally, near, parameter_table, reach, rows, support, today

from sim.model import prologue
from sim.model.day import Bench, Parameters
from sim.model.mechanisms.insurgents import camps, founding, insurgency
from sim.model.mechanisms.insurgents import support as rule
from sim.model.mechanisms.people import protection
from sim.model.rules.parties import fighters_in_reach
from sim.model.state import agents
from sim.model.state.agents import MPCP, MPCP_PARTY, PARTIES, PERU
from sim.model.state.arrays import FORCE_COLUMNS, Actors, Minds, Places, Sites
from sim.names import VRAEM
from sim.simulation.page import plain

COLOMBIA = 3
KERNEL_KM = 20.0  # over which presence falls by e


class Line:
    """Places `apart` km from one another, and then sites abroad at the km `abroad` of the line.

    `camped` lists the camps: party, site, fighters. `town` has fields of Community, and `party`
    fields of Party. Any other argument is a section of parameters with its changes."""

    def __init__(
        self,
        places=4,
        apart=10.0,
        abroad=(),
        camped=((MPCP_PARTY, 0, 20.0),),
        theatre=VRAEM,
        country=COLOMBIA,
        spare_rows=4,
        town=None,
        party=None,
        **sections,
    ):
        at = np.array([*(apart * i for i in range(places)), *abroad], float)
        sites = len(at)
        n_groups = len(camped) + spare_rows
        countries = np.array([PERU] * places + [country] * len(abroad))
        people = {"population": 1_000.0} | (town or {})
        self.towns = rows(agents.Community, places, theatre=theatre, **people)
        self.towns.uid = np.arange(1, places + 1)
        self.groups = rows(agents.ArmedGroup, n_groups)
        for g, (of_party, site, fighters) in enumerate(camped):
            group = self.groups[g]
            group.alive, group.uid, group.kind, group.party = 1, 100 + g, MPCP, of_party
            group.site, group.fighters, group.country = site, fighters, countries[site]
        km = np.abs(at[:, None] - at[None, :])
        self.km = km
        self.parameters = Parameters(
            *(parameter_table(name, **sections.pop(name, {})) for name in Parameters._fields)
        )
        assert not sections, f"no section {sections}"
        p = self.parameters.support[0]
        self.reach = reach(
            km[:, :places], self.towns.population, p.reach_km, countries, p.over_river
        )
        kernel = np.exp(-km / KERNEL_KM)
        self.near = near(
            sites * np.arange(sites + 1), np.tile(np.arange(sites), sites), kernel.ravel()
        )
        self.actors = Actors(
            rows(agents.Unit),
            self.groups,
            rows(agents.Network, 1, alive=1),
            rows(agents.Shipment),
            rows(agents.Laboratory),
            rows(agents.Lead),
        )
        self.places = Places(
            self.towns, rows(agents.Market), rows(agents.Partner), rows(agents.Theatre, 4)
        )
        self.sites = Sites(
            np.arange(sites),
            np.array([*np.broadcast_to(theatre, places), *(0 for _ in abroad)], np.int64),
            countries,
            kernel[:, :places] @ self.towns.population,
            np.zeros((sites, 4)),
            np.arange(sites),
        )
        self.support = support(places, living={k for k, *_ in camped}, **(party or {}))
        self.minds = Minds(
            np.zeros((1, 1)),
            np.zeros((1, 2, 1)),
            np.zeros((1, 2, 1)),
            np.zeros((n_groups, sites)),
            np.zeros((1, 4)),
        )
        self.bench = Bench(
            np.zeros((sites, 4)),
            np.zeros((sites, 2)),
            np.zeros(sites),
            np.zeros(sites),
            np.zeros(4),
            np.zeros((1, 3)),
            np.zeros((1, 2)),
            np.zeros((sites, PARTIES)),
        )
        self.force = np.zeros((sites, FORCE_COLUMNS))
        self.tally = empty_tally()
        self.diary = diary(self.tally, events=50)

    def p(self, section):
        return getattr(self.parameters, section)[0]

    @property
    def parties(self):
        return self.support.parties

    @property
    def b(self):
        return self.support.b

    def rules(self, shares, party=MPCP_PARTY):
        """Let a party rule these shares of the places."""
        self.b[:, party] = shares
        self.towns.under_rule = self.b.sum(axis=1)
        return self

    def x(self):
        """Return fighters per 1,000 people in political reach, f8[places, PARTIES]."""
        plain(fighters_in_reach)(self.actors, self.reach, self.bench.per_party, self.p("support"))
        return self.bench.per_party[: len(self.towns)].copy()

    def win(self, weeks=1):
        for _ in range(weeks):
            plain(rule.win_people)(
                self.actors,
                self.places,
                self.support,
                self.reach,
                self.bench.per_party,
                self.parameters,
            )
        return self

    def share(self):
        plain(rule.share_places)(self.places, self.parameters)
        return self

    def protect(self, weeks=1):
        for _ in range(weeks):
            plain(protection.protect)(self.places, self.parameters)
        return self

    def live(self, weeks=1, t=70, opening=0):
        """Pass weeks of income, wages and recruits, from day t."""
        for week in range(weeks):
            plain(insurgency.insurgency)(
                self.actors,
                self.places,
                self.sites,
                self.support,
                self.parameters,
                today(t + 7 * week, opening=opening),
                self.diary,
            )
        return self

    def move(self, weeks=1, key=7, stream=901):
        for week in range(weeks):
            plain(camps.move_camps)(
                self.actors,
                self.places,
                self.minds,
                self.sites,
                self.reach,
                self.support,
                self.parameters,
                np.uint64(key),
                stream,
                7 * week,
            )
        return self

    def found(self, weeks=1, t=70, key=7):
        for week in range(weeks):
            plain(founding.founding)(
                self.actors,
                self.places,
                self.minds,
                self.reach,
                self.support,
                self.bench.per_party,
                self.parameters,
                today(t + 7 * week, key=key),
                self.diary,
            )
        return self

    def settle(self):
        plain(prologue.settle)(
            self.actors,
            self.places,
            self.sites,
            self.near,
            self.reach,
            self.support,
            self.bench,
            self.parameters,
        )
        return self

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())


def chance_of(hazard: float) -> float:
    """Return the probability in a week of an event with this hazard a week."""
    return 1.0 - math.exp(-hazard)

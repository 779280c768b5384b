"""A weekly model of bases of support, in plain numpy.

It was written before the compiled mechanism, which must equal it: same inputs, same b.

The state protects people with four parts (`protect`). Armed parties rule a share b of the people
of each community (`rule_people`), live on what they collect there (`income_usd`), recruit
(`fighters_after`) and move their camps (`move_camps`). Hectares, flows and prices do not change.

Shapes: places are communities, sites are places and then foreign towns, parties are columns.
`km` is in foot-equivalent kilometres. Every constant is assumed; ranges stand beside it.
"""

import copy
import math
from typing import NamedTuple

import numpy as np

from sim.model.chance import GROUP_MOVE, PROLOGUE_MOVE, uniform

PARTIES = 6  # MPCP, two of dissidents, three free
MPCP, DISSIDENTS = 0, 1
PERU, COLOMBIA, BRAZIL = 1, 3, 4
LN3 = math.log(3.0)


class Constants(NamedTuple):
    """Defaults, with unit and range."""

    civil: float = 0.5  # share [0-.5]: protection by the civil state in a large town
    civil_people: float = 3_000.0  # people: a town of this size has half of it
    ronda_shield: float = 0.9  # share [0-1]: order that a ronda in full vigour keeps
    days_down: float = 5.0  # days [2-10]: time constant of felt coverage when it falls
    days_up: float = 21.0  # days [7-60]: the same when it rises
    vigour_weeks: float = 26.0  # weeks: time constant of a committee's vigour
    vigour_scale: float = 0.25  # share: felt coverage at which a committee has 63 % of its vigour
    growth: float = 0.05  # r, a week [.03-.08]
    decay: float = 0.02  # d, a week at full protection [.01-.03]
    fading: float = 0.01  # d0, a week without any [.005-.02]
    half_reach: float = 0.5  # n0, fighters per 1,000 people in political reach [.25-1]
    fresh: float = 10.0  # eta [0-20]: how much faster a fresh vacuum fills
    memory_weeks: float = 26.0  # weeks: what was usual of late
    reach_km: float = 25.0  # km [15-35]: political reach
    floor_people: float = 2_000.0  # people added to those in reach
    over_river: float = 0.3  # share [0-1] of the reach that crosses a boundary river
    armed_scale: float = 3.0  # fighters per 1,000 people [1-8]: coverage of two thirds
    recruitment: float = 0.03  # a week, of the gap to what income can pay
    born: float = 0.0003  # recruits a week per person under a party's rule
    attrition: float = 0.05  # a week, of fighters whom income cannot pay
    losses: float = 0.0012  # a week [.001-.004], of fighters
    wage_usd: float = 63.0  # USD a fighter and week
    toll_usd: float = 5.0  # USD a kg [2-10]
    tax_ha_usd: float = 20.0  # USD a ha and year [5-60]
    levy: float = 0.002  # share of licit income [0-.01]
    licit_usd: float = 1_000.0  # USD a person and year
    move_chance: float = 0.22  # a camp and week
    move_km: float = 15.0  # km: scale of a move
    move_most_km: float = 90.0  # km: longest move
    move_danger: float = 0.02  # per person of the state on task in reach
    watch: float = 0.05  # a day: share of the gap between belief and force that a camp closes
    sympathisers: float = 0.3  # a day, more by the share of people at the camp under armed rule
    memory_days: float = 90.0  # days: memory of force that a camp no longer observes
    prologue_weeks: int = 416
    rest_weeks: int = 104  # last weeks of the prologue, whose mean is the balance of day 0


class Flow(NamedTuple):
    """The loads of one route in a week."""

    kg: float  # sent
    cluster: int
    way: np.ndarray  # i8[places on the way], in order
    passed: np.ndarray  # f8[places on the way] kg that came, again where a load came back


class Ground(NamedTuple):
    """What the world gives and nothing here changes."""

    people: np.ndarray  # f8[places]
    theatre: np.ndarray  # i8[places]
    country: np.ndarray  # i8[sites]
    km: np.ndarray  # f8[sites, sites], inf out of reach
    kernel: np.ndarray  # f8[sites, sites]: K of presence
    ronda: np.ndarray  # bool[places]
    committee: np.ndarray  # f8[places] members
    hectares: np.ndarray  # f8[places] of coca and poppy
    kg_week: np.ndarray  # f8[places] that pass
    flows: tuple[Flow, ...]
    cluster: np.ndarray  # i8[places]
    danger: np.ndarray  # f8[sites] or f8[camps, sites], people of the state believed there
    coverage_scale: float  # per 1,000 people
    committee_weight: float
    garrison_weight: float
    visible: np.ndarray | None = None  # f8[sites] people of the state; None: camps keep beliefs


class Force(NamedTuple):
    """Weighted people on task by site, and those who only guard their own post. All f8[sites]."""

    soldiers: np.ndarray
    police: np.ndarray
    guarding_soldiers: np.ndarray
    guarding_police: np.ndarray


class Camps(NamedTuple):
    party: np.ndarray  # i8[camps]
    uid: np.ndarray  # u8[camps]
    site: np.ndarray  # i8[camps]
    fighters: np.ndarray  # f8[camps]


def covered(per_1000: np.ndarray, scale: float) -> np.ndarray:
    """Share of people that a density covers."""
    return 1.0 - np.exp(-LN3 * per_1000 / scale)


def political_reach(ground: Ground, c: Constants) -> np.ndarray:
    """L, f8[places, sites]: 0 beyond three lengths, and between countries but over a river."""
    pairs = ground.country[: len(ground.people), None], ground.country[None, :]
    river = np.isin(pairs[0], (PERU,)) & np.isin(pairs[1], (COLOMBIA, BRAZIL))
    crossing = np.where(pairs[0] == pairs[1], 1.0, np.where(river, c.over_river, 0.0))
    km = ground.km[: len(ground.people)]
    return np.where(km <= 3.0 * c.reach_km, np.exp(-km / c.reach_km), 0.0) * crossing


class Support:
    """One world, week by week. `b` is f8[places, PARTIES]."""

    def __init__(self, ground: Ground, force: Force, camps: Camps, constants: Constants, key):
        self.ground, self.force, self.constants, self.key = ground, force, constants, key
        self.party, self.uid = camps.party, camps.uid
        self.site, self.fighters = camps.site.copy(), camps.fighters.copy()
        self.parties = sorted(set(camps.party.tolist()))
        n = self.places = len(ground.people)
        self.civil = constants.civil * ground.people / (ground.people + constants.civil_people)
        self.reach = political_reach(ground, constants)
        self.in_reach = self.reach[:, :n] @ ground.people + constants.floor_people
        around = self.reach[:, :n] * ground.people
        np.fill_diagonal(around, 0.0)
        self.around = around / np.maximum(around.sum(axis=1, keepdims=True), 1e-9)
        self.in_kernel = (ground.kernel.T[:n, :n] @ ground.people) + constants.floor_people
        own = ground.country[:, None] == ground.country[None, :]
        self.armed_kernel = (ground.kernel * own).T[:n]
        self.danger = np.array(
            np.broadcast_to(ground.danger, (len(self.site), ground.danger.shape[-1]))
        )
        self.b = np.zeros((n, PARTIES))
        self.vigour = np.ones(n)
        self.felt = np.array(self.covered_by_state())
        self.week = 0
        self.other_usd = dict.fromkeys(self.parties, 0.0)
        self.kept = dict.fromkeys(self.parties, 1.0)
        self.s_b0 = dict.fromkeys(self.parties, 0.0)
        self.protect(0.0)
        self.s_usual = self.s.copy()

    def covered_by_state(self) -> tuple[np.ndarray, np.ndarray]:
        """Coverage today by soldiers with committees, and by police. f8[places] each."""
        g, n = self.ground, self.places
        soldiers = self.force.soldiers.copy()
        soldiers[:n] += np.where(g.ronda, 0.0, g.committee_weight * g.committee * self.vigour)
        sums = (
            (g.kernel.T @ soldiers)[:n] + g.garrison_weight * self.force.guarding_soldiers[:n],
            (g.kernel.T @ self.force.police)[:n]
            + g.garrison_weight * self.force.guarding_police[:n],
        )
        first, second = (
            covered(1_000.0 * weight / self.in_kernel, g.coverage_scale) for weight in sums
        )
        return first, second

    def feel(self, days: float) -> None:
        """Felt coverage falls in days and rises in weeks."""
        c = self.constants
        for felt, target in zip(self.felt, self.covered_by_state()):
            lag = np.where(target < felt, c.days_down, c.days_up)
            felt += (1.0 - np.exp(-days / lag)) * (target - felt)

    def protect(self, days: float = 7.0) -> None:
        """s = 1 - (1 - C_f)(1 - C_p)(1 - civil)(1 - order), after some days of felt coverage."""
        c = self.constants
        self.feel(days)
        order = np.where(self.ground.ronda, self.vigour * c.ronda_shield, 0.0)
        forces = (1.0 - self.felt[0]) * (1.0 - self.felt[1])
        self.s = 1.0 - forces * (1.0 - self.civil) * (1.0 - order)

    def keep_heart(self) -> None:
        """Vigour follows felt force, and fades where parties rule. A ronda never had the army."""
        c = self.constants
        felt = 1.0 - (1.0 - self.felt[0]) * (1.0 - self.felt[1])
        backed = np.where(self.ground.ronda, 1.0, 1.0 - np.exp(-felt / c.vigour_scale))
        aim = backed * (1.0 - self.b.sum(axis=1))
        self.vigour += (1.0 - math.exp(-1.0 / c.vigour_weeks)) * (aim - self.vigour)

    def per_1000(self, party: int) -> np.ndarray:
        """x: fighters of a party per 1,000 people in political reach. f8[places]"""
        mine = self.party == party
        at = np.bincount(self.site[mine], self.fighters[mine], len(self.ground.country))
        return 1_000.0 * (self.reach @ at) / self.in_reach

    def rule_people(self) -> None:
        """db = r c (1 - B)(1 - s)^2 (1 + eta (s_26 - s)+) - (d0 + d s) b, of each party."""
        c = self.constants
        bare = 1.0 - self.s
        fresh = 1.0 + c.fresh * np.maximum(self.s_usual - self.s, 0.0)
        gain = c.growth * (1.0 - self.b.sum(axis=1)) * bare * bare * fresh
        lost = c.fading + c.decay * self.s
        change = np.zeros_like(self.b)
        for k in range(PARTIES):
            strength = 1.0 - np.exp(-self.per_1000(k) / c.half_reach)
            change[:, k] = gain * strength - lost * self.b[:, k]
        self.b = np.maximum(self.b + change, 0.0)
        self.b /= np.maximum(self.b.sum(axis=1, keepdims=True), 1.0)

    def shares(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(state, armed, nobody), f8[places] each: they sum to 1."""
        at = np.bincount(self.site, self.fighters, len(self.ground.country))
        present = covered(
            1_000.0 * (self.armed_kernel @ at) / self.in_kernel, self.constants.armed_scale
        )
        armed = np.maximum(present * (1.0 - self.s), self.b.sum(axis=1))
        return self.s * (1.0 - armed), armed, (1.0 - armed) * (1.0 - self.s)

    def income_usd(self, party: int) -> float:
        """USD a week: a toll once per load, at the largest b on its way; hectare tax; levy.

        The way of a load begins in the fields of its cluster, at their mean b by hectares.
        """
        c, g, b = self.constants, self.ground, self.b[:, party]
        clusters = 1 + max(int(g.cluster.max()), *(flow.cluster for flow in g.flows))
        grown = np.bincount(g.cluster, g.hectares, clusters)
        in_fields = np.bincount(g.cluster, g.hectares * b, clusters) / np.maximum(grown, 1e-9)
        toll = 0.0
        for flow in g.flows:
            so_far = np.maximum.accumulate(np.append(in_fields[flow.cluster], b[flow.way]))
            came = np.minimum(np.minimum.accumulate(flow.passed), flow.kg)
            toll += flow.kg * so_far[0] + float(came @ np.diff(so_far))
        tax = c.tax_ha_usd / 52.0 * float(g.hectares @ b)
        levy = c.levy * c.licit_usd / 52.0 * float(g.people @ b)
        return c.toll_usd * toll + tax + levy

    def mean_protection(self, party: int) -> float:
        """s_b: protection where the party rules, by the people whom it rules."""
        ruled = self.b[:, party] * self.ground.people
        total = float(ruled.sum())
        return float(ruled @ self.s) / total if total > 0.0 else self.s_b0[party]

    def fighters_after(self) -> None:
        """Growth towards what income can pay, bounded by recruits; camps share it by strength."""
        c = self.constants
        for k in self.parties:
            mine = self.party == k
            force = float(self.fighters[mine].sum())
            paid = self.kept[k] * (self.income_usd(k) + self.other_usd[k]) / c.wage_usd
            open_ = (1.0 - self.mean_protection(k)) / (1.0 - self.s_b0[k])
            grows = min(
                c.recruitment * max(paid - force, 0.0) * open_,
                c.born * float(self.b[:, k] @ self.ground.people),
            )
            after = force + grows - c.attrition * max(force - paid, 0.0) - c.losses * force
            if force > 0.0:
                self.fighters[mine] *= max(after, 0.0) / force

    def move_camps(self, stream: int = GROUP_MOVE) -> None:
        """A camp moves to stakes, people of its party and little protection, in its own theatre."""
        c, g, n = self.constants, self.ground, self.places
        danger = self.danger[:, :n]
        for i, site in enumerate(self.site):
            if site >= n or self.draw(stream, i, 0) >= c.move_chance:
                continue
            b = self.b[:, self.party[i]]
            km = g.km[site, :n]
            open_ = (km <= c.move_most_km) & (g.theatre == g.theatre[site])
            stakes = np.sqrt(g.kg_week + g.hectares + 100.0)
            known = 0.05 + 0.5 * (b + self.around @ b)
            far = np.exp(-np.where(open_, km, 0.0) / c.move_km - c.move_danger * danger[i])
            weight = np.where(open_, stakes * known * (1.0 - self.s) ** 2 * far, 0.0)
            drawn = np.array([self.draw(stream, i, 1 + place) for place in range(n)])
            wait = -np.log(1.0 - drawn) / np.where(weight > 0.0, weight, 1.0)
            self.site[i] = int(np.argmin(np.where(weight > 0.0, wait, np.inf)))

    def observe(self) -> None:
        """For a week camps see the force in reach of where they stand, and forget other force."""
        c, g = self.constants, self.ground
        if g.visible is None:
            return
        there = g.kernel @ g.visible
        for i, site in enumerate(self.site):
            friends = float(self.b[site].sum()) if site < self.places else 0.0
            sees = 1.0 - (1.0 - c.watch - c.sympathisers * friends) ** 7
            gap = np.where(g.kernel[site] > 0.0, sees * (there - self.danger[i]), 0.0)
            forget = (1.0 - math.exp(-7.0 / c.memory_days)) * self.danger[i]
            self.danger[i] += np.where(g.kernel[site] > 0.0, gap, -forget)

    def draw(self, stream: int, camp: int, k: int) -> float:
        return float(uniform(self.key, stream, self.week, self.uid[camp], k))

    def settle(self, enough: float = 1e-12) -> None:
        """b at its fixed point for the camps of the start, which stand where they are."""
        c = self.constants
        for _ in range(5_000):
            before = self.b.copy()
            self.protect(math.inf)
            self.s_usual = self.s.copy()
            open_ = c.growth * (1.0 - self.s) ** 2 / (c.fading + c.decay * self.s)
            for k in range(PARTIES):
                self.b[:, k] = open_ * (1.0 - np.exp(-self.per_1000(k) / c.half_reach))
            self.b /= 1.0 + self.b.sum(axis=1, keepdims=True)
            felt = 1.0 - (1.0 - self.felt[0]) * (1.0 - self.felt[1])
            backed = np.where(self.ground.ronda, 1.0, 1.0 - np.exp(-felt / c.vigour_scale))
            self.vigour = backed * (1.0 - self.b.sum(axis=1))
            if abs(self.b - before).max() < enough:
                return
        raise RuntimeError("b has no fixed point within 5,000 weeks for the camps of the start")

    def follow(self) -> None:
        """What goes on in the prologue too: protection, committees, rule and camps."""
        self.protect()
        self.s_usual += (1.0 - math.exp(-1.0 / self.constants.memory_weeks)) * (
            self.s - self.s_usual
        )
        self.keep_heart()
        self.rule_people()

    def prologue(self) -> None:
        """Let b and camps find their rest with fighters held; set the balance of day 0 from it."""
        c = self.constants
        earned: dict[int, list[float]] = {k: [] for k in self.parties}
        usual: dict[int, list[float]] = {k: [] for k in self.parties}
        for week in range(c.prologue_weeks):
            self.follow()
            self.observe()
            self.move_camps(PROLOGUE_MOVE)
            self.week += 1
            if week >= c.prologue_weeks - c.rest_weeks:
                for k in self.parties:
                    earned[k].append(self.income_usd(k))
                    usual[k].append(self.mean_protection(k))
        for k in self.parties:
            force = float(self.fighters[self.party == k].sum())
            need = c.wage_usd * force * (1.0 + c.losses / c.recruitment)
            income = float(np.mean(earned[k]))
            self.kept[k] = min(1.0, need / income)
            self.other_usd[k] = max(need - income, 0.0)
            self.s_b0[k] = float(np.mean(usual[k]))
        self.s_0 = self.s.copy()

    def live(self, weeks: int) -> None:
        """Weeks after day 0, in their order: s, b, income and fighters, camps."""
        for _ in range(weeks):
            self.follow()
            self.fighters_after()
            self.move_camps()
            self.week += 1

    def branch(self, force: Force | None = None) -> "Support":
        """The same world under another force."""
        other = copy.deepcopy(self)
        other.force = self.force if force is None else force
        return other

    def people_armed(self, theatre: int) -> float:
        """Sum of people times armed share in a theatre."""
        here = self.ground.theatre == theatre
        return float((self.ground.people * self.shares()[1])[here].sum())

    def strength(self, party: int) -> float:
        return float(self.fighters[self.party == party].sum())

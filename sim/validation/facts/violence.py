"""Published facts on forces, armed groups and civilians."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.analysis.paired import Floats
from sim.validation.checks import Arms, Check, band, gate, share, sign
from sim.validation.facts.fact import BUILT_IN, EMERGENT, YEAR, days, event, fact

LONG = days(5 * YEAR)
LEAVES = 20 * 7  # days from the announcement to the departure
ANNOUNCED = {"events": [event(0, announce_departure={"theatre": "vraem", "leave_day": LEAVES})]}
LEAVING = {"strategy": {"name": "static", "share_to_border": 0.6, "start_day": LEAVES}}


@fact(
    "S19",
    "after an announced hand-over attacks fall, and surge once the troops have left",
    "Fetzer et al. 2021",
    BUILT_IN,
    "a departure of 60 % announced on day 0 and begun 20 weeks later, against hold; with and "
    "without restraint",
    {
        "hold": days(2 * YEAR),
        "leaving": days(2 * YEAR) | ANNOUNCED | LEAVING,
        "hold, no restraint": days(2 * YEAR) | {"ablate": ["restraint"]},
        "leaving, no restraint": days(2 * YEAR) | ANNOUNCED | LEAVING | {"ablate": ["restraint"]},
    },
    40,
)
def hand_over(arms: Arms) -> list[Check]:
    """Compare attacks before and after the departure with those under hold."""
    before, after = slice(0, LEAVES // 7), slice(LEAVES // 7 + 26, LEAVES // 7 + 52)

    def change(arm: str, weeks: slice) -> Floats:
        """Return the change of attacks in these weeks, relative to hold."""
        held, left = (
            arms.series(name, "attacks", "vraem")[:, weeks].sum(axis=1)
            for name in (arm.replace("leaving", "hold"), arm)
        )
        return (left - held) / held.mean()

    return [
        sign("attacks between announcement and departure", change("leaving", before), False),
        sign("attacks 6 to 12 months after it", change("leaving", after), True),
        band(
            "between, where nobody holds back",
            change("leaving, no restraint", before),
            (-0.10, 0.10),
        ),
    ]


DENSITY = (2, 5, 10, 15, 20, 25, 30, 40)  # soldiers per 1,000 of the VRAEM's 400,000


def soldiers(number: float) -> dict[str, Any]:
    """Return the override for this number of soldiers, with the other kinds in proportion."""
    return {
        "forces.vraem": {
            "soldiers": int(number),
            "special": int(0.09 * number),
            "river_infantry": int(0.03 * number),
        }
    }


@fact(
    "S21",
    "the effect of force saturates; there is no step at 20 per 1,000",
    "Friedman 2011",
    EMERGENT,
    "2 to 40 soldiers per 1,000 inhabitants of the VRAEM, three years: mean share that the state "
    "holds",
    {f"{each} per 1,000": days(3 * YEAR) | soldiers(400 * each) for each in DENSITY},
    20,
)
def no_cliff(arms: Arms) -> list[Check]:
    """Compare the share that the state holds from density to density."""
    # f8[densities, replications]
    held = np.array([arms.of(f"{each} per 1,000", "state_control_vraem") for each in DENSITY])
    whole = (held[-1] - held[0]).mean()
    steps = np.diff(held, axis=0).mean(axis=1)
    slope = np.diff(held, axis=0) / np.diff(np.array(DENSITY))[:, None]
    largest = int(np.argmax(steps))
    return [
        sign("held at 40 less held at 2 per 1,000", held[-1] - held[0], True),
        sign(
            "gain per soldier at the top less at the bottom",
            slope[-1] - slope[0],
            False,
            "per soldier in 1,000",
        ),
        gate(
            f"largest step ({DENSITY[largest]} to {DENSITY[largest + 1]}) of the range",
            np.diff(held, axis=0)[largest] / whole,
            (None, 0.30),
        ),
    ]


TWICE = soldiers(20_000)


@fact(
    "S22",
    "force alone contains an insurgency and does not erase it; with better intelligence less is "
    "left",
    "Kress and Szechtman 2009",
    EMERGENT,
    "twice the VRAEM's soldiers for five years, with the reports that there are and with three "
    "times as many",
    {
        "as now": LONG,
        "twice": LONG | TWICE,
        "twice, told more": LONG | TWICE | {"parameters": {"information.tips_per_1000": 0.9}},
    },
    24,
)
def contained(arms: Arms) -> list[Check]:
    """Compare the fighters that are left by force and by the number of reports."""
    now, twice, told = (
        arms.of(arm, "fighters_vraem_end") for arm in ("as now", "twice", "twice, told more")
    )
    return [
        band("fighters, twice the force less as now", twice - now, (None, 0.0), "fighters"),
        share("fighters left", twice > 0, (0.5, None), as_gate=True),
        sign("fighters, told more less told as now", told - twice, False, "fighters"),
    ]


@fact(
    "S23",
    "Shining Path's remnant lasts: 60 to 150 fighters from 2016 to 2023, beside 8,000 to 10,000 "
    "soldiers",
    "F0417 to F0423, F0449",
    EMERGENT,
    "the baseline for ten years",
    {"baseline": days(10 * YEAR)},
    20,
)
def lasts(arms: Arms) -> list[Check]:
    """Compare the fighters after ten years with the published range."""
    left = arms.of("baseline", "fighters_vraem_end")
    return [
        share(
            "50 to 450 fighters after ten years",
            (left >= 50) & (left <= 450),
            (0.9, None),
            as_gate=True,
        ),
        band("fighters after ten years", left, (50, 450), "fighters"),
    ]


def incident(side: str) -> dict[str, Any]:
    """Return the override in which one side harms civilians on day 28."""
    return days(YEAR) | {
        "events": [event(28, civilian_harm={"theatre": "vraem", "side": side, "people": 200})]
    }


@fact(
    "S24",
    "harm by the state raises later attacks and costs tips, harm by insurgents does the opposite; "
    "both pass in weeks",
    "Condra and Shapiro 2012; Shaver and Shapiro 2021",
    BUILT_IN,
    "200 civilians of the VRAEM killed on day 28, by one side or the other, against a year without",
    {"quiet": days(YEAR), "by the state": incident("state"), "by the armed": incident("armed")},
    40,
)
def harm(arms: Arms) -> list[Check]:
    """Compare reports and attacks after harm by either side with a quiet year."""
    soon = slice(4, 17)

    def change(arm: str, name: str, weeks: slice) -> Floats:
        """Return the change of a series in these weeks, relative to the quiet year."""
        quiet, struck = (
            arms.series(each, name, "vraem")[:, weeks].sum(axis=1) for each in ("quiet", arm)
        )
        return (struck - quiet) / quiet.mean()

    lost = (
        arms.series("by the state", "reports", "vraem") - arms.series("quiet", "reports", "vraem")
    ).mean(axis=0)
    most = int(np.argmin(lost[4:17])) + 4
    back = np.flatnonzero(lost[most:] > lost[most] / 2)
    half = float(back[0]) if lost[most] < 0 and len(back) else math.nan
    return [
        sign(
            "reports, 13 weeks after harm by the state",
            change("by the state", "reports", soon),
            False,
        ),
        sign(
            "reports, 13 weeks after harm by the armed",
            change("by the armed", "reports", soon),
            True,
        ),
        sign(
            "attacks, 13 weeks after harm by the state",
            change("by the state", "attacks", soon),
            True,
        ),
        band(
            "attacks, 13 weeks after harm by the armed",
            change("by the armed", "attacks", soon),
            (None, 0.0),
        ),
        Check(
            "half-life of the reports lost", half, math.nan, math.nan, (1.0, 6.0), False, "weeks"
        ),
    ]


PRESSED = {
    "strategy": {"name": "static", "share_to_border": 0.33, "tasking_border": "reports"},
    "partner.coordination": 0.0,
}


@fact(
    "S31",
    "groups with a sanctuary last longer",
    "Salehyan 2007",
    BUILT_IN,
    "five years of a third of the VRAEM's soldiers at the border, after reports, the neighbours "
    "idle; with and without a refuge",
    {"refuge": LONG | PRESSED, "no refuge": LONG | PRESSED | {"ablate": ["sanctuary"]}},
    40,
)
def refuge(arms: Arms) -> list[Check]:
    """Compare the fighters killed with and without a refuge across the line."""

    def killed(arm: str) -> Floats:
        """Return the fighters killed a year at the border."""
        return arms.of(arm, "fighters_lost_border") / 5

    return [
        sign(
            "fighters killed a year, refuge less none",
            killed("refuge") - killed("no refuge"),
            False,
            "fighters",
        ),
        band(
            "of those killed without a refuge, killed with one",
            killed("refuge") / killed("no refuge").mean(),
            (None, 0.9),
        ),
    ]


FACTS = (
    hand_over,
    no_cliff,
    contained,
    lasts,
    harm,
    refuge,
)

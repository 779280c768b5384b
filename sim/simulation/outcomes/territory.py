"""Outcomes of territory: the security vacuum, and the attitude of communities to the state."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.state import counts
from sim.names import REGION_LABELS
from sim.simulation.outcomes.ledger import mean, weighted
from sim.simulation.outcomes.outcome import CODES, LESS, MORE, NEUTRAL, Outcome


def vacuum(name: str, theatre: int) -> Iterator[Outcome]:
    """Yield what the state holds and loses in the region `name`, which is one theatre."""
    where = REGION_LABELS[name]
    yield Outcome(
        f"vacuum_{name}",
        "share",
        f"part of {where} that the state protected on day 0, beyond its civil presence, and no "
        "longer does: mean over the horizon, weighted (redefined in the second edition)",
        LESS,
        "mean",
        mean(counts.VACUUM, (theatre,)),
    )
    yield Outcome(
        f"vacuum_exploited_{name}",
        "share",
        f"vacuum in {where} x share that armed groups hold (redefined in the second edition)",
        LESS,
        "mean",
        mean(counts.EXPLOITED, (theatre,)),
    )
    yield Outcome(
        f"vacuum_open_{name}",
        "share",
        f"vacuum in {where} less its exploited part (redefined in the second edition)",
        LESS,
        "mean",
        lambda run: run.mean(counts.VACUUM, (theatre,)) - run.mean(counts.EXPLOITED, (theatre,)),
    )
    yield Outcome(
        f"coverage_gap_{name}",
        "share",
        f"mean weight of {where} communities that no force covers (mechanical)",
        LESS,
        "mean",
        mean(counts.GAP, (theatre,)),
    )
    yield Outcome(
        f"state_control_{name}",
        "share",
        f"mean share of {where} that the state controls, weighted",
        MORE,
        "mean",
        mean(counts.STATE_CONTROL, (theatre,)),
    )
    yield Outcome(
        f"control_lost_{name}",
        "share",
        f"state control of {where} on day 0 minus its mean over the last 28 days",
        LESS,
        "end",
        lambda run: (
            run.weighted("state_0", theatre)
            - float(run.four_weeks(counts.STATE_CONTROL, theatre)[-1])
        ),
    )
    yield Outcome(
        f"vacuum_peak_{name}",
        "share",
        f"largest 28-day mean of the vacuum in {where}",
        LESS,
        "mean",
        lambda run: float(run.four_weeks(counts.VACUUM, theatre).max()),
    )
    yield Outcome(
        f"vacuum_recovery_days_{name}",
        "days",
        f"time from the peak of the vacuum in {where} until it is within 0.02 of 0, its level on "
        "day 0 (the horizon if it never is)",
        LESS,
        "end",
        lambda run: run.recovery(theatre)[0],
    )
    yield Outcome(
        f"vacuum_recovery_censored_{name}",
        "0/1",
        f"1 if the vacuum in {where} had not recovered by the end",
        NEUTRAL,
        "end",
        lambda run: run.recovery(theatre)[1],
    )


def attitudes(name: str, theatre: int) -> Iterator[Outcome]:
    """Yield the cooperation and the fear of the communities of a theatre on the last day."""
    where = REGION_LABELS[name]
    yield Outcome(
        f"cooperation_{name}_end",
        "share",
        f"weighted cooperation on the last day, {where}",
        MORE,
        "end",
        weighted("cooperation", theatre),
    )
    yield Outcome(
        f"fear_{name}_end",
        "share",
        f"weighted fear on the last day, {where}",
        LESS,
        "end",
        weighted("fear", theatre),
    )


def foothold() -> Iterator[Outcome]:
    """Yield what armed groups hold of the two border theatres."""
    yield Outcome(
        "foothold_border",
        "share",
        "mean weight held by armed groups, over the two border theatres",
        LESS,
        "mean",
        mean(counts.ARMED_CONTROL, CODES["border"], float(len(CODES["border"]))),
    )

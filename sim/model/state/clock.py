"""Days, weeks and months. `t` counts from the first day of the burn-in; `day = t - burn_in` is 0 on
`start_date`."""

import math

from sim.model.compile import rule
from sim.model.state.arrays import Floats


@rule
def is_weekly(t: int, burn_in: int) -> bool:
    """Return whether weekly mechanisms act on day t."""
    return (t - burn_in) % 7 == 0


@rule
def is_monthly(t: int, burn_in: int) -> bool:
    """Return whether monthly mechanisms act on day t: every 28 days."""
    return (t - burn_in) % 28 == 0


@rule
def tally_row(t: int, burn_in: int) -> int:
    """Return the row of the tally that day t belongs to: 0 in the burn-in, week + 1 after it."""
    return 0 if t < burn_in else (t - burn_in) // 7 + 1


@rule
def day_of_year(t: int, first_day_of_year: int) -> int:
    """Return the day of the year, in [0, 365). Every year has 365 days."""
    return (t + first_day_of_year - 1) % 365


@rule
def of_month(calendar: Floats, row: int, doy: int) -> float:
    """Return the value of a day of the year from monthly means (f8[rows, 12]). The mean of a month
    holds in its middle; between two middles the value follows a straight line."""
    months = (doy + 0.5) * 12.0 / 365.0 - 0.5
    month = math.floor(months)
    part = months - month
    return (1.0 - part) * calendar[row, month % 12] + part * calendar[row, (month + 1) % 12]


@rule
def harvest(days: int, times: float, middle: float, length: float) -> float:
    """Return the yield of a day as a multiple of the year's mean. Harvests come `times` a year, one
    of them about day `middle` of the first year, and each is spread over `length` days. days:
    counted from the first of January of that year."""
    share = min(max(length * times / 365.0, 1e-3), 1.0)
    phase = (days - middle) * times / 365.0
    phase -= math.floor(phase)
    return 1.0 / share if phase < 0.5 * share or phase >= 1.0 - 0.5 * share else 0.0

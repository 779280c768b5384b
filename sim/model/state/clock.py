"""Days, weeks and months. `t` counts from the first day of the burn-in; `day = t - burn_in` is 0 on `start_date`."""

import math

from sim.model.compile import rule


@rule
def is_weekly(t, burn_in):
    return (t - burn_in) % 7 == 0


@rule
def is_monthly(t, burn_in):
    return (t - burn_in) % 28 == 0


@rule
def tally_row(t, burn_in):
    """Row of the tally that day t belongs to: 0 in the burn-in, week + 1 after."""
    return 0 if t < burn_in else (t - burn_in) // 7 + 1


@rule
def day_of_year(t, first_day_of_year):
    """[0, 365)."""
    return (t + first_day_of_year - 1) % 365


@rule
def of_month(calendar, row, doy):
    """The value of a day of the year: that of its month (f8[rows, 12]) in the middle of it, between two months on the straight line."""
    months = (doy + 0.5) * 12.0 / 365.0 - 0.5
    month = math.floor(months)
    part = months - month
    return (1.0 - part) * calendar[row, month % 12] + part * calendar[row, (month + 1) % 12]


@rule
def harvest(days, times, middle, length):
    """What a day yields over the mean of the year, where harvests come `times` a year, one about day `middle` of the first year, each
    spread over `length` days. days: since the first of January of that year."""
    share = min(max(length * times / 365.0, 1e-3), 1.0)
    phase = (days - middle) * times / 365.0
    phase -= math.floor(phase)
    return 1.0 / share if phase < 0.5 * share or phase >= 1.0 - 0.5 * share else 0.0

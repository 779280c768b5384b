"""Days, weeks and seasons. `t` counts from the first day of the burn-in; `day = t - burn_in` is 0 on `start_date`."""

from sim.kernel import rule


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
def is_wet(t, first_day_of_year):
    """Rain from November to April."""
    doy = day_of_year(t, first_day_of_year)
    return doy < 120 or doy >= 304

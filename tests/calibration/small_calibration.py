"""A small scenario to calibrate and the header of a file of observations."""

HEADER = "series,unit,when,value,low,high,source,use\n"
SMALL = """
schema = 1
[time]
start_date = 2021-01-01
horizon_days = 364
burn_in_days = 14
[map]
resolution_km = 10
[futures]
samples = 16
[futures.parameters]
"crops.growth_coca" = {low = 0.05, high = 0.5}
"protection.vigour_weeks" = {low = 8.0, high = 104.0}
[parameters]
"market.margin" = 0.3
[replications]
count = 1
"""

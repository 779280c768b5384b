"""The drug trade from the field to the exit: crops, laboratories, loads, routes, prices, money."""

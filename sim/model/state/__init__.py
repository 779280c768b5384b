"""The world as arrays: agents, layers, counts, the event log and the clock.

It imports only `compile`, `names` and `machine`. Rules read the state; mechanisms change it.
"""

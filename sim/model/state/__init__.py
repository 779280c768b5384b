"""The world as arrays: agents, layers, counts, the event log and the clock.

It imports only `compile` and `names`. Rules read it, mechanisms change it.
"""

"""What differs from machine to machine: the cache folder, the compile cache, durable writes, signals.

It also adds floats in one order, since Python 3.12 rounds otherwise. It imports nothing of ours.
"""

"""What depends on the machine: the cache folder, the compile cache, durable writes and signals.

`addition` sums floats in a fixed order, since `sum` rounds differently from Python 3.12 on. This
folder imports no other part of `sim`.
"""

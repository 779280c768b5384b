"""Where things are: the map of Peru, travel on it, the trafficking routes, and the build that made it.

It imports parameters and names. Its tables are computed once per machine and cached.
"""

"""Where things are: the map of Peru, travel on it, trafficking routes, and the build of the map.

This folder imports parameters and names. Its tables are computed once per machine and cached.
"""

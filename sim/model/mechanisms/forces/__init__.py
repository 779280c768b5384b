"""The state's own forces: their moves, supplies and presence, and the seasons in which they
work."""

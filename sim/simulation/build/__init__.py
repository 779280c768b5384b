"""The world on its first day: the opening position, and the map as arrays."""

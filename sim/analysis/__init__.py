"""Reads results folders: comparison of strategies paired by common random numbers."""

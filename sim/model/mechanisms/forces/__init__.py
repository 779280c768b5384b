"""What the state's own forces do: moves, supplies, presence, and the seasons they work in."""

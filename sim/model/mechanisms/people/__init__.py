"""What communities do: cooperation, fear, flight, self-defence."""

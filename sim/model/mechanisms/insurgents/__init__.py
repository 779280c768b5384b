"""What armed groups do: attacks, pursuit, rivalry, recruits, sponsorship, control and entry."""

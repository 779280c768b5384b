"""What armed groups do: attacks, pursuit, rivalry, income, rule, camps, founding, sponsorship."""

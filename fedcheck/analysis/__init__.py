"""What the facts add up to: due dates, freshness, progress, gates. Pure functions, no I/O."""

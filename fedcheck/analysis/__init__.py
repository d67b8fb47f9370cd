"""Derived from the records: due dates, freshness, progress, gates. Pure functions, no I/O."""

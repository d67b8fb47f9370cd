"""Data classes and the edits that are allowed: pure functions, no I/O, no clock."""

"""What things are and what may be done to them: data and pure functions, no I/O, no clock."""

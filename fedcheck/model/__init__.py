"""What things are: plain data classes and pure functions, without I/O and without a clock."""

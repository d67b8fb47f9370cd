"""What comes in and goes out in the formats of others."""

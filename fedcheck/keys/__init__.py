"""What a person can do in the app (one table of actions), and the keys that do it."""

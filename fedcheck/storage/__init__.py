"""TOML on disk: find, load, validate, save, lock, history."""

"""TOML files on disk: find, load, validate, save and lock them, and keep the history."""

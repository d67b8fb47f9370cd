"""Sharing between people: merges of what two of them changed, and git to exchange it."""

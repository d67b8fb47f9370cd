"""Dialogs: each asks for something and returns the answer, or nothing."""

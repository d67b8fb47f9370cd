"""Imports: a file in another format becomes a plan of checklists and edits. None saves."""

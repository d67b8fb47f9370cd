"""The actions of the app, in one table, and their keys."""

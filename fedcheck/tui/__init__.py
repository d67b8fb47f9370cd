"""The terminal app: state goes down, messages go up, the session takes every change."""

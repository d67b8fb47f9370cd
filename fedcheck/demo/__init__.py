"""Example workspaces: fictional services, one on the JAB path and one under the 2026 rules."""

"""Example workspaces: fictional services, one on the classic path and one under the 2026 rules."""

"""The command line: click commands, each loaded on first use, a thin layer over the session."""

"""The command line: click commands, loaded when asked for, thin over the session."""

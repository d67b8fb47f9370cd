"""fedcheck: FedRAMP checklists, progress and status reports in the terminal."""

__version__ = "0.1.0"

"""Import a team's own list from CSV or a workbook, with the meaning of its columns."""

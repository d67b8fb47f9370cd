"""Workbooks and CSV: read, fill and write. Contains nothing specific to FedRAMP."""

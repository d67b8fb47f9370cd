"""Read, fill and write workbooks and CSV. Knows nothing of FedRAMP."""

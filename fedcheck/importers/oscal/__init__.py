"""Import an OSCAL catalog as the assessor's test checklist."""

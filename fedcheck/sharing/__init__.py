"""Work that several people share: merging what two of them changed, and git as the way between."""

"""Nasty files and texts: kept as files where git can keep them, made by `make.py` where not."""

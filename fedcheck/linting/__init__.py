"""Strict checks of texts and facts: the rules of `fedcheck checklist validate --strict`."""

"""Strict checks of texts and facts: what `fedcheck checklist validate --strict` finds."""

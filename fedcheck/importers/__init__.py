"""Read the formats of others into a plan: checklists and edits. An importer never saves."""

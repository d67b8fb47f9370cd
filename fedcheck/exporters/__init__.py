"""Exports to the formats of others: official workbooks, tables, calendars."""

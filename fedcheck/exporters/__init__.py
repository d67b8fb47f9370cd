"""Write the formats of others: official workbooks, tables, calendars."""

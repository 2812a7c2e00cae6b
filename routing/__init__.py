"""Plans days of home care and judges plans; it knows no database, no web and no service."""

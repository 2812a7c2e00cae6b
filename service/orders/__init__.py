"""The menu, its prices, and orders from it."""

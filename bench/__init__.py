"""Measures what the project promises, with seeds and sources; it promises nothing itself."""

"""Contracts of family care beds and the templates they are drawn up from."""

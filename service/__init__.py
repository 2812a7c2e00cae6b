"""Unwalled's service: what happens, between the two leaves (models, routing) and the three doors."""

"""Canteens and the meals they cook."""

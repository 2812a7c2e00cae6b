"""Reads and writes problems and plans of several houses; it refuses to guess silently what a field means."""

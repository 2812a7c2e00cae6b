"""A plan laid out flat, and compiled functions that find places for one more visit in it; they allocate nothing."""

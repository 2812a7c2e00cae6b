"""Files in and out of the registers: read with a dry run and an undo, written masked; no cell is guessed at."""

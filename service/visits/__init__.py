"""What is done at the door: setting out, arriving, serving, finishing, and being late."""

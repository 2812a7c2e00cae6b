"""Where people of the register are: who leaves, comes back or moves, and what of their care ends or goes with them."""

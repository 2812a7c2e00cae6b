"""The demo town: an invented district on real area codes, and the simulator that plays its day; never real people."""

"""The town itself: its map and, in a demo, its clock."""

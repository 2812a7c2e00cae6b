"""The waiting list for family care beds: who asked, who comes first and why."""

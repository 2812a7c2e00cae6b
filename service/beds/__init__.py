"""Family care beds: the register of elders' own beds that a provider operates."""

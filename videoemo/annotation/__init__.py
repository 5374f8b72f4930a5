"""Videos with what was found drawn into them, and with faces covered."""

"""The tables of results: their columns, their types and their bytes."""

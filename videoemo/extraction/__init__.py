"""Labelled clips to a feature table."""

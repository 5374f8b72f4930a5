"""Metrics of classification and their confidence intervals: pure functions of arrays."""

"""Protocols for an extractor: how good it is on labelled faces."""

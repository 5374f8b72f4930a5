"""Datasets on disk: labelled clips, and labelled faces."""

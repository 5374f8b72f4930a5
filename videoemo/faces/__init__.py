"""Faces of frames: detection, crops, selection, quality and tracking."""

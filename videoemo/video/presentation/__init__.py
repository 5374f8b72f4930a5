"""Presentation: from stored frames to upright RGB in square pixels of standard range."""

"""Labelled faces: FER+, AffectNet, a folder a class."""

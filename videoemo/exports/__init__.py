"""Exports: the results of a video in the own formats of other programs."""

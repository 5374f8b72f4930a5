"""Helpers that know nothing of faces: files, locks, arrays, boxes, checksums, processors,
messages.
"""

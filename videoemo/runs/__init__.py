"""Runs over many videos: plan, distribution to workers, resumption. Knows jobs, outputs and
fingerprints, not faces.
"""

"""Decoders: PyAV, OpenCV and decord, each with the same frames or a refusal."""

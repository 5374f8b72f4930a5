"""Times of frames: read from packets, or from frames where packets do not tell them."""

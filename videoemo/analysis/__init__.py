"""A video's frames to its faces: decode, detect, crop, embed, track."""

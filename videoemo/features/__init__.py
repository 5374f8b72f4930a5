"""Embeddings of faces to descriptors of clips, and both on disk."""
